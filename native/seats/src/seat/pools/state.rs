//! One pool within the ledger: what it may give out, and what is out of it.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;

use crate::policy::{PoolPolicy, Reservation};
use crate::pool::{Capacity, Pool, PoolId, PoolIdentity};
use crate::seat::SeatSettings;
use crate::seat::assignment::{Book, SeatModel, period_ms};
use crate::seat::limits::Counted;

use super::suite::SuiteTies;

/// A pool with what is out of it.
#[derive(Debug)]
pub(in crate::seat) struct PoolState {
    pub(in crate::seat) id: PoolId,
    pub(in crate::seat) pool: Pool,
    /// What it may give out on the ledger's day.
    pub(in crate::seat) capacity: Capacity,
    pub(super) in_use: u64,
    /// Those of them that are borrowed.
    pub(in crate::seat) borrowed: Counted,
    /// By what seats are counted.
    pub(in crate::seat) model: SeatModel,
    /// Whom seats are assigned to, where they are.
    pub(in crate::seat) book: Option<Book>,
    /// How long an assignment lasts after its last use, in milliseconds.
    pub(in crate::seat) period_ms: i64,
    /// What the options file says about it.
    pub(in crate::seat) rules: Option<Arc<PoolPolicy>>,
    /// Seats that are out of each of its reservations.
    pub(in crate::seat) drawn: Vec<u32>,
    /// How long a seat stays out without a sign of life.
    pub(in crate::seat) lifetime: Duration,
    /// Whether any file still grants it.
    pub(in crate::seat) installed: bool,
    /// What ties it to a suite.
    pub(in crate::seat) suite: SuiteTies,
    /// Most seats checked out since the levels were last taken; none when nothing changed.
    pub(super) highest: Option<u32>,
}

impl PoolState {
    /// A pool that no file grants yet.
    pub(super) fn new(id: PoolId, identity: &Arc<PoolIdentity>, settings: &SeatSettings) -> Self {
        let model = SeatModel::of(identity);
        Self {
            id,
            pool: Pool {
                identity: Arc::clone(identity),
                increments: Vec::new(),
            },
            capacity: Capacity::NONE,
            in_use: 0,
            borrowed: Counted::default(),
            book: Book::of(model, id),
            model,
            period_ms: period_ms(None, settings),
            rules: None,
            drawn: Vec::new(),
            lifetime: settings.lifetime,
            installed: false,
            suite: SuiteTies::default(),
            highest: None,
        }
    }

    /// No file grants it any more.
    pub(super) fn remove(&mut self) {
        self.pool.increments.clear();
        self.capacity = Capacity::NONE;
        self.installed = false;
    }

    /// A file grants it.
    pub(super) fn install(&mut self, pool: Pool, settings: &SeatSettings) {
        let first = pool.increments.first();
        let text = first.and_then(|increment| increment.vendor_string.as_deref());
        self.period_ms = period_ms(text, settings);
        self.pool = pool;
        self.installed = true;
    }

    /// Takes the rules of the options file, which count nothing yet. Without any everybody may have everything.
    pub(in crate::seat) fn apply(
        &mut self,
        rules: Option<Arc<PoolPolicy>>,
        day: Date,
        settings: &SeatSettings,
    ) {
        self.lifetime = lifetime(settings, rules.as_deref());
        self.rules = rules;
        self.refresh(day);
        self.drawn = vec![0; self.reservations().len()];
    }

    /// Its feature in lower case.
    pub(in crate::seat) fn feature_key(&self) -> String {
        self.pool.identity.feature.to_lowercase()
    }

    /// What it may give out on a day: MAX_OVERDRAFT may be less than the license allows.
    pub(in crate::seat) fn refresh(&mut self, day: Date) {
        self.capacity = self.pool.capacity(day);
        if let Some(rules) = &self.rules {
            self.capacity.overdraft = rules.overdraft(self.capacity.overdraft);
        }
    }

    /// Seats set aside. Assigned seats cannot be, nor those that SUITE_RESERVED sets aside itself.
    pub(in crate::seat) fn reservations(&self) -> &[Reservation] {
        match (&self.rules, &self.book) {
            (Some(rules), None) if !self.suite.reserved => rules.reservations(),
            (None, _) | (_, Some(_)) | (Some(_), None) => &[],
        }
    }

    /// How long seats stay out after checkin. An assignment lasts much longer anyway.
    pub(in crate::seat) fn linger_seconds(&self) -> u32 {
        if self.book.is_some() {
            return 0;
        }
        let licensed = self.pool.linger_seconds();
        let rules = self.rules.as_ref();
        rules.map_or(licensed, |rules| rules.linger_seconds(licensed))
    }

    /// How long those who wait may be passed by smaller requests; zero where the order is strict.
    pub(in crate::seat) fn queue_passing(&self) -> Duration {
        let rules = self.rules.as_ref();
        rules.map_or(Duration::ZERO, |rules| rules.queue_passing())
    }

    pub(in crate::seat) fn overdraft_in_use(&self) -> u32 {
        self.capacity
            .count
            .map_or(0, |count| self.seats_out().saturating_sub(count))
    }

    /// Seats out, overdraft included.
    pub(in crate::seat) fn seats_out(&self) -> u32 {
        match &self.book {
            Some(book) => book.seats(),
            None => u32::try_from(self.in_use).unwrap_or(u32::MAX),
        }
    }

    pub(in crate::seat) fn is_listed(&self) -> bool {
        self.installed || self.seats_out() > 0
    }
}

/// How long a seat stays out without a sign of life. TIMEOUT can only shorten it, and not below two heartbeats, which
/// every product sends however idle it is.
fn lifetime(settings: &SeatSettings, rules: Option<&PoolPolicy>) -> Duration {
    let least = settings.heartbeat.saturating_mul(2);
    let least_seconds = u32::try_from(least.as_secs()).unwrap_or(u32::MAX);
    rules
        .and_then(|rules| rules.timeout_seconds(least_seconds))
        .map_or(settings.lifetime, |seconds| {
            settings.lifetime.min(Duration::from_secs(seconds.into()))
        })
}
