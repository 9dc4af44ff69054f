//! The ledger: decides every checkout, and knows every seat that is out.

use std::mem;
use std::sync::Arc;

use jiff::{Timestamp, civil::Date};
use licensing_api::denial::DenialReason;

use crate::Moment;
use crate::pool::{PoolIdentity, PoolSet};

use super::choice::Choice;
use super::denial::Denials;
use super::lease::{
    ClosedKeys, GroupKey, Groups, Held, Lease, LeaseId, LeaseRecord, LeaseTerm, Leases, NO_GROUP, RequestKey,
    is_sound,
};
use super::limits::{Bursts, LimitCounts};
use super::pools::Pools;
use super::queue::Queue;
use super::rules::SeatRules;
use super::{Change, CheckoutRequest, CloseReason, ClosedLease, Decision, Denial, SeatSettings};

/// A stored lease that cannot be taken back into the ledger: the stored state contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// Two leases have the same name.
    #[error("lease {serial} has the name of another lease")]
    DuplicateLease {
        /// Serial number of the second.
        serial: u64,
    },
    /// Two leases come from the same request.
    #[error("lease {serial} has the request key of another lease")]
    DuplicateRequest {
        /// Serial number of the second.
        serial: u64,
    },
    /// Two records of the same user on the same device.
    #[error("assignment {serial} is there twice")]
    DuplicateAssignment {
        /// Serial number of the second.
        serial: u64,
    },
    /// A holder's name cannot have come from a request.
    #[error("lease {serial} has a holder that no request can have")]
    BadHolder {
        /// Serial number.
        serial: u64,
    },
}

/// All seats of one vendor.
#[derive(Debug)]
pub struct Ledger {
    pub(super) settings: SeatSettings,
    pub(super) pools: Pools,
    pub(super) rules: SeatRules,
    pub(super) limits: LimitCounts,
    pub(super) bursts: Bursts,
    pub(super) leases: Leases,
    pub(super) groups: Groups,
    pub(super) queue: Queue,
    pub(super) denials: Denials,
    pub(super) closed: ClosedKeys,
    pub(super) changes: Vec<Change>,
    pub(super) next_serial: u64,
    pub(super) day: Date,
    /// When assignments were last looked through, in milliseconds since 1970.
    pub(super) assignments_checked_ms: i64,
}

impl Ledger {
    /// An empty ledger over these pools.
    pub fn new(settings: SeatSettings, pools: PoolSet, now: Moment) -> Self {
        let mut ledger = Self {
            settings,
            pools: Pools::default(),
            rules: SeatRules::default(),
            limits: LimitCounts::default(),
            bursts: Bursts::default(),
            leases: Leases::new(now),
            groups: Groups::default(),
            queue: Queue::default(),
            denials: Denials::new(now),
            closed: ClosedKeys::default(),
            changes: Vec::new(),
            next_serial: 1,
            day: now.today,
            assignments_checked_ms: i64::MIN,
        };
        ledger.replace_pools(pools, now);
        ledger
    }

    /// Takes a stored lease back. It gets a full lifetime from now on, however old it is.
    ///
    /// Its pool may be gone: then it is held until it is checked in, and nothing more is granted from that pool.
    pub fn restore(
        &mut self,
        record: LeaseRecord,
        identity: &Arc<PoolIdentity>,
        now: Moment,
    ) -> Result<(), RestoreError> {
        let serial = record.serial;
        if self.leases.slot_of(&record.id).is_some() {
            return Err(RestoreError::DuplicateLease { serial });
        }
        if self.leases.slot_of_key(&record.request_key).is_some() {
            return Err(RestoreError::DuplicateRequest { serial });
        }
        if !is_sound(&record.holder) {
            return Err(RestoreError::BadHolder { serial });
        }
        let pool = self.pool_of(identity);
        self.next_serial = self.next_serial.max(serial.saturating_add(1));
        self.resume_use(pool, &record.holder, now);
        self.resume_package_use(pool, &record.holder, now);
        let group = self.shares(pool, &record.holder);
        self.hold(Held::new(&record, pool, now.monotonic_ms), group);
        Ok(())
    }

    /// Remembers the request key of a lease that ended in an earlier run.
    pub fn remember_closed(&mut self, key: RequestKey, now: Moment) {
        let until = now
            .monotonic_ms
            .saturating_add(millis(self.settings.remember_keys));
        self.closed.remember(key, until, self.settings.remembered_keys);
    }

    /// Serial numbers below this one have been used.
    pub fn next_serial(&self) -> u64 {
        self.next_serial
    }

    /// Raises the next serial number, so that numbers of leases that ended in an earlier run are not used again.
    pub fn raise_next_serial(&mut self, serial: u64) {
        self.next_serial = self.next_serial.max(serial);
    }

    /// Decides a checkout. `id` names the lease if there is a new one; it must be 16 fresh random bytes.
    pub fn checkout(&mut self, request: &CheckoutRequest, id: LeaseId, now: Moment) -> Decision {
        self.observe(now);
        self.closed.expire(now.monotonic_ms);
        let wanted = match request.validate() {
            Ok(wanted) => wanted,
            Err(denial) => return self.deny(request, denial, now),
        };
        self.serve_queue(now);
        let of_key = self.leases.slot_of_key(&request.request_key);
        if let Some(slot) = of_key.filter(|slot| !self.is_checked_in(*slot)) {
            return self.repeat(slot, request, now);
        }
        if of_key.is_some() || self.closed.contains(&request.request_key) {
            let detail = "The lease of this request has ended; a new request needs a new key.";
            return self.deny(request, Denial::new(DenialReason::BadParameter, detail), now);
        }
        if let Some(decision) = self.repeat_waiting(request, now) {
            return decision;
        }
        if self.leases.slot_of(&id).is_some() {
            let detail = "The lease could not be named; repeat the request.";
            return self.deny(request, Denial::new(DenialReason::BadParameter, detail), now);
        }
        let ahead = self.claims_on(&request.feature);
        match self.choose(request, wanted.as_ref(), ahead, now) {
            Ok(choice) => self.grant(request, id, choice, now),
            Err(refusal) if request.queue && !refusal.waits_for.is_empty() => {
                self.enqueue(request, id, wanted, refusal, now)
            }
            Err(refusal) => self.deny(request, refusal.denial, now),
        }
    }

    /// Gives a lease back. False when it was not held.
    pub fn checkin(&mut self, id: LeaseId, now: Moment) -> bool {
        self.observe(now);
        self.leases
            .slot_of(&id)
            .is_some_and(|slot| self.check_in(slot, now))
    }

    pub(super) fn check_in(&mut self, slot: u32, now: Moment) -> bool {
        let held = !self.is_checked_in(slot);
        if held {
            self.give_back(slot, now);
        }
        held
    }

    /// Keeps leases alive; gives the positions of those that are not held.
    pub fn heartbeat(&mut self, ids: &[LeaseId], now: Moment) -> Vec<u32> {
        let mut ended = Vec::new();
        for (position, id) in (0u32..).zip(ids) {
            let slot = self.leases.slot_of(id);
            match slot.and_then(|slot| self.leases.get_mut(slot)) {
                Some(held) if !held.is_checked_in() => {
                    held.hear(now.monotonic_ms);
                }
                Some(_) | None => ended.push(position),
            }
        }
        ended
    }

    /// Ends every lease that was not heard of for its lifetime, and what else is over; gives the number of the leases.
    pub fn expire(&mut self, now: Moment) -> usize {
        self.observe(now);
        self.closed.expire(now.monotonic_ms);
        self.expire_assignments(now);
        self.end_bursts(now);
        let pools = &self.pools;
        let due = self.leases.due(now.monotonic_ms, |pool| pools[pool].lifetime);
        for slot in &due {
            let Some(held) = self.leases.get(*slot) else {
                continue;
            };
            let reason = match held.term {
                LeaseTerm::Heartbeats => CloseReason::Expired,
                LeaseTerm::Lingering { .. } => CloseReason::CheckedIn,
                LeaseTerm::Borrowed { .. } => CloseReason::BorrowEnded,
            };
            self.close(*slot, reason, now);
        }
        self.expire_places(now);
        due.len()
    }

    /// What has changed since the last call, in order.
    pub fn take_changes(&mut self) -> Vec<Change> {
        mem::take(&mut self.changes)
    }

    /// Number of leases.
    pub fn len(&self) -> usize {
        self.leases.len()
    }

    /// Whether no lease is held.
    pub fn is_empty(&self) -> bool {
        self.leases.len() == 0
    }

    fn is_checked_in(&self, slot: u32) -> bool {
        self.leases.get(slot).is_some_and(Held::is_checked_in)
    }

    /// The key was used by somebody else: it gives nobody a share in that one's seats.
    pub(super) fn deny_foreign_key(&mut self, request: &CheckoutRequest, now: Moment) -> Decision {
        let detail = "Another user, device, host or product used the key of this request.";
        self.deny(request, Denial::new(DenialReason::RequestKeyInUse, detail), now)
    }

    fn repeat(&mut self, slot: u32, request: &CheckoutRequest, now: Moment) -> Decision {
        let Some(held) = self.leases.get(slot) else {
            return Decision::Denied(Denial::new(DenialReason::BadParameter, "The lease has ended."));
        };
        let [user, host, _, vendor_data, product] = held.names();
        if !request.holder.is(user, host, vendor_data, product) {
            return self.deny_foreign_key(request, now);
        }
        let serves = |pools: &&[u32]| pools.contains(&held.pool);
        let same = self.pools.serving(&request.feature).iter().any(serves)
            && held.count == request.count
            && held.is_borrowed() == (request.borrow_seconds > 0);
        if !same {
            let detail = "The key of this request was used for another request.";
            return self.deny(request, Denial::new(DenialReason::BadParameter, detail), now);
        }
        let lease = self.lease(held);
        self.claim(slot, now);
        Decision::Repeated(lease)
    }

    pub(super) fn grant(
        &mut self,
        request: &CheckoutRequest,
        id: LeaseId,
        choice: Choice,
        now: Moment,
    ) -> Decision {
        for pool in &choice.bursts {
            self.begin_burst(*pool, now);
        }
        let since_ms = now.wall.as_millisecond();
        let serial = self.next_serial;
        self.next_serial += 1;
        let state = &self.pools[choice.pool];
        let identity = &state.pool.identity;
        let record = LeaseRecord {
            serial,
            id,
            request_key: request.request_key,
            pool: state.id,
            count: request.count,
            overdraft: choice.overdraft,
            since_ms,
            holder: request.holder.clone(),
            term: request.term(now),
        };
        let held = Held::new(&record, choice.pool, now.monotonic_ms);
        self.changes.push(Change::Opened {
            record,
            pool: Arc::clone(identity),
            caller: request.caller.clone(),
        });
        let lease = self.lease(&held);
        let pool = choice.pool;
        self.hold(held, choice.group);
        self.begin_use(pool, &request.holder, now);
        self.begin_package_use(pool, &request.holder, now);
        self.note_grant(&request.feature, &request.holder, now);
        Decision::Granted(lease)
    }

    /// Enters a lease and counts its seats.
    fn hold(&mut self, mut held: Held, group: Option<GroupKey>) {
        self.count_out(&mut held, group);
        let state = &self.pools[held.pool];
        if held.group != NO_GROUP || state.book.is_some() {
            self.queue.shared(held.pool);
        }
        self.leases.insert(held, state.lifetime);
    }

    /// Ends a lease: its seats come back.
    pub(super) fn close(&mut self, slot: u32, reason: CloseReason, now: Moment) {
        let Some(mut held) = self.leases.remove(slot) else {
            return;
        };
        self.queue.freed(held.pool);
        self.count_in(&mut held);
        let holder = held.holder();
        self.end_use(held.pool, &holder, now);
        self.end_package_use(held.pool, &holder, now);
        let state = &self.pools[held.pool];
        let closed = ClosedLease {
            record: held.record(state.id),
            reason,
            pool: Arc::clone(&state.pool.identity),
        };
        self.changes.push(Change::Closed(closed));
        self.remember_closed(held.key, now);
    }

    /// Follows the clocks.
    pub(super) fn observe(&mut self, now: Moment) {
        self.observe_day(now.today);
        let pools = &self.pools;
        self.leases.observe(now, |pool| pools[pool].lifetime);
    }

    pub(super) fn lease(&self, held: &Held) -> Lease {
        let pool = &self.pools[held.pool].pool;
        Lease {
            id: held.id,
            feature: pool.identity.feature.clone(),
            version: pool.identity.version.to_string(),
            count: held.count,
            overdraft: held.overdraft,
            heartbeat: self.settings.heartbeat,
            lifetime: self.pools[held.pool].lifetime,
            since: timestamp(held.since_ms),
            license_expires: pool.last_expiry(self.day),
            borrowed_until: held.term.borrowed_until(),
            ticket: self.ticket_of(held, self.day).map(Box::new),
        }
    }
}

pub(super) fn timestamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

pub(super) fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
