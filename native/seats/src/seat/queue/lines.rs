//! Which features stand in one line: those that seats of one pool may serve.

use std::collections::BTreeMap;
use std::mem;

use crate::seat::ledger::Ledger;

use super::{Line, NONE};

impl Ledger {
    /// The line of a feature; none has this number where no pool serves it.
    pub(super) fn line_of(&self, feature: &str) -> u32 {
        let pools = self.pools.serving(feature);
        let pool = pools.into_iter().flatten().next();
        let line = pool.and_then(|pool| self.queue.line_of_pool.get(*pool as usize));
        line.copied().unwrap_or(NONE)
    }

    /// Works out which pools have requests in common, and sorts who waits into lines again.
    pub(super) fn form_lines(&mut self) {
        let queue = &mut self.queue;
        let positions = self.pools.positions();
        if queue.line_of_pool.len() == positions.len() {
            return;
        }
        let mut lines: Vec<u32> = positions.collect();
        for pools in self.pools.in_common() {
            join(&mut lines, &pools);
        }
        queue.line_of_pool = (0..lines.len() as u32).map(|pool| first(&lines, pool)).collect();
        let waiters = mem::take(&mut queue.lines)
            .into_values()
            .flat_map(|line| line.waiters);
        let mut formed: BTreeMap<u32, Line> = BTreeMap::new();
        for (number, waiter) in waiters {
            let line = self.line_of(&waiter.feature);
            let key = waiter.request.request_key;
            self.queue.places.insert(key, (line, number));
            formed.entry(line).or_default().waiters.insert(number, waiter);
        }
        self.queue.lines = formed;
        self.queue.look_at_everything();
    }
}

/// First pool of the line of a pool, as far as lines are joined.
fn first(lines: &[u32], mut pool: u32) -> u32 {
    while lines[pool as usize] != pool {
        pool = lines[pool as usize];
    }
    pool
}

/// Makes one line of the lines of these pools.
fn join(lines: &mut [u32], pools: &[u32]) {
    let Some(least) = pools.iter().map(|pool| first(lines, *pool)).min() else {
        return;
    };
    for pool in pools {
        let own = first(lines, *pool);
        lines[own as usize] = least;
    }
}
