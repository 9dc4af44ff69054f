//! Which pool serves a request, and if none does, why.

use jiff::civil::Date;
use licensing_api::denial::DenialReason;
use licensing_api::inventory::PoolStatus;

use crate::Moment;
use crate::policy::Identity;
use crate::pool::Pool;
use licensing_license_file::license_file::LicenseVersion;

use super::lease::GroupKey;
use super::ledger::Ledger;
use super::offer::{Offer, best};
use super::queue::{Claims, Unserved};
use super::{CheckoutRequest, Denial};

/// How well a pool that does not grant comes off; the best one explains the denial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Nearness {
    Removed,
    TooOld,
    BadSignature,
    WrongHost,
    NotStarted,
    Expired,
    WrongClient,
    NotBorrowable,
    BorrowTooLong,
    Refused,
    TooMany,
    AboveMaximum,
    Taken,
    Reserved,
    Behind,
}

/// Why pools do not grant a request.
#[derive(Debug, Default)]
struct Misses(Option<(Nearness, Denial)>);

impl Misses {
    fn add(&mut self, miss: (Nearness, Denial)) {
        if self.0.as_ref().is_none_or(|(best, _)| miss.0 > *best) {
            self.0 = Some(miss);
        }
    }

    /// Of the pool that came nearest to granting.
    fn nearest(self) -> Option<Denial> {
        self.0.map(|(_, denial)| denial)
    }
}

/// Where the seats of a request come from.
pub(super) struct Choice {
    pub(super) pool: u32,
    pub(super) group: Option<GroupKey>,
    pub(super) overdraft: u32,
    /// Pools of which it exceeds even the overdraft.
    pub(super) bursts: Vec<u32>,
}

impl Ledger {
    /// Chooses the pool for a request. Pools are tried in their order, each time: first for a seat that is shared and
    /// costs nothing, then for one that goes with a seat of a suite that the holder has already, then for bought seats,
    /// then for overdraft, so that overdraft counts only when everything bought that would do is out. Pools of other
    /// editions that satisfy the request too come when none of its own can serve; at last it is granted beyond all of
    /// that. Seats that requests before this one wait for are as good as out; one that is shared takes nothing from them.
    pub(super) fn choose(
        &self,
        request: &CheckoutRequest,
        wanted: Option<&LicenseVersion>,
        ahead: &Claims,
        now: Moment,
    ) -> Result<Choice, Unserved> {
        let identity = self.rules.identify(&request.holder, &self.settings);
        let mut misses = Misses::default();
        let mut all = Vec::new();
        for pools in self.pools.serving(&request.feature) {
            let mut usable = Vec::with_capacity(pools.len());
            for index in pools.iter().copied() {
                let serves = self
                    .suits(index, request, wanted)
                    .and_then(|()| self.admits(index, request, identity.as_ref()))
                    .and_then(|()| self.lends(index, request, identity.as_ref(), now));
                match serves {
                    Ok(()) => usable.push(self.offer(index, request, identity.as_ref(), ahead)),
                    Err(miss) => misses.add(miss),
                }
            }
            if let Some(choice) = best(&usable) {
                return Ok(choice);
            }
            all.append(&mut usable);
        }
        let beyond = all.iter().find(|offer| self.bursts(offer, request, now));
        if let Some(offer) = beyond {
            return Ok(offer.choice());
        }
        for offer in &all {
            misses.add(self.full(offer, request, ahead));
        }
        let denial = misses.nearest().unwrap_or_else(|| {
            Denial::new(
                DenialReason::NoSuchFeature,
                format!("There is no feature {}.", request.feature),
            )
        });
        let waits_for = all.iter().filter(|offer| offer.is_reachable(request.count));
        Err(Unserved {
            denial,
            waits_for: waits_for.flat_map(Offer::waits).collect(),
        })
    }

    /// Whether a pool may serve a request at all, apart from how many seats are free.
    fn suits(
        &self,
        index: u32,
        request: &CheckoutRequest,
        wanted: Option<&LicenseVersion>,
    ) -> Result<(), (Nearness, Denial)> {
        let state = &self.pools[index];
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
        if !request.holder.may_use(&state.pool) {
            let detail = format!("{name} is locked to other machines than {}.", request.holder.host);
            return miss(Nearness::WrongClient, DenialReason::WrongHost, detail);
        }
        let assigned = |pool: u32| self.pools[pool].book.is_some();
        if request.count > 1 && (assigned(index) || state.suite.package.is_some_and(assigned)) {
            let detail = format!("Seats of {name} are assigned one by one.");
            return miss(Nearness::WrongClient, DenialReason::BadParameter, detail);
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
        let state = &self.pools[index];
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
            format!("The file that grants {name} is bound to another host ID."),
        ),
        PoolStatus::Refused => (
            Nearness::BadSignature,
            DenialReason::BadSignature,
            format!("The signature of {name} could not be verified on this server."),
        ),
    };
    (nearness, Denial::new(reason, detail))
}
