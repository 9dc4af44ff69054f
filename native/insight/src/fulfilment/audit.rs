//! The audit of orders and allocations: records chained by hash, in the form of [`licensing_seats::audit`]. A change and its
//! record are one transaction.

use jiff::Timestamp;
use licensing_seats::audit::{
    AuditChain, AuditEntry, AuditError, AuditField, AuditKind, AuditRecord, AuditVerifier,
};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use serde_json::Value;

use crate::storage::StorageError;

/// What stands where the chains of vendor daemons have the vendor. No vendor is named with a blank.
const CHAIN: &str = "orders and allocations";

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

/// The end of the chain as the database remembers it, apart from the records, so that missing last records show.
fn end(connection: &Connection) -> rusqlite::Result<AuditChain> {
    let end: Option<(i64, [u8; 32])> = connection
        .query_row("SELECT sequence, hash FROM audit_end", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    Ok(match end {
        Some((sequence, hash)) => AuditChain::resume(sequence.unsigned_abs(), hash),
        None => AuditChain::new(CHAIN),
    })
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
    let sealed = end(transaction)?.append(at, entry);
    transaction.execute(
        "INSERT INTO audit (sequence, body, hash) VALUES (?1, ?2, ?3)",
        params![sealed.sequence.cast_signed(), sealed.body, sealed.hash],
    )?;
    transaction.execute(
        "INSERT INTO audit_end (only_row, sequence, hash) VALUES (1, ?1, ?2)
         ON CONFLICT (only_row) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash",
        params![sealed.sequence.cast_signed(), sealed.hash],
    )?;
    Ok(())
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
    let damaged = |error: AuditError| StorageError::Damaged(error.to_string());
    let mut statement = connection.prepare("SELECT sequence, body, hash FROM audit ORDER BY sequence")?;
    let mut rows = statement.query([])?;
    let mut verifier = AuditVerifier::new(AuditChain::new(CHAIN));
    while let Some(row) = rows.next()? {
        let sequence = row.get::<_, i64>(0)?.unsigned_abs();
        let (body, hash): (Vec<u8>, Vec<u8>) = (row.get(1)?, row.get(2)?);
        verifier.check(sequence, &body, &hash).map_err(damaged)?;
    }
    let end = end(connection)?;
    verifier.finish(&end).map_err(damaged)?;
    Ok(end.last())
}
