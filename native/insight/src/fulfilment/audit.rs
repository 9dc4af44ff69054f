//! The audit of orders and allocations: records chained by hash, in the form of [`licensing_seats::audit`]. A change and its
//! record are one transaction.

use jiff::Timestamp;
use licensing_seats::audit::{AuditEntry, AuditField, AuditKind, AuditRecord};
use licensing_store::sqlite::AuditTable;
use rusqlite::{Connection, Transaction};
use serde_json::Value;

use crate::storage::StorageError;

const AUDIT: AuditTable = AuditTable::of("orders and allocations");

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

/// One change.
pub(super) struct RecordedChange<'a> {
    /// The account, or the license server whose key has signed what was asked for.
    pub(super) actor: &'a str,
    /// Name of the operation.
    pub(super) operation: &'a str,
    /// To what it was done.
    pub(super) target: &'a str,
    /// What exactly; never a secret.
    pub(super) detail: Value,
}

/// Appends a record, in the transaction of the change itself.
pub(super) fn record(
    transaction: &Transaction<'_>,
    change: &RecordedChange<'_>,
    at: Timestamp,
) -> Result<(), StorageError> {
    let entry = AuditEntry::new(AuditKind::Administered)
        .text(AuditField::Actor, change.actor)
        .text(AuditField::Operation, change.operation)
        .text(AuditField::Target, change.target)
        .text(AuditField::Detail, &change.detail.to_string());
    Ok(AUDIT.append(transaction, at, entry)?)
}

/// The latest records, the latest first.
pub(super) fn newest(connection: &Connection, most: u32) -> Result<Vec<AuditRecord>, StorageError> {
    let mut statement = connection.prepare("SELECT body FROM audit ORDER BY sequence DESC LIMIT ?1")?;
    let mut rows = statement.query([most])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let body: Vec<u8> = row.get(0)?;
        let record = AuditRecord::decode(&body)
            .ok_or_else(|| StorageError::Damaged("a record of the audit cannot be understood".to_owned()))?;
        found.push(record);
    }
    Ok(found)
}

/// Walks the whole chain. Gives the number of records.
pub(super) fn verify(connection: &Connection) -> Result<u64, StorageError> {
    let verified = AUDIT.verify(connection)?;
    verified.map_err(|error| StorageError::Damaged(error.to_string()))
}
