//! What SIGHUP and a replaced certificate bring about in the manager and in every daemon.

#![cfg(unix)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use licensing_net::tls::ServerTls;
use licensing_testbed::Server;
use rustls::pki_types::CertificateDer;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::full_circle::address_off_loopback;
use crate::support::{VENDOR, acme, builder, check_in, check_out, daemon, request, start};

/// Adds lines to a section of the configuration file.
fn configure(server: &Server, section: &str, lines: &str) {
    let file = server.data().join("licensingd.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let heading = format!("[{section}]\n");
    assert!(text.contains(&heading));
    std::fs::write(file, text.replace(&heading, &format!("{heading}{lines}\n"))).unwrap();
}

async fn logged(server: &Server, wanted: &str) {
    for _ in 0..1200 {
        if server.log().contains(wanted) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{wanted} is not in the log:\n{}", server.log());
}

#[tokio::test]
async fn settings_that_can_change_do_and_the_others_are_named() {
    let server = tokio::task::spawn_blocking(|| {
        let mut server = builder().license("acme.lic", &acme(1)).prepare().unwrap();
        configure(&server, "licensing", "burst = [\"ACME\"]");
        server.start_again().unwrap();
        server
    })
    .await
    .unwrap();
    let mut client = daemon(&server).await;
    let first = check_out(&mut client, 1).await.unwrap();
    check_out(&mut client, 2)
        .await
        .expect("a burst serves beyond the seats");
    let file = server.data().join("licensingd.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("burst = [\"ACME\"]", "burst = []")).unwrap();
    let lines = "debug_log = true\nheartbeat_seconds = 60\nanonymous = \"never\"";
    configure(&server, "licensing", lines);
    server.reread().unwrap();
    logged(
        &server,
        "takes effect at the next start setting=\"licensing.heartbeat_seconds\"",
    )
    .await;
    logged(&server, "is in effect setting=\"licensing.debug_log\"").await;
    logged(&server, "the license files are served as they are now").await;
    let refused = client.checkout(request(3)).await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::Unauthenticated);

    let text = std::fs::read_to_string(server.data().join("licensingd.toml")).unwrap();
    let text = text.replace("anonymous = \"never\"", "anonymous = \"always\"");
    std::fs::write(server.data().join("licensingd.toml"), text).unwrap();
    server.reread().unwrap();
    for _ in 0..600 {
        if client.checkout(request(3)).await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let denial = check_out(&mut client, 4).await.unwrap_err();
    assert_eq!(denial.number, -4, "there is no burst any more: {denial:?}");
    assert!(check_in(&mut client, &first).await, "no lease is lost");
    let log = std::fs::read_to_string(server.data().join("log/ACME.log")).unwrap();
    assert!(log.contains("DENIED: \"cad\" user4@host4"), "{log}");

    std::fs::write(server.data().join("licensingd.toml"), "[licensing]\nprot = 1\n").unwrap();
    server.reread().unwrap();
    logged(&server, "the configuration is not used; the earlier one stays").await;
    check_out(&mut client, 5).await.unwrap_err();
    server.stop().unwrap();
}

/// The certificate that a licensing port shows; a handshake with any other than `trusted` fails.
async fn shows(address: SocketAddr, trusted: CertificateDer<'static>) -> bool {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(trusted).unwrap();
    let config =
        rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
    let stream = TcpStream::connect(address).await.unwrap();
    let name = "license01.example.com".try_into().unwrap();
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_certificate_reaches_the_daemons() {
    let Some(outside) = address_off_loopback() else {
        eprintln!("skipped: this machine has no address besides loopback");
        return;
    };
    let server = start(
        builder()
            .license("acme.lic", &acme(1))
            .setting("licensing.listen", "0.0.0.0"),
    )
    .await;
    let address = SocketAddr::new(outside, server.endpoints().vendors[VENDOR]);
    let tls = server.data().join("tls");
    let own = ServerTls::open(&tls.join("server.crt"), &tls.join("server.key")).unwrap();
    assert!(shows(address, own.certificate()).await);
    let made = rcgen::generate_simple_self_signed(["license01.example.com".to_owned()]).unwrap();
    assert!(!shows(address, made.cert.der().clone()).await);
    std::fs::write(tls.join("server.crt"), made.cert.pem()).unwrap();
    std::fs::write(tls.join("server.key"), made.signing_key.serialize_pem()).unwrap();
    server.reread().unwrap();
    for _ in 0..1200 {
        if shows(address, made.cert.der().clone()).await {
            server.stop().unwrap();
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!(
        "the daemon goes on to show the earlier certificate:\n{}",
        server.log()
    );
}
