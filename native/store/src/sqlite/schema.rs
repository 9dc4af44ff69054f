//! What is stored, and how SQLite keeps it.
//!
//! | table | rows |
//! | --- | --- |
//! | `head` | one: ends of audit and serial numbers, number and sum of the rows of each table below but `audit`, latest trusted time, with a checksum |
//! | `pool` | pools that ever had a lease: fingerprint and identity as JSON, so that a seat outlives its license file |
//! | `lease` | leases held: serial number, pool, and a compact body that ends with a checksum |
//! | `pair` | which user was seen on which device, where seats are assigned: serial number, pool, body with checksum |
//! | `burst` | features that grant beyond what is installed, or have: feature in lower case, and a body with checksum |
//! | `denial` | the newest refused requests: number, when, feature, reason, how often, when it was granted after all, body with a checksum over all of it |
//! | `usage_hour` | for each pool and hour in which seats were checked out or in: seats checked out when it began, most at any instant, most that could be |
//! | `usage_product` | for each pool, product and hour in which it checked out a seat: one |
//! | `audit` | one for every event: sequence number, canonical form, hash of the chain up to it |
//!
//! A transaction writes rows, audit and head together. The head holds the sum of the checksums of all rows, so one that is
//! changed, lost or doubled by a fault is noticed when the file is read; the audit is verified by its chain, and the head
//! says where that ends.
//!
//! Version 1 had no `burst` and no `denial`. A file of it is upgraded when it is opened, in one transaction; it is
//! verified, and hence restored, as it is. Version 2 had no `usage_hour` and no `usage_product`. These two are statistics: they
//! are written in the same transaction as what they count, and no seat depends on them. Up to version 3 a `pair` had only the names
//! as they are compared; its body may hold those that the products used since. Such a pair gets them with its next use.
//! Up to version 4 the whole audit stood in its table; the head knows since up to where it stands in sealed segments, see
//! [`Seal`](crate::Seal).

use rusqlite::Connection;

/// Version of this schema.
pub const VERSION: i64 = 5;

/// First version with the tables `burst` and `denial`.
pub(crate) const WITH_DENIALS: i64 = 2;

/// First version with the tables `usage_hour` and `usage_product`.
const WITH_STATISTICS: i64 = 3;

/// Tables that are small enough to be checked by SQLite at every start.
pub(crate) const SMALL_TABLES: [&str; 8] = [
    "head",
    "pool",
    "lease",
    "pair",
    "burst",
    "denial",
    "usage_hour",
    "usage_product",
];

/// `LSST`, so that other programs can tell what the file is.
const APPLICATION_ID: i64 = 0x4C53_5354;

const TABLES: &str = "
CREATE TABLE head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    body BLOB NOT NULL
) STRICT;
CREATE TABLE pool (
    id INTEGER PRIMARY KEY,
    fingerprint BLOB NOT NULL UNIQUE,
    identity TEXT NOT NULL
) STRICT;
CREATE TABLE lease (
    serial INTEGER PRIMARY KEY,
    pool INTEGER NOT NULL REFERENCES pool (id),
    body BLOB NOT NULL
) STRICT;
CREATE TABLE pair (
    serial INTEGER PRIMARY KEY,
    pool INTEGER NOT NULL REFERENCES pool (id),
    body BLOB NOT NULL
) STRICT;
CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY,
    body BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;
";

const TABLES_OF_VERSION_2: &str = "
CREATE TABLE burst (
    feature TEXT PRIMARY KEY,
    body BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE denial (
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    feature TEXT NOT NULL,
    number INTEGER NOT NULL,
    times INTEGER NOT NULL,
    granted_later_ms INTEGER,
    body BLOB NOT NULL
) STRICT;
";

const TABLES_OF_VERSION_3: &str = "
CREATE TABLE usage_hour (
    pool INTEGER NOT NULL REFERENCES pool (id),
    hour INTEGER NOT NULL,
    start INTEGER NOT NULL,
    peak INTEGER NOT NULL,
    seats INTEGER,
    PRIMARY KEY (pool, hour)
) STRICT, WITHOUT ROWID;
CREATE TABLE usage_product (
    pool INTEGER NOT NULL REFERENCES pool (id),
    hour INTEGER NOT NULL,
    product TEXT NOT NULL,
    PRIMARY KEY (pool, hour, product)
) STRICT, WITHOUT ROWID;
";

/// Sets the connection of the writer up, beyond what every connection has: the journal makes checkpoints itself, after it
/// has answered.
pub(crate) fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    connection.pragma_update(None, "cache_size", -4 * 1024)
}

/// Version of the schema in the file; 0 when it is new.
pub(crate) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Makes the tables.
pub(crate) fn create(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(TABLES)?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    upgrade(connection, 1)
}

/// Adds the tables that an earlier version had not.
pub(crate) fn upgrade(connection: &Connection, version: i64) -> rusqlite::Result<()> {
    if version < WITH_DENIALS {
        connection.execute_batch(TABLES_OF_VERSION_2)?;
    }
    if version < WITH_STATISTICS {
        connection.execute_batch(TABLES_OF_VERSION_3)?;
    }
    connection.pragma_update(None, "user_version", VERSION)
}
