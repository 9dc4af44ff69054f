//! A copy of a database that a running service writes to.

use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::backup::{Backup, StepResult};

use crate::StoreError;

use super::{connection, owner};

/// Copies the database at `from` to the new file `to`: everything committed when the copy began, nothing of what came
/// later. The writer goes on meanwhile.
///
/// # Errors
/// [`StoreError::Unavailable`] if either file cannot be opened or made; what SQLite finds on the way else.
pub fn copy_database(from: &Path, to: &Path) -> Result<(), StoreError> {
    let read_failed = |error: rusqlite::Error| StoreError::sqlite(from, &error);
    let source = connection::open_to_read(from).map_err(read_failed)?;
    let unavailable = |detail: String| StoreError::Unavailable {
        path: to.to_owned(),
        detail,
    };
    owner::private(OpenOptions::new().create_new(true).write(true))
        .open(to)
        .map_err(|error| unavailable(error.to_string()))?;
    let write_failed = |error: rusqlite::Error| StoreError::sqlite(to, &error);
    let mut target = connection::open_bare(to).map_err(write_failed)?;
    let backup = Backup::new(&source, &mut target).map_err(write_failed)?;
    // All pages in one step are of one instant; in the write-ahead log a reader never holds up the writer.
    match backup.step(-1).map_err(write_failed)? {
        StepResult::Done => Ok(()),
        other => Err(unavailable(format!("the copy stopped half way: {other:?}"))),
    }
}

/// Keeps the database as it is before it is migrated, in `<file>.schema-<version>` beside it. A copy that an interrupted
/// migration has left is made again.
///
/// # Errors
/// As for [`copy_database`].
pub fn keep_before_migration(path: &Path, version: i64) -> Result<PathBuf, StoreError> {
    let mut kept = path.as_os_str().to_owned();
    kept.push(format!(".schema-{version}"));
    let kept = PathBuf::from(kept);
    match std::fs::remove_file(&kept) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => {
            return Err(StoreError::Unavailable {
                path: kept,
                detail: error.to_string(),
            });
        }
    }
    copy_database(path, &kept)?;
    Ok(kept)
}
