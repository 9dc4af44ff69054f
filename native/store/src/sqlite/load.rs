//! Reading a file at the start, and checking that it says what was written.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use licensing_seats::Moment;
use licensing_seats::audit::AuditField;
use licensing_seats::pool::PoolIdentity;
use licensing_seats::seat::{BurstRecord, Ledger, RequestKey, RestoreError};
use rusqlite::{Connection, OptionalExtension};

use crate::StoreError;
use crate::journal::LedgerTerms;

use super::head::{Head, Tally};
use super::journal::SqliteJournal;
use super::usage::UsageRecorder;
use super::verify::verify_audit;
use super::{denials, row, schema};

/// How many of the last audit records are verified at every start. All of them are by [`super::verify()`].
const TAIL: u64 = 10_000;

impl SqliteJournal {
    /// Reads everything and checks it: structure, every lease, their number and sum, the end of the audit.
    pub(super) fn read_ledger(&mut self, terms: &LedgerTerms, now: Moment) -> Result<Ledger, StoreError> {
        self.head = read_head(&self.connection, &self.path)?;
        self.check_structure()?;
        let identities = read_pools(&self.connection, &self.path)?;
        let mut ledger = Ledger::new(terms.settings.clone(), terms.pools.clone(), now);
        ledger.replace_rules(terms.rules.clone());
        ledger.raise_next_serial(self.head.next_serial);
        self.kept_denials = terms.settings.kept_denials;
        let mut pairs = Tally::default();
        each_row(&self.connection, &self.path, "pair", |serial, pool, body| {
            let identity = identities.get(&pool).ok_or("has no pool")?;
            let (record, sum) = row::decode_pair(serial, pool, identity.id(), body).ok_or("was changed")?;
            pairs.add(sum);
            ledger
                .restore_pair(&record, identity)
                .map_err(|_| "is there twice")
        })?;
        let mut leases = Tally::default();
        each_row(&self.connection, &self.path, "lease", |serial, pool, body| {
            let identity = identities.get(&pool).ok_or("has no pool")?;
            let (record, sum) = row::decode(serial, pool, identity.id(), body).ok_or("was changed")?;
            leases.add(sum);
            ledger
                .restore(record, identity, now)
                .map_err(|error| match error {
                    RestoreError::DuplicateLease { .. } => "has the name of another one",
                    RestoreError::DuplicateRequest { .. } => "comes from the request of another one",
                    RestoreError::DuplicateAssignment { .. } => "is there twice",
                    RestoreError::BadHolder { .. } => "has a holder that no request can have",
                })
        })?;
        let read = Read {
            leases,
            pairs,
            bursts: read_bursts(&self.connection, &self.path, |record| {
                ledger.restore_burst(record)
            })?,
            denials: denials::read(&self.connection, &self.path, |record, count| {
                ledger.restore_denial(&record, count);
            })?,
        };
        read.as_written(&self.path, &self.head)?;
        self.usage =
            UsageRecorder::resume(&self.connection, &self.path, &identities, ledger.take_levels(now))?;
        self.read_tail(&mut ledger, now)?;
        self.pools = identities
            .into_iter()
            .map(|(row, identity)| (identity.id(), row))
            .collect();
        Ok(ledger)
    }

    /// Lets SQLite check the small tables. The audit is left to its chain: it may be large.
    fn check_structure(&self) -> Result<(), StoreError> {
        for table in schema::SMALL_TABLES {
            let result: String = self
                .connection
                .query_row(&format!("PRAGMA quick_check('{table}')"), [], |row| row.get(0))
                .map_err(|error| self.error(&error))?;
            if result != "ok" {
                return Err(StoreError::damaged(
                    &self.path,
                    format!("table {table}: {result}"),
                ));
            }
        }
        Ok(())
    }

    /// Verifies the last audit records, and takes the request keys of leases that have ended from them.
    fn read_tail(&self, ledger: &mut Ledger, now: Moment) -> Result<(), StoreError> {
        let last = self.head.audit.last();
        let from = last.saturating_sub(TAIL);
        verify_audit(&self.connection, &self.path, &self.head, from, &mut |record| {
            if let Some(key) = record
                .is_closed()
                .then(|| record.bytes(AuditField::RequestKey))
                .flatten()
                .and_then(RequestKey::from_slice)
            {
                ledger.remember_closed(key, now);
            }
        })
        .map(|_| ())
    }
}

/// Takes every row of a table of serial number, pool and body; `each` says what is wrong with one.
pub(super) fn each_row(
    connection: &Connection,
    path: &Path,
    table: &str,
    mut each: impl FnMut(i64, i64, &[u8]) -> Result<(), &'static str>,
) -> Result<(), StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(path, &error);
    let mut statement = connection
        .prepare(&format!("SELECT serial, pool, body FROM {table} ORDER BY serial"))
        .map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        let (serial, pool): (i64, i64) = row
            .get(0)
            .and_then(|serial| Ok((serial, row.get(1)?)))
            .map_err(failed)?;
        let body = row.get_ref(2).map_err(failed)?.as_blob().unwrap_or_default();
        each(serial, pool, body)
            .map_err(|what| StoreError::damaged(path, format!("{table} {serial} {what}")))?;
    }
    Ok(())
}

pub(super) fn read_pools(
    connection: &Connection,
    path: &Path,
) -> Result<HashMap<i64, Arc<PoolIdentity>>, StoreError> {
    let read = || -> rusqlite::Result<Vec<(i64, Vec<u8>, String)>> {
        let mut statement = connection.prepare("SELECT id, fingerprint, identity FROM pool")?;
        statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect()
    };
    let mut pools = HashMap::new();
    for (id, fingerprint, identity) in read().map_err(|error| StoreError::sqlite(path, &error))? {
        let identity: PoolIdentity = serde_json::from_str(&identity)
            .map_err(|error| StoreError::damaged(path, format!("pool {id}: {error}")))?;
        if identity.id().as_bytes().as_slice() != fingerprint {
            return Err(StoreError::damaged(path, format!("pool {id} was changed")));
        }
        pools.insert(id, Arc::new(identity));
    }
    Ok(pools)
}

/// Checks and takes every burst.
pub(super) fn read_bursts(
    connection: &Connection,
    path: &Path,
    mut each: impl FnMut(BurstRecord),
) -> Result<Tally, StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(path, &error);
    let mut statement = connection
        .prepare("SELECT feature, body FROM burst")
        .map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    let mut tally = Tally::default();
    while let Some(row) = rows.next().map_err(failed)? {
        let feature: String = row.get(0).map_err(failed)?;
        let body = row.get_ref(1).map_err(failed)?.as_blob().unwrap_or_default();
        let (record, sum) = row::decode_burst(&feature, body)
            .ok_or_else(|| StoreError::damaged(path, format!("burst of {feature} was changed")))?;
        tally.add(sum);
        each(record);
    }
    Ok(tally)
}

/// What was read, table by table.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) leases: Tally,
    pub(super) pairs: Tally,
    pub(super) bursts: Tally,
    pub(super) denials: Tally,
}

impl Read {
    /// Compares it with what the head says was written.
    pub(super) fn as_written(&self, path: &Path, head: &Head) -> Result<(), StoreError> {
        for (table, read, written) in [
            ("leases", self.leases, head.leases),
            ("pairs", self.pairs, head.pairs),
            ("bursts", self.bursts, head.bursts),
            ("denials", self.denials, head.denials),
        ] {
            if read != written {
                let detail = format!("{} {table} are stored, {} were written", read.rows, written.rows);
                return Err(StoreError::damaged(path, detail));
            }
        }
        Ok(())
    }
}

pub(super) fn read_head(connection: &Connection, path: &Path) -> Result<Head, StoreError> {
    let body: Option<Vec<u8>> = connection
        .query_row("SELECT body FROM head WHERE id = 1", [], |row| row.get(0))
        .optional()
        .map_err(|error| StoreError::sqlite(path, &error))?;
    body.and_then(|body| Head::decode(&body))
        .ok_or_else(|| StoreError::damaged(path, "the head row is missing or was changed"))
}
