//! Moving records to segments, beside whoever writes.

use std::path::Path;

use jiff::Timestamp;
use licensing_files::durable;
use licensing_seats::audit::{AuditRecord, Hash};
use licensing_ticket::TicketSigner;
use rusqlite::{Connection, OptionalExtension as _};

use crate::StoreError;
use crate::journal::AuditBounds;
use crate::segment::{Seal, SegmentWriter, file_of, read_records, segment_files};

use super::audit_walk::segments;
use super::connection;
use super::head::Head;
use super::read::read_head;
use super::row::serial;

/// Records that are read under one snapshot: a long one would keep the log of the database from being copied into it.
const PAGE: u64 = 4096;

fn open(path: &Path) -> Result<(Connection, Head), StoreError> {
    let connection = connection::open_to_read(path).map_err(|error| StoreError::sqlite(path, &error))?;
    let head = read_head(&connection, path)?;
    Ok((connection, head))
}

/// Where the audit stands.
pub(super) fn bounds(path: &Path) -> Result<AuditBounds, StoreError> {
    let (connection, head) = open(path)?;
    let first: Option<Vec<u8>> = connection
        .query_row(
            "SELECT body FROM audit WHERE sequence = ?1",
            [serial(head.sealed.last() + 1, path)?],
            |row| row.get(0),
        )
        .optional()
        .map_err(|error| StoreError::sqlite(path, &error))?;
    let mut segments = segments(path, &head)?;
    let newest = segments.last().map(|segment| segment.seal.clone());
    Ok(AuditBounds {
        oldest: segments.drain(..).next().map(|segment| segment.seal),
        newest,
        sealed: head.sealed.last(),
        last: head.audit.last(),
        first_at: first
            .and_then(|body| AuditRecord::decode(&body))
            .map(|record| record.at),
    })
}

/// Seals the oldest records into a segment.
pub(super) fn seal(
    path: &Path,
    most: u64,
    keep: u64,
    signer: &TicketSigner,
    now: Timestamp,
) -> Result<Option<Seal>, StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(path, &error);
    let (connection, head) = open(path)?;
    let last = head
        .audit
        .last()
        .saturating_sub(keep)
        .min(head.sealed.last() + most);
    let mut writer = SegmentWriter::new(path, head.sealed.clone());
    let mut next = head.sealed.last() + 1;
    while next <= last {
        let end = (next + PAGE - 1).min(last);
        let mut statement = connection
            .prepare_cached(
                "SELECT sequence, body, hash FROM audit WHERE sequence BETWEEN ?1 AND ?2 ORDER BY sequence",
            )
            .map_err(failed)?;
        let mut rows = statement
            .query([serial(next, path)?, serial(end, path)?])
            .map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let sequence: i64 = row.get(0).map_err(failed)?;
            let body = row.get_ref(1).map_err(failed)?.as_blob().unwrap_or_default();
            let hash = row.get_ref(2).map_err(failed)?.as_blob().unwrap_or_default();
            writer.add(sequence.unsigned_abs(), body, hash)?;
        }
        next = end + 1;
    }
    writer.finish(&head.vendor, signer, now)
}

/// Removes the files of segments that the head says to be removed. Others that it does not know of are left: they are replaced
/// when their records are sealed.
pub(super) fn remove_segments(path: &Path) -> Result<(), StoreError> {
    let (_, head) = open(path)?;
    let first_kept = file_of(path, head.removed.last() + 1);
    for file in segment_files(path)? {
        if file < first_kept {
            durable::remove(&file).map_err(|error| StoreError::Unavailable {
                path: file.clone(),
                detail: error.to_string(),
            })?;
        }
    }
    Ok(())
}

/// Hash of the chain up to a record that stands in a segment; none when no segment has it.
///
/// # Errors
/// When the segment cannot be read or is damaged.
pub fn sealed_hash(path: &Path, sequence: u64) -> Result<Option<Hash>, StoreError> {
    let (_, head) = open(path)?;
    let segments = segments(path, &head)?;
    let found = segments
        .iter()
        .find(|segment| (segment.seal.first..=segment.seal.last).contains(&sequence));
    let Some(segment) = found else { return Ok(None) };
    let mut chain = segment.seal.start();
    read_records(segment, |number, body| {
        if number <= sequence {
            chain = chain.as_ref().and_then(|chain| chain.follow(body));
        }
    })?;
    Ok(chain.map(|chain| *chain.hash()))
}

/// Checks that all segments are there, by their seals; gives the number of the last record that was removed with its segment.
///
/// # Errors
/// [`StoreError::Damaged`] names the segment that is missing or was changed.
pub fn check_segments(path: &Path) -> Result<u64, StoreError> {
    let (_, head) = open(path)?;
    segments(path, &head)?;
    Ok(head.removed.last())
}
