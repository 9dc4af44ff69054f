//! More requests than seats, and borrowed seats.

use licensing_api::alert::GetAlerts;
use licensing_api::inventory::GetInventory;
use licensing_api::operation::op;
use licensing_api::usage::{GetUsage, HolderState};
use licensing_protocol::licensing::checkout_reply::Outcome;
use licensing_protocol::licensing::vendor_daemon_client::VendorDaemonClient;
use licensing_protocol::licensing::{CheckoutRequest, Lease};
use licensing_testbed::{Increment, Server, license_text};
use licensing_ticket::{TicketHolder, TicketKind, TicketVerifier};
use tonic::transport::Channel;

use crate::full_circle::{LOOPBACK, administrator};
use crate::support::{
    VENDOR, acme, builder, check_in, check_out, daemon, in_use, kill_and_start, request, start, status,
};

#[tokio::test(flavor = "multi_thread")]
async fn where_the_vendor_allows_it_requests_beyond_the_seats_are_granted_for_a_time() {
    let server = start(
        builder()
            .license("acme.lic", &acme(1))
            .setting("licensing.burst", "[\"ACME\"]")
            .setting("licensing.burst_days", "3"),
    )
    .await;
    let mut client = daemon(&server).await;
    let kept = check_out(&mut client, 1).await.unwrap();
    check_out(&mut client, 2).await.unwrap();
    let server = kill_and_start(server).await;
    let mut client = daemon(&server).await;
    check_out(&mut client, 3).await.unwrap();
    let admin = administrator(&server, LOOPBACK);
    let wanted = GetInventory::default();
    let mut inventory = admin.call::<op::GetInventory>(&wanted).await.unwrap();
    let row = inventory.items.swap_remove(0);
    assert_eq!((row.licenses_in_use, row.burst, row.free), (3, 2, Some(0)));
    let left = row.burst_until.unwrap().duration_since(jiff::Timestamp::now());
    assert!((71..=72).contains(&left.as_hours()), "{left}");
    let alerts = admin.call::<op::GetAlerts>(&GetAlerts::default()).await.unwrap();
    let alert = alerts
        .items
        .iter()
        .find(|alert| alert.code == "BurstActive")
        .unwrap();
    assert!(alert.detail.contains("cad until "), "{alert:?}");
    check_in(&mut client, &kept).await;
    server.stop().unwrap();
}

async fn borrow(
    client: &mut VendorDaemonClient<Channel>,
    feature: &str,
    key: u8,
    seconds: u64,
) -> Result<Lease, (i32, String)> {
    let request = CheckoutRequest {
        feature: feature.to_owned(),
        borrow_seconds: seconds,
        grace_ticket: true,
        ..request(key)
    };
    match client.checkout(request).await.unwrap().into_inner().outcome {
        Some(Outcome::Lease(lease)) => Ok(lease),
        Some(Outcome::Denial(denial)) => Err((denial.number, denial.reason)),
        other => panic!("{other:?}"),
    }
}

/// Checks that administrators see one borrowed seat of `cad`, out until this second.
async fn is_shown_as_borrowed(server: &Server, until: i64) {
    let admin = administrator(server, LOOPBACK);
    let mut usage = admin.call::<op::GetUsage>(&GetUsage::default()).await.unwrap();
    let row = usage.items.swap_remove(0);
    assert_eq!((row.feature.as_str(), row.state), ("cad", HolderState::Borrowed));
    assert_eq!(row.until.as_second(), until);
    let wanted = GetInventory::default();
    let inventory = admin.call::<op::GetInventory>(&wanted).await.unwrap();
    assert_eq!(inventory.items.iter().map(|row| row.borrowed).sum::<u32>(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_are_taken_along_and_brought_back() {
    let text = license_text(
        VENDOR,
        &[
            Increment::new("cad", 1).attributes("BORROW=2"),
            Increment::new("cam", 1),
        ],
    );
    let server = start(
        builder()
            .license("acme.lic", &text)
            .setting("licensing.heartbeat_seconds", "1")
            .setting("licensing.lifetime_seconds", "2"),
    )
    .await;
    let mut client = daemon(&server).await;
    let refused = borrow(&mut client, "cam", 1, 60).await.unwrap_err();
    assert_eq!(refused, (-67, "NotBorrowable".to_owned()));
    let refused = borrow(&mut client, "cad", 2, 7201).await.unwrap_err();
    assert_eq!(refused, (-104, "BorrowTooLong".to_owned()));
    let lease = borrow(&mut client, "cad", 3, 7200).await.unwrap();
    let until = lease.borrowed_until.unwrap();
    assert!((7190..=7200).contains(&(until.seconds - jiff::Timestamp::now().as_second())));

    let key = status(&mut client).await.ticket_key;
    let mut verifier = TicketVerifier::default();
    assert!(verifier.trust(key.as_slice().try_into().unwrap()));
    let ticket = verifier
        .verify(&lease.borrow_ticket, jiff::Timestamp::now())
        .unwrap();
    assert_eq!(ticket.valid_until().as_second(), until.seconds);
    let holder = TicketHolder {
        user: "user3".to_owned(),
        host: "host3".to_owned(),
        ..TicketHolder::default()
    };
    assert!(ticket.covers("cad", None, &holder));
    assert!(matches!(ticket.kind(), TicketKind::Borrow { .. }));
    assert_eq!(lease.grace_ticket, "");

    // An ordinary seat of the same server ends without a heartbeat; that tells when the borrowed one would have.
    borrow(&mut client, "cam", 4, 0).await.unwrap();
    let server = kill_and_start(server).await;
    let mut client = daemon(&server).await;
    while in_use(&mut client).await > 1 {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    is_shown_as_borrowed(&server, until.seconds).await;

    let repeated = borrow(&mut client, "cad", 3, 7200).await.unwrap();
    assert!(repeated.repeated_request && repeated.borrowed_until == Some(until));
    let again = verifier
        .verify(&repeated.borrow_ticket, jiff::Timestamp::now())
        .unwrap();
    assert_eq!(again.valid_until(), ticket.valid_until());
    assert!(check_in(&mut client, &lease).await);
    assert_eq!(in_use(&mut client).await, 0);
    server.stop().unwrap();
}
