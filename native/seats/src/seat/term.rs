//! Until when leases are held, and the clocks that end them.
//!
//! A lease held by heartbeats lives by the monotonic clock. One that lingers or is borrowed ends at an instant of the
//! trusted clock, across restarts too; the wheel of deadlines only knows the monotonic clock, so the ledger keeps how far
//! the two are apart.

use crate::Moment;

use super::lease::LeaseTerm;
use super::ledger::{Held, Ledger, millis};
use super::pools::PoolState;

/// By how much the clocks may drift apart before deadlines are worked out anew, in milliseconds.
const DRIFT_MS: i64 = 1000;

/// Milliseconds by which the trusted clock, since 1970, is ahead of the monotonic one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lead(i64);

impl Lead {
    pub(super) fn at(now: Moment) -> Self {
        let monotonic_ms = i64::try_from(now.monotonic_ms).unwrap_or(i64::MAX);
        Self(now.trusted.as_millisecond().saturating_sub(monotonic_ms))
    }

    /// An instant of the trusted clock on the monotonic one; 0 when it is before that began.
    fn monotonic_ms(self, trusted_ms: i64) -> u64 {
        u64::try_from(trusted_ms.saturating_sub(self.0)).unwrap_or(0)
    }
}

impl Held {
    /// When it ends if nothing is heard of it, on the monotonic clock.
    pub(super) fn deadline(&self, pool: &PoolState, lead: Lead) -> u64 {
        match self.term {
            LeaseTerm::Heartbeats => self.heard_ms.saturating_add(millis(pool.lifetime)),
            LeaseTerm::Lingering { until_ms } | LeaseTerm::Borrowed { until_ms } => {
                lead.monotonic_ms(until_ms)
            }
        }
    }

    /// Whether its holder has given it back already.
    pub(super) fn is_checked_in(&self) -> bool {
        match self.term {
            LeaseTerm::Heartbeats | LeaseTerm::Borrowed { .. } => false,
            LeaseTerm::Lingering { .. } => true,
        }
    }

    pub(super) fn is_borrowed(&self) -> bool {
        match self.term {
            LeaseTerm::Heartbeats | LeaseTerm::Lingering { .. } => false,
            LeaseTerm::Borrowed { .. } => true,
        }
    }
}

impl Ledger {
    /// Follows the clocks.
    pub(super) fn observe(&mut self, now: Moment) {
        self.observe_day(now.today);
        let lead = Lead::at(now);
        if lead.0.abs_diff(self.lead.0) < DRIFT_MS.unsigned_abs() {
            return;
        }
        self.lead = lead;
        for slot in 0..self.slots.len() as u32 {
            let by_trusted_clock = self.slots[slot as usize]
                .as_ref()
                .is_some_and(|held| held.term != LeaseTerm::Heartbeats);
            if by_trusted_clock {
                self.enter_deadline(slot);
            }
        }
    }

    /// Enters the deadline of a slot anew.
    pub(super) fn enter_deadline(&mut self, slot: u32) {
        if let Some(held) = &self.slots[slot as usize] {
            let deadline = held.deadline(&self.pools[held.pool as usize], self.lead);
            self.deadlines.remove(slot);
            self.deadlines.insert(slot, deadline);
        }
    }
}
