//! The ledger: decides every checkout, and knows every seat that is out.

use std::collections::HashMap;
use std::hash::RandomState;
use std::mem;
use std::sync::Arc;

use hashbrown::HashTable;
use jiff::{Timestamp, civil::Date};
use licensing_api::denial::DenialReason;

use crate::Moment;
use crate::pool::{PoolId, PoolIdentity, PoolSet};

use super::burst::Bursts;
use super::choose::Choice;
use super::closed::ClosedKeys;
use super::deadline::Deadlines;
use super::denials::Denials;
use super::group::Group;
use super::holders::PoolMembers;
use super::lease::{Lease, LeaseId, LeaseRecord, LeaseTerm, RequestKey};
use super::limits::LimitCounts;
use super::pools::PoolState;
use super::queue::Queue;
use super::reserve::Drawn;
use super::rules::SeatRules;
use super::term::Lead;
use super::{Change, CheckoutRequest, CloseReason, Decision, Denial, Holder, SeatSettings, names};

/// No slot, no group.
pub(super) const NONE: u32 = u32::MAX;

/// A lease as it is held in memory, made small: a hundred thousand of them are ordinary.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) id: LeaseId,
    pub(super) key: RequestKey,
    pub(super) serial: u64,
    pub(super) since_ms: i64,
    pub(super) heard_ms: u64,
    pub(super) pool: u32,
    pub(super) count: u32,
    pub(super) overdraft: u32,
    pub(super) group: u32,
    pub(super) process_id: u32,
    pub(super) term: LeaseTerm,
    /// Its seats that come out of reservations, unless it shares them with a group.
    pub(super) drawn: Drawn,
    /// See [`super::names`].
    pub(super) names: Box<str>,
}

impl Held {
    /// User, host, display, vendor data and product.
    pub(super) fn names(&self) -> [&str; 5] {
        let [names @ .., _, _] = names::parts(&self.names);
        names
    }

    /// As it is stored.
    pub(super) fn record(&self, pool: PoolId) -> LeaseRecord {
        LeaseRecord {
            serial: self.serial,
            id: self.id,
            request_key: self.key,
            pool,
            count: self.count,
            overdraft: self.overdraft,
            since_ms: self.since_ms,
            holder: self.holder(),
            term: self.term,
        }
    }

    pub(super) fn holder(&self) -> Holder {
        names::unpack(&self.names, self.process_id)
    }
}

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
    pub(super) pools: Vec<PoolState>,
    pub(super) by_id: HashMap<PoolId, u32>,
    /// Pools by lower-case feature, in the order in which they are tried.
    pub(super) by_feature: HashMap<String, Vec<u32>>,
    /// Pools that satisfy requests for other features too, by those in lower case, in the order in which they are tried.
    pub(super) substitutes: HashMap<String, Vec<u32>>,
    pub(super) order: Vec<u32>,
    pub(super) rules: SeatRules,
    pub(super) limits: LimitCounts,
    pub(super) bursts: Bursts,
    pub(super) slots: Vec<Option<Held>>,
    pub(super) free_slots: Vec<u32>,
    pub(super) leases: usize,
    pub(super) ids: HashTable<u32>,
    pub(super) keys: HashTable<u32>,
    pub(super) groups: Vec<Group>,
    pub(super) free_groups: Vec<u32>,
    pub(super) group_keys: HashTable<u32>,
    pub(super) hasher: RandomState,
    pub(super) deadlines: Deadlines,
    /// Leases by pool, oldest first.
    pub(super) members: PoolMembers,
    pub(super) queue: Queue,
    pub(super) denials: Denials,
    pub(super) closed: ClosedKeys,
    pub(super) changes: Vec<Change>,
    /// Pools whose seats changed, see [`Ledger::take_levels`].
    pub(super) touched: Vec<u32>,
    pub(super) next_serial: u64,
    pub(super) day: Date,
    pub(super) lead: Lead,
    /// When assignments were last looked through, in milliseconds since 1970.
    pub(super) assignments_checked_ms: i64,
}

impl Ledger {
    /// An empty ledger over these pools.
    pub fn new(settings: SeatSettings, pools: PoolSet, now: Moment) -> Self {
        let mut ledger = Self {
            settings,
            pools: Vec::new(),
            by_id: HashMap::new(),
            by_feature: HashMap::new(),
            substitutes: HashMap::new(),
            order: Vec::new(),
            rules: SeatRules::default(),
            limits: LimitCounts::default(),
            bursts: Bursts::default(),
            slots: Vec::new(),
            free_slots: Vec::new(),
            leases: 0,
            ids: HashTable::new(),
            keys: HashTable::new(),
            groups: Vec::new(),
            free_groups: Vec::new(),
            group_keys: HashTable::new(),
            hasher: RandomState::new(),
            deadlines: Deadlines::new(now.monotonic_ms),
            members: PoolMembers::default(),
            queue: Queue::default(),
            denials: Denials::new(now),
            closed: ClosedKeys::default(),
            changes: Vec::new(),
            touched: Vec::new(),
            next_serial: 1,
            day: now.today,
            lead: Lead::at(now),
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
        if self.slot_of(&record.id).is_some() {
            return Err(RestoreError::DuplicateLease { serial });
        }
        if self.slot_of_key(&record.request_key).is_some() {
            return Err(RestoreError::DuplicateRequest { serial });
        }
        if !names::is_sound(&record.holder) {
            return Err(RestoreError::BadHolder { serial });
        }
        let names = names::pack(&record.holder);
        let pool = self.pool_of(identity);
        self.next_serial = self.next_serial.max(serial.saturating_add(1));
        self.resume_use(pool, &record.holder, now);
        self.resume_package_use(pool, &record.holder, now);
        let group = self.shares(pool, &record.holder);
        self.hold(
            Held {
                id: record.id,
                key: record.request_key,
                serial,
                since_ms: record.since_ms,
                heard_ms: now.monotonic_ms,
                pool,
                count: record.count,
                overdraft: record.overdraft,
                group: NONE,
                process_id: record.holder.process_id,
                term: record.term,
                drawn: Drawn::default(),
                names,
            },
            group,
        );
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
        let of_key = self.slot_of_key(&request.request_key);
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
        if self.slot_of(&id).is_some() {
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
        self.slot_of(&id).is_some_and(|slot| self.check_in(slot, now))
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
            match self
                .slot_of(id)
                .and_then(|slot| self.slots[slot as usize].as_mut())
            {
                Some(held) if !held.is_checked_in() => {
                    held.heard_ms = held.heard_ms.max(now.monotonic_ms);
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
        let (slots, pools, lead) = (&self.slots, &self.pools, self.lead);
        let due = self.deadlines.due(now.monotonic_ms, |slot| {
            let held = slots[slot as usize].as_ref();
            held.map_or(0, |held| held.deadline(&pools[held.pool as usize], lead))
        });
        for slot in &due {
            let Some(held) = &self.slots[*slot as usize] else {
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
        self.leases
    }

    /// Whether no lease is held.
    pub fn is_empty(&self) -> bool {
        self.leases == 0
    }

    fn is_checked_in(&self, slot: u32) -> bool {
        let held = self.slots[slot as usize].as_ref();
        held.is_some_and(Held::is_checked_in)
    }

    fn repeat(&mut self, slot: u32, request: &CheckoutRequest, now: Moment) -> Decision {
        let Some(held) = self.slots[slot as usize].as_ref() else {
            return Decision::Denied(Denial::new(DenialReason::BadParameter, "The lease has ended."));
        };
        let serves = |pools: &&[u32]| pools.contains(&held.pool);
        let same = self.pools_for(&request.feature).iter().any(serves)
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
        let state = &self.pools[choice.pool as usize];
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
        self.changes.push(Change::Opened {
            record,
            pool: Arc::clone(identity),
            caller: request.caller.clone(),
        });
        let held = Held {
            id,
            key: request.request_key,
            serial,
            since_ms,
            heard_ms: now.monotonic_ms,
            pool: choice.pool,
            count: request.count,
            overdraft: choice.overdraft,
            group: NONE,
            process_id: request.holder.process_id,
            term: request.term(now),
            drawn: Drawn::default(),
            names: names::pack(&request.holder),
        };
        let lease = self.lease(&held);
        let pool = choice.pool;
        self.hold(held, choice.group);
        self.begin_use(pool, &request.holder, now);
        self.begin_package_use(pool, &request.holder, now);
        self.note_grant(&request.feature, &request.holder, now);
        Decision::Granted(lease)
    }

    pub(super) fn lease(&self, held: &Held) -> Lease {
        let pool = &self.pools[held.pool as usize].pool;
        Lease {
            id: held.id,
            feature: pool.identity.feature.clone(),
            version: pool.identity.version.to_string(),
            count: held.count,
            overdraft: held.overdraft,
            heartbeat: self.settings.heartbeat,
            lifetime: self.pools[held.pool as usize].lifetime,
            since: timestamp(held.since_ms),
            license_expires: pool.last_expiry(self.day),
            borrowed_until: held.term.borrowed_until(),
        }
    }
}

pub(super) fn timestamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

pub(super) fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
