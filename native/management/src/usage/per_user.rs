//! Use of each user, from what the audit tells of leases and denials.

use std::collections::{BTreeMap, HashMap};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::feature::{Step, bounds};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserEvent {
    /// Seats were checked out.
    Opened {
        /// Serial number of the lease.
        serial: u64,
        /// Seats.
        count: u32,
    },
    /// They came back.
    Closed {
        /// Serial number of the lease.
        serial: u64,
        /// Seats.
        count: u32,
    },
    /// A request was refused.
    Denied,
}

/// Use of one feature by one user in an hour, a day, or a month.
#[derive(Debug, Clone, PartialEq)]
pub struct UserUse {
    /// When it begins.
    pub start: Timestamp,
    /// The feature.
    pub feature: String,
    /// The user.
    pub user: String,
    /// Most seats at any instant.
    pub peak: u32,
    /// Mean of the seats over the whole row, as far as it lies in the period.
    pub average: f64,
    /// Checkouts.
    pub checkouts: u64,
    /// Requests that were refused.
    pub denials: u64,
}

/// Collects what happened in a period.
#[derive(Debug)]
pub struct UserUses {
    since: Timestamp,
    until: Timestamp,
    names: HashMap<(String, String), usize>,
    events: Vec<(Timestamp, usize, UserEvent)>,
}

/// One row in the making.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    peak: u32,
    seat_ms: i128,
    checkouts: u64,
    denials: u64,
}

impl UserUses {
    /// Of a period.
    pub fn new(since: Timestamp, until: Timestamp) -> Self {
        Self {
            since,
            until,
            names: HashMap::new(),
            events: Vec::new(),
        }
    }

    /// Number of events so far.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Takes an event of the period, in the order of the audit.
    pub fn note(&mut self, at: Timestamp, feature: &str, user: &str, event: UserEvent) {
        let name = self.name(feature, user);
        self.events.push((at, name, event));
    }

    fn name(&mut self, feature: &str, user: &str) -> usize {
        let next = self.names.len();
        *self
            .names
            .entry((feature.to_owned(), user.to_owned()))
            .or_insert(next)
    }

    /// The rows, by feature, user and time. `held` are seats that were checked out before the period and still are: feature, user
    /// and number. Leases of which the period has only the end were held since its begin.
    ///
    /// None when there would be more than `most`: a period may be as long as a caller likes.
    pub fn rows(
        mut self,
        held: &[(String, String, u32)],
        step: Step,
        zone: &TimeZone,
        most: usize,
    ) -> Option<Vec<UserUse>> {
        let mut levels: HashMap<usize, (u32, Timestamp)> = HashMap::new();
        let mut begin = |name: usize, count: u32| {
            let level = levels.entry(name).or_insert((0, self.since));
            level.0 = level.0.saturating_add(count);
        };
        let mut opened = std::collections::HashSet::new();
        for (_, name, event) in &self.events {
            match event {
                UserEvent::Opened { serial, .. } => drop(opened.insert(*serial)),
                UserEvent::Closed { serial, count } if !opened.contains(serial) => begin(*name, *count),
                UserEvent::Closed { .. } | UserEvent::Denied => {}
            }
        }
        for (feature, user, count) in held {
            let next = self.names.len();
            let name = *self.names.entry((feature.clone(), user.clone())).or_insert(next);
            begin(name, *count);
        }
        let mut sums: BTreeMap<(usize, Timestamp), Sum> = BTreeMap::new();
        let mut spans = Spans {
            step,
            zone,
            last: None,
            most,
        };
        for (at, name, event) in &self.events {
            if sums.len() > most {
                return None;
            }
            let (level, from) = levels.entry(*name).or_insert((0, self.since));
            // The wall clock may have been set back.
            let at = (*at).clamp(*from, self.until);
            spans.add(&mut sums, *name, *level, *from, at);
            *from = at;
            let row = sums.entry((*name, spans.start(at))).or_default();
            match event {
                UserEvent::Opened { count, .. } => {
                    *level = level.saturating_add(*count);
                    row.peak = row.peak.max(*level);
                    row.checkouts += 1;
                }
                UserEvent::Closed { count, .. } => *level = level.saturating_sub(*count),
                UserEvent::Denied => row.denials += 1,
            }
        }
        for (name, (level, from)) in levels {
            spans.add(&mut sums, name, level, from, self.until);
        }
        (sums.len() <= most).then(|| self.named(sums, step, zone))
    }

    fn named(self, sums: BTreeMap<(usize, Timestamp), Sum>, step: Step, zone: &TimeZone) -> Vec<UserUse> {
        let mut names = vec![("", ""); self.names.len()];
        for ((feature, user), name) in &self.names {
            names[*name] = (feature, user);
        }
        let mut rows: Vec<UserUse> = sums
            .into_iter()
            .map(|((name, start), sum)| {
                let (_, end) = bounds(start, step, zone);
                let length = milliseconds(start.max(self.since), end.min(self.until)).max(1);
                UserUse {
                    start,
                    feature: names[name].0.to_owned(),
                    user: names[name].1.to_owned(),
                    peak: sum.peak,
                    average: sum.seat_ms as f64 / length as f64,
                    checkouts: sum.checkouts,
                    denials: sum.denials,
                }
            })
            .collect();
        rows.sort_by(|one, other| {
            (&one.feature, &one.user, one.start).cmp(&(&other.feature, &other.user, other.start))
        });
        rows
    }
}

/// The rows that instants are in; neighbors mostly are in the same one.
struct Spans<'a> {
    step: Step,
    zone: &'a TimeZone,
    last: Option<(Timestamp, Timestamp)>,
    /// Rows after which no more are added.
    most: usize,
}

impl Spans<'_> {
    fn of(&mut self, at: Timestamp) -> (Timestamp, Timestamp) {
        match self.last {
            Some((start, end)) if (start..end).contains(&at) => (start, end),
            Some(_) | None => {
                let at = match self.step {
                    Step::Hour => super::Hour::of(at).start(),
                    Step::Day | Step::Month => at,
                };
                let found = bounds(at, self.step, self.zone);
                self.last = Some(found);
                found
            }
        }
    }

    fn start(&mut self, at: Timestamp) -> Timestamp {
        self.of(at).0
    }

    /// Adds seats that were held from one instant to another.
    fn add(
        &mut self,
        sums: &mut BTreeMap<(usize, Timestamp), Sum>,
        name: usize,
        level: u32,
        from: Timestamp,
        to: Timestamp,
    ) {
        let mut from = from;
        while level > 0 && from < to && sums.len() <= self.most {
            let (start, end) = self.of(from);
            let part = end.min(to);
            let row = sums.entry((name, start)).or_default();
            row.peak = row.peak.max(level);
            row.seat_ms += i128::from(level) * i128::from(milliseconds(from, part));
            let next = from.checked_add(SignedDuration::from_millis(1));
            from = part.max(next.unwrap_or(Timestamp::MAX));
        }
    }
}

fn milliseconds(from: Timestamp, to: Timestamp) -> i64 {
    to.as_millisecond().saturating_sub(from.as_millisecond())
}
