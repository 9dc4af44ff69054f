//! Seats set aside by RESERVE lines.

use std::collections::HashSet;

use crate::pool::{Pool, PoolId, PoolIdentity, PoolSet};

use crate::seat::assignment::SeatModel;
use crate::seat::pools::PoolState;
use crate::seat::queue::Claim;

/// Pools whose seats RESERVE cannot set aside.
pub(in crate::seat) struct Unreservable {
    /// Packages with SUITE_RESERVED.
    packages: HashSet<PoolId>,
}

impl Unreservable {
    pub(in crate::seat) fn of(pools: &PoolSet) -> Self {
        let reserved = |pool: &&Pool| pool.identity.suite.as_ref().is_some_and(|suite| suite.reserved);
        let components = pools.pools.iter().filter(reserved);
        Self {
            packages: components
                .filter_map(|pool| pool.identity.package())
                .map(|package| package.id())
                .collect(),
        }
    }

    /// Why, and what to do instead; none when its seats can be set aside.
    pub(in crate::seat) fn why(&self, identity: &PoolIdentity) -> Option<(String, &'static str)> {
        let feature = &identity.feature;
        match SeatModel::of(identity) {
            SeatModel::UserDevice | SeatModel::User | SeatModel::Device => Some((
                format!("Seats of {feature} are assigned to users and devices; they cannot be reserved."),
                "Use INCLUDE to say who may have them.",
            )),
            SeatModel::Concurrent | SeatModel::Server => {
                let component = identity.suite.as_ref().is_some_and(|suite| suite.reserved);
                (component || self.packages.contains(&identity.id())).then(|| {
                    let text = format!(
                        "Seats of {feature} belong to a package with SUITE_RESERVED, which reserves them itself; they cannot be reserved."
                    );
                    (text, "Use INCLUDE or MAX to say who may have them.")
                })
            }
        }
    }
}

/// Which seats of one holder come out of reservations: positions of the reservations and seats, in the order in which
/// they were drawn. All others come out of the common stock.
#[derive(Debug, Clone, Default)]
pub(in crate::seat) struct Drawn(Vec<(usize, u32)>);

impl Drawn {
    fn seats(&self) -> u32 {
        self.0
            .iter()
            .fold(0, |sum, (_, seats)| sum.saturating_add(*seats))
    }

    pub(in crate::seat) fn clear(&mut self) {
        self.0.clear();
    }
}

impl PoolState {
    /// Reserved seats that are not out.
    pub(in crate::seat) fn reserved_idle(&self) -> u32 {
        (0..self.drawn.len()).fold(0, |sum, position| sum.saturating_add(self.left(position)))
    }

    /// Seats of one reservation that are not out.
    pub(in crate::seat) fn left(&self, position: usize) -> u32 {
        let reserved = self
            .reservations()
            .get(position)
            .map_or(0, |reservation| reservation.seats);
        let drawn = self.drawn.get(position).copied().unwrap_or(0);
        reserved.saturating_sub(drawn)
    }

    /// Of so many seats in all, those that somebody could have who draws from these reservations: theirs, and what of
    /// the common stock is left.
    pub(in crate::seat) fn available(&self, seats: Option<u32>, positions: &[usize]) -> u32 {
        let Some(seats) = seats else { return u32::MAX };
        let free = seats.saturating_sub(self.seats_out());
        let theirs = positions
            .iter()
            .fold(0u32, |sum, position| sum.saturating_add(self.left(*position)));
        let common = free.saturating_sub(self.reserved_idle());
        free.min(common.saturating_add(theirs))
    }

    /// Of so many seats in all, those that somebody could have who comes after requests that wait: what is reserved for
    /// them and for none of them. The common stock is theirs.
    pub(in crate::seat) fn available_behind(
        &self,
        seats: Option<u32>,
        positions: &[usize],
        claim: &Claim,
    ) -> u32 {
        let Some(seats) = seats else { return u32::MAX };
        let free = seats.saturating_sub(self.seats_out());
        let unclaimed = positions.iter().filter(|position| !claim.has(**position));
        free.min(unclaimed.fold(0, |sum, position| sum.saturating_add(self.left(*position))))
    }

    /// Seats that somebody could ever have who draws from these reservations.
    pub(in crate::seat) fn most_available(&self, positions: &[usize]) -> u32 {
        let Some(total) = self.capacity.total() else {
            return u32::MAX;
        };
        let of_others = self.reservations().iter().enumerate();
        let of_others = of_others.filter(|(position, _)| !positions.contains(position));
        total.saturating_sub(of_others.fold(0, |sum, (_, held)| sum.saturating_add(held.seats)))
    }

    /// Further seats of a holder go out: reserved ones first.
    pub(in crate::seat) fn draw(&mut self, holder: &mut Drawn, positions: &[usize], seats: u32) {
        let mut wanted = seats;
        for position in positions {
            let taken = wanted.min(self.left(*position));
            if let Some(drawn) = self.drawn.get_mut(*position).filter(|_| taken > 0) {
                *drawn += taken;
                wanted -= taken;
                holder.0.push((*position, taken));
            }
        }
    }

    /// Some of the seats that a holder has come back: the common ones first, then those drawn last.
    pub(in crate::seat) fn give_back(&mut self, holder: &mut Drawn, held: u32, given_back: u32) {
        let common = held.saturating_sub(holder.seats());
        let mut rest = given_back.saturating_sub(common);
        while rest > 0 {
            let Some((position, seats)) = holder.0.last_mut() else {
                return;
            };
            let returned = rest.min(*seats);
            if let Some(drawn) = self.drawn.get_mut(*position) {
                *drawn = drawn.saturating_sub(returned);
            }
            *seats -= returned;
            rest -= returned;
            if *seats == 0 {
                holder.0.pop();
            }
        }
    }
}
