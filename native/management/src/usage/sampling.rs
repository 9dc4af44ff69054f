//! How often the seats in use are noted, and how long the notes are kept.

use std::ops::RangeInclusive;

use jiff::Timestamp;

/// Minutes that may lie between two samples.
pub const SAMPLE_MINUTES: RangeInclusive<u32> = 5..=1440;
/// Fewest days for which samples are kept.
pub const MIN_SAMPLE_DAYS: u32 = 30;

/// Whether and how often samples are taken. Peaks do not depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampling {
    /// Whether any are taken.
    pub enabled: bool,
    /// Minutes between two of them.
    pub minutes: u32,
    /// Days for which they are kept.
    pub days: u32,
}

impl Default for Sampling {
    fn default() -> Self {
        Self {
            enabled: true,
            minutes: 15,
            days: 180,
        }
    }
}

impl Sampling {
    /// Whether a sample is due, the last one having been taken then. They are taken at full multiples of the interval since
    /// midnight UTC, so that those of several servers fit together.
    pub fn is_due(&self, last: Option<Timestamp>, now: Timestamp) -> bool {
        let slot = |at: Timestamp| at.as_second().div_euclid(60 * i64::from(self.minutes.max(1)));
        self.enabled && last.is_none_or(|last| slot(last) < slot(now))
    }
}
