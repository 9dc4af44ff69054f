//! Files that are made again and never by accident over others.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use licensing_api::{ErrorCode, Problem};

/// Who may read a new file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Readers {
    /// Whoever the system lets by default.
    Everybody,
    /// The user alone. On Windows that is what the folder allows.
    Owner,
}

/// Writes a file that must not be there yet, and makes sure that it is on the disk.
///
/// # Errors
/// `FileAlreadyExists`, or `FileWriteFailed`; then nothing of it is left.
pub(super) fn create(path: &Path, content: &[u8], readers: Readers) -> Result<(), Problem> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(match readers {
            Readers::Everybody => 0o644,
            Readers::Owner => 0o600,
        });
    }
    #[cfg(not(unix))]
    let _ = readers;
    let file = options.open(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => exists(path),
        _ => unwritable(path, &error),
    })?;
    write(file, content).map_err(|error| {
        // What is half written helps nobody; the failure to write is what is reported.
        std::fs::remove_file(path).ok();
        unwritable(path, &error)
    })
}

/// Writes a file, over one that may be there.
///
/// # Errors
/// `FileWriteFailed`.
pub(super) fn replace(path: &Path, content: &[u8]) -> Result<(), Problem> {
    File::create(path)
        .and_then(|file| write(file, content))
        .map_err(|error| unwritable(path, &error))
}

/// The problem of a file that cannot be written.
pub(super) fn unwritable(path: &Path, error: &io::Error) -> Problem {
    let mut problem = Problem::new(ErrorCode::FileWriteFailed, format!("{error}."))
        .about(path.display().to_string())
        .advise("Check the path, the space on the disk and your permissions on the folder.");
    problem.title = "The file could not be written.".to_owned();
    problem
}

fn write(mut file: File, content: &[u8]) -> io::Result<()> {
    file.write_all(content)?;
    file.sync_all()
}

fn exists(path: &Path) -> Problem {
    let mut problem = Problem::new(ErrorCode::FileAlreadyExists, "It was left as it is.")
        .about(path.display().to_string())
        .advise("Choose another name, or move the file away.");
    problem.title = "The file exists already.".to_owned();
    problem
}
