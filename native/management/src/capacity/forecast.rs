//! The day on which seats run out, with its uncertainty.

use jiff::ToSpan as _;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::DayPeak;

/// Fewest weeks that carry a forecast.
const MIN_WEEKS: usize = 8;
/// Standard deviations on either side: about 95 of 100 cases.
const SPREAD: f64 = 2.0;
/// How far ahead is looked, at most, in days: two years.
const MAX_HORIZON_DAYS: i64 = 731;
/// And at most so many times the time that the data cover.
const HORIZON_TIMES: i64 = 2;

/// What can be said about the day on which seats run out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Forecast {
    /// All seats were in use at the latest peak.
    OutNow,
    /// They run out.
    RunsOut {
        /// Most likely day.
        expected: Date,
        /// Hardly before this day.
        earliest: Date,
        /// Hardly after this day; none when that is beyond what can be seen.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        latest: Option<Date>,
        /// Seats by which the weekly peak grows in a year.
        seats_per_year: f64,
    },
    /// Nothing can be said.
    None {
        /// Why.
        reason: NoForecast,
    },
}

/// Why there is no forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum NoForecast {
    /// Fewer than eight whole weeks are known.
    TooFewWeeks,
    /// Use does not grow, or so little that chance explains it.
    NoGrowth,
    /// Seats last beyond what the data can tell.
    TooFar,
    /// The license is not counted.
    Uncounted,
}

/// Forecasts when `seats` no longer suffice, from daily peaks in any order. Days without an entry were not observed.
///
/// A straight line is laid through the highest peak of each week, which takes weekends and holidays out. It counts as growth
/// only if chance explains it in fewer than about 1 of 40 cases; the earliest and the latest day are where the band of the
/// line and its scatter meets the seats.
pub fn forecast(days: &[DayPeak], seats: Option<u32>) -> Forecast {
    let none = |reason| Forecast::None { reason };
    let Some(seats) = seats else {
        return none(NoForecast::Uncounted);
    };
    let weeks = weekly(days);
    let Some((first_day, last_day)) = days
        .iter()
        .map(|day| day.day)
        .min()
        .zip(days.iter().map(|day| day.day).max())
    else {
        return none(NoForecast::TooFewWeeks);
    };
    let latest = weeks.last().map(|(_, peak)| *peak);
    // A license that was taken out: of no seats none is in use, and nothing runs out.
    if seats == 0 && latest.is_some_and(|peak| peak <= 0.0) {
        return none(NoForecast::NoGrowth);
    }
    if latest.is_some_and(|peak| peak >= f64::from(seats)) {
        return Forecast::OutNow;
    }
    if weeks.len() < MIN_WEEKS {
        return none(NoForecast::TooFewWeeks);
    }
    let line = Line::through(&weeks);
    if line.slope <= 0.0 || line.slope <= SPREAD * line.slope_error {
        return none(NoForecast::NoGrowth);
    }
    let covered = days_between(first_day, last_day);
    let horizon = MAX_HORIZON_DAYS.min(covered * HORIZON_TIMES);
    let last = (covered as f64) / 7.0;
    // In days after the last one known.
    let reached = |level: &dyn Fn(f64) -> f64| {
        (0..=horizon).find(|ahead| level(last + *ahead as f64 / 7.0) >= f64::from(seats))
    };
    let expected = reached(&|week| line.at(week));
    let Some(expected) = expected else {
        return none(NoForecast::TooFar);
    };
    let earliest = reached(&|week| line.at(week) + SPREAD * line.error_at(week)).unwrap_or(0);
    let latest = reached(&|week| line.at(week) - SPREAD * line.error_at(week));
    let day = |ahead: i64| last_day.saturating_add(ahead.days());
    Forecast::RunsOut {
        expected: day(expected),
        earliest: day(earliest.min(expected)),
        latest: latest.map(|ahead| day(ahead.max(expected))),
        seats_per_year: line.slope * 365.25 / 7.0,
    }
}

/// Highest peak of each whole week, counted from the first day: place in weeks of its middle, and peak.
fn weekly(days: &[DayPeak]) -> Vec<(f64, f64)> {
    let Some(first) = days.iter().map(|day| day.day).min() else {
        return Vec::new();
    };
    let mut weeks: std::collections::BTreeMap<i64, (u32, std::collections::BTreeSet<Date>)> =
        std::collections::BTreeMap::new();
    for day in days {
        let (peak, seen) = weeks
            .entry(days_between(first, day.day).div_euclid(7))
            .or_default();
        *peak = (*peak).max(day.peak);
        seen.insert(day.day);
    }
    weeks
        .into_iter()
        // A week of which half is missing says too little.
        .filter(|(_, (_, seen))| seen.len() >= 4)
        .map(|(week, (peak, _))| (week as f64 + 0.5, f64::from(peak)))
        .collect()
}

fn days_between(from: Date, to: Date) -> i64 {
    (to.duration_since(from)).as_hours() / 24
}

/// A straight line by least squares, with its errors.
struct Line {
    slope: f64,
    middle: (f64, f64),
    count: f64,
    spread: f64,
    scatter: f64,
    slope_error: f64,
}

impl Line {
    fn through(points: &[(f64, f64)]) -> Self {
        let count = points.len() as f64;
        let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
        let middle = (mean(|point| point.0), mean(|point| point.1));
        let spread: f64 = points.iter().map(|(x, _)| (x - middle.0).powi(2)).sum();
        let slope = points
            .iter()
            .map(|(x, y)| (x - middle.0) * (y - middle.1))
            .sum::<f64>()
            / spread;
        let rest: f64 = points
            .iter()
            .map(|(x, y)| (y - middle.1 - slope * (x - middle.0)).powi(2))
            .sum();
        let scatter = (rest / (count - 2.0)).sqrt();
        Self {
            slope,
            middle,
            count,
            spread,
            scatter,
            slope_error: scatter / spread.sqrt(),
        }
    }

    fn at(&self, x: f64) -> f64 {
        self.middle.1 + self.slope * (x - self.middle.0)
    }

    /// Standard error of one more observation.
    fn error_at(&self, x: f64) -> f64 {
        self.scatter * (1.0 + 1.0 / self.count + (x - self.middle.0).powi(2) / self.spread).sqrt()
    }
}
