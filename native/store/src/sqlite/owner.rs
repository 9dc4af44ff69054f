//! One process at a time owns a vendor's state.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::StoreError;

const RETRY: Duration = Duration::from_millis(20);

/// The lock; the operating system takes it back when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct OwnerLock {
    _file: File,
}

impl OwnerLock {
    /// Locks the file beside the database, waiting at most `wait` for a process before this one to end.
    pub(crate) fn acquire(database: &Path, wait: Duration) -> Result<Self, StoreError> {
        let mut path = database.as_os_str().to_owned();
        path.push(".lock");
        let path = PathBuf::from(path);
        let unavailable = |error: std::io::Error| StoreError::Unavailable {
            path: path.clone(),
            detail: error.to_string(),
        };
        let file = private(
            OpenOptions::new()
                .create(true)
                .read(true)
                .write(true)
                .truncate(false),
        )
        .open(&path)
        .map_err(unavailable)?;
        let deadline = Instant::now() + wait;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => thread::sleep(RETRY),
                Err(TryLockError::WouldBlock) => {
                    return Err(StoreError::Owned {
                        path: database.to_owned(),
                    });
                }
                Err(TryLockError::Error(error)) => return Err(unavailable(error)),
            }
        }
    }
}

/// Lease ids are rights: what holds them is for the server's account alone.
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}
