//! The one thread that decides and writes.

use std::sync::Arc;
use std::time::Instant;

use licensing_api::usage::UsageRow;
use licensing_core::Moment;
use licensing_core::audit::{AuditEntry, AuditField, AuditKind};
use licensing_core::pool::PoolSet;
use licensing_core::seat::{BurstTerms, CheckoutRequest, Decision, LeaseId, Ledger, RevokeFilter, SeatRules};
use tokio::sync::{mpsc, oneshot, watch};
use tracing::{error, info, warn};

use crate::ChangeObserver;
use crate::StoreError;
use crate::database::{Batch, Database, Served};
use crate::owner::OwnerLock;

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
    },
    Checkin {
        id: LeaseId,
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
    Shutdown {
        reply: Reply<()>,
    },
    Tick,
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
            | Self::Shutdown { reply } => drop(reply.send(Err(error))),
            Self::Tick => {}
        }
    }
}

/// An answer that waits for its commit.
enum Answer {
    Checkout(Reply<Decision>, Decision),
    Checkin(Reply<bool>, bool),
    Revoke(Reply<Vec<UsageRow>>, Vec<UsageRow>),
    Replace(Reply<()>),
}

impl Answer {
    // A caller that is gone needs no answer: nobody else can be told.
    fn send(self) {
        match self {
            Self::Checkout(reply, decision) => drop(reply.send(Ok(decision))),
            Self::Checkin(reply, held) => drop(reply.send(Ok(held))),
            Self::Revoke(reply, rows) => drop(reply.send(Ok(rows))),
            Self::Replace(reply) => drop(reply.send(Ok(()))),
        }
    }

    fn fail(self, error: &StoreError) {
        let error = error.clone();
        match self {
            Self::Checkout(reply, _) => drop(reply.send(Err(error))),
            Self::Checkin(reply, _) => drop(reply.send(Err(error))),
            Self::Revoke(reply, _) => drop(reply.send(Err(error))),
            Self::Replace(reply) => drop(reply.send(Err(error))),
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
            work.batch.changes = seats.ledger.take_changes();
            work.batch
                .events
                .extend(self.clock_event(seats.guard.jump_seconds()));
            (now, seats.guard.high(), seats.ledger.next_serial())
        };
        let Work {
            batch,
            answers,
            pools,
            rules,
            stop,
        } = work;
        let stale = high
            .as_millisecond()
            .saturating_sub(self.database.head().high_water_ms)
            > HIGH_WATER_MS;
        if batch.is_empty() && !stale {
            answers.into_iter().for_each(Answer::send);
            return stop;
        }
        let begun = Instant::now();
        match self.database.commit(&batch, next_serial, now.wall, high) {
            Ok(()) => {
                let audit_records = self.database.head().audit.last();
                let counters = &self.shared.counters;
                counters.committed(begun.elapsed(), &batch.changes, audit_records);
                self.served.pools = pools.unwrap_or_else(|| std::mem::take(&mut self.served.pools));
                self.served.rules = rules.unwrap_or_else(|| std::mem::take(&mut self.served.rules));
                answers.into_iter().for_each(Answer::send);
                if let Some(observer) = &self.observer {
                    observer.durable(now.wall, batch.changes);
                }
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
            Command::Checkout { request, id, reply } => {
                let decision = ledger.checkout(&request, id, now);
                work.answers.push(Answer::Checkout(reply, decision));
            }
            Command::Checkin { id, reply } => {
                let held = ledger.checkin(id, now);
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
                work.answers.push(Answer::Replace(reply));
            }
            Command::Limit { bytes, reply } => drop(reply.send(self.database.limit(bytes))),
            Command::Burst { terms, reply } => {
                self.served.settings.burst = terms;
                ledger.set_burst(terms);
                drop(reply.send(Ok(())));
            }
            Command::Shutdown { reply } => work.stop = Some(reply),
            Command::Tick => {}
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
            changes: Vec::new(),
            events: vec![recovered],
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
                warn!(%error, "the storage takes no changes; checkouts and checkins are refused until it does");
                self.shared.lock().ledger = ledger;
                self.state.send_replace(ServiceState::Degraded {
                    error: error.clone(),
                    since: now.wall,
                });
            }
            Err(error) => {
                error!(%error, "the seat service cannot go on");
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
                changes: Vec::new(),
                events: vec![AuditEntry::new(AuditKind::Stopped)],
            };
            self.database.commit(&batch, next_serial, now.wall, high)?;
            self.database.finish()
        });
        // What came in after the last batch was not served.
        let last_words = result.clone().err().unwrap_or(StoreError::Stopping);
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

/// The record of what was replaced.
fn replaced(pools: Option<&PoolSet>) -> AuditEntry {
    match pools {
        Some(set) => {
            AuditEntry::new(AuditKind::PoolsReplaced).number(AuditField::Pools, set.pools.len() as u64)
        }
        None => AuditEntry::new(AuditKind::RulesReplaced),
    }
}
