//! Seats that stay out for a while after they were checked in (LINGER).

use std::sync::Arc;

use crate::Moment;

use super::lease::LeaseTerm;
use super::ledger::Ledger;
use super::{Change, CloseReason};

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
        let Some(mut held) = self.slots[slot as usize].take() else {
            return;
        };
        self.end_borrowing(&held);
        let time_ms = u64::from(seconds) * 1000;
        held.heard_ms = held.heard_ms.max(now.monotonic_ms);
        let until_ms = now.trusted.as_millisecond().saturating_add_unsigned(time_ms);
        let before = std::mem::replace(&mut held.term, LeaseTerm::Lingering { until_ms });
        let state = &self.pools[held.pool as usize];
        self.changes.push(Change::Lingers {
            record: held.record(state.id),
            before,
            seconds,
            pool: Arc::clone(&state.pool.identity),
        });
        self.slots[slot as usize] = Some(held);
        self.enter_deadline(slot);
    }
}
