//! Requests that wait, and what was refused, through the service and its file.

use std::path::Path;
use std::sync::Arc;

use licensing_api::denial::{DenialReason, GetDenials};
use licensing_api::queue::GetQueue;
use licensing_seats::seat::{CheckoutRequest, Decision, RequestKey};
use licensing_store::{CheckoutOutcome, SeatService, SystemClock, Waiting};

use crate::support::{granted, pools, request, start};

fn one_seat(path: &Path) -> SeatService {
    start(path, pools("CAD", 1), Arc::new(SystemClock::new()))
}

fn waiting(number: u64) -> CheckoutRequest {
    CheckoutRequest {
        queue: true,
        ..request("CAD", number)
    }
}

async fn wait(service: &SeatService, number: u64) -> Waiting {
    match service.checkout_or_wait(waiting(number)).await.unwrap() {
        CheckoutOutcome::Waits(waiting) => waiting,
        CheckoutOutcome::Decided(decided) => panic!("{decided:?}"),
    }
}

fn key(number: u64) -> RequestKey {
    request("CAD", number).request_key
}

#[tokio::test]
async fn who_waits_is_told_when_the_turn_comes() {
    let folder = tempfile::tempdir().unwrap();
    let service = one_seat(&folder.path().join("ACME.db"));
    let first = granted(service.checkout(request("CAD", 1)).await.unwrap());
    let mut second = wait(&service, 2).await;
    let mut third = wait(&service, 3).await;
    assert_eq!((second.place().position, third.place().position), (1, 2));
    assert!(service.checkin(first.id).await.unwrap());
    let lease = granted(second.turn().await.unwrap().decision);
    // The same request on another connection gets the same answer.
    let again = service.checkout(waiting(2)).await.unwrap();
    assert!(matches!(again, Decision::Repeated(own) if own == lease));

    let mut taken_over = wait(&service, 3).await;
    assert!(matches!(
        third.turn().await.unwrap().decision,
        Decision::Queued(_)
    ));
    assert!(service.give_up(key(3)).await.unwrap());
    let over = taken_over.turn().await.unwrap().decision;
    assert!(matches!(over, Decision::Denied(denial) if denial.reason == DenialReason::Queued));
    assert_eq!(service.queue(&GetQueue::default()), []);
    assert!(service.give_up(key(2)).await.unwrap());
    assert!(!service.give_up(key(2)).await.unwrap());
    assert_eq!(service.status().leases, 0);
    service.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_seat_is_kept_for_a_product_that_is_away_when_its_turn_comes() {
    let folder = tempfile::tempdir().unwrap();
    let service = one_seat(&folder.path().join("ACME.db"));
    let first = granted(service.checkout(request("CAD", 1)).await.unwrap());
    drop(wait(&service, 2).await);
    assert!(service.checkin(first.id).await.unwrap());
    assert_eq!(service.status().leases, 1);
    let back = service.checkout_or_wait(waiting(2)).await.unwrap();
    assert!(
        matches!(back, CheckoutOutcome::Decided(decided) if matches!(decided.decision, Decision::Repeated(_)))
    );
    service.shutdown().await.unwrap();
}

#[tokio::test]
async fn who_waits_is_told_that_the_service_ends() {
    let folder = tempfile::tempdir().unwrap();
    let service = one_seat(&folder.path().join("ACME.db"));
    granted(service.checkout(request("CAD", 1)).await.unwrap());
    let mut second = wait(&service, 2).await;
    service.shutdown().await.unwrap();
    assert_eq!(second.turn().await, Err(licensing_store::StoreError::Stopping));
}

#[tokio::test]
async fn refusals_and_later_grants_outlive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let service = one_seat(&path);
    let first = granted(service.checkout(request("CAD", 1)).await.unwrap());
    for _ in 0..3 {
        service.checkout(request("CAD", 2)).await.unwrap();
    }
    service.checkout(request("CAD", 3)).await.unwrap();
    let rows = service.denials(&GetDenials::default()).await.unwrap();
    let found: Vec<_> = rows.iter().map(|row| (row.user.as_str(), row.times)).collect();
    assert_eq!(found, [("user3", 1), ("user2", 3)]);
    assert_eq!(
        (rows[1].seats_out, rows[1].holders[0].user.as_str()),
        (1, "user1")
    );
    service.shutdown().await.unwrap();
    drop(service);
    assert_eq!(licensing_store::verify(&path).unwrap().denied, 2);

    let service = one_seat(&path);
    assert_eq!(service.denials(&GetDenials::default()).await.unwrap(), rows);
    assert!(service.checkin(first.id).await.unwrap());
    let mut again = request("CAD", 2);
    again.request_key = RequestKey::from_bytes([9; 16]);
    granted(service.checkout(again).await.unwrap());
    let later = service.denials(&GetDenials::default()).await.unwrap();
    assert_eq!((later[0].granted_later, later[1].granted_later), (false, true));
    service.shutdown().await.unwrap();
    licensing_store::verify(&path).unwrap();
}

#[tokio::test]
async fn only_the_newest_refusals_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let mut options = crate::support::options(&path, pools("CAD", 1), Arc::new(SystemClock::new()));
    options.settings.kept_denials = 20;
    let service = SeatService::start(options).unwrap();
    granted(service.checkout(request("CAD", 1)).await.unwrap());
    for number in 2..=50 {
        service.checkout(request("CAD", number)).await.unwrap();
        if number % 10 == 0 {
            service.denials(&GetDenials::default()).await.unwrap();
        }
    }
    let rows = service.denials(&GetDenials::default()).await.unwrap();
    let users: Vec<_> = rows.iter().map(|row| row.user.clone()).collect();
    let newest: Vec<_> = (31..=50).rev().map(|number| format!("user{number}")).collect();
    assert_eq!(users, newest);
    service.shutdown().await.unwrap();
    licensing_store::verify(&path).unwrap();
}
