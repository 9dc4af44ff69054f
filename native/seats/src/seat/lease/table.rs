//! All leases that are held: found by name, by request, by pool and by deadline.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use hashbrown::HashTable;

use crate::Moment;

use super::deadline::Deadlines;
use super::held::Held;
use super::members::PoolMembers;
use super::term::Lead;
use super::{LeaseId, LeaseTerm, RequestKey};

/// The table. A lease keeps its slot as long as it is held; the slots of those that have ended are used again.
#[derive(Debug)]
pub(in crate::seat) struct Leases {
    slots: Vec<Option<Held>>,
    free: Vec<u32>,
    number: usize,
    ids: HashTable<u32>,
    keys: HashTable<u32>,
    hasher: RandomState,
    deadlines: Deadlines,
    lead: Lead,
    /// Leases by pool, oldest first.
    members: PoolMembers,
}

impl Leases {
    pub(in crate::seat) fn new(now: Moment) -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
            number: 0,
            ids: HashTable::new(),
            keys: HashTable::new(),
            hasher: RandomState::new(),
            deadlines: Deadlines::new(now.monotonic_ms),
            lead: Lead::at(now),
            members: PoolMembers::default(),
        }
    }

    /// Number of leases.
    pub(in crate::seat) fn len(&self) -> usize {
        self.number
    }

    /// All slots, those of ended leases among them.
    pub(in crate::seat) fn slots(&self) -> std::ops::Range<u32> {
        0..self.slots.len() as u32
    }

    pub(in crate::seat) fn get(&self, slot: u32) -> Option<&Held> {
        self.slots.get(slot as usize)?.as_ref()
    }

    /// For changes of anything but its name, its request, its pool and its term.
    pub(in crate::seat) fn get_mut(&mut self, slot: u32) -> Option<&mut Held> {
        self.slots.get_mut(slot as usize)?.as_mut()
    }

    /// The leases of up to `limit` slots from `from` on, and where to go on; none at the end.
    pub(in crate::seat) fn page(
        &self,
        from: usize,
        limit: usize,
    ) -> (impl Iterator<Item = &Held>, Option<usize>) {
        let end = from.saturating_add(limit).min(self.slots.len());
        let page = self.slots.get(from..end).unwrap_or_default().iter().flatten();
        (page, (end < self.slots.len()).then_some(end))
    }

    pub(in crate::seat) fn slot_of(&self, id: &LeaseId) -> Option<u32> {
        let hash = self.hasher.hash_one(id);
        let is = |slot: &u32| self.get(*slot).is_some_and(|held| held.id == *id);
        self.ids.find(hash, is).copied()
    }

    pub(in crate::seat) fn slot_of_key(&self, key: &RequestKey) -> Option<u32> {
        let hash = self.hasher.hash_one(key);
        let is = |slot: &u32| self.get(*slot).is_some_and(|held| held.key == *key);
        self.keys.find(hash, is).copied()
    }

    /// Number of leases of a pool.
    pub(in crate::seat) fn number_of(&self, pool: u32) -> u32 {
        self.members.number(pool)
    }

    /// Leases of a pool, oldest first.
    pub(in crate::seat) fn of_pool(&self, pool: u32) -> impl Iterator<Item = &Held> {
        self.members.slots(pool).filter_map(|slot| self.get(slot))
    }

    /// Slots in the order in which the leases were granted.
    pub(in crate::seat) fn by_age(&self) -> Vec<u32> {
        let mut aged: Vec<(u64, u32)> = Vec::with_capacity(self.number);
        aged.extend(
            self.slots()
                .filter_map(|slot| Some((self.get(slot)?.serial, slot))),
        );
        aged.sort_unstable();
        aged.into_iter().map(|(_, slot)| slot).collect()
    }

    /// Enters a lease. `lifetime` is how long its pool keeps it without a sign of life.
    pub(in crate::seat) fn insert(&mut self, held: Held, lifetime: Duration) {
        let (pool, deadline) = (held.pool, self.deadline(&held, lifetime));
        let hashes = (self.hasher.hash_one(held.id), self.hasher.hash_one(held.key));
        let slot = match self.free.pop() {
            Some(slot) => {
                self.slots[slot as usize] = Some(held);
                slot
            }
            None => {
                self.slots.push(Some(held));
                (self.slots.len() - 1) as u32
            }
        };
        let Self {
            ids,
            keys,
            slots,
            hasher,
            ..
        } = self;
        let of = |slot: u32| slots[slot as usize].as_ref();
        ids.insert_unique(hashes.0, slot, |slot| {
            of(*slot).map_or(0, |held| hasher.hash_one(held.id))
        });
        keys.insert_unique(hashes.1, slot, |slot| {
            of(*slot).map_or(0, |held| hasher.hash_one(held.key))
        });
        self.deadlines.insert(slot, deadline);
        self.members.insert(pool, slot);
        self.number += 1;
    }

    pub(in crate::seat) fn remove(&mut self, slot: u32) -> Option<Held> {
        let held = self.slots.get_mut(slot as usize)?.take()?;
        let hashes = (self.hasher.hash_one(held.id), self.hasher.hash_one(held.key));
        if let Ok(entry) = self.ids.find_entry(hashes.0, |other| *other == slot) {
            entry.remove();
        }
        if let Ok(entry) = self.keys.find_entry(hashes.1, |other| *other == slot) {
            entry.remove();
        }
        self.deadlines.remove(slot);
        self.members.remove(held.pool, slot);
        self.free.push(slot);
        self.number -= 1;
        Some(held)
    }

    /// Takes a lease out of its slot for a moment; [`Self::put_back`] must follow.
    pub(in crate::seat) fn lift(&mut self, slot: u32) -> Option<Held> {
        self.slots.get_mut(slot as usize)?.take()
    }

    pub(in crate::seat) fn put_back(&mut self, slot: u32, held: Held) {
        self.slots[slot as usize] = Some(held);
    }

    /// Gives a lease another term; gives the one before.
    pub(in crate::seat) fn set_term(
        &mut self,
        slot: u32,
        term: LeaseTerm,
        lifetime: Duration,
    ) -> Option<LeaseTerm> {
        let before = std::mem::replace(&mut self.get_mut(slot)?.term, term);
        self.reschedule(slot, lifetime);
        Some(before)
    }

    /// When a lease ends if nothing is heard of it, on the monotonic clock.
    pub(in crate::seat) fn deadline(&self, held: &Held, lifetime: Duration) -> u64 {
        self.lead.deadline(held, lifetime)
    }

    /// Works out the deadline of a lease again.
    pub(in crate::seat) fn reschedule(&mut self, slot: u32, lifetime: Duration) {
        if let Some(held) = self.get(slot) {
            let deadline = self.deadline(held, lifetime);
            self.deadlines.remove(slot);
            self.deadlines.insert(slot, deadline);
        }
    }

    /// Slots of the leases that end now by their deadlines.
    pub(in crate::seat) fn due(&mut self, now_ms: u64, lifetime: impl Fn(u32) -> Duration) -> Vec<u32> {
        let (slots, lead) = (&self.slots, self.lead);
        self.deadlines.due(now_ms, |slot| {
            let held = slots[slot as usize].as_ref();
            held.map_or(0, |held| lead.deadline(held, lifetime(held.pool)))
        })
    }

    /// Follows the clocks: where they have drifted apart, deadlines by the trusted clock are worked out again.
    pub(in crate::seat) fn observe(&mut self, now: Moment, lifetime: impl Fn(u32) -> Duration) {
        if !self.lead.follow(now) {
            return;
        }
        for slot in self.slots() {
            let by_trusted_clock = |held: &&Held| held.term != LeaseTerm::Heartbeats;
            if let Some(pool) = self.get(slot).filter(by_trusted_clock).map(|held| held.pool) {
                self.reschedule(slot, lifetime(pool));
            }
        }
    }
}
