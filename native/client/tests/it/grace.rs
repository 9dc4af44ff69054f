//! Going on without the server, by a ticket.

use std::path::Path;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use licensing_api::{ErrorCode, Problem};
use licensing_client::{
    CheckoutError, CheckoutOptions, Heartbeats, Lease, LeaseState, ProductClient, ProductOptions,
};

use crate::daemon::{Asked, Grace, LicenseServer};

const SEED: [u8; 32] = [7; 32];

fn server(lasts: SignedDuration) -> LicenseServer {
    let server = LicenseServer::start(5);
    server.truth().grace = Some(Grace { lasts, seed: SEED });
    server
}

fn month() -> SignedDuration {
    SignedDuration::from_hours(720)
}

fn options(server: &LicenseServer, folder: &Path) -> ProductOptions {
    let mut options = server.options();
    options.heartbeats = Heartbeats::Manual;
    options.ticket_folder = Some(folder.to_owned());
    options.attempt_timeout = Duration::from_secs(2);
    options.timeout = Duration::from_secs(2);
    options
}

async fn connect(options: ProductOptions) -> ProductClient {
    ProductClient::connect(options).await.expect("a connection")
}

fn wanted() -> CheckoutOptions {
    CheckoutOptions::new("ACME_CAD")
}

async fn checkout(client: &ProductClient) -> Lease {
    client.checkout(&wanted()).await.expect("a seat")
}

/// As a product that ends without giving its seat back: its ticket stays.
fn leave_open(lease: Lease) {
    std::mem::forget(lease);
}

fn kill(server: &mut LicenseServer) {
    tokio::task::block_in_place(|| server.kill());
}

fn failed(error: CheckoutError) -> Problem {
    match error {
        CheckoutError::Failed(problem) => problem,
        CheckoutError::Denied(denial) => panic!("{denial:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_stands_for_the_seat_of_a_server_that_is_away() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = server(month());
    let client = connect(options(&server, folder.path())).await;
    let lease = checkout(&client).await;
    assert!(lease.ticket_until().is_some());
    assert_eq!(lease.grace_until(), None);
    leave_open(lease);
    kill(&mut server);

    // Another run of the product, too.
    for client in [client, connect(options(&server, folder.path())).await] {
        let lease = checkout(&client).await;
        assert_eq!(lease.state(), LeaseState::Grace);
        let until = lease.grace_until().expect("an end");
        assert!(until <= Timestamp::now() + month());
        assert_eq!(lease.info().feature, "ACME_CAD");
        assert_eq!(lease.info().version, "2026.0401");
        assert!(lease.checkin().await.expect("nobody to tell"));
        assert_eq!(lease.state(), LeaseState::CheckedIn);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_lease_goes_into_grace_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = server(month());
    let client = connect(options(&server, folder.path())).await;
    let lease = checkout(&client).await;
    kill(&mut server);
    client.heartbeat().await.expect_err("nobody there");
    assert_eq!(lease.state(), LeaseState::Grace);
    assert_eq!(lease.grace_until(), lease.ticket_until());
    tokio::task::block_in_place(|| server.run());
    assert_eq!(client.heartbeat().await.expect("back"), 0);
    assert_eq!((lease.state(), lease.grace_until()), (LeaseState::Held, None));
    assert!(lease.checkin().await.expect("given back"));
    assert_eq!(server.truth().leases.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_that_the_server_gave_away_meanwhile_are_taken_anew() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = server(month());
    let client = connect(options(&server, folder.path())).await;
    let lease = checkout(&client).await;
    kill(&mut server);
    client.heartbeat().await.expect_err("nobody there");
    server.truth().leases.clear();
    tokio::task::block_in_place(|| server.run());
    assert_eq!(client.heartbeat().await.expect("back"), 0);
    assert_eq!(lease.state(), LeaseState::Held);
    assert_eq!(server.truth().leases.len(), 1);
    assert!(lease.checkin().await.expect("given back"));
    assert_eq!(server.truth().leases.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_began_in_grace_goes_to_the_server_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = server(month());
    let mut options = options(&server, folder.path());
    options.heartbeats = Heartbeats::Automatic;
    // Ticks follow each other quickly once the server has said so.
    server.truth().heartbeat_seconds = 1;
    let client = connect(options).await;
    let running = checkout(&client).await;
    kill(&mut server);
    let lease = checkout(&client).await;
    assert_eq!(lease.state(), LeaseState::Grace);
    tokio::task::block_in_place(|| server.run());
    assert_eq!(lease.changed(LeaseState::Grace).await, LeaseState::Held);
    assert_eq!(running.state(), LeaseState::Held);
    assert_eq!(server.truth().leases.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_after_the_outage_ends_the_lease() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = server(month());
    let client = connect(options(&server, folder.path())).await;
    leave_open(checkout(&client).await);
    kill(&mut server);
    let lease = checkout(&client).await;
    server.truth().leases.clear();
    server.truth().seats = 0;
    tokio::task::block_in_place(|| server.run());
    // Both the one that was left open and this one.
    assert_eq!(client.heartbeat().await.expect("an answer"), 2);
    assert_eq!(lease.state(), LeaseState::Ended);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_refuses_for_good_is_not_to_be_had_by_a_ticket() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = server(month());
    let client = connect(options(&server, folder.path())).await;
    leave_open(checkout(&client).await);
    for (excluded, tickets) in [(false, 1), (true, 0)] {
        server.truth().seats = 0;
        server.truth().excluded = excluded;
        client.checkout(&wanted()).await.expect_err("refused");
        assert_eq!(files(folder.path(), ".ticket").len(), tickets);
    }
    kill(&mut server);
    failed(client.checkout(&wanted()).await.expect_err("nothing to go on by"));
}

#[tokio::test(flavor = "multi_thread")]
async fn grace_ends_with_its_ticket() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = server(SignedDuration::from_secs(8));
    let client = connect(options(&server, folder.path())).await;
    let lease = checkout(&client).await;
    kill(&mut server);
    client.heartbeat().await.expect_err("nobody there");
    assert_eq!(lease.state(), LeaseState::Grace);
    assert_eq!(lease.ended().await, LeaseState::Ended);
    let problem = failed(client.checkout(&wanted()).await.expect_err("no ticket is left"));
    assert_eq!(problem.code, ErrorCode::CommunicationError);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_helps_only_whom_and_what_it_was_given_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = server(month());
    let client = connect(options(&server, folder.path())).await;
    leave_open(checkout(&client).await);
    kill(&mut server);
    let others: [fn(&mut CheckoutOptions); 6] = [
        |options| options.user = "somebody-else".to_owned(),
        |options| options.host = "another-host".to_owned(),
        |options| options.feature = "ACME_CAM".to_owned(),
        |options| options.version = "2027.0101".to_owned(),
        |options| options.count = 2,
        |options| options.grace = false,
    ];
    for change in others {
        let mut other = wanted();
        change(&mut other);
        let problem = failed(client.checkout(&other).await.expect_err("not covered"));
        assert_eq!(problem.code, ErrorCode::CommunicationError, "{other:?}");
    }
    let mut older = wanted();
    older.version = "2026.0101".to_owned();
    assert_eq!(
        client.checkout(&older).await.expect("covered").state(),
        LeaseState::Grace
    );
}

fn files(folder: &Path, name: &str) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for server in std::fs::read_dir(folder).unwrap() {
        for file in std::fs::read_dir(server.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            if path.to_string_lossy().ends_with(name) {
                found.push(path);
            }
        }
    }
    found
}

/// Replaces a value in a JSON file.
fn rewrite(path: &Path, key: &str, value: &str) {
    let mut record: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    record[key] = value.into();
    std::fs::write(path, serde_json::to_vec(&record).unwrap()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_was_set_back_is_noticed_until_the_server_sets_it_right() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = server(month());
    let client = connect(options(&server, folder.path())).await;
    leave_open(checkout(&client).await);
    drop(client);
    kill(&mut server);
    let record = &files(folder.path(), "server.json")[0];
    let tomorrow = Timestamp::now() + SignedDuration::from_hours(24);
    rewrite(record, "latestTime", &tomorrow.to_string());
    let problem = ProductClient::connect(options(&server, folder.path()))
        .await
        .expect_err("the clock");
    assert_eq!(problem.code, ErrorCode::ClockSetBack);

    tokio::task::block_in_place(|| server.run());
    let client = connect(options(&server, folder.path())).await;
    leave_open(checkout(&client).await);
    kill(&mut server);
    assert_eq!(checkout(&client).await.state(), LeaseState::Grace);
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_and_foreign_tickets_do_not_count() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = server(month());
    let client = connect(options(&server, folder.path())).await;
    leave_open(checkout(&client).await);
    drop(client);
    let ticket = files(folder.path(), ".ticket").pop().unwrap();
    let good = std::fs::read(&ticket).unwrap();
    let record: serde_json::Value = serde_json::from_slice(&good).unwrap();
    let text = record["ticket"].as_str().unwrap().to_owned();
    let mut changed = text.clone().into_bytes();
    changed[60] = if changed[60] == b'A' { b'B' } else { b'A' };
    rewrite(&ticket, "ticket", &String::from_utf8(changed).unwrap());
    kill(&mut server);
    let problem = ProductClient::connect(options(&server, folder.path()))
        .await
        .expect_err("no valid ticket");
    assert_eq!(problem.code, ErrorCode::CommunicationError);
    std::fs::write(&ticket, b"{").unwrap();
    ProductClient::connect(options(&server, folder.path()))
        .await
        .expect_err("no ticket at all");
    std::fs::write(&ticket, good).unwrap();
    connect(options(&server, folder.path())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_a_new_key_is_asked_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = server(month());
    let client = connect(options(&server, folder.path())).await;
    leave_open(checkout(&client).await);
    server.truth().grace = Some(Grace {
        lasts: month(),
        seed: [8; 32],
    });
    assert!(checkout(&client).await.ticket_until().is_some());
    kill(&mut server);
    assert_eq!(checkout(&client).await.state(), LeaseState::Grace);
}

#[tokio::test(flavor = "multi_thread")]
async fn tickets_are_renewed_when_a_part_of_their_time_has_gone() {
    let folder = tempfile::tempdir().unwrap();
    // A thirtieth of a minute is two seconds.
    let mut server = server(SignedDuration::from_secs(60));
    server.truth().heartbeat_seconds = 1;
    let mut options = options(&server, folder.path());
    options.heartbeats = Heartbeats::Automatic;
    let client = connect(options).await;
    let lease = checkout(&client).await;
    let first = lease.ticket_until().expect("a ticket");
    while lease.ticket_until() == Some(first) {
        while !matches!(server.next().await, Asked::Heartbeat(_)) {}
    }
    assert!(lease.ticket_until() > Some(first));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_folder_nothing_is_asked_for_or_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = server(month());
    let mut options = options(&server, folder.path());
    options.ticket_folder = None;
    let client = connect(options).await;
    let lease = checkout(&client).await;
    assert_eq!(lease.ticket_until(), None);
    kill(&mut server);
    client.heartbeat().await.expect_err("nobody there");
    assert_eq!(lease.state(), LeaseState::Unconfirmed);
    assert!(lease.unconfirmed_until() > lease.unconfirmed_since());
    failed(client.checkout(&wanted()).await.expect_err("nobody there"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_said_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(month());
    let file = folder.path().join("file");
    std::fs::write(&file, b"").unwrap();
    let problem = ProductClient::connect(options(&server, &file))
        .await
        .expect_err("a file is no folder");
    assert_eq!(problem.code, ErrorCode::LocalFileUnwritable);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_that_was_given_back_leaves_no_ticket() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = server(month());
    let client = connect(options(&server, folder.path())).await;
    let (one, other) = (checkout(&client).await, checkout(&client).await);
    assert!(one.checkin().await.expect("given back"));
    assert_eq!(
        files(folder.path(), ".ticket").len(),
        1,
        "the other lease goes by it"
    );
    assert!(other.checkin().await.expect("given back"));
    assert_eq!(files(folder.path(), ".ticket").len(), 0);
    kill(&mut server);
    failed(client.checkout(&wanted()).await.expect_err("nothing to go on by"));
}

#[tokio::test(flavor = "multi_thread")]
async fn more_seats_than_the_ticket_says_are_not_to_be_had() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = server(month());
    let client = connect(options(&server, folder.path())).await;
    leave_open(checkout(&client).await);
    let record = &files(folder.path(), ".ticket")[0];
    let mut changed: serde_json::Value = serde_json::from_slice(&std::fs::read(record).unwrap()).unwrap();
    changed["count"] = 5.into();
    std::fs::write(record, serde_json::to_vec(&changed).unwrap()).unwrap();
    kill(&mut server);
    let mut five = wanted();
    five.count = 5;
    failed(client.checkout(&five).await.expect_err("the ticket says one"));
    assert_eq!(checkout(&client).await.info().count, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_whatever_kind_opens_no_grace() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(month());
    let client = connect(options(&server, folder.path())).await;
    leave_open(checkout(&client).await);
    for change in [
        (|options| options.project = "p".repeat(250_000)) as fn(&mut CheckoutOptions),
        |options| options.display = "d".repeat(257),
        |options| options.product = "a\nb".to_owned(),
        |options| options.version = "1".repeat(65),
    ] {
        let mut odd = wanted();
        change(&mut odd);
        let problem = failed(client.checkout(&odd).await.expect_err("out of bounds"));
        assert_eq!(problem.code, ErrorCode::InvalidRequest);
    }
    for code in [
        ErrorCode::StorageUnavailable,
        ErrorCode::InternalError,
        ErrorCode::AuthorizationFailed,
    ] {
        server.truth().failure = Some(Problem::new(code, "Not now."));
        let problem = failed(client.checkout(&wanted()).await.expect_err("an answer"));
        assert_eq!(problem.code, code);
    }
}
