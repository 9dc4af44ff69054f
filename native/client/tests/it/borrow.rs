//! Taking seats along.

use std::path::Path;
use std::time::Duration;

use jiff::SignedDuration;
use licensing_api::ErrorCode;
use licensing_client::{
    CheckoutError, CheckoutOptions, Heartbeats, LeaseState, ProductClient, ProductOptions,
};

use crate::daemon::{Asked, Grace, LicenseServer};

fn server() -> LicenseServer {
    let server = LicenseServer::start(1);
    server.truth().grace = Some(Grace {
        lasts: SignedDuration::from_hours(720),
        seed: [7; 32],
    });
    server
}

fn options(server: &LicenseServer, folder: &Path) -> ProductOptions {
    let mut options = server.options();
    options.heartbeats = Heartbeats::Manual;
    options.ticket_folder = Some(folder.to_owned());
    options.attempt_timeout = Duration::from_secs(2);
    options.timeout = Duration::from_secs(2);
    options
}

async fn connect(server: &LicenseServer, folder: &Path) -> ProductClient {
    ProductClient::connect(options(server, folder))
        .await
        .expect("a connection")
}

fn borrowing(time: Duration) -> CheckoutOptions {
    let mut options = CheckoutOptions::new("ACME_CAD");
    options.borrow = Some(time);
    options
}

const HOURS: Duration = Duration::from_secs(8 * 3600);

#[tokio::test(flavor = "multi_thread")]
async fn borrowed_seats_are_used_without_the_server_until_they_are_given_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = server();
    let client = connect(&server, folder.path()).await;
    let lease = client.checkout(&borrowing(HOURS)).await.expect("a seat");
    let until = lease.info().borrowed_until.expect("an end");
    assert_eq!(client.heartbeat().await.expect("nothing to send"), 0);
    // A product that ends does not give them back.
    drop((lease, client));
    tokio::task::block_in_place(|| server.kill());

    let client = connect(&server, folder.path()).await;
    let lease = client
        .checkout(&CheckoutOptions::new("ACME_CAD"))
        .await
        .expect("the borrowed seat");
    assert_eq!(lease.state(), LeaseState::Held);
    assert_eq!(
        lease.info().borrowed_until.map(|at| at.as_second()),
        Some(until.as_second())
    );
    assert!(lease.checkin().await.expect("it stays borrowed"));
    assert_eq!(lease.state(), LeaseState::CheckedIn);
    let lease = client
        .checkout(&CheckoutOptions::new("ACME_CAD"))
        .await
        .expect("still borrowed");

    let borrowed = client.borrowed().await.expect("a list");
    assert_eq!(borrowed.len(), 1);
    assert_eq!((borrowed[0].feature.as_str(), borrowed[0].count), ("ACME_CAD", 1));
    client
        .return_borrowed(&borrowed[0])
        .await
        .expect_err("nobody there");
    assert_eq!(lease.state(), LeaseState::Held);
    tokio::task::block_in_place(|| server.run());
    assert!(client.return_borrowed(&borrowed[0]).await.expect("given back"));
    assert_eq!(lease.state(), LeaseState::CheckedIn);
    assert_eq!(client.borrowed().await.expect("a list"), []);
    assert_eq!(server.truth().leases.len(), 0);
}

#[tokio::test]
async fn the_lease_that_borrowed_gives_back_early() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = server();
    let client = connect(&server, folder.path()).await;
    let lease = client.checkout(&borrowing(HOURS)).await.expect("a seat");
    assert!(lease.checkin().await.expect("given back"));
    assert_eq!(client.borrowed().await.expect("a list"), []);
    assert!(matches!(server.next().await, Asked::Checkout { .. }));
    assert!(matches!(server.next().await, Asked::Checkin(_)));
}

#[tokio::test]
async fn borrowed_seats_end_with_their_period() {
    let folder = tempfile::tempdir().unwrap();
    let server = server();
    let client = connect(&server, folder.path()).await;
    let lease = client
        .checkout(&borrowing(Duration::from_secs(4)))
        .await
        .expect("a seat");
    assert_eq!(lease.state(), LeaseState::Held);
    assert_eq!(lease.ended().await, LeaseState::Ended);
    assert_eq!(client.borrowed().await.expect("a list"), []);
}

#[tokio::test]
async fn seats_whose_ticket_cannot_be_kept_are_not_borrowed() {
    let folder = tempfile::tempdir().unwrap();
    let server = server();
    let client = connect(&server, folder.path()).await;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        std::fs::remove_dir_all(entry.unwrap().path()).unwrap();
    }
    let Err(CheckoutError::Failed(problem)) = client.checkout(&borrowing(HOURS)).await else {
        panic!("there is nowhere to keep the ticket")
    };
    assert_eq!(problem.code, ErrorCode::LocalFileUnwritable);
    assert_eq!(server.truth().leases.len(), 0, "given back");
}

#[tokio::test]
async fn borrowing_needs_a_folder() {
    let mut server = server();
    let client = ProductClient::connect(server.options())
        .await
        .expect("a connection");
    let Err(CheckoutError::Failed(problem)) = client.checkout(&borrowing(HOURS)).await else {
        panic!("there is nowhere to keep the ticket")
    };
    assert_eq!(
        (problem.code, problem.target.as_str()),
        (ErrorCode::InvalidRequest, "ticketFolder")
    );
    assert_eq!(server.so_far(), []);
    assert_eq!(client.borrowed().await.expect("a list"), []);
}
