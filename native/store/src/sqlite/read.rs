//! Reading the tables of a file, each row with its checksum.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use licensing_seats::pool::PoolIdentity;
use licensing_seats::seat::BurstRecord;
use rusqlite::{Connection, OptionalExtension};

use crate::StoreError;

use super::head::{Head, Tally};
use super::row;

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
