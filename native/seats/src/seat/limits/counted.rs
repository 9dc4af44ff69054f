//! Seats counted together, of which those who share some count once.

use std::collections::HashMap;

use crate::seat::lease::{Group, GroupKey};

/// A number of seats. Those who share seats count once, with the largest number one of them asked for.
#[derive(Debug, Default)]
pub(in crate::seat) struct Counted {
    seats: u64,
    shared: HashMap<GroupKey, Group>,
}

impl Counted {
    pub(in crate::seat) fn seats(&self) -> u64 {
        self.seats
    }

    pub(in crate::seat) fn is_empty(&self) -> bool {
        self.seats == 0 && self.shared.is_empty()
    }

    /// Seats that would be counted besides if so many were added.
    pub(in crate::seat) fn further(&self, group: Option<GroupKey>, seats: u32) -> u32 {
        let shared = group
            .and_then(|group| self.shared.get(&group))
            .map_or(0, Group::seats);
        seats.saturating_sub(shared)
    }

    pub(in crate::seat) fn add(&mut self, group: Option<GroupKey>, seats: u32) {
        self.seats += u64::from(self.further(group, seats));
        if let Some(key) = group {
            let group = self.shared.entry(key).or_insert_with(|| Group::new(key));
            group.add(seats);
        }
    }

    pub(in crate::seat) fn remove(&mut self, group: Option<GroupKey>, seats: u32) {
        let mut given_back = seats;
        if let Some(key) = group {
            let Some(group) = self.shared.get_mut(&key) else {
                return;
            };
            given_back = group.remove(seats);
            if group.is_empty() {
                self.shared.remove(&key);
            }
        }
        self.seats = self.seats.saturating_sub(u64::from(given_back));
    }
}
