//! Suites: a seat of a component takes one of its package too.
//!
//! Which package follows from the identity of the component's pool, and whose package seat from the holder. So a lease
//! says nothing more than any other, and after a start the same seats are counted out again.

use sha2::{Digest, Sha256};

use crate::Moment;
use crate::policy::Identity;

use crate::seat::lease::{GroupKey, Held};
use crate::seat::ledger::Ledger;
use crate::seat::offer::Need;
use crate::seat::pools::{PoolState, Pools};
use crate::seat::queue::Claims;
use crate::seat::{CheckoutRequest, Holder, LeaseId, SeatSettings};

/// What ties a pool to a suite.
#[derive(Debug, Default)]
pub(in crate::seat) struct SuiteTies {
    /// The pool of package seats; of components only.
    pub(in crate::seat) package: Option<u32>,
    /// SUITE_RESERVED: of components, and of packages with such components.
    pub(in crate::seat) reserved: bool,
    /// Pools of components; of packages only.
    components: Vec<u32>,
    /// Of a component of SUITE_RESERVED: how many of its seats are held by those for whom it is reserved, at most as many
    /// each as they have seats of the package.
    taken: u64,
}

impl SuiteTies {
    /// Whether it is a package whose seats set one of each component aside.
    pub(in crate::seat) fn reserves_components(&self) -> bool {
        self.reserved && self.package.is_none()
    }
}

impl Pools {
    /// Ties a new pool to its package, which becomes a pool too if it is none yet.
    pub(super) fn tie(&mut self, index: u32, settings: &SeatSettings) {
        let identity = &self[index].pool.identity;
        let Some(package) = identity.package() else {
            return;
        };
        let reserved = identity.suite.as_ref().is_some_and(|suite| suite.reserved);
        let package = self.enter(&package.into(), settings);
        // Assigned seats belong to one user or device anyway.
        let reserved = reserved && self[package].book.is_none();
        let ties = &mut self[package].suite;
        ties.components.push(index);
        ties.reserved |= reserved;
        let ties = &mut self[index].suite;
        ties.package = Some(package);
        ties.reserved = reserved;
    }
}

impl Ledger {
    /// Whose seat of the package it is: that of a group, or of the lease alone.
    fn package_group(&self, package: u32, lease: LeaseId, holder: &Holder) -> GroupKey {
        self.shares(package, holder)
            .unwrap_or_else(|| digest(b"licensing suite lease", package, lease.as_bytes()))
    }

    /// With SUITE_RESERVED only those share a seat of a component who share one of the package. Otherwise somebody who gives
    /// back what others still use would have one reserved that is not there.
    pub(in crate::seat) fn within_package(&self, pool: u32, key: GroupKey, holder: &Holder) -> GroupKey {
        let ties = &self.pools[pool].suite;
        let package = ties.package.filter(|_| ties.reserved);
        match package.and_then(|package| self.shares(package, holder)) {
            Some(package) => {
                let joined: GroupKey = std::array::from_fn(|index| key[index] ^ package[index]);
                digest(b"licensing suite sharing", pool, &joined)
            }
            None => key,
        }
    }

    /// Pools whose holders take the seats that holders of this one take.
    pub(in crate::seat) fn siblings(&self, pool: u32) -> &[u32] {
        let package = self.pools[pool].suite.package;
        package.map_or(&[], |package| &self.pools[package].suite.components)
    }

    /// Counts the seats of the package that go with a lease.
    pub(in crate::seat) fn count_package_out(&mut self, held: &Held) {
        let Some(package) = self.package_counted(held.pool) else {
            return;
        };
        let holder = held.holder();
        let key = self.package_group(package, held.id, &holder);
        if held.is_borrowed() {
            self.pools[package].borrowed.add(Some(key), held.count);
        }
        let (group, taken) = self.groups.join(key, held.count);
        self.draw_for_package(package, group, &holder, taken);
        self.pools.count_out(package, taken);
        if self.pools[held.pool].suite.reserved {
            let (_, taken) = self.groups.join(component_group(held.pool, &key), held.count);
            self.pools[held.pool].suite.taken += u64::from(taken);
        }
    }

    /// Counts them back.
    pub(in crate::seat) fn count_package_in(&mut self, held: &Held) {
        let Some(package) = self.package_counted(held.pool) else {
            return;
        };
        let key = self.package_group(package, held.id, &held.holder());
        if let Some(index) = self.groups.find(&key) {
            let (had, given_back, drawn) = self.groups.leave(index, held.count);
            self.pools.count_in(package, drawn, had, given_back);
            self.groups.drop_if_empty(index);
        }
        if !self.pools[held.pool].suite.reserved {
            return;
        }
        if let Some(index) = self.groups.find(&component_group(held.pool, &key)) {
            let (_, given_back, _) = self.groups.leave(index, held.count);
            let ties = &mut self.pools[held.pool].suite;
            ties.taken = ties.taken.saturating_sub(u64::from(given_back));
            self.groups.drop_if_empty(index);
        }
    }

    /// The seats of the package come back, too, when a borrowed component does.
    pub(in crate::seat) fn end_borrowing_of_package(&mut self, held: &Held) {
        if let Some(package) = self.package_counted(held.pool) {
            let key = self.package_group(package, held.id, &held.holder());
            self.pools[package].borrowed.remove(Some(key), held.count);
        }
    }

    /// Draws the seats of the package of a lease from reservations again. `seats` are those of each group so far.
    pub(in crate::seat) fn redraw_package(&mut self, held: &Held, seats: &mut [u32]) {
        let Some(package) = self.package_counted(held.pool) else {
            return;
        };
        let holder = held.holder();
        let key = self.package_group(package, held.id, &holder);
        let Some(group) = self.groups.find(&key) else {
            return;
        };
        if let Some(seats) = seats.get_mut(group as usize) {
            let taken = held.count.saturating_sub(*seats);
            *seats = held.count.max(*seats);
            self.draw_for_package(package, group, &holder, taken);
        }
    }

    fn draw_for_package(&mut self, package: u32, group: u32, holder: &Holder, taken: u32) {
        let Some(rules) = self.pools[package].rules.clone() else {
            return;
        };
        let state = &mut self.pools[package];
        if state.reservations().is_empty() {
            return;
        }
        if let Some(identity) = self.rules.identify(holder, &self.settings) {
            let drawn = self.groups.drawn_mut(group);
            state.draw(drawn, &rules.draws_from(&identity), taken);
        }
    }

    /// The package of a component whose seats are counted by leases; where they are assigned, the assignment counts.
    fn package_counted(&self, pool: u32) -> Option<u32> {
        let package = self.pools[pool].suite.package?;
        self.pools[package].book.is_none().then_some(package)
    }

    /// Begins, and below resumes and ends, the use of an assigned seat of the package.
    pub(in crate::seat) fn begin_package_use(&mut self, pool: u32, holder: &Holder, now: Moment) {
        if let Some(package) = self.pools[pool].suite.package {
            self.begin_use(package, holder, now);
        }
    }

    pub(in crate::seat) fn resume_package_use(&mut self, pool: u32, holder: &Holder, now: Moment) {
        if let Some(package) = self.pools[pool].suite.package {
            self.resume_use(package, holder, now);
        }
    }

    pub(in crate::seat) fn end_package_use(&mut self, pool: u32, holder: &Holder, now: Moment) {
        if let Some(package) = self.pools[pool].suite.package {
            self.end_use(package, holder, now);
        }
    }

    /// What a request for a component needs of the package; none when it is no component.
    pub(in crate::seat) fn package_need(
        &self,
        pool: u32,
        request: &CheckoutRequest,
        identity: Option<&Identity<'_>>,
        ahead: &Claims,
    ) -> Option<(u32, Need)> {
        let package = self.pools[pool].suite.package?;
        let mut need = self.need(package, request, identity, ahead);
        self.keep_the_reserved(package, pool, &mut need);
        Some((package, need))
    }

    /// A new seat of a package with SUITE_RESERVED sets one of each component aside: no more than all of them have.
    /// `except` is the component that is taken at once, see [`Ledger::keep_for_others`].
    pub(in crate::seat) fn keep_the_reserved(&self, package: u32, except: u32, need: &mut Need) {
        let ties = &self.pools[package].suite;
        if !ties.reserved || need.needed == 0 {
            return;
        }
        for component in ties.components.iter().copied().filter(|index| *index != except) {
            let state = &self.pools[component];
            if !state.installed || !state.suite.reserved {
                continue;
            }
            let idle = self.suite_idle(state);
            let free = |seats| state.available(seats, &[]).saturating_sub(idle);
            need.free_bought = need.free_bought.min(free(state.capacity.count));
            need.free_total = need.free_total.min(free(state.capacity.total()));
        }
    }

    /// Takes off what is reserved for others of a component of SUITE_RESERVED.
    pub(in crate::seat) fn keep_for_others(
        &self,
        pool: u32,
        request: &CheckoutRequest,
        ahead: &Claims,
        own: &mut Need,
    ) {
        let ties = &self.pools[pool].suite;
        let Some(package) = ties.package.filter(|_| ties.reserved) else {
            return;
        };
        let seats = |key: &GroupKey| self.groups.seats(key);
        // Who is in no group yet has nothing reserved.
        let theirs = self.shares(package, &request.holder).map_or(0, |key| {
            let (of_package, of_component) = (seats(&key), seats(&component_group(pool, &key)));
            request.count.min(of_package) - request.count.min(of_component).min(of_package)
        });
        let state = &self.pools[pool];
        let kept = self.suite_idle(state).saturating_sub(theirs);
        // Who waits for the common seats has no claim on those that are reserved for the holder.
        let most = ahead.on(pool).map_or(u32::MAX, |_| theirs);
        let free = |seats| state.available(seats, &[]).saturating_sub(kept).min(most);
        own.free_bought = free(state.capacity.count);
        own.free_total = free(state.capacity.total());
    }

    /// Seats of a component of SUITE_RESERVED that wait for those who hold another component.
    pub(in crate::seat) fn suite_idle(&self, state: &PoolState) -> u32 {
        let ties = &state.suite;
        let Some(package) = ties.package.filter(|_| ties.reserved) else {
            return 0;
        };
        let idle = self.pools[package].in_use.saturating_sub(ties.taken);
        u32::try_from(idle).unwrap_or(u32::MAX)
    }
}

fn component_group(pool: u32, key: &GroupKey) -> GroupKey {
    digest(b"licensing suite component", pool, key)
}

fn digest(label: &[u8], pool: u32, bytes: &[u8; 16]) -> GroupKey {
    let mut hash = Sha256::new();
    hash.update(label);
    hash.update(pool.to_be_bytes());
    hash.update(bytes);
    let mut key = [0; 16];
    key.copy_from_slice(&hash.finalize()[..16]);
    key
}
