//! Assignments outlive sessions and restarts.

use std::time::Duration;

use licensing_api::usage::{GetUsage, LicenseModel};
use licensing_seats::seat::{Decision, LeaseId};
use licensing_store::SeatService;

use crate::support::{TestClock, granted, options, pools, request, start};

/// Lets the time pass in which a clock far ahead of the run before is doubted.
fn trusted(service: &SeatService, clock: &TestClock, held: &[LeaseId]) {
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
    trusted(&service, &clock, &[lease.id]);
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
    trusted(&service, &clock, &[]);
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

#[tokio::test]
async fn a_held_seat_survives_another_rule_for_domains() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let clock = TestClock::at("2026-11-24T12:00:00Z");
    let begin = |fold_domains| {
        let mut options = options(&path, pools("CAD_STD_RN", 2), clock.clone());
        options.settings.fold_domains = fold_domains;
        SeatService::start(options).unwrap()
    };
    let users = |service: &SeatService| {
        let rows = service.usage(&GetUsage::default()).into_iter();
        let mut users: Vec<String> = rows.map(|row| row.user).collect();
        users.sort();
        users
    };
    let service = begin(true);
    let mut of_ann = request("CAD_STD_RN", 1);
    of_ann.holder.user = "LAB\\Ann".to_owned();
    let lease = granted(service.checkout(of_ann).await.unwrap());
    assert_eq!(users(&service), ["LAB\\Ann"]);
    service.shutdown().await.unwrap();
    drop(service);

    let service = begin(false);
    assert!(service.heartbeat(&[lease.id]).is_empty());
    assert_eq!(users(&service), ["LAB\\Ann", "LAB\\Ann"]);
    assert!(service.checkin(lease.id).await.unwrap());
    service.shutdown().await.unwrap();
    drop(service);

    let service = begin(false);
    assert_eq!(users(&service), ["LAB\\Ann", "LAB\\Ann"]);
    service.verify_audit().await.unwrap();
    service.shutdown().await.unwrap();
}
