//! Pools within the ledger: what they may give out, and what is out of them.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;

use crate::Moment;
use crate::policy::{PoolPolicy, Reservation};
use crate::pool::{Capacity, Pool, PoolId, PoolIdentity, PoolSet};

use super::assignment::{Book, SeatModel, period_ms};
use super::counted::Counted;
use super::ledger::Ledger;
use super::suite::SuiteTies;

/// A pool with what is out of it.
#[derive(Debug)]
pub(super) struct PoolState {
    pub(super) id: PoolId,
    pub(super) pool: Pool,
    /// What it may give out on the ledger's day.
    pub(super) capacity: Capacity,
    pub(super) in_use: u64,
    /// Those of them that are borrowed.
    pub(super) borrowed: Counted,
    /// By what seats are counted.
    pub(super) model: SeatModel,
    /// Whom seats are assigned to, where they are.
    pub(super) book: Option<Book>,
    /// How long an assignment lasts after its last use, in milliseconds.
    pub(super) period_ms: i64,
    /// What the options file says about it.
    pub(super) rules: Option<Arc<PoolPolicy>>,
    /// Seats that are out of each of its reservations.
    pub(super) drawn: Vec<u32>,
    /// How long a seat stays out without a sign of life.
    pub(super) lifetime: Duration,
    /// Whether any file still grants it.
    pub(super) installed: bool,
    /// What ties it to a suite.
    pub(super) suite: SuiteTies,
    /// Most seats checked out since the levels were last taken; none when nothing changed.
    pub(super) highest: Option<u32>,
}

/// Figures of one pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolUsage {
    /// What it may give out today.
    pub capacity: Capacity,
    /// Seats out, overdraft included.
    pub in_use: u32,
    /// How many of them exceed what was bought.
    pub overdraft_in_use: u32,
}

impl Ledger {
    /// Replaces the pools. Seats that are out stay out, also those of pools that are gone.
    pub fn replace_pools(&mut self, set: PoolSet, now: Moment) {
        self.day = now.today;
        for state in &mut self.pools {
            state.pool.increments.clear();
            state.capacity = Capacity::NONE;
            state.installed = false;
        }
        self.order.clear();
        for pool in set.pools {
            let index = self.pool_of(&pool.identity);
            let state = &mut self.pools[index as usize];
            let text = pool
                .increments
                .first()
                .and_then(|increment| increment.vendor_string.as_deref());
            state.period_ms = period_ms(text, &self.settings);
            state.pool = pool;
            state.installed = true;
            self.order.push(index);
        }
        self.index_features();
        self.apply_rules();
    }

    /// Figures of a pool.
    pub fn pool_usage(&self, id: PoolId) -> Option<PoolUsage> {
        let state = &self.pools[*self.by_id.get(&id)? as usize];
        Some(PoolUsage {
            capacity: state.capacity,
            in_use: state.seats_out(),
            overdraft_in_use: state.overdraft_in_use(),
        })
    }

    pub(super) fn observe_day(&mut self, today: Date) {
        if self.day == today {
            return;
        }
        self.day = today;
        for state in &mut self.pools {
            state.refresh(today);
        }
        self.queue.look_at_everything();
    }

    pub(super) fn pool_of(&mut self, identity: &Arc<PoolIdentity>) -> u32 {
        let id = identity.id();
        if let Some(index) = self.by_id.get(&id) {
            return *index;
        }
        let index = self.pools.len() as u32;
        let model = SeatModel::of(identity);
        self.pools.push(PoolState {
            id,
            pool: Pool {
                identity: identity.clone(),
                increments: Vec::new(),
            },
            capacity: Capacity::NONE,
            in_use: 0,
            borrowed: Counted::default(),
            book: Book::of(model),
            model,
            period_ms: period_ms(None, &self.settings),
            rules: None,
            drawn: Vec::new(),
            lifetime: self.settings.lifetime,
            installed: false,
            suite: SuiteTies::default(),
            highest: None,
        });
        self.by_id.insert(id, index);
        // It is not installed yet and has the highest index: in the order of `index_features` it comes last.
        let feature = identity.feature.to_lowercase();
        self.by_feature.entry(feature).or_default().push(index);
        self.tie(index);
        index
    }

    /// Installed pools in their order, then those that are gone but have seats out.
    fn index_features(&mut self) {
        self.queue.pools_changed();
        self.by_feature.clear();
        self.substitutes.clear();
        for index in self.order.iter().copied() {
            for feature in self.pools[index as usize].pool.also_satisfies() {
                self.substitutes.entry(feature).or_default().push(index);
            }
        }
        let gone = (0..self.pools.len() as u32).filter(|index| !self.pools[*index as usize].installed);
        for index in self.order.iter().copied().chain(gone) {
            let feature = self.pools[index as usize].pool.identity.feature.to_lowercase();
            self.by_feature.entry(feature).or_default().push(index);
        }
    }
}

impl PoolState {
    /// What it may give out on a day: MAX_OVERDRAFT may be less than the license allows.
    pub(super) fn refresh(&mut self, day: Date) {
        self.capacity = self.pool.capacity(day);
        if let Some(rules) = &self.rules {
            self.capacity.overdraft = rules.overdraft(self.capacity.overdraft);
        }
    }

    /// Seats set aside. Assigned seats cannot be, nor those that SUITE_RESERVED sets aside itself.
    pub(super) fn reservations(&self) -> &[Reservation] {
        match (&self.rules, &self.book) {
            (Some(rules), None) if !self.suite.reserved => rules.reservations(),
            (None, _) | (_, Some(_)) | (Some(_), None) => &[],
        }
    }

    /// How long seats stay out after checkin. An assignment lasts much longer anyway.
    pub(super) fn linger_seconds(&self) -> u32 {
        if self.book.is_some() {
            return 0;
        }
        let licensed = self.pool.linger_seconds();
        let rules = self.rules.as_ref();
        rules.map_or(licensed, |rules| rules.linger_seconds(licensed))
    }

    pub(super) fn overdraft_in_use(&self) -> u32 {
        self.capacity
            .count
            .map_or(0, |count| self.seats_out().saturating_sub(count))
    }

    /// Seats out, overdraft included.
    pub(super) fn seats_out(&self) -> u32 {
        match &self.book {
            Some(book) => book.seats(),
            None => u32::try_from(self.in_use).unwrap_or(u32::MAX),
        }
    }

    pub(super) fn is_listed(&self) -> bool {
        self.installed || self.seats_out() > 0
    }
}
