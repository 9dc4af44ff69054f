//! Requests that wait for seats.
//!
//! Each feature has a line, and who came first is served first; features that seats of one pool may serve, as those of a
//! suite, stand in one line. A request that waits lays claim to every pool that it lacks seats of: to the common stock
//! and to the reservations it draws from. Who comes later gets none of that, however few seats they want, so that a
//! request for many seats collects them and is not passed for ever; where the options file says so, it may be passed for a
//! bounded time first. Two things cost those who wait nothing, and pass
//! them: a seat that is shared with somebody who has it already, and reserved seats that nobody before may have. A
//! request that could not be served any more even if nobody else had seats is refused when that is noticed.

mod lines;
mod passing;
mod rows;
mod turns;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::mem;
use std::net::IpAddr;

use licensing_api::denial::DenialReason;

use crate::Moment;
use crate::seat::ledger::{Ledger, millis};
use crate::seat::limits::Burst;
use crate::seat::{
    Change, CheckoutRequest, CloseReason, Decision, Denial, LeaseId, Place, QueuedRequest, RequestKey,
};
use licensing_license_file::license_file::LicenseVersion;

pub use rows::QueueFilter;

/// No pool, no line.
const NONE: u32 = u32::MAX;

/// What a request that waits takes out of one pool.
#[derive(Debug, Clone, Default)]
pub(in crate::seat) struct Claim {
    reservations: BTreeSet<usize>,
}

impl Claim {
    /// Whether it takes seats of a reservation, too.
    pub(in crate::seat) fn has(&self, reservation: usize) -> bool {
        self.reservations.contains(&reservation)
    }
}

/// What all requests that wait take, by pool.
#[derive(Debug, Clone, Default)]
pub(in crate::seat) struct Claims(BTreeMap<u32, Claim>);

impl Claims {
    /// What they take out of a pool; none when nobody waits for it.
    pub(in crate::seat) fn on(&self, pool: u32) -> Option<&Claim> {
        self.0.get(&pool)
    }

    fn join(&mut self, others: Self) {
        for (pool, other) in others.0 {
            let claim = self.0.entry(pool).or_default();
            claim.reservations.extend(other.reservations);
        }
    }

    fn add(&mut self, waits_for: Vec<Wait>) {
        for wait in waits_for {
            let claim = self.0.entry(wait.pool).or_default();
            claim.reservations.extend(wait.reservations);
        }
    }
}

/// Whose places in the queue count together. What a product says of itself does not: it could say anything.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum QueueCaller {
    Address(IpAddr),
    /// Token or certificate.
    Credential(String),
}

/// What waits of one caller.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    places: usize,
    seats: u64,
}

fn callers(request: &CheckoutRequest) -> impl Iterator<Item = QueueCaller> + use<> {
    let address = request.holder.address.map(QueueCaller::Address);
    let credential = (!request.caller.is_empty()).then(|| QueueCaller::Credential(request.caller.clone()));
    address.into_iter().chain(credential)
}

/// A pool that could serve a request if others had fewer seats.
#[derive(Debug)]
pub(in crate::seat) struct Wait {
    pub(in crate::seat) pool: u32,
    /// Positions of the reservations it would draw from.
    pub(in crate::seat) reservations: Vec<usize>,
}

/// Why a request is not served now.
#[derive(Debug)]
pub(in crate::seat) struct Unserved {
    pub(in crate::seat) denial: Denial,
    /// Where seats may come from that it could wait for; empty when there are none.
    pub(in crate::seat) waits_for: Vec<Wait>,
}

#[derive(Debug)]
struct Waiter {
    request: CheckoutRequest,
    /// In lower case.
    feature: String,
    wanted: Option<LicenseVersion>,
    /// Name of the lease when there is one.
    id: LeaseId,
    since_ms: i64,
    since_monotonic_ms: u64,
    /// Until when the place is kept although the product is gone; none while it is there.
    gone_until_ms: Option<u64>,
    /// First pool that could serve it, where it is listed.
    pool: u32,
    /// Whether it draws from reservations.
    draws: bool,
}

/// Those who wait for the same pools, in the order in which they came.
#[derive(Debug, Default)]
struct Line {
    waiters: BTreeMap<u64, Waiter>,
    claims: Claims,
    look: Look,
}

/// How closely a line has to be looked through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Look {
    /// Nothing has changed.
    #[default]
    None,
    /// Seats came back: the first ones may be served.
    Seats,
    /// Seats went out that others may share.
    Shared,
    /// The rules have changed, so that everything may be otherwise.
    Everything,
}

/// All who wait.
#[derive(Debug, Default)]
pub(in crate::seat) struct Queue {
    /// By number of the line, see `line_of_pool`.
    lines: BTreeMap<u32, Line>,
    /// The line of each pool: the first of all pools that it has requests in common with. Empty when it has to be worked
    /// out again.
    line_of_pool: Vec<u32>,
    places: HashMap<RequestKey, (u32, u64)>,
    /// Requests that wait for each feature, in lower case.
    waiting: HashMap<String, usize>,
    /// What waits of each caller.
    of_caller: HashMap<QueueCaller, Share>,
    next: u64,
    /// When requests may be passed no more, with their pools.
    passable: BTreeSet<(u64, u32)>,
    /// Places of products that are gone, by the end of their time.
    gone: BTreeMap<(u64, u64), RequestKey>,
    /// What has happened to pools since the lines were last looked through.
    changed: BTreeMap<u32, Look>,
    /// The closest look that any line needs.
    due: Look,
    turns: Vec<Turn>,
    /// Leases that were given to products that were away, by the end of the time in which they can be asked for.
    unclaimed: BTreeMap<(u64, u64), LeaseId>,
    nobody: Claims,
}

/// The end of a request's waiting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Which request.
    pub request_key: RequestKey,
    /// What came of it.
    pub decision: Decision,
}

impl Queue {
    /// Seats of a pool came back.
    pub(in crate::seat) fn freed(&mut self, pool: u32) {
        self.note(pool, Look::Seats);
    }

    /// Seats of a pool went out to somebody who may share them.
    pub(in crate::seat) fn shared(&mut self, pool: u32) {
        self.note(pool, Look::Shared);
    }

    fn note(&mut self, pool: u32, look: Look) {
        if !self.places.is_empty() {
            let noted = self.changed.entry(pool).or_default();
            *noted = look.max(*noted);
            self.due = self.due.max(look);
        }
    }

    /// Pools, rules or the day have changed.
    pub(in crate::seat) fn look_at_everything(&mut self) {
        self.due = Look::Everything;
    }

    /// Other pools, or others that serve the same requests.
    pub(in crate::seat) fn pools_changed(&mut self) {
        self.line_of_pool.clear();
        self.look_at_everything();
    }

    /// Place among those who wait for the same feature.
    fn position(&self, line: u32, number: u64) -> u32 {
        let Some(line) = self.lines.get(&line) else {
            return 1;
        };
        let feature = line.waiters.get(&number).map(|waiter| &waiter.feature);
        let before = line.waiters.range(..number);
        let same = before.filter(|(_, waiter)| Some(&waiter.feature) == feature);
        u32::try_from(same.count()).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// Whether the caller of a request has as much of the queue as one may have, by its address or by its token.
    fn has_its_share(&self, request: &CheckoutRequest, places: usize, seats: u64) -> bool {
        let shares = callers(request).filter_map(|caller| self.of_caller.get(&caller));
        let mut shares = shares.copied();
        shares.any(|share| share.places >= places || share.seats + u64::from(request.count) > seats)
    }

    /// Forgets the place of a request that waits no more.
    fn forget(&mut self, waiter: &Waiter) {
        self.places.remove(&waiter.request.request_key);
        for caller in callers(&waiter.request) {
            if let Some(share) = self.of_caller.get_mut(&caller) {
                share.places -= 1;
                share.seats -= u64::from(waiter.request.count);
                if share.places == 0 {
                    self.of_caller.remove(&caller);
                }
            }
        }
        if let Some(waiting) = self.waiting.get_mut(&waiter.feature) {
            *waiting -= 1;
            if *waiting == 0 {
                self.waiting.remove(&waiter.feature);
            }
        }
    }

    /// Takes a request out of its line.
    fn take(&mut self, key: &RequestKey) -> Option<Waiter> {
        let (line, number) = self.places.get(key).copied()?;
        let line = self.lines.get_mut(&line)?;
        let waiter = line.waiters.remove(&number);
        // What it claimed goes to those behind it.
        line.look = line.look.max(Look::Seats);
        self.due = self.due.max(Look::Seats);
        let waiter = waiter?;
        self.forget(&waiter);
        if let Some(until) = waiter.gone_until_ms {
            self.gone.remove(&(until, number));
        }
        Some(waiter)
    }

    /// The product of a request that waits is there again.
    fn return_to(&mut self, key: &RequestKey) {
        if let Some((number, waiter)) = self.waiter_mut(key)
            && let Some(until) = waiter.gone_until_ms.take()
        {
            self.gone.remove(&(until, number));
        }
    }

    fn waiter_mut(&mut self, key: &RequestKey) -> Option<(u64, &mut Waiter)> {
        let (line, number) = self.places.get(key)?;
        let waiter = self.lines.get_mut(line)?.waiters.get_mut(number)?;
        Some((*number, waiter))
    }

    fn is_full(&self, feature: &str, places: usize, of_feature: usize) -> bool {
        let waiting = self.waiting.get(feature).copied().unwrap_or(0);
        self.places.len() >= places || waiting >= of_feature
    }
}

impl Ledger {
    /// What those take who wait in the line of a feature.
    pub(in crate::seat) fn claims_on(&self, feature: &str) -> &Claims {
        if self.queue.lines.is_empty() {
            return &self.queue.nobody;
        }
        let line = self.queue.lines.get(&self.line_of(feature));
        line.map_or(&self.queue.nobody, |line| &line.claims)
    }

    /// Enters a request at the end of its line.
    pub(in crate::seat) fn enqueue(
        &mut self,
        request: &CheckoutRequest,
        id: LeaseId,
        wanted: Option<LicenseVersion>,
        refusal: Unserved,
        now: Moment,
    ) -> Decision {
        let feature = request.feature.to_lowercase();
        let (places, of_feature) = (self.settings.queue_places, self.settings.queue_places_per_feature);
        let (of_caller, seats) = (
            self.settings.queue_places_per_caller,
            self.settings.queue_seats_per_caller,
        );
        let has_its_share = self.queue.has_its_share(request, of_caller, seats);
        if has_its_share || self.queue.is_full(&feature, places, of_feature) {
            let mut denial = refusal.denial;
            denial.reason = DenialReason::AllSeatsTaken;
            denial.detail.push_str(match has_its_share {
                true => " Too many requests, or requests for too many seats, of this address or token wait already.",
                false => " The queue is full.",
            });
            return self.deny(request, denial, now);
        }
        self.form_lines();
        let number = self.queue.next;
        self.queue.next += 1;
        let waiter = Waiter {
            request: request.clone(),
            feature: feature.clone(),
            wanted,
            id,
            since_ms: now.wall.as_millisecond(),
            since_monotonic_ms: now.monotonic_ms,
            gone_until_ms: None,
            pool: refusal.waits_for.first().map_or(NONE, |wait| wait.pool),
            draws: refusal.waits_for.iter().any(|wait| !wait.reservations.is_empty()),
        };
        let name = self.line_of(&feature);
        let mut claims = Claims::default();
        self.lay_claim(&mut claims, &waiter, refusal.waits_for, now);
        let queue = &mut self.queue;
        let line = queue.lines.entry(name).or_default();
        line.waiters.insert(number, waiter);
        line.claims.join(claims);
        *queue.waiting.entry(feature).or_insert(0) += 1;
        for caller in callers(request) {
            let share = queue.of_caller.entry(caller).or_default();
            share.places += 1;
            share.seats += u64::from(request.count);
        }
        queue.places.insert(request.request_key, (name, number));
        let position = queue.position(name, number);
        self.changes.push(Change::Queued(QueuedRequest::new(request)));
        self.wait_at(position)
    }

    fn wait_at(&self, position: u32) -> Decision {
        Decision::Queued(Place {
            position,
            kept: self.settings.queue_kept,
        })
    }

    /// Answers a request that waits already; none when it does not wait, or will not any more.
    pub(in crate::seat) fn repeat_waiting(
        &mut self,
        request: &CheckoutRequest,
        now: Moment,
    ) -> Option<Decision> {
        let (_, waiter) = self.queue.waiter_mut(&request.request_key)?;
        let holder = &waiter.request.holder;
        if !(request.holder).is(&holder.user, &holder.host, &holder.vendor_data, &holder.product) {
            return Some(self.deny_foreign_key(request, now));
        }
        let same = waiter.request.count == request.count && waiter.feature == request.feature.to_lowercase();
        if !same {
            let detail = "The key of this request was used for another request.";
            return Some(self.deny(request, Denial::new(DenialReason::BadParameter, detail), now));
        }
        if request.queue {
            self.queue.return_to(&request.request_key);
            return self.place(&request.request_key).map(Decision::Queued);
        }
        // Who waits no more has no better right than who never did.
        self.queue.take(&request.request_key);
        self.serve_queue(now);
        None
    }

    /// The product of a request that waits is gone: its place is kept for a while.
    pub fn leave_waiting(&mut self, key: &RequestKey, now: Moment) {
        let until = now.monotonic_ms.saturating_add(millis(self.settings.queue_kept));
        let Some((number, waiter)) = self.queue.waiter_mut(key) else {
            return;
        };
        if waiter.gone_until_ms.is_none() {
            waiter.gone_until_ms = Some(until);
            self.queue.gone.insert((until, number), *key);
        }
    }

    /// Seats were given to a request that waited, and there was nobody to tell: they come back unless it asks again in
    /// time.
    pub fn leave_unclaimed(&mut self, id: LeaseId, now: Moment) {
        let until_ms = now.monotonic_ms.saturating_add(millis(self.settings.queue_kept));
        let slot = self.leases.slot_of(&id);
        if let Some(held) = slot.and_then(|slot| self.leases.get(slot)) {
            self.queue.unclaimed.insert((until_ms, held.serial), id);
        }
    }

    /// Seats are asked for by the request that they were given to.
    pub(in crate::seat) fn claim(&mut self, slot: u32, now: Moment) {
        let Some(held) = self.leases.get_mut(slot) else {
            return;
        };
        let (id, serial) = (held.id, held.serial);
        let entry = self.queue.unclaimed.iter().find(|(_, own)| **own == id);
        if let Some(until_ms) = entry.map(|((until_ms, _), _)| *until_ms) {
            held.hear(now.monotonic_ms);
            self.queue.unclaimed.remove(&(until_ms, serial));
        }
    }

    /// Ends the leases that were not asked for in time.
    fn expire_unclaimed(&mut self, now: Moment) {
        while let Some(first) = self.queue.unclaimed.first_entry() {
            if first.key().0 > now.monotonic_ms {
                return;
            }
            let id = first.remove();
            if let Some(slot) = self.leases.slot_of(&id) {
                self.close(slot, CloseReason::Expired, now);
            }
        }
    }

    /// Gives up a request, whatever has become of it: its place in the queue, or its lease. False when it had neither.
    /// A late duplicate of it takes no seat.
    pub fn give_up(&mut self, key: &RequestKey, now: Moment) -> bool {
        self.observe(now);
        if let Some(slot) = self.leases.slot_of_key(key) {
            return self.check_in(slot, now);
        }
        let waiter = self.queue.take(key);
        self.remember_closed(*key, now);
        match waiter {
            Some(waiter) => {
                self.deny_waiter(&waiter, "and gave up", now);
                true
            }
            None => false,
        }
    }

    /// Looks again at the lines of features that may grant beyond what is installed by now.
    fn notice_bursts(&mut self, now: Moment) {
        let mut queue = mem::take(&mut self.queue);
        for (pool, line) in &mut queue.lines {
            let Some(state) = self.pools.get(*pool) else {
                continue;
            };
            match self.burst_of(&state.pool.identity.feature.to_lowercase(), now) {
                Burst::Off | Burst::UsedUp { .. } => {}
                Burst::Armed | Burst::Active { .. } => {
                    line.look = line.look.max(Look::Seats);
                    queue.due = queue.due.max(Look::Seats);
                }
            }
        }
        self.queue = queue;
    }

    /// Ends the places whose time is over.
    pub(in crate::seat) fn expire_places(&mut self, now: Moment) {
        if !self.queue.places.is_empty() {
            self.notice_bursts(now);
        }
        self.end_passing(now);
        self.expire_unclaimed(now);
        while let Some(first) = self.queue.gone.first_entry() {
            if first.key().0 > now.monotonic_ms {
                return;
            }
            let key = first.remove();
            if let Some(waiter) = self.queue.take(&key) {
                self.deny_waiter(&waiter, "and was not heard of any more", now);
            }
        }
    }

    fn deny_waiter(&mut self, waiter: &Waiter, how: &str, now: Moment) {
        let waited = now.monotonic_ms.saturating_sub(waiter.since_monotonic_ms) / 1000;
        let detail = format!("The request waited for {waited} s {how}.");
        self.deny(&waiter.request, Denial::new(DenialReason::Queued, detail), now);
    }

    /// The turns that have come since the last call.
    pub fn take_turns(&mut self, now: Moment) -> Vec<Turn> {
        self.serve_queue(now);
        mem::take(&mut self.queue.turns)
    }

    /// The place of a request that waits.
    pub fn place(&self, key: &RequestKey) -> Option<Place> {
        let (line, number) = self.queue.places.get(key)?;
        Some(Place {
            position: self.queue.position(*line, *number),
            kept: self.settings.queue_kept,
        })
    }

    /// Whether a request waits.
    pub fn is_waiting(&self, key: &RequestKey) -> bool {
        self.queue.places.contains_key(key)
    }

    /// Number of requests that wait.
    pub fn waiting(&self) -> usize {
        self.queue.places.len()
    }
}
