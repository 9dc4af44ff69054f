//! Checking a file beside whoever writes to it, or when nobody does.

use std::collections::HashSet;
use std::path::Path;

use licensing_seats::audit::{AuditChain, AuditError, AuditField, AuditKind, AuditRecord, AuditVerifier};
use rusqlite::{Connection, OptionalExtension};

use crate::StoreError;
use crate::journal::AuditReport;

use super::head::{Head, Tally};
use super::read::{Read, each_row, read_bursts, read_head, read_pools};
use super::row::serial;
use super::{audit_walk, connection, denials, log_file, row, schema};

/// Checks the pages of a vendor's file, the checksum of each row, and its audit from the first record on.
///
/// # Errors
/// [`StoreError::Damaged`] names what does not fit; [`StoreError::Unavailable`] if the file cannot be read.
pub fn verify(path: &Path) -> Result<AuditReport, StoreError> {
    log_file::check(path)?;
    verify_structure(path)?;
    verify_file(path)
}

/// Has SQLite check every page, index and row of a file.
pub(crate) fn verify_structure(path: &Path) -> Result<(), StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(path, &error);
    let connection = connection::open_to_read(path).map_err(failed)?;
    let found: String = connection
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(failed)?;
    if found != "ok" {
        return Err(StoreError::damaged(path, found));
    }
    Ok(())
}

/// Verifies a whole file's rows and audit through a connection of its own, and that the audit tells of exactly the leases
/// stored.
pub(super) fn verify_file(path: &Path) -> Result<AuditReport, StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(path, &error);
    let mut connection = connection::open_to_read(path).map_err(failed)?;
    refuse_newer(path, schema::version(&connection).map_err(failed)?)?;
    let before = read_head(&connection, path)?;
    let mut told = Told::default();
    let mut each = |record: &AuditRecord| told.add(record);
    let (segments, _) = audit_walk::verify_segments(path, &before, &mut each)?;
    // One transaction: the head, the records and the leases of one instant. It begins after the segments, which take long: it
    // keeps the log of the database from being copied into it.
    let snapshot = connection.transaction().map_err(failed)?;
    let version = schema::version(&snapshot).map_err(failed)?;
    let head = read_head(&snapshot, path)?;
    verify_rows(&snapshot, path, &head, version)?;
    let sealed_since = Head {
        removed: before.sealed,
        ..head.clone()
    };
    let (further, start) = audit_walk::verify_segments(path, &sealed_since, &mut each)?;
    let in_segments = start.last() - before.removed.last();
    let in_database = verify_audit(&snapshot, path, &head, start, &mut each)?;
    Ok(AuditReport {
        records: in_segments + in_database,
        opened: told.opened,
        closed: told.closed,
        denied: told.denied,
        segments: segments + further,
        removed: before.removed.last(),
        leases: verify_leases(&snapshot, path, &head, told)?,
    })
}

/// What the records of an audit tell of.
#[derive(Default)]
struct Told {
    opened: u64,
    closed: u64,
    denied: u64,
    /// Leases that were opened and not closed.
    open: HashSet<u64>,
    /// The first lease that was opened. Those that were opened in segments that were removed are not told of any more.
    first_serial: Option<u64>,
}

impl Told {
    fn add(&mut self, record: &AuditRecord) {
        let serial = record.number(AuditField::Serial);
        match AuditKind::from_number(record.kind) {
            Some(AuditKind::LeaseOpened) => {
                self.opened += 1;
                self.first_serial = self.first_serial.or(serial);
                self.open.extend(serial);
            }
            Some(AuditKind::LeaseClosed) => {
                self.closed += 1;
                serial.map(|serial| self.open.remove(&serial));
            }
            Some(AuditKind::Denied) => self.denied += 1,
            Some(
                AuditKind::Started
                | AuditKind::Stopped
                | AuditKind::PoolsReplaced
                | AuditKind::RulesReplaced
                | AuditKind::LeaseLingers
                | AuditKind::PairAdded
                | AuditKind::PairReleased
                | AuditKind::BurstStarted
                | AuditKind::BurstEnded
                | AuditKind::ClockJumped
                | AuditKind::StorageRecovered
                | AuditKind::SegmentSealed
                | AuditKind::SegmentRemoved
                | AuditKind::Administered,
            )
            | None => {}
        }
    }
}

/// Checks that the leases stored are exactly those that the audit tells of; gives their number.
fn verify_leases(connection: &Connection, path: &Path, head: &Head, told: Told) -> Result<u64, StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(path, &error);
    let Told {
        mut open,
        first_serial,
        ..
    } = told;
    let was_removed =
        |serial: u64| head.removed.last() > 0 && first_serial.is_none_or(|first| serial < first);
    let mut statement = connection.prepare("SELECT serial FROM lease").map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    let mut leases = 0;
    while let Some(row) = rows.next().map_err(failed)? {
        let serial: i64 = row.get(0).map_err(failed)?;
        leases += 1;
        if !u64::try_from(serial).is_ok_and(|serial| open.remove(&serial) || was_removed(serial)) {
            return Err(StoreError::damaged(
                path,
                format!("the audit does not tell of lease {serial}"),
            ));
        }
    }
    match open.iter().min() {
        None => Ok(leases),
        Some(serial) => Err(StoreError::damaged(
            path,
            format!("lease {serial} of the audit is not stored"),
        )),
    }
}

/// Checks the checksum of every row, and that they are all there and no others.
fn verify_rows(connection: &Connection, path: &Path, head: &Head, version: i64) -> Result<(), StoreError> {
    let identities = read_pools(connection, path)?;
    let pool_id = |pool: i64| identities.get(&pool).map(|identity| identity.id());
    let (mut leases, mut pairs) = (Tally::default(), Tally::default());
    each_row(connection, path, "pair", |serial, pool, body| {
        let id = pool_id(pool).ok_or("has no pool")?;
        let (_, sum) = row::decode_pair(serial, pool, id, body).ok_or("was changed")?;
        pairs.add(sum);
        Ok(())
    })?;
    each_row(connection, path, "lease", |serial, pool, body| {
        let id = pool_id(pool).ok_or("has no pool")?;
        let (_, sum) = row::decode(serial, pool, id, body).ok_or("was changed")?;
        leases.add(sum);
        Ok(())
    })?;
    let mut read = Read {
        leases,
        pairs,
        ..Read::default()
    };
    if version >= schema::WITH_DENIALS {
        read.bursts = read_bursts(connection, path, drop)?;
        read.denials = denials::read(connection, path, |_, _| {})?;
    }
    read.as_written(path, head)
}

/// Verifies the audit records in the database behind `start`, and gives each to `each`; gives their number.
pub(super) fn verify_audit(
    connection: &Connection,
    path: &Path,
    head: &Head,
    start: AuditChain,
    each: &mut dyn FnMut(&AuditRecord),
) -> Result<u64, StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(path, &error);
    let broken = |error: AuditError| StoreError::damaged(path, error.to_string());
    let from = serial(start.last(), path)?;
    let mut verifier = AuditVerifier::new(start);
    let mut statement = connection
        .prepare("SELECT sequence, body, hash FROM audit WHERE sequence > ?1 ORDER BY sequence")
        .map_err(failed)?;
    let mut rows = statement.query([from]).map_err(failed)?;
    let mut count = 0;
    while let Some(row) = rows.next().map_err(failed)? {
        let sequence: i64 = row.get(0).map_err(failed)?;
        let body = row.get_ref(1).map_err(failed)?.as_blob().unwrap_or_default();
        let hash = row.get_ref(2).map_err(failed)?.as_blob().unwrap_or_default();
        verifier
            .check(u64::try_from(sequence).unwrap_or(0), body, hash)
            .map_err(broken)?;
        if let Some(record) = AuditRecord::decode(body) {
            each(&record);
        }
        count += 1;
    }
    verifier.finish(&head.audit).map_err(broken)?;
    Ok(count)
}

/// The end of the chain with a record that stands in the database.
pub(super) fn chain_at(
    connection: &Connection,
    path: &Path,
    head: &Head,
    sequence: u64,
) -> Result<AuditChain, StoreError> {
    if sequence <= head.sealed.last() {
        return Ok(head.sealed.clone());
    }
    let hash: Option<Vec<u8>> = connection
        .query_row(
            "SELECT hash FROM audit WHERE sequence = ?1",
            [serial(sequence, path)?],
            |row| row.get(0),
        )
        .optional()
        .map_err(|error| StoreError::sqlite(path, &error))?;
    let hash = hash.and_then(|hash| hash.try_into().ok());
    let hash =
        hash.ok_or_else(|| StoreError::damaged(path, format!("audit record {sequence} is missing")))?;
    Ok(AuditChain::resume(sequence, hash))
}

pub(super) fn refuse_newer(path: &Path, version: i64) -> Result<(), StoreError> {
    if version <= schema::VERSION {
        return Ok(());
    }
    let detail = format!("the file was written by a newer version of the server (schema {version})");
    Err(StoreError::Foreign {
        path: path.to_owned(),
        detail,
    })
}

/// Checks the pages of a database beside whoever writes to it. Gives their number.
///
/// # Errors
/// [`StoreError::Unavailable`] if the file cannot be opened, and what is damaged.
pub fn check_pages(path: &Path) -> Result<u64, StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(path, &error);
    let connection = connection::open_to_read(path).map_err(failed)?;
    let found: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(failed)?;
    if found != "ok" {
        return Err(StoreError::Damaged {
            path: path.to_owned(),
            detail: format!("its pages are damaged: {found}"),
        });
    }
    let pages: i64 = connection
        .query_row("PRAGMA page_count", [], |row| row.get(0))
        .map_err(failed)?;
    Ok(pages.unsigned_abs())
}
