//! Counting seats out and in: of the pool, of its reservations and under its limits.

use licensing_license_file::license_file::DupGroup;

use super::Holder;
use super::assignment::SeatModel;
use super::group::{GroupKey, group_key};
use super::ledger::{Held, Ledger, NONE};
use super::reserve::Drawn;

impl Ledger {
    /// Counts what a lease takes beyond the seats of its group.
    pub(super) fn count_out(&mut self, held: &mut Held, group: Option<GroupKey>) {
        let mut taken = held.count;
        if held.is_borrowed() {
            self.pools[held.pool as usize].borrowed.add(group, held.count);
        }
        if let Some(key) = group {
            let index = self.group_of(key);
            let group = &mut self.groups[index as usize];
            let before = group.seats();
            group.add(held.count);
            taken = group.seats() - before;
            held.group = index;
        }
        self.draw_and_limit(held, taken);
        let state = &mut self.pools[held.pool as usize];
        state.in_use = state.in_use.saturating_add(u64::from(taken));
        self.note_level(held.pool);
        self.count_package_out(held);
    }

    /// Counts back what a lease had beyond the seats of the others of its group.
    pub(super) fn count_in(&mut self, held: &mut Held) {
        self.end_borrowing(held);
        let (mut given_back, mut had) = (held.count, held.count);
        let state = &mut self.pools[held.pool as usize];
        if held.group != NONE {
            let group = &mut self.groups[held.group as usize];
            had = group.seats();
            group.remove(held.count);
            given_back = had - group.seats();
            state.give_back(&mut group.drawn, had, given_back);
        } else {
            state.give_back(&mut held.drawn, had, given_back);
        }
        state.in_use = state.in_use.saturating_sub(u64::from(given_back));
        self.note_level(held.pool);
        if held.group != NONE {
            self.drop_empty_group(held.group);
        }
        self.count_package_in(held);
        let holder = held.holder();
        for key in self.limits_of(held.pool, &holder) {
            let together = self.counted_together(held.pool, &holder);
            self.limits.remove(&key, together, held.count);
        }
    }

    /// Draws all seats from reservations and counts them under limits anew, in the order in which they were taken.
    pub(super) fn recount(&mut self) {
        self.limits.clear();
        for group in &mut self.groups {
            group.drawn.clear();
        }
        let mut slots: Vec<(u64, usize)> = Vec::with_capacity(self.leases);
        for (slot, held) in self.slots.iter_mut().enumerate() {
            if let Some(held) = held {
                held.drawn.clear();
                slots.push((held.serial, slot));
            }
        }
        if self.pools.iter().all(|state| state.rules.is_none()) {
            return;
        }
        slots.sort_unstable();
        let mut group_seats = vec![0u32; self.groups.len()];
        for (_, slot) in slots {
            let Some(mut held) = self.slots[slot].take() else {
                continue;
            };
            let mut taken = held.count;
            if let Some(seats) = group_seats.get_mut(held.group as usize) {
                taken = held.count.saturating_sub(*seats);
                *seats = held.count.max(*seats);
            }
            self.draw_and_limit(&mut held, taken);
            self.redraw_package(&held, &mut group_seats);
            self.slots[slot] = Some(held);
        }
    }

    fn draw_and_limit(&mut self, held: &mut Held, taken: u32) {
        let Some(rules) = self.pools[held.pool as usize].rules.clone() else {
            return;
        };
        let holder = held.holder();
        let together = self.counted_together(held.pool, &holder);
        let Some(identity) = self.rules.identify(&holder, &self.settings) else {
            return;
        };
        let state = &mut self.pools[held.pool as usize];
        if !state.reservations().is_empty() {
            let drawn: &mut Drawn = match held.group {
                NONE => &mut held.drawn,
                group => &mut self.groups[group as usize].drawn,
            };
            state.draw(drawn, &rules.draws_from(&identity), taken);
        }
        for limit in rules.limits(&identity) {
            self.limits.add(limit.key, together, held.count);
        }
    }

    fn limits_of(&self, pool: u32, holder: &Holder) -> Vec<crate::policy::LimitKey> {
        let rules = self.pools[pool as usize].rules.as_ref();
        rules
            .zip(self.rules.identify(holder, &self.settings))
            .map_or_else(Vec::new, |(rules, identity)| {
                let limits = rules.limits(&identity).into_iter();
                limits.map(|limit| limit.key).collect()
            })
    }

    /// Whose seats count once under a limit: those who share one by DUP_GROUP; where seats are assigned, all sessions of
    /// a user, or of a device where only devices count.
    pub(super) fn counted_together(&self, pool: u32, holder: &Holder) -> Option<GroupKey> {
        let state = &self.pools[pool as usize];
        let by_device = match state.model {
            SeatModel::Concurrent | SeatModel::Server => return self.shares(pool, holder),
            SeatModel::UserDevice | SeatModel::User => false,
            SeatModel::Device => true,
        };
        let assigned = DupGroup::Same {
            user: !by_device,
            host: false,
            display: false,
            vendor_data: by_device,
        };
        group_key(assigned, pool, holder, &self.settings)
    }
}
