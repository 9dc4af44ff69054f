//! The leases of each pool, in the order in which they were taken.

/// No slot.
const NONE: u32 = u32::MAX;

/// The slots of each pool as linked lists through one vector, oldest first.
#[derive(Debug, Default)]
pub(super) struct PoolMembers {
    ends: Vec<Ends>,
    links: Vec<(u32, u32)>,
}

#[derive(Debug, Clone, Copy)]
struct Ends {
    first: u32,
    last: u32,
    number: u32,
}

const EMPTY: Ends = Ends {
    first: NONE,
    last: NONE,
    number: 0,
};

impl PoolMembers {
    /// Enters a slot that is in no list.
    pub(super) fn insert(&mut self, pool: u32, slot: u32) {
        if self.ends.len() <= pool as usize {
            self.ends.resize(pool as usize + 1, EMPTY);
        }
        if self.links.len() <= slot as usize {
            self.links.resize(slot as usize + 1, (NONE, NONE));
        }
        let ends = &mut self.ends[pool as usize];
        self.links[slot as usize] = (ends.last, NONE);
        match ends.last {
            NONE => ends.first = slot,
            last => self.links[last as usize].1 = slot,
        }
        ends.last = slot;
        ends.number += 1;
    }

    /// Takes a slot out of the list of its pool.
    pub(super) fn remove(&mut self, pool: u32, slot: u32) {
        let (Some(ends), Some((previous, next))) = (
            self.ends.get_mut(pool as usize),
            self.links.get(slot as usize).copied(),
        ) else {
            return;
        };
        match previous {
            NONE => ends.first = next,
            previous => self.links[previous as usize].1 = next,
        }
        match next {
            NONE => ends.last = previous,
            next => self.links[next as usize].0 = previous,
        }
        ends.number -= 1;
        self.links[slot as usize] = (NONE, NONE);
    }

    pub(super) fn number(&self, pool: u32) -> u32 {
        self.ends.get(pool as usize).map_or(0, |ends| ends.number)
    }

    pub(super) fn slots(&self, pool: u32) -> impl Iterator<Item = u32> {
        let first = self.ends.get(pool as usize).map_or(NONE, |ends| ends.first);
        std::iter::successors((first != NONE).then_some(first), |slot| {
            let next = self.links.get(*slot as usize)?.1;
            (next != NONE).then_some(next)
        })
    }
}
