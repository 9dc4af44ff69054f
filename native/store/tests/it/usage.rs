//! Peaks and products are kept exactly, over restarts and kills.

use std::path::Path;
use std::time::Duration;

use licensing_management::usage::{Hour, PeakSeries};
use licensing_store::{PoolHistory, SeatService};

use crate::support::{TestClock, granted, pools, request, start};

const HOUR: Duration = Duration::from_secs(3600);

fn hour(text: &str) -> Hour {
    Hour::of(text.parse().unwrap())
}

async fn history(service: &SeatService) -> PoolHistory {
    let (from, to) = (hour("2026-11-24T00:00:00Z"), hour("2026-11-26T00:00:00Z"));
    let mut pools = service.usage_history(from, to).await.unwrap();
    assert_eq!(pools.len(), 1);
    pools.remove(0)
}

fn peak(history: &PoolHistory, from: &str, to: &str, now: u32) -> u32 {
    PeakSeries::new(&history.hours, hour(from), hour(to), now).peak()
}

fn service(path: &Path, clock: &std::sync::Arc<TestClock>) -> SeatService {
    start(path, pools("CAD", 9), clock.clone())
}

#[tokio::test]
async fn a_peak_between_two_looks_is_kept_and_the_level_goes_on_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let clock = TestClock::at("2026-11-24T10:10:00Z");
    let first = service(&path, &clock);
    let mut leases = Vec::new();
    for number in 0..5 {
        leases.push(granted(first.checkout(request("CAD", number)).await.unwrap()));
    }
    for lease in leases.drain(2..) {
        assert!(first.checkin(lease.id).await.unwrap());
    }
    clock.pass(3 * HOUR);
    for lease in &leases {
        first.heartbeat(&[lease.id]);
    }
    first.shutdown().await.unwrap();
    drop(first);
    let second = service(&path, &clock);
    assert_eq!(second.status().leases, 2);
    granted(second.checkout(request("CAD", 7)).await.unwrap());
    let history = history(&second).await;
    assert_eq!(history.seats, Some(9));
    assert_eq!(
        peak(&history, "2026-11-24T10:00:00Z", "2026-11-24T11:00:00Z", 3),
        5
    );
    // Nothing happened in these hours; two seats were out.
    assert_eq!(
        peak(&history, "2026-11-24T11:00:00Z", "2026-11-24T13:00:00Z", 3),
        2
    );
    assert_eq!(
        peak(&history, "2026-11-24T13:00:00Z", "2026-11-24T14:00:00Z", 3),
        3
    );
    let ten = hour("2026-11-24T10:00:00Z");
    assert_eq!(
        history.products,
        [("Drafting 4.2".to_owned(), ten, hour("2026-11-24T13:00:00Z"))]
    );
    second.shutdown().await.unwrap();
}

#[tokio::test]
async fn cycles_below_the_peak_write_no_further_row() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let clock = TestClock::at("2026-11-24T10:10:00Z");
    let service = service(&path, &clock);
    for number in 0..50 {
        let lease = granted(service.checkout(request("CAD", number)).await.unwrap());
        assert!(service.checkin(lease.id).await.unwrap());
    }
    let history = history(&service).await;
    assert_eq!(history.hours.len(), 1);
    assert_eq!((history.hours[0].start, history.hours[0].peak), (0, 1));
    service.shutdown().await.unwrap();
}
