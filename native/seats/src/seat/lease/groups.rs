//! All groups that share seats, of every pool.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;

use crate::seat::limits::Drawn;

use super::{Group, GroupKey};

/// No group.
pub(in crate::seat) const NO_GROUP: u32 = u32::MAX;

/// The groups by position and by key. A group keeps its position as long as it has members.
#[derive(Debug, Default)]
pub(in crate::seat) struct Groups {
    all: Vec<Group>,
    free: Vec<u32>,
    keys: HashTable<u32>,
    hasher: RandomState,
}

impl Groups {
    /// Number of positions, those of groups without members among them.
    pub(in crate::seat) fn positions(&self) -> usize {
        self.all.len()
    }

    pub(in crate::seat) fn find(&self, key: &GroupKey) -> Option<u32> {
        let hash = self.hasher.hash_one(key);
        let is = |index: &u32| self.all[*index as usize].key == *key;
        self.keys.find(hash, is).copied()
    }

    /// Seats that the group of this key holds; 0 when it has no members.
    pub(in crate::seat) fn seats(&self, key: &GroupKey) -> u32 {
        self.find(key).map_or(0, |index| self.all[index as usize].seats())
    }

    /// Adds a member to the group of this key; gives its position and the seats that it takes more.
    pub(in crate::seat) fn join(&mut self, key: GroupKey, seats: u32) -> (u32, u32) {
        let index = self.enter(key);
        (index, self.all[index as usize].add(seats))
    }

    /// Removes a member; gives the seats that the group had, those that it takes less, and what it drew from
    /// reservations. [`Self::drop_if_empty`] must follow.
    pub(in crate::seat) fn leave(&mut self, index: u32, seats: u32) -> (u32, u32, &mut Drawn) {
        let group = &mut self.all[index as usize];
        let had = group.seats();
        let given_back = group.remove(seats);
        (had, given_back, &mut group.drawn)
    }

    /// Which of its seats come out of reservations.
    pub(in crate::seat) fn drawn_mut(&mut self, index: u32) -> &mut Drawn {
        &mut self.all[index as usize].drawn
    }

    /// No seat comes out of a reservation any more.
    pub(in crate::seat) fn clear_drawn(&mut self) {
        for group in &mut self.all {
            group.drawn.clear();
        }
    }

    /// Frees the position of a group that has no members any more.
    pub(in crate::seat) fn drop_if_empty(&mut self, index: u32) {
        let group = &self.all[index as usize];
        if !group.is_empty() {
            return;
        }
        let hash = self.hasher.hash_one(group.key);
        if let Ok(entry) = self.keys.find_entry(hash, |other| *other == index) {
            entry.remove();
        }
        self.free.push(index);
    }

    fn enter(&mut self, key: GroupKey) -> u32 {
        if let Some(index) = self.find(&key) {
            return index;
        }
        let index = match self.free.pop() {
            Some(index) => {
                self.all[index as usize] = Group::new(key);
                index
            }
            None => {
                self.all.push(Group::new(key));
                (self.all.len() - 1) as u32
            }
        };
        let Self {
            all, keys, hasher, ..
        } = self;
        keys.insert_unique(hasher.hash_one(key), index, |index| {
            hasher.hash_one(all[*index as usize].key)
        });
        index
    }
}
