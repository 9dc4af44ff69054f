//! The record of administrative changes, chained by hash in the form of [`licensing_seats::audit`].

use jiff::Timestamp;
use licensing_seats::audit::{AuditEntry, AuditError, AuditField, AuditKind, AuditRecord};
use licensing_store::journal::AuditFilter;
use licensing_store::sqlite::AuditTable;
use rusqlite::{Connection, Transaction};
use serde_json::Value;

const AUDIT: AuditTable = AuditTable::of("web services");

/// Who does something, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Account, `DOMAIN\name`, with the token it used in brackets.
    pub account: String,
    /// Address of the client; empty for the server itself.
    pub origin: String,
}

/// One change.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RecordedChange<'a> {
    /// Name of the operation.
    pub(super) action: &'a str,
    /// To what it was done.
    pub(super) target: &'a str,
    /// What exactly; never a secret.
    pub(super) detail: Value,
}

/// Appends a record, in the transaction of the change itself.
pub(super) fn record(
    transaction: &Transaction<'_>,
    actor: &Actor,
    change: &RecordedChange<'_>,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let entry = AuditEntry::new(AuditKind::Administered)
        .text(AuditField::Actor, &actor.account)
        .text(AuditField::Origin, &actor.origin)
        .text(AuditField::Operation, change.action)
        .text(AuditField::Target, change.target)
        .text(AuditField::Detail, &change.detail.to_string());
    AUDIT.append(transaction, now, entry)
}

/// The newest records that are wanted, newest first.
pub(super) fn newest(connection: &Connection, filter: &AuditFilter) -> rusqlite::Result<Vec<AuditRecord>> {
    let mut statement = connection.prepare("SELECT body FROM audit ORDER BY sequence DESC")?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while found.len() < filter.most
        && let Some(row) = rows.next()?
    {
        let body = row.get_ref(0)?.as_blob().unwrap_or_default();
        found.extend(AuditRecord::decode(body).filter(|record| {
            filter.since.is_none_or(|since| record.at >= since)
                && filter.until.is_none_or(|until| record.at <= until)
                && (filter.wanted)(record)
        }));
    }
    Ok(found)
}

/// Walks the whole chain. Gives the number of records.
pub(super) fn verify(connection: &Connection) -> rusqlite::Result<Result<u64, AuditError>> {
    AUDIT.verify(connection)
}
