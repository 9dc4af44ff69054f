//! The audit in SQLite.

use jiff::Timestamp;
use licensing_seats::audit::AuditRecord;
use licensing_store::sqlite::AuditTable;
use rusqlite::{Connection, Transaction};

use crate::fulfilment::audit::{CHAIN, RecordedChange, broken, decode};
use crate::storage::StorageError;

const AUDIT: AuditTable = AuditTable::of(CHAIN);

/// The tables.
pub(super) const TABLES: &str = "
CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY,
    body     BLOB NOT NULL,
    hash     BLOB NOT NULL
) STRICT;
CREATE TABLE audit_end (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    sequence INTEGER NOT NULL,
    hash     BLOB NOT NULL
) STRICT;
";

/// Appends a record, in the transaction of the change itself.
pub(super) fn record(
    transaction: &Transaction<'_>,
    change: &RecordedChange,
    at: Timestamp,
) -> Result<(), StorageError> {
    Ok(AUDIT.append(transaction, at, change.entry())?)
}

/// The latest records, the latest first.
pub(super) fn newest(connection: &Connection, most: u32) -> Result<Vec<AuditRecord>, StorageError> {
    let mut statement = connection.prepare("SELECT body FROM audit ORDER BY sequence DESC LIMIT ?1")?;
    let mut rows = statement.query([most])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let body: Vec<u8> = row.get(0)?;
        found.push(decode(&body)?);
    }
    Ok(found)
}

/// Walks the whole chain. Gives the number of records.
pub(super) fn verify(connection: &Connection) -> Result<u64, StorageError> {
    let verified = AUDIT.verify(connection)?;
    verified.map_err(|error| broken(&error))
}
