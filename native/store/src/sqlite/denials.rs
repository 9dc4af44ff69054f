//! Refused requests: which of them wait to be written, how they are, and how they are read again.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use licensing_api::denial::DenialRow;
use licensing_seats::seat::{DenialCount, DenialFilter, DenialRecord};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction};

use crate::StoreError;
use crate::database::serial;
use crate::denial_row::StoredDenial;
use crate::head::{Head, Tally};

/// Records that wait to be written at most before a commit is made for them alone.
const MANY: usize = 1024;

/// What is not written yet, by the number of the record. However often something is refused, it is written once for each
/// transaction.
#[derive(Debug, Default)]
pub(crate) struct PendingDenials(BTreeMap<u64, (Option<Box<DenialRecord>>, DenialCount)>);

impl PendingDenials {
    /// Something was refused or granted later; `record` when it is new.
    pub(crate) fn note(&mut self, count: DenialCount, record: Option<Box<DenialRecord>>) {
        let entry = self.0.entry(count.serial).or_insert((None, count));
        entry.1 = count;
        if record.is_some() {
            entry.0 = record;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn are_many(&self) -> bool {
        self.0.len() >= MANY
    }

    /// The records that are new, in order.
    pub(crate) fn new_records(&self) -> impl Iterator<Item = &DenialRecord> {
        self.0.values().filter_map(|(record, _)| record.as_deref())
    }

    /// Writes them, and takes the oldest out so that `keep` stay.
    pub(crate) fn write(
        &self,
        transaction: &Transaction<'_>,
        path: &Path,
        head: &mut Head,
        keep: u64,
    ) -> Result<(), StoreError> {
        let failed = |error: rusqlite::Error| StoreError::sqlite(path, &error);
        let mut newest = None;
        for (number, (record, count)) in &self.0 {
            let id = serial(*number, path)?;
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
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(Duration::from_secs(5)).map_err(failed)?;
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
