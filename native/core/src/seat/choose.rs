//! Which pool serves a request, and if none does, why.

use jiff::civil::Date;
use licensing_api::denial::DenialReason;
use licensing_api::inventory::PoolStatus;

use crate::Moment;
use crate::host_address::AddressPattern;
use crate::license_file::{HostId, LicenseVersion};
use crate::policy::Identity;
use crate::pool::Pool;

use super::group::{GroupKey, group_key};
use super::ledger::Ledger;
use super::{CheckoutRequest, Denial, Holder};

/// How well a pool that does not grant comes off; the best one explains the denial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Nearness {
    Removed,
    TooOld,
    BadSignature,
    WrongHost,
    NotStarted,
    Expired,
    WrongClient,
    Refused,
    TooMany,
    AboveMaximum,
    Taken,
    Reserved,
}

/// Where the seats of a request come from.
pub(super) struct Choice {
    pub(super) pool: u32,
    pub(super) group: Option<GroupKey>,
    pub(super) overdraft: u32,
    /// Whether it exceeds even the overdraft.
    pub(super) burst: bool,
}

impl Ledger {
    /// Chooses the pool for a request. Pools are tried in their order, each time: first for a seat that is shared and
    /// costs nothing, then for bought seats, then for overdraft, so that overdraft counts only when everything bought
    /// that would do is out, and at last beyond all of that.
    pub(super) fn choose(
        &self,
        request: &CheckoutRequest,
        wanted: Option<&LicenseVersion>,
        now: Moment,
    ) -> Result<Choice, Denial> {
        let Some(pools) = self.by_feature.get(&request.feature.to_lowercase()) else {
            let detail = format!("There is no feature {}.", request.feature);
            return Err(Denial::new(DenialReason::NoSuchFeature, detail));
        };
        let identity = self.rules.identify(&request.holder, &self.settings);
        let identity = identity.as_ref();
        let mut usable = Vec::with_capacity(pools.len());
        let mut nearest: Option<(Nearness, Denial)> = None;
        let mut miss = |nearness: Nearness, denial: Denial| {
            if nearest.as_ref().is_none_or(|(best, _)| nearness > *best) {
                nearest = Some((nearness, denial));
            }
        };
        for index in pools.iter().copied() {
            let suits = self.suits(index, request, wanted);
            match suits.and_then(|()| self.admits(index, request, identity)) {
                Ok(()) => usable.push(self.offer(index, request, identity)),
                Err((nearness, denial)) => miss(nearness, denial),
            }
        }
        let shared = usable.iter().find(|offer| offer.needed == 0);
        let bought = || usable.iter().find(|offer| offer.needed <= offer.free_bought);
        let overdraft = || usable.iter().find(|offer| offer.needed <= offer.free_total);
        let seated = shared.or_else(bought).or_else(overdraft);
        let beyond = || usable.iter().find(|offer| self.bursts(offer, request.count, now));
        if let Some(offer) = seated.or_else(beyond) {
            return Ok(Choice {
                pool: offer.pool,
                group: offer.group,
                overdraft: offer.needed.saturating_sub(offer.free_bought),
                burst: seated.is_none(),
            });
        }
        for offer in &usable {
            let (nearness, denial) = self.full(offer, request);
            miss(nearness, denial);
        }
        drop(usable);
        Err(nearest.map_or_else(
            || {
                Denial::new(
                    DenialReason::NoSuchFeature,
                    format!("There is no feature {}.", request.feature),
                )
            },
            |(_, denial)| denial,
        ))
    }

    /// Whether a pool may serve a request at all, apart from how many seats are free.
    fn suits(
        &self,
        index: u32,
        request: &CheckoutRequest,
        wanted: Option<&LicenseVersion>,
    ) -> Result<(), (Nearness, Denial)> {
        let state = &self.pools[index as usize];
        let identity = &state.pool.identity;
        let name = format_args!("{} {}", identity.feature, identity.version);
        let miss = |nearness, reason, detail: String| Err((nearness, Denial::new(reason, detail)));
        if !state.installed {
            let detail = format!("No installed file grants {name} any more.");
            return miss(Nearness::Removed, DenialReason::FeatureRemoved, detail);
        }
        if let Some(wanted) = wanted
            && identity.version < *wanted
        {
            let detail = format!("Version {} is wanted, {name} is installed.", request.version);
            return miss(Nearness::TooOld, DenialReason::VersionTooOld, detail);
        }
        if state.capacity.is_none() {
            return Err(not_serving(&state.pool, self.day));
        }
        if !client_matches(&state.pool, &request.holder) {
            let detail = format!("{name} is locked to other machines than {}.", request.holder.host);
            return miss(Nearness::WrongClient, DenialReason::WrongHost, detail);
        }
        if request.count > 1 && state.book.is_some() {
            let detail = format!("Seats of {name} are assigned one by one.");
            return miss(Nearness::WrongClient, DenialReason::BadParameter, detail);
        }
        if request.borrow_seconds > 0 {
            let detail = format!("{name} cannot be borrowed.");
            return miss(Nearness::WrongClient, DenialReason::NotBorrowable, detail);
        }
        Ok(())
    }

    /// Whether the options file lets the requester have seats of a pool.
    fn admits(
        &self,
        index: u32,
        request: &CheckoutRequest,
        identity: Option<&Identity<'_>>,
    ) -> Result<(), (Nearness, Denial)> {
        let state = &self.pools[index as usize];
        let Some((rules, identity)) = state.rules.as_ref().zip(identity) else {
            return Ok(());
        };
        let name = format_args!("{} {}", state.pool.identity.feature, state.pool.identity.version);
        if let Err(refusal) = rules.admit(identity) {
            let detail = format!("{name}: {refusal}.");
            return Err((Nearness::Refused, Denial::new(refusal.reason(), detail)));
        }
        let together = self.counted_together(index, &request.holder);
        let limits = rules.limits(identity);
        let limit = limits
            .iter()
            .find(|limit| self.limits.forbids(limit, together, request.count));
        match limit {
            None => Ok(()),
            Some(limit) => {
                let detail = format!(
                    "{name}: line {} of the options file allows {} seats, {} are out.",
                    limit.line,
                    limit.seats,
                    self.limits.out(limit)
                );
                Err((
                    Nearness::AboveMaximum,
                    Denial::new(DenialReason::AboveMaximum, detail),
                ))
            }
        }
    }

    fn offer(&self, index: u32, request: &CheckoutRequest, identity: Option<&Identity<'_>>) -> Offer {
        let state = &self.pools[index as usize];
        let group = self.shares(index, &request.holder);
        let shared = group
            .and_then(|key| self.find_group(&key))
            .map_or(0, |group| self.groups[group as usize].seats());
        let draws_from = state
            .rules
            .as_ref()
            .filter(|_| !state.reservations().is_empty())
            .zip(identity)
            .map_or_else(Vec::new, |(rules, identity)| rules.draws_from(identity));
        let free = |seats: Option<u32>| state.available(seats, &draws_from);
        let needed = match &state.book {
            Some(book) => book.cost(
                &self.settings.user_key(&request.holder.user),
                &request.holder.device().to_lowercase(),
            ),
            None => request.count.saturating_sub(shared),
        };
        Offer {
            pool: index,
            group,
            needed,
            free_bought: free(state.capacity.count),
            free_total: free(state.capacity.total()),
        }
    }

    /// The group that a holder shares a seat with. Assigned seats are shared by their assignment alone.
    pub(super) fn shares(&self, pool: u32, holder: &Holder) -> Option<GroupKey> {
        let state = &self.pools[pool as usize];
        match state.book {
            Some(_) => None,
            None => group_key(state.pool.identity.dup_group, pool, holder, &self.settings),
        }
    }

    fn full(&self, offer: &Offer, request: &CheckoutRequest) -> (Nearness, Denial) {
        let state = &self.pools[offer.pool as usize];
        let identity = &state.pool.identity;
        let total = state.capacity.total().unwrap_or(u32::MAX);
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
        let idle = state.reserved_idle();
        if offer.needed <= total.saturating_sub(state.seats_out()) {
            let detail = format!(
                "{} of {total} seats of {name} are out{overdraft}; {idle} are reserved.",
                state.seats_out()
            );
            return (Nearness::Reserved, Denial::new(DenialReason::AllReserved, detail));
        }
        let detail = format!(
            "{} of {total} seats of {name} are out{overdraft}.",
            state.seats_out()
        );
        (Nearness::Taken, Denial::new(DenialReason::AllSeatsTaken, detail))
    }
}

/// What a pool could do for a request.
pub(super) struct Offer {
    pub(super) pool: u32,
    group: Option<GroupKey>,
    /// Seats it would take beyond those its group holds.
    pub(super) needed: u32,
    free_bought: u32,
    free_total: u32,
}

fn not_serving(pool: &Pool, day: Date) -> (Nearness, Denial) {
    let name = format_args!("{} {}", pool.identity.feature, pool.identity.version);
    let (nearness, reason, detail) = match pool.status(day) {
        PoolStatus::Serving => (
            Nearness::Taken,
            DenialReason::AllSeatsTaken,
            format!("{name} is licensed for 0 seats."),
        ),
        PoolStatus::NotStarted => {
            let start = pool
                .increments
                .iter()
                .filter_map(|increment| increment.starts)
                .min();
            let start = start.map_or_else(String::new, |day| format!(" on {day}"));
            (
                Nearness::NotStarted,
                DenialReason::NotStarted,
                format!("{name} starts{start}."),
            )
        }
        PoolStatus::Expired => {
            let end = pool
                .first_expiry(day)
                .map_or_else(String::new, |day| format!(" after {day}"));
            (
                Nearness::Expired,
                DenialReason::Expired,
                format!("{name} expired{end}."),
            )
        }
        PoolStatus::WrongHost => (
            Nearness::WrongHost,
            DenialReason::WrongHost,
            format!("The file that grants {name} is made out to another host."),
        ),
        PoolStatus::Refused => (
            Nearness::BadSignature,
            DenialReason::BadSignature,
            format!("The signature of {name} does not hold here."),
        ),
    };
    (nearness, Denial::new(reason, detail))
}

/// Whether a machine that a feature line is locked to can be told to be the holder's. What a server cannot see, such
/// as the hardware of the client, never matches.
fn client_matches(pool: &Pool, holder: &Holder) -> bool {
    // HOSTID is a pooling key: all increments of a pool have the same.
    let ids = pool
        .increments
        .first()
        .map_or(&[][..], |increment| &increment.host_ids);
    ids.is_empty()
        || ids.iter().any(|id| match id {
            HostId::Any | HostId::Id(_) => true,
            HostId::HostName(name) => name.eq_ignore_ascii_case(&holder.host),
            HostId::Display(display) => *display == holder.display,
            HostId::User(user) => *user == holder.user,
            HostId::Internet(pattern) => AddressPattern::parse(pattern)
                .zip(holder.address.or_else(|| holder.host.parse().ok()))
                .is_some_and(|(pattern, address)| pattern.matches(address)),
            HostId::Demo | HostId::Hex(_) | HostId::Other { .. } => false,
        })
}
