//! The audit in SQLite.

use jiff::Timestamp;
use licensing_seats::audit::AuditRecord;
use licensing_store::sqlite::AuditTable;
use rusqlite::{Connection, Transaction};

use super::all;
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
    let query = "SELECT body FROM audit ORDER BY sequence DESC LIMIT ?1";
    all(connection, query, [most], |row| {
        decode(&row.get::<_, Vec<u8>>(0)?)
    })
}

/// Walks the whole chain. Gives the number of records.
pub(super) fn verify(connection: &Connection) -> Result<u64, StorageError> {
    let verified = AUDIT.verify(connection)?;
    verified.map_err(|error| broken(&error))
}
