//! Who holds seats of a pool, in the order in which they were taken.

use std::collections::HashSet;

use super::denials::{HoldersThen, SeatHolder};
use super::ledger::{Ledger, NONE};

/// Most holders that a denial tells of.
const TOLD: usize = 50;

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

    fn number(&self, pool: u32) -> u32 {
        self.ends.get(pool as usize).map_or(0, |ends| ends.number)
    }

    fn slots(&self, pool: u32) -> impl Iterator<Item = u32> {
        let first = self.ends.get(pool as usize).map_or(NONE, |ends| ends.first);
        std::iter::successors((first != NONE).then_some(first), |slot| {
            let next = self.links.get(*slot as usize)?.1;
            (next != NONE).then_some(next)
        })
    }
}

impl Ledger {
    /// Who holds seats of a feature, those who have had them for longest.
    pub(super) fn holders_of(&self, feature: &str) -> HoldersThen {
        let mut then = HoldersThen::default();
        let own = self.pools_for(feature).concat();
        for pool in &own {
            then.seats = then.seats.saturating_add(self.pools[*pool as usize].seats_out());
        }
        let mut pools = own.clone();
        // Those who hold another component of a suite have its seats, too.
        pools.extend(own.iter().flat_map(|pool| self.siblings(*pool)));
        let mut told = HashSet::new();
        for pool in pools.into_iter().filter(|pool| told.insert(*pool)) {
            let state = &self.pools[pool as usize];
            let room = TOLD.saturating_sub(then.named.len());
            match &state.book {
                None => {
                    then.holders = then.holders.saturating_add(self.members.number(pool));
                    let slots = self.members.slots(pool).take(room);
                    let held = slots.filter_map(|slot| self.slots[slot as usize].as_ref());
                    then.named.extend(held.map(|held| {
                        let [user, host, _, vendor_data, product] = held.names();
                        SeatHolder {
                            user: user.to_owned(),
                            device: if vendor_data.is_empty() { host } else { vendor_data }.to_owned(),
                            product: product.to_owned(),
                            count: held.count,
                            since_ms: held.since_ms,
                        }
                    }));
                }
                Some(book) => {
                    then.holders = then.holders.saturating_add(book.seats());
                    then.named.extend(book.some_assigned(room).into_iter().map(|one| {
                        let (user, device) = match one.to_user {
                            true => (one.name, String::new()),
                            false => (String::new(), one.name),
                        };
                        SeatHolder {
                            user,
                            device,
                            product: one.product,
                            count: 1,
                            since_ms: one.first_ms,
                        }
                    }));
                }
            }
        }
        then
    }
}
