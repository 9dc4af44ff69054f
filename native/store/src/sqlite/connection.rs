//! How every SQLite file of this server is opened.

use std::fs::OpenOptions;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::owner;

/// How long a statement waits for another connection to let go of the file.
const BUSY: Duration = Duration::from_secs(5);

/// Makes a file where there is none. SQLite would make it readable for everyone that the umask lets.
///
/// # Errors
/// When it cannot be made, or one that exists cannot be written.
pub fn make_private(path: &Path) -> std::io::Result<()> {
    owner::private(OpenOptions::new().create(true).append(true))
        .open(path)
        .map(drop)
}

/// Opens a file to read beside whoever writes to it.
///
/// # Errors
/// When it cannot be opened.
pub fn open_to_read(path: &Path) -> rusqlite::Result<Connection> {
    open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

/// Opens a file that exists to write, and sets the connection up so that what is committed is on the disk:
///
/// - WAL with `synchronous = FULL`: a commit is one append and one sync, and survives a power cut; `fullfsync` makes
///   that true on macOS as well.
/// - Pages of 4 KiB: a lone checkout writes three of them; larger pages would only make its commit longer.
/// - Foreign keys are checked, cells are checked when read, and nothing in the file's schema is trusted to run code.
///
/// # Errors
/// When it cannot be opened or set up.
pub fn open_to_write(path: &Path) -> rusqlite::Result<Connection> {
    let connection = open_bare(path)?;
    connection.pragma_update(None, "page_size", 4096)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(connection)
}

/// Opens a file to write as it is: a copy takes the settings of what is copied.
pub(super) fn open_bare(path: &Path) -> rusqlite::Result<Connection> {
    open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
}

fn open(path: &Path, access: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY)?;
    Ok(connection)
}
