//! The client with the real server.
#![cfg(unix)]

use std::path::Path;
use std::time::Duration;

use licensing_api::ErrorCode;
use licensing_client::{
    Address, CheckoutOptions, ClientIdentity, Heartbeats, LeaseState, ProductClient, ProductOptions,
    Transport,
};
use licensing_testbed::{Increment, Server, ServerBuilder, license_text};

fn builder() -> ServerBuilder {
    let text = license_text(
        "ACME",
        &[
            Increment::new("ACME_CAD", 30),
            Increment::new("ACME_CAM", 1).attributes("BORROW=24"),
        ],
    );
    ServerBuilder::new().license("acme.lic", &text)
}

/// Starting and killing processes stands still, which a runtime must not.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("no panic")
}

async fn start(builder: ServerBuilder) -> Server {
    aside(|| {
        let builder = builder.kept_port().expect("a port");
        builder.start().expect("a license server")
    })
    .await
}

async fn kill(mut server: Server) -> Server {
    aside(|| {
        server.kill().expect("killed");
        server
    })
    .await
}

async fn start_again(mut server: Server) -> Server {
    aside(|| {
        server.start_again().expect("a license server");
        server
    })
    .await
}

fn options(server: &Server) -> ProductOptions {
    let licensing = server.endpoints().licensing;
    let mut options = ProductOptions::new("localhost").expect("options");
    options.manager = Address::new(&licensing.ip().to_string(), licensing.port()).expect("an address");
    options.heartbeats = Heartbeats::Manual;
    options
}

fn offline(server: &Server, folder: &Path) -> ProductOptions {
    let mut options = options(server);
    options.ticket_folder = Some(folder.to_owned());
    options.attempt_timeout = Duration::from_secs(4);
    options.timeout = Duration::from_secs(6);
    options
}

async fn connect(options: ProductOptions) -> ProductClient {
    ProductClient::connect(options).await.expect("a connection")
}

async fn in_use(client: &ProductClient, feature: &str) -> u32 {
    let status = client.status(feature).await.expect("a status");
    status.features.iter().map(|pool| pool.in_use).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn many_leases_live_on_over_one_stream_through_a_killed_server() {
    let server = start(builder()).await;
    let client = connect(options(&server)).await;
    let wanted = CheckoutOptions::new("ACME_CAD");
    let taking: Vec<_> = (0..20).map(|_| client.start_checkout(&wanted)).collect();
    let mut leases = Vec::new();
    for pending in taking {
        leases.push(pending.await.expect("a seat"));
    }
    let server = start_again(kill(server).await).await;
    assert_eq!(client.heartbeat().await.expect("a heartbeat"), 0);
    assert!(leases.iter().all(|lease| lease.state() == LeaseState::Held));
    assert_eq!(in_use(&client, "ACME_CAD").await, 20);
    for lease in &leases {
        assert!(lease.checkin().await.expect("given back"));
    }
    assert_eq!(in_use(&client, "ACME_CAD").await, 0);
    aside(|| server.stop().expect("a good end")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn checkouts_under_way_while_the_server_is_killed_take_one_seat_each() {
    let server = start(builder()).await;
    let client = connect(options(&server)).await;
    let wanted = CheckoutOptions::new("ACME_CAD");
    let taking: Vec<_> = (0..20).map(|_| client.start_checkout(&wanted)).collect();
    let server = start_again(kill(server).await).await;
    let mut leases = Vec::new();
    for pending in taking {
        leases.push(pending.await.expect("a seat"));
    }
    assert_eq!(in_use(&client, "ACME_CAD").await, 20);
    aside(|| server.stop().expect("a good end")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn grace_bridges_the_time_without_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(builder()).await;
    let client = connect(offline(&server, folder.path())).await;
    let mut wanted = CheckoutOptions::new("ACME_CAD");
    // Servers may compare users without their domain; the ticket names them in full.
    wanted.user = r"ACME\anna".to_owned();
    let running = client.checkout(&wanted).await.expect("a seat");
    assert!(running.ticket_until().is_some());
    let server = kill(server).await;
    let fresh = client.checkout(&wanted).await.expect("by the ticket");
    client.heartbeat().await.expect_err("nobody there");
    assert_eq!(
        (running.state(), fresh.state()),
        (LeaseState::Grace, LeaseState::Grace)
    );
    let server = start_again(server).await;
    assert_eq!(client.heartbeat().await.expect("back"), 0);
    assert_eq!(
        (running.state(), fresh.state()),
        (LeaseState::Held, LeaseState::Held)
    );
    assert_eq!(in_use(&client, "ACME_CAD").await, 2);
    aside(|| server.stop().expect("a good end")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_are_taken_along_and_given_back_early() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(builder()).await;
    let options = offline(&server, folder.path());
    let mut wanted = CheckoutOptions::new("ACME_CAM");
    let client = connect(options.clone()).await;
    wanted.borrow = Some(Duration::from_secs(3600));
    let lease = client.checkout(&wanted).await.expect("a seat");
    assert!(lease.info().borrowed_until.is_some());
    drop((lease, client));
    let server = kill(server).await;

    let client = connect(options.clone()).await;
    wanted.borrow = None;
    let lease = client.checkout(&wanted).await.expect("the borrowed seat");
    assert_eq!(lease.state(), LeaseState::Held);
    let server = start_again(server).await;
    let mut other = wanted.clone();
    other.user = "somebody-else".to_owned();
    client.checkout(&other).await.expect_err("the one seat is out");
    let borrowed = client.borrowed().await.expect("a list");
    assert!(client.return_borrowed(&borrowed[0]).await.expect("given back"));
    assert_eq!(lease.state(), LeaseState::CheckedIn);
    client.checkout(&other).await.expect("it is free again");
    aside(|| server.stop().expect("a good end")).await;
}

/// Waits until a request stands there. Calls are told only after a while, and have no order to rely on here.
async fn place(pending: &licensing_client::PendingCheckout, transport: Transport, expected: u32) {
    if transport == Transport::Session {
        let mut positions = pending.positions();
        let found = positions.wait_for(|place| *place == Some(expected)).await;
        found.expect("a place");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_wait_for_seats_in_fair_order_and_over_a_restart() {
    const LONG: Duration = Duration::from_secs(600);
    let server = start(builder()).await;
    for transport in [Transport::Session, Transport::Calls] {
        let mut options = options(&server);
        options.transport = transport;
        let client = connect(options).await;
        let mut wanted = CheckoutOptions::new("ACME_CAM");
        let lease = client.checkout(&wanted).await.expect("the one seat");
        wanted.queue = Some(LONG);
        let waits = |user: &str| {
            let mut wanted = wanted.clone();
            wanted.user = user.to_owned();
            client.start_checkout(&wanted)
        };
        let first = waits("ann");
        place(&first, transport, 1).await;
        let given_up = waits("eve");
        place(&given_up, transport, 2).await;
        let second = waits("bob");
        place(&second, transport, 3).await;
        drop(given_up);
        place(&second, transport, 2).await;
        assert!(lease.checkin().await.expect("given back"));
        let both = async |pending: licensing_client::PendingCheckout| {
            let lease = pending.await.expect("its turn");
            assert!(lease.checkin().await.expect("given back"));
        };
        // Either may be the first where there is no order to rely on.
        tokio::join!(both(first), both(second));
    }

    let client = connect(options(&server)).await;
    let mut wanted = CheckoutOptions::new("ACME_CAM");
    let lease = client.checkout(&wanted).await.expect("the one seat");
    wanted.queue = Some(LONG);
    let pending = client.start_checkout(&wanted);
    let mut positions = pending.positions();
    positions
        .wait_for(|place| *place == Some(1))
        .await
        .expect("a place");
    let server = start_again(kill(server).await).await;
    assert!(lease.checkin().await.expect("given back"));
    pending.await.expect("its turn");
    // The lease that nobody keeps is given back in the background.
    let _lease = client.checkout(&wanted).await.expect("free");
    wanted.queue = Some(Duration::from_secs(1));
    let refused = client.checkout(&wanted).await.expect_err("nobody gives back");
    assert_eq!(refused.into_problem().code, ErrorCode::SeatDenied);
    aside(|| server.stop().expect("a good end")).await;
}

/// An address of this machine besides loopback, where the server insists on knowing who calls.
fn address_off_loopback() -> Option<std::net::IpAddr> {
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").ok()?;
    // Nothing is sent: this only asks which way packets would go.
    socket.connect("192.0.2.1:9").ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then_some(address)
}

/// Why a stranger gets no seat: a stream is refused when it is opened, calls when they are made.
async fn refused(options: ProductOptions) -> ErrorCode {
    let client = match ProductClient::connect(options).await {
        Ok(client) => client,
        Err(problem) => return problem.code,
    };
    let refused = client.checkout(&CheckoutOptions::new("ACME_CAD")).await;
    refused.expect_err("a stranger").into_problem().code
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_its_own_lets_a_product_in() {
    let Some(outside) = address_off_loopback() else {
        eprintln!("skipped: this machine has no address besides loopback");
        return;
    };
    let authority = crate::certificates::Authority::new();
    let pem = authority.pem.clone();
    let server = aside(move || {
        let mut server = builder()
            .setting("licensing.listen", "0.0.0.0")
            .setting("licensing.client_ca", "tls/clients.pem")
            .prepare()
            .expect("a license server to be");
        std::fs::write(server.data().join("tls/clients.pem"), pem).expect("a file");
        server.start_again().expect("a license server");
        server
    })
    .await;
    let (certificate, key) = authority.client("cad01");
    for transport in [Transport::Session, Transport::Calls] {
        let mut options = options(&server);
        options.transport = transport;
        options.manager = Address::new(&outside.to_string(), server.endpoints().licensing.port()).unwrap();
        options.trust = licensing_client::Trust::CertHash(server.endpoints().cert_hash.parse().unwrap());
        assert_eq!(refused(options.clone()).await, ErrorCode::AuthorizationFailed);
        options.identity = Some(ClientIdentity::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap());
        let client = connect(options).await;
        let lease = client
            .checkout(&CheckoutOptions::new("ACME_CAD"))
            .await
            .expect("a seat");
        assert!(lease.checkin().await.expect("given back"));
    }
    aside(|| server.stop().expect("a good end")).await;
}
