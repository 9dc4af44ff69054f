//! The record of administrative changes, chained by hash in the form of [`licensing_seats::audit`].

use jiff::Timestamp;
use licensing_seats::audit::{
    AuditChain, AuditEntry, AuditError, AuditField, AuditKind, AuditRecord, AuditVerifier,
};
use licensing_store::journal::AuditFilter;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde_json::Value;

/// What stands where the chains of vendor daemons have the vendor. No vendor is named with a blank.
const CHAIN: &str = "web services";

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

/// The end of the chain as the database remembers it, apart from the records, so that missing last records show.
fn end(connection: &Connection) -> rusqlite::Result<AuditChain> {
    let end: Option<(u64, [u8; 32])> = connection
        .query_row("SELECT sequence, hash FROM audit_end", [], |row| {
            Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?))
        })
        .optional()?;
    Ok(match end {
        Some((sequence, hash)) => AuditChain::resume(sequence, hash),
        None => AuditChain::new(CHAIN),
    })
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
    let sealed = end(transaction)?.append(now, entry);
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
    let mut statement = connection.prepare("SELECT sequence, body, hash FROM audit ORDER BY sequence")?;
    let mut rows = statement.query([])?;
    let mut verifier = AuditVerifier::new(AuditChain::new(CHAIN));
    while let Some(row) = rows.next()? {
        let sequence = row.get::<_, i64>(0)?.unsigned_abs();
        let (body, hash): (Vec<u8>, Vec<u8>) = (row.get(1)?, row.get(2)?);
        if let Err(error) = verifier.check(sequence, &body, &hash) {
            return Ok(Err(error));
        }
    }
    let end = end(connection)?;
    Ok(verifier.finish(&end).map(|()| end.last()))
}
