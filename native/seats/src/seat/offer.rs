//! What a pool could do for a request.

use licensing_api::denial::DenialReason;

use crate::policy::Identity;

use super::assignment::SeatModel;
use super::choice::{Choice, Nearness};
use super::lease::{GroupKey, group_key};
use super::ledger::Ledger;
use super::pools::PoolState;
use super::queue::{Claims, Wait};
use super::{CheckoutRequest, Denial, Holder};
use licensing_license_file::license_file::DupGroup;

/// Seats that a request takes of a pool beyond those its group holds, and how many there are for it.
#[derive(Debug, Clone)]
pub(super) struct Need {
    pub(super) needed: u32,
    pub(super) free_bought: u32,
    pub(super) free_total: u32,
    /// Seats that there would be for it if nobody else had any.
    pub(super) most: u32,
    /// Reservations it draws from.
    pub(super) draws_from: Vec<usize>,
}

impl Need {
    fn is_bought(&self) -> bool {
        self.needed <= self.free_bought
    }

    fn is_there(&self) -> bool {
        self.needed <= self.free_total
    }

    fn overdraft(&self) -> u32 {
        self.needed.saturating_sub(self.free_bought)
    }
}

/// What a pool could do for a request.
pub(super) struct Offer {
    pub(super) pool: u32,
    pub(super) group: Option<GroupKey>,
    pub(super) own: Need,
    /// Of a component of a suite: the package, and what is needed of it.
    pub(super) package: Option<(u32, Need)>,
}

impl Offer {
    fn all(&self, is: impl Fn(&Need) -> bool) -> bool {
        is(&self.own) && self.package.as_ref().is_none_or(|(_, need)| is(need))
    }

    fn overdraft(&self) -> u32 {
        let package = self.package.as_ref().map_or(0, |(_, need)| need.overdraft());
        self.own.overdraft().max(package)
    }

    /// Pools that it needs more seats of than there are for it.
    pub(super) fn lacking(&self) -> impl Iterator<Item = (u32, &Need)> {
        let own = std::iter::once((self.pool, &self.own));
        let package = self.package.iter().map(|(package, need)| (*package, need));
        own.chain(package).filter(|(_, need)| !need.is_there())
    }

    /// Its seats as those of a request, those of [`Offer::lacking`] beyond everything there is.
    pub(super) fn choice(&self) -> Choice {
        Choice {
            pool: self.pool,
            group: self.group,
            overdraft: self.overdraft(),
            bursts: self.lacking().map(|(pool, _)| pool).collect(),
        }
    }

    /// Whether the holder has a seat of the package that this one goes with.
    fn goes_with_a_suite(&self) -> bool {
        self.package.as_ref().is_some_and(|(_, need)| need.needed == 0) && self.own.is_bought()
    }

    /// Whether so many seats could be had if nobody else had any.
    pub(super) fn is_reachable(&self, count: u32) -> bool {
        count <= self.own.most && self.all(|need| need.needed <= need.most)
    }

    /// What it waits for when it cannot be granted: the seats that it lacks, not those that it could have.
    pub(super) fn waits(&self) -> impl Iterator<Item = Wait> {
        self.lacking().map(|(pool, need)| Wait {
            pool,
            reservations: need.draws_from.clone(),
        })
    }
}

/// The best offer that can be granted out of what there is.
pub(super) fn best(offers: &[Offer]) -> Option<Choice> {
    let shared = offers.iter().find(|offer| offer.all(|need| need.needed == 0));
    let with_suite = || offers.iter().find(|offer| offer.goes_with_a_suite());
    let bought = || offers.iter().find(|offer| offer.all(Need::is_bought));
    let overdraft = || offers.iter().find(|offer| offer.all(Need::is_there));
    let offer = shared.or_else(with_suite).or_else(bought).or_else(overdraft)?;
    Some(offer.choice())
}

impl Ledger {
    pub(super) fn offer(
        &self,
        index: u32,
        request: &CheckoutRequest,
        identity: Option<&Identity<'_>>,
        ahead: &Claims,
    ) -> Offer {
        let mut own = self.need(index, request, identity, ahead);
        let package = self.package_need(index, request, identity, ahead);
        self.keep_for_others(index, request, ahead, &mut own);
        self.keep_the_reserved(index, index, &mut own);
        Offer {
            pool: index,
            group: self.shares(index, &request.holder),
            own,
            package,
        }
    }

    /// What a request needs of one pool, taken by itself.
    pub(super) fn need(
        &self,
        index: u32,
        request: &CheckoutRequest,
        identity: Option<&Identity<'_>>,
        ahead: &Claims,
    ) -> Need {
        let state = &self.pools[index];
        let shared = self
            .shares(index, &request.holder)
            .map_or(0, |key| self.groups.seats(&key));
        let draws_from = state
            .rules
            .as_ref()
            .filter(|_| !state.reservations().is_empty())
            .zip(identity)
            .map_or_else(Vec::new, |(rules, identity)| rules.draws_from(identity));
        let claim = ahead.on(index);
        let free = |seats: Option<u32>| match claim {
            None => state.available(seats, &draws_from),
            Some(claim) => state.available_behind(seats, &draws_from, claim),
        };
        let needed = match &state.book {
            Some(book) => book.cost(
                &self.settings.user_key(&request.holder.user),
                &request.holder.device().to_lowercase(),
            ),
            None => request.count.saturating_sub(shared),
        };
        Need {
            needed,
            free_bought: free(state.capacity.count),
            free_total: free(state.capacity.total()),
            most: state.most_available(&draws_from),
            draws_from,
        }
    }

    /// The group that a holder shares a seat with. Assigned seats are shared by their assignment alone, those of servers
    /// by whatever runs on the host.
    pub(super) fn shares(&self, pool: u32, holder: &Holder) -> Option<GroupKey> {
        let state = &self.pools[pool];
        let dup_group = match state.model {
            SeatModel::UserDevice | SeatModel::User | SeatModel::Device => return None,
            SeatModel::Server => DupGroup::HOST,
            SeatModel::Concurrent => state.pool.identity.dup_group,
        };
        let key = group_key(dup_group, pool, holder, &self.settings)?;
        Some(self.within_package(pool, key, holder))
    }

    /// Why an offer cannot be granted.
    pub(super) fn full(
        &self,
        offer: &Offer,
        request: &CheckoutRequest,
        ahead: &Claims,
    ) -> (Nearness, Denial) {
        let (pool, need) = match &offer.package {
            Some((package, need)) if offer.own.is_there() => (*package, need),
            Some(_) | None => (offer.pool, &offer.own),
        };
        let state = &self.pools[pool];
        if offer.is_reachable(request.count) && ahead.on(pool).is_some() {
            let (feature, version) = (&state.pool.identity.feature, &state.pool.identity.version);
            let detail = format!("Requests that came before this one wait for seats of {feature} {version}.");
            return (
                Nearness::Behind,
                Denial::new(DenialReason::QueuedBehindOthers, detail),
            );
        }
        full(state, need, self.idle(state), request)
    }

    /// Seats that are not out and not for everybody.
    pub(super) fn idle(&self, state: &PoolState) -> u32 {
        state.reserved_idle().saturating_add(self.suite_idle(state))
    }
}

fn full(state: &PoolState, need: &Need, idle: u32, request: &CheckoutRequest) -> (Nearness, Denial) {
    let identity = &state.pool.identity;
    let total = state.capacity.total().unwrap_or(u32::MAX);
    let out = state.seats_out();
    let overdraft = match state.capacity.overdraft {
        0 => String::new(),
        overdraft => format!(", overdraft of {overdraft} included"),
    };
    let name = format_args!("{} {}", identity.feature, identity.version);
    if request.count > total {
        let detail = format!(
            "{} seats were requested, {name} has {total}{overdraft}.",
            request.count
        );
        return (
            Nearness::TooMany,
            Denial::new(DenialReason::MoreThanExist, detail),
        );
    }
    if need.needed <= total.saturating_sub(out) && state.suite.reserves_components() {
        let detail = format!("A component of {name} has no seat left to be reserved.");
        return (Nearness::Reserved, Denial::new(DenialReason::AllReserved, detail));
    }
    if need.needed <= total.saturating_sub(out) {
        let detail = format!("{out} of {total} seats of {name} are out{overdraft}; {idle} are reserved.");
        return (Nearness::Reserved, Denial::new(DenialReason::AllReserved, detail));
    }
    let detail = format!("{out} of {total} seats of {name} are out{overdraft}.");
    (Nearness::Taken, Denial::new(DenialReason::AllSeatsTaken, detail))
}
