//! Checkout, checkin, heartbeat, and the same after a restart.

use licensing_api::denial::DenialReason;
use licensing_api::inventory::GetInventory;
use licensing_api::usage::GetUsage;
use licensing_seats::seat::Decision;
use licensing_store::StoreError;

use crate::support::{TestClock, granted, options, pools, request, start};

#[tokio::test]
async fn seats_go_out_come_back_and_outlive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let clock = TestClock::at("2026-11-24T12:00:00Z");
    let service = start(&path, pools("CAD", 2), clock.clone());
    let first = granted(service.checkout(request("cad", 1)).await.unwrap());
    let second = granted(service.checkout(request("CAD", 2)).await.unwrap());
    assert_ne!(first.id, second.id);
    assert!(
        matches!(service.checkout(request("CAD", 1)).await.unwrap(), Decision::Repeated(l) if l == first)
    );
    let Decision::Denied(denial) = service.checkout(request("CAD", 3)).await.unwrap() else {
        panic!()
    };
    assert_eq!(denial.reason, DenialReason::AllSeatsTaken);
    assert!(service.checkin(second.id).await.unwrap());
    assert!(!service.checkin(second.id).await.unwrap());
    assert_eq!(service.heartbeat(&[first.id, second.id]), [1]);
    service.shutdown().await.unwrap();
    assert_eq!(service.checkin(first.id).await, Err(StoreError::Stopping));
    drop(service);

    let service = start(&path, pools("CAD", 2), clock);
    assert!(
        matches!(service.checkout(request("CAD", 1)).await.unwrap(), Decision::Repeated(l) if l == first)
    );
    // A duplicate of a request whose lease ended before the restart takes no seat.
    let Decision::Denied(denial) = service.checkout(request("CAD", 2)).await.unwrap() else {
        panic!()
    };
    assert_eq!(denial.reason, DenialReason::BadParameter);
    let usage = service.usage(&GetUsage::default());
    assert_eq!(usage.len(), 1);
    assert_eq!(usage[0].user, "user1");
    assert_eq!(usage[0].since, first.since);
    let inventory = service.inventory(&GetInventory::default());
    assert_eq!((inventory[0].licenses_in_use, inventory[0].free), (1, Some(1)));
    // Started, 2 opened, 1 denied, 1 closed, stopped, started, 1 denied.
    assert_eq!(service.verify_audit().await.unwrap().records, 8);
    service.shutdown().await.unwrap();
}

#[tokio::test]
async fn one_process_owns_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let clock = TestClock::at("2026-11-24T12:00:00Z");
    let service = start(&path, pools("CAD", 2), clock.clone());
    let mut second = options(&path, pools("CAD", 2), clock.clone());
    second.lock_wait = std::time::Duration::from_millis(50);
    assert_eq!(
        licensing_store::SeatService::start(second).unwrap_err(),
        StoreError::Owned { path: path.clone() }
    );
    service.shutdown().await.unwrap();
    drop(service);
    start(&path, pools("CAD", 2), clock).shutdown().await.unwrap();
}
