//! Refused requests: how they are written and read again.

use std::path::Path;

use licensing_api::denial::DenialRow;
use licensing_management::usage::Hour;
use licensing_seats::seat::{DenialCount, DenialFilter, DenialRecord};
use rusqlite::{Connection, OptionalExtension, Transaction};

use crate::StoreError;
use crate::journal::PendingDenials;

use super::connection;
use super::denial_row::StoredDenial;
use super::head::{Head, Tally};
use super::row::serial;

/// Writes what was refused, and takes the oldest out so that `keep` stay.
pub(super) fn write(
    pending: &PendingDenials,
    transaction: &Transaction<'_>,
    path: &Path,
    head: &mut Head,
    keep: u64,
) -> Result<(), StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(path, &error);
    let mut newest = None;
    for (record, count) in pending.iter() {
        let id = serial(count.serial, path)?;
        match record {
            Some(record) => {
                let stored = StoredDenial::new(id, record, count);
                stored.insert(transaction).map_err(failed)?;
                head.denials.add(stored.sum());
                newest = Some(id);
            }
            None => count_again(transaction, path, head, id, count)?,
        }
    }
    match newest {
        Some(newest) => take_out(transaction, path, head, newest.saturating_sub_unsigned(keep)),
        None => Ok(()),
    }
}

fn count_again(
    transaction: &Transaction<'_>,
    path: &Path,
    head: &mut Head,
    id: i64,
    count: &DenialCount,
) -> Result<(), StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(path, &error);
    let sql = format!("SELECT {} FROM denial WHERE id = ?1", StoredDenial::COLUMNS);
    let found = transaction
        .prepare_cached(&sql)
        .and_then(|mut statement| statement.query_row([id], StoredDenial::read).optional())
        .map_err(failed)?;
    // One that newer ones have pushed out counts no more.
    let Some(found) = found else { return Ok(()) };
    let (before, sum) = found.ok_or_else(|| changed(path, id))?;
    let after = before.counted(count);
    after.update(transaction).map_err(failed)?;
    head.denials.remove(sum);
    head.denials.add(after.sum());
    Ok(())
}

/// Takes out all records up to a number.
fn take_out(
    transaction: &Transaction<'_>,
    path: &Path,
    head: &mut Head,
    last: i64,
) -> Result<(), StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(path, &error);
    let sql = format!("SELECT {} FROM denial WHERE id <= ?1", StoredDenial::COLUMNS);
    let mut statement = transaction.prepare_cached(&sql).map_err(failed)?;
    let mut rows = statement.query([last]).map_err(failed)?;
    let mut any = false;
    while let Some(row) = rows.next().map_err(failed)? {
        let (_, sum) = StoredDenial::read(row)
            .map_err(failed)?
            .ok_or_else(|| changed(path, last))?;
        head.denials.remove(sum);
        any = true;
    }
    if any {
        transaction
            .prepare_cached("DELETE FROM denial WHERE id <= ?1")
            .and_then(|mut statement| statement.execute([last]))
            .map_err(failed)?;
    }
    Ok(())
}

fn changed(path: &Path, id: i64) -> StoreError {
    StoreError::damaged(path, format!("denial {id} was changed"))
}

/// Reads and checks every record, oldest first.
pub(crate) fn read(
    connection: &Connection,
    path: &Path,
    mut each: impl FnMut(DenialRecord, DenialCount),
) -> Result<Tally, StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(path, &error);
    let sql = format!("SELECT {} FROM denial ORDER BY id", StoredDenial::COLUMNS);
    let mut statement = connection.prepare(&sql).map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    let mut tally = Tally::default();
    while let Some(row) = rows.next().map_err(failed)? {
        let id: i64 = row.get(0).map_err(failed)?;
        let (stored, sum) = StoredDenial::read(row)
            .map_err(failed)?
            .ok_or_else(|| changed(path, id))?;
        let (record, count) = stored.decode().ok_or_else(|| changed(path, id))?;
        tally.add(sum);
        each(record, count);
    }
    Ok(tally)
}

/// The records that are asked for, newest first, through a connection of its own.
pub(crate) fn list(path: &Path, vendor: &str, filter: &DenialFilter) -> Result<Vec<DenialRow>, StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(path, &error);
    let connection = connection::open_to_read(path).map_err(failed)?;
    let sql = format!("SELECT {} FROM denial ORDER BY id DESC", StoredDenial::COLUMNS);
    let mut statement = connection.prepare(&sql).map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    let mut found = Vec::new();
    while found.len() < filter.limit() {
        let Some(row) = rows.next().map_err(failed)? else {
            break;
        };
        let id: i64 = row.get(0).map_err(failed)?;
        let stored = StoredDenial::read(row).map_err(failed)?;
        let (record, count) = stored
            .and_then(|(stored, _)| stored.decode())
            .ok_or_else(|| changed(path, id))?;
        found.extend(filter.row(vendor, record, count));
    }
    Ok(found)
}

/// How many requests were refused since the begin of an hour, by feature and hour.
pub(crate) fn by_hour(path: &Path, from: Hour) -> Result<Vec<(String, Hour, u32)>, StoreError> {
    let read = || -> rusqlite::Result<Vec<(String, Hour, u32)>> {
        let connection = connection::open_to_read(path)?;
        let mut statement = connection.prepare(
            "SELECT feature, at_ms / 3600000, min(sum(times), 4294967295) FROM denial WHERE at_ms >= ?1 GROUP BY 1, 2",
        )?;
        statement
            .query_map([from.start().as_millisecond()], |row| {
                Ok((row.get(0)?, Hour(row.get(1)?), row.get(2)?))
            })?
            .collect()
    };
    read().map_err(|error| StoreError::sqlite(path, &error))
}
