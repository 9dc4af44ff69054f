//! Clocks that run, and clocks that are set.

use std::time::Duration;

use jiff::SignedDuration;
use licensing_api::alert::AlertLevel;
use licensing_store::SeatService;

use crate::support::{TestClock, granted, pools, request, start};

fn alerts(service: &SeatService) -> Vec<(String, AlertLevel)> {
    service
        .status()
        .alerts
        .into_iter()
        .map(|alert| (alert.code, alert.level))
        .collect()
}

#[tokio::test]
async fn a_jump_of_the_wall_clock_raises_an_alert_and_ends_no_lease() {
    let folder = tempfile::tempdir().unwrap();
    let year = SignedDuration::from_hours(366 * 24);
    for by in [year, -year] {
        let path = folder.path().join(format!("{}.db", by.as_secs()));
        let clock = TestClock::at("2026-11-24T12:00:00Z");
        let service = start(&path, pools("CAD", 1), clock.clone());
        let lease = granted(service.checkout(request("CAD", 1)).await.unwrap());
        assert!(alerts(&service).is_empty());
        clock.jump(by);
        assert_eq!(alerts(&service), [("ClockJumped".to_owned(), AlertLevel::Alert)]);
        clock.pass(Duration::from_secs(60));
        assert_eq!(service.status().leases, 1);
        clock.jump(-by);
        assert!(alerts(&service).is_empty());
        assert!(service.heartbeat(&[lease.id]).is_empty());
        service.shutdown().await.unwrap();
    }
}

#[tokio::test]
async fn a_clock_set_back_between_two_runs_raises_an_alert_and_ends_no_lease() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let service = start(&path, pools("CAD", 1), TestClock::at("2026-11-24T12:00:00Z"));
    granted(service.checkout(request("CAD", 1)).await.unwrap());
    service.shutdown().await.unwrap();
    drop(service);
    let clock = TestClock::at("2025-11-24T12:00:00Z");
    let service = start(&path, pools("CAD", 1), clock.clone());
    assert_eq!(alerts(&service), [("ClockJumped".to_owned(), AlertLevel::Alert)]);
    assert_eq!(service.status().leases, 1);
    clock.jump(SignedDuration::from_hours(365 * 24 + 1));
    clock.jump(SignedDuration::from_mins(-60));
    assert!(alerts(&service).is_empty());
    service.shutdown().await.unwrap();
}

/// A server whose clock is a year ahead at a start: once it is set right, nothing has been lost.
#[tokio::test]
async fn a_clock_far_ahead_at_a_start_is_doubted_until_it_is_set_right() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let service = start(&path, pools("CAD", 2), TestClock::at("2026-11-24T12:00:00Z"));
    let lease = granted(service.checkout(request("CAD", 1)).await.unwrap());
    service.shutdown().await.unwrap();
    drop(service);
    let clock = TestClock::at("2027-11-24T12:00:00Z");
    let service = start(&path, pools("CAD", 2), clock.clone());
    assert_eq!(alerts(&service), [("ClockJumped".to_owned(), AlertLevel::Alert)]);
    assert!(service.heartbeat(&[lease.id]).is_empty());
    clock.pass(Duration::from_secs(600));
    assert_eq!(alerts(&service).len(), 1);
    clock.jump(SignedDuration::from_hours(-365 * 24));
    assert!(alerts(&service).is_empty());
    service.shutdown().await.unwrap();
    drop(service);
    // The year ahead has left no mark.
    let service = start(&path, pools("CAD", 2), TestClock::at("2026-11-24T12:30:00Z"));
    assert!(alerts(&service).is_empty());
    service.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_clock_far_ahead_at_a_start_that_nobody_sets_right_is_trusted_in_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let service = start(&path, pools("CAD", 1), TestClock::at("2026-11-24T12:00:00Z"));
    service.shutdown().await.unwrap();
    drop(service);
    let clock = TestClock::at("2027-11-24T12:00:00Z");
    let service = start(&path, pools("CAD", 1), clock.clone());
    clock.pass(Duration::from_secs(59 * 60));
    assert_eq!(alerts(&service).len(), 1);
    clock.pass(Duration::from_secs(61));
    assert!(alerts(&service).is_empty());
    service.shutdown().await.unwrap();
    drop(service);
    // From then on it is not set back unnoticed.
    let service = start(&path, pools("CAD", 1), TestClock::at("2026-11-24T13:00:00Z"));
    assert_eq!(alerts(&service).len(), 1);
    service.shutdown().await.unwrap();
}
