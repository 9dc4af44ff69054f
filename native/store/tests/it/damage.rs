//! Files that were changed by a fault: it is noticed, or it changed nothing that is served.

use std::path::Path;

use licensing_api::ErrorCode;
use licensing_api::usage::{GetUsage, UsageRow};
use licensing_store::{SeatService, StoreError};

use crate::support::{TestClock, granted, options, pools, request, start};

async fn filled(path: &Path) -> Vec<UsageRow> {
    let service = start(path, pools("CAD", 1_000), TestClock::at("2026-11-24T12:00:00Z"));
    for number in 0..200 {
        let lease = granted(service.checkout(request("CAD", number)).await.unwrap());
        if number % 3 == 0 {
            service.checkin(lease.id).await.unwrap();
        }
    }
    let rows = service.usage(&GetUsage::default());
    service.shutdown().await.unwrap();
    rows
}

fn sorted(mut rows: Vec<UsageRow>) -> Vec<UsageRow> {
    rows.sort_by(|a, b| a.lease_id.cmp(&b.lease_id));
    rows
}

fn open(path: &Path) -> Result<SeatService, StoreError> {
    SeatService::start(options(
        path,
        pools("CAD", 1_000),
        TestClock::at("2026-11-24T12:00:00Z"),
    ))
}

#[tokio::test]
async fn a_flipped_byte_is_noticed_or_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let rows = sorted(filled(&path).await);
    let good = std::fs::read(&path).unwrap();
    let (mut noticed, mut unharmed) = (0, 0);
    // A step that is no divisor of the page size meets all places of a page.
    for at in (0..good.len()).step_by(good.len() / 150 + 1) {
        let copy = folder.path().join(format!("copy{at}.db"));
        let mut bytes = good.clone();
        bytes[at] ^= 0x10;
        std::fs::write(&copy, bytes).unwrap();
        match open(&copy) {
            Err(error) => {
                assert!(error.to_string().contains(&format!("copy{at}.db")), "{error}");
                noticed += 1;
            }
            Ok(service) => {
                assert_eq!(
                    sorted(service.usage(&GetUsage::default())),
                    rows,
                    "byte {at} changed what is served"
                );
                match service.verify_audit().await {
                    Ok(_) => unharmed += 1,
                    Err(error) => {
                        assert_eq!(error.code(), ErrorCode::StorageDamaged);
                        noticed += 1;
                    }
                }
                service.shutdown().await.unwrap();
            }
        }
    }
    assert!(noticed > unharmed, "{noticed} noticed, {unharmed} harmless");
}

#[tokio::test]
async fn a_page_of_garbage_and_a_cut_file_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    filled(&path).await;
    let good = std::fs::read(&path).unwrap();
    assert!(good.len() > 8 * 4096);
    for (name, change) in [
        (
            "page.db",
            Box::new(|bytes: &mut Vec<u8>| bytes[4096..8192].fill(0xA5)) as Box<dyn Fn(&mut Vec<u8>)>,
        ),
        ("cut.db", Box::new(|bytes: &mut Vec<u8>| bytes.truncate(3 * 4096))),
        (
            "text.db",
            Box::new(|bytes: &mut Vec<u8>| *bytes = b"this is no database".repeat(400)),
        ),
    ] {
        let copy = folder.path().join(name);
        let mut bytes = good.clone();
        change(&mut bytes);
        std::fs::write(&copy, bytes).unwrap();
        let error = open(&copy).unwrap_err();
        assert_eq!(error.code(), ErrorCode::StorageDamaged, "{error}");
        assert!(error.to_string().contains(name));
    }
}

/// SQLite takes a broken frame for the end of the log, and would quietly forget all transactions behind it.
#[tokio::test]
async fn a_flipped_byte_in_the_log_is_refused_by_name_and_a_cut_one_is_no_damage() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let service = start(&path, pools("CAD", 1_000), TestClock::at("2026-11-24T12:00:00Z"));
    for number in 0..20 {
        granted(service.checkout(request("CAD", number)).await.unwrap());
    }
    // What a killed process leaves.
    let database = std::fs::read(&path).unwrap();
    let log = std::fs::read(folder.path().join("ACME.db-wal")).unwrap();
    service.shutdown().await.unwrap();
    let copy = folder.path().join("copy.db");
    let leave = |log: &[u8]| {
        std::fs::write(&copy, &database).unwrap();
        std::fs::write(folder.path().join("copy.db-wal"), log).unwrap();
        let _ = std::fs::remove_file(folder.path().join("copy.db-shm"));
    };
    // Damage to the last transaction looks as a power cut does: the last two are left alone.
    for at in (0..log.len() - 10 * 4096).step_by(3_001) {
        let mut damaged = log.clone();
        damaged[at] ^= 0x10;
        leave(&damaged);
        let error = open(&copy).unwrap_err();
        assert_eq!(error.code(), ErrorCode::StorageDamaged, "byte {at}: {error}");
        assert!(error.to_string().contains("copy.db-wal"), "{error}");
        assert_eq!(licensing_store::verify(&copy).unwrap_err(), error);
    }
    for length in (0..=log.len()).step_by(7_001) {
        leave(&log[..length]);
        open(&copy).unwrap().shutdown().await.unwrap();
    }
}

/// Changes made with SQL are valid for SQLite, and noticed all the same.
#[tokio::test]
async fn rows_that_were_changed_removed_or_doubled_are_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    filled(&path).await;
    for (number, sql) in [
        "UPDATE lease SET body = zeroblob(length(body)) WHERE serial = 2",
        "UPDATE lease SET serial = 100000 WHERE serial = 2",
        "DELETE FROM lease WHERE serial = 2",
        "INSERT INTO lease SELECT 100000, pool, body FROM lease WHERE serial = 2",
        "UPDATE pool SET identity = replace(identity, 'CAD', 'FEM')",
        "UPDATE head SET body = CAST(substr(body, 1, length(body) - 1) || x'00' AS BLOB)",
        "DELETE FROM head",
        "UPDATE audit SET body = (SELECT body FROM audit WHERE sequence = 4) WHERE sequence = 5",
        "DELETE FROM audit WHERE sequence = (SELECT max(sequence) FROM audit)",
        "DELETE FROM audit WHERE sequence = 7",
        "INSERT INTO burst VALUES ('cad', zeroblob(40))",
        "INSERT INTO denial VALUES (1, 0, 0, 'CAD', -4, 1, NULL, zeroblob(40))",
    ]
    .iter()
    .enumerate()
    {
        let copy = folder.path().join(format!("{number}.db"));
        std::fs::copy(&path, &copy).unwrap();
        let connection = rusqlite::Connection::open(&copy).unwrap();
        assert!(connection.execute(sql, []).unwrap() > 0, "{sql}");
        drop(connection);
        let error = licensing_store::verify(&copy).expect_err(sql);
        assert_eq!(error.code(), ErrorCode::StorageDamaged, "verify: {sql}: {error}");
        let error = open(&copy).expect_err(sql);
        assert_eq!(error.code(), ErrorCode::StorageDamaged, "{sql}: {error}");
    }
}
