//! State in one SQLite file.

mod file;
mod findings;
mod history;
mod items;
mod queue;
mod schema;
mod uploads;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use licensing_delivery::Tried;
use licensing_management::compliance::FindingRecord;
use licensing_management::id::ServerGuid;

use super::{
    About, Arrival, Change, Concerned, Delivery, Expected, FindingFilter, Installed, Kept, Kind, Note,
    PeakRow, Storage, StorageError, UploadSummary,
};

pub(crate) use file::{Schema, SqliteFile};

/// All of it.
#[derive(Debug)]
pub struct SqliteStorage {
    file: SqliteFile,
}

impl From<rusqlite::Error> for StorageError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Sqlite;
        match error.sqlite_error_code() {
            Some(Sqlite::DatabaseCorrupt | Sqlite::NotADatabase) => Self::Damaged(error.to_string()),
            Some(_) => Self::Unavailable(error.to_string()),
            None => Self::Damaged(error.to_string()),
        }
    }
}

impl SqliteStorage {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// When it cannot be opened or is of a newer program.
    pub fn open(path: &Path) -> Result<Self, StorageError> {
        let file = SqliteFile::open(path, schema::SCHEMA)?;
        Ok(Self { file })
    }

    /// The same as the service takes it.
    pub fn shared(self) -> Arc<dyn Storage> {
        Arc::new(self)
    }
}

impl Storage for SqliteStorage {
    fn item(&self, kind: Kind, key: &str) -> Result<Option<String>, StorageError> {
        self.file.read(|connection| items::item(connection, kind, key))
    }

    fn items(&self, kind: Kind, organization: Option<&str>) -> Result<Vec<String>, StorageError> {
        self.file
            .read(|connection| items::items(connection, kind, organization))
    }

    fn change(&self, expected: &[Expected], changes: &[Change]) -> Result<bool, StorageError> {
        self.file
            .write(|transaction| items::change(transaction, expected, changes))
    }

    fn store_uploads(&self, uploads: &[Arrival<'_>]) -> Result<Vec<Kept>, StorageError> {
        self.file.write(|transaction| {
            uploads
                .iter()
                .map(|arrival| uploads::store(transaction, arrival))
                .collect()
        })
    }

    fn uploads(&self, servers: &[ServerGuid], most: usize) -> Result<Vec<UploadSummary>, StorageError> {
        self.file
            .read(|connection| uploads::summaries(connection, servers, most))
    }

    fn contacts(&self, servers: &[ServerGuid]) -> Result<HashMap<ServerGuid, Timestamp>, StorageError> {
        self.file
            .read(|connection| history::contacts(connection, servers))
    }

    fn silent_since(&self, since: Timestamp) -> Result<Vec<ServerGuid>, StorageError> {
        self.file
            .read(|connection| history::silent_since(connection, since))
    }

    fn installed(&self, server: ServerGuid) -> Result<Installed, StorageError> {
        self.file
            .read(|connection| uploads::installed(connection, server))
    }

    fn about(&self, server: ServerGuid, most: usize) -> Result<About, StorageError> {
        self.file
            .read(|connection| uploads::about(connection, server, most))
    }

    fn note(&self, concerned: Concerned<'_>) -> Result<(), StorageError> {
        self.file.write(|transaction| queue::note(transaction, concerned))
    }

    fn note_suspects(&self) -> Result<u64, StorageError> {
        self.file.write(history::note_suspects)
    }

    fn noted(&self, most: usize) -> Result<Vec<ServerGuid>, StorageError> {
        self.file.read(|connection| queue::noted(connection, most))
    }

    fn note_of(&self, server: ServerGuid) -> Result<Option<Note>, StorageError> {
        self.file.read(|connection| queue::note_of(connection, server))
    }

    fn records(&self, scopes: &[String]) -> Result<BTreeMap<String, FindingRecord>, StorageError> {
        self.file
            .read(|connection| findings::of_scopes(connection, scopes))
    }

    fn finding(&self, key: &str) -> Result<Option<FindingRecord>, StorageError> {
        self.file.read(|connection| findings::one(connection, key))
    }

    fn findings(&self, filter: FindingFilter<'_>) -> Result<Vec<FindingRecord>, StorageError> {
        let list = |connection: &rusqlite::Connection| findings::list(connection, filter);
        match filter.servers {
            Some(&[_]) => self.file.read(list),
            Some(_) | None => self.file.read_apart(list),
        }
    }

    fn save(
        &self,
        looked_at: Option<Note>,
        records: &[(String, FindingRecord)],
        deliveries: &[Delivery],
    ) -> Result<(), StorageError> {
        self.file.write(|transaction| {
            if let Some(note) = looked_at {
                queue::take_note_away(transaction, note)?;
            }
            for (scope, record) in records {
                findings::put(transaction, scope, record)?;
            }
            deliveries
                .iter()
                .try_for_each(|delivery| queue::put(transaction, delivery))
        })
    }

    fn due(&self, now: Timestamp, most: usize) -> Result<Vec<Delivery>, StorageError> {
        self.file.read(|connection| queue::due(connection, now, most))
    }

    fn tried(&self, tries: &[(i64, Tried)]) -> Result<(), StorageError> {
        self.file.write(|transaction| {
            tries
                .iter()
                .try_for_each(|(id, how)| queue::tried(transaction, *id, how))
        })
    }

    fn peaks(&self, servers: &[ServerGuid]) -> Result<Vec<PeakRow>, StorageError> {
        self.file
            .read_apart(|connection| uploads::peaks(connection, servers))
    }

    fn drop_before(&self, before: Timestamp) -> Result<u64, StorageError> {
        self.file
            .write(|transaction| uploads::drop_before(transaction, before))
    }

    fn back_up(&self, to: &Path) -> Result<(), StorageError> {
        self.file.back_up(to)
    }
}

/// An instant as it is stored: text that says it exactly.
fn instant(text: &str) -> Result<Timestamp, StorageError> {
    text.parse()
        .map_err(|error| StorageError::Damaged(format!("'{text}' is no instant: {error}")))
}

/// A GUID as it is stored.
fn guid(bytes: [u8; 16]) -> ServerGuid {
    ServerGuid::from_bytes(bytes)
}
