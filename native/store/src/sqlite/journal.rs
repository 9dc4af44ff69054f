//! The writer of a file: opening it, and the one kind of transaction.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use licensing_seats::Moment;
use licensing_seats::pool::PoolId;
use licensing_seats::seat::{Ledger, SeatSettings};
use rusqlite::{Connection, TransactionBehavior, params};

use crate::StoreError;
use crate::journal::{Batch, LedgerTerms, SeatHistory, SeatJournal, Stamp};

use super::changes::Rows;
use super::head::{Head, write_head};
use super::history::SqliteHistory;
use super::owner::OwnerLock;
use super::read::read_head;
use super::row::serial;
use super::usage::UsageRecorder;
use super::verify::refuse_newer;
use super::{connection, denials, log_file, schema, upgrade};

/// Pages in the log from which on it is copied into the file: 16 MiB.
const CHECKPOINT_PAGES: usize = 4096;

/// Sealed records that are deleted after a batch: about as many as a batch brings, so that neither waits for the other.
const DELETED_AT_ONCE: i64 = 256;

/// The seats of one vendor in one SQLite file.
pub struct SqliteJournal {
    _owner: OwnerLock,
    pub(super) path: PathBuf,
    pub(super) connection: Connection,
    pub(super) head: Head,
    pub(super) pools: HashMap<PoolId, i64>,
    /// Pages in the log that the last checkpoint has not seen, about.
    log_pages: usize,
    /// Whether the log that an earlier process left is surely on the disk.
    log_is_sure: bool,
    /// Number of the newest denials that are kept.
    pub(super) kept_denials: u64,
    /// Statistics of use.
    pub(super) usage: UsageRecorder,
    /// Whether the table may have records that stand in segments.
    pub(super) has_sealed_records: bool,
}

impl SqliteJournal {
    /// Opens or makes the file of a vendor, waiting at most `wait` for another process to let go of it.
    ///
    /// # Errors
    /// [`StoreError::Owned`] when it does not in time, [`StoreError::Foreign`] for a file of another vendor or of a newer
    /// server, [`StoreError::Damaged`], and what keeps the file from being opened.
    pub fn open(path: &Path, vendor: &str, wait: Duration) -> Result<Self, StoreError> {
        let owner = OwnerLock::acquire(path, wait)?;
        connection::make_private(path).map_err(|error| StoreError::Unavailable {
            path: path.to_owned(),
            detail: error.to_string(),
        })?;
        log_file::check(path)?;
        let failed = |error: rusqlite::Error| StoreError::sqlite(path, &error);
        let mut connection = connection::open_to_write(path).map_err(failed)?;
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
            _owner: owner,
            path: path.to_owned(),
            connection,
            head,
            pools: HashMap::new(),
            // What processes left that were killed must not add up.
            log_pages: log_file::pages(path),
            log_is_sure: false,
            kept_denials: SeatSettings::default().kept_denials,
            usage: UsageRecorder::default(),
            has_sealed_records: true,
        })
    }

    /// Before the first transaction that is built upon what an earlier process left.
    fn make_log_sure(&mut self) -> Result<(), StoreError> {
        if !self.log_is_sure {
            log_file::write_again(&self.path)?;
            self.log_is_sure = true;
        }
        Ok(())
    }

    /// Deletes a few of the records that stand in segments.
    fn delete_sealed_records(&mut self) -> Result<(), StoreError> {
        if !self.has_sealed_records || self.head.sealed.last() == 0 {
            return Ok(());
        }
        self.make_log_sure()?;
        let sealed = serial(self.head.sealed.last(), &self.path)?;
        let deleted = self
            .connection
            .prepare_cached(
                // One upper bound: of two, SQLite stops at the one alone and reads all rows up to it.
                "DELETE FROM audit WHERE sequence <= min(?1, (SELECT min(sequence) FROM audit) + ?2 - 1)",
            )
            .and_then(|mut statement| statement.execute(params![sealed, DELETED_AT_ONCE]))
            .map_err(|error| self.error(&error))?;
        self.has_sealed_records = deleted > 0;
        self.log_pages += 1 + deleted / 16;
        Ok(())
    }

    fn checkpoint(&self, mode: &str) -> Result<(), StoreError> {
        self.connection
            .query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| {
                row.get::<_, i64>(0)
            })
            .map(|_| ())
            .map_err(|error| self.error(&error))
    }

    pub(super) fn error(&self, error: &rusqlite::Error) -> StoreError {
        StoreError::sqlite(&self.path, error)
    }
}

impl SeatJournal for SqliteJournal {
    fn high_water(&self) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.head.high_water_ms)
            .ok()
            .filter(|_| self.head.high_water_ms != i64::MIN)
    }

    fn audit_records(&self) -> u64 {
        self.head.audit.last()
    }

    fn limit(&mut self, bytes: Option<u64>) -> Result<(), StoreError> {
        let pages = bytes.map_or(i64::from(u32::MAX) - 1, |bytes| {
            i64::try_from(bytes / 4096).unwrap_or(i64::MAX)
        });
        self.connection
            .pragma_update_and_check(None, "max_page_count", pages, |row| row.get::<_, i64>(0))
            .map(|_| ())
            .map_err(|error| self.error(&error))
    }

    fn load(&mut self, terms: &LedgerTerms, now: Moment) -> Result<Ledger, StoreError> {
        self.read_ledger(terms, now)
    }

    fn commit(&mut self, batch: &Batch, stamp: Stamp) -> Result<(), StoreError> {
        let path = self.path.clone();
        let failed = |error: rusqlite::Error| StoreError::sqlite(&path, &error);
        self.make_log_sure()?;
        let mut head = self.head.clone();
        head.next_serial = stamp.next_serial;
        head.high_water_ms = head.high_water_ms.max(stamp.high_water.as_millisecond());
        if let Some(sealed) = &batch.sealed {
            head.sealed = sealed.clone();
        }
        if let Some(removed) = &batch.removed {
            head.removed = removed.clone();
        }
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
        self.usage
            .write(&mut rows, batch, stamp.high_water.as_millisecond())?;
        let new_pools = rows.new_pools;
        denials::write(&batch.denials, &transaction, &path, &mut head, self.kept_denials)?;
        let mut records = 0;
        for entry in batch.audit_entries() {
            let sealed = head.audit.append(stamp.at, entry);
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
        self.has_sealed_records |= batch.sealed.is_some();
        // Three pages for leases, audit and head, and about one more for every eight records.
        self.log_pages += 3 + records / 8;
        Ok(())
    }

    fn make_room(&mut self) -> Result<(), StoreError> {
        // Takes it, durably, and leaves it to the file as free pages.
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

    fn tidy(&mut self) -> Result<(), StoreError> {
        self.delete_sealed_records()?;
        if self.log_pages < CHECKPOINT_PAGES {
            return Ok(());
        }
        self.log_pages = 0;
        // Copies the log into the file.
        self.checkpoint("PASSIVE")
    }

    fn finish(&mut self) -> Result<(), StoreError> {
        // Copies the log into the file and empties it.
        self.checkpoint("TRUNCATE")
    }

    fn history(&self) -> Arc<dyn SeatHistory> {
        Arc::new(SqliteHistory {
            path: self.path.clone(),
            vendor: self.head.vendor.clone(),
        })
    }
}
