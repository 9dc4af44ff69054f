//! Request keys of leases that have ended: a late duplicate must not take a new seat.

use std::collections::{HashSet, VecDeque};

use crate::seat::RequestKey;

/// Remembered keys, oldest first, bounded in time and number.
#[derive(Debug, Default)]
pub(in crate::seat) struct ClosedKeys {
    order: VecDeque<(u64, RequestKey)>,
    keys: HashSet<RequestKey>,
}

impl ClosedKeys {
    pub(in crate::seat) fn contains(&self, key: &RequestKey) -> bool {
        self.keys.contains(key)
    }

    /// Remembers a key until `until_ms`, forgetting the oldest ones over the limit.
    pub(in crate::seat) fn remember(&mut self, key: RequestKey, until_ms: u64, limit: usize) {
        if limit == 0 || !self.keys.insert(key) {
            return;
        }
        self.order.push_back((until_ms, key));
        while self.order.len() > limit {
            self.forget_oldest();
        }
    }

    /// Forgets what is past.
    pub(in crate::seat) fn expire(&mut self, now_ms: u64) {
        while self.order.front().is_some_and(|(until, _)| *until <= now_ms) {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((_, key)) = self.order.pop_front() {
            self.keys.remove(&key);
        }
    }
}
