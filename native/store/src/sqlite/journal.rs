//! The file: opening, reading and the one kind of transaction.

use std::collections::{HashMap, HashSet};
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use licensing_seats::Moment;
use licensing_seats::audit::{
    AuditChain, AuditEntry, AuditError, AuditField, AuditKind, AuditRecord, AuditVerifier,
};
use licensing_seats::pool::{PoolId, PoolIdentity, PoolSet};
use licensing_seats::seat::{
    BurstRecord, Change, Ledger, PoolLevel, RequestKey, RestoreError, SeatRules, SeatSettings,
};
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};

use crate::changes::Rows;
use crate::denials::{self, PendingDenials};
use crate::head::{Head, Tally};
use crate::service::AuditReport;
use crate::usage::UsageRecorder;
use crate::{StoreError, log_file, owner, row, schema, upgrade};

/// How many of the last audit records are verified at every start. All of them are by `verify_audit`.
const TAIL: u64 = 10_000;

/// What a ledger is made of besides what is stored.
#[derive(Debug, Clone)]
pub(crate) struct Served {
    pub(crate) settings: SeatSettings,
    pub(crate) pools: PoolSet,
    pub(crate) rules: SeatRules,
}

/// What goes into one transaction.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// Changes of the ledger, in order.
    pub(crate) changes: Vec<Change>,
    /// Events besides them.
    pub(crate) events: Vec<AuditEntry>,
    /// What was refused.
    pub(crate) denials: PendingDenials,
    /// Seats of the pools that the changes concern.
    pub(crate) levels: Vec<PoolLevel>,
}

impl Batch {
    /// Whether it has nothing to write.
    pub(crate) fn is_empty(&self) -> bool {
        !self.changes.iter().any(Change::is_stored) && self.events.is_empty() && self.denials.is_empty()
    }
}

/// The writer's hold on the file.
pub(crate) struct Database {
    path: PathBuf,
    connection: Connection,
    head: Head,
    pools: HashMap<PoolId, i64>,
    /// Pages in the log that the last checkpoint has not seen, about.
    log_pages: usize,
    /// Whether the log that an earlier process left is surely on the disk.
    log_is_sure: bool,
    /// Number of the newest denials that are kept.
    kept_denials: u64,
    /// Statistics of use.
    usage: UsageRecorder,
}

impl Database {
    /// Opens or makes the file of a vendor.
    pub(crate) fn open(path: &Path, vendor: &str) -> Result<Self, StoreError> {
        // SQLite would make the file readable for everyone that the umask lets.
        owner::private(OpenOptions::new().create(true).append(true))
            .open(path)
            .map_err(|error| StoreError::Unavailable {
                path: path.to_owned(),
                detail: error.to_string(),
            })?;
        log_file::check(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let failed = |error: rusqlite::Error| StoreError::sqlite(path, &error);
        let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
        connection.busy_timeout(Duration::from_secs(5)).map_err(failed)?;
        schema::configure(&connection).map_err(failed)?;
        connection.set_prepared_statement_cache_capacity(32);
        let version = schema::version(&connection).map_err(failed)?;
        refuse_newer(path, version)?;
        if version == 0 {
            let head = Head::new(vendor);
            let transaction = connection.transaction().map_err(failed)?;
            schema::create(&transaction).map_err(failed)?;
            write_head(&transaction, &head).map_err(failed)?;
            transaction.commit().map_err(failed)?;
        }
        let head = read_head(&connection, path)?;
        if head.vendor != vendor {
            let detail = format!("the file holds the seats of {}, not of {vendor}", head.vendor);
            return Err(StoreError::Foreign {
                path: path.to_owned(),
                detail,
            });
        }
        if (1..schema::VERSION).contains(&version) {
            upgrade::upgrade(&mut connection, path, &head)?;
        }
        Ok(Self {
            path: path.to_owned(),
            connection,
            head,
            pools: HashMap::new(),
            // What processes left that were killed must not add up.
            log_pages: log_file::pages(path),
            log_is_sure: false,
            kept_denials: SeatSettings::default().kept_denials,
            usage: UsageRecorder::default(),
        })
    }

    pub(crate) fn head(&self) -> &Head {
        &self.head
    }

    /// Latest trusted time of earlier runs.
    pub(crate) fn high_water(&self) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.head.high_water_ms)
            .ok()
            .filter(|_| self.head.high_water_ms != i64::MIN)
    }

    /// Keeps the file below a size; none for no limit.
    pub(crate) fn limit(&self, bytes: Option<u64>) -> Result<(), StoreError> {
        let pages = bytes.map_or(i64::from(u32::MAX) - 1, |bytes| {
            i64::try_from(bytes / 4096).unwrap_or(i64::MAX)
        });
        self.connection
            .pragma_update_and_check(None, "max_page_count", pages, |row| row.get::<_, i64>(0))
            .map(|_| ())
            .map_err(|error| self.error(&error))
    }

    /// Reads everything and checks it: structure, every lease, their number and sum, the end of the audit.
    pub(crate) fn load(&mut self, served: &Served, now: Moment) -> Result<Ledger, StoreError> {
        self.head = read_head(&self.connection, &self.path)?;
        self.check_structure()?;
        let identities = read_pools(&self.connection, &self.path)?;
        let mut ledger = Ledger::new(served.settings.clone(), served.pools.clone(), now);
        ledger.replace_rules(served.rules.clone());
        ledger.raise_next_serial(self.head.next_serial);
        self.kept_denials = served.settings.kept_denials;
        let mut pairs = Tally::default();
        each_row(&self.connection, &self.path, "pair", |serial, pool, body| {
            let identity = identities.get(&pool).ok_or("has no pool")?;
            let (record, sum) = row::decode_pair(serial, pool, identity.id(), body).ok_or("was changed")?;
            pairs.add(sum);
            ledger
                .restore_pair(&record, identity)
                .map_err(|_| "is there twice")
        })?;
        let mut leases = Tally::default();
        each_row(&self.connection, &self.path, "lease", |serial, pool, body| {
            let identity = identities.get(&pool).ok_or("has no pool")?;
            let (record, sum) = row::decode(serial, pool, identity.id(), body).ok_or("was changed")?;
            leases.add(sum);
            ledger
                .restore(record, identity, now)
                .map_err(|error| match error {
                    RestoreError::DuplicateLease { .. } => "has the name of another one",
                    RestoreError::DuplicateRequest { .. } => "comes from the request of another one",
                    RestoreError::DuplicateAssignment { .. } => "is there twice",
                    RestoreError::BadHolder { .. } => "has a holder that no request can have",
                })
        })?;
        let read = Read {
            leases,
            pairs,
            bursts: read_bursts(&self.connection, &self.path, |record| {
                ledger.restore_burst(record)
            })?,
            denials: denials::read(&self.connection, &self.path, |record, count| {
                ledger.restore_denial(&record, count);
            })?,
        };
        read.as_written(&self.path, &self.head)?;
        self.usage =
            UsageRecorder::resume(&self.connection, &self.path, &identities, ledger.take_levels(now))?;
        self.read_tail(&mut ledger, now)?;
        self.pools = identities
            .into_iter()
            .map(|(row, identity)| (identity.id(), row))
            .collect();
        Ok(ledger)
    }

    /// Before the first transaction that is built upon what an earlier process left.
    fn make_log_sure(&mut self) -> Result<(), StoreError> {
        if !self.log_is_sure {
            log_file::write_again(&self.path)?;
            self.log_is_sure = true;
        }
        Ok(())
    }

    /// Makes a batch durable: all of it, or nothing.
    pub(crate) fn commit(
        &mut self,
        batch: &Batch,
        next_serial: u64,
        at: Timestamp,
        high_water: Timestamp,
    ) -> Result<(), StoreError> {
        let path = self.path.clone();
        let failed = |error: rusqlite::Error| StoreError::sqlite(&path, &error);
        self.make_log_sure()?;
        let mut head = self.head.clone();
        head.next_serial = next_serial;
        head.high_water_ms = head.high_water_ms.max(high_water.as_millisecond());
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(failed)?;
        let mut rows = Rows {
            transaction: &transaction,
            path: &path,
            pools: &self.pools,
            new_pools: Vec::new(),
        };
        for change in &batch.changes {
            rows.apply(change, &mut head)?;
        }
        self.usage.write(&mut rows, batch, high_water.as_millisecond())?;
        let new_pools = rows.new_pools;
        batch
            .denials
            .write(&transaction, &path, &mut head, self.kept_denials)?;
        let entries = batch
            .changes
            .iter()
            .filter_map(AuditEntry::of)
            .chain(batch.denials.new_records().map(AuditEntry::denied))
            .chain(batch.events.iter().cloned());
        let mut records = 0;
        for entry in entries {
            let sealed = head.audit.append(at, entry);
            let sequence = serial(sealed.sequence, &path)?;
            transaction
                .prepare_cached("INSERT INTO audit (sequence, body, hash) VALUES (?1, ?2, ?3)")
                .and_then(|mut statement| statement.execute(params![sequence, sealed.body, sealed.hash]))
                .map_err(failed)?;
            records += 1;
        }
        write_head(&transaction, &head).map_err(failed)?;
        transaction.commit().map_err(failed)?;
        self.head = head;
        self.pools.extend(new_pools);
        // Three pages for leases, audit and head, and about one more for every eight records.
        self.log_pages += 3 + records / 8;
        Ok(())
    }

    /// Makes sure that there is room for more than the next record, lest it serves and fails in turns: takes it, durably,
    /// and leaves it to the file as free pages.
    pub(crate) fn make_room(&mut self) -> Result<(), StoreError> {
        const TAKE: &str = "DROP TABLE IF EXISTS room;
            BEGIN IMMEDIATE;
            CREATE TABLE room (body BLOB NOT NULL) STRICT;
            INSERT INTO room VALUES (zeroblob(262144));
            COMMIT;
            DROP TABLE room;";
        self.make_log_sure()?;
        self.connection.execute_batch(TAKE).map_err(|error| {
            if !self.connection.is_autocommit() {
                // The error that matters is the first one.
                let _ = self.connection.execute_batch("ROLLBACK");
            }
            self.error(&error)
        })
    }

    /// Copies the log into the file when it has grown large.
    pub(crate) fn checkpoint_if_due(&mut self, limit_pages: usize) -> Result<(), StoreError> {
        if self.log_pages < limit_pages {
            return Ok(());
        }
        self.log_pages = 0;
        self.checkpoint("PASSIVE")
    }

    /// Copies the log into the file and empties it.
    pub(crate) fn finish(&self) -> Result<(), StoreError> {
        self.checkpoint("TRUNCATE")
    }

    fn checkpoint(&self, mode: &str) -> Result<(), StoreError> {
        self.connection
            .query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| {
                row.get::<_, i64>(0)
            })
            .map(|_| ())
            .map_err(|error| self.error(&error))
    }

    fn error(&self, error: &rusqlite::Error) -> StoreError {
        StoreError::sqlite(&self.path, error)
    }

    /// Lets SQLite check the small tables. The audit is left to its chain: it may be large.
    fn check_structure(&self) -> Result<(), StoreError> {
        for table in schema::SMALL_TABLES {
            let result: String = self
                .connection
                .query_row(&format!("PRAGMA quick_check('{table}')"), [], |row| row.get(0))
                .map_err(|error| self.error(&error))?;
            if result != "ok" {
                return Err(StoreError::damaged(
                    &self.path,
                    format!("table {table}: {result}"),
                ));
            }
        }
        Ok(())
    }

    /// Verifies the last audit records, and takes the request keys of leases that have ended from them.
    fn read_tail(&self, ledger: &mut Ledger, now: Moment) -> Result<(), StoreError> {
        let last = self.head.audit.last();
        let from = last.saturating_sub(TAIL);
        verify(&self.connection, &self.path, &self.head, from, &mut |record| {
            if let Some(key) = record
                .is_closed()
                .then(|| record.bytes(AuditField::RequestKey))
                .flatten()
                .and_then(RequestKey::from_slice)
            {
                ledger.remember_closed(key, now);
            }
        })
        .map(|_| ())
    }
}

fn refuse_newer(path: &Path, version: i64) -> Result<(), StoreError> {
    if version <= schema::VERSION {
        return Ok(());
    }
    let detail = format!("the file was written by a newer version of the server (schema {version})");
    Err(StoreError::Foreign {
        path: path.to_owned(),
        detail,
    })
}

/// Takes every row of a table of serial number, pool and body; `each` says what is wrong with one.
fn each_row(
    connection: &Connection,
    path: &Path,
    table: &str,
    mut each: impl FnMut(i64, i64, &[u8]) -> Result<(), &'static str>,
) -> Result<(), StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(path, &error);
    let mut statement = connection
        .prepare(&format!("SELECT serial, pool, body FROM {table} ORDER BY serial"))
        .map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        let (serial, pool): (i64, i64) = row
            .get(0)
            .and_then(|serial| Ok((serial, row.get(1)?)))
            .map_err(failed)?;
        let body = row.get_ref(2).map_err(failed)?.as_blob().unwrap_or_default();
        each(serial, pool, body)
            .map_err(|what| StoreError::damaged(path, format!("{table} {serial} {what}")))?;
    }
    Ok(())
}

pub(crate) fn read_pools(
    connection: &Connection,
    path: &Path,
) -> Result<HashMap<i64, Arc<PoolIdentity>>, StoreError> {
    let read = || -> rusqlite::Result<Vec<(i64, Vec<u8>, String)>> {
        let mut statement = connection.prepare("SELECT id, fingerprint, identity FROM pool")?;
        statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect()
    };
    let mut pools = HashMap::new();
    for (id, fingerprint, identity) in read().map_err(|error| StoreError::sqlite(path, &error))? {
        let identity: PoolIdentity = serde_json::from_str(&identity)
            .map_err(|error| StoreError::damaged(path, format!("pool {id}: {error}")))?;
        if identity.id().as_bytes().as_slice() != fingerprint {
            return Err(StoreError::damaged(path, format!("pool {id} was changed")));
        }
        pools.insert(id, Arc::new(identity));
    }
    Ok(pools)
}

/// Checks and takes every burst.
fn read_bursts(
    connection: &Connection,
    path: &Path,
    mut each: impl FnMut(BurstRecord),
) -> Result<Tally, StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(path, &error);
    let mut statement = connection
        .prepare("SELECT feature, body FROM burst")
        .map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    let mut tally = Tally::default();
    while let Some(row) = rows.next().map_err(failed)? {
        let feature: String = row.get(0).map_err(failed)?;
        let body = row.get_ref(1).map_err(failed)?.as_blob().unwrap_or_default();
        let (record, sum) = row::decode_burst(&feature, body)
            .ok_or_else(|| StoreError::damaged(path, format!("burst of {feature} was changed")))?;
        tally.add(sum);
        each(record);
    }
    Ok(tally)
}

/// Checks the checksum of every row, and that they are all there and no others.
fn verify_rows(connection: &Connection, path: &Path, head: &Head, version: i64) -> Result<(), StoreError> {
    let identities = read_pools(connection, path)?;
    let pool_id = |pool: i64| identities.get(&pool).map(|identity| identity.id());
    let (mut leases, mut pairs) = (Tally::default(), Tally::default());
    each_row(connection, path, "pair", |serial, pool, body| {
        let id = pool_id(pool).ok_or("has no pool")?;
        let (_, sum) = row::decode_pair(serial, pool, id, body).ok_or("was changed")?;
        pairs.add(sum);
        Ok(())
    })?;
    each_row(connection, path, "lease", |serial, pool, body| {
        let id = pool_id(pool).ok_or("has no pool")?;
        let (_, sum) = row::decode(serial, pool, id, body).ok_or("was changed")?;
        leases.add(sum);
        Ok(())
    })?;
    let mut read = Read {
        leases,
        pairs,
        ..Read::default()
    };
    if version >= schema::WITH_DENIALS {
        read.bursts = read_bursts(connection, path, drop)?;
        read.denials = denials::read(connection, path, |_, _| {})?;
    }
    read.as_written(path, head)
}

/// What was read, table by table.
#[derive(Debug, Default)]
struct Read {
    leases: Tally,
    pairs: Tally,
    bursts: Tally,
    denials: Tally,
}

impl Read {
    /// Compares it with what the head says was written.
    fn as_written(&self, path: &Path, head: &Head) -> Result<(), StoreError> {
        for (table, read, written) in [
            ("leases", self.leases, head.leases),
            ("pairs", self.pairs, head.pairs),
            ("bursts", self.bursts, head.bursts),
            ("denials", self.denials, head.denials),
        ] {
            if read != written {
                let detail = format!("{} {table} are stored, {} were written", read.rows, written.rows);
                return Err(StoreError::damaged(path, detail));
            }
        }
        Ok(())
    }
}

/// Verifies a whole file's rows and audit through a connection of its own, and that the audit tells of exactly the leases
/// stored.
pub(crate) fn verify_file(path: &Path) -> Result<AuditReport, StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(path, &error);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(Duration::from_secs(5)).map_err(failed)?;
    // One transaction: the head, the records and the leases of one instant.
    let snapshot = connection.transaction().map_err(failed)?;
    let version = schema::version(&snapshot).map_err(failed)?;
    refuse_newer(path, version)?;
    let head = read_head(&snapshot, path)?;
    verify_rows(&snapshot, path, &head, version)?;
    let mut report = AuditReport::default();
    let mut open = HashSet::new();
    report.records = verify(&snapshot, path, &head, 0, &mut |record| {
        let serial = record.number(AuditField::Serial);
        match AuditKind::from_number(record.kind) {
            Some(AuditKind::LeaseOpened) => {
                report.opened += 1;
                open.extend(serial);
            }
            Some(AuditKind::LeaseClosed) => {
                report.closed += 1;
                serial.map(|serial| open.remove(&serial));
            }
            Some(AuditKind::Denied) => report.denied += 1,
            Some(
                AuditKind::Started
                | AuditKind::Stopped
                | AuditKind::PoolsReplaced
                | AuditKind::RulesReplaced
                | AuditKind::LeaseLingers
                | AuditKind::PairAdded
                | AuditKind::PairReleased
                | AuditKind::BurstStarted
                | AuditKind::BurstEnded
                | AuditKind::ClockJumped
                | AuditKind::StorageRecovered
                | AuditKind::Administered,
            )
            | None => {}
        }
    })?;
    let mut statement = snapshot.prepare("SELECT serial FROM lease").map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        let serial: i64 = row.get(0).map_err(failed)?;
        if !u64::try_from(serial).is_ok_and(|serial| open.remove(&serial)) {
            return Err(StoreError::damaged(
                path,
                format!("the audit does not tell of lease {serial}"),
            ));
        }
    }
    match open.iter().min() {
        None => Ok(report),
        Some(serial) => Err(StoreError::damaged(
            path,
            format!("lease {serial} of the audit is not stored"),
        )),
    }
}

fn verify(
    connection: &Connection,
    path: &Path,
    head: &Head,
    from: u64,
    each: &mut dyn FnMut(&AuditRecord),
) -> Result<u64, StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(path, &error);
    let broken = |error: AuditError| StoreError::damaged(path, error.to_string());
    let mut verifier = AuditVerifier::new(if from == 0 {
        AuditChain::new(&head.vendor)
    } else {
        let hash: Option<Vec<u8>> = connection
            .query_row(
                "SELECT hash FROM audit WHERE sequence = ?1",
                [serial(from, path)?],
                |row| row.get(0),
            )
            .optional()
            .map_err(failed)?;
        let hash = hash.and_then(|hash| hash.try_into().ok());
        AuditChain::resume(
            from,
            hash.ok_or_else(|| StoreError::damaged(path, format!("audit record {from} is missing")))?,
        )
    });
    let mut statement = connection
        .prepare("SELECT sequence, body, hash FROM audit WHERE sequence > ?1 ORDER BY sequence")
        .map_err(failed)?;
    let mut rows = statement.query([serial(from, path)?]).map_err(failed)?;
    let mut count = 0;
    while let Some(row) = rows.next().map_err(failed)? {
        let sequence: i64 = row.get(0).map_err(failed)?;
        let body = row.get_ref(1).map_err(failed)?.as_blob().unwrap_or_default();
        let hash = row.get_ref(2).map_err(failed)?.as_blob().unwrap_or_default();
        verifier
            .check(u64::try_from(sequence).unwrap_or(0), body, hash)
            .map_err(broken)?;
        if let Some(record) = AuditRecord::decode(body) {
            each(&record);
        }
        count += 1;
    }
    verifier.finish(&head.audit).map_err(broken)?;
    Ok(count)
}

fn read_head(connection: &Connection, path: &Path) -> Result<Head, StoreError> {
    let body: Option<Vec<u8>> = connection
        .query_row("SELECT body FROM head WHERE id = 1", [], |row| row.get(0))
        .optional()
        .map_err(|error| StoreError::sqlite(path, &error))?;
    body.and_then(|body| Head::decode(&body))
        .ok_or_else(|| StoreError::damaged(path, "the head row is missing or was changed"))
}

pub(crate) fn write_head(connection: &Connection, head: &Head) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO head (id, body) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET body = ?1",
        )?
        .execute([head.encode()])
        .map(|_| ())
}

pub(crate) fn serial(number: u64, path: &Path) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::damaged(path, format!("number {number} is out of range")))
}
