//! Granting beyond what is installed, through restarts and moved clocks.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use licensing_api::denial::DenialReason;
use licensing_api::inventory::GetInventory;
use licensing_seats::seat::{BurstTerms, Decision};
use licensing_store::SeatService;

use crate::support::{TestClock, granted, options, pool, pools, request};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn start(path: &Path, clock: &Arc<TestClock>) -> SeatService {
    let mut pools = pools("CAD", 1);
    pools.pools.push(pool("CAD_STD_UD", 1));
    let mut options = options(path, pools, clock.clone());
    options.settings.burst = Some(BurstTerms {
        lasts: 15 * DAY,
        rearm: 180 * DAY,
    });
    // Nothing here sends heartbeats.
    options.settings.lifetime = 1000 * DAY;
    SeatService::start(options).unwrap()
}

async fn stop(service: SeatService) {
    service.verify_audit().await.unwrap();
    service.shutdown().await.unwrap();
}

async fn is_granted(service: &SeatService, feature: &str, number: u64) -> bool {
    match service.checkout(request(feature, number)).await.unwrap() {
        Decision::Granted(_) => true,
        Decision::Denied(denial) => {
            assert_eq!(denial.reason, DenialReason::AllSeatsTaken);
            false
        }
        decision @ (Decision::Repeated(_) | Decision::Queued(_)) => panic!("{decision:?}"),
    }
}

fn alerts(service: &SeatService) -> Vec<String> {
    let alerts = service.status().alerts.into_iter();
    alerts.map(|alert| alert.code).collect()
}

#[tokio::test]
async fn a_burst_outlives_restarts_and_ends_in_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let clock = TestClock::at("2026-11-24T12:00:00Z");
    let service = start(&path, &clock);
    assert!(is_granted(&service, "CAD", 1).await);
    assert!(alerts(&service).is_empty());
    assert!(is_granted(&service, "CAD", 2).await);
    assert_eq!(alerts(&service), ["BurstActive"]);
    // A copy of this instant knows of the burst, too.
    let copy = folder.path().join("copy.db");
    licensing_store::copy_database(&path, &copy).unwrap();
    stop(service).await;

    for (number, days, expected) in [(3, 7, true), (4, 7, true), (5, 2, false)] {
        clock.pass(days * DAY);
        let service = start(&path, &clock);
        assert_eq!(is_granted(&service, "CAD", number).await, expected);
        stop(service).await;
        clock.pass(Duration::from_secs(60));
        let service = start(&path, &clock);
        let row = service.inventory(&GetInventory::default()).swap_remove(0);
        assert_eq!(row.burst_until.is_some(), expected);
        assert_eq!(row.burst, row.licenses_in_use - 1);
        assert_eq!(
            alerts(&service),
            [if expected { "BurstActive" } else { "BurstUsedUp" }]
        );
        stop(service).await;
    }
    assert_eq!(licensing_store::verify(&copy).unwrap().opened, 2);
}

#[tokio::test]
async fn moved_clocks_neither_end_nor_prolong_a_burst() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let clock = TestClock::at("2026-11-24T12:00:00Z");
    let year = SignedDuration::from_hours(365 * 24);
    let mut service = start(&path, &clock);
    assert!(is_granted(&service, "CAD", 1).await);
    assert!(is_granted(&service, "CAD", 2).await);
    // Ahead while it runs, and at a restart.
    clock.jump(year);
    assert!(is_granted(&service, "CAD", 3).await);
    stop(service).await;
    service = start(&path, &clock);
    assert!(is_granted(&service, "CAD", 4).await);
    clock.jump(-year);
    assert!(is_granted(&service, "CAD", 5).await);
    // Back, across a restart: time goes on from where it was.
    stop(service).await;
    clock.jump(-year);
    service = start(&path, &clock);
    for day in 0..15 {
        assert!(is_granted(&service, "CAD", 10 + day).await, "day {day}");
        clock.pass(DAY);
    }
    assert!(!is_granted(&service, "CAD", 30).await);
    stop(service).await;
}

#[tokio::test]
async fn assigned_seats_beyond_all_are_gone_with_their_session_after_a_restart_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let clock = TestClock::at("2026-11-24T12:00:00Z");
    let service = start(&path, &clock);
    let first = granted(service.checkout(request("CAD_STD_UD", 1)).await.unwrap());
    let second = granted(service.checkout(request("CAD_STD_UD", 2)).await.unwrap());
    stop(service).await;
    let service = start(&path, &clock);
    assert!(service.checkin(second.id).await.unwrap());
    assert!(service.checkin(first.id).await.unwrap());
    stop(service).await;
    let service = start(&path, &clock);
    let rows = service.inventory(&GetInventory::default());
    let row = rows.iter().find(|row| row.feature == "CAD_STD_UD").unwrap();
    assert_eq!((row.licenses_in_use, row.burst), (1, 0));
    stop(service).await;
}
