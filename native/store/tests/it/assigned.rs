//! Assignments outlive sessions and restarts.

use std::time::Duration;

use licensing_api::usage::{GetUsage, LicenseModel};
use licensing_core::seat::{Decision, LeaseId};
use licensing_store::SeatService;

use crate::support::{TestClock, granted, pools, request, start};

/// Lets the time pass in which a clock far ahead of the run before is doubted.
fn believed(service: &SeatService, clock: &TestClock, held: &[LeaseId]) {
    for _ in 0..7 {
        clock.pass(Duration::from_secs(600));
        assert!(service.heartbeat(held).is_empty());
    }
}

#[tokio::test]
async fn an_assignment_outlives_its_session_and_a_restart_and_ends_after_its_period() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let clock = TestClock::at("2026-11-24T12:00:00Z");
    let service = start(&path, pools("CAD_STD_UD", 1), clock.clone());
    let lease = granted(service.checkout(request("CAD_STD_UD", 1)).await.unwrap());
    service.shutdown().await.unwrap();
    drop(service);

    clock.pass(Duration::from_secs(80 * 24 * 3600));
    let service = start(&path, pools("CAD_STD_UD", 1), clock.clone());
    believed(&service, &clock, &[lease.id]);
    // The restart counts as use of what is held.
    assert!(service.checkin(lease.id).await.unwrap());
    assert!(matches!(
        service.checkout(request("CAD_STD_UD", 2)).await.unwrap(),
        Decision::Denied(_)
    ));
    service.shutdown().await.unwrap();
    drop(service);

    clock.pass(Duration::from_secs(89 * 24 * 3600));
    let service = start(&path, pools("CAD_STD_UD", 1), clock.clone());
    believed(&service, &clock, &[]);
    assert!(matches!(
        service.checkout(request("CAD_STD_UD", 3)).await.unwrap(),
        Decision::Denied(_)
    ));
    let rows = service.usage(&GetUsage::default());
    assert_eq!(
        (rows.len(), rows[0].license_model_type, rows[0].user.as_str()),
        (1, LicenseModel::User, "user1")
    );
    service.shutdown().await.unwrap();
    drop(service);

    clock.pass(Duration::from_secs(2 * 24 * 3600));
    let service = start(&path, pools("CAD_STD_UD", 1), clock);
    granted(service.checkout(request("CAD_STD_UD", 4)).await.unwrap());
    assert_eq!(service.usage(&GetUsage::default())[0].user, "user4");
    service.verify_audit().await.unwrap();
    service.shutdown().await.unwrap();
}
