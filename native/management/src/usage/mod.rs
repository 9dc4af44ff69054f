//! Use of seats over time: exact peaks, kept as one small row for each hour in which something changed.
//!
//! A row says how many seats were in use when its hour began and the most that were. Hours without a row are those in which
//! nothing changed; the row that comes next says how many were in use. So a window of full hours has an exact peak however
//! few rows there are, and no sample can miss what happened between.

mod day;
mod feature;
mod meter;
mod per_user;
mod roll_up;
mod sampling;
mod series;
mod varint;

pub use day::{DayCounts, DayNumber, DaySamples, DayUse, HourUse};
pub use feature::{FeatureHours, FeatureUse, Step};
pub use meter::PeakMeter;
pub use per_user::{UserEvent, UserUse, UserUses};
pub use roll_up::{Bucket, Span, roll_up};
pub use sampling::{MIN_SAMPLE_DAYS, SAMPLE_MINUTES, Sampling};
pub use series::{Level, PeakSeries};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Milliseconds of an hour.
const HOUR_MS: i64 = 60 * 60 * 1000;

/// An hour of UTC, by its number since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Hour(pub i64);

impl Hour {
    /// The hour that an instant is in.
    pub fn of_ms(milliseconds: i64) -> Self {
        Self(milliseconds.div_euclid(HOUR_MS))
    }

    /// The hour that an instant is in.
    pub fn of(at: Timestamp) -> Self {
        Self::of_ms(at.as_millisecond())
    }

    /// Its first instant.
    pub fn start(self) -> Timestamp {
        let far = if self.0 < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        };
        Timestamp::from_millisecond(self.0.saturating_mul(HOUR_MS)).unwrap_or(far)
    }

    /// The hour after.
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// What is kept of one hour in which something changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HourPeak {
    /// The hour.
    pub hour: Hour,
    /// In use when it began.
    pub start: u32,
    /// Most in use at any instant of it.
    pub peak: u32,
}
