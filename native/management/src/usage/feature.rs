//! Use of a feature over time, from the days of its pools: licenses are renewed, and their pools come and go; the feature
//! goes on.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _, Zoned};

use super::{DayCounts, DayNumber, DayUse, Hour, HourUse};

/// How long the rows of a history are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// An hour.
    Hour,
    /// A local day.
    Day,
    /// A local month.
    Month,
}

/// Use of a feature in one hour, a day, or a month.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureUse {
    /// When it begins.
    pub start: Timestamp,
    /// Most seats in use at any instant.
    pub peak: u32,
    /// Mean of the seats in use; none where nobody looked.
    pub average: Option<f64>,
    /// Most seats installed; none when they were not counted.
    pub installed: Option<u32>,
    /// Most seats in use that exceeded what was installed.
    pub overdraft: u32,
    /// Requests that were refused.
    pub denials: u64,
}

/// The hours of one feature.
#[derive(Debug, Default)]
pub struct FeatureHours {
    days: BTreeMap<DayNumber, [Known; 24]>,
}

/// What is known of an hour.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    used: Option<HourUse>,
    denials: u64,
}

impl Known {
    fn is_nothing(&self) -> bool {
        self.used.is_none() && self.denials == 0
    }
}

impl FeatureHours {
    /// Adds the day of one of its pools.
    ///
    /// Pools of a feature count together. Where one of them is not counted, the feature is not. Their peaks are added: for a
    /// feature with several pools that is the most that can have been in use.
    pub fn add_pool(&mut self, day: DayNumber, pool: &DayUse) {
        let hours = self.days.entry(day).or_default();
        for (within, hour) in pool.observed() {
            let known = &mut hours[within].used;
            *known = Some(known.map_or(hour, |before| beside(before, hour)));
        }
    }

    /// Adds the refused requests of a day.
    pub fn add_denials(&mut self, day: DayNumber, denied: &DayCounts) {
        let hours = self.days.entry(day).or_default();
        for (within, known) in hours.iter_mut().enumerate() {
            known.denials += u64::from(denied.hour(within));
        }
    }

    /// The history from `since` until before `until`, ascending. Hours that nobody observed and in which nothing was refused
    /// have no row. An hour counts in the local day in which it begins.
    pub fn history(
        &self,
        since: Timestamp,
        until: Timestamp,
        step: Step,
        zone: &TimeZone,
    ) -> Vec<FeatureUse> {
        let mut rows: Vec<Row> = Vec::new();
        let mut end = Timestamp::MIN;
        let first = Hour::of(since);
        let hours = self
            .days
            .range(DayNumber::of(first).0..)
            .flat_map(|(day, hours)| {
                let known = hours.iter().enumerate();
                known.map(|(within, known)| (day.hour(within), known))
            });
        for (hour, known) in hours {
            if hour < first || known.is_nothing() {
                continue;
            }
            let at = hour.start();
            if at >= until {
                break;
            }
            if at >= end || rows.is_empty() {
                let (start, next) = bounds(at, step, zone);
                end = next;
                rows.push(Row::begin(start));
            }
            if let Some(row) = rows.last_mut() {
                row.add(known);
            }
        }
        rows.into_iter().map(Row::finish).collect()
    }
}

/// A row of a history, while its hours are added.
struct Row {
    so_far: FeatureUse,
    looks: u64,
    /// Seats in use of all looks.
    sum: u64,
}

impl Row {
    fn begin(start: Timestamp) -> Self {
        Self {
            so_far: FeatureUse {
                start,
                peak: 0,
                average: None,
                installed: Some(0),
                overdraft: 0,
                denials: 0,
            },
            looks: 0,
            sum: 0,
        }
    }

    fn add(&mut self, known: &Known) {
        let row = &mut self.so_far;
        row.denials += known.denials;
        if let Some(used) = known.used {
            row.peak = row.peak.max(used.peak);
            row.overdraft = row.overdraft.max(used.overdraft);
            row.installed = row
                .installed
                .zip(used.installed)
                .map(|(one, other)| one.max(other));
            self.looks += u64::from(used.looks);
            self.sum = self.sum.saturating_add(used.sum);
        }
    }

    fn finish(self) -> FeatureUse {
        FeatureUse {
            average: (self.looks > 0).then(|| self.sum as f64 / self.looks as f64),
            ..self.so_far
        }
    }
}

/// Two pools of one feature in the same hour.
fn beside(one: HourUse, other: HourUse) -> HourUse {
    // The looks at both were made at the same time. A pool that was looked at less often counts as far as it was.
    let looks = one.looks.max(other.looks);
    HourUse {
        peak: one.peak.saturating_add(other.peak),
        overdraft: one.overdraft.saturating_add(other.overdraft),
        installed: one
            .installed
            .zip(other.installed)
            .map(|(one, other)| one.saturating_add(other)),
        looks,
        sum: one.sum.saturating_add(other.sum),
    }
}

/// Begin and end of the row that an instant is in.
pub(super) fn bounds(at: Timestamp, step: Step, zone: &TimeZone) -> (Timestamp, Timestamp) {
    let local = at.to_zoned(zone.clone());
    let end_of_time = |end: Result<Zoned, jiff::Error>| end.map_or(Timestamp::MAX, |end| end.timestamp());
    match step {
        Step::Hour => (at, Hour::of(at).next().start()),
        Step::Day => {
            let start = local.start_of_day().map_or(at, |start| start.timestamp());
            let next = local
                .checked_add(1.day())
                .and_then(|tomorrow| tomorrow.start_of_day());
            (start, end_of_time(next))
        }
        Step::Month => {
            let first = local.first_of_month().and_then(|first| first.start_of_day());
            let next = local
                .first_of_month()
                .and_then(|first| first.checked_add(1.month()))
                .and_then(|next| next.start_of_day());
            (first.map_or(at, |first| first.timestamp()), end_of_time(next))
        }
    }
}
