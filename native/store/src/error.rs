//! What can go wrong with durable state.

use std::path::{Path, PathBuf};

use licensing_api::{ErrorCode, Problem};
use rusqlite::ffi;

/// An error of the store. Every one names the file it is about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Nothing can be made durable at the moment; it is tried again.
    #[error("{}: {detail}", path.display())]
    Unavailable {
        /// The file.
        path: PathBuf,
        /// What happened.
        detail: String,
    },
    /// Writing or syncing failed in a way after which nothing in memory can be trusted: the process must end.
    #[error("{}: {detail}", path.display())]
    Failed {
        /// The file.
        path: PathBuf,
        /// What happened.
        detail: String,
    },
    /// What is stored contradicts itself.
    #[error("{}: {detail}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        detail: String,
    },
    /// Another process owns the file.
    #[error("{}: another process serves from this file", path.display())]
    Owned {
        /// The file.
        path: PathBuf,
    },
    /// The file belongs to another vendor or to a newer version of the server.
    #[error("{}: {detail}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it is.
        detail: String,
    },
    /// The service is stopping.
    #[error("the seat service is stopping")]
    Stopping,
}

impl StoreError {
    /// Stable code.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Unavailable { .. } | Self::Failed { .. } | Self::Owned { .. } | Self::Foreign { .. } => {
                ErrorCode::StorageUnavailable
            }
            Self::Damaged { .. } => ErrorCode::StorageDamaged,
            Self::Stopping => ErrorCode::ServerStopping,
        }
    }

    /// Whether the process must end: going on would mean trusting what cannot be trusted.
    pub const fn is_fatal(&self) -> bool {
        match self {
            Self::Failed { .. } | Self::Damaged { .. } | Self::Foreign { .. } | Self::Owned { .. } => true,
            Self::Unavailable { .. } | Self::Stopping => false,
        }
    }

    /// The error as callers see it.
    pub fn problem(&self) -> Problem {
        let problem = Problem::new(self.code(), self.to_string());
        match self {
            Self::Unavailable { path, .. }
            | Self::Failed { path, .. }
            | Self::Damaged { path, .. }
            | Self::Owned { path }
            | Self::Foreign { path, .. } => problem.about(path.display().to_string()).retry_after(5),
            Self::Stopping => problem.retry_after(1),
        }
    }

    pub(crate) fn damaged(path: &Path, detail: impl Into<String>) -> Self {
        Self::Damaged {
            path: path.to_owned(),
            detail: detail.into(),
        }
    }

    /// Sorts an error of SQLite by what it means for the promise to lose nothing.
    pub(crate) fn sqlite(path: &Path, error: &rusqlite::Error) -> Self {
        let path = path.to_owned();
        let detail = error.to_string();
        let Some(error) = error.sqlite_error() else {
            // Not from the disk: a column of the wrong type, a row that is missing.
            return Self::Damaged { path, detail };
        };
        match error.extended_code & 0xff {
            ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB | ffi::SQLITE_CONSTRAINT | ffi::SQLITE_MISMATCH => {
                Self::Damaged { path, detail }
            }
            // No room, no rights, someone reads: nothing was written, and it may well work later.
            ffi::SQLITE_FULL
            | ffi::SQLITE_BUSY
            | ffi::SQLITE_LOCKED
            | ffi::SQLITE_READONLY
            | ffi::SQLITE_CANTOPEN
            | ffi::SQLITE_PERM
            | ffi::SQLITE_NOMEM => Self::Unavailable { path, detail },
            // After a failed write or sync the kernel may have dropped the pages: only reading again tells what is there.
            _ => Self::Failed { path, detail },
        }
    }
}
