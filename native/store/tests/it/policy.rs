//! Rules of the options file in a running service, and what of them outlives it.

use std::time::Duration;

use licensing_api::denial::DenialReason;
use licensing_api::inventory::GetInventory;
use licensing_license_file::options_file;
use licensing_seats::policy::{Policy, PoolFacts};
use licensing_seats::pool::PoolSet;
use licensing_seats::seat::{Decision, SeatRules};
use licensing_store::{SeatService, StoreError};

use crate::support::{TestClock, granted, options, pools, request, start};

pub(crate) fn rules(text: &str, pools: &PoolSet) -> SeatRules {
    let (policy, findings) = Policy::compile(&options_file::parse(text.as_bytes()));
    assert_eq!(findings, vec![]);
    let facts = [PoolFacts {
        feature: "CAD".to_owned(),
        seats: Some(2),
        ..PoolFacts::default()
    }];
    SeatRules::bind(policy, pools, &facts).0
}

async fn denied(service: &SeatService, number: u64) -> DenialReason {
    match service.checkout(request("CAD", number)).await.unwrap() {
        Decision::Denied(denial) => denial.reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn rules_are_replaced_without_losing_a_lease() {
    let folder = tempfile::tempdir().unwrap();
    let clock = TestClock::at("2026-11-24T12:00:00Z");
    let pools = pools("CAD", 2);
    let service = start(&folder.path().join("ACME.db"), pools.clone(), clock);
    let lease = granted(service.checkout(request("CAD", 1)).await.unwrap());
    service
        .replace_policy(rules("EXCLUDE CAD USER user1\nRESERVE 1 CAD USER user9", &pools))
        .await
        .unwrap();
    assert_eq!(service.heartbeat(&[lease.id]), [] as [u32; 0]);
    assert_eq!(denied(&service, 2).await, DenialReason::AllReserved);
    let row = service.inventory(&GetInventory::default()).swap_remove(0);
    assert_eq!((row.licenses_in_use, row.reserved, row.free), (1, 1, Some(0)));
    granted(service.checkout(request("CAD", 9)).await.unwrap());
    assert!(service.checkin(lease.id).await.unwrap());
    let repeated = service.checkout(request("CAD", 1)).await.unwrap();
    assert!(matches!(repeated, Decision::Denied(denial) if denial.reason == DenialReason::BadParameter));
    let mut again = request("CAD", 11);
    again.holder.user = "user1".to_owned();
    let refused = service.checkout(again).await.unwrap();
    assert!(matches!(refused, Decision::Denied(denial) if denial.reason == DenialReason::Excluded));
    service.replace_pools(pools, SeatRules::default()).await.unwrap();
    granted(service.checkout(request("CAD", 12)).await.unwrap());
    service.verify_audit().await.unwrap();
    service.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_lingering_seat_outlives_a_restart_and_ends_in_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let clock = TestClock::at("2026-11-24T12:00:00Z");
    let pools = pools("CAD", 1);
    let mut ruled = options(&path, pools.clone(), clock.clone());
    ruled.rules = rules("LINGER CAD 600", &pools);
    let service = SeatService::start(ruled).unwrap();
    let lease = granted(service.checkout(request("CAD", 1)).await.unwrap());
    assert!(service.checkin(lease.id).await.unwrap());
    service.shutdown().await.unwrap();
    assert_eq!(service.checkin(lease.id).await, Err(StoreError::Stopping));
    drop(service);

    clock.pass(Duration::from_secs(300));
    let service = start(&path, pools, clock.clone());
    assert!(!service.checkin(lease.id).await.unwrap());
    assert_eq!(denied(&service, 2).await, DenialReason::AllSeatsTaken);
    clock.pass(Duration::from_secs(301));
    granted(service.checkout(request("CAD", 3)).await.unwrap());
    let report = service.verify_audit().await.unwrap();
    assert_eq!((report.opened, report.closed), (2, 1));
    service.shutdown().await.unwrap();
}

#[tokio::test]
async fn limits_over_address_and_project_are_counted_anew_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let clock = TestClock::at("2026-11-24T12:00:00Z");
    let pools = pools("CAD", 9);
    let ruled = || {
        let mut ruled = options(&path, pools.clone(), clock.clone());
        let lines =
            "MAX 1 CAD INTERNET 10.1.*.*\nMAX 1 CAD INTERNET fd00:0:0:0:*:*:*:*\nMAX 1 CAD PROJECT dam";
        ruled.rules = rules(lines, &pools);
        ruled
    };
    let of = |number, address: &str, project: &str| {
        let mut request = request("CAD", number);
        request.holder.address = address.parse().ok();
        request.holder.project = project.to_owned();
        request
    };
    let service = SeatService::start(ruled()).unwrap();
    let mut leases = Vec::new();
    for request in [
        of(1, "10.1.2.3", ""),
        of(2, "fd00::5", "bridge"),
        of(3, "", "dam"),
        of(4, "10.2.2.3", "tunnel"),
    ] {
        leases.push(granted(service.checkout(request).await.unwrap()));
    }
    service.shutdown().await.unwrap();
    drop(service);

    let service = SeatService::start(ruled()).unwrap();
    for request in [
        of(11, "10.1.9.9", ""),
        of(12, "fd00::9", ""),
        of(13, "10.3.2.3", "dam"),
    ] {
        let refused = service.checkout(request).await.unwrap();
        assert!(matches!(refused, Decision::Denied(denial) if denial.reason == DenialReason::AboveMaximum));
    }
    granted(service.checkout(of(14, "10.2.9.9", "tunnel")).await.unwrap());
    for lease in &leases {
        assert!(service.checkin(lease.id).await.unwrap());
    }
    granted(service.checkout(of(15, "10.1.9.9", "")).await.unwrap());
    granted(service.checkout(of(16, "fd00::9", "")).await.unwrap());
    granted(service.checkout(of(17, "", "dam")).await.unwrap());
    service.verify_audit().await.unwrap();
    service.shutdown().await.unwrap();
}
