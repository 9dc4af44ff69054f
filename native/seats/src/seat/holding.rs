//! Leases in memory: entering, finding and removing them.

use std::hash::BuildHasher;
use std::sync::Arc;

use crate::Moment;

use super::group::{Group, GroupKey};
use super::ledger::{Held, Ledger, NONE};
use super::{Change, CloseReason, ClosedLease, LeaseId, RequestKey};

impl Ledger {
    /// Enters a lease and counts its seats.
    pub(super) fn hold(&mut self, mut held: Held, group: Option<GroupKey>) {
        self.count_out(&mut held, group);
        let pool = held.pool;
        if held.group != NONE || self.pools[pool as usize].book.is_some() {
            self.queue.shared(pool);
        }
        let deadline = held.deadline(&self.pools[pool as usize], self.lead);
        let slot = match self.free_slots.pop() {
            Some(slot) => slot,
            None => {
                self.slots.push(None);
                (self.slots.len() - 1) as u32
            }
        };
        let (id_hash, key_hash) = (self.hasher.hash_one(held.id), self.hasher.hash_one(held.key));
        self.slots[slot as usize] = Some(held);
        let Self {
            ids,
            keys,
            slots,
            hasher,
            ..
        } = self;
        let of = |slot: u32| slots[slot as usize].as_ref();
        ids.insert_unique(id_hash, slot, |slot| {
            of(*slot).map_or(0, |held| hasher.hash_one(held.id))
        });
        keys.insert_unique(key_hash, slot, |slot| {
            of(*slot).map_or(0, |held| hasher.hash_one(held.key))
        });
        self.deadlines.insert(slot, deadline);
        self.members.insert(pool, slot);
        self.leases += 1;
    }

    pub(super) fn close(&mut self, slot: u32, reason: CloseReason, now: Moment) {
        let (Some(id_hash), Some(key_hash)) = (
            self.slots[slot as usize]
                .as_ref()
                .map(|held| self.hasher.hash_one(held.id)),
            self.slots[slot as usize]
                .as_ref()
                .map(|held| self.hasher.hash_one(held.key)),
        ) else {
            return;
        };
        if let Ok(entry) = self.ids.find_entry(id_hash, |other| *other == slot) {
            entry.remove();
        }
        if let Ok(entry) = self.keys.find_entry(key_hash, |other| *other == slot) {
            entry.remove();
        }
        self.deadlines.remove(slot);
        let Some(mut held) = self.slots[slot as usize].take() else {
            return;
        };
        self.free_slots.push(slot);
        self.members.remove(held.pool, slot);
        self.queue.freed(held.pool);
        self.leases -= 1;
        self.count_in(&mut held);
        let holder = held.holder();
        self.end_use(held.pool, &holder, now);
        self.end_package_use(held.pool, &holder, now);
        let state = &self.pools[held.pool as usize];
        let closed = ClosedLease {
            record: held.record(state.id),
            reason,
            pool: Arc::clone(&state.pool.identity),
        };
        self.changes.push(Change::Closed(closed));
        self.remember_closed(held.key, now);
    }

    pub(super) fn slot_of(&self, id: &LeaseId) -> Option<u32> {
        let hash = self.hasher.hash_one(id);
        self.ids
            .find(hash, |slot| {
                self.slots[*slot as usize]
                    .as_ref()
                    .is_some_and(|held| held.id == *id)
            })
            .copied()
    }

    pub(super) fn slot_of_key(&self, key: &RequestKey) -> Option<u32> {
        let hash = self.hasher.hash_one(key);
        self.keys
            .find(hash, |slot| {
                self.slots[*slot as usize]
                    .as_ref()
                    .is_some_and(|held| held.key == *key)
            })
            .copied()
    }

    pub(super) fn find_group(&self, key: &GroupKey) -> Option<u32> {
        let hash = self.hasher.hash_one(key);
        self.group_keys
            .find(hash, |index| self.groups[*index as usize].key == *key)
            .copied()
    }

    pub(super) fn group_of(&mut self, key: GroupKey) -> u32 {
        if let Some(index) = self.find_group(&key) {
            return index;
        }
        let index = match self.free_groups.pop() {
            Some(index) => {
                self.groups[index as usize] = Group::new(key);
                index
            }
            None => {
                self.groups.push(Group::new(key));
                (self.groups.len() - 1) as u32
            }
        };
        let Self {
            group_keys,
            groups,
            hasher,
            ..
        } = self;
        group_keys.insert_unique(hasher.hash_one(key), index, |index| {
            hasher.hash_one(groups[*index as usize].key)
        });
        index
    }

    pub(super) fn drop_empty_group(&mut self, index: u32) {
        let group = &self.groups[index as usize];
        if !group.is_empty() {
            return;
        }
        let hash = self.hasher.hash_one(group.key);
        if let Ok(entry) = self.group_keys.find_entry(hash, |other| *other == index) {
            entry.remove();
        }
        self.free_groups.push(index);
    }
}
