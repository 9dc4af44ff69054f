//! Waiting for seats.

use std::time::Duration;

use licensing_api::denial::DenialReason;
use licensing_client::{CheckoutError, CheckoutOptions, Heartbeats, LeaseState, ProductClient, Transport};

use crate::daemon::{Asked, LicenseServer};

/// Far longer than any of these tests takes.
const LONG: Duration = Duration::from_secs(600);

async fn connect(server: &LicenseServer, transport: Transport) -> ProductClient {
    let mut options = server.options();
    options.heartbeats = Heartbeats::Manual;
    options.transport = transport;
    ProductClient::connect(options).await.expect("a connection")
}

fn queueing(wait: Duration) -> CheckoutOptions {
    let mut options = CheckoutOptions::new("ACME_CAD");
    options.queue = Some(wait);
    options
}

async fn keys(server: &mut LicenseServer, number: usize) -> Vec<Vec<u8>> {
    let mut keys = Vec::new();
    while keys.len() < number {
        if let Asked::Checkout { key, .. } = server.next().await {
            keys.push(key);
        }
    }
    keys
}

#[tokio::test]
async fn the_seat_comes_in_turn_and_the_place_is_told() {
    let mut server = LicenseServer::start(0);
    let client = connect(&server, Transport::Session).await;
    let first = client.start_checkout(&queueing(LONG));
    keys(&mut server, 1).await;
    let second = client.start_checkout(&queueing(LONG));
    let (mut at_first, mut at_second) = (first.positions(), second.positions());
    at_first
        .wait_for(|place| *place == Some(1))
        .await
        .expect("a place");
    at_second
        .wait_for(|place| *place == Some(2))
        .await
        .expect("a place");
    server.set_seats(1);
    let lease = first.await.expect("a seat");
    assert_eq!(lease.state(), LeaseState::Held);
    at_second
        .wait_for(|place| *place == Some(1))
        .await
        .expect("the next");
    assert!(lease.checkin().await.expect("given back"));
    let lease = second.await.expect("a seat");
    assert_eq!(lease.state(), LeaseState::Held);
}

#[tokio::test]
async fn a_free_seat_needs_no_waiting() {
    let server = LicenseServer::start(1);
    let client = connect(&server, Transport::Session).await;
    let pending = client.start_checkout(&queueing(LONG));
    let positions = pending.positions();
    pending.await.expect("a seat");
    assert_eq!(*positions.borrow(), None);
}

#[tokio::test]
async fn calls_ask_again_with_the_same_key() {
    let mut server = LicenseServer::start(0);
    server.truth().hold = Duration::from_millis(10);
    let client = connect(&server, Transport::Calls).await;
    let pending = client.start_checkout(&queueing(LONG));
    let mut positions = pending.positions();
    positions
        .wait_for(|place| *place == Some(1))
        .await
        .expect("a place");
    let keys = keys(&mut server, 2).await;
    assert_eq!(keys[0], keys[1]);
    server.set_seats(1);
    pending.await.expect("a seat");
    assert_eq!(server.truth().leases.len(), 1);
}

#[tokio::test]
async fn who_gives_up_leaves_the_queue() {
    for transport in [Transport::Session, Transport::Calls] {
        let mut server = LicenseServer::start(0);
        let client = connect(&server, transport).await;
        let pending = client.start_checkout(&queueing(LONG));
        let keys = keys(&mut server, 1).await;
        drop(pending);
        let given_up = loop {
            if let Asked::GivenUp(key) = server.next().await {
                break key;
            }
        };
        assert_eq!(given_up, keys[0]);
        assert!(server.truth().queue.is_empty());
    }
}

#[tokio::test]
async fn when_the_time_is_over_the_denial_says_how_it_stood() {
    for transport in [Transport::Session, Transport::Calls] {
        let server = LicenseServer::start(0);
        server.truth().hold = Duration::from_millis(10);
        let client = connect(&server, transport).await;
        let Err(CheckoutError::Denied(denial)) = client.checkout(&queueing(Duration::from_millis(300))).await
        else {
            panic!("there are no seats")
        };
        assert_eq!(denial.reason, Some(DenialReason::AllSeatsTaken));
        assert!(denial.text.contains("place 1"), "{}", denial.text);
        assert!(server.truth().queue.is_empty(), "it left");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_goes_on_with_a_server_that_was_restarted() {
    for transport in [Transport::Session, Transport::Calls] {
        let mut server = LicenseServer::start(0);
        let client = connect(&server, transport).await;
        let pending = client.start_checkout(&queueing(LONG));
        let before = keys(&mut server, 1).await;
        tokio::task::block_in_place(|| {
            server.kill();
            server.truth().queue.clear();
            server.run();
        });
        let after = keys(&mut server, 1).await;
        assert_eq!(before, after);
        server.set_seats(1);
        pending.await.expect("a seat");
    }
}

#[tokio::test]
async fn waiting_requests_do_not_hold_up_others() {
    let mut server = LicenseServer::start(0);
    let client = connect(&server, Transport::Session).await;
    let waiting: Vec<_> = (0..100).map(|_| client.start_checkout(&queueing(LONG))).collect();
    keys(&mut server, 100).await;
    client
        .checkout(&CheckoutOptions::new("ACME_CAD"))
        .await
        .expect_err("refused at once");
    drop(waiting);
}
