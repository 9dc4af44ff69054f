//! Deciding the commands of one batch in memory.

use licensing_api::denial::DenialReason;
use licensing_seats::Moment;
use licensing_seats::audit::{AuditEntry, AuditField, AuditKind};
use licensing_seats::pool::PoolSet;
use licensing_seats::seat::{Change, Decision, Denial, Ledger, RequestKey, SeatRules, Turn};

use super::command::{Answer, Command, Returned, Work};
use super::waiting::{Decided, TurnSender};
use super::writer::Writer;

impl Writer {
    /// Carries one command out in memory.
    pub(super) fn decide(&mut self, ledger: &mut Ledger, command: Command, now: Moment, work: &mut Work) {
        match command {
            Command::Checkout {
                request,
                id,
                reply,
                turn,
            } => {
                let decision = ledger.checkout(&request, id, now);
                self.wait_or_not(ledger, request.request_key, turn, &decision, now, work);
                work.answers.push(Answer::Checkout(reply, at(now, decision)));
            }
            Command::Checkin { what, reply } => {
                let held = self.take_back(ledger, what, now, work);
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
                replace(ledger, pools, rules, now, work);
                work.answers.push(Answer::Done(reply));
            }
            Command::Limit { bytes, reply } => drop(reply.send(self.journal.limit(bytes))),
            Command::Burst { terms, reply } => {
                self.terms.settings.burst = terms;
                ledger.set_burst(terms);
                drop(reply.send(Ok(())));
            }
            Command::Seal { end, event, reply } => {
                work.batch.events.push(event);
                work.batch.sealed = Some(end);
                work.answers.push(Answer::Done(reply));
            }
            Command::RemoveSegment { end, event, reply } => {
                work.batch.events.push(event);
                work.batch.removed = Some(end);
                work.answers.push(Answer::Done(reply));
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

    /// Takes back what a caller returns; whether they held it.
    fn take_back(&mut self, ledger: &mut Ledger, what: Returned, now: Moment, work: &mut Work) -> bool {
        match what {
            Returned::Lease(id) => ledger.checkin(id, now),
            Returned::Request(key) => {
                if let Some(turn) = self.callers.take(&key) {
                    work.answers.push(Answer::Turn(turn, at(now, given_up())));
                }
                ledger.give_up(&key, now)
            }
        }
    }

    /// Remembers who waits for their turn, and answers who waited before.
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
            (Decision::Queued(place), Some(turn)) => self.callers.enter(key, turn, *place, now.trusted),
            (Decision::Queued(_), None) => {
                // Whoever waited with this key goes on if they are there.
                if !self.callers.is_there(&key) {
                    ledger.leave_waiting(&key, now);
                }
            }
            (Decision::Granted(_) | Decision::Repeated(_) | Decision::Denied(_), _) => {
                if !ledger.is_waiting(&key)
                    && let Some(earlier) = self.callers.take(&key)
                {
                    work.answers
                        .push(Answer::Turn(earlier, at(now, decision.clone())));
                }
            }
        }
    }

    /// Tells whose turn has come. Seats of those who are gone are kept for them for a while.
    pub(super) fn answer_turns(&mut self, ledger: &mut Ledger, now: Moment, work: &mut Work) {
        for Turn {
            request_key,
            decision,
        } in ledger.take_turns(now)
        {
            match self.callers.take(&request_key) {
                Some(turn) => work.answers.push(Answer::Turn(turn, at(now, decision))),
                None => {
                    if let Decision::Granted(lease) = decision {
                        ledger.leave_unclaimed(lease.id, now);
                    }
                }
            }
        }
    }

    /// What was refused waits for the next transaction, whatever makes it.
    pub(super) fn keep_denials(&mut self, changes: &mut [Change]) {
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
}

/// The answer to a caller whose request was given up by another one.
fn given_up() -> Decision {
    Decision::Denied(Denial::new(DenialReason::Queued, "The request was given up."))
}

/// Serves by other pools and rules from now on.
fn replace(ledger: &mut Ledger, pools: Option<PoolSet>, rules: SeatRules, now: Moment, work: &mut Work) {
    work.batch.events.push(replaced(pools.as_ref()));
    if let Some(set) = pools {
        ledger.replace_pools(set.clone(), now);
        work.pools = Some(set);
    }
    ledger.replace_rules(rules.clone());
    work.rules = Some(rules);
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

fn at(now: Moment, decision: Decision) -> Decided {
    Decided {
        decision,
        at: now.trusted,
    }
}
