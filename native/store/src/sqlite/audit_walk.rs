//! Walking the audit over segments and database.

use std::ops::ControlFlow;
use std::path::Path;

use jiff::Timestamp;
use licensing_seats::audit::{AuditChain, AuditRecord};
use rusqlite::Connection;

use crate::StoreError;
use crate::segment::{Segment, read_records, segments_between};

use super::connection;
use super::head::Head;
use super::read::read_head;
use super::row::serial;

/// The audit of one instant.
pub(super) struct Audit<'a> {
    path: &'a Path,
    connection: Connection,
}

impl<'a> Audit<'a> {
    pub(super) fn open(path: &'a Path) -> Result<Self, StoreError> {
        let connection = connection::open_to_read(path).map_err(|error| StoreError::sqlite(path, &error))?;
        Ok(Self { path, connection })
    }

    /// Hands records over, newest first, until `each` has enough. Segments that lie wholly outside of the period are left
    /// out; of the others, and of the database, every record is handed over.
    pub(super) fn newest_first(
        &mut self,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
        mut each: impl FnMut(&AuditRecord) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let path = self.path;
        let failed = |error: rusqlite::Error| StoreError::sqlite(path, &error);
        let snapshot = self.connection.transaction().map_err(failed)?;
        let head = read_head(&snapshot, path)?;
        let mut statement = snapshot
            .prepare("SELECT sequence, body FROM audit WHERE sequence > ?1 ORDER BY sequence DESC")
            .map_err(failed)?;
        let mut rows = statement
            .query([serial(head.sealed.last(), path)?])
            .map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let sequence: i64 = row.get(0).map_err(failed)?;
            let body = row.get_ref(1).map_err(failed)?.as_blob().unwrap_or_default();
            let record = decoded(path, sequence.unsigned_abs(), body)?;
            if each(&record).is_break() {
                return Ok(());
            }
        }
        drop(rows);
        drop(statement);
        drop(snapshot);
        for segment in segments(path, &head)?
            .iter()
            .rev()
            .filter(|segment| within(segment, since, until))
        {
            // A segment is compressed as a whole: it is read forward, and its records are turned around.
            let mut records = Vec::new();
            let mut damage = None;
            read_records(segment, |sequence, body| match decoded(path, sequence, body) {
                Ok(record) => records.push(record),
                Err(error) => damage = Some(error),
            })?;
            if let Some(error) = damage {
                return Err(error);
            }
            if records.iter().rev().any(|record| each(record).is_break()) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Hands the records of a period over, oldest first.
    pub(super) fn period(
        &mut self,
        since: Timestamp,
        until: Timestamp,
        mut each: impl FnMut(&AuditRecord),
    ) -> Result<(), StoreError> {
        let path = self.path;
        let failed = |error: rusqlite::Error| StoreError::sqlite(path, &error);
        let mut damage = None;
        let mut take = |sequence: u64, body: &[u8]| match decoded(path, sequence, body) {
            Ok(record) if (since..=until).contains(&record.at) => each(&record),
            Ok(_) => {}
            Err(error) => damage = Some(error),
        };
        let before = read_head(&self.connection, path)?;
        for segment in segments(path, &before)? {
            if within(&segment, Some(since), Some(until)) {
                read_records(&segment, &mut take)?;
            }
        }
        // Not before: segments take long, and a snapshot keeps the log of the database from being copied into it.
        let snapshot = self.connection.transaction().map_err(failed)?;
        let head = read_head(&snapshot, path)?;
        for segment in segments_between(path, &head.vendor, &before.sealed, &head.sealed)? {
            read_records(&segment, &mut take)?;
        }
        let mut statement = snapshot
            .prepare("SELECT sequence, body FROM audit WHERE sequence > ?1 ORDER BY sequence")
            .map_err(failed)?;
        let mut rows = statement
            .query([serial(head.sealed.last(), path)?])
            .map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let sequence: i64 = row.get(0).map_err(failed)?;
            take(
                sequence.unsigned_abs(),
                row.get_ref(1).map_err(failed)?.as_blob().unwrap_or_default(),
            );
        }
        damage.map_or(Ok(()), Err)
    }
}

fn decoded(path: &Path, sequence: u64, body: &[u8]) -> Result<AuditRecord, StoreError> {
    AuditRecord::decode(body)
        .ok_or_else(|| StoreError::damaged(path, format!("audit record {sequence} was changed")))
}

fn within(segment: &Segment, since: Option<Timestamp>, until: Option<Timestamp>) -> bool {
    since.is_none_or(|since| segment.seal.until >= since)
        && until.is_none_or(|until| segment.seal.from <= until)
}

/// The segments that a head knows.
pub(super) fn segments(path: &Path, head: &Head) -> Result<Vec<Segment>, StoreError> {
    segments_between(path, &head.vendor, &head.removed, &head.sealed)
}

/// Verifies the records of the segments, and gives each to `each`; gives number of segments and the end of the chain.
pub(super) fn verify_segments(
    path: &Path,
    head: &Head,
    each: &mut dyn FnMut(&AuditRecord),
) -> Result<(u64, AuditChain), StoreError> {
    let segments = segments(path, head)?;
    for segment in &segments {
        let mut damage = None;
        read_records(segment, |sequence, body| match decoded(path, sequence, body) {
            Ok(record) => each(&record),
            Err(error) => damage = Some(error),
        })?;
        if let Some(error) = damage {
            return Err(error);
        }
    }
    Ok((segments.len() as u64, head.sealed.clone()))
}
