//! Orders and allocations in PostgreSQL, and how those of a file come there.

use std::path::Path;
use std::process::Command;

use jiff::Timestamp;
use licensing_insight::fulfilment::Fulfilment;
use licensing_insight::fulfilment::store::{StoredAllocation, StoredEntitlement, StoredOrder, Which};
use licensing_seats::audit::AuditRecord;
use licensing_testbed::Cluster;
use tokio_postgres::NoTls;

use crate::fulfilment::{Site, load, over};
use crate::support::{Backend, OrderPlace, Program};

/// Carries out a statement in a database, beside the program.
fn execute(address: &str, statement: &str) -> u64 {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let (client, connection) = tokio_postgres::connect(address, NoTls).await.unwrap();
        tokio::spawn(connection);
        client.execute(statement, &[]).await.unwrap()
    })
}

/// All that is kept, but for sessions.
type Everything = (
    Vec<StoredOrder>,
    Vec<StoredEntitlement>,
    Vec<StoredAllocation>,
    Vec<AuditRecord>,
    u64,
);

fn everything(fulfilment: &Fulfilment) -> Everything {
    let store = fulfilment.store();
    (
        store.orders().unwrap(),
        store.entitlements("SO-1").unwrap(),
        store.allocations(Which::All).unwrap(),
        store.audit(100).unwrap(),
        store.verify_audit().unwrap(),
    )
}

/// Where PostgreSQL is named after orders were kept in a file: first without it, then with it.
fn before_and_after(backend: &Backend, folder: &Path) -> (OrderPlace, OrderPlace) {
    let after = backend.orders(folder);
    let before = OrderPlace {
        file: after.file.clone(),
        address: None,
    };
    (before, after)
}

fn moved_name(place: &OrderPlace) -> std::path::PathBuf {
    place.file.with_extension("db.moved")
}

#[test]
fn what_a_file_has_is_moved_and_goes_on_where_it_was() {
    let Some(backend) = Backend::postgres() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (before, after) = before_and_after(&backend, folder.path());
    let in_file = over(before.open().unwrap(), folder.path());
    let (code, site, now) = (load(&in_file, 10), Site::new(1), Timestamp::now());
    let session = site.session(&in_file, &code, now);
    let kept = in_file.allocate(&site.request(1, &session, 4), now).unwrap();
    let returned = in_file.allocate(&site.request(2, &session, 3), now).unwrap();
    let proof = site.proof(&returned.fulfillment_id);
    in_file.take_back(&proof, now).unwrap();
    let had = everything(&in_file);
    drop(in_file);

    let moved = over(after.open().unwrap(), folder.path());
    assert_eq!(everything(&moved), had);
    assert_eq!(had.4, 4);
    assert!(!after.file.exists() && moved_name(&after).exists());
    assert!(!after.file.with_extension("db-wal").exists());
    let refused = before.open().err().unwrap().to_string();
    assert!(
        refused.contains("fulfilment.db.moved") && refused.contains("database"),
        "{refused}"
    );
    assert!(!after.file.exists(), "no empty file is begun in its place");
    let again = moved.allocate(&site.request(1, &session, 4), now).unwrap();
    assert_eq!(again.document, kept.document);
    assert_eq!(moved.take_back(&proof, now).unwrap().licenses_available, 6);
    assert!(moved.allocate(&site.request(3, &session, 6), now).is_ok());
    assert_eq!(moved.store().verify_audit().unwrap(), 5);
    let proofs = "SELECT FROM allocation WHERE proof IS NOT NULL AND standing = 'returned'";
    assert_eq!(execute(after.address.as_deref().unwrap(), proofs), 1);

    // As if the program had ended before the file got its other name.
    std::fs::rename(moved_name(&after), &after.file).unwrap();
    let opened = over(after.open().unwrap(), folder.path());
    assert_eq!(everything(&opened), everything(&moved));
    assert!(!after.file.exists() && moved_name(&after).exists());
}

#[test]
fn orders_that_are_in_a_file_and_others_in_postgres_are_not_mixed() {
    let Some(backend) = Backend::postgres() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (before, after) = before_and_after(&backend, folder.path());
    let in_database = over(after.open().unwrap(), folder.path());
    load(&in_database, 20);
    load(&over(before.open().unwrap(), folder.path()), 10);
    let had = everything(&in_database);
    let error = after.open().err().unwrap().to_string();
    assert!(
        error.contains("fulfilment.db") && error.contains("PostgreSQL has other orders"),
        "{error}"
    );
    assert!(before.file.exists());
    assert_eq!(everything(&in_database), had);
    // What the message says to do.
    std::fs::rename(&before.file, folder.path().join("old.db")).unwrap();
    assert_eq!(everything(&over(after.open().unwrap(), folder.path())), had);
}

#[test]
fn a_file_that_somebody_has_open_stays_where_it_is() {
    let Some(backend) = Backend::postgres() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (before, after) = before_and_after(&backend, folder.path());
    let running = over(before.open().unwrap(), folder.path());
    load(&running, 10);
    let error = after.open().err().unwrap().to_string();
    assert!(error.contains("another insightd has it open"), "{error}");
    let had = everything(&running);
    drop(running);
    assert_eq!(everything(&over(after.open().unwrap(), folder.path())), had);
}

#[test]
fn a_file_that_was_moved_earlier_is_not_overwritten() {
    let Some(backend) = Backend::postgres() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (before, after) = before_and_after(&backend, folder.path());
    load(&over(before.open().unwrap(), folder.path()), 10);
    std::fs::write(moved_name(&after), "earlier").unwrap();
    let error = after.open().err().unwrap().to_string();
    assert!(error.contains("fulfilment.db.moved"), "{error}");
    assert_eq!(std::fs::read_to_string(moved_name(&after)).unwrap(), "earlier");
    assert!(after.file.exists());
}

#[test]
fn a_file_whose_audit_is_broken_is_not_moved() {
    let Some(backend) = Backend::postgres() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (before, after) = before_and_after(&backend, folder.path());
    load(&over(before.open().unwrap(), folder.path()), 10);
    rusqlite::Connection::open(&before.file)
        .unwrap()
        .execute("UPDATE audit SET body = zeroblob(60)", [])
        .unwrap();
    let error = after.open().err().unwrap().to_string();
    assert!(error.contains("audit record 1 was changed"), "{error}");
    std::fs::rename(&before.file, folder.path().join("broken.db")).unwrap();
    assert!(after.open().unwrap().orders().unwrap().is_empty());
}

#[test]
fn an_audit_in_postgres_that_was_changed_or_cut_off_is_found() {
    let Some(backend) = Backend::postgres() else {
        return;
    };
    for change in [
        "UPDATE fulfilment_audit SET body = decode(repeat('00', 60), 'hex') WHERE sequence = 1",
        "DELETE FROM fulfilment_audit WHERE sequence = 1",
        "DELETE FROM fulfilment_audit WHERE sequence = 2",
        "UPDATE fulfilment_audit SET sequence = -1 WHERE sequence = 1",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let place = backend.orders(folder.path());
        let fulfilment = over(place.open().unwrap(), folder.path());
        let (code, site, now) = (load(&fulfilment, 10), Site::new(1), Timestamp::now());
        let session = site.session(&fulfilment, &code, now);
        fulfilment.allocate(&site.request(1, &session, 4), now).unwrap();
        assert_eq!(execute(place.address.as_deref().unwrap(), change), 1, "{change}");
        let error = fulfilment.store().verify_audit().unwrap_err();
        assert!(error.to_string().contains("audit record"), "{change}: {error}");
    }
}

#[test]
fn orders_of_a_newer_program_are_refused_while_uploads_are_not() {
    let Some(backend) = Backend::postgres() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let place = backend.orders(folder.path());
    place.open().unwrap();
    let address = place.address.as_deref().unwrap();
    execute(address, "INSERT INTO fulfilment_schema VALUES (99)");
    let error = place.open().err().unwrap().to_string();
    assert!(error.contains("schema 99 is of a newer program"), "{error}");
    let address = licensing_api::Secret::new(address);
    let settings = licensing_insight::config::PostgresConfig::default();
    licensing_insight::storage::postgres::PostgresStorage::open(&address, &settings).unwrap();
}

#[test]
fn a_backup_has_a_file_until_it_is_moved_and_then_leaves_orders_to_pg_dump() {
    let Some(cluster) = Cluster::start(&[("fsync", "off")]).unwrap() else {
        return;
    };
    let address = cluster.database().unwrap();
    let program = Program::start_on(Some(&address), &[]);
    let place = OrderPlace {
        file: program.data().join("state/fulfilment.db"),
        address: None,
    };
    load(&over(place.open().unwrap(), program.folder.path()), 10);
    let back_up = |name: &str| {
        let copy = program.folder.path().join(name);
        let said = program.command(&["backup", "--output", copy.to_str().unwrap()]);
        assert!(said.contains("orders") && said.contains("pg_dump"), "{said}");
        copy
    };
    assert!(back_up("first").join("state/fulfilment.db").exists());
    assert!(program.command(&["order", "list"]).contains("SO-1"));
    assert!(moved_name(&place).exists());
    let second = back_up("second");
    assert!(!second.join("state/fulfilment.db").exists());
    // It names the same database.
    let listed = Command::new(env!("CARGO_BIN_EXE_insightd"))
        .args(["order", "list", "--data"])
        .arg(&second)
        .output()
        .unwrap();
    let text = String::from_utf8(listed.stdout).unwrap();
    assert!(text.contains("SO-1"), "{text}");
}
