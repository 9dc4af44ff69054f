//! Seats that stay out for a while after they were checked in (LINGER).

use std::sync::Arc;

use crate::Moment;

use crate::seat::lease::LeaseTerm;
use crate::seat::ledger::Ledger;
use crate::seat::{Change, CloseReason};

impl Ledger {
    /// The holder gives a lease back: its seats are free now, or when they have lingered.
    pub(in crate::seat) fn give_back(&mut self, slot: u32, now: Moment) {
        let Some(held) = self.leases.get(slot) else { return };
        let state = &self.pools[held.pool];
        let (seconds, lifetime) = (state.linger_seconds(), state.lifetime);
        if seconds == 0 {
            return self.close(slot, CloseReason::CheckedIn, now);
        }
        if let Some(held) = self.leases.lift(slot) {
            self.end_borrowing(&held);
            self.leases.put_back(slot, held);
        }
        let time_ms = u64::from(seconds) * 1000;
        let until_ms = now.trusted.as_millisecond().saturating_add_unsigned(time_ms);
        let term = LeaseTerm::Lingering { until_ms };
        let Some(before) = self.leases.set_term(slot, term, lifetime) else {
            return;
        };
        let Some(held) = self.leases.get_mut(slot) else {
            return;
        };
        held.hear(now.monotonic_ms);
        let state = &self.pools[held.pool];
        self.changes.push(Change::Lingers {
            record: held.record(state.id),
            before,
            seconds,
            pool: Arc::clone(&state.pool.identity),
        });
    }
}
