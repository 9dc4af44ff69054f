//! Seats that are out under each MAX line.

mod burst;
mod counted;
mod reserve;

use std::collections::HashMap;

use crate::policy::{Limit, LimitKey};

pub(in crate::seat) use burst::{Burst, Bursts};
pub use burst::{BurstRecord, BurstTerms};
pub(in crate::seat) use counted::Counted;
pub(in crate::seat) use reserve::{Drawn, Unreservable};

use crate::seat::lease::GroupKey;

/// What counts under every limit, over all pools.
#[derive(Debug, Default)]
pub(in crate::seat) struct LimitCounts(HashMap<LimitKey, Counted>);

impl LimitCounts {
    pub(in crate::seat) fn clear(&mut self) {
        self.0.clear();
    }

    /// Seats out under a limit.
    pub(in crate::seat) fn out(&self, limit: &Limit) -> u64 {
        self.0.get(&limit.key).map_or(0, Counted::seats)
    }

    /// Whether so many more seats would exceed a limit. Who shares a seat that counts already takes none; a limit of 0
    /// forbids that too.
    pub(in crate::seat) fn forbids(&self, limit: &Limit, group: Option<GroupKey>, seats: u32) -> bool {
        let counted = self.0.get(&limit.key);
        let further = u64::from(counted.map_or(seats, |counted| counted.further(group, seats)));
        limit.seats == 0 || further > 0 && self.out(limit).saturating_add(further) > u64::from(limit.seats)
    }

    pub(in crate::seat) fn add(&mut self, key: LimitKey, group: Option<GroupKey>, seats: u32) {
        self.0.entry(key).or_default().add(group, seats);
    }

    pub(in crate::seat) fn remove(&mut self, key: &LimitKey, group: Option<GroupKey>, seats: u32) {
        let Some(counted) = self.0.get_mut(key) else {
            return;
        };
        counted.remove(group, seats);
        if counted.is_empty() {
            self.0.remove(key);
        }
    }
}
