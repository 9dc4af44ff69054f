//! How many seats of each pool were checked out at most since somebody last asked.

use std::mem;
use std::sync::Arc;

use crate::Moment;
use crate::pool::PoolIdentity;

use crate::seat::ledger::Ledger;
use crate::seat::limits::Burst;

use super::Pools;

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

impl Pools {
    /// Notes the seats checked out after a change.
    pub(in crate::seat) fn note_level(&mut self, pool: u32) {
        let state = &mut self[pool];
        let level = state.seats_out();
        match &mut state.highest {
            Some(highest) => *highest = (*highest).max(level),
            None => {
                state.highest = Some(level);
                self.touched.push(pool);
            }
        }
    }
}

impl Ledger {
    /// The pools whose seats changed since this was last called.
    pub fn take_levels(&mut self, now: Moment) -> Vec<PoolLevel> {
        mem::take(&mut self.pools.touched)
            .into_iter()
            .map(|pool| {
                let highest = self.pools[pool].highest.take();
                let state = &self.pools[pool];
                let in_burst = matches!(self.burst_of(&state.feature_key(), now), Burst::Active { .. });
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
