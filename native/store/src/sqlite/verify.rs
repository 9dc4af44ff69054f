//! Checking a file that no service has open.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::{AuditReport, StoreError, database, log_file};

/// Checks the pages of a vendor's file, the checksum of each row, and its audit from the first record on.
///
/// # Errors
/// [`StoreError::Damaged`] names what does not fit; [`StoreError::Unavailable`] if the file cannot be read.
pub fn verify(path: &Path) -> Result<AuditReport, StoreError> {
    log_file::check(path)?;
    let failed = |error: rusqlite::Error| StoreError::sqlite(path, &error);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    let found: String = connection
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(failed)?;
    if found != "ok" {
        return Err(StoreError::damaged(path, found));
    }
    drop(connection);
    database::verify_file(path)
}
