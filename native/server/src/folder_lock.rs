//! One server for each data folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Pause between two tries.
const PAUSE: Duration = Duration::from_millis(50);

/// Why a data folder could not be locked.
#[derive(Debug, thiserror::Error)]
pub enum FolderInUse {
    /// Another process has it.
    #[error("{} is locked: another license server uses the same data folder; stop it first", .0.display())]
    Taken(PathBuf),
    /// The file cannot be made or locked.
    #[error("{} cannot be locked: {source}", file.display())]
    Impossible {
        /// The lock file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Held as long as this lives; the system releases it however the process ends.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the lock, waiting this long for a predecessor that is about to end.
    ///
    /// # Errors
    /// If another process keeps it, or the file cannot be made.
    pub fn take(path: &Path, patience: Duration) -> Result<Self, FolderInUse> {
        let impossible = |source| FolderInUse::Impossible {
            file: path.to_owned(),
            source,
        };
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .map_err(impossible)?;
        let deadline = Instant::now() + patience;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => std::thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => return Err(FolderInUse::Taken(path.to_owned())),
                Err(TryLockError::Error(source)) => return Err(impossible(source)),
            }
        }
    }
}
