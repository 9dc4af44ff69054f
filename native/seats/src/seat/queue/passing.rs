//! Requests that may be passed for a time: until it is over they lay no claim to seats, so that smaller requests behind
//! them are served by what they cannot use (QUEUE_PASSING of the options file).

use crate::Moment;
use crate::seat::ledger::{Ledger, millis};

use super::{Claims, Wait, Waiter};

impl Ledger {
    /// Until when a request may be passed, on the monotonic clock; none where the order is strict.
    pub(super) fn passed_until_ms(&self, waiter: &Waiter) -> Option<u64> {
        let time = self.pools.get(waiter.pool)?.queue_passing();
        (!time.is_zero()).then(|| waiter.since_monotonic_ms.saturating_add(millis(time)))
    }

    /// Adds what a request that waits takes from those behind it, or notes when it will.
    pub(super) fn lay_claim(
        &mut self,
        claims: &mut Claims,
        waiter: &Waiter,
        waits_for: Vec<Wait>,
        now: Moment,
    ) {
        match self.passed_until_ms(waiter) {
            Some(until_ms) if now.monotonic_ms < until_ms => {
                self.queue.passable.insert((until_ms, waiter.pool));
            }
            Some(_) | None => claims.add(waits_for),
        }
    }

    /// Has the lines looked at of which a request may be passed no more.
    pub(super) fn end_passing(&mut self, now: Moment) {
        while let Some((until_ms, pool)) = self.queue.passable.first().copied() {
            if until_ms > now.monotonic_ms {
                return;
            }
            self.queue.passable.pop_first();
            self.queue.freed(pool);
        }
    }
}
