//! A license file goes in, seats go out, an administrator sees them: with the clients that products and administrators
//! use.

use std::net::{IpAddr, SocketAddr, UdpSocket};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use licensing_api::inventory::GetInventory;
use licensing_api::license_file::{ImportLicenseFile, RemoveLicenseFile};
use licensing_api::operation::op;
use licensing_api::server::{DaemonState, GetServerInfo};
use licensing_api::token::{NewToken, RemoveToken, TokenScope};
use licensing_api::usage::GetUsage;
use licensing_api::{ErrorCode, Secret};
use licensing_client::{
    Address, AdminClient, CheckoutOptions, ConnectOptions, Credentials, ProductClient, ProductOptions, Trust,
};
use licensing_testbed::{Increment, Server, license_text};

use crate::support::{acme, builder, start};

fn trust(server: &Server) -> Trust {
    Trust::CertHash(server.endpoints().cert_hash.parse().unwrap())
}

fn address(socket: SocketAddr) -> Address {
    Address::new(&socket.ip().to_string(), socket.port()).unwrap()
}

pub(crate) fn administrator(server: &Server, at: IpAddr) -> AdminClient {
    let (account, password) = server.administrator();
    let port = server.endpoints().web_services.port();
    AdminClient::connect(ConnectOptions {
        trust: trust(server),
        credentials: Credentials::Basic {
            account: account.to_owned(),
            password: Secret::new(password),
        },
        ..ConnectOptions::new(address(SocketAddr::new(at, port)))
    })
    .unwrap()
}

fn product(server: &Server, at: IpAddr, token: Option<&Secret>) -> ProductOptions {
    let port = server.endpoints().licensing.port();
    ProductOptions {
        manager: address(SocketAddr::new(at, port)),
        token: token.cloned(),
        trust: trust(server),
        ..ProductOptions::new("localhost").unwrap()
    }
}

pub(crate) const LOOPBACK: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

#[tokio::test(flavor = "multi_thread")]
async fn an_imported_file_gives_seats_that_show_in_usage() {
    let server = start(builder()).await;
    let admin = administrator(&server, LOOPBACK);
    let import = ImportLicenseFile {
        file_name: "acme.lic".to_owned(),
        content: STANDARD.encode(server.issuer().sign(&acme(3))),
        overwrite: false,
    };
    let imported = admin.call::<op::ImportLicenseFile>(&import).await.unwrap();
    assert_eq!(imported.effects[0].count_after, 3);

    // No restart, no waiting: the import returns when the daemon serves.
    let client = ProductClient::connect(product(&server, LOOPBACK, None))
        .await
        .unwrap();
    let mut options = CheckoutOptions::new("cad");
    options.user = "ann".to_owned();
    let lease = client.checkout(&options).await.unwrap();
    let usage = admin.call::<op::GetUsage>(&GetUsage::default()).await.unwrap();
    assert_eq!(usage.items.len(), 1);
    assert_eq!(
        (usage.items[0].user.as_str(), usage.items[0].vendor.as_str()),
        ("ann", "ACME")
    );
    let inventory = admin
        .call::<op::GetInventory>(&GetInventory::default())
        .await
        .unwrap();
    assert_eq!(
        (
            inventory.items[0].licenses_available,
            inventory.items[0].licenses_in_use
        ),
        (3, 1)
    );
    let info = admin
        .call::<op::GetServerInfo>(&GetServerInfo::default())
        .await
        .unwrap();
    assert_eq!(info.vendor_daemons[0].state, DaemonState::Running);
    drop(lease);

    let remove = RemoveLicenseFile {
        file_name: "acme.lic".to_owned(),
        explain: false,
    };
    admin.call::<op::RemoveLicenseFile>(&remove).await.unwrap();
    let info = admin
        .call::<op::GetServerInfo>(&GetServerInfo::default())
        .await
        .unwrap();
    assert!(
        info.vendor_daemons.is_empty(),
        "its daemon has nothing to serve any more"
    );
    server.stop().unwrap();
}

/// A token opens the licensing ports until it is removed, at this address of the server.
async fn tokens_open_and_close(server: &Server, at: IpAddr) {
    let admin = administrator(server, at);
    let refused = ProductClient::connect(product(server, at, None)).await;
    let refused = refused.err().map(|problem| problem.code);
    assert_eq!(refused, Some(ErrorCode::AuthorizationFailed));

    let request = NewToken {
        name: "cad workstations".to_owned(),
        scope: Some(TokenScope::Product),
        permissions: None,
        days: None,
    };
    let token = admin.call::<op::NewToken>(&request).await.unwrap();
    let with = ProductClient::connect(product(server, at, Some(&token.secret)))
        .await
        .unwrap();
    let _lease = with.checkout(&CheckoutOptions::new("cad")).await.unwrap();

    let remove = RemoveToken {
        token_id: token.token.token_id.clone(),
    };
    admin.call::<op::RemoveToken>(&remove).await.unwrap();
    let refused = with
        .checkout(&CheckoutOptions::new("cad"))
        .await
        .unwrap_err()
        .into_problem();
    assert_eq!(refused.code, ErrorCode::AuthorizationFailed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_the_licensing_ports_until_it_is_removed() {
    let server = start(
        builder()
            .license("acme.lic", &acme(5))
            .setting("licensing.anonymous", "never"),
    )
    .await;
    tokens_open_and_close(&server, LOOPBACK).await;
    server.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_outlive_a_restart() {
    let mut server = start(
        builder()
            .license("acme.lic", &acme(5))
            .setting("licensing.anonymous", "never"),
    )
    .await;
    let request = NewToken {
        name: "cad".to_owned(),
        scope: Some(TokenScope::Product),
        permissions: None,
        days: None,
    };
    let token = administrator(&server, LOOPBACK)
        .call::<op::NewToken>(&request)
        .await
        .unwrap();
    server.end().unwrap();
    server.start_again().unwrap();
    let client = ProductClient::connect(product(&server, LOOPBACK, Some(&token.secret)))
        .await
        .unwrap();
    let _lease = client.checkout(&CheckoutOptions::new("cad")).await.unwrap();
    server.stop().unwrap();
}

/// An address of this machine that is not loopback; none on a machine without a network.
pub(crate) fn address_off_loopback() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    // Nothing is sent: this only asks which address would be used.
    socket.connect("198.51.100.1:9").ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then_some(address)
}

#[tokio::test(flavor = "multi_thread")]
async fn off_loopback_products_need_tls_and_a_token_and_on_loopback_neither() {
    let Some(outside) = address_off_loopback() else {
        eprintln!("skipped: this machine has no address besides loopback");
        return;
    };
    let server = start(
        builder()
            .license("acme.lic", &acme(5))
            .setting("licensing.listen", "0.0.0.0")
            .setting("web.listen", "0.0.0.0"),
    )
    .await;
    tokens_open_and_close(&server, outside).await;

    // Plain text is not answered there.
    let plain = format!(
        "http://{}",
        SocketAddr::new(outside, server.endpoints().licensing.port())
    );
    let channel = tonic::transport::Endpoint::from_shared(plain)
        .unwrap()
        .connect_lazy();
    let mut manager =
        licensing_protocol::licensing::license_manager_client::LicenseManagerClient::new(channel);
    manager
        .discover(licensing_protocol::licensing::DiscoverRequest::default())
        .await
        .expect_err("it speaks TLS");

    let local = ProductClient::connect(product(&server, LOOPBACK, None))
        .await
        .unwrap();
    let _lease = local.checkout(&CheckoutOptions::new("cad")).await.unwrap();
    server.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn unverifiable_licenses_are_served_only_where_configured_and_with_an_alert() {
    let text = license_text(
        "BOLT",
        &[Increment::new("drill", 2).attributes("SIGN=\"0123 4567 89AB\"")],
    );
    for accepted in [false, true] {
        let mut builder = builder();
        if accepted {
            builder = builder.setting("licensing.accept_unverified", "[\"BOLT\"]");
        }
        let mut server = tokio::task::spawn_blocking(move || builder.prepare())
            .await
            .unwrap()
            .unwrap();
        // As another vendor's own tools signed it.
        std::fs::write(server.data().join("licenses/bolt.lic"), &text).unwrap();
        server.start_again().unwrap();
        let client = ProductClient::connect(product(&server, LOOPBACK, None))
            .await
            .unwrap();
        let outcome = client.checkout(&CheckoutOptions::new("drill")).await;
        assert_eq!(outcome.is_ok(), accepted);
        drop(outcome);
        let alerts = administrator(&server, LOOPBACK)
            .call::<op::GetAlerts>(&Default::default())
            .await
            .unwrap();
        let standing = alerts
            .items
            .iter()
            .any(|alert| alert.code == "UnverifiedLicensesAccepted");
        assert_eq!(standing, accepted, "{alerts:?}");
        server.stop().unwrap();
    }
}
