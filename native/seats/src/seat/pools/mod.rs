//! Pools within the ledger, in the order in which they are tried.

mod levels;
mod state;
mod suite;

use std::collections::HashMap;
use std::ops::{Index, IndexMut};
use std::sync::Arc;

use jiff::civil::Date;

use crate::Moment;
use crate::pool::{Capacity, PoolId, PoolIdentity, PoolSet};

use super::SeatSettings;
use super::ledger::Ledger;
use super::limits::Drawn;

pub use levels::PoolLevel;
pub(in crate::seat) use state::PoolState;

/// Figures of one pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolUsage {
    /// What it may give out today.
    pub capacity: Capacity,
    /// Seats out, overdraft included.
    pub in_use: u32,
    /// How many of them exceed what was bought.
    pub overdraft_in_use: u32,
}

/// All pools that were ever installed or have seats out. A pool keeps its position.
#[derive(Debug, Default)]
pub(in crate::seat) struct Pools {
    states: Vec<PoolState>,
    by_id: HashMap<PoolId, u32>,
    /// Pools by lower-case feature, in the order in which they are tried.
    by_feature: HashMap<String, Vec<u32>>,
    /// Pools that satisfy requests for other features too, by those in lower case, in the order in which they are tried.
    substitutes: HashMap<String, Vec<u32>>,
    /// The installed ones, in the order in which they are tried.
    order: Vec<u32>,
    /// Those whose seats changed, see [`Ledger::take_levels`].
    touched: Vec<u32>,
}

impl Index<u32> for Pools {
    type Output = PoolState;

    fn index(&self, position: u32) -> &PoolState {
        &self.states[position as usize]
    }
}

impl IndexMut<u32> for Pools {
    fn index_mut(&mut self, position: u32) -> &mut PoolState {
        &mut self.states[position as usize]
    }
}

impl Pools {
    pub(in crate::seat) fn positions(&self) -> std::ops::Range<u32> {
        0..self.states.len() as u32
    }

    pub(in crate::seat) fn get(&self, position: u32) -> Option<&PoolState> {
        self.states.get(position as usize)
    }

    pub(in crate::seat) fn iter(&self) -> impl Iterator<Item = &PoolState> {
        self.states.iter()
    }

    pub(in crate::seat) fn iter_mut(&mut self) -> impl Iterator<Item = &mut PoolState> {
        self.states.iter_mut()
    }

    pub(in crate::seat) fn position(&self, id: &PoolId) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    /// Positions of the installed ones, in the order in which they are tried.
    pub(in crate::seat) fn installed(&self) -> impl Iterator<Item = u32> {
        self.order.iter().copied()
    }

    /// Pools of a feature, in lower case.
    pub(in crate::seat) fn of_feature(&self, feature: &str) -> &[u32] {
        self.by_feature.get(feature).map_or(&[], Vec::as_slice)
    }

    /// Pools of the feature itself, then those of other editions that satisfy its requests.
    pub(in crate::seat) fn serving(&self, feature: &str) -> [&[u32]; 2] {
        let feature = feature.to_lowercase();
        let others = self.substitutes.get(&feature).map_or(&[][..], Vec::as_slice);
        [self.of_feature(&feature), others]
    }

    /// Sets of pools that may serve the same request.
    pub(in crate::seat) fn in_common(&self) -> impl Iterator<Item = Vec<u32>> {
        let of_features = self.by_feature.iter().map(|(feature, own)| {
            let others = self.substitutes.get(feature).into_iter().flatten();
            own.iter().chain(others).copied().collect()
        });
        let packages = self.positions().filter_map(|position| {
            let package = self[position].suite.package?;
            Some(vec![position, package])
        });
        of_features
            .chain(self.substitutes.values().cloned())
            .chain(packages)
    }

    /// Position of a pool, which is entered if it is new.
    pub(in crate::seat) fn enter(&mut self, identity: &Arc<PoolIdentity>, settings: &SeatSettings) -> u32 {
        let id = identity.id();
        if let Some(position) = self.position(&id) {
            return position;
        }
        let position = self.states.len() as u32;
        self.states.push(PoolState::new(id, identity, settings));
        self.by_id.insert(id, position);
        // It is not installed yet and has the highest position: in the order of `index_features` it comes last.
        let feature = identity.feature.to_lowercase();
        self.by_feature.entry(feature).or_default().push(position);
        self.tie(position, settings);
        position
    }

    /// Seats of a pool go out.
    pub(in crate::seat) fn count_out(&mut self, pool: u32, seats: u32) {
        let state = &mut self[pool];
        state.in_use = state.in_use.saturating_add(u64::from(seats));
        self.note_level(pool);
    }

    /// Some of the seats that a holder has come back: those that were drawn from reservations last.
    pub(in crate::seat) fn count_in(&mut self, pool: u32, holder: &mut Drawn, had: u32, given_back: u32) {
        let state = &mut self[pool];
        state.give_back(holder, had, given_back);
        state.in_use = state.in_use.saturating_sub(u64::from(given_back));
        self.note_level(pool);
    }

    /// Replaces the installed ones.
    fn replace(&mut self, set: PoolSet, settings: &SeatSettings) {
        self.states.iter_mut().for_each(PoolState::remove);
        self.order.clear();
        for pool in set.pools {
            let position = self.enter(&pool.identity, settings);
            self[position].install(pool, settings);
            self.order.push(position);
        }
        self.index_features();
    }

    /// Installed pools in their order, then those that are gone but have seats out.
    fn index_features(&mut self) {
        self.by_feature.clear();
        self.substitutes.clear();
        for position in self.order.iter().copied() {
            for feature in self.states[position as usize].pool.also_satisfies() {
                self.substitutes.entry(feature).or_default().push(position);
            }
        }
        let mut all = self.order.clone();
        all.extend(self.positions().filter(|position| !self[*position].installed));
        for position in all {
            let feature = self.states[position as usize].feature_key();
            self.by_feature.entry(feature).or_default().push(position);
        }
    }
}

impl Ledger {
    /// Replaces the pools. Seats that are out stay out, also those of pools that are gone.
    pub fn replace_pools(&mut self, set: PoolSet, now: Moment) {
        self.day = now.today;
        self.pools.replace(set, &self.settings);
        self.queue.pools_changed();
        self.apply_rules();
    }

    /// Figures of a pool.
    pub fn pool_usage(&self, id: PoolId) -> Option<PoolUsage> {
        let state = &self.pools[self.pools.position(&id)?];
        Some(PoolUsage {
            capacity: state.capacity,
            in_use: state.seats_out(),
            overdraft_in_use: state.overdraft_in_use(),
        })
    }

    pub(in crate::seat) fn observe_day(&mut self, today: Date) {
        if self.day == today {
            return;
        }
        self.day = today;
        for state in self.pools.iter_mut() {
            state.refresh(today);
        }
        self.queue.look_at_everything();
    }

    pub(in crate::seat) fn pool_of(&mut self, identity: &Arc<PoolIdentity>) -> u32 {
        self.pools.enter(identity, &self.settings)
    }
}
