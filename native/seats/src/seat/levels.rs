//! How many seats of each pool were checked out at most since somebody last asked.

use std::mem;
use std::sync::Arc;

use crate::Moment;
use crate::pool::PoolIdentity;

use super::burst::Burst;
use super::ledger::Ledger;

/// Seats of a pool since the levels were last taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolLevel {
    /// The pool.
    pub pool: Arc<PoolIdentity>,
    /// Most seats checked out after any change.
    pub highest: u32,
    /// Seats checked out now.
    pub now: u32,
    /// Seats that can be checked out, overdraft included; none when uncounted or during a burst.
    pub limit: Option<u32>,
}

impl Ledger {
    /// Notes the seats checked out after a change.
    pub(super) fn note_level(&mut self, pool: u32) {
        let state = &mut self.pools[pool as usize];
        let level = state.seats_out();
        match &mut state.highest {
            Some(highest) => *highest = (*highest).max(level),
            None => {
                state.highest = Some(level);
                self.touched.push(pool);
            }
        }
    }

    /// The pools whose seats changed since this was last called.
    pub fn take_levels(&mut self, now: Moment) -> Vec<PoolLevel> {
        mem::take(&mut self.touched)
            .into_iter()
            .map(|index| {
                let state = &mut self.pools[index as usize];
                let highest = state.highest.take();
                let state = &self.pools[index as usize];
                let feature = state.pool.identity.feature.to_lowercase();
                let in_burst = matches!(self.burst_of(&feature, now), Burst::Active { .. });
                let level = state.seats_out();
                PoolLevel {
                    pool: Arc::clone(&state.pool.identity),
                    highest: highest.unwrap_or(level),
                    now: level,
                    limit: state.capacity.total().filter(|_| !in_burst),
                }
            })
            .collect()
    }
}
