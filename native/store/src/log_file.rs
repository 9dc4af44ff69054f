//! The log beside the database, before it is built upon.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::StoreError;

/// Bytes that are written at a time.
const PIECE: usize = 1 << 20;

/// Writes what stands in the log once more, byte for byte, and syncs it.
///
/// When a sync fails, systems take the pages for written all the same and never try again. The process ends then, but the
/// next one still reads these pages from memory. Without this it would append to them, acknowledge that, and lose it to a
/// power cut, because the log on the disk is broken before it.
///
/// # Errors
/// [`StoreError::Unavailable`] when there is no room or no right to write, else [`StoreError::Failed`].
pub(crate) fn write_again(database: &Path) -> Result<(), StoreError> {
    let mut path = database.as_os_str().to_owned();
    path.push("-wal");
    let path = PathBuf::from(path);
    match rewrite(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(sorted(path, &error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn rewrite(path: &Path) -> std::io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let mut piece = vec![0; PIECE];
    let mut at = 0;
    loop {
        file.seek(SeekFrom::Start(at))?;
        let length = file.read(&mut piece)?;
        if length == 0 {
            return file.sync_all();
        }
        file.seek(SeekFrom::Start(at))?;
        file.write_all(&piece[..length])?;
        at += length as u64;
    }
}

fn sorted(path: PathBuf, error: &std::io::Error) -> StoreError {
    let detail = error.to_string();
    match error.kind() {
        ErrorKind::StorageFull
        | ErrorKind::QuotaExceeded
        | ErrorKind::ReadOnlyFilesystem
        | ErrorKind::PermissionDenied => StoreError::Unavailable { path, detail },
        _ => StoreError::Failed { path, detail },
    }
}
