//! The seat service: one thread that writes, any number of callers.

mod command;
mod decide;
mod figures;
mod keeping;
mod recovery;
mod status;
mod waiting;
mod writer;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use licensing_api::alert::Alert;
use licensing_api::assignment::{AssignmentEventRow, GetAssignmentEvents};
use licensing_api::denial::{DenialRow, GetDenials};
use licensing_api::inventory::{GetInventory, InventoryRow};
use licensing_api::queue::{GetQueue, QueueRow};
use licensing_api::reservation::{GetReservations, ReservationRow};
use licensing_api::usage::{GetUsage, UsageRow};
use licensing_management::usage::Hour;
use licensing_seats::pool::PoolSet;
use licensing_seats::seat::{
    BurstTerms, CheckoutRequest, Decision, DenialFilter, LeaseId, Ledger, Place, QueueFilter, RequestKey,
    RevokeFilter, SeatRules, SeatSettings, TicketTerms, UsageFilter,
};
use licensing_seats::wildcard::Wildcards;
use licensing_seats::{Moment, audit::AuditEntry, audit::AuditField, audit::AuditKind};
use parking_lot::{Mutex, MutexGuard};
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot, watch};

use crate::clock::WallGuard;
use crate::journal::{
    AuditReport, Batch, EventFilter, LedgerTerms, PoolHistory, SeatHistory, SeatJournal, Stamp,
};
use crate::sqlite::SqliteJournal;
use crate::{ChangeObserver, Clock, StoreError};

use command::{Command, Returned};
pub use figures::{COMMIT_BUCKETS, SeatFigures};
pub use keeping::AuditKeeping;
pub use status::{SeatServiceStatus, ServiceState};
use waiting::TurnSender;
pub use waiting::{CheckoutOutcome, Decided, Waiting};
use writer::Writer;

/// How long a service waits for the one before it to end.
pub const DEFAULT_LOCK_WAIT: Duration = Duration::from_secs(10);

/// Commands that may wait for the writer. More callers wait for room.
const QUEUE: usize = 8192;

/// Most events of assigned seats that are listed at once.
pub const MOST_EVENTS: u32 = 100_000;

/// Slots of the ledger that are listed under one hold of its lock.
const PAGE: usize = 1024;

/// Where a list of holders goes on: first leases, then assigned seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UsagePlace {
    /// At this slot of the ledger.
    Lease(usize),
    /// At the assigned seats of this pool.
    Assignment(usize),
}

impl Default for UsagePlace {
    fn default() -> Self {
        Self::Lease(0)
    }
}

/// What a seat service is started with.
pub struct SeatServiceOptions {
    /// The database file. Its folder must exist.
    pub path: PathBuf,
    /// Vendor whose seats they are.
    pub vendor: String,
    /// The pools to serve from.
    pub pools: PoolSet,
    /// What the options file says about them.
    pub rules: SeatRules,
    /// Settings of the ledger.
    pub settings: SeatSettings,
    /// The clocks.
    pub clock: Arc<dyn Clock>,
    /// How long to wait for another process to let go of the file.
    pub lock_wait: Duration,
    /// How often leases are ended, and a storage that is out of order is tried again.
    pub tick: Duration,
    /// Largest size of the file; none for no limit.
    pub max_database_bytes: Option<u64>,
    /// Who follows what has become durable.
    pub observer: Option<Arc<dyn ChangeObserver>>,
}

impl SeatServiceOptions {
    /// The usual options.
    pub fn new(
        path: impl Into<PathBuf>,
        vendor: impl Into<String>,
        pools: PoolSet,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            path: path.into(),
            vendor: vendor.into(),
            pools,
            rules: SeatRules::default(),
            settings: SeatSettings::default(),
            clock,
            lock_wait: DEFAULT_LOCK_WAIT,
            tick: Duration::from_secs(1),
            max_database_bytes: None,
            observer: None,
        }
    }
}

/// What callers and the writer share. The lock is never held while the disk is waited for.
struct Shared {
    seats: Mutex<Seats>,
    clock: Arc<dyn Clock>,
    counters: figures::Counters,
}

struct Seats {
    ledger: Ledger,
    guard: WallGuard,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock()
    }

    /// Now, and what is stored with a batch of now.
    fn stamp(&self) -> (Moment, Stamp) {
        let mut seats = self.lock();
        let now = seats.now(self.clock.as_ref());
        (now, seats.stamp(now))
    }
}

impl Seats {
    fn now(&mut self, clock: &dyn Clock) -> Moment {
        self.guard.observe(clock)
    }

    fn stamp(&self, now: Moment) -> Stamp {
        Stamp {
            at: now.wall,
            high_water: self.guard.high(),
            next_serial: self.ledger.next_serial(),
        }
    }
}

/// The seats of one vendor. Clones are handles to the same service; when the last one is gone it stops by itself.
#[derive(Clone)]
pub struct SeatService {
    shared: Arc<Shared>,
    commands: mpsc::Sender<Command>,
    state: watch::Receiver<ServiceState>,
    path: Arc<PathBuf>,
    history: Arc<dyn SeatHistory>,
}

impl fmt::Debug for SeatService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeatService")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl SeatService {
    /// Opens the file, checks and reads it, and starts the writer. Blocks while it does.
    ///
    /// # Errors
    /// [`StoreError::Owned`] when another process does not let go in time, [`StoreError::Damaged`] when what is stored
    /// contradicts itself, [`StoreError::Foreign`], [`StoreError::Unavailable`] and [`StoreError::Failed`] from the
    /// file system.
    pub fn start(options: SeatServiceOptions) -> Result<Self, StoreError> {
        let journal = SqliteJournal::open(&options.path, &options.vendor, options.lock_wait)?;
        Self::start_with(Box::new(journal), options)
    }

    /// Reads and checks what a journal has stored, and starts the writer. Blocks while it does.
    ///
    /// # Errors
    /// As for [`Self::start`].
    pub fn start_with(
        mut journal: Box<dyn SeatJournal>,
        options: SeatServiceOptions,
    ) -> Result<Self, StoreError> {
        journal.limit(options.max_database_bytes)?;
        let mut guard = WallGuard::new(options.clock.as_ref(), journal.high_water());
        let now = guard.observe(options.clock.as_ref());
        let terms = LedgerTerms {
            settings: options.settings,
            pools: options.pools,
            rules: options.rules,
        };
        let ledger = journal.load(&terms, now)?;
        let seats = Seats { ledger, guard };
        let state = first_record(journal.as_mut(), &options.vendor, &terms, &seats, now)?;
        let (commands, receiver) = mpsc::channel(QUEUE);
        let (state_sender, state) = watch::channel(state);
        let history = journal.history();
        let shared = Arc::new(Shared {
            seats: Mutex::new(seats),
            clock: options.clock,
            counters: figures::Counters::new(journal.audit_records()),
        });
        let writer = Writer::new(
            Arc::clone(&shared),
            journal,
            receiver,
            state_sender,
            terms,
            options.observer,
        );
        spawn(writer, &options.vendor, options.tick, commands.downgrade()).map_err(|error| {
            StoreError::Unavailable {
                path: options.path.clone(),
                detail: format!("no thread can be started: {error}"),
            }
        })?;
        Ok(Self {
            shared,
            commands,
            state,
            path: Arc::new(options.path),
            history,
        })
    }

    /// Takes seats. When this returns `Granted`, the lease and its audit record are on the disk.
    ///
    /// With `Queued` nobody waits for the turn: the place is kept for the time that it tells, and longer whenever the
    /// request is repeated; see [`Self::checkout_or_wait`].
    ///
    /// # Errors
    /// When nothing can be made durable. The request may be repeated with the same key.
    pub async fn checkout(&self, request: CheckoutRequest) -> Result<Decision, StoreError> {
        let decided = self.ask_for_seats(request, None).await?;
        Ok(decided.decision)
    }

    /// Takes seats as [`Self::checkout`], or waits for them in the queue when the request says so.
    ///
    /// # Errors
    /// When nothing can be made durable. The request may be repeated with the same key.
    pub async fn checkout_or_wait(&self, request: CheckoutRequest) -> Result<CheckoutOutcome, StoreError> {
        let (sender, turn) = oneshot::channel();
        let decided = self.ask_for_seats(request, Some(sender)).await?;
        Ok(match decided.decision {
            Decision::Queued(place) => CheckoutOutcome::Waits(Waiting { place, turn }),
            Decision::Granted(_) | Decision::Repeated(_) | Decision::Denied(_) => {
                CheckoutOutcome::Decided(decided)
            }
        })
    }

    async fn ask_for_seats(
        &self,
        request: CheckoutRequest,
        turn: Option<TurnSender>,
    ) -> Result<Decided, StoreError> {
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|error| StoreError::Unavailable {
            path: self.path.as_ref().clone(),
            detail: format!("the operating system provides no random numbers: {error}"),
        })?;
        let id = LeaseId::from_bytes(id);
        let request = Box::new(request);
        self.ask(|reply| Command::Checkout {
            request,
            id,
            reply,
            turn,
        })
        .await
    }

    /// Gives a lease back. False when it was not held (any more), which is no error.
    ///
    /// # Errors
    /// When nothing can be made durable.
    pub async fn checkin(&self, id: LeaseId) -> Result<bool, StoreError> {
        let what = Returned::Lease(id);
        self.ask(|reply| Command::Checkin { what, reply }).await
    }

    /// Gives up a request: its lease, or its place in the queue, whichever it has. False when it has neither.
    ///
    /// # Errors
    /// When nothing can be made durable.
    pub async fn give_up(&self, key: RequestKey) -> Result<bool, StoreError> {
        let what = Returned::Request(key);
        self.ask(|reply| Command::Checkin { what, reply }).await
    }

    /// Takes seats back, all that fit in one transaction, and gives them as they were. The audit tells of each of them,
    /// and of `actor`, on whose behalf it was done.
    ///
    /// # Errors
    /// When nothing can be made durable; then nobody has lost a seat.
    pub async fn revoke(&self, filter: RevokeFilter, actor: &str) -> Result<Vec<UsageRow>, StoreError> {
        let event = AuditEntry::new(AuditKind::Administered)
            .text(AuditField::Actor, actor)
            .text(AuditField::Operation, "RevokeLeases")
            .text(AuditField::Target, &filter.to_string());
        let filter = Box::new(filter);
        self.ask(|reply| Command::Revoke { filter, event, reply }).await
    }

    /// Keeps leases alive; gives the positions of those that are not held. Memory only: waits for no disk.
    pub fn heartbeat(&self, ids: &[LeaseId]) -> Vec<u32> {
        let mut seats = self.shared.lock();
        let now = seats.now(self.shared.clock.as_ref());
        seats.ledger.heartbeat(ids, now)
    }

    /// The trusted time, and what tickets may say about leases: none of those that are not held. Memory only.
    pub fn ticket_terms(&self, ids: &[LeaseId]) -> (Timestamp, Vec<Option<TicketTerms>>) {
        let mut seats = self.shared.lock();
        let now = seats.now(self.shared.clock.as_ref());
        let terms = ids.iter().map(|id| seats.ledger.ticket_terms(id, now)).collect();
        (now.trusted, terms)
    }

    /// Who holds what. Memory only; a long list is taken in pieces, so that checkouts go on meanwhile.
    pub fn usage(&self, request: &GetUsage) -> Vec<UsageRow> {
        let mut rows = Vec::new();
        self.usage_page(request, UsagePlace::default(), usize::MAX, &mut rows);
        rows
    }

    /// Appends holders from this place on until there are so many rows, or a few more, and gives where to go on; none at the
    /// end. Between two pages seats may be taken and given back: what is held all the time appears exactly once.
    pub fn usage_page(
        &self,
        request: &GetUsage,
        from: UsagePlace,
        enough: usize,
        rows: &mut Vec<UsageRow>,
    ) -> Option<UsagePlace> {
        let filter = UsageFilter::new(request);
        let mut next = Some(from);
        while let Some(at) = next.filter(|_| rows.len() < enough) {
            let mut seats = self.shared.lock();
            let now = seats.now(self.shared.clock.as_ref());
            next = match at {
                UsagePlace::Lease(slot) => Some(
                    seats
                        .ledger
                        .usage_page(&filter, slot, PAGE, now, rows)
                        .map_or(UsagePlace::Assignment(0), UsagePlace::Lease),
                ),
                UsagePlace::Assignment(pool) => seats
                    .ledger
                    .assignment_page(&filter, pool, now, rows)
                    .map(UsagePlace::Assignment),
            };
        }
        next
    }

    /// The pools and what is out of them. Memory only.
    pub fn inventory(&self, request: &GetInventory) -> Vec<InventoryRow> {
        let mut seats = self.shared.lock();
        let now = seats.now(self.shared.clock.as_ref());
        seats.ledger.inventory(request, now)
    }

    /// The seats that are set aside. Memory only.
    pub fn reservations(&self, request: &GetReservations) -> Vec<ReservationRow> {
        self.shared.lock().ledger.reservations(request)
    }

    /// Who waits for seats, in order. Memory only.
    pub fn queue(&self, request: &GetQueue) -> Vec<QueueRow> {
        let filter = QueueFilter::new(request);
        let mut seats = self.shared.lock();
        let now = seats.now(self.shared.clock.as_ref());
        seats.ledger.queue_rows(&filter, now)
    }

    /// The place in the queue of a request; none when it does not wait. Memory only.
    pub fn place(&self, key: &RequestKey) -> Option<Place> {
        self.shared.lock().ledger.place(key)
    }

    /// What was refused, newest first.
    ///
    /// # Errors
    /// When the file cannot be read, or is damaged.
    pub async fn denials(&self, request: &GetDenials) -> Result<Vec<DenialRow>, StoreError> {
        // When it could not be written, what is on the disk is read.
        let _ = self.ask(|reply| Command::Flush { reply }).await;
        let filter = DenialFilter::new(request);
        self.read(move |history| history.denials(&filter)).await
    }

    /// Use of all pools in a window of full hours, `to` excluded. Reads the file beside the running service.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn usage_history(&self, from: Hour, to: Hour) -> Result<Vec<PoolHistory>, StoreError> {
        self.read(move |history| history.usage(from, to)).await
    }

    /// Serves from other pools by rules bound to them from now on. Seats that are out stay out.
    ///
    /// # Errors
    /// When nothing can be made durable; pools and rules are then as before.
    pub async fn replace_pools(&self, pools: PoolSet, rules: SeatRules) -> Result<(), StoreError> {
        let pools = Some(pools);
        self.ask(|reply| Command::Replace { pools, rules, reply }).await
    }

    /// Serves from the same pools by other rules from now on. Seats that are out stay out. The rules must have been bound
    /// to these pools: for a pool that they do not know, they say nothing.
    ///
    /// # Errors
    /// When nothing can be made durable; the rules are then as before.
    pub async fn replace_policy(&self, rules: SeatRules) -> Result<(), StoreError> {
        let pools = None;
        self.ask(|reply| Command::Replace { pools, rules, reply }).await
    }

    /// Grants beyond all seats by other terms from now on; none for never.
    ///
    /// # Errors
    /// When the service has stopped.
    pub async fn set_burst(&self, terms: Option<BurstTerms>) -> Result<(), StoreError> {
        self.ask(|reply| Command::Burst { terms, reply }).await
    }

    /// Changes the largest size of the file; none for no limit.
    ///
    /// # Errors
    /// When the file cannot be reached.
    pub async fn set_max_database_bytes(&self, bytes: Option<u64>) -> Result<(), StoreError> {
        self.ask(|reply| Command::Limit { bytes, reply }).await
    }

    /// Whether it serves, and what an administrator should know.
    pub fn status(&self) -> SeatServiceStatus {
        let state = self.state.borrow().clone();
        let mut seats = self.shared.lock();
        let now = seats.now(self.shared.clock.as_ref());
        let mut alerts: Vec<Alert> = seats.guard.alert().into_iter().collect();
        alerts.extend(seats.ledger.burst_alerts(now));
        SeatServiceStatus::new(state, seats.ledger.len(), alerts, now.wall)
    }

    /// By how many seconds the wall clock is ahead of the trusted one since somebody set it; 0 when nobody has.
    pub fn clock_jump_seconds(&self) -> i64 {
        let mut seats = self.shared.lock();
        seats.now(self.shared.clock.as_ref());
        seats.guard.jump_seconds().unwrap_or(0)
    }

    /// What has happened since it started, and how many leases there are.
    pub fn figures(&self) -> SeatFigures {
        let leases = self.shared.lock().ledger.len();
        self.shared.counters.figures(leases)
    }

    /// The state, to wait for its changes.
    pub fn watch(&self) -> watch::Receiver<ServiceState> {
        self.state.clone()
    }

    /// Waits until the service can go on no more, and gives the reason: the process must end then, and starts again from
    /// what is on the disk. Gives [`StoreError::Stopping`] after an orderly stop.
    pub async fn ended(&self) -> StoreError {
        let mut state = self.state.clone();
        match state.wait_for(ServiceState::is_final).await.as_deref() {
            Ok(ServiceState::Failed { error }) => error.clone(),
            Ok(ServiceState::Serving | ServiceState::Degraded { .. } | ServiceState::Stopped) | Err(_) => {
                StoreError::Stopping
            }
        }
    }

    /// Verifies the whole audit as it is on the disk, beside the running service.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] names the first record that does not fit, or a lease whose opening is not recorded.
    pub async fn verify_audit(&self) -> Result<AuditReport, StoreError> {
        // When it could not be written, or the service has ended, what is on the disk is verified.
        let _ = self.ask(|reply| Command::Flush { reply }).await;
        self.read(|history| history.verify()).await
    }

    /// What happened to assigned seats, oldest first: all of it, or the newest events that were asked for. There is one more
    /// than [`MOST_EVENTS`] when there are too many. Reads the file beside the running service.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn assignment_events(
        &self,
        request: &GetAssignmentEvents,
    ) -> Result<Vec<AssignmentEventRow>, StoreError> {
        let filter = EventFilter {
            feature: Wildcards::new(&request.feature),
            since: request.since,
            until: request.until,
            most: request.newest.unwrap_or(MOST_EVENTS + 1) as usize,
        };
        self.read(move |history| history.assignment_events(&filter)).await
    }

    /// Refused requests since the begin of an hour, by feature and hour. Reads the file beside the running service.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn denied_by_hour(&self, from: Hour) -> Result<Vec<(String, Hour, u32)>, StoreError> {
        self.read(move |history| history.denied(from)).await
    }

    /// Reads what is stored, beside the writer.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn SeatHistory) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let history = Arc::clone(&self.history);
        let reading = tokio::task::spawn_blocking(move || work(history.as_ref()));
        reading.await.unwrap_or(Err(StoreError::Stopping))
    }

    /// Answers what is waiting, closes the file in good order and stops.
    ///
    /// # Errors
    /// When the end could not be written; what was acknowledged is on the disk all the same.
    pub async fn shutdown(&self) -> Result<(), StoreError> {
        match self.ask(|reply| Command::Shutdown { reply }).await {
            Err(StoreError::Stopping) => Ok(()),
            result => result,
        }
    }

    async fn ask<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Command,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.commands
            .send(command(reply))
            .await
            .map_err(|_| self.last_words())?;
        answer.await.unwrap_or_else(|_| Err(self.last_words()))
    }

    fn last_words(&self) -> StoreError {
        match &*self.state.borrow() {
            ServiceState::Failed { error } => error.clone(),
            ServiceState::Serving | ServiceState::Degraded { .. } | ServiceState::Stopped => {
                StoreError::Stopping
            }
        }
    }
}

/// Tells the audit of the start, and finds out whether changes can be made durable.
fn first_record(
    journal: &mut dyn SeatJournal,
    vendor: &str,
    terms: &LedgerTerms,
    seats: &Seats,
    now: Moment,
) -> Result<ServiceState, StoreError> {
    let mut started = AuditEntry::new(AuditKind::Started)
        .text(AuditField::Vendor, vendor)
        .number(AuditField::Leases, seats.ledger.len() as u64)
        .number(AuditField::Pools, terms.pools.pools.len() as u64);
    if let Some(seconds) = seats.guard.jump_seconds() {
        started = started.number(AuditField::Seconds, seconds.unsigned_abs());
    }
    match journal.commit(&Batch::event(started), seats.stamp(now)) {
        Ok(()) => Ok(ServiceState::Serving),
        // What is held can be read and kept alive; nothing changes until there is room.
        Err(error @ StoreError::Unavailable { .. }) => Ok(ServiceState::Degraded {
            error,
            since: now.wall,
        }),
        Err(error) => Err(error),
    }
}

/// Starts the writer, and what wakes it now and then. The latter ends with the former.
fn spawn(
    writer: Writer,
    vendor: &str,
    tick: Duration,
    commands: mpsc::WeakSender<Command>,
) -> std::io::Result<()> {
    let (alive, ended) = std::sync::mpsc::channel::<()>();
    thread::Builder::new()
        .name(format!("seats-{vendor}"))
        .spawn(move || {
            writer.run();
            drop(alive);
        })?;
    thread::Builder::new()
        .name(format!("ticks-{vendor}"))
        .spawn(move || {
            while ended.recv_timeout(tick) == Err(RecvTimeoutError::Timeout) {
                let Some(commands) = commands.upgrade() else { break };
                // A full queue wakes the writer anyway.
                let _ = commands.try_send(Command::Tick);
            }
        })?;
    Ok(())
}
