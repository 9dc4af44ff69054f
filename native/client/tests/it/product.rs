//! Seats: taking, keeping, giving back, and servers that vanish meanwhile.

use std::time::Duration;

use licensing_api::denial::DenialReason;
use licensing_api::{ErrorCode, Problem, Secret};
use licensing_client::{
    AddressType, CertHash, CheckoutError, CheckoutOptions, Heartbeats, Lease, LeaseState, ProductClient,
    ProductOptions, Trust, discover,
};

use crate::certificates::self_signed;
use crate::daemon::{Asked, LicenseServer};

async fn connect(options: ProductOptions) -> ProductClient {
    ProductClient::connect(options).await.expect("a connection")
}

async fn manual(server: &LicenseServer) -> ProductClient {
    let mut options = server.options();
    options.heartbeats = Heartbeats::Manual;
    connect(options).await
}

async fn checkout(client: &ProductClient) -> Lease {
    client
        .checkout(&CheckoutOptions::new("ACME_CAD"))
        .await
        .expect("a seat")
}

#[tokio::test]
async fn a_seat_is_taken_and_given_back() {
    let mut server = LicenseServer::start(1);
    let client = connect(server.options()).await;
    let mut options = CheckoutOptions::new("ACME_CAD");
    options.user = "eve".to_owned();
    let lease = client.checkout(&options).await.expect("a seat");
    assert_eq!(lease.info().feature, "ACME_CAD");
    assert_eq!(lease.info().version, "2026.0401");
    assert_eq!((lease.info().count, lease.info().overdraft), (1, 0));
    assert_eq!(lease.info().since.map(|at| at.as_second()), Some(1_800_000_000));
    assert_eq!(lease.info().license_expires, None);
    assert_eq!(lease.state(), LeaseState::Held);
    assert_eq!(client.status("").await.expect("a status").features[0].in_use, 1);

    assert!(lease.checkin().await.expect("given back"));
    assert_eq!(lease.state(), LeaseState::CheckedIn);
    assert!(!lease.checkin().await.expect("no error"));
    let Asked::Checkout {
        key,
        user,
        authorization,
        ..
    } = server.next().await
    else {
        panic!("no checkout")
    };
    assert_eq!((key.len(), user.as_str(), authorization), (16, "eve", None));
    assert!(matches!(server.next().await, Asked::Checkin(_)));
    assert_eq!(server.so_far(), []);
}

#[test]
fn the_holder_is_this_process_unless_the_product_knows_better() {
    let options = CheckoutOptions::new("ACME_CAD");
    assert_eq!(
        (options.feature.as_str(), options.version.as_str(), options.count),
        ("ACME_CAD", "", 1)
    );
    assert!(!options.user.is_empty() && !options.host.is_empty());
    assert_eq!(options.process_id, std::process::id());
}

#[tokio::test]
async fn a_denial_is_an_answer_with_its_number() {
    let server = LicenseServer::start(0);
    let client = connect(server.options()).await;
    let error = client
        .checkout(&CheckoutOptions::new("ACME_CAD"))
        .await
        .expect_err("no seats");
    let CheckoutError::Denied(denial) = &error else {
        panic!("{error}")
    };
    assert_eq!(
        (denial.number, denial.reason),
        (-4, Some(DenialReason::AllSeatsTaken))
    );
    let problem = error.into_problem();
    assert_eq!(
        (problem.code, problem.target.as_str()),
        (ErrorCode::SeatDenied, "ACME_CAD")
    );
    assert!(problem.detail.contains("(-4)"));
    assert_eq!(problem.action, "Wait for a seat.");
}

#[tokio::test]
async fn an_answer_that_got_lost_is_asked_for_with_the_same_key() {
    let mut server = LicenseServer::start(5);
    server.truth().lose_answers = 2;
    let client = connect(server.options()).await;
    let lease = checkout(&client).await;
    assert!(lease.info().repeated_request);
    assert_eq!(server.truth().leases.len(), 1);
    let keys: Vec<Vec<u8>> = server
        .so_far()
        .into_iter()
        .map(|asked| match asked {
            Asked::Checkout { key, .. } => key,
            Asked::Checkin(_) | Asked::GivenUp(_) | Asked::Heartbeat(_) => panic!("{asked:?}"),
        })
        .collect();
    assert_eq!(keys.len(), 3);
    assert!(keys.windows(2).all(|pair| pair[0] == pair[1]));
    let other = checkout(&client).await;
    assert!(!other.info().repeated_request);
    assert_eq!(server.truth().leases.len(), 2);
}

#[tokio::test]
async fn what_the_server_decided_is_not_asked_again() {
    for calls_only in [false, true] {
        let mut server = LicenseServer::start(5);
        server.truth().calls_only = calls_only;
        let sent = Problem::new(ErrorCode::StorageUnavailable, "The disk is full.");
        server.truth().failure = Some(sent.clone());
        let client = manual(&server).await;
        let error = client
            .checkout(&CheckoutOptions::new("ACME_CAD"))
            .await
            .expect_err("no disk");
        assert_eq!(error.into_problem(), sent);
        assert_eq!(server.so_far().len(), 1);
    }
}

#[tokio::test]
async fn heartbeats_go_out_by_themselves_for_all_leases_at_once() {
    let mut server = LicenseServer::start(5);
    server.truth().heartbeat_seconds = 1;
    let client = connect(server.options()).await;
    let leases = [
        checkout(&client).await,
        checkout(&client).await,
        checkout(&client).await,
    ];
    drop(client);
    for _ in 0..2 {
        loop {
            if let Asked::Heartbeat(ids) = server.next().await {
                assert_eq!(ids.len(), 3);
                break;
            }
        }
    }
    assert!(leases.iter().all(|lease| lease.state() == LeaseState::Held));
}

#[tokio::test]
async fn a_lease_that_ended_says_so() {
    let server = LicenseServer::start(5);
    server.truth().heartbeat_seconds = 1;
    let client = connect(server.options()).await;
    let lease = checkout(&client).await;
    let other = checkout(&client).await;
    let revoked = lease_of(&server, 0);
    server.truth().leases.retain(|_, id| *id != revoked);
    assert_eq!(lease.ended().await, LeaseState::Ended);
    assert_eq!(other.state(), LeaseState::Held);
    assert!(!lease.checkin().await.expect("no error"));
}

fn lease_of(server: &LicenseServer, number: u8) -> Vec<u8> {
    server
        .truth()
        .leases
        .values()
        .find(|id| id[0] == number)
        .expect("a lease")
        .clone()
}

#[tokio::test]
async fn manual_heartbeats_are_up_to_the_product() {
    let mut server = LicenseServer::start(5);
    let client = manual(&server).await;
    let _kept = checkout(&client).await;
    let _lost = checkout(&client).await;
    assert_eq!(client.heartbeat().await.expect("a heartbeat"), 0);
    let lost = lease_of(&server, 1);
    server.truth().leases.retain(|_, id| *id != lost);
    assert_eq!(client.heartbeat().await.expect("a heartbeat"), 1);
    assert_eq!(client.heartbeat().await.expect("a heartbeat"), 0);
    let beats: Vec<usize> = server
        .so_far()
        .into_iter()
        .filter_map(|asked| match asked {
            Asked::Heartbeat(ids) => Some(ids.len()),
            Asked::Checkout { .. } | Asked::Checkin(_) | Asked::GivenUp(_) => None,
        })
        .collect();
    assert_eq!(beats, [2, 2, 1]);
}

#[tokio::test]
async fn a_dropped_lease_is_given_back() {
    let mut server = LicenseServer::start(1);
    let client = manual(&server).await;
    drop(checkout(&client).await);
    assert!(matches!(server.next().await, Asked::Checkout { .. }));
    assert!(matches!(server.next().await, Asked::Checkin(_)));
    assert_eq!(server.truth().leases.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn leases_live_through_the_death_of_the_daemon() {
    let mut server = LicenseServer::start(5);
    let client = manual(&server).await;
    let lease = checkout(&client).await;
    let port = server.daemon.port();
    tokio::task::block_in_place(|| {
        server.kill();
        server.run();
    });
    assert_ne!(server.daemon.port(), port);
    assert_eq!(client.heartbeat().await.expect("the new daemon"), 0);
    assert_eq!(lease.state(), LeaseState::Held);
    assert!(lease.checkin().await.expect("given back"));
    assert_eq!(server.truth().leases.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_comes_back_in_time_is_waited_for() {
    let mut server = LicenseServer::start(5);
    let client = manual(&server).await;
    tokio::task::block_in_place(|| server.kill());
    let waiting = tokio::spawn({
        let client = client.clone();
        async move { client.checkout(&CheckoutOptions::new("ACME_CAD")).await }
    });
    tokio::task::block_in_place(|| server.run());
    let lease = waiting.await.unwrap().expect("a seat");
    assert_eq!(lease.state(), LeaseState::Held);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stays_away_is_a_communication_error_in_time() {
    let mut server = LicenseServer::start(5);
    let mut options = server.options();
    options.timeout = Duration::from_secs(2);
    let client = connect(options.clone()).await;
    tokio::task::block_in_place(|| server.kill());
    let error = client
        .checkout(&CheckoutOptions::new("ACME_CAD"))
        .await
        .expect_err("nobody there");
    assert_eq!(error.into_problem().code, ErrorCode::CommunicationError);
    let problem = ProductClient::connect(options).await.expect_err("nobody there");
    assert_eq!(problem.code, ErrorCode::CommunicationError);
}

#[tokio::test]
async fn a_daemon_that_never_answers_is_a_timeout() {
    let server = LicenseServer::start(5);
    server.truth().hang = true;
    let mut options = server.options();
    options.attempt_timeout = Duration::from_secs(1);
    options.timeout = Duration::from_millis(2500);
    let client = connect(options).await;
    let error = client
        .checkout(&CheckoutOptions::new("ACME_CAD"))
        .await
        .expect_err("no answer");
    assert_eq!(error.into_problem().code, ErrorCode::Timeout);
}

#[tokio::test]
async fn a_vendor_that_is_not_there_is_named() {
    let server = LicenseServer::start(5);
    let mut options = server.options();
    options.vendor = Some("OTHER".to_owned());
    let problem = ProductClient::connect(options.clone())
        .await
        .expect_err("no such vendor");
    assert_eq!(
        (problem.code, problem.target.as_str()),
        (ErrorCode::CitrixLicensingVendorOrServiceDown, "OTHER")
    );
    options.vendor = Some("acme".to_owned());
    connect(options.clone()).await;
    server.truth().serving = false;
    let problem = ProductClient::connect(options).await.expect_err("not serving");
    assert_eq!(problem.code, ErrorCode::CitrixLicensingVendorOrServiceDown);
}

#[tokio::test]
async fn the_token_of_the_product_is_sent_along() {
    let mut server = LicenseServer::start(5);
    let mut options = server.options();
    options.token = Some(Secret::new("lic_product"));
    let client = connect(options).await;
    let _lease = checkout(&client).await;
    let Asked::Checkout { authorization, .. } = server.next().await else {
        panic!("no checkout")
    };
    assert_eq!(authorization.as_deref(), Some("Bearer lic_product"));
}

#[tokio::test]
async fn ports_that_speak_tls_are_found_out_and_checked() {
    let (identity, other) = (self_signed(), self_signed());
    let server = LicenseServer::start_with(5, Some(identity.server_config(&[b"h2"])));
    let mut options = server.options();
    for trust in [
        Trust::CertHash(CertHash::of(&identity.certificate)),
        Trust::System,
    ] {
        options.trust = trust;
        let client = connect(options.clone()).await;
        assert!(checkout(&client).await.checkin().await.expect("given back"));
    }
    options.trust = Trust::CertHash(CertHash::of(&other.certificate));
    let problem = ProductClient::connect(options.clone())
        .await
        .expect_err("not the pinned one");
    assert_eq!(problem.code, ErrorCode::CertificateVerificationFailed);
    let found = discover(&options.manager, None, Duration::from_secs(30))
        .await
        .expect("locations");
    assert!(found.tls);
}

#[tokio::test]
async fn locations_are_told_by_type() {
    let server = LicenseServer::start(5);
    let options = server.options();
    let found = discover(&options.manager, None, Duration::from_secs(30))
        .await
        .expect("locations");
    assert_eq!(
        (found.server_name.as_str(), found.version.as_str(), found.tls),
        ("licserver", "1.2.3", false)
    );
    for (name, expected) in [
        ("LS", format!("127.0.0.1:{}", server.manager.port())),
        ("vd", format!("127.0.0.1:{}", server.daemon.port())),
        ("LAC", "https://127.0.0.1:8083/".to_owned()),
        ("wsl", "https://127.0.0.1:8083/".to_owned()),
    ] {
        let wanted: AddressType = name.parse().expect("a type");
        assert_eq!(
            found.location(wanted).expect("a location").address,
            expected,
            "{name}"
        );
    }
    assert_eq!(
        "XYZ".parse::<AddressType>().expect_err("no type").code,
        ErrorCode::InvalidType
    );
    server.truth().serving = false;
    let found = discover(&options.manager, None, Duration::from_secs(30))
        .await
        .expect("locations");
    let problem = found
        .location(AddressType::VendorDaemon)
        .expect_err("none serves");
    assert_eq!(problem.code, ErrorCode::CitrixLicensingVendorOrServiceDown);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_of_a_server_that_is_gone_is_unconfirmed_and_then_ends() {
    let mut server = LicenseServer::start(5);
    server.truth().heartbeat_seconds = 1;
    let mut options = server.options();
    options.attempt_timeout = Duration::from_secs(1);
    options.timeout = Duration::from_secs(2);
    let client = connect(options).await;
    let lease = checkout(&client).await;
    assert_eq!(
        (lease.unconfirmed_since(), lease.unconfirmed_until()),
        (None, None)
    );
    tokio::task::block_in_place(|| server.kill());
    assert_eq!(lease.changed(LeaseState::Held).await, LeaseState::Unconfirmed);
    assert!(lease.state().is_usable());
    let until = lease.unconfirmed_until().expect("an end");
    assert_eq!(lease.changed(LeaseState::Unconfirmed).await, LeaseState::Ended);
    // It ended after its lifetime, as soon as the last attempt had failed: far from the minute of the longest pause.
    let late = jiff::Timestamp::now().duration_since(until);
    assert!(late >= jiff::SignedDuration::ZERO, "{late}");
    assert!(late < jiff::SignedDuration::from_secs(30), "{late}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_comes_back_within_its_lifetime_is_held_again() {
    let mut server = LicenseServer::start(5);
    server.truth().heartbeat_seconds = 2;
    let mut options = server.options();
    options.attempt_timeout = Duration::from_millis(500);
    let client = connect(options).await;
    let lease = checkout(&client).await;
    tokio::task::block_in_place(|| server.kill());
    assert_eq!(lease.changed(LeaseState::Held).await, LeaseState::Unconfirmed);
    tokio::task::block_in_place(|| server.run());
    assert_eq!(lease.changed(LeaseState::Unconfirmed).await, LeaseState::Held);
    assert_eq!(
        (lease.unconfirmed_since(), lease.unconfirmed_until()),
        (None, None)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_that_wakes_after_its_lifetime_asks_for_its_seat_again() {
    for (seats, state) in [(1, LeaseState::Held), (0, LeaseState::Ended)] {
        let server = LicenseServer::start(1);
        server.truth().heartbeat_seconds = 1;
        let client = manual(&server).await;
        let lease = checkout(&client).await;
        // What the product sleeps through: nobody sends heartbeats, and the server ends the lease.
        assert_eq!(lease.state(), LeaseState::Held);
        tokio::time::sleep(Duration::from_millis(3100)).await;
        assert_eq!(lease.state(), LeaseState::Unconfirmed);
        server.truth().leases.clear();
        server.truth().seats = seats;
        let ended = client.heartbeat().await.expect("an answer");
        assert_eq!((lease.state(), ended), (state, usize::from(seats == 0)));
        assert_eq!(server.truth().leases.len(), seats as usize);
    }
}
