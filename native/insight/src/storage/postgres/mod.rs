//! State in PostgreSQL, for fleets that one file is too small for.

mod connect;
mod database;
mod findings;
mod history;
mod holdings;
mod ingest;
mod items;
mod known;
mod lists;
mod prepared;
mod queue;
mod retention;
mod rows;
mod schema;
mod uploads;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use deadpool_postgres::{Client, PoolError};
use jiff::{SignedDuration, Timestamp};
use licensing_api::Secret;
use licensing_delivery::Tried;
use licensing_management::compliance::FindingRecord;
use licensing_management::id::ServerGuid;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use self::ingest::Job;
use self::prepared::Prepared;
use super::{
    About, Arrival, Change, Concerned, Delivery, Expected, FindingFilter, Installed, Kept, Kind, Note,
    PeakRow, Storage, StorageError, UploadSummary,
};
use crate::config::PostgresConfig;

pub use connect::has_password;
pub use database::Database;
pub(crate) use database::begin;
pub use queue::SUSPECTS;
pub(crate) use schema::{Schema, migrate};
pub use uploads::SHARES;

/// Uploads that wait to be stored; whoever comes then waits to get into the queue.
const WAITING: usize = 4096;

/// A database, and one task that stores uploads in it.
pub struct PostgresStorage {
    database: Database,
    jobs: mpsc::Sender<Job>,
    documents: Option<SignedDuration>,
}

impl PostgresStorage {
    /// Opens the database at an address, and brings it to the schema of this program.
    ///
    /// # Errors
    /// When it cannot be reached, or is of a newer program.
    pub fn open(address: &Secret, settings: &PostgresConfig) -> Result<Self, StorageError> {
        Self::on(Database::open(address, settings)?, settings)
    }

    /// On a database that others may use as well; brings it to the schema of this program.
    ///
    /// # Errors
    /// When it cannot be reached, or is of a newer program.
    pub fn on(database: Database, settings: &PostgresConfig) -> Result<Self, StorageError> {
        let (jobs, waiting) = mpsc::channel(WAITING);
        database.spawn(ingest::run(database.pool().clone(), waiting));
        let days = i64::from(settings.document_days);
        let storage = Self {
            database,
            jobs,
            documents: (days > 0).then(|| SignedDuration::from_hours(24 * days)),
        };
        storage.with(async |mut client| migrate(&mut client, schema::UPLOADS).await)?;
        Ok(storage)
    }

    /// The same as the service takes it.
    pub fn shared(self) -> Arc<dyn Storage> {
        Arc::new(self)
    }

    fn with<T>(&self, work: impl AsyncFnOnce(Client) -> Result<T, StorageError>) -> Result<T, StorageError> {
        self.database.with(work)
    }
}

impl Storage for PostgresStorage {
    fn item(&self, kind: Kind, key: &str) -> Result<Option<String>, StorageError> {
        self.with(async |client| items::item(&client, kind, key).await)
    }

    fn items(&self, kind: Kind, organization: Option<&str>) -> Result<Vec<String>, StorageError> {
        self.with(async |client| items::items(&client, kind, organization).await)
    }

    fn change(&self, expected: &[Expected], changes: &[Change]) -> Result<bool, StorageError> {
        self.with(async |mut client| items::change(&mut client, expected, changes).await)
    }

    fn store_uploads(&self, uploads: &[Arrival<'_>]) -> Result<Vec<Kept>, StorageError> {
        let uploads = uploads
            .iter()
            .map(|arrival| Prepared::new(arrival, self.documents.is_some()))
            .collect::<Result<_, _>>()?;
        let (answer, answered) = oneshot::channel();
        let gone = || StorageError::Unavailable("the program is ending".to_owned());
        self.database.wait(async {
            self.jobs
                .send(Job { uploads, answer })
                .await
                .map_err(|_| gone())?;
            answered.await.map_err(|_| gone())?
        })
    }

    fn uploads(&self, servers: &[ServerGuid], most: usize) -> Result<Vec<UploadSummary>, StorageError> {
        self.with(async |client| uploads::summaries(&client, servers, most).await)
    }

    fn contacts(&self, servers: &[ServerGuid]) -> Result<HashMap<ServerGuid, Timestamp>, StorageError> {
        self.with(async |client| uploads::contacts(&client, servers).await)
    }

    fn silent_since(&self, since: Timestamp) -> Result<Vec<ServerGuid>, StorageError> {
        self.with(async |client| uploads::silent_since(&client, since).await)
    }

    fn installed(&self, server: ServerGuid) -> Result<Installed, StorageError> {
        self.with(async |client| uploads::installed(&client, server).await)
    }

    fn about(&self, server: ServerGuid, most: usize) -> Result<About, StorageError> {
        self.with(async |client| uploads::about(&client, server, most).await)
    }

    fn note(&self, concerned: Concerned<'_>) -> Result<(), StorageError> {
        self.with(async |client| queue::note(&client, concerned).await)
    }

    fn note_suspects(&self) -> Result<u64, StorageError> {
        self.with(async |client| queue::note_suspects(&client).await)
    }

    fn noted(&self, most: usize) -> Result<Vec<ServerGuid>, StorageError> {
        self.with(async |client| queue::noted(&client, most).await)
    }

    fn note_of(&self, server: ServerGuid) -> Result<Option<Note>, StorageError> {
        self.with(async |client| queue::note_of(&client, server).await)
    }

    fn records(&self, scopes: &[String]) -> Result<BTreeMap<String, FindingRecord>, StorageError> {
        self.with(async |client| findings::of_scopes(&client, scopes).await)
    }

    fn finding(&self, key: &str) -> Result<Option<FindingRecord>, StorageError> {
        self.with(async |client| findings::one(&client, key).await)
    }

    fn findings(&self, filter: FindingFilter<'_>) -> Result<Vec<FindingRecord>, StorageError> {
        self.with(async |client| findings::list(&client, filter).await)
    }

    fn save(
        &self,
        looked_at: Option<Note>,
        records: &[(String, FindingRecord)],
        deliveries: &[Delivery],
    ) -> Result<(), StorageError> {
        self.with(async |mut client| {
            let transaction = client.transaction().await.map_err(failed)?;
            if let Some(note) = looked_at {
                queue::take_note_away(&transaction, note).await?;
            }
            for (scope, record) in records {
                findings::put(&transaction, scope, record).await?;
            }
            for delivery in deliveries {
                queue::put(&transaction, delivery).await?;
            }
            transaction.commit().await.map_err(failed)
        })
    }

    fn due(&self, now: Timestamp, most: usize) -> Result<Vec<Delivery>, StorageError> {
        self.with(async |client| queue::due(&client, now, most).await)
    }

    fn tried(&self, tries: &[(i64, Tried)]) -> Result<(), StorageError> {
        self.with(async |mut client| {
            let transaction = client.transaction().await.map_err(failed)?;
            for (id, how) in tries {
                queue::tried(&transaction, *id, how).await?;
            }
            transaction.commit().await.map_err(failed)
        })
    }

    fn peaks(&self, servers: &[ServerGuid]) -> Result<Vec<PeakRow>, StorageError> {
        self.with(async |client| uploads::peaks(&client, servers).await)
    }

    fn drop_before(&self, before: Timestamp) -> Result<u64, StorageError> {
        let documents = self
            .documents
            .and_then(|kept| Timestamp::now().checked_sub(kept).ok())
            .map_or(before, |own| own.max(before));
        self.with(async |mut client| retention::drop_before(&mut client, before, documents).await)
    }

    fn back_up(&self, _to: &Path) -> Result<(), StorageError> {
        Err(has_means_of_its_own())
    }
}

/// Why nothing is copied into a file.
pub(crate) fn has_means_of_its_own() -> StorageError {
    StorageError::Unavailable(
        "PostgreSQL has means of its own for backups; save the database with pg_dump".to_owned(),
    )
}

/// What an error of the database means.
pub(crate) fn failed(error: tokio_postgres::Error) -> StorageError {
    match error.as_db_error() {
        // Class XX: the server has found its own data damaged.
        Some(told) if told.code().code().starts_with("XX") => {
            StorageError::Damaged(format!("{} ({})", told.message(), told.code().code()))
        }
        Some(told) => StorageError::Unavailable(format!("{} ({})", told.message(), told.code().code())),
        None => {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            StorageError::Unavailable(match cause {
                Some(cause) => format!("{error}: {cause}"),
                None => error.to_string(),
            })
        }
    }
}

fn no_connection(error: PoolError) -> StorageError {
    match error {
        PoolError::Backend(error) => failed(error),
        PoolError::Timeout(_) => StorageError::Unavailable("it has given no connection in time".to_owned()),
        other => StorageError::Unavailable(other.to_string()),
    }
}

pub(crate) fn uuid_of(server: &ServerGuid) -> Uuid {
    Uuid::from_bytes(*server.as_bytes())
}

pub(crate) fn guid(id: Uuid) -> ServerGuid {
    ServerGuid::from_bytes(id.into_bytes())
}

/// An instant within the bounds of the database: a sender's clock may say anything.
pub(crate) fn storable(at: Timestamp) -> Timestamp {
    at.max(Timestamp::constant(-62_135_596_800, 0))
}

fn unhex(text: &str) -> Result<Vec<u8>, StorageError> {
    hex::decode(text).map_err(|error| StorageError::Damaged(format!("a hash of an upload: {error}")))
}

fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}
