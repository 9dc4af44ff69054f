//! Callers with IPv6 addresses that count on one link alone, with mapped ones, and with one token from two machines.

use std::net::{Ipv6Addr, SocketAddr, SocketAddrV6};
use std::time::{Duration, Instant};

use licensing_api::operation::op;
use licensing_api::token::{NewToken, RemoveToken, TokenScope};
use licensing_proofs::web::{Web, basic, sign_in};
use licensing_proofs::{Answer, FEATURE, Key, Product, Site, cad};
use licensing_testbed::ServerBuilder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Far longer than anything here takes: only a hang reaches it.
const HANG: Duration = Duration::from_secs(60);

/// An address of this machine that counts on one link alone, with its scope.
fn scoped() -> Option<(Ipv6Addr, u32)> {
    let table = std::fs::read_to_string("/proc/net/if_inet6").ok()?;
    table.lines().find_map(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let [address, index, _, "20", ..] = columns[..] else {
            return None;
        };
        let address = u128::from_str_radix(address, 16).ok()?;
        Some((Ipv6Addr::from_bits(address), u32::from_str_radix(index, 16).ok()?))
    })
}

async fn takes(address: SocketAddr, key: u128) {
    let mut product = Product::connect(address).await.unwrap();
    let answer = product.checkout(FEATURE, Key(key)).await.unwrap();
    assert!(matches!(answer, Answer::Granted { .. }), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_with_scoped_and_mapped_addresses_are_told_apart_as_others_are() {
    let Some((address, scope)) = scoped() else {
        eprintln!("SKIPPED: this machine has no address of one link");
        return;
    };
    let builder = ServerBuilder::new()
        .license("acme.lic", &cad(10))
        .setting("licensing.listen", "::")
        .setting("web.listen", "::");
    let mut site = Site::start(builder).unwrap();
    let endpoints = site.endpoints().unwrap();
    let at = |port| SocketAddr::V6(SocketAddrV6::new(address, port, 0, scope));
    let port = endpoints.vendors["ACME"];
    // The machine itself, in both of its notations, needs nothing.
    takes(SocketAddr::from(([127, 0, 0, 1], port)), 1).await;
    takes(SocketAddr::from((Ipv6Addr::LOCALHOST, port)), 2).await;
    // On a link address it is a stranger, who gets TLS and nothing else.
    let mut plain = TcpStream::connect(at(port)).await.unwrap();
    plain
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(HANG, plain.read_to_end(&mut answer))
        .await
        .unwrap();
    assert_eq!(answer.first(), Some(&0x15), "a TLS alert: {answer:?}");

    let web = Web::of(&site).unwrap().at(at(endpoints.web_services.port()));
    let (account, password) = site.server.administrator();
    let right = sign_in(&basic(account, password));
    assert_eq!(web.ask(&right).await.unwrap(), Some(200));
    let mut statuses = Vec::new();
    for number in 0..25 {
        let wrong = sign_in(&basic(&format!("nobody{number}"), "wrong horse battery"));
        statuses.push(web.ask(&wrong).await.unwrap().unwrap());
    }
    let checked = statuses.iter().filter(|status| **status == 401).count();
    assert_eq!(checked, 20, "its failures count: {statuses:?}");
    // The administrator was there before, and nobody on loopback is concerned.
    assert_eq!(web.ask(&right).await.unwrap(), Some(200));
    let local = web.at(SocketAddr::from((
        Ipv6Addr::LOCALHOST,
        endpoints.web_services.port(),
    )));
    let wrong = sign_in(&basic("nobody", "wrong horse battery"));
    assert_eq!(local.ask(&wrong).await.unwrap(), Some(401));
    assert!(site.server.log().contains(&address.to_string()));
    println!(
        "addresses: 25 wrong sign-ins from {address} of scope {scope}: {checked} checked, the others put off; loopback goes on"
    );
    site.end().unwrap();
}

/// A product that calls with a token from an address of this machine.
async fn product(from: [u8; 4], site: &Site, token: &str) -> Product {
    let to = site.daemon().unwrap();
    Product::connect_from(Some(from.into()), to, Some(token))
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_a_second_machine_uses_is_one_caller_and_ends_on_both() {
    let builder = ServerBuilder::new()
        .license("acme.lic", &cad(10))
        .setting("licensing.anonymous", "never");
    let mut site = Site::start(builder).unwrap();
    let administrator = site.administrator().unwrap();
    let request = NewToken {
        name: "render farm".to_owned(),
        scope: Some(TokenScope::Product),
        permissions: None,
        days: None,
    };
    let token = administrator.call::<op::NewToken>(&request).await.unwrap();
    let secret = token.secret.expose().to_owned();
    let mut first = product([127, 0, 0, 1], &site, &secret).await;
    let mut second = product([127, 0, 0, 2], &site, &secret).await;
    for (key, product) in [(1, &mut first), (2, &mut second)] {
        let answer = product.checkout(FEATURE, Key(key)).await.unwrap();
        assert!(matches!(answer, Answer::Granted { .. }), "{answer:?}");
    }
    let mut stranger = product([127, 0, 0, 3], &site, "lic_0.0").await;
    stranger.checkout(FEATURE, Key(3)).await.unwrap_err();
    let removed = Instant::now();
    let request = RemoveToken {
        token_id: token.token.token_id,
    };
    administrator.call::<op::RemoveToken>(&request).await.unwrap();
    first.checkout(FEATURE, Key(4)).await.unwrap_err();
    second.checkout(FEATURE, Key(5)).await.unwrap_err();
    println!(
        "addresses: a token in use on two machines ended on both with its removal, within {:.0?}",
        removed.elapsed()
    );
    site.end().unwrap();
}
