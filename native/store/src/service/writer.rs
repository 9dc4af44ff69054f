//! The one thread that decides and writes.

use std::sync::Arc;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use licensing_seats::Moment;
use licensing_seats::audit::{AuditEntry, AuditField, AuditKind};
use licensing_seats::seat::Change;
use tokio::sync::{mpsc, watch};
use tracing::warn;

use crate::ChangeObserver;
use crate::StoreError;
use crate::journal::{Batch, LedgerTerms, PendingDenials, SeatJournal, Stamp};

use super::command::{Answer, Command, Reply, Work};
use super::waiting::Callers;
use super::{ServiceState, Shared};

/// Commands that go into one transaction at most.
const BATCH: usize = 2048;

/// How often the latest trusted time is stored when nothing else is.
const HIGH_WATER: SignedDuration = SignedDuration::from_mins(1);

pub(super) struct Writer {
    pub(super) shared: Arc<Shared>,
    pub(super) journal: Box<dyn SeatJournal>,
    pub(super) commands: mpsc::Receiver<Command>,
    pub(super) state: watch::Sender<ServiceState>,
    /// As it was last made durable, for reading the ledger again.
    pub(super) terms: LedgerTerms,
    pub(super) observer: Option<Arc<dyn ChangeObserver>>,
    /// Whether the jump of the clock that stands has been written to the audit.
    pub(super) jump_recorded: bool,
    /// Who waits for seats.
    pub(super) callers: Callers,
    /// What was refused and is not written yet. It goes with the next transaction, and has one of its own at each tick at
    /// most, so that a storm of requests without seats does not make as many commits.
    pub(super) denials: PendingDenials,
}

impl Writer {
    pub(super) fn new(
        shared: Arc<Shared>,
        journal: Box<dyn SeatJournal>,
        commands: mpsc::Receiver<Command>,
        state: watch::Sender<ServiceState>,
        terms: LedgerTerms,
        observer: Option<Arc<dyn ChangeObserver>>,
    ) -> Self {
        Self {
            shared,
            journal,
            commands,
            state,
            terms,
            observer,
            jump_recorded: false,
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
        let (work, now, stamp) = self.decide_all(waiting);
        let Work {
            mut batch,
            answers,
            pools,
            rules,
            stop,
            flush,
        } = work;
        let stored = self.journal.high_water().unwrap_or(Timestamp::MIN);
        let stale = stamp.high_water.duration_since(stored) > HIGH_WATER;
        if flush || stale || !batch.is_empty() || self.denials.are_many() {
            batch.denials = std::mem::take(&mut self.denials);
        }
        if batch.is_empty() && !stale {
            self.shared.counters.count(&batch.changes);
            answers.into_iter().for_each(Answer::send);
            self.observe(now, batch.changes);
            // A server that has nothing else to do deletes what stands in segments.
            if let Err(error) = self.journal.tidy() {
                self.fall_back(&error, now);
            }
            return stop;
        }
        let begun = Instant::now();
        match self.journal.commit(&batch, stamp) {
            Ok(()) => {
                let audit_records = self.journal.audit_records();
                let counters = &self.shared.counters;
                counters.committed(begun.elapsed(), audit_records);
                counters.count(&batch.changes);
                self.terms.pools = pools.unwrap_or_else(|| std::mem::take(&mut self.terms.pools));
                self.terms.rules = rules.unwrap_or_else(|| std::mem::take(&mut self.terms.rules));
                answers.into_iter().for_each(Answer::send);
                self.observe(now, batch.changes);
                if let Err(error) = self.journal.tidy() {
                    self.fall_back(&error, now);
                }
            }
            Err(error) => {
                // First the state: who hears of the failure and asks for it must see it.
                self.fall_back(&error, now);
                answers.into_iter().for_each(|answer| answer.fail(&error));
            }
        }
        stop
    }

    /// Decides one batch in memory.
    fn decide_all(&mut self, waiting: &mut Vec<Command>) -> (Work, Moment, Stamp) {
        let mut work = Work::default();
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
        let clock_event = self.clock_event(seats.guard.jump_seconds());
        work.batch.events.extend(clock_event);
        let stamp = seats.stamp(now);
        (work, now, stamp)
    }

    /// Tells the observer what is durable, or need not be.
    fn observe(&self, now: Moment, changes: Vec<Change>) {
        if let Some(observer) = self.observer.as_ref().filter(|_| !changes.is_empty()) {
            observer.durable(now.wall, changes);
        }
    }

    /// A record when the clock has newly jumped.
    fn clock_event(&mut self, jump: Option<i64>) -> Option<AuditEntry> {
        let new = jump.filter(|_| !self.jump_recorded);
        self.jump_recorded = jump.is_some();
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
            let (_, stamp) = self.shared.stamp();
            let batch = Batch {
                events: vec![AuditEntry::new(AuditKind::Stopped)],
                denials: std::mem::take(&mut self.denials),
                ..Batch::default()
            };
            self.journal.commit(&batch, stamp)?;
            self.journal.finish()
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
