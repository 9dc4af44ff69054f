//! Orders, sessions and allocations in one SQLite file.

mod audit;

use std::path::Path;

use jiff::Timestamp;
use licensing_management::id::{AllocationRequestId, ServerGuid};
use licensing_seats::audit::AuditRecord;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use super::audit::RecordedChange;
use super::columns::{damaged, from_json, key, seats, standing, to_json};
use super::store::{
    FulfilmentStore, GivenBack, MAX_SESSIONS, Session, Standing, StoredAllocation, StoredEntitlement,
    StoredOrder, Taken, Which,
};
use crate::storage::StorageError;
use crate::storage::sqlite::{Schema, SqliteFile};

/// Its files are marked with "LFul".
const SCHEMA: Schema = Schema {
    application_id: 0x4C46_756C,
    migrations: &[TABLES, audit::TABLES],
};

const TABLES: &str = "
CREATE TABLE sales_order (
    number      TEXT PRIMARY KEY,
    code_id     TEXT NOT NULL UNIQUE,
    code_secret BLOB NOT NULL,
    head        TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE entitlement (
    id           TEXT PRIMARY KEY,
    order_number TEXT NOT NULL REFERENCES sales_order,
    place        INTEGER NOT NULL,
    total        INTEGER NOT NULL,
    allocated    INTEGER NOT NULL DEFAULT 0 CHECK (allocated BETWEEN 0 AND total),
    renews       TEXT,
    terms        TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX entitlement_of_order ON entitlement (order_number, place);
CREATE INDEX entitlement_renews ON entitlement (renews) WHERE renews IS NOT NULL;
CREATE TABLE session (
    id           TEXT PRIMARY KEY,
    order_number TEXT NOT NULL,
    public_key   TEXT NOT NULL,
    ends_ms      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_ends ON session (ends_ms);
CREATE TABLE allocation (
    id            TEXT PRIMARY KEY,
    request_id    BLOB NOT NULL UNIQUE,
    fingerprint   TEXT NOT NULL,
    server        BLOB NOT NULL,
    public_key    TEXT NOT NULL,
    entitlement   TEXT NOT NULL REFERENCES entitlement,
    count         INTEGER NOT NULL CHECK (count > 0),
    host_id       TEXT NOT NULL,
    serial_number TEXT NOT NULL,
    standing      TEXT NOT NULL,
    made_ms       INTEGER NOT NULL,
    ended_ms      INTEGER,
    answer        TEXT NOT NULL,
    proof         TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX allocation_of_entitlement ON allocation (entitlement);
CREATE INDEX allocation_of_key ON allocation (public_key, standing);
";

/// All of it.
#[derive(Debug)]
pub struct SqliteFulfilment {
    file: SqliteFile,
}

impl SqliteFulfilment {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// When it cannot be opened or is of another or a newer program.
    pub fn open(path: &Path) -> Result<Self, StorageError> {
        let file = SqliteFile::open(path, SCHEMA)?;
        Ok(Self { file })
    }
}

fn instant(milliseconds: i64) -> Result<Timestamp, StorageError> {
    Timestamp::from_millisecond(milliseconds).map_err(damaged)
}

pub(super) const ORDER: &str = "SELECT number, code_id, code_secret, head FROM sales_order";

pub(super) fn order(row: &Row<'_>) -> Result<StoredOrder, StorageError> {
    Ok(StoredOrder {
        number: row.get(0)?,
        code_id: row.get(1)?,
        code_secret: row.get(2)?,
        head: from_json(&row.get::<_, String>(3)?)?,
    })
}

pub(super) const ENTITLEMENT: &str =
    "SELECT id, order_number, place, total, allocated, renews, terms FROM entitlement";

pub(super) fn entitlement(row: &Row<'_>) -> Result<StoredEntitlement, StorageError> {
    Ok(StoredEntitlement {
        id: row.get(0)?,
        order: row.get(1)?,
        place: seats(row.get(2)?)?,
        total: seats(row.get(3)?)?,
        allocated: seats(row.get(4)?)?,
        renews: row.get(5)?,
        terms: from_json(&row.get::<_, String>(6)?)?,
    })
}

pub(super) const SESSION: &str = "SELECT id, order_number, public_key, ends_ms FROM session";

pub(super) fn session(row: &Row<'_>) -> Result<Session, StorageError> {
    Ok(Session {
        id: row.get(0)?,
        order: row.get(1)?,
        public_key: key(row.get(2)?)?,
        ends: instant(row.get(3)?)?,
    })
}

pub(super) const ALLOCATION: &str = "SELECT id, request_id, fingerprint, server, public_key, entitlement, count, \
                                     host_id, serial_number, standing, made_ms, ended_ms, answer FROM allocation";

pub(super) fn allocation(row: &Row<'_>) -> Result<StoredAllocation, StorageError> {
    Ok(StoredAllocation {
        id: row.get(0)?,
        request_id: AllocationRequestId::from_bytes(row.get(1)?),
        fingerprint: row.get(2)?,
        server: ServerGuid::from_bytes(row.get(3)?),
        public_key: key(row.get(4)?)?,
        entitlement: row.get(5)?,
        count: seats(row.get(6)?)?,
        host_id: row.get(7)?,
        serial_number: row.get(8)?,
        standing: standing(&row.get::<_, String>(9)?)?,
        made: instant(row.get(10)?)?,
        ended: row.get::<_, Option<i64>>(11)?.map(instant).transpose()?,
        answer: row.get(12)?,
    })
}

fn one<T>(
    connection: &Connection,
    query: &str,
    values: impl rusqlite::Params,
    make: fn(&Row<'_>) -> Result<T, StorageError>,
) -> Result<Option<T>, StorageError> {
    let mut statement = connection.prepare_cached(query)?;
    let mut rows = statement.query(values)?;
    rows.next()?.map(make).transpose()
}

fn all<T>(
    connection: &Connection,
    query: &str,
    values: impl rusqlite::Params,
    make: fn(&Row<'_>) -> Result<T, StorageError>,
) -> Result<Vec<T>, StorageError> {
    let mut statement = connection.prepare_cached(query)?;
    let mut rows = statement.query(values)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(make(row)?);
    }
    Ok(found)
}

fn insert_allocation(
    transaction: &Transaction<'_>,
    allocation: &StoredAllocation,
) -> Result<(), StorageError> {
    transaction
        .prepare_cached(
            "INSERT INTO allocation (id, request_id, fingerprint, server, public_key, entitlement, count, host_id,
                                     serial_number, standing, made_ms, ended_ms, answer)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .execute(params![
            allocation.id,
            allocation.request_id.as_bytes(),
            allocation.fingerprint,
            allocation.server.as_bytes(),
            allocation.public_key.to_string(),
            allocation.entitlement,
            allocation.count,
            allocation.host_id,
            allocation.serial_number,
            allocation.standing.name(),
            allocation.made.as_millisecond(),
            allocation.ended.map(Timestamp::as_millisecond),
            allocation.answer,
        ])?;
    Ok(())
}

/// Ends an allocation that stands; says whether it did.
fn end(
    transaction: &Transaction<'_>,
    id: &str,
    standing: Standing,
    at: Timestamp,
    proof: Option<&str>,
) -> Result<bool, StorageError> {
    let changed = transaction
        .prepare_cached(
            "UPDATE allocation SET standing = ?2, ended_ms = ?3, proof = ?4
             WHERE id = ?1 AND standing = 'allocated'",
        )?
        .execute(params![id, standing.name(), at.as_millisecond(), proof])?;
    Ok(changed == 1)
}

impl FulfilmentStore for SqliteFulfilment {
    fn add_order(
        &self,
        order: &StoredOrder,
        entitlements: &[StoredEntitlement],
        (by, at): (&str, Timestamp),
    ) -> Result<bool, StorageError> {
        self.file.write(|transaction| {
            let taken: bool = transaction.query_row(
                "SELECT EXISTS (SELECT 1 FROM sales_order WHERE number = ?1 OR code_id = ?2)",
                params![order.number, order.code_id],
                |row| row.get(0),
            )?;
            if taken {
                return Ok(false);
            }
            for one in entitlements {
                let known: Option<i64> = transaction
                    .query_row("SELECT 1 FROM entitlement WHERE id = ?1", [&one.id], |row| {
                        row.get(0)
                    })
                    .optional()?;
                if known.is_some() {
                    return Ok(false);
                }
            }
            transaction.execute(
                "INSERT INTO sales_order VALUES (?1, ?2, ?3, ?4)",
                params![
                    order.number,
                    order.code_id,
                    order.code_secret,
                    to_json(&order.head)?
                ],
            )?;
            for one in entitlements {
                transaction.execute(
                    "INSERT INTO entitlement VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6)",
                    params![
                        one.id,
                        one.order,
                        one.place,
                        one.total,
                        one.renews,
                        to_json(&one.terms)?
                    ],
                )?;
            }
            audit::record(transaction, &RecordedChange::loaded(by, order, entitlements), at)?;
            Ok(true)
        })
    }

    fn orders(&self) -> Result<Vec<StoredOrder>, StorageError> {
        self.file
            .read(|connection| all(connection, &format!("{ORDER} ORDER BY number"), [], order))
    }

    fn order(&self, number: &str) -> Result<Option<StoredOrder>, StorageError> {
        self.file
            .read(|connection| one(connection, &format!("{ORDER} WHERE number = ?1"), [number], order))
    }

    fn order_of_code(&self, code_id: &str) -> Result<Option<StoredOrder>, StorageError> {
        self.file.read(|connection| {
            one(
                connection,
                &format!("{ORDER} WHERE code_id = ?1"),
                [code_id],
                order,
            )
        })
    }

    fn entitlements(&self, number: &str) -> Result<Vec<StoredEntitlement>, StorageError> {
        let query = format!("{ENTITLEMENT} WHERE order_number = ?1 ORDER BY place");
        self.file
            .read(|connection| all(connection, &query, [number], entitlement))
    }

    fn entitlement(&self, id: &str) -> Result<Option<StoredEntitlement>, StorageError> {
        self.file.read(|connection| {
            one(
                connection,
                &format!("{ENTITLEMENT} WHERE id = ?1"),
                [id],
                entitlement,
            )
        })
    }

    fn renewals_of(&self, renewed: &str) -> Result<Vec<StoredEntitlement>, StorageError> {
        let query = format!("{ENTITLEMENT} WHERE renews = ?1 ORDER BY id");
        self.file
            .read(|connection| all(connection, &query, [renewed], entitlement))
    }

    fn open_session(&self, session: &Session, forget_before: Timestamp) -> Result<(), StorageError> {
        self.file.write(|transaction| {
            transaction.execute(
                "DELETE FROM session WHERE ends_ms < ?1",
                [forget_before.as_millisecond()],
            )?;
            transaction.execute(
                "INSERT INTO session VALUES (?1, ?2, ?3, ?4)",
                params![
                    session.id,
                    session.order,
                    session.public_key.to_string(),
                    session.ends.as_millisecond()
                ],
            )?;
            transaction.execute(
                "DELETE FROM session WHERE order_number = ?1 AND id NOT IN (
                     SELECT id FROM session WHERE order_number = ?1 ORDER BY ends_ms DESC, id LIMIT ?2)",
                params![session.order, MAX_SESSIONS],
            )?;
            Ok(())
        })
    }

    fn session(&self, id: &str) -> Result<Option<Session>, StorageError> {
        self.file
            .read(|connection| one(connection, &format!("{SESSION} WHERE id = ?1"), [id], session))
    }

    fn allocation(&self, id: &str) -> Result<Option<StoredAllocation>, StorageError> {
        self.file.read(|connection| {
            one(
                connection,
                &format!("{ALLOCATION} WHERE id = ?1"),
                [id],
                allocation,
            )
        })
    }

    fn allocation_of(&self, request: AllocationRequestId) -> Result<Option<StoredAllocation>, StorageError> {
        let query = format!("{ALLOCATION} WHERE request_id = ?1");
        self.file
            .read(|connection| one(connection, &query, [request.as_bytes()], allocation))
    }

    fn allocations(&self, which: Which<'_>) -> Result<Vec<StoredAllocation>, StorageError> {
        let order = "ORDER BY made_ms, id";
        self.file.read_apart(|connection| match which {
            Which::All => all(connection, &format!("{ALLOCATION} {order}"), [], allocation),
            Which::Entitlement(id) => {
                let query = format!("{ALLOCATION} WHERE entitlement = ?1 {order}");
                all(connection, &query, [id], allocation)
            }
            Which::Key(key) => {
                let query = format!("{ALLOCATION} WHERE public_key = ?1 AND standing = 'allocated' {order}");
                all(connection, &query, [key.to_string()], allocation)
            }
        })
    }

    fn allocate(&self, wanted: &StoredAllocation, renews: Option<&str>) -> Result<Taken, StorageError> {
        self.file.write(|transaction| {
            let query = format!("{ALLOCATION} WHERE request_id = ?1");
            if let Some(before) = one(transaction, &query, [wanted.request_id.as_bytes()], allocation)? {
                return Ok(Taken::Before(Box::new(before)));
            }
            let query = format!("{ENTITLEMENT} WHERE id = ?1");
            let Some(of) = one(transaction, &query, [&wanted.entitlement], entitlement)? else {
                return Ok(Taken::NoEntitlement);
            };
            if wanted.count > of.available() {
                return Ok(Taken::NotAvailable(of.available()));
            }
            if let Some(renewed) = renews
                && !end(transaction, renewed, Standing::Renewed, wanted.made, None)?
            {
                return Ok(Taken::NotRenewable);
            }
            transaction
                .prepare_cached("UPDATE entitlement SET allocated = allocated + ?2 WHERE id = ?1")?
                .execute(params![wanted.entitlement, wanted.count])?;
            insert_allocation(transaction, wanted)?;
            audit::record(
                transaction,
                &RecordedChange::allocated(wanted, renews),
                wanted.made,
            )?;
            Ok(Taken::Now)
        })
    }

    fn give_back(&self, id: &str, proof: &str, at: Timestamp) -> Result<GivenBack, StorageError> {
        self.file.write(|transaction| {
            let query = format!("{ALLOCATION} WHERE id = ?1");
            let Some(known) = one(transaction, &query, [id], allocation)? else {
                return Ok(GivenBack::Unknown);
            };
            match known.standing {
                Standing::Returned => return Ok(GivenBack::Before),
                Standing::Renewed => return Ok(GivenBack::Renewed),
                Standing::Allocated => {}
            }
            end(transaction, id, Standing::Returned, at, Some(proof))?;
            transaction
                .prepare_cached("UPDATE entitlement SET allocated = allocated - ?2 WHERE id = ?1")?
                .execute(params![known.entitlement, known.count])?;
            audit::record(transaction, &RecordedChange::returned(&known), at)?;
            Ok(GivenBack::Now)
        })
    }

    fn audit(&self, most: u32) -> Result<Vec<AuditRecord>, StorageError> {
        self.file.read_apart(|connection| audit::newest(connection, most))
    }

    fn verify_audit(&self) -> Result<u64, StorageError> {
        self.file.read_apart(audit::verify)
    }

    fn back_up(&self, to: &Path) -> Result<(), StorageError> {
        self.file.back_up(to)
    }
}
