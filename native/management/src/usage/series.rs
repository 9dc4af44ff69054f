//! Reads rows back as levels of every hour.

use jiff::Timestamp;

use super::{Hour, HourPeak};

/// Most in use in one hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// The hour.
    pub hour: Hour,
    /// Most in use.
    pub peak: u32,
}

/// Rows of one thing within a window of full hours, and what is known of the time after it.
#[derive(Debug, Clone, Copy)]
pub struct PeakSeries<'a> {
    rows: &'a [HourPeak],
    from: Hour,
    to: Hour,
    after: u32,
}

impl<'a> PeakSeries<'a> {
    /// A window. `rows` are sorted by hour and may reach beyond it on both sides; `now` is what is in use now, after the last
    /// row.
    pub fn new(rows: &'a [HourPeak], from: Hour, to: Hour, now: u32) -> Self {
        let first = rows.partition_point(|row| row.hour < from);
        let end = rows.partition_point(|row| row.hour < to).max(first);
        Self {
            after: rows.get(end).map_or(now, |row| row.start),
            rows: &rows[first..end],
            from,
            to,
        }
    }

    /// Most in use at any instant of the window.
    pub fn peak(&self) -> u32 {
        match self.rows.iter().map(|row| row.peak).max() {
            Some(peak) => peak.max(if self.ends_level() { self.after } else { 0 }),
            None if self.from < self.to => self.after,
            None => 0,
        }
    }

    /// Whether hours follow the last row within the window: the level after it held in them, too.
    fn ends_level(&self) -> bool {
        self.rows.last().is_some_and(|row| row.hour.next() < self.to)
    }

    /// Every hour of the window with the most in use, latest first.
    pub fn hours_back(&self) -> impl Iterator<Item = Level> + use<'a> {
        let (mut rows, mut level) = (self.rows.iter().rev().peekable(), self.after);
        (self.from.0..self.to.0).rev().map(move |number| {
            let hour = Hour(number);
            match rows.next_if(|row| row.hour == hour) {
                Some(row) => {
                    level = row.start;
                    Level { hour, peak: row.peak }
                }
                None => Level { hour, peak: level },
            }
        })
    }

    /// Begin of the first hour and end of the last hour with anything in use; none without use.
    pub fn used(&self) -> Option<(Timestamp, Timestamp)> {
        let mut used: Option<(Hour, Hour)> = None;
        for level in self.hours_back().filter(|level| level.peak > 0) {
            used = Some((level.hour, used.map_or(level.hour, |(_, last)| last)));
        }
        used.map(|(first, last)| (first.start(), last.next().start()))
    }
}
