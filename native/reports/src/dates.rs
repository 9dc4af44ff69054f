//! The dates below a chart: on whole hours, days or months of its time zone, and few enough to be read.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan, Zoned};

/// Most dates below a chart.
const MOST: i64 = 9;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// From one date to the next.
#[derive(Debug, Clone, Copy)]
enum Step {
    Hours(i64),
    Days(i64),
    Months(i64),
}

impl Step {
    /// The shortest first.
    const ALL: [Self; 15] = [
        Self::Hours(1),
        Self::Hours(2),
        Self::Hours(3),
        Self::Hours(6),
        Self::Hours(12),
        Self::Days(1),
        Self::Days(2),
        Self::Days(7),
        Self::Days(14),
        Self::Months(1),
        Self::Months(2),
        Self::Months(3),
        Self::Months(6),
        Self::Months(12),
        Self::Months(60),
    ];

    /// The shortest step with which a time has few enough dates.
    fn of(seconds: i64) -> Self {
        Self::ALL
            .into_iter()
            .find(|step| seconds / step.seconds() < MOST)
            .unwrap_or(Self::Months(12 * (seconds / (365 * DAY) / MOST + 1)))
    }

    const fn seconds(self) -> i64 {
        match self {
            Self::Hours(hours) => hours * 3600,
            Self::Days(days) => days * DAY,
            Self::Months(months) => months * 30 * DAY,
        }
    }

    fn times(self, count: i64) -> Span {
        match self {
            Self::Hours(hours) => (hours * count).hours(),
            Self::Days(days) => (days * count).days(),
            Self::Months(months) => (months * count).months(),
        }
    }

    /// A date at or before an instant from which all others are counted.
    fn origin(self, at: &Zoned) -> Option<Zoned> {
        let date = match self {
            Self::Hours(_) | Self::Days(_) => at.date(),
            Self::Months(12..) => at.date().first_of_year(),
            Self::Months(_) => at.date().first_of_month(),
        };
        date.to_zoned(at.time_zone().clone()).ok()
    }

    const fn format(self) -> &'static str {
        match self {
            Self::Hours(_) => "%m-%d %H:%M",
            Self::Days(_) => "%Y-%m-%d",
            Self::Months(_) => "%Y-%m",
        }
    }
}

/// Dates of a time.
#[derive(Debug)]
pub(crate) struct Dates {
    step: Step,
    zone: TimeZone,
    instants: Vec<i64>,
}

impl Dates {
    /// Those from one instant to another, in seconds since 1970. None where a date is beyond what a calendar has.
    pub(crate) fn between(from: i64, to: i64, zone: &TimeZone) -> Self {
        let step = Step::of(to.saturating_sub(from));
        let origin = Timestamp::from_second(from)
            .ok()
            .and_then(|at| step.origin(&at.to_zoned(zone.clone())));
        let instants = origin.map_or_else(Vec::new, |origin| {
            (0..)
                .map_while(|count| origin.checked_add(step.times(count)).ok())
                .map(|date| date.timestamp().as_second())
                .skip_while(|second| *second < from)
                .take_while(|second| *second <= to)
                .collect()
        });
        Self {
            step,
            zone: zone.clone(),
            instants,
        }
    }

    pub(crate) fn instants(&self) -> Vec<i64> {
        self.instants.clone()
    }

    /// How one of them is written.
    pub(crate) fn label(&self, seconds: i64) -> String {
        Timestamp::from_second(seconds).map_or_else(
            |_| String::new(),
            |at| {
                at.to_zoned(self.zone.clone())
                    .strftime(self.step.format())
                    .to_string()
            },
        )
    }
}
