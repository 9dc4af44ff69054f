//! Counting seats out and in: of the pool, of its reservations and under its limits.

use licensing_license_file::license_file::DupGroup;

use crate::seat::Holder;
use crate::seat::assignment::SeatModel;
use crate::seat::lease::{GroupKey, Held, NO_GROUP, group_key};
use crate::seat::ledger::Ledger;
use crate::seat::limits::Drawn;

impl Ledger {
    /// Counts what a lease takes beyond the seats of its group.
    pub(in crate::seat) fn count_out(&mut self, held: &mut Held, group: Option<GroupKey>) {
        let mut taken = held.count;
        if held.is_borrowed() {
            self.pools[held.pool].borrowed.add(group, held.count);
        }
        if let Some(key) = group {
            (held.group, taken) = self.groups.join(key, held.count);
        }
        self.draw_and_limit(held, taken);
        self.pools.count_out(held.pool, taken);
        self.count_package_out(held);
    }

    /// Counts back what a lease had beyond the seats of the others of its group.
    pub(in crate::seat) fn count_in(&mut self, held: &mut Held) {
        self.end_borrowing(held);
        let (had, given_back, drawn) = match held.group {
            NO_GROUP => (held.count, held.count, &mut held.drawn),
            group => self.groups.leave(group, held.count),
        };
        self.pools.count_in(held.pool, drawn, had, given_back);
        if held.group != NO_GROUP {
            self.groups.drop_if_empty(held.group);
        }
        self.count_package_in(held);
        let holder = held.holder();
        for key in self.limits_of(held.pool, &holder) {
            let together = self.counted_together(held.pool, &holder);
            self.limits.remove(&key, together, held.count);
        }
    }

    /// Draws all seats from reservations and counts them under limits again, in the order in which they were taken.
    pub(in crate::seat) fn recount(&mut self) {
        self.limits.clear();
        self.groups.clear_drawn();
        let slots = self.leases.by_age();
        for slot in &slots {
            if let Some(held) = self.leases.get_mut(*slot) {
                held.drawn.clear();
            }
        }
        if self.pools.iter().all(|state| state.rules.is_none()) {
            return;
        }
        let mut group_seats = vec![0u32; self.groups.positions()];
        for slot in slots {
            let Some(mut held) = self.leases.lift(slot) else {
                continue;
            };
            let mut taken = held.count;
            if let Some(seats) = group_seats.get_mut(held.group as usize) {
                taken = held.count.saturating_sub(*seats);
                *seats = held.count.max(*seats);
            }
            self.draw_and_limit(&mut held, taken);
            self.redraw_package(&held, &mut group_seats);
            self.leases.put_back(slot, held);
        }
    }

    fn draw_and_limit(&mut self, held: &mut Held, taken: u32) {
        let Some(rules) = self.pools[held.pool].rules.clone() else {
            return;
        };
        let holder = held.holder();
        let together = self.counted_together(held.pool, &holder);
        let Some(identity) = self.rules.identify(&holder, &self.settings) else {
            return;
        };
        let state = &mut self.pools[held.pool];
        if !state.reservations().is_empty() {
            let drawn: &mut Drawn = match held.group {
                NO_GROUP => &mut held.drawn,
                group => self.groups.drawn_mut(group),
            };
            state.draw(drawn, &rules.draws_from(&identity), taken);
        }
        for limit in rules.limits(&identity) {
            self.limits.add(limit.key, together, held.count);
        }
    }

    fn limits_of(&self, pool: u32, holder: &Holder) -> Vec<crate::policy::LimitKey> {
        let rules = self.pools[pool].rules.as_ref();
        rules
            .zip(self.rules.identify(holder, &self.settings))
            .map_or_else(Vec::new, |(rules, identity)| {
                let limits = rules.limits(&identity).into_iter();
                limits.map(|limit| limit.key).collect()
            })
    }

    /// Whose seats count once under a limit: those who share one by DUP_GROUP; where seats are assigned, all sessions of
    /// a user, or of a device where only devices count.
    pub(in crate::seat) fn counted_together(&self, pool: u32, holder: &Holder) -> Option<GroupKey> {
        let state = &self.pools[pool];
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
