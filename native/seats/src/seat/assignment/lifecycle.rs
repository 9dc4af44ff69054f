//! Assignments within the ledger.

use std::sync::Arc;

use crate::Moment;
use crate::pool::PoolIdentity;

use crate::seat::assignment::{PairRecord, PairState, Sighting};
use crate::seat::ledger::Ledger;
use crate::seat::{Change, Holder, ReleaseReason, RestoreError};

/// How often assignments are looked through for old ones, in milliseconds.
const CHECK_MS: i64 = 60 * 60 * 1000;

impl Ledger {
    /// Takes a stored assignment back. All of them come before the leases.
    pub fn restore_pair(
        &mut self,
        record: &PairRecord,
        identity: &Arc<PoolIdentity>,
    ) -> Result<(), RestoreError> {
        let pool = self.pool_of(identity);
        self.next_serial = self.next_serial.max(record.serial.saturating_add(1));
        let book = self.pools[pool].book.as_mut();
        let new = book.is_some_and(|book| book.restore(record));
        if new {
            Ok(())
        } else {
            Err(RestoreError::DuplicateAssignment {
                serial: record.serial,
            })
        }
    }

    pub(in crate::seat) fn begin_use(&mut self, pool: u32, holder: &Holder, now: Moment) {
        let (user, device) = self.compared(holder);
        let serial = self.next_serial;
        let state = &mut self.pools[pool];
        let Some(book) = state.book.as_mut() else { return };
        if let Some(pair) = book.begin(
            sighting(holder, &user, &device),
            &holder.product,
            serial,
            now.trusted.as_millisecond(),
        ) {
            if pair.record.serial == serial {
                self.next_serial += 1;
            }
            self.used(pool, pair);
        }
    }

    /// A stored lease comes back. Its assignment is made again where it has none: users may be told apart by other rules
    /// than when it was granted, or the feature was of another model then.
    pub(in crate::seat) fn resume_use(&mut self, pool: u32, holder: &Holder, now: Moment) {
        let (user, device) = self.compared(holder);
        let seen = sighting(holder, &user, &device);
        let now_ms = now.trusted.as_millisecond();
        let resumed = self.pools[pool]
            .book
            .as_mut()
            .is_none_or(|book| book.resume(seen, &holder.product, now_ms));
        if !resumed {
            self.begin_use(pool, holder, now);
        }
    }

    pub(in crate::seat) fn end_use(&mut self, pool: u32, holder: &Holder, now: Moment) {
        let (user, device) = self.compared(holder);
        let Some(book) = self.pools[pool].book.as_mut() else {
            return;
        };
        if let Some(pair) = book.end(&user, &device, now.trusted.as_millisecond()) {
            self.used(pool, pair);
        }
        self.end_burst_use(pool, &user, &device);
    }

    /// What is granted beyond all seats is not assigned: it ends with its session. Otherwise a burst would leave more
    /// seats assigned than there are, for ever.
    fn end_burst_use(&mut self, pool: u32, user: &str, device: &str) {
        let state = &mut self.pools[pool];
        let beyond = state
            .capacity
            .total()
            .is_some_and(|total| state.seats_out() > total);
        let feature = state.pool.identity.feature.to_lowercase();
        let Some(first_serial) = self.bursts.first_serial(&feature).filter(|_| beyond) else {
            return;
        };
        let book = state.book.as_mut();
        if let Some(pair) = book.and_then(|book| book.drop_unused(user, device, first_serial)) {
            self.pools.note_level(pool);
            self.changes.push(Change::Released {
                reason: ReleaseReason::BurstUse,
                record: pair.record,
                before: pair.before,
                pool: Arc::clone(&self.pools[pool].pool.identity),
            });
        }
    }

    /// Ends assignments that were not used for their period. A user on a device that is not seen any more may change
    /// who is assigned: the fewest seats are worked out again.
    pub(in crate::seat) fn expire_assignments(&mut self, now: Moment) {
        let now_ms = now.trusted.as_millisecond();
        if now_ms < self.assignments_checked_ms.saturating_add(CHECK_MS) {
            return;
        }
        self.assignments_checked_ms = now_ms;
        let mut released = Vec::new();
        for (index, state) in (0u32..).zip(self.pools.iter_mut()) {
            let Some(book) = state.book.as_mut() else { continue };
            for pair in book.expire(now_ms.saturating_sub(state.period_ms)) {
                self.queue.freed(index);
                released.push(index);
                self.changes.push(Change::Released {
                    reason: ReleaseReason::Unused,
                    record: pair.record,
                    before: pair.before,
                    pool: Arc::clone(&state.pool.identity),
                });
            }
        }
        for index in released {
            self.pools.note_level(index);
        }
    }

    fn used(&mut self, pool: u32, pair: PairState) {
        self.pools.note_level(pool);
        let state = &self.pools[pool];
        self.changes.push(Change::Used {
            record: pair.record,
            before: pair.before,
            pool: Arc::clone(&state.pool.identity),
        });
    }

    pub(in crate::seat) fn compared(&self, holder: &Holder) -> (String, String) {
        (
            self.settings.user_key(&holder.user),
            holder.device().to_lowercase(),
        )
    }
}

fn sighting<'a>(holder: &'a Holder, user: &'a str, device: &'a str) -> Sighting<'a> {
    Sighting {
        user,
        device,
        named_user: &holder.user,
        named_device: holder.device(),
    }
}
