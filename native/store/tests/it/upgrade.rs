//! Files that an earlier version of the server wrote.

use std::collections::BTreeSet;
use std::path::Path;

use licensing_api::usage::GetUsage;
use licensing_seats::pool::PoolSet;
use licensing_seats::seat::Decision;
use licensing_store::{StoreError, schema};
use rusqlite::Connection;

use crate::support::{TestClock, granted, options, pool, pools, request, start};

/// As schema version 1 wrote it: requests 1 to 6 were granted, 1 of them lingers for a day since 12:01, 3 is of an
/// assigned seat, request 7 was denied.
const VERSION_1: &[u8] = include_bytes!("fixtures/version-1.db");

fn served() -> PoolSet {
    let mut pools = pools("CAD", 5);
    pools.pools.push(pool("CAD_STD_UD", 5));
    pools
}

fn version(path: &Path) -> i64 {
    Connection::open(path)
        .unwrap()
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap()
}

#[tokio::test]
async fn a_file_of_version_1_keeps_its_leases_and_its_audit_and_is_used_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    std::fs::write(&path, VERSION_1).unwrap();
    // As it comes out of a backup: it is verified without being changed.
    let report = licensing_store::verify(&path).unwrap();
    assert_eq!((report.opened, report.closed, report.denied), (6, 0, 1));
    assert_eq!(version(&path), 1);

    let clock = TestClock::at("2026-11-24T13:00:00Z");
    let service = start(&path, served(), clock.clone());
    assert_eq!(version(&path), schema::VERSION);
    let kept = folder.path().join("ACME.db.schema-1");
    assert_eq!(
        (version(&kept), licensing_store::verify(&kept).unwrap().opened),
        (1, 6)
    );
    let mut users: Vec<String> = service
        .usage(&GetUsage::default())
        .into_iter()
        .map(|row| row.user)
        .collect();
    users.sort();
    assert_eq!(users, ["user1", "user2", "user3", "user4", "user5", "user6"]);
    let again = service.checkout(request("CAD", 2)).await.unwrap();
    let Decision::Repeated(lease) = again else {
        panic!("{again:?}")
    };
    assert!(matches!(
        service.checkout(request("CAD", 8)).await.unwrap(),
        Decision::Denied(_)
    ));
    assert!(service.checkin(lease.id).await.unwrap());
    granted(service.checkout(request("CAD", 9)).await.unwrap());
    let report = service.verify_audit().await.unwrap();
    assert_eq!((report.opened, report.closed, report.denied), (7, 1, 2));
    service.shutdown().await.unwrap();
    drop(service);

    assert_eq!(licensing_store::verify(&path).unwrap().opened, 7);
    let service = start(&path, served(), clock);
    assert_eq!(service.status().leases, 6);
    service.shutdown().await.unwrap();
}

#[tokio::test]
async fn an_upgrade_that_fails_half_way_leaves_the_file_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    std::fs::write(&path, VERSION_1).unwrap();
    let sql = |sql: &str| Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    // The second of the new tables cannot be made.
    sql("CREATE TABLE denial (id INTEGER PRIMARY KEY) STRICT");
    let clock = TestClock::at("2026-11-24T13:00:00Z");
    licensing_store::SeatService::start(options(&path, served(), clock.clone())).unwrap_err();
    assert_eq!(version(&path), 1);
    assert_eq!(licensing_store::verify(&path).unwrap().opened, 6);
    sql("DROP TABLE denial");
    let service = start(&path, served(), clock);
    assert_eq!(service.status().leases, 6);
    service.shutdown().await.unwrap();
}

/// What a power cut leaves of the upgrade: the log up to any byte.
#[tokio::test]
async fn an_upgrade_that_is_cut_off_has_happened_or_has_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    std::fs::write(&path, VERSION_1).unwrap();
    let clock = TestClock::at("2026-11-24T13:00:00Z");
    let service = start(&path, served(), clock.clone());
    let database = std::fs::read(&path).unwrap();
    let log = std::fs::read(folder.path().join("ACME.db-wal")).unwrap();
    service.shutdown().await.unwrap();
    let copy = folder.path().join("copy.db");
    let mut versions = BTreeSet::new();
    for length in (0..=log.len()).step_by(1_009).chain([log.len()]) {
        std::fs::write(&copy, &database).unwrap();
        std::fs::write(folder.path().join("copy.db-wal"), &log[..length]).unwrap();
        let _ = std::fs::remove_file(folder.path().join("copy.db-shm"));
        assert_eq!(licensing_store::verify(&copy).unwrap().opened, 6);
        versions.insert(version(&copy));
        let service = start(&copy, served(), clock.clone());
        assert_eq!(service.status().leases, 6);
        service.shutdown().await.unwrap();
        assert_eq!(version(&copy), schema::VERSION);
    }
    assert_eq!(versions, BTreeSet::from([1, schema::VERSION]));
}

#[tokio::test]
async fn a_file_of_a_later_version_and_one_of_another_vendor_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    std::fs::write(&path, VERSION_1).unwrap();
    let mut other = options(&path, served(), TestClock::at("2026-11-24T13:00:00Z"));
    other.vendor = "OTHER".to_owned();
    let error = licensing_store::SeatService::start(other).unwrap_err();
    assert!(matches!(error, StoreError::Foreign { .. }), "{error}");
    assert_eq!(version(&path), 1);
    Connection::open(&path)
        .unwrap()
        .pragma_update(None, "user_version", schema::VERSION + 1)
        .unwrap();
    let error = licensing_store::verify(&path).unwrap_err();
    assert!(matches!(error, StoreError::Foreign { .. }), "{error}");
    let later = options(&path, served(), TestClock::at("2026-11-24T13:00:00Z"));
    let error = licensing_store::SeatService::start(later).unwrap_err();
    assert!(matches!(error, StoreError::Foreign { .. }), "{error}");
}
