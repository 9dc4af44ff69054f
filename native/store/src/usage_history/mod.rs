//! The history of use of one vendor's seats: a file of its own beside the database of the seats, written now and then and never
//! by a checkout.
//!
//! What it is made of is on the disk already: the exact peaks of the last hours stand in the database of the seats. So nothing
//! is lost when the process is killed: the next look takes the hours since the last one from there.
//!
//! | table | rows |
//! | --- | --- |
//! | `progress` | one: hour from which on the next look reads, instant of the last sample |
//! | `pool` | pools that were ever seen: id, feature, version, and the terms of its licenses as JSON |
//! | `day` | for each pool and day: the hours, as [`DayUse`] stores them |
//! | `sample` | for each pool and day: the samples, as [`DaySamples`] stores them |
//! | `denied` | for each feature in lower case and day: refused requests by hour, as [`DayCounts`] stores them |
//!
//! [`DayUse`]: licensing_management::usage::DayUse
//! [`DaySamples`]: licensing_management::usage::DaySamples
//! [`DayCounts`]: licensing_management::usage::DayCounts

mod read;
mod write;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;
use licensing_management::usage::{Hour, HourPeak, HourUse};
use parking_lot::Mutex;
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use crate::StoreError;
use crate::sqlite::connection;

pub use read::{FeatureHistory, PoolSamples, verify_history};

/// Version of the tables.
const VERSION: i64 = 1;

const TABLES: &str = "
CREATE TABLE progress (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    hour INTEGER,
    sampled_ms INTEGER
) STRICT;
INSERT INTO progress VALUES (1, NULL, NULL);
CREATE TABLE pool (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    feature TEXT NOT NULL,
    version TEXT NOT NULL,
    terms TEXT NOT NULL
) STRICT;
CREATE TABLE day (
    pool INTEGER NOT NULL REFERENCES pool (id),
    day INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (pool, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE sample (
    pool INTEGER NOT NULL REFERENCES pool (id),
    day INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (pool, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE denied (
    feature TEXT NOT NULL,
    day INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (feature, day)
) STRICT, WITHOUT ROWID;
";

/// What the licenses of a pool said when it was last seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PoolTerms {
    /// Seats installed, overdraft not included; none when uncounted.
    pub installed: Option<u32>,
    /// Further seats that may be given out.
    pub overdraft: u32,
    /// License type.
    pub license_type: String,
    /// Last valid day of the increment that ends first.
    pub expires: Option<Date>,
    /// Serial numbers.
    pub serial_numbers: Vec<String>,
    /// Vendor string of its first increment.
    pub vendor_string: String,
    /// First valid days of its increments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub start_dates: Vec<Date>,
    /// Day on which the latest of its increments was issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issue_date: Option<Date>,
    /// What its increments say to whoever reads them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<String>,
}

/// A pool as a look finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedPool {
    /// Name of the pool in all lists, 32 hex digits.
    pub name: String,
    /// Feature as spelled.
    pub feature: String,
    /// Version as printed.
    pub version: String,
    /// Terms of its licenses; none when it has no license any more.
    pub terms: Option<PoolTerms>,
    /// Seats in use now.
    pub in_use: u32,
    /// Exact peaks since the hour that [`UsageHistory::from`] tells, ascending.
    pub hours: Vec<HourPeak>,
}

/// One look at the seats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// When, by the trusted clock.
    pub at: Timestamp,
    /// Every pool.
    pub pools: Vec<ObservedPool>,
    /// Refused requests by feature and hour.
    pub denied: Vec<(String, Hour, u32)>,
}

struct Writer {
    connection: Connection,
    /// Rows of the pools, with the terms that are stored.
    pools: HashMap<String, (i64, String)>,
    /// Features that have or had a pool, in lower case.
    features: HashSet<String>,
    /// Hours that are not written yet, by pool.
    pending: HashMap<(i64, Hour), HourUse>,
    /// Refused requests that are not written yet, by feature in lower case.
    denied: HashMap<(String, Hour), u32>,
    /// Hour from which on the next look reads; none before the first one.
    hour: Option<Hour>,
    sampled: Option<Timestamp>,
}

/// The history of one vendor. Everything may block.
pub struct UsageHistory {
    path: PathBuf,
    writer: Mutex<Writer>,
}

impl UsageHistory {
    /// Where the history of a database lies.
    pub fn beside(database: &Path) -> PathBuf {
        database.with_extension("history")
    }

    /// Opens or makes the file.
    ///
    /// # Errors
    /// [`StoreError::Foreign`] for a file of a newer server, and what keeps it from being opened.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        connection::make_private(path).map_err(|error| StoreError::Unavailable {
            path: path.to_owned(),
            detail: error.to_string(),
        })?;
        let failed = |error: rusqlite::Error| StoreError::sqlite(path, &error);
        let mut connection = connection::open_to_write(path).map_err(failed)?;
        // What a power cut takes is counted again from the database of the seats.
        connection
            .pragma_update(None, "synchronous", "NORMAL")
            .map_err(failed)?;
        let version: i64 = connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(failed)?;
        match version {
            0 => {
                let transaction = connection.transaction().map_err(failed)?;
                transaction
                    .execute_batch(TABLES)
                    .and_then(|()| transaction.pragma_update(None, "user_version", VERSION))
                    .and_then(|()| transaction.commit())
                    .map_err(failed)?;
            }
            VERSION => {}
            newer => {
                return Err(StoreError::Foreign {
                    path: path.to_owned(),
                    detail: format!(
                        "the file was written by a newer version of the server (history {newer})"
                    ),
                });
            }
        }
        let writer = Writer::resume(connection).map_err(failed)?;
        Ok(Self {
            path: path.to_owned(),
            writer: Mutex::new(writer),
        })
    }

    /// Hour from which on a look has to bring the exact peaks; none when it has to bring all that are known.
    pub fn from(&self) -> Option<Hour> {
        self.writer.lock().hour
    }

    /// When the last sample was taken.
    pub fn sampled(&self) -> Option<Timestamp> {
        self.writer.lock().sampled
    }

    fn failed(&self, error: &rusqlite::Error) -> StoreError {
        StoreError::sqlite(&self.path, error)
    }
}

impl Writer {
    fn resume(connection: Connection) -> rusqlite::Result<Self> {
        let pools = {
            let mut statement = connection.prepare("SELECT name, id, terms FROM pool")?;
            statement
                .query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?
                .collect::<rusqlite::Result<HashMap<String, (i64, String)>>>()?
        };
        let features = {
            let mut statement = connection.prepare("SELECT feature FROM pool")?;
            let features = statement.query_map([], |row| row.get::<_, String>(0))?;
            features
                .map(|feature| feature.map(|feature| feature.to_lowercase()))
                .collect::<rusqlite::Result<HashSet<String>>>()?
        };
        let progress: Option<(Option<i64>, Option<i64>)> = connection
            .query_row("SELECT hour, sampled_ms FROM progress", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        let (hour, sampled) = progress.unwrap_or_default();
        Ok(Self {
            connection,
            pools,
            features,
            pending: HashMap::new(),
            denied: HashMap::new(),
            hour: hour.map(Hour),
            sampled: sampled.and_then(|at| Timestamp::from_millisecond(at).ok()),
        })
    }
}
