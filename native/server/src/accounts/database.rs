//! `state/server.db`: accounts, tokens and the record of every administrative change.

use std::fs;
use std::path::{Path, PathBuf};

use licensing_api::{ErrorCode, Problem};
use licensing_store::sqlite::connection;
use licensing_store::{StoreError, keep_before_migration, log_file};
use parking_lot::Mutex;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};

/// Marks the file as ours: "LSrv".
const APPLICATION_ID: i32 = 0x4C53_7276;

/// What brings a database from each version of the schema to the next one, beginning with an empty one. A released entry is
/// never changed; a new version is a further entry.
const MIGRATIONS: [&str; 3] = [VERSION_1, VERSION_2, VERSION_3];

/// Version of the schema that this server writes.
const SCHEMA_VERSION: i32 = MIGRATIONS.len() as i32;

const VERSION_1: &str = "
CREATE TABLE machine (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    first    INTEGER NOT NULL,
    second   INTEGER NOT NULL,
    third    INTEGER NOT NULL
) STRICT;
CREATE TABLE account (
    rid         INTEGER PRIMARY KEY AUTOINCREMENT,
    key         TEXT NOT NULL UNIQUE,
    domain      TEXT,
    name        TEXT NOT NULL,
    is_group    INTEGER NOT NULL CHECK (is_group IN (0, 1)),
    permissions TEXT NOT NULL CHECK (permissions IN ('ReadOnly', 'Full')),
    password    TEXT,
    CHECK (is_group = 0 OR password IS NULL)
) STRICT;
CREATE TABLE token (
    token_id      TEXT PRIMARY KEY,
    rid           INTEGER NOT NULL REFERENCES account (rid) ON DELETE CASCADE,
    name          TEXT NOT NULL,
    scope         TEXT NOT NULL CHECK (scope IN ('Administration', 'Product')),
    permissions   TEXT NOT NULL CHECK (permissions IN ('None', 'ReadOnly', 'Full')),
    secret_sha256 BLOB NOT NULL CHECK (length(secret_sha256) = 32),
    created       TEXT NOT NULL,
    expires       TEXT NOT NULL
) STRICT;
CREATE INDEX token_of_account ON token (rid);
CREATE TABLE imported_file (
    file_name TEXT PRIMARY KEY,
    sha256    TEXT NOT NULL
) STRICT;
CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY,
    body     BLOB NOT NULL,
    hash     BLOB NOT NULL
) STRICT;
CREATE TABLE audit_end (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    sequence INTEGER NOT NULL,
    hash     BLOB NOT NULL
) STRICT;
";

/// Encrypted NT hashes of the passwords of accounts that may use NTLM.
const VERSION_2: &str = "
CREATE TABLE ntlm (
    rid         INTEGER PRIMARY KEY REFERENCES account (rid) ON DELETE CASCADE,
    sealed_hash BLOB NOT NULL
) STRICT;
";

/// The rules by which others may vouch for callers, as the audit has them last.
const VERSION_3: &str = "
CREATE TABLE sign_in_rules (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    rules    TEXT NOT NULL
) STRICT;
";

/// Why the database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// The folder or file cannot be used.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// SQLite refuses.
    #[error("{path}: {source}", path = path.display())]
    Database {
        /// Which.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// The file is not ours, or from a newer version.
    #[error("{path} {reason}", path = path.display())]
    NotOurs {
        /// Which.
        path: PathBuf,
        /// What it is instead.
        reason: String,
    },
    /// The file is damaged.
    #[error("{path} is damaged: {reason}; restore it from the last good backup", path = path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// The system has no random numbers.
    #[error("the operating system provides no random numbers: {0}")]
    Random(#[from] getrandom::Error),
}

/// One connection that writes and one that reads, so that looking up a caller never waits for a commit.
#[derive(Debug)]
pub(super) struct Database {
    path: PathBuf,
    writer: Mutex<Writer>,
    reader: Mutex<Connection>,
}

#[derive(Debug)]
struct Writer {
    connection: Connection,
    /// Whether all that stands in the log has reached the disk. It may not have, after an earlier process or a failure.
    log_is_sure: bool,
}

impl Database {
    /// Opens the file, or makes it.
    pub(super) fn open(path: &Path) -> Result<Self, AccountsError> {
        make_private(path)?;
        log_file::check(path).map_err(|error| of_log(path, error))?;
        let database = |source| AccountsError::Database {
            path: path.to_owned(),
            source,
        };
        let mut writer = connection::open_to_write(path).map_err(database)?;
        check(path, &writer)?;
        migrate(path, &mut writer)?;
        let reader = connection::open_to_read(path).map_err(database)?;
        Ok(Self {
            path: path.to_owned(),
            writer: Mutex::new(Writer {
                connection: writer,
                log_is_sure: false,
            }),
            reader: Mutex::new(reader),
        })
    }

    /// Reads; sees everything that was committed before.
    pub(super) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, Problem> {
        let reader = self.reader.lock();
        work(&reader).map_err(|error| self.problem(&error))
    }

    /// Reads what may take long, through a connection of its own, so that no caller waits for it to be known.
    pub(super) fn read_apart<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, Problem> {
        connection::open_to_read(&self.path)
            .and_then(|connection| work(&connection))
            .map_err(|error| self.problem(&error))
    }

    /// Changes in one transaction, durable when this returns. A problem undoes all of it.
    pub(super) fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, TransactionError>,
    ) -> Result<T, Problem> {
        let mut writer = self.writer.lock();
        if !writer.log_is_sure {
            log_file::write_again(&self.path).map_err(|error| self.log_problem(&error))?;
            writer.log_is_sure = true;
        }
        let outcome = writer
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(TransactionError::from)
            .and_then(|transaction| {
                let value = work(&transaction)?;
                transaction.commit()?;
                Ok(value)
            });
        // When a sync fails, the system takes the pages for written all the same and never tries again.
        writer.log_is_sure = !matches!(outcome, Err(TransactionError::Storage(_)));
        outcome.map_err(|refusal| self.explain(refusal))
    }

    fn log_problem(&self, error: &StoreError) -> Problem {
        tracing::error!(%error, database = %self.path.display(), "the log of the database of accounts cannot be written");
        Problem::new(error.code(), format!("The database of accounts: {error}."))
    }

    /// The problem that a refusal is answered with.
    pub(super) fn explain(&self, refusal: TransactionError) -> Problem {
        match refusal {
            TransactionError::Rule(problem) => *problem,
            TransactionError::Storage(error) => self.problem(&error),
        }
    }

    /// What a failure of SQLite means for an administrator.
    fn problem(&self, error: &rusqlite::Error) -> Problem {
        use rusqlite::ErrorCode as Sqlite;
        tracing::error!(%error, database = %self.path.display(), "the database of accounts failed");
        let damaged = matches!(
            error.sqlite_error_code(),
            Some(Sqlite::DatabaseCorrupt | Sqlite::NotADatabase)
        );
        let code = if damaged {
            ErrorCode::StorageDamaged
        } else {
            ErrorCode::StorageUnavailable
        };
        let name = self
            .path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        Problem::new(code, format!("The database of accounts: {error}."))
            .about(format!("state/{}", name.unwrap_or_default()))
    }
}

/// Why a transaction was not committed.
pub(super) enum TransactionError {
    /// A rule forbids the change.
    Rule(Box<Problem>),
    /// SQLite failed.
    Storage(rusqlite::Error),
}

impl From<Problem> for TransactionError {
    fn from(problem: Problem) -> Self {
        Self::Rule(Box::new(problem))
    }
}

impl From<rusqlite::Error> for TransactionError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Storage(error)
    }
}

fn of_log(path: &Path, error: StoreError) -> AccountsError {
    match error {
        StoreError::Damaged { path, detail } => AccountsError::Damaged { path, reason: detail },
        StoreError::Unavailable { .. }
        | StoreError::Failed { .. }
        | StoreError::Owned { .. }
        | StoreError::Foreign { .. }
        | StoreError::Stopping => AccountsError::File {
            path: path.to_owned(),
            source: std::io::Error::other(error.to_string()),
        },
    }
}

/// SQLite gives the files beside the database the mode that the database has.
fn make_private(path: &Path) -> Result<(), AccountsError> {
    if path.exists() {
        return Ok(());
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
        .open(path)
        .map(drop)
        .map_err(|source| AccountsError::File {
            path: path.to_owned(),
            source,
        })
}

fn check(path: &Path, connection: &Connection) -> Result<(), AccountsError> {
    let database = |source| AccountsError::Database {
        path: path.to_owned(),
        source,
    };
    let number = |name: &str| {
        connection
            .pragma_query_value(None, name, |row| row.get::<_, i32>(0))
            .map_err(database)
    };
    let (application, version) = (number("application_id")?, number("user_version")?);
    let not_ours = |reason: String| AccountsError::NotOurs {
        path: path.to_owned(),
        reason,
    };
    if version > SCHEMA_VERSION {
        return Err(not_ours(format!(
            "was written by a newer version of the server (tables of version {version}, known up to {SCHEMA_VERSION})"
        )));
    }
    if version != 0 && application != APPLICATION_ID {
        return Err(not_ours("is not a database of accounts".to_owned()));
    }
    let found: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(database)?;
    if found != "ok" {
        return Err(AccountsError::Damaged {
            path: path.to_owned(),
            reason: found,
        });
    }
    Ok(())
}

/// Brings the database to the present schema: all steps in one transaction, or none, after a copy of it was made. A new one
/// gets the identity of this machine.
fn migrate(path: &Path, connection: &mut Connection) -> Result<(), AccountsError> {
    let database = |source| AccountsError::Database {
        path: path.to_owned(),
        source,
    };
    let version = |connection: &Connection| {
        connection.pragma_query_value(None, "user_version", |row| row.get::<_, i32>(0))
    };
    let before = version(connection).map_err(database)?;
    if before == SCHEMA_VERSION {
        return Ok(());
    }
    if before > 0 {
        keep_before_migration(path, before.into()).map_err(|error| of_log(path, error))?;
    }
    let machine = [getrandom::u32()?, getrandom::u32()?, getrandom::u32()?];
    (|| {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have been quicker.
        let before = version(&transaction)?;
        for step in MIGRATIONS
            .iter()
            .skip(usize::try_from(before).unwrap_or_default())
        {
            transaction.execute_batch(step)?;
        }
        if before == 0 {
            transaction.execute("INSERT INTO machine VALUES (1, ?1, ?2, ?3)", machine)?;
            // Relative ids below 1000 are taken by accounts that Windows knows by itself.
            transaction.execute(
                "INSERT INTO sqlite_sequence (name, seq) VALUES ('account', 1000)",
                [],
            )?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
        transaction.commit()
    })()
    .map_err(database)
}

/// `S-1-5-21-` and the three numbers of this machine.
pub(super) fn machine_sid(connection: &Connection) -> rusqlite::Result<String> {
    connection.query_row("SELECT first, second, third FROM machine", [], |row| {
        Ok(format!(
            "S-1-5-21-{}-{}-{}",
            row.get::<_, u32>(0)?,
            row.get::<_, u32>(1)?,
            row.get::<_, u32>(2)?
        ))
    })
}

/// Number of rows; `table` is one of the names above, never from outside.
pub(super) fn count(connection: &Connection, table: &str) -> rusqlite::Result<u32> {
    connection
        .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
        .optional()
        .map(Option::unwrap_or_default)
}
