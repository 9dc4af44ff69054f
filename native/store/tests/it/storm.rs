//! Many callers, few seats.

use std::collections::HashSet;
use std::sync::Arc;

use licensing_api::denial::GetDenials;
use licensing_seats::seat::Decision;
use licensing_store::SystemClock;

use crate::support::{pools, request, start};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_callers_than_seats_with_duplicates_never_get_more_than_there_are() {
    const SEATS: usize = 10;
    const CALLERS: u64 = 300;
    let folder = tempfile::tempdir().unwrap();
    let service = start(
        &folder.path().join("ACME.db"),
        pools("CAD", SEATS as u32),
        Arc::new(SystemClock::new()),
    );
    let mut tasks = tokio::task::JoinSet::new();
    for caller in 0..CALLERS {
        // Every request is sent three times at once.
        for _ in 0..3 {
            let service = service.clone();
            tasks.spawn(async move { (caller, service.checkout(request("CAD", caller)).await.unwrap()) });
        }
    }
    let (mut granted, mut repeated) = (HashSet::new(), 0);
    let mut holders = HashSet::new();
    for (caller, decision) in tasks.join_all().await {
        match decision {
            Decision::Granted(lease) => {
                assert!(granted.insert(*lease.id.as_bytes()));
                holders.insert(caller);
            }
            Decision::Repeated(_) => repeated += 1,
            Decision::Denied(_) => {}
            Decision::Queued(_) => panic!("nobody asked to wait"),
        }
    }
    assert_eq!(
        (granted.len(), holders.len(), repeated),
        (SEATS, SEATS, 2 * SEATS)
    );
    let report = service.verify_audit().await.unwrap();
    assert_eq!(report.opened, SEATS as u64);
    // However often one is refused in a short time, it is one record.
    assert_eq!(report.denied, CALLERS - SEATS as u64);
    let denials = service.denials(&GetDenials::default()).await.unwrap();
    assert_eq!(denials.len() as u64, CALLERS - SEATS as u64);
    let refusals: u32 = denials.iter().map(|row| row.times).sum();
    assert_eq!(u64::from(refusals), 3 * (CALLERS - SEATS as u64));
    service.shutdown().await.unwrap();
}
