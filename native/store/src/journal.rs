//! Where the seats of one vendor are kept: what the service asks of a database.
//!
//! The service decides in memory and hands over what has changed; a journal makes it durable, all of a batch or nothing,
//! and gives the same ledger back at the next start. SQLite is the one implementation, see [`crate::sqlite`]; another
//! database implements the two traits, and nothing else changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use licensing_api::assignment::AssignmentEventRow;
use licensing_api::denial::DenialRow;
use licensing_management::usage::{Hour, HourPeak};
use licensing_seats::Moment;
use licensing_seats::audit::{AuditChain, AuditEntry, AuditRecord};
use licensing_seats::pool::{PoolIdentity, PoolSet};
use licensing_seats::seat::{
    Change, DenialCount, DenialFilter, DenialRecord, Ledger, PoolLevel, SeatRules, SeatSettings,
};
use licensing_seats::wildcard::Wildcards;

use licensing_ticket::TicketSigner;

use crate::StoreError;
use crate::segment::Seal;

/// The one writer of a vendor's seats. Whoever has it owns what is stored: a second one for the same vendor cannot be
/// opened before this one is dropped, in this process or another.
pub trait SeatJournal: Send {
    /// Latest trusted time of earlier runs.
    fn high_water(&self) -> Option<Timestamp>;

    /// Number of audit records.
    fn audit_records(&self) -> u64;

    /// Keeps what is stored below a size; none for no limit.
    ///
    /// # Errors
    /// When the database cannot be reached.
    fn limit(&mut self, bytes: Option<u64>) -> Result<(), StoreError>;

    /// Reads everything and checks it.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when what is stored contradicts itself; else what kept it from being read.
    fn load(&mut self, terms: &LedgerTerms, now: Moment) -> Result<Ledger, StoreError>;

    /// Makes a batch durable: all of it, or nothing. It is on the disk when this returns.
    ///
    /// # Errors
    /// When it is not; unless [`StoreError::is_fatal`], a later one may succeed.
    fn commit(&mut self, batch: &Batch, stamp: Stamp) -> Result<(), StoreError>;

    /// Makes sure, after a failure, that there is room for more than the next record, lest it serves and fails in turns.
    ///
    /// # Errors
    /// When there is none.
    fn make_room(&mut self) -> Result<(), StoreError>;

    /// Does what keeps the journal small, if it is due. Called after the callers of a batch have been answered.
    ///
    /// # Errors
    /// As for [`Self::commit`]; what was committed stays.
    fn tidy(&mut self) -> Result<(), StoreError>;

    /// The last call: leaves everything in good order.
    ///
    /// # Errors
    /// As for [`Self::commit`]; what was committed stays.
    fn finish(&mut self) -> Result<(), StoreError>;

    /// Reads what is stored beside this writer.
    fn history(&self) -> Arc<dyn SeatHistory>;
}

/// Which events of assigned seats are wanted.
#[derive(Debug, Clone)]
pub struct EventFilter {
    /// Features.
    pub feature: Wildcards,
    /// The first instant.
    pub since: Option<Timestamp>,
    /// The last instant.
    pub until: Option<Timestamp>,
    /// Most events, the newest.
    pub most: usize,
}

/// Which audit records are wanted.
pub struct AuditFilter {
    /// The first instant.
    pub since: Option<Timestamp>,
    /// The last instant.
    pub until: Option<Timestamp>,
    /// Most records, the newest.
    pub most: usize,
    /// Whether one of the period is wanted.
    pub wanted: Box<dyn Fn(&AuditRecord) -> bool + Send + Sync>,
}

/// Where the audit stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditBounds {
    /// The oldest segment; none when there is none.
    pub oldest: Option<Seal>,
    /// The newest segment; none when there is none.
    pub newest: Option<Seal>,
    /// Number of the last record that stands in a segment.
    pub sealed: u64,
    /// Number of the last record.
    pub last: u64,
    /// Instant of the first record in the database; none when there is none.
    pub first_at: Option<Timestamp>,
}

/// Reads what a journal has stored, beside its writer. Every call may block.
pub trait SeatHistory: Send + Sync {
    /// Refused requests, newest first.
    ///
    /// # Errors
    /// When they cannot be read, or are damaged.
    fn denials(&self, filter: &DenialFilter) -> Result<Vec<DenialRow>, StoreError>;

    /// Refused requests since the begin of an hour, by feature and hour. Those that newer ones have pushed out are missing.
    ///
    /// # Errors
    /// When they cannot be read.
    fn denied(&self, from: Hour) -> Result<Vec<(String, Hour, u32)>, StoreError>;

    /// The newest events of assigned seats, oldest first.
    ///
    /// # Errors
    /// When they cannot be read, or are damaged.
    fn assignment_events(&self, filter: &EventFilter) -> Result<Vec<AssignmentEventRow>, StoreError>;

    /// The newest records that are wanted, newest first, from segments and database.
    ///
    /// # Errors
    /// When they cannot be read, or are damaged.
    fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditRecord>, StoreError>;

    /// Hands the records of a period over, oldest first, from segments and database.
    ///
    /// # Errors
    /// When they cannot be read, or are damaged.
    fn audit_period(
        &self,
        since: Timestamp,
        until: Timestamp,
        each: &mut dyn FnMut(&AuditRecord),
    ) -> Result<(), StoreError>;

    /// Where the audit stands.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn audit_bounds(&self) -> Result<AuditBounds, StoreError>;

    /// Seals the oldest records of the database into a segment, at most `most`, so that at least `keep` stay; gives its
    /// seal. The database has them, too, until a batch says that they are sealed. None when there are none.
    ///
    /// # Errors
    /// When they cannot be read, do not fit their chain, or the segment cannot be written.
    fn seal(
        &self,
        most: u64,
        keep: u64,
        signer: &TicketSigner,
        now: Timestamp,
    ) -> Result<Option<Seal>, StoreError>;

    /// Removes the files of segments that a batch has said to be removed.
    ///
    /// # Errors
    /// When one cannot be removed.
    fn remove_segments(&self) -> Result<(), StoreError>;

    /// Use of all pools that ever had a lease in a window of full hours, `to` excluded.
    ///
    /// # Errors
    /// When it cannot be read.
    fn usage(&self, from: Hour, to: Hour) -> Result<Vec<PoolHistory>, StoreError>;

    /// Verifies every row and the whole audit, and that the audit tells of exactly the leases stored.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] names the first thing that does not fit.
    fn verify(&self) -> Result<AuditReport, StoreError>;
}

/// What a ledger is made of besides what is stored.
#[derive(Debug, Clone)]
pub struct LedgerTerms {
    /// Settings of the ledger.
    pub settings: SeatSettings,
    /// The pools to serve from.
    pub pools: PoolSet,
    /// What the options file says about them.
    pub rules: SeatRules,
}

/// What goes into one transaction.
#[derive(Debug, Default)]
pub struct Batch {
    /// Changes of the ledger, in order.
    pub changes: Vec<Change>,
    /// Events besides them.
    pub events: Vec<AuditEntry>,
    /// What was refused.
    pub denials: PendingDenials,
    /// Seats of the pools that the changes concern.
    pub levels: Vec<PoolLevel>,
    /// The end of the records that stand in sealed segments from now on.
    pub sealed: Option<AuditChain>,
    /// The end of the records that are removed with their segments from now on.
    pub removed: Option<AuditChain>,
}

impl Batch {
    /// A batch of one event.
    pub(crate) fn event(event: AuditEntry) -> Self {
        Self {
            events: vec![event],
            ..Self::default()
        }
    }

    /// Whether it has nothing to write.
    pub fn is_empty(&self) -> bool {
        !self.changes.iter().any(Change::is_stored) && self.events.is_empty() && self.denials.is_empty()
    }

    /// What the audit tells of it, in order.
    pub fn audit_entries(&self) -> impl Iterator<Item = AuditEntry> {
        let denied = self.denials.new_records().map(AuditEntry::denied);
        let changed = self.changes.iter().filter_map(AuditEntry::of);
        changed.chain(denied).chain(self.events.iter().cloned())
    }
}

/// What is stored with every batch.
#[derive(Debug, Clone, Copy)]
pub struct Stamp {
    /// What the wall clock showed when it was decided.
    pub at: Timestamp,
    /// Latest trusted time.
    pub high_water: Timestamp,
    /// Serial numbers below this one have been used.
    pub next_serial: u64,
}

/// Records that wait to be written at most before a commit is made for them alone.
const MANY: usize = 1024;

/// Refused requests that are not written yet, by the number of the record. However often something is refused, it is
/// written once for each transaction.
#[derive(Debug, Default)]
pub struct PendingDenials(BTreeMap<u64, (Option<Box<DenialRecord>>, DenialCount)>);

impl PendingDenials {
    /// Something was refused or granted later; `record` when it is new.
    pub(crate) fn note(&mut self, count: DenialCount, record: Option<Box<DenialRecord>>) {
        let entry = self.0.entry(count.serial).or_insert((None, count));
        entry.1 = count;
        if record.is_some() {
            entry.0 = record;
        }
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn are_many(&self) -> bool {
        self.0.len() >= MANY
    }

    /// The records that are new, in order.
    pub fn new_records(&self) -> impl Iterator<Item = &DenialRecord> {
        self.0.values().filter_map(|(record, _)| record.as_deref())
    }

    /// How often each was refused by now, in order, with the record where it is new.
    pub fn iter(&self) -> impl Iterator<Item = (Option<&DenialRecord>, &DenialCount)> {
        self.0.values().map(|(record, count)| (record.as_deref(), count))
    }
}

/// An audit that holds, and agrees with the leases.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AuditReport {
    /// Number of records, all of them verified.
    pub records: u64,
    /// Leases that were opened.
    pub opened: u64,
    /// Leases that were closed. Those that were not are exactly the ones that are stored.
    pub closed: u64,
    /// Requests that were refused.
    pub denied: u64,
    /// Sealed segments among what was verified.
    pub segments: u64,
    /// Records that were removed with their segments.
    pub removed: u64,
    /// Leases that are stored.
    pub leases: u64,
}

/// Statistics of one pool, read beside the running service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolHistory {
    /// The pool.
    pub pool: Arc<PoolIdentity>,
    /// Hours of the window in which seats were checked out or in, and the first one after it; ascending.
    pub hours: Vec<HourPeak>,
    /// Most seats that could be checked out in any of these hours; none when that was unbounded in one of them, or there is none.
    pub seats: Option<u32>,
    /// Products that checked out seats, with the first and the last hour of the window in which they did.
    pub products: Vec<(String, Hour, Hour)>,
}
