//! The rules once more, as plainly as they can be said: no index, no cache, everything counted again every time.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use licensing_api::denial::DenialReason;
use licensing_api::inventory::PoolStatus;
use licensing_license_file::license_file::DupGroup;
use licensing_seats::policy::{Identity, LimitKey, Policy, PoolPolicy, Requester};
use licensing_seats::pool::{Capacity, Pool, PoolId};
use licensing_seats::seat::{CheckoutRequest, DEADLINE_STEP_MS, Holder, SeatSettings};

use super::rules;
use super::support::moment;

#[derive(Debug, Clone)]
pub(super) struct ModelLease {
    pub(super) key: u64,
    pub(super) pool: PoolId,
    pub(super) count: u32,
    pub(super) feature: String,
    pub(super) holder: Holder,
    pub(super) heard_ms: u64,
    /// Given back; the seats stay out until then.
    pub(super) lingers_until_ms: Option<u64>,
    /// Taken along until then.
    pub(super) borrowed_until_ms: Option<u64>,
}

#[derive(Debug)]
struct Rules {
    policy: Policy,
    /// One for each of the pools.
    pools: Vec<PoolPolicy>,
}

#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) pools: Vec<Pool>,
    /// Pools that ever were, for seats that outlive them.
    pub(super) known: BTreeMap<PoolId, Pool>,
    /// By lease number.
    pub(super) leases: BTreeMap<u64, ModelLease>,
    closed: HashSet<u64>,
    rules: Option<Rules>,
    /// How long a burst lasts, and how long after its end there may be another one; none when there are none.
    pub(super) burst_ms: Option<(u64, u64)>,
    /// Start of the last burst of each feature, in lower case.
    pub(super) bursts: BTreeMap<String, u64>,
    /// Every seat that a group has, one by one: the reservation it comes out of, or none.
    seats: BTreeMap<(PoolId, String), Vec<Option<usize>>>,
}

/// What the model expects of a checkout.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Expected {
    Granted {
        pool: PoolId,
        overdraft: u32,
        burst: bool,
    },
    Repeated(u64),
    Denied(DenialReason),
}

/// Why a request gets no seats now.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) reason: DenialReason,
    /// Whether it could wait for some.
    pub(super) waits: bool,
}

impl Model {
    pub(super) fn replace_pools(&mut self, pools: Vec<Pool>, lines: &[String], today: Date) {
        for pool in &pools {
            self.known.insert(pool.identity.id(), pool.clone());
        }
        self.pools = pools;
        self.replace_rules(lines, today);
    }

    pub(super) fn replace_rules(&mut self, lines: &[String], today: Date) {
        let policy = rules::policy(lines);
        let (pools, _) = policy.bind(&rules::facts(&self.pools, today));
        self.rules = Some(Rules { policy, pools });
        self.recount();
    }

    /// Gives all seats out again in the order in which they were taken.
    pub(super) fn recount(&mut self) {
        self.seats.clear();
        let leases = std::mem::take(&mut self.leases);
        for (number, lease) in leases {
            self.insert(number, lease);
        }
    }

    fn rules_of(&self, pool: PoolId) -> Option<&PoolPolicy> {
        let at = self.pools.iter().position(|own| own.identity.id() == pool)?;
        self.rules.as_ref()?.pools.get(at)
    }

    fn identify<'a>(&self, holder: &'a Holder) -> Identity<'a> {
        let policy = &self.rules.as_ref().unwrap().policy;
        policy.identify(Requester {
            user: &holder.user,
            short_user: Some(&holder.user),
            host: &holder.host,
            display: &holder.display,
            ..Requester::default()
        })
    }

    pub(super) fn capacity(&self, pool: &Pool, today: Date) -> Capacity {
        let mut capacity = pool.capacity(today);
        if let Some(rules) = self.rules_of(pool.identity.id()) {
            capacity.overdraft = rules.overdraft(capacity.overdraft);
        }
        capacity
    }

    fn name(&self, number: u64, lease: &ModelLease) -> (PoolId, String) {
        let dup_group = self.known[&lease.pool].identity.dup_group;
        let name = group_name(dup_group, &lease.holder).unwrap_or_else(|| format!("#{number}"));
        (lease.pool, name)
    }

    /// Seats of each reservation of a pool that are not out.
    pub(super) fn idle(&self, pool: PoolId) -> Vec<u32> {
        let Some(rules) = self.rules_of(pool) else {
            return Vec::new();
        };
        let out = |at: usize| {
            let seats = self.seats.iter().filter(|((id, _), _)| *id == pool);
            seats
                .flat_map(|(_, seats)| seats)
                .filter(|seat| **seat == Some(at))
                .count()
        };
        let reservations = rules.reservations().iter().enumerate();
        reservations
            .map(|(at, held)| held.seats - out(at) as u32)
            .collect()
    }

    pub(super) fn insert(&mut self, number: u64, lease: ModelLease) {
        let name = self.name(number, &lease);
        while self.seats.get(&name).map_or(0, Vec::len) < lease.count as usize {
            let idle = self.idle(lease.pool);
            let mine = self
                .rules_of(lease.pool)
                .map_or_else(Vec::new, |rules| rules.draws_from(&self.identify(&lease.holder)));
            let from = mine.into_iter().find(|at| idle[*at] > 0);
            self.seats.entry(name.clone()).or_default().push(from);
        }
        self.leases.insert(number, lease);
    }

    fn remove(&mut self, number: u64) {
        let lease = self.leases.remove(&number).unwrap();
        self.closed.insert(lease.key);
        let name = self.name(number, &lease);
        let others = self.groups(lease.pool).get(&name.1).copied().unwrap_or(0) as usize;
        let seats = self.seats.get_mut(&name).unwrap();
        while seats.len() > others {
            let common = seats.iter().position(Option::is_none);
            seats.remove(common.unwrap_or(seats.len() - 1));
        }
        if seats.is_empty() {
            self.seats.remove(&name);
        }
    }

    /// Seats out under a limit, if `new` were granted too.
    fn under(&self, key: &LimitKey, new: Option<&ModelLease>) -> u32 {
        let mut largest: BTreeMap<(PoolId, String), u32> = BTreeMap::new();
        let all = self.leases.iter().map(|(number, lease)| (*number, lease));
        for (number, lease) in all.chain(new.map(|lease| (u64::MAX, lease))) {
            let Some(rules) = self.rules_of(lease.pool) else {
                continue;
            };
            let limits = rules.limits(&self.identify(&lease.holder));
            if limits.iter().any(|limit| limit.key == *key) {
                let seats = largest.entry(self.name(number, lease)).or_default();
                *seats = (*seats).max(lease.count);
            }
        }
        largest.values().sum()
    }

    /// Why the options file refuses a pool.
    fn refusal(&self, pool: &Pool, request: &CheckoutRequest) -> Option<(u8, DenialReason)> {
        let rules = self.rules_of(pool.identity.id())?;
        let identity = self.identify(&request.holder);
        if let Err(refusal) = rules.admit(&identity) {
            return Some((2, refusal.reason()));
        }
        let new = ModelLease {
            key: 0,
            pool: pool.identity.id(),
            count: request.count,
            feature: String::new(),
            holder: request.holder.clone(),
            heard_ms: 0,
            lingers_until_ms: None,
            borrowed_until_ms: None,
        };
        let above = rules.limits(&identity).iter().any(|limit| {
            let (before, after) = (self.under(&limit.key, None), self.under(&limit.key, Some(&new)));
            limit.seats == 0 || after > before && after > limit.seats
        });
        above.then_some((4, DenialReason::AboveMaximum))
    }

    /// Of so many seats those that the requester could have.
    fn available(&self, pool: PoolId, seats: Option<u32>, holder: &Holder) -> u32 {
        let Some(seats) = seats else { return u32::MAX };
        let free = seats.saturating_sub(self.in_use(pool));
        let idle = self.idle(pool);
        let mine = self.mine(pool, holder);
        let others: u32 = (0..idle.len())
            .filter(|at| !mine.contains(at))
            .map(|at| idle[at])
            .sum();
        let mine: u32 = mine.into_iter().map(|at| idle[at]).sum();
        // When more is reserved than free, the seats go to whom they are reserved for and comes first.
        free.saturating_sub(others).max(free.min(mine))
    }

    /// Groups of a pool with the seats that each holds; a lease that shares with nobody is a group of its own.
    fn groups(&self, pool: PoolId) -> BTreeMap<String, u32> {
        let dup_group = self.known[&pool].identity.dup_group;
        let mut groups: BTreeMap<String, u32> = BTreeMap::new();
        for (number, lease) in self.leases.iter().filter(|(_, lease)| lease.pool == pool) {
            let name = group_name(dup_group, &lease.holder).unwrap_or_else(|| format!("#{number}"));
            let seats = groups.entry(name).or_default();
            *seats = (*seats).max(lease.count);
        }
        groups
    }

    pub(super) fn in_use(&self, pool: PoolId) -> u32 {
        self.groups(pool).values().sum()
    }

    /// Whether requests for a feature are granted although everything is out, and whether they may begin to be.
    fn burst(&self, feature: &str, now_ms: u64) -> (bool, bool) {
        let Some((lasts, rearm)) = self.burst_ms else {
            return (false, false);
        };
        match self.bursts.get(&feature.to_lowercase()) {
            None => (false, true),
            Some(start) => (now_ms < start + lasts, now_ms >= start + lasts + rearm),
        }
    }

    pub(super) fn begin_burst(&mut self, feature: &str, now_ms: u64) {
        if !self.burst(feature, now_ms).0 {
            self.bursts.insert(feature.to_lowercase(), now_ms);
        }
    }

    /// Seats of a pool that are out beyond all it has, as far as a burst explains them, and whether there may be more.
    pub(super) fn beyond(&self, pool: &Pool, today: Date, now_ms: u64) -> (u32, bool) {
        let beyond = self
            .capacity(pool, today)
            .total()
            .map_or(0, |total| self.in_use(pool.identity.id()).saturating_sub(total));
        match self.burst(&pool.identity.feature, now_ms) {
            (true, _) => (beyond, true),
            (false, may_begin) => {
                let explained = self.burst_ms.is_some() && !may_begin;
                (if explained { beyond } else { 0 }, false)
            }
        }
    }

    /// Whether a pool that has not enough seats grants all the same.
    fn grants_beyond(&self, pool: &Pool, request: &CheckoutRequest, today: Date, now_ms: u64) -> bool {
        let Some(total) = self.capacity(pool, today).total() else {
            return false;
        };
        let (active, may_begin) = self.burst(&pool.identity.feature, now_ms);
        let all_out = self.needed(pool, request) > total.saturating_sub(self.in_use(pool.identity.id()));
        request.borrow_seconds == 0 && request.count <= total && (active || may_begin && all_out)
    }

    /// Seats of a pool that are borrowed, if `new` were too.
    pub(super) fn borrowed(&self, pool: PoolId, new: Option<&CheckoutRequest>) -> u32 {
        let dup_group = self.known[&pool].identity.dup_group;
        let mut groups: BTreeMap<String, u32> = BTreeMap::new();
        let out = self
            .leases
            .iter()
            .filter(|(_, lease)| lease.pool == pool && lease.borrowed_until_ms.is_some())
            .map(|(number, lease)| (*number, &lease.holder, lease.count));
        let new = new.map(|request| (u64::MAX, &request.holder, request.count));
        for (number, holder, count) in out.chain(new) {
            let name = group_name(dup_group, holder).unwrap_or_else(|| format!("#{number}"));
            let seats = groups.entry(name).or_default();
            *seats = (*seats).max(count);
        }
        groups.values().sum()
    }

    /// Why a pool lends no seats for that long.
    fn keeps(
        &self,
        pool: &Pool,
        request: &CheckoutRequest,
        today: Date,
        now_ms: u64,
    ) -> Option<(u8, DenialReason)> {
        if request.borrow_seconds == 0 {
            return None;
        }
        let id = pool.identity.id();
        let Some(hours) = pool.identity.terms.get("BORROW") else {
            return Some((0, DenialReason::NotBorrowable));
        };
        let licensed = if hours.is_empty() {
            168
        } else {
            hours.parse().unwrap()
        };
        let rules = self.rules_of(id);
        let refused = rules.and_then(|rules| rules.admit_borrowing(&self.identify(&request.holder)).err());
        if let Some(refusal) = refused {
            return Some((2, refusal.reason()));
        }
        let hours = rules.map_or(licensed, |rules| rules.borrow_hours(licensed));
        if request.borrow_seconds > u64::from(hours) * 3600 {
            return Some((1, DenialReason::BorrowTooLong));
        }
        let last_day = TimeZone::UTC
            .to_datetime(moment(now_ms + request.borrow_seconds * 1000, 0).trusted)
            .date()
            .max(today);
        let then = pool.capacity(last_day);
        let borrowed = self.borrowed(id, Some(request));
        let low_water = rules.map_or(0, |rules| rules.borrow_low_water());
        match (self.capacity(pool, today).count, then.count) {
            (_, _) if then.total() == Some(0) => Some((1, DenialReason::BorrowTooLong)),
            (Some(now), Some(_)) if borrowed + low_water > now => Some((0, DenialReason::NotBorrowable)),
            (Some(_), Some(then)) if borrowed > then => Some((1, DenialReason::BorrowTooLong)),
            (_, _) => None,
        }
    }

    pub(super) fn checkout(&self, request: &CheckoutRequest, key: u64, today: Date, now_ms: u64) -> Expected {
        if let Some((number, lease)) = self.leases.iter().find(|(_, lease)| lease.key == key) {
            let holds = |holder: &Holder| {
                (&holder.user, &holder.host, &holder.vendor_data, &holder.product)
                    == (
                        &request.holder.user,
                        &request.holder.host,
                        &request.holder.vendor_data,
                        &request.holder.product,
                    )
            };
            if lease.lingers_until_ms.is_none() && !holds(&lease.holder) {
                return Expected::Denied(DenialReason::RequestKeyInUse);
            }
            let same = lease.lingers_until_ms.is_none()
                && lease.borrowed_until_ms.is_some() == (request.borrow_seconds > 0)
                && lease.feature.eq_ignore_ascii_case(&request.feature)
                && lease.count == request.count;
            return if same {
                Expected::Repeated(*number)
            } else {
                Expected::Denied(DenialReason::BadParameter)
            };
        }
        if self.closed.contains(&key) {
            return Expected::Denied(DenialReason::BadParameter);
        }
        match self.decide(request, &[], (today, now_ms)) {
            Ok((pool, overdraft, burst)) => Expected::Granted {
                pool,
                overdraft,
                burst,
            },
            Err(refusal) => Expected::Denied(refusal.reason),
        }
    }

    /// Whether a request gets seats that none of those before it could ever need: the pool, how many of its seats are
    /// overdraft, and whether it is beyond all of them.
    pub(super) fn decide(
        &self,
        request: &CheckoutRequest,
        ahead: &[CheckoutRequest],
        (today, now_ms): (Date, u64),
    ) -> Result<(PoolId, u32, bool), Refused> {
        let named = |pool: &Pool| pool.identity.feature.eq_ignore_ascii_case(&request.feature);
        let installed: Vec<&Pool> = self.pools.iter().filter(|pool| named(pool)).collect();
        let sufficient: Vec<&Pool> = installed
            .iter()
            .copied()
            .filter(|pool| {
                request.version.is_empty() || pool.identity.version >= request.version.parse().unwrap()
            })
            .collect();
        let serving: Vec<&Pool> = sufficient
            .iter()
            .copied()
            .filter(|p| !self.capacity(p, today).is_none())
            .collect();
        let open: Vec<&Pool> = serving
            .iter()
            .copied()
            .filter(|pool| self.refusal(pool, request).is_none())
            .filter(|pool| self.keeps(pool, request, today, now_ms).is_none())
            .collect();
        // (pool, needed, bought seats left, all seats left)
        let offers: Vec<(PoolId, u32, u32, u32)> = open
            .iter()
            .map(|pool| {
                let id = pool.identity.id();
                let capacity = self.capacity(pool, today);
                let claimed = self.claimed(pool, ahead, today);
                let left = |seats: Option<u32>| match &claimed {
                    None => self.available(id, seats, &request.holder),
                    Some(claimed) => self.available_beside(id, seats, &request.holder, claimed),
                };
                let needed = self.needed(pool, request);
                (id, needed, left(capacity.count), left(capacity.total()))
            })
            .collect();
        let pick = offers
            .iter()
            .find(|offer| offer.1 == 0)
            .or_else(|| offers.iter().find(|offer| offer.1 <= offer.2))
            .or_else(|| offers.iter().find(|offer| offer.1 <= offer.3));
        if let Some((pool, needed, bought, _)) = pick {
            return Ok((*pool, needed.saturating_sub(*bought), false));
        }
        let beyond = open
            .iter()
            .position(|pool| self.grants_beyond(pool, request, today, now_ms));
        if let Some((pool, needed, bought, _)) = beyond.map(|at| offers[at]) {
            return Ok((pool, needed.saturating_sub(bought), true));
        }
        let reached = |pool: &&Pool| self.could_serve(pool, request, today);
        let reason = match open
            .iter()
            .any(|pool| reached(pool) && self.claimed(pool, ahead, today).is_some())
        {
            true => DenialReason::QueuedBehindOthers,
            false => self.reason(request, &installed, &sufficient, &serving, (today, now_ms)),
        };
        let waits = open.iter().any(reached);
        Err(Refused { reason, waits })
    }

    /// Whether a pool could serve a request if nobody else had seats of it.
    fn could_serve(&self, pool: &Pool, request: &CheckoutRequest, today: Date) -> bool {
        let named = pool.identity.feature.eq_ignore_ascii_case(&request.feature);
        let sufficient =
            request.version.is_empty() || pool.identity.version >= request.version.parse().unwrap();
        let capacity = self.capacity(pool, today);
        let most = capacity.total().map_or(u32::MAX, |total| {
            let mine = self.mine(pool.identity.id(), &request.holder);
            let rules = self.rules_of(pool.identity.id());
            let all = rules
                .iter()
                .flat_map(|rules| rules.reservations().iter().enumerate());
            let of_others = all.filter(|(at, _)| !mine.contains(at));
            total.saturating_sub(of_others.map(|(_, held)| held.seats).sum())
        });
        named
            && sufficient
            && !capacity.is_none()
            && self.refusal(pool, request).is_none()
            && request.count <= most
    }

    fn mine(&self, pool: PoolId, holder: &Holder) -> Vec<usize> {
        self.rules_of(pool)
            .map_or_else(Vec::new, |rules| rules.draws_from(&self.identify(holder)))
    }

    /// Reservations of a pool that those who wait might draw from; none when none of them waits for it.
    fn claimed(&self, pool: &Pool, ahead: &[CheckoutRequest], today: Date) -> Option<BTreeSet<usize>> {
        let mut waiting = ahead
            .iter()
            .filter(|request| self.could_serve(pool, request, today))
            .peekable();
        waiting.peek()?;
        let mine = waiting.flat_map(|request| self.mine(pool.identity.id(), &request.holder));
        Some(mine.collect())
    }

    /// Of so many seats those that the requester could have beside who waits.
    fn available_beside(
        &self,
        pool: PoolId,
        seats: Option<u32>,
        holder: &Holder,
        claimed: &BTreeSet<usize>,
    ) -> u32 {
        let Some(seats) = seats else { return u32::MAX };
        let idle = self.idle(pool);
        let mine = self
            .mine(pool, holder)
            .into_iter()
            .filter(|at| !claimed.contains(at));
        let mine: u32 = mine.map(|at| idle[at]).sum();
        seats.saturating_sub(self.in_use(pool)).min(mine)
    }

    fn reason(
        &self,
        request: &CheckoutRequest,
        installed: &[&Pool],
        sufficient: &[&Pool],
        serving: &[&Pool],
        (today, now_ms): (Date, u64),
    ) -> DenialReason {
        let mut nearest: Option<(u8, DenialReason)> = None;
        for pool in sufficient {
            let id = pool.identity.id();
            let total = self.capacity(pool, today).total().unwrap_or(u32::MAX);
            let miss = if !serving.iter().any(|own| own.identity.id() == id) {
                if pool.status(today) != PoolStatus::Serving {
                    continue;
                }
                (5, DenialReason::AllSeatsTaken)
            } else if let Some(refusal) = self.refusal(pool, request) {
                refusal
            } else if let Some(kept) = self.keeps(pool, request, today, now_ms) {
                kept
            } else if request.count > total {
                (3, DenialReason::MoreThanExist)
            } else if self.needed(pool, request) <= total.saturating_sub(self.in_use(id)) {
                (6, DenialReason::AllReserved)
            } else {
                (5, DenialReason::AllSeatsTaken)
            };
            if nearest.is_none_or(|(best, _)| miss.0 > best) {
                nearest = Some(miss);
            }
        }
        if let Some((_, reason)) = nearest {
            return reason;
        }
        for (status, reason) in [
            (PoolStatus::Expired, DenialReason::Expired),
            (PoolStatus::NotStarted, DenialReason::NotStarted),
        ] {
            if sufficient.iter().any(|pool| pool.status(today) == status) {
                return reason;
            }
        }
        if !installed.is_empty() {
            return DenialReason::VersionTooOld;
        }
        let gone = self
            .known
            .values()
            .any(|pool| pool.identity.feature.eq_ignore_ascii_case(&request.feature));
        if gone {
            DenialReason::FeatureRemoved
        } else {
            DenialReason::NoSuchFeature
        }
    }

    fn needed(&self, pool: &Pool, request: &CheckoutRequest) -> u32 {
        let shared = group_name(pool.identity.dup_group, &request.holder)
            .and_then(|name| self.groups(pool.identity.id()).get(&name).copied())
            .unwrap_or(0);
        request.count.saturating_sub(shared)
    }

    /// A request that was given up is not served any more.
    pub(super) fn close(&mut self, key: u64) {
        self.closed.insert(key);
    }

    pub(super) fn was_closed(&self, key: u64) -> bool {
        self.closed.contains(&key)
    }

    /// Forgets pools that are neither installed nor held.
    pub(super) fn forget_unused(&mut self) {
        let installed: BTreeSet<PoolId> = self.pools.iter().map(|pool| pool.identity.id()).collect();
        let held: BTreeSet<PoolId> = self.leases.values().map(|lease| lease.pool).collect();
        self.known
            .retain(|id, _| installed.contains(id) || held.contains(id));
    }

    /// The holder gives a lease back.
    pub(super) fn check_in(&mut self, number: u64, now_ms: u64) -> bool {
        let Some(lease) = self.leases.get(&number) else {
            return false;
        };
        if lease.lingers_until_ms.is_some() {
            return false;
        }
        let installed = self.pools.iter().find(|pool| pool.identity.id() == lease.pool);
        let licensed = installed.map_or(0, Pool::linger_seconds);
        let linger = self
            .rules_of(lease.pool)
            .map_or(licensed, |rules| rules.linger_seconds(licensed));
        match linger {
            0 => self.remove(number),
            seconds => {
                let lease = self.leases.get_mut(&number).unwrap();
                lease.borrowed_until_ms = None;
                lease.lingers_until_ms = Some(now_ms + u64::from(seconds) * 1000);
            }
        }
        true
    }

    /// An administrator takes back what a user holds.
    pub(super) fn revoke(&mut self, user: &str) -> BTreeSet<u64> {
        let theirs = |lease: &ModelLease| lease.holder.user == user && lease.borrowed_until_ms.is_none();
        let revoked: BTreeSet<u64> = self
            .leases
            .iter()
            .filter(|(_, lease)| theirs(lease))
            .map(|(number, _)| *number)
            .collect();
        for number in &revoked {
            self.remove(*number);
        }
        revoked
    }

    /// An administrator takes back a lease by its id.
    pub(super) fn revoke_one(&mut self, number: u64) -> bool {
        let held = self.leases.contains_key(&number);
        if held {
            self.remove(number);
        }
        held
    }

    pub(super) fn expire(&mut self, now_ms: u64, settings: &SeatSettings) -> BTreeSet<u64> {
        let lifetime = settings.lifetime.as_secs();
        let end = |lease: &ModelLease| {
            let seconds = self
                .rules_of(lease.pool)
                .and_then(|rules| rules.timeout_seconds(0))
                .map_or(lifetime, |timeout| {
                    lifetime.min(u64::from(timeout).max(2 * settings.heartbeat.as_secs()))
                });
            lease
                .lingers_until_ms
                .or(lease.borrowed_until_ms)
                .unwrap_or(lease.heard_ms + seconds * 1000)
        };
        let ended: BTreeSet<u64> = self
            .leases
            .iter()
            .filter(|(_, lease)| end(lease).div_ceil(DEADLINE_STEP_MS) <= now_ms / DEADLINE_STEP_MS)
            .map(|(number, _)| *number)
            .collect();
        for number in &ended {
            self.remove(*number);
        }
        ended
    }
}

fn group_name(dup_group: DupGroup, holder: &Holder) -> Option<String> {
    match dup_group {
        DupGroup::None => None,
        DupGroup::Site => Some("site".to_owned()),
        DupGroup::Same {
            user,
            host,
            display,
            vendor_data,
        } => {
            let mut name = String::new();
            let data = if holder.vendor_data.is_empty() {
                &holder.host
            } else {
                &holder.vendor_data
            };
            for (compared, value) in [
                (user, &holder.user),
                (host, &holder.host),
                (display, &holder.display),
                (vendor_data, data),
            ] {
                if compared {
                    name.push_str(&value.to_lowercase());
                }
                name.push('|');
            }
            Some(name)
        }
    }
}
