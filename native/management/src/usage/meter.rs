//! Turns a stream of levels into rows.

use super::{Hour, HourPeak};

/// Follows how much of one thing is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeakMeter {
    in_use: u32,
    row: Option<HourPeak>,
}

impl PeakMeter {
    /// Begins with what is in use now, and the latest row that was kept.
    pub fn resume(in_use: u32, latest: Option<HourPeak>) -> Self {
        Self { in_use, row: latest }
    }

    /// In use now.
    pub fn in_use(&self) -> u32 {
        self.in_use
    }

    /// The latest row; none before the first change.
    pub fn row(&self) -> Option<HourPeak> {
        self.row
    }

    /// Takes what is in use from an instant on; gives the row to keep in place of the one of the same hour, if that changes
    /// anything. An instant before the latest row counts as in its hour.
    pub fn record(&mut self, at_ms: i64, in_use: u32) -> Option<HourPeak> {
        let before = std::mem::replace(&mut self.in_use, in_use);
        if before == in_use {
            return None;
        }
        let hour = Hour::of_ms(at_ms);
        let row = match self.row {
            Some(row) if hour <= row.hour => HourPeak {
                peak: row.peak.max(in_use),
                ..row
            },
            Some(_) | None => HourPeak {
                hour,
                start: before,
                peak: before.max(in_use),
            },
        };
        let changed = self.row != Some(row);
        self.row = Some(row);
        changed.then_some(row)
    }
}
