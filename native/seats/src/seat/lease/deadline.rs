//! When leases end: a wheel of buckets in which moving an entry costs the same however many there are.

/// Width of a bucket in milliseconds. A lease ends at the first multiple of it at or after its deadline.
pub const STEP_MS: u64 = 128;

const BUCKETS: usize = 8192;
const NONE: u32 = u32::MAX;

#[derive(Debug, Clone, Copy)]
struct Link {
    previous: u32,
    next: u32,
    bucket: u32,
}

const UNLINKED: Link = Link {
    previous: NONE,
    next: NONE,
    bucket: NONE,
};

/// Slots by deadline. Entries are linked lists through one vector, one list for each bucket.
#[derive(Debug)]
pub(in crate::seat) struct Deadlines {
    heads: Vec<u32>,
    links: Vec<Link>,
    /// First step that has not been looked at.
    next_step: u64,
}

impl Deadlines {
    pub(in crate::seat) fn new(now_ms: u64) -> Self {
        Self {
            heads: vec![NONE; BUCKETS],
            links: Vec::new(),
            next_step: now_ms / STEP_MS,
        }
    }

    /// Enters a slot that has no entry.
    pub(in crate::seat) fn insert(&mut self, slot: u32, deadline_ms: u64) {
        let step = deadline_ms.div_ceil(STEP_MS).max(self.next_step);
        let bucket = (step % BUCKETS as u64) as usize;
        let index = slot as usize;
        if self.links.len() <= index {
            self.links.resize(index + 1, UNLINKED);
        }
        let head = self.heads[bucket];
        self.links[index] = Link {
            previous: NONE,
            next: head,
            bucket: bucket as u32,
        };
        if head != NONE {
            self.links[head as usize].previous = slot;
        }
        self.heads[bucket] = slot;
    }

    /// Takes a slot's entry out.
    pub(in crate::seat) fn remove(&mut self, slot: u32) {
        let Some(link) = self.links.get(slot as usize).copied() else {
            return;
        };
        if link.bucket == NONE {
            return;
        }
        if link.previous == NONE {
            self.heads[link.bucket as usize] = link.next;
        } else {
            self.links[link.previous as usize].next = link.next;
        }
        if link.next != NONE {
            self.links[link.next as usize].previous = link.previous;
        }
        self.links[slot as usize] = UNLINKED;
    }

    /// Takes out and returns every slot whose deadline has passed. `deadline_of` tells the deadline of a slot as it is
    /// now: heartbeats only change that, and the entry moves when its old bucket comes up.
    pub(in crate::seat) fn due(&mut self, now_ms: u64, deadline_of: impl Fn(u32) -> u64) -> Vec<u32> {
        let last_step = now_ms / STEP_MS;
        let mut due = Vec::new();
        if last_step < self.next_step {
            return due;
        }
        let steps = (last_step - self.next_step + 1).min(BUCKETS as u64);
        let first = last_step + 1 - steps;
        self.next_step = last_step + 1;
        for step in first..=last_step {
            let mut slot = self.heads[(step % BUCKETS as u64) as usize];
            while slot != NONE {
                let next = self.links[slot as usize].next;
                let deadline = deadline_of(slot);
                let end = deadline.div_ceil(STEP_MS);
                if end <= last_step {
                    self.remove(slot);
                    due.push(slot);
                } else if end % BUCKETS as u64 != step % BUCKETS as u64 {
                    self.remove(slot);
                    self.insert(slot, deadline);
                }
                slot = next;
            }
        }
        due
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::{Deadlines, STEP_MS};

    proptest! {
        #[test]
        fn entries_come_out_at_their_deadline_and_only_then(
            actions in proptest::collection::vec((0u8..4, 0u32..40, 0u64..3_000_000), 1..200)
        ) {
            let mut wheel = Deadlines::new(0);
            let mut model: BTreeMap<u32, u64> = BTreeMap::new();
            let mut now = 0;
            for (action, slot, time) in actions {
                match action {
                    0 => {
                        if let std::collections::btree_map::Entry::Vacant(entry) = model.entry(slot) {
                            entry.insert(now + time);
                            wheel.insert(slot, now + time);
                        }
                    }
                    1 => {
                        model.remove(&slot);
                        wheel.remove(slot);
                    }
                    2 => {
                        // A heartbeat: later, never earlier.
                        if let Some(deadline) = model.get_mut(&slot) {
                            *deadline = (*deadline).max(now + time);
                        }
                    }
                    _ => {
                        now += time;
                        let mut due = wheel.due(now, |slot| model[&slot]);
                        due.sort_unstable();
                        let step = now / STEP_MS;
                        let expected: Vec<u32> =
                            model.iter().filter(|(_, d)| d.div_ceil(STEP_MS) <= step).map(|(s, _)| *s).collect();
                        prop_assert_eq!(&due, &expected);
                        for slot in due {
                            model.remove(&slot);
                        }
                    }
                }
            }
        }
    }
}
