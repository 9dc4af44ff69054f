//! The one thread that decides and writes.

use std::sync::Arc;
use std::time::Instant;

use licensing_api::usage::UsageRow;
use licensing_seats::Moment;
use licensing_seats::audit::{AuditEntry, AuditField, AuditKind};
use licensing_seats::pool::PoolSet;
use licensing_seats::seat::{
    BurstTerms, Change, CheckoutRequest, Decision, Denial, LeaseId, Ledger, RequestKey, RevokeFilter,
    SeatRules, Turn,
};
use tokio::sync::{mpsc, oneshot, watch};
use tracing::{error, info, warn};

use crate::ChangeObserver;
use crate::StoreError;
use crate::database::{Batch, Database, Served};
use crate::denials::PendingDenials;
use crate::owner::OwnerLock;

use super::waiting::{Callers, TurnSender};
use super::{ServiceState, Shared};

/// Commands that go into one transaction at most.
const BATCH: usize = 2048;

/// Pages in the log from which on it is copied into the file: 16 MiB.
const CHECKPOINT_PAGES: usize = 4096;

/// How often the latest trusted time is stored when nothing else is, in milliseconds.
const HIGH_WATER_MS: i64 = 60_000;

type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// What callers ask of the writer.
pub(super) enum Command {
    Checkout {
        request: Box<CheckoutRequest>,
        id: LeaseId,
        reply: Reply<Decision>,
        /// Told when the turn of a request comes that waits; none when nobody waits for that.
        turn: Option<TurnSender>,
    },
    Checkin {
        what: Held,
        reply: Reply<bool>,
    },
    Revoke {
        filter: Box<RevokeFilter>,
        /// What the audit tells of it.
        event: AuditEntry,
        reply: Reply<Vec<UsageRow>>,
    },
    /// No pools: those that are served stay.
    Replace {
        pools: Option<PoolSet>,
        rules: SeatRules,
        reply: Reply<()>,
    },
    Limit {
        bytes: Option<u64>,
        reply: Reply<()>,
    },
    /// None: nothing is granted beyond all seats.
    Burst {
        terms: Option<BurstTerms>,
        reply: Reply<()>,
    },
    /// Writes what waits to be written with something else.
    Flush {
        reply: Reply<()>,
    },
    Shutdown {
        reply: Reply<()>,
    },
    Tick,
}

/// What is given back.
#[derive(Debug, Clone, Copy)]
pub(super) enum Held {
    /// A lease.
    Lease(LeaseId),
    /// Whatever has become of a request.
    Request(RequestKey),
}

impl Command {
    fn fail(self, error: &StoreError) {
        let error = error.clone();
        match self {
            Self::Checkout { reply, .. } => drop(reply.send(Err(error))),
            Self::Checkin { reply, .. } => drop(reply.send(Err(error))),
            Self::Revoke { reply, .. } => drop(reply.send(Err(error))),
            Self::Replace { reply, .. }
            | Self::Limit { reply, .. }
            | Self::Burst { reply, .. }
            | Self::Flush { reply }
            | Self::Shutdown { reply } => drop(reply.send(Err(error))),
            Self::Tick => {}
        }
    }
}

/// An answer that waits for its commit.
enum Answer {
    Checkout(Reply<Decision>, Decision),
    Checkin(Reply<bool>, bool),
    /// The end of the waiting, or a place in the queue for who had it before.
    Turn(TurnSender, Decision),
    Revoke(Reply<Vec<UsageRow>>, Vec<UsageRow>),
    Done(Reply<()>),
}

impl Answer {
    // A caller that is gone needs no answer: nobody else can be told.
    fn send(self) {
        match self {
            Self::Checkout(reply, decision) => drop(reply.send(Ok(decision))),
            Self::Checkin(reply, held) => drop(reply.send(Ok(held))),
            Self::Turn(turn, decision) => drop(turn.send(Ok(decision))),
            Self::Revoke(reply, rows) => drop(reply.send(Ok(rows))),
            Self::Done(reply) => drop(reply.send(Ok(()))),
        }
    }

    fn fail(self, error: &StoreError) {
        let error = error.clone();
        match self {
            Self::Checkout(reply, _) => drop(reply.send(Err(error))),
            Self::Checkin(reply, _) => drop(reply.send(Err(error))),
            Self::Turn(turn, _) => drop(turn.send(Err(error))),
            Self::Revoke(reply, _) => drop(reply.send(Err(error))),
            Self::Done(reply) => drop(reply.send(Err(error))),
        }
    }
}

/// What a batch of commands comes to before it is durable.
#[derive(Default)]
struct Work {
    batch: Batch,
    answers: Vec<Answer>,
    /// Pools and rules that were replaced.
    pools: Option<PoolSet>,
    rules: Option<SeatRules>,
    /// Who asked to stop.
    stop: Option<Reply<()>>,
    /// Whether what was refused must be written even if nothing else is.
    flush: bool,
}

pub(super) struct Writer {
    shared: Arc<Shared>,
    database: Database,
    _owner: OwnerLock,
    commands: mpsc::Receiver<Command>,
    state: watch::Sender<ServiceState>,
    /// As it was last made durable, for reading the ledger anew.
    served: Served,
    observer: Option<Arc<dyn ChangeObserver>>,
    /// Whether the jump of the clock that stands has been written to the audit.
    jump_told: bool,
    /// Who waits for seats.
    callers: Callers,
    /// What was refused and is not written yet. It goes with the next transaction, and has one of its own at each tick at
    /// most, so that a storm of requests without seats does not make as many commits.
    denials: PendingDenials,
}

impl Writer {
    pub(super) fn new(
        shared: Arc<Shared>,
        database: Database,
        owner: OwnerLock,
        commands: mpsc::Receiver<Command>,
        state: watch::Sender<ServiceState>,
        served: Served,
        observer: Option<Arc<dyn ChangeObserver>>,
    ) -> Self {
        Self {
            shared,
            database,
            _owner: owner,
            commands,
            state,
            served,
            observer,
            jump_told: false,
            callers: Callers::default(),
            denials: PendingDenials::default(),
        }
    }

    /// Takes all commands that are waiting, each time, until it is told to stop or nobody is left.
    pub(super) fn run(mut self) {
        let mut waiting = Vec::with_capacity(BATCH);
        let mut stop = None;
        while stop.is_none() && self.commands.blocking_recv_many(&mut waiting, BATCH) > 0 {
            stop = self.process(&mut waiting);
            if self.state.borrow().is_final() {
                break;
            }
        }
        let result = self.close();
        if let Some(reply) = stop {
            drop(reply.send(result));
        }
    }

    /// Serves one batch; gives who asked to stop.
    fn process(&mut self, waiting: &mut Vec<Command>) -> Option<Reply<()>> {
        let refused = match &*self.state.borrow() {
            ServiceState::Serving => None,
            ServiceState::Degraded { error, .. } | ServiceState::Failed { error } => Some(error.clone()),
            ServiceState::Stopped => Some(StoreError::Stopping),
        };
        if let Some(error) = refused {
            return self.refuse(waiting, &error);
        }
        let mut work = Work::default();
        let (now, high, next_serial) = {
            let shared = Arc::clone(&self.shared);
            let mut seats = shared.lock();
            let now = seats.now(shared.clock.as_ref());
            seats.ledger.expire(now);
            for command in waiting.drain(..) {
                self.decide(&mut seats.ledger, command, now, &mut work);
            }
            self.answer_turns(&mut seats.ledger, now, &mut work);
            work.batch.changes = seats.ledger.take_changes();
            work.batch.levels = seats.ledger.take_levels(now);
            self.keep_denials(&mut work.batch.changes);
            work.batch
                .events
                .extend(self.clock_event(seats.guard.jump_seconds()));
            (now, seats.guard.high(), seats.ledger.next_serial())
        };
        let Work {
            mut batch,
            answers,
            pools,
            rules,
            stop,
            flush,
        } = work;
        let stale = high
            .as_millisecond()
            .saturating_sub(self.database.head().high_water_ms)
            > HIGH_WATER_MS;
        if flush || stale || !batch.is_empty() || self.denials.are_many() {
            batch.denials = std::mem::take(&mut self.denials);
        }
        if batch.is_empty() && !stale {
            self.shared.counters.told(&batch.changes);
            answers.into_iter().for_each(Answer::send);
            self.observe(now, batch.changes);
            return stop;
        }
        let begun = Instant::now();
        match self.database.commit(&batch, next_serial, now.wall, high) {
            Ok(()) => {
                let audit_records = self.database.head().audit.last();
                let counters = &self.shared.counters;
                counters.committed(begun.elapsed(), audit_records);
                counters.told(&batch.changes);
                self.served.pools = pools.unwrap_or_else(|| std::mem::take(&mut self.served.pools));
                self.served.rules = rules.unwrap_or_else(|| std::mem::take(&mut self.served.rules));
                answers.into_iter().for_each(Answer::send);
                self.observe(now, batch.changes);
                if let Err(error) = self.database.checkpoint_if_due(CHECKPOINT_PAGES) {
                    self.fall(&error, now);
                }
            }
            Err(error) => {
                // First the state: who hears of the failure and asks for it must see it.
                self.fall(&error, now);
                answers.into_iter().for_each(|answer| answer.fail(&error));
            }
        }
        stop
    }

    /// Carries one command out in memory.
    fn decide(&mut self, ledger: &mut Ledger, command: Command, now: Moment, work: &mut Work) {
        match command {
            Command::Checkout {
                request,
                id,
                reply,
                turn,
            } => {
                let decision = ledger.checkout(&request, id, now);
                self.wait_or_not(ledger, request.request_key, turn, &decision, now, work);
                work.answers.push(Answer::Checkout(reply, decision));
            }
            Command::Checkin { what, reply } => {
                let held = match what {
                    Held::Lease(id) => ledger.checkin(id, now),
                    Held::Request(key) => {
                        if let Some(turn) = self.callers.take(&key) {
                            work.answers.push(Answer::Turn(turn, given_up()));
                        }
                        ledger.give_up(&key, now)
                    }
                };
                work.answers.push(Answer::Checkin(reply, held));
            }
            Command::Revoke { filter, event, reply } => {
                let rows = ledger.revoke(&filter, now);
                work.batch
                    .events
                    .push(event.number(AuditField::Count, rows.len() as u64));
                work.answers.push(Answer::Revoke(reply, rows));
            }
            Command::Replace { pools, rules, reply } => {
                work.batch.events.push(replaced(pools.as_ref()));
                if let Some(set) = pools {
                    ledger.replace_pools(set.clone(), now);
                    work.pools = Some(set);
                }
                ledger.replace_rules(rules.clone());
                work.rules = Some(rules);
                work.answers.push(Answer::Done(reply));
            }
            Command::Limit { bytes, reply } => drop(reply.send(self.database.limit(bytes))),
            Command::Burst { terms, reply } => {
                self.served.settings.burst = terms;
                ledger.set_burst(terms);
                drop(reply.send(Ok(())));
            }
            Command::Flush { reply } => {
                work.flush = true;
                work.answers.push(Answer::Done(reply));
            }
            Command::Shutdown { reply } => work.stop = Some(reply),
            Command::Tick => {
                work.flush = true;
                for key in self.callers.take_gone() {
                    ledger.leave_waiting(&key, now);
                }
            }
        }
    }

    /// Remembers who waits for his turn, and answers who waited before.
    fn wait_or_not(
        &mut self,
        ledger: &mut Ledger,
        key: RequestKey,
        turn: Option<TurnSender>,
        decision: &Decision,
        now: Moment,
        work: &mut Work,
    ) {
        match (decision, turn) {
            (Decision::Queued(place), Some(turn)) => self.callers.enter(key, turn, *place),
            (Decision::Queued(_), None) => {
                // He who waited with this key goes on if he is there.
                if !self.callers.is_there(&key) {
                    ledger.leave_waiting(&key, now);
                }
            }
            (Decision::Granted(_) | Decision::Repeated(_) | Decision::Denied(_), _) => {
                if !ledger.is_waiting(&key)
                    && let Some(earlier) = self.callers.take(&key)
                {
                    work.answers.push(Answer::Turn(earlier, decision.clone()));
                }
            }
        }
    }

    /// Tells whose turn has come. Seats of those who are gone are kept for them for a while.
    fn answer_turns(&mut self, ledger: &mut Ledger, now: Moment, work: &mut Work) {
        for Turn {
            request_key,
            decision,
        } in ledger.take_turns(now)
        {
            match self.callers.take(&request_key) {
                Some(turn) => work.answers.push(Answer::Turn(turn, decision)),
                None => {
                    if let Decision::Granted(lease) = decision {
                        ledger.leave_unclaimed(lease.id, now);
                    }
                }
            }
        }
    }

    /// What was refused waits for the next transaction, whatever makes it.
    fn keep_denials(&mut self, changes: &mut [Change]) {
        for change in changes {
            match change {
                Change::Denied(denied) => self.denials.note(denied.stored, denied.record.take()),
                Change::GrantedLater(count) => self.denials.note(*count, None),
                Change::Queued(_)
                | Change::Opened { .. }
                | Change::Lingers { .. }
                | Change::Closed(_)
                | Change::Used { .. }
                | Change::Released { .. }
                | Change::BurstStarted { .. }
                | Change::BurstEnded(_) => {}
            }
        }
    }

    /// Tells the observer what is durable, or need not be.
    fn observe(&self, now: Moment, changes: Vec<Change>) {
        if let Some(observer) = self.observer.as_ref().filter(|_| !changes.is_empty()) {
            observer.durable(now.wall, changes);
        }
    }

    /// While nothing can be made durable, nothing is changed; a tick tries whether it can.
    fn refuse(&mut self, waiting: &mut Vec<Command>, error: &StoreError) -> Option<Reply<()>> {
        let mut stop = None;
        let mut tick = false;
        for command in waiting.drain(..) {
            match command {
                Command::Limit { bytes, reply } => drop(reply.send(self.database.limit(bytes))),
                Command::Burst { terms, reply } => {
                    self.served.settings.burst = terms;
                    self.shared.lock().ledger.set_burst(terms);
                    drop(reply.send(Ok(())));
                }
                Command::Shutdown { reply } => stop = Some(reply),
                Command::Tick => tick = true,
                // What could be written is on the disk.
                Command::Flush { reply } => drop(reply.send(Ok(()))),
                change @ (Command::Checkout { .. }
                | Command::Checkin { .. }
                | Command::Revoke { .. }
                | Command::Replace { .. }) => change.fail(error),
            }
        }
        if tick && !error.is_fatal() {
            self.probe();
        }
        stop
    }

    /// Tries to write; when that works, it serves again.
    fn probe(&mut self) {
        let (now, high, next_serial) = {
            let mut seats = self.shared.lock();
            let now = seats.now(self.shared.clock.as_ref());
            (now, seats.guard.high(), seats.ledger.next_serial())
        };
        let recovered = AuditEntry::new(AuditKind::StorageRecovered);
        let batch = Batch {
            events: vec![recovered],
            ..Batch::default()
        };
        let room = self.database.make_room();
        match room.and_then(|()| self.database.commit(&batch, next_serial, now.wall, high)) {
            Ok(()) => {
                info!("the storage takes changes again");
                self.state.send_replace(ServiceState::Serving);
            }
            Err(error) if error.is_fatal() => self.fall(&error, now),
            Err(_) => {}
        }
    }

    /// After a failed commit: reads anew what is on the disk, or gives up.
    fn fall(&mut self, error: &StoreError, now: Moment) {
        let reloaded = if error.is_fatal() {
            Err(error.clone())
        } else {
            self.database.load(&self.served, now)
        };
        match reloaded {
            Ok(ledger) => {
                self.callers.fail(error);
                self.denials = PendingDenials::default();
                warn!(%error, "the storage takes no changes; checkouts and checkins are refused until it does");
                self.shared.lock().ledger = ledger;
                self.state.send_replace(ServiceState::Degraded {
                    error: error.clone(),
                    since: now.wall,
                });
            }
            Err(error) => {
                error!(%error, "the seat service cannot go on");
                self.callers.fail(&error);
                self.state.send_replace(ServiceState::Failed { error });
            }
        }
    }

    /// A record when the clock has newly jumped.
    fn clock_event(&mut self, jump: Option<i64>) -> Option<AuditEntry> {
        let new = jump.filter(|_| !self.jump_told);
        self.jump_told = jump.is_some();
        let seconds = new?;
        let direction = if seconds < 0 { "back" } else { "ahead" };
        warn!(
            seconds,
            "the wall clock jumped {direction}; no seat is taken back because of it"
        );
        Some(
            AuditEntry::new(AuditKind::ClockJumped)
                .number(AuditField::Seconds, seconds.unsigned_abs())
                .text(AuditField::Detail, direction),
        )
    }

    fn close(&mut self) -> Result<(), StoreError> {
        self.commands.close();
        let result = match &*self.state.borrow() {
            ServiceState::Failed { error } => Err(error.clone()),
            ServiceState::Serving | ServiceState::Degraded { .. } | ServiceState::Stopped => Ok(()),
        };
        let result = result.and_then(|()| {
            let (now, high, next_serial) = {
                let mut seats = self.shared.lock();
                let now = seats.now(self.shared.clock.as_ref());
                (now, seats.guard.high(), seats.ledger.next_serial())
            };
            let batch = Batch {
                events: vec![AuditEntry::new(AuditKind::Stopped)],
                denials: std::mem::take(&mut self.denials),
                ..Batch::default()
            };
            self.database.commit(&batch, next_serial, now.wall, high)?;
            self.database.finish()
        });
        // What came in after the last batch was not served.
        let last_words = result.clone().err().unwrap_or(StoreError::Stopping);
        self.callers.fail(&last_words);
        while let Ok(command) = self.commands.try_recv() {
            command.fail(&last_words);
        }
        self.state.send_if_modified(|state| {
            let running = !state.is_final();
            if running {
                *state = ServiceState::Stopped;
            }
            running
        });
        result
    }
}

/// What a caller is told whose request was given up by another one.
fn given_up() -> Decision {
    Decision::Denied(Denial::new(
        licensing_api::denial::DenialReason::Queued,
        "The request was given up.",
    ))
}

/// The record of what was replaced.
fn replaced(pools: Option<&PoolSet>) -> AuditEntry {
    match pools {
        Some(set) => {
            AuditEntry::new(AuditKind::PoolsReplaced).number(AuditField::Pools, set.pools.len() as u64)
        }
        None => AuditEntry::new(AuditKind::RulesReplaced),
    }
}
