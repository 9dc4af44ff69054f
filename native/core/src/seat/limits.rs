//! Seats that are out under each MAX line.

use std::collections::HashMap;

use crate::policy::{Limit, LimitKey};

use super::group::{Group, GroupKey};

/// What counts under every limit, over all pools.
#[derive(Debug, Default)]
pub(super) struct LimitCounts(HashMap<LimitKey, Counted>);

/// Seats under one limit. Those of them who share seats count once, with the largest number one of them asked for.
#[derive(Debug, Default)]
struct Counted {
    out: u64,
    shared: HashMap<GroupKey, Group>,
}

impl LimitCounts {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Seats out under a limit.
    pub(super) fn out(&self, limit: &Limit) -> u64 {
        self.0.get(&limit.key).map_or(0, |counted| counted.out)
    }

    /// Whether so many more seats would exceed a limit. Who shares a seat that counts already takes none; a limit of 0
    /// forbids that too.
    pub(super) fn forbids(&self, limit: &Limit, group: Option<GroupKey>, seats: u32) -> bool {
        let counted = self.0.get(&limit.key);
        let shared = group
            .zip(counted)
            .and_then(|(group, counted)| counted.shared.get(&group))
            .map_or(0, Group::seats);
        let further = u64::from(seats.saturating_sub(shared));
        limit.seats == 0 || further > 0 && self.out(limit).saturating_add(further) > u64::from(limit.seats)
    }

    pub(super) fn add(&mut self, key: LimitKey, group: Option<GroupKey>, seats: u32) {
        let counted = self.0.entry(key).or_default();
        let Some(group) = group else {
            counted.out += u64::from(seats);
            return;
        };
        let group = counted.shared.entry(group).or_insert_with(|| Group::new(group));
        let before = group.seats();
        group.add(seats);
        counted.out += u64::from(group.seats() - before);
    }

    pub(super) fn remove(&mut self, key: &LimitKey, group: Option<GroupKey>, seats: u32) {
        let Some(counted) = self.0.get_mut(key) else {
            return;
        };
        let given_back = match group {
            None => seats,
            Some(key) => counted.shared.get_mut(&key).map_or(0, |group| {
                let before = group.seats();
                group.remove(seats);
                before - group.seats()
            }),
        };
        if let Some(key) = group.filter(|key| counted.shared.get(key).is_some_and(Group::is_empty)) {
            counted.shared.remove(&key);
        }
        counted.out = counted.out.saturating_sub(u64::from(given_back));
        if counted.out == 0 && counted.shared.is_empty() {
            self.0.remove(key);
        }
    }
}
