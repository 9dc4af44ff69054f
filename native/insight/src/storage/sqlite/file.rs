//! One file of SQLite: a connection that writes, and one that reads.

use std::path::{Path, PathBuf};

use licensing_store::sqlite::connection;
use licensing_store::{copy_database, keep_before_migration};
use parking_lot::Mutex;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::storage::{StorageError, newer};

/// A file that is open.
#[derive(Debug)]
pub(crate) struct SqliteFile {
    path: PathBuf,
    writer: Mutex<Connection>,
    reader: Mutex<Connection>,
}

/// What a file is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schema {
    /// Marks the file as ours.
    pub(crate) application_id: i32,
    /// What brings a database from each version of the schema to the next one, beginning with an empty one. A released entry
    /// is never changed; a new version is a further entry.
    pub(crate) migrations: &'static [&'static str],
}

impl SqliteFile {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// When it cannot be opened or is of another or a newer program.
    pub(crate) fn open(path: &Path, schema: Schema) -> Result<Self, StorageError> {
        connection::make_private(path)
            .map_err(|error| StorageError::Unavailable(format!("{}: {error}", path.display())))?;
        let mut writer = connection::open_to_write(path)?;
        schema.migrate(path, &mut writer)?;
        let reader = connection::open_to_read(path)?;
        Ok(Self {
            path: path.to_owned(),
            writer: Mutex::new(writer),
            reader: Mutex::new(reader),
        })
    }

    /// Reads.
    ///
    /// # Errors
    /// Those of `work`.
    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        work(&self.reader.lock())
    }

    /// Reads what may take long, through a connection of its own: nobody else waits for it.
    ///
    /// # Errors
    /// Those of `work`, and whatever SQLite answers.
    pub(crate) fn read_apart<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        work(&connection::open_to_read(&self.path)?)
    }

    /// Changes in one transaction, durable when this returns. An error undoes all of it.
    ///
    /// # Errors
    /// Those of `work`, and whatever SQLite answers.
    pub(crate) fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        let mut writer = self.writer.lock();
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = work(&transaction)?;
        transaction.commit()?;
        Ok(value)
    }

    /// Copies it, beside whoever writes.
    ///
    /// # Errors
    /// When the copy cannot be made.
    pub(crate) fn back_up(&self, to: &Path) -> Result<(), StorageError> {
        copy_database(&self.path, to).map_err(unavailable)
    }
}

fn unavailable(error: impl std::fmt::Display) -> StorageError {
    StorageError::Unavailable(error.to_string())
}

impl Schema {
    /// Brings a file to this schema in one transaction, after a copy of it was made.
    fn migrate(self, path: &Path, connection: &mut Connection) -> Result<(), StorageError> {
        if self.version(connection)? == self.migrations.len() {
            return Ok(());
        }
        // Whoever opens it at the same time waits, and finds it done.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let version = self.version(&transaction)?;
        if version > 0 && version < self.migrations.len() {
            let number = i64::try_from(version).unwrap_or(i64::MAX);
            let copy = keep_before_migration(path, number).map_err(unavailable)?;
            tracing::info!(copy = %copy.display(), "the database of an earlier program is migrated; this copy is as it was");
        }
        for (version, migration) in (1..).zip(self.migrations).skip(version) {
            transaction.execute_batch(migration)?;
            transaction.pragma_update(None, "application_id", self.application_id)?;
            transaction.pragma_update(None, "user_version", version)?;
        }
        Ok(transaction.commit()?)
    }

    /// Version of a file; 0 for an empty one.
    fn version(self, connection: &Connection) -> Result<usize, StorageError> {
        let number =
            |pragma: &str| connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get::<_, i32>(0));
        let version = number("user_version")?;
        if version != 0 && number("application_id")? != self.application_id {
            return Err(StorageError::Damaged(
                "the file is a database of another program".to_owned(),
            ));
        }
        usize::try_from(version)
            .ok()
            .filter(|known| *known <= self.migrations.len())
            .ok_or_else(|| newer(version, self.migrations.len()))
    }
}
