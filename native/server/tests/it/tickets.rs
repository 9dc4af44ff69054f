//! Tickets that the daemon gives, as a product checks them.

use jiff::{SignedDuration, Timestamp};
use licensing_license_file::license_file::LicenseVersion;
use licensing_protocol::licensing::checkout_reply::Outcome;
use licensing_protocol::licensing::vendor_daemon_client::VendorDaemonClient;
use licensing_protocol::licensing::{CheckoutRequest, HeartbeatRequest, Lease};
use licensing_testbed::{Increment, license_text};
use licensing_ticket::{GRACE_HOURS, Ticket, TicketHolder, TicketKind, TicketVerifier};
use tonic::transport::Channel;

use crate::support::{VENDOR, builder, check_in, daemon, request, server_with, start, status};

type Client = VendorDaemonClient<Channel>;

async fn check_out(client: &mut Client, request: CheckoutRequest) -> Lease {
    match client.checkout(request).await.unwrap().into_inner().outcome {
        Some(Outcome::Lease(lease)) => lease,
        other => panic!("no lease: {other:?}"),
    }
}

fn wanting(key: u8) -> CheckoutRequest {
    CheckoutRequest {
        grace_ticket: true,
        ..request(key)
    }
}

fn of_feature(key: u8, feature: &str) -> CheckoutRequest {
    CheckoutRequest {
        feature: feature.to_owned(),
        ..wanting(key)
    }
}

async fn verifier(client: &mut Client) -> TicketVerifier {
    let key = status(client).await.ticket_key;
    let mut verifier = TicketVerifier::default();
    assert!(verifier.trust(key.as_slice().try_into().unwrap()));
    verifier
}

fn read(verifier: &TicketVerifier, text: &str) -> Ticket {
    verifier.verify(text, Timestamp::now()).unwrap()
}

#[tokio::test]
async fn a_grace_ticket_is_given_to_the_holder_who_asks_for_one() {
    let server = server_with(5).await;
    let mut client = daemon(&server).await;
    let verifier = verifier(&mut client).await;
    let lease = check_out(&mut client, wanting(1)).await;
    let ticket = read(&verifier, &lease.grace_ticket);
    assert_eq!(ticket.kind(), TicketKind::Grace);
    assert_eq!(ticket.subject().server, "license01.example.com");
    let holder = TicketHolder {
        user: "user1".to_owned(),
        host: "host1".to_owned(),
        ..TicketHolder::default()
    };
    let version: LicenseVersion = "1.0".parse().unwrap();
    assert!(ticket.covers("cad", Some(&version), &holder));
    let grace = ticket.valid_until().duration_since(ticket.issued_at());
    assert_eq!(grace, SignedDuration::from_hours(GRACE_HOURS.into()));

    assert_eq!(check_out(&mut client, request(2)).await.grace_ticket, "");
    let mut another = wanting(1);
    another.holder.as_mut().unwrap().user = "mallory".to_owned();
    let refused = client.checkout(another).await.unwrap().into_inner().outcome;
    let Some(Outcome::Denial(denial)) = refused else {
        panic!("the key of another user gave {refused:?}")
    };
    assert_eq!(denial.reason, "RequestKeyInUse");
    let repeated = check_out(&mut client, wanting(1)).await;
    assert!(repeated.repeated_request);
    assert_eq!(read(&verifier, &repeated.grace_ticket).subject().holder, holder);
    server.stop().unwrap();
}

#[tokio::test]
async fn the_license_says_how_long_the_grace_is() {
    let tomorrow = jiff::Zoned::now().date().tomorrow().unwrap();
    let last_day = tomorrow.strftime("%d-%b-%Y").to_string().to_lowercase();
    let text = license_text(
        VENDOR,
        &[
            Increment::new("short", 5).attributes("VENDOR_STRING=;GP=2"),
            Increment::new("none", 5).attributes("VENDOR_STRING=;GP=0"),
            Increment::new("long", 5).attributes("VENDOR_STRING=;GP=100000"),
            Increment::new("dated", 5).expires(&last_day),
        ],
    );
    let server = start(builder().license("acme.lic", &text)).await;
    let mut client = daemon(&server).await;
    let verifier = verifier(&mut client).await;
    let mut hours = async |key, feature| {
        let ticket = check_out(&mut client, of_feature(key, feature))
            .await
            .grace_ticket;
        (!ticket.is_empty()).then(|| {
            let ticket = read(&verifier, &ticket);
            (
                ticket.valid_until(),
                ticket.valid_until().duration_since(ticket.issued_at()).as_hours(),
            )
        })
    };
    assert_eq!(hours(1, "short").await.unwrap().1, 2);
    assert_eq!(hours(2, "none").await, None);
    assert_eq!(hours(3, "long").await.unwrap().1, 720);
    let expires = tomorrow
        .tomorrow()
        .unwrap()
        .to_zoned(jiff::tz::TimeZone::system())
        .unwrap();
    assert_eq!(hours(4, "dated").await.unwrap().0, expires.timestamp());
    server.stop().unwrap();
}

#[tokio::test]
async fn a_heartbeat_renews_the_tickets_of_leases_that_are_held() {
    let server = server_with(5).await;
    let mut client = daemon(&server).await;
    let verifier = verifier(&mut client).await;
    let (first, second, over) = (
        check_out(&mut client, wanting(1)).await,
        check_out(&mut client, wanting(2)).await,
        check_out(&mut client, wanting(3)).await,
    );
    assert!(check_in(&mut client, &over).await);
    let beat = |renew_tickets| HeartbeatRequest {
        lease_ids: vec![
            over.lease_id.clone(),
            first.lease_id.clone(),
            second.lease_id.clone(),
        ],
        renew_tickets,
    };
    let reply = client.heartbeat(beat(vec![0, 2])).await.unwrap().into_inner();
    assert_eq!(reply.ended, [0]);
    let [renewed] = reply.tickets.as_slice() else {
        panic!("one lease of the two is held: {reply:?}")
    };
    assert_eq!(renewed.position, 2);
    let (before, after) = (
        read(&verifier, &second.grace_ticket),
        read(&verifier, &renewed.grace_ticket),
    );
    assert_eq!(before.subject(), after.subject());
    assert!(after.valid_until() >= before.valid_until());
    let none = client.heartbeat(beat(Vec::new())).await.unwrap().into_inner();
    assert_eq!(none.tickets, []);
    let refused = client
        .heartbeat(beat(vec![3]))
        .await
        .expect_err("there is no fourth lease");
    assert_eq!(
        refused.metadata().get("licensing-code").unwrap(),
        "InvalidRequest"
    );
    server.stop().unwrap();
}

#[tokio::test]
async fn the_key_stays_the_same_and_a_license_that_is_gone_gives_no_tickets() {
    let mut server = server_with(5).await;
    let mut client = daemon(&server).await;
    let lease = check_out(&mut client, wanting(1)).await;
    let key = status(&mut client).await.ticket_key;
    server.end().unwrap();
    server
        .install("acme.lic", &license_text(VENDOR, &[Increment::new("cam", 1)]))
        .unwrap();
    server.start_again().unwrap();
    let mut client = daemon(&server).await;
    assert_eq!(status(&mut client).await.ticket_key, key);
    let beat = HeartbeatRequest {
        lease_ids: vec![lease.lease_id],
        renew_tickets: vec![0],
    };
    let reply = client.heartbeat(beat).await.unwrap().into_inner();
    assert_eq!((reply.ended, reply.tickets), (Vec::new(), Vec::new()));
    server.stop().unwrap();
}
