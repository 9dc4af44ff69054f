//! One stream for all that a product says, and servers that know none.

use std::time::Duration;

use licensing_api::{ErrorCode, Secret};
use licensing_client::{
    CheckoutError, CheckoutOptions, Heartbeats, LeaseState, ProductClient, ProductOptions, Transport,
};

use crate::daemon::{Asked, LicenseServer};

fn manual(server: &LicenseServer) -> ProductOptions {
    let mut options = server.options();
    options.heartbeats = Heartbeats::Manual;
    options
}

fn wanted() -> CheckoutOptions {
    CheckoutOptions::new("ACME_CAD")
}

#[tokio::test]
async fn everything_goes_over_one_stream() {
    let server = LicenseServer::start(50);
    let client = ProductClient::connect(manual(&server))
        .await
        .expect("a connection");
    let wanted = wanted();
    let taking: Vec<_> = (0..50).map(|_| client.start_checkout(&wanted)).collect();
    let mut leases = Vec::new();
    for pending in taking {
        leases.push(pending.await.expect("a seat"));
    }
    assert_eq!(client.heartbeat().await.expect("a heartbeat"), 0);
    for lease in &leases {
        assert!(lease.checkin().await.expect("given back"));
    }
    assert_eq!(server.truth().sessions, 1);
    assert_eq!(server.truth().leases.len(), 0);
}

#[tokio::test]
async fn answers_may_come_in_any_order() {
    let server = LicenseServer::start(2);
    server.truth().swap_answers = true;
    let client = ProductClient::connect(manual(&server))
        .await
        .expect("a connection");
    let (mut first, mut second) = (wanted(), wanted());
    first.feature = "ACME_ONE".to_owned();
    second.feature = "ACME_TWO".to_owned();
    let (first, second) = (client.start_checkout(&first), client.start_checkout(&second));
    let (first, second) = (first.await.expect("a seat"), second.await.expect("a seat"));
    assert_eq!(first.info().feature, "ACME_ONE");
    assert_eq!(second.info().feature, "ACME_TWO");
    server.truth().swap_answers = false;
}

#[tokio::test]
async fn calls_are_made_where_there_is_no_stream_or_none_is_wanted() {
    for calls_only in [true, false] {
        let mut server = LicenseServer::start(1);
        server.truth().calls_only = calls_only;
        let mut options = manual(&server);
        options.token = Some(Secret::new("lic_product"));
        if !calls_only {
            options.transport = Transport::Calls;
        }
        let client = ProductClient::connect(options).await.expect("a connection");
        let lease = client.checkout(&wanted()).await.expect("a seat");
        assert_eq!(client.heartbeat().await.expect("a heartbeat"), 0);
        assert!(lease.checkin().await.expect("given back"));
        assert_eq!(server.truth().sessions, 0);
        let Asked::Checkout { authorization, .. } = server.next().await else {
            panic!("no checkout")
        };
        assert_eq!(authorization.as_deref(), Some("Bearer lic_product"));
    }
}

#[tokio::test]
async fn a_stream_that_breaks_fails_nobody() {
    let server = LicenseServer::start(20);
    server.truth().lose_answers = 3;
    let client = ProductClient::connect(manual(&server))
        .await
        .expect("a connection");
    let wanted = wanted();
    let taking: Vec<_> = (0..20).map(|_| client.start_checkout(&wanted)).collect();
    let mut leases = Vec::new();
    for pending in taking {
        leases.push(pending.await.expect("a seat"));
    }
    assert_eq!(server.truth().leases.len(), 20, "none twice");
    assert!(server.truth().sessions > 1);
    assert_eq!(client.heartbeat().await.expect("a heartbeat"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn leases_live_through_a_restart_that_breaks_the_stream_under_way() {
    let mut server = LicenseServer::start(5);
    let client = ProductClient::connect(manual(&server))
        .await
        .expect("a connection");
    let lease = client.checkout(&wanted()).await.expect("a seat");
    server.truth().hang = true;
    let under_way = client.start_checkout(&wanted());
    while !matches!(server.next().await, Asked::Checkout { .. }) {}
    assert!(
        matches!(server.next().await, Asked::Checkout { .. }),
        "the second"
    );
    tokio::task::block_in_place(|| {
        server.kill();
        server.truth().hang = false;
        server.run();
    });
    let other = under_way.await.expect("a seat of the new server");
    assert_eq!(client.heartbeat().await.expect("a heartbeat"), 0);
    assert_eq!(
        (lease.state(), other.state()),
        (LeaseState::Held, LeaseState::Held)
    );
    assert_eq!(server.truth().leases.len(), 2);
}

#[tokio::test]
async fn more_questions_than_the_daemon_works_on_wait_their_turn() {
    let server = LicenseServer::start(1000);
    let client = ProductClient::connect(manual(&server))
        .await
        .expect("a connection");
    let wanted = wanted();
    let taking: Vec<_> = (0..600).map(|_| client.start_checkout(&wanted)).collect();
    for pending in taking {
        // Dropping gives the seats back in the background.
        drop(pending.await.expect("a seat"));
    }
}

#[tokio::test]
async fn a_checkout_that_nobody_waits_for_is_given_back() {
    let mut server = LicenseServer::start(1);
    let client = ProductClient::connect(manual(&server))
        .await
        .expect("a connection");
    drop(client.start_checkout(&wanted()));
    assert!(matches!(server.next().await, Asked::Checkout { .. }));
    assert!(matches!(server.next().await, Asked::Checkin(_)));
    assert_eq!(server.truth().leases.len(), 0);
}

#[tokio::test]
async fn a_daemon_that_never_answers_is_a_timeout_for_calls_too() {
    let server = LicenseServer::start(5);
    server.truth().hang = true;
    let mut options = manual(&server);
    options.transport = Transport::Calls;
    options.attempt_timeout = Duration::from_secs(1);
    options.timeout = Duration::from_millis(2500);
    let client = ProductClient::connect(options).await.expect("a connection");
    let Err(CheckoutError::Failed(problem)) = client.checkout(&wanted()).await else {
        panic!("no answer was to come")
    };
    assert_eq!(problem.code, ErrorCode::Timeout);
}
