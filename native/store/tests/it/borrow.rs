//! Borrowed seats, through restarts and moved clocks.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use licensing_api::inventory::GetInventory;
use licensing_api::usage::{GetUsage, HolderState};
use licensing_seats::pool::{PoolIdentity, PoolSet};
use licensing_seats::seat::{CheckoutRequest, Decision};
use licensing_store::SeatService;

use crate::policy::rules;
use crate::support::{TestClock, granted, options, pools, request};

const HOUR: Duration = Duration::from_secs(3600);

fn lent(seats: u32) -> PoolSet {
    let mut pools = pools("CAD", seats);
    let pool = &mut pools.pools[0];
    let mut identity = PoolIdentity::clone(&pool.identity);
    identity.terms.insert("BORROW".to_owned(), String::new());
    pool.identity = Arc::new(identity);
    pools
}

fn start(path: &Path, clock: &Arc<TestClock>) -> SeatService {
    SeatService::start(options(path, lent(1), clock.clone())).unwrap()
}

fn borrowing(number: u64, time: Duration) -> CheckoutRequest {
    CheckoutRequest {
        borrow_seconds: time.as_secs(),
        ..request("CAD", number)
    }
}

fn borrowed(service: &SeatService) -> u32 {
    service
        .inventory(&GetInventory::default())
        .swap_remove(0)
        .borrowed
}

async fn stop(service: SeatService) {
    service.verify_audit().await.unwrap();
    service.shutdown().await.unwrap();
}

async fn is_free(service: &SeatService, number: u64) -> bool {
    let decision = service.checkout(request("CAD", number)).await.unwrap();
    matches!(decision, Decision::Granted(_))
}

#[tokio::test]
async fn a_borrowed_seat_outlives_restarts_and_ends_in_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let clock = TestClock::at("2026-11-24T12:00:00Z");
    let service = start(&path, &clock);
    let lease = granted(service.checkout(borrowing(1, 100 * HOUR)).await.unwrap());
    let until = lease.borrowed_until.unwrap();
    for hours in [30, 30, 39] {
        stop(service.clone()).await;
        clock.pass(hours * HOUR);
        let service = start(&path, &clock);
        assert_eq!(borrowed(&service), 1);
        let row = service.usage(&GetUsage::default()).swap_remove(0);
        assert_eq!((row.state, row.until), (HolderState::Borrowed, until));
        let again = service.checkout(borrowing(1, 100 * HOUR)).await.unwrap();
        assert_eq!(again, Decision::Repeated(lease.clone()));
        stop(service).await;
    }
    // It ends while the server is off.
    clock.pass(2 * HOUR);
    let service = start(&path, &clock);
    assert!(is_free(&service, 2).await);
    let report = service.verify_audit().await.unwrap();
    assert_eq!((report.opened, report.closed), (2, 1));
    stop(service).await;
}

#[tokio::test]
async fn a_borrowed_seat_that_was_given_back_lingers_and_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let clock = TestClock::at("2026-11-24T12:00:00Z");
    let mut ruled = options(&path, lent(1), clock.clone());
    ruled.rules = rules("LINGER CAD 600", &lent(1));
    let service = SeatService::start(ruled).unwrap();
    let lease = granted(service.checkout(borrowing(1, 100 * HOUR)).await.unwrap());
    assert!(service.checkin(lease.id).await.unwrap());
    assert_eq!(borrowed(&service), 0);
    stop(service).await;
    let service = start(&path, &clock);
    assert_eq!(borrowed(&service), 0);
    assert!(!is_free(&service, 2).await);
    clock.pass(Duration::from_secs(601));
    assert!(is_free(&service, 3).await);
    stop(service).await;
}

#[tokio::test]
async fn a_moved_clock_neither_ends_nor_prolongs_a_borrowed_seat() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let clock = TestClock::at("2026-11-24T12:00:00Z");
    let year = SignedDuration::from_hours(365 * 24);
    let service = start(&path, &clock);
    let lease = granted(service.checkout(borrowing(1, 100 * HOUR)).await.unwrap());
    // Ahead while it runs, and at a restart.
    clock.jump(year);
    clock.pass(HOUR);
    assert!(!is_free(&service, 2).await);
    stop(service).await;
    let service = start(&path, &clock);
    clock.pass(Duration::from_secs(600));
    assert!(service.heartbeat(&[lease.id]).is_empty());
    assert!(!is_free(&service, 3).await);
    clock.jump(-year);
    assert!(!is_free(&service, 4).await);
    stop(service).await;
    // Back, across a restart: the hundred hours go on from where they were.
    clock.jump(-year);
    let service = start(&path, &clock);
    clock.pass(98 * HOUR);
    assert!(!is_free(&service, 5).await);
    clock.pass(HOUR);
    assert!(is_free(&service, 6).await);
    stop(service).await;
}

/// The server was off for long. That is not trusted at once, and a borrowed seat that was due meanwhile ends when it is.
#[tokio::test]
async fn a_borrowed_seat_that_was_due_long_ago_ends_when_the_clock_is_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let clock = TestClock::at("2026-11-24T12:00:00Z");
    let service = start(&path, &clock);
    granted(service.checkout(borrowing(1, 100 * HOUR)).await.unwrap());
    stop(service).await;
    clock.pass(60 * 24 * HOUR);
    let service = start(&path, &clock);
    clock.pass(Duration::from_secs(59 * 60));
    assert!(!is_free(&service, 2).await);
    clock.pass(Duration::from_secs(61));
    assert!(is_free(&service, 3).await);
    stop(service).await;
}
