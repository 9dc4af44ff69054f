//! Seats that stay out for a while after they were checked in (LINGER).

use std::sync::Arc;

use crate::Moment;

use super::lease::LeaseTerm;
use super::ledger::{Held, Ledger, millis};
use super::pools::PoolState;
use super::{Change, CloseReason};

/// Until when a lease is held in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Term {
    /// As long as heartbeats come.
    Heartbeats,
    /// Checked in; the seat comes back at this time, whoever is heard of.
    Lingering {
        /// On the monotonic clock.
        until_ms: u64,
        /// On the trusted clock, as it is stored.
        stored_ms: i64,
    },
}

impl Term {
    /// As it is after a restart. Stored times are never far ahead, so a clock that was set back prolongs nothing much.
    pub(super) fn restored(stored: LeaseTerm, now: Moment) -> Self {
        match stored {
            LeaseTerm::Heartbeats => Self::Heartbeats,
            LeaseTerm::Lingering { until_ms } => {
                let left = until_ms.saturating_sub(now.trusted.as_millisecond()).max(0);
                Self::Lingering {
                    until_ms: now.monotonic_ms.saturating_add(left.unsigned_abs()),
                    stored_ms: until_ms,
                }
            }
        }
    }

    pub(super) fn stored(self) -> LeaseTerm {
        match self {
            Self::Heartbeats => LeaseTerm::Heartbeats,
            Self::Lingering { stored_ms, .. } => LeaseTerm::Lingering { until_ms: stored_ms },
        }
    }
}

impl Held {
    /// When it ends if nothing is heard of it.
    pub(super) fn deadline(&self, pool: &PoolState) -> u64 {
        match self.term {
            Term::Heartbeats => self.heard_ms.saturating_add(millis(pool.lifetime)),
            Term::Lingering { until_ms, .. } => until_ms,
        }
    }

    /// Whether its holder has given it back already.
    pub(super) fn is_checked_in(&self) -> bool {
        match self.term {
            Term::Heartbeats => false,
            Term::Lingering { .. } => true,
        }
    }
}

impl Ledger {
    /// The holder gives a lease back: its seats are free now, or when they have lingered.
    pub(super) fn give_back(&mut self, slot: u32, now: Moment) {
        let Some(seconds) = self.slots[slot as usize]
            .as_ref()
            .map(|held| self.pools[held.pool as usize].linger_seconds())
            .filter(|seconds| *seconds > 0)
        else {
            return self.close(slot, CloseReason::CheckedIn, now);
        };
        let Some(held) = self.slots[slot as usize].as_mut() else {
            return;
        };
        let time_ms = u64::from(seconds) * 1000;
        held.heard_ms = held.heard_ms.max(now.monotonic_ms);
        held.term = Term::Lingering {
            until_ms: now.monotonic_ms.saturating_add(time_ms),
            stored_ms: now.trusted.as_millisecond().saturating_add_unsigned(time_ms),
        };
        let Some(held) = self.slots[slot as usize].as_ref() else {
            return;
        };
        let state = &self.pools[held.pool as usize];
        let deadline = held.deadline(state);
        let change = Change::Lingers {
            record: held.record(state.id),
            seconds,
            pool: Arc::clone(&state.pool.identity),
        };
        self.deadlines.remove(slot);
        self.deadlines.insert(slot, deadline);
        self.changes.push(change);
    }
}
