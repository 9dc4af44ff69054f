//! What Insight Services keep, behind one trait.

mod history;
pub mod postgres;
pub mod sqlite;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use licensing_delivery::Tried;
use licensing_management::compliance::{FindingRecord, Rows};
use licensing_management::id::{ServerGuid, UploadId};
use licensing_management::upload::SealedUpload;

use self::postgres::{Database, PostgresStorage};
use self::sqlite::SqliteStorage;
use crate::config::InsightConfig;

/// Why something cannot be read or kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// It does not work now: the disk is full, the database cannot be reached.
    #[error("the database cannot be used: {0}")]
    Unavailable(String),
    /// What is stored cannot be understood.
    #[error("the database is damaged: {0}; restore it from the last good backup")]
    Damaged(String),
}

/// Small things that are kept as JSON under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Organizations, by name.
    Organization,
    /// Accounts, by the hash of their token.
    Account,
    /// Registration codes, by their first group.
    Code,
    /// Registered servers, by GUID.
    Server,
    /// Rescinded serial numbers.
    Rescission,
    /// Dates that product versions require.
    Requirement,
    /// Declared disaster recovery pairs.
    Pair,
    /// Where findings are delivered to.
    Target,
    /// What holds the dropping of old uploads.
    Retention,
    /// Which edition of rescissions, requirements, pairs and registrations this is.
    Knowledge,
}

impl Kind {
    /// Name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Account => "account",
            Self::Code => "code",
            Self::Server => "server",
            Self::Rescission => "rescission",
            Self::Requirement => "requirement",
            Self::Pair => "pair",
            Self::Target => "target",
            Self::Retention => "retention",
            Self::Knowledge => "knowledge",
        }
    }
}

/// A change of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It is this from now on.
    Put {
        /// Kind.
        kind: Kind,
        /// Key.
        key: String,
        /// Organization that it belongs to.
        organization: Option<String>,
        /// JSON.
        value: String,
    },
    /// It is gone.
    Remove {
        /// Kind.
        kind: Kind,
        /// Key.
        key: String,
    },
}

/// What an item must be for a change to take place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Kind.
    pub kind: Kind,
    /// Key.
    pub key: String,
    /// JSON; none when it must not exist.
    pub value: Option<String>,
}

/// An upload that has arrived.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// The upload, checked.
    pub upload: &'a SealedUpload,
    /// When it arrived.
    pub received: Timestamp,
    /// Sender's clock minus ours, in seconds; none when it came as a file.
    pub clock_offset_seconds: Option<i64>,
    /// Whether the upload by itself shows what is prohibited or cannot be true, so that its server is to be looked at whatever
    /// else is stored.
    pub remarkable: bool,
}

/// What became of an upload, and what follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// What became of it.
    pub stored: Stored,
    /// Whether its server is noted, to be looked at. A new upload changes no finding, and leaves no note, when it is not
    /// remarkable, continues the history of its server, no finding names the server, and no other server has, or had at the
    /// same time, one of its serial numbers.
    pub noted: bool,
}

/// What became of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// It is stored now.
    Now,
    /// It was stored before.
    Before,
    /// Its id was stored with other contents; nothing was changed.
    IdReused,
}

/// An upload that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadSummary {
    /// The upload.
    pub upload_id: UploadId,
    /// The server.
    pub server: ServerGuid,
    /// Its number.
    pub sequence: u64,
    /// When it was made.
    pub created: Timestamp,
    /// When it arrived.
    pub received: Timestamp,
    /// Its size.
    pub bytes: u64,
    /// Its integrity hash.
    pub integrity: String,
}

/// What the rules need to know about one server.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// All rows of the server; of others those with a serial number that the server has or had, with their latest upload.
    pub rows: Rows,
    /// How many others with such a serial number were too many.
    pub left_out: usize,
    /// Disaster recovery partners, as the latest upload of each of these servers names them.
    pub partners: Vec<(ServerGuid, ServerGuid)>,
}

/// What the uploads of a server list, for choosing what its receipt has to say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Installed {
    /// Serial numbers in lower case.
    pub serials: HashSet<String>,
    /// Features in lower case.
    pub features: HashSet<String>,
}

/// Which servers are to be looked at again.
#[derive(Debug, Clone, Copy)]
pub enum Concerned<'a> {
    /// These.
    Servers(&'a [ServerGuid]),
    /// Those that have or had one of these serial numbers, in lower case.
    Serials(&'a [String]),
    /// Those with one of these features, in lower case.
    Features(&'a [String]),
}

/// The note that a server is to be looked at. Each time it is noted again it is another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Note {
    server: ServerGuid,
    mark: [u8; 16],
}

/// Which findings are wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct FindingFilter<'a> {
    /// Those about one of these servers; all unless given.
    pub servers: Option<&'a [ServerGuid]>,
    /// Those resolved since then, besides those that stand; none resolved unless given.
    pub resolved_since: Option<Timestamp>,
}

/// A message that waits to be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its number; 0 before it is stored.
    pub id: i64,
    /// Key of its target.
    pub target: String,
    /// The message as JSON.
    pub message: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next.
    pub due: Timestamp,
}

/// Most seats in use on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeakRow {
    /// The server.
    pub server: ServerGuid,
    /// Vendor daemon.
    pub vendor: String,
    /// Feature.
    pub feature: String,
    /// Day on which the window ended.
    pub day: Date,
    /// Most seats in use.
    pub peak: u32,
    /// Seats installed; none when uncounted.
    pub installed: Option<u32>,
}

/// Keeps everything. Calls block; what is changed is durable when they return.
pub trait Storage: Send + Sync + 'static {
    /// An item.
    ///
    /// # Errors
    /// As every method: when the database cannot be used, or is damaged.
    fn item(&self, kind: Kind, key: &str) -> Result<Option<String>, StorageError>;

    /// All items of a kind, or those of an organization, by key.
    ///
    /// # Errors
    /// As [`Self::item`].
    fn items(&self, kind: Kind, organization: Option<&str>) -> Result<Vec<String>, StorageError>;

    /// Changes items in one transaction if all that is expected is so; says whether it was.
    ///
    /// # Errors
    /// As [`Self::item`].
    fn change(&self, expected: &[Expected], changes: &[Change]) -> Result<bool, StorageError>;

    /// Stores uploads in one transaction, and in the same notes the servers whose findings may change; see [`Kept::noted`].
    ///
    /// # Errors
    /// As [`Self::item`]; then none of them is stored.
    fn store_uploads(&self, uploads: &[Arrival<'_>]) -> Result<Vec<Kept>, StorageError>;

    /// Uploads of these servers, the latest first.
    ///
    /// # Errors
    /// As [`Self::item`].
    fn uploads(&self, servers: &[ServerGuid], most: usize) -> Result<Vec<UploadSummary>, StorageError>;

    /// When the latest upload of each of these servers arrived; a server of which none is stored is not in it.
    ///
    /// # Errors
    /// As [`Self::item`].
    fn contacts(&self, servers: &[ServerGuid]) -> Result<HashMap<ServerGuid, Timestamp>, StorageError>;

    /// Servers of which nothing has arrived since an instant.
    ///
    /// # Errors
    /// As [`Self::item`].
    fn silent_since(&self, since: Timestamp) -> Result<Vec<ServerGuid>, StorageError>;

    /// What the uploads of a server list.
    ///
    /// # Errors
    /// As [`Self::item`].
    fn installed(&self, server: ServerGuid) -> Result<Installed, StorageError>;

    /// What the rules need to know about a server. Of the others with one of its serial numbers so many are in it at most, for
    /// each serial number: those that were heard of last.
    ///
    /// # Errors
    /// As [`Self::item`].
    fn about(&self, server: ServerGuid, most: usize) -> Result<About, StorageError>;

    /// Notes that servers are to be looked at again.
    ///
    /// # Errors
    /// As [`Self::item`].
    fn note(&self, concerned: Concerned<'_>) -> Result<(), StorageError>;

    /// Goes through everything that is kept, in one query, and notes each server about which a finding stands, whose history is
    /// not regular, that shares a serial number with another one, or that is registered and has never sent anything. It is the
    /// net under the notes of single uploads.
    ///
    /// # Errors
    /// As [`Self::item`].
    fn note_suspects(&self) -> Result<u64, StorageError>;

    /// Servers that are to be looked at.
    ///
    /// # Errors
    /// As [`Self::item`].
    fn noted(&self, most: usize) -> Result<Vec<ServerGuid>, StorageError>;

    /// The note that a server is to be looked at; none when it is not noted. Whoever looks at the server reads it first, and
    /// hands it to [`Self::save`]: what arrives meanwhile makes another note, which stays.
    ///
    /// # Errors
    /// As [`Self::item`].
    fn note_of(&self, server: ServerGuid) -> Result<Option<Note>, StorageError>;

    /// Findings of these scopes, by key.
    ///
    /// # Errors
    /// As [`Self::item`].
    fn records(&self, scopes: &[String]) -> Result<BTreeMap<String, FindingRecord>, StorageError>;

    /// One finding.
    ///
    /// # Errors
    /// As [`Self::item`].
    fn finding(&self, key: &str) -> Result<Option<FindingRecord>, StorageError>;

    /// Findings, by key.
    ///
    /// # Errors
    /// As [`Self::item`].
    fn findings(&self, filter: FindingFilter<'_>) -> Result<Vec<FindingRecord>, StorageError>;

    /// Keeps findings with their scopes, puts messages into the queue, and takes a note away unless its server was noted again
    /// since it was read, all in one transaction.
    ///
    /// # Errors
    /// As [`Self::item`].
    fn save(
        &self,
        looked_at: Option<Note>,
        records: &[(String, FindingRecord)],
        deliveries: &[Delivery],
    ) -> Result<(), StorageError>;

    /// Messages that are due.
    ///
    /// # Errors
    /// As [`Self::item`].
    fn due(&self, now: Timestamp, most: usize) -> Result<Vec<Delivery>, StorageError>;

    /// Notes how tries ended, each with the number of its message: all of them, or none.
    ///
    /// # Errors
    /// As [`Self::item`].
    fn tried(&self, tries: &[(i64, Tried)]) -> Result<(), StorageError>;

    /// Daily peaks of these servers.
    ///
    /// # Errors
    /// As [`Self::item`].
    fn peaks(&self, servers: &[ServerGuid]) -> Result<Vec<PeakRow>, StorageError>;

    /// Drops uploads that arrived before an instant, but the latest one of each server, and notes servers about which there are
    /// findings; says how many. A database that keeps each month apart drops whole months.
    ///
    /// # Errors
    /// As [`Self::item`].
    fn drop_before(&self, before: Timestamp) -> Result<u64, StorageError>;

    /// Copies everything into a new file.
    ///
    /// # Errors
    /// As [`Self::item`]; also where the database has means of its own for that.
    fn back_up(&self, to: &Path) -> Result<(), StorageError>;
}

/// Why a database is not opened that a later program has migrated.
fn newer(version: i32, known: usize) -> StorageError {
    StorageError::Unavailable(format!(
        "its schema {version} is of a newer program, and this one knows {known}; run the newer one, or put back what was saved before \
         it was installed"
    ))
}

/// What a serial number is found by; none when it is blank.
fn serial_key(serial: &str) -> Option<String> {
    let key = serial.trim().to_lowercase();
    (!key.is_empty()).then_some(key)
}

/// The PostgreSQL database that the configuration names; none where it leaves everything in SQLite files. It is connected to when
/// it is used.
///
/// # Errors
/// When the address, or what else the configuration says of the way there, will not do.
pub fn database(config: &InsightConfig) -> Result<Option<Database>, StorageError> {
    let address = config.database.expose();
    if address.is_empty() {
        return Ok(None);
    }
    if address.starts_with("postgres://") || address.starts_with("postgresql://") {
        return Database::open(&config.database, &config.postgres).map(Some);
    }
    // What was meant is not repeated: it may have a password in it.
    Err(StorageError::Unavailable(
        "the setting database begins with neither postgres:// nor postgresql://; leave it empty for SQLite"
            .to_owned(),
    ))
}

/// Opens the state in the database, or else in the SQLite file.
///
/// # Errors
/// When it cannot be opened.
pub fn open(
    config: &InsightConfig,
    database: Option<&Database>,
    file: &Path,
) -> Result<Arc<dyn Storage>, StorageError> {
    Ok(match database {
        Some(database) => PostgresStorage::on(database.clone(), &config.postgres)?.shared(),
        None => SqliteStorage::open(file)?.shared(),
    })
}
