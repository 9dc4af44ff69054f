//! What is kept of one pool and one day of UTC, and its stored form.
//!
//! The stored form is one byte of version and then runs of equal hours: number of the first hour, how many hours, and four
//! numbers, each in as few bytes as it needs (LEB128). An idle day takes some ten bytes, a busy one under two hundred.

use super::{Hour, varint};

/// Version of the stored form of hours.
const HOURS_FORM: u8 = 1;
/// Version of the stored form of samples.
const SAMPLES_FORM: u8 = 1;
/// Hours of a day.
const HOURS: usize = 24;
/// Minutes of a day.
const MINUTES: u64 = 24 * 60;

/// A day of UTC, by its number since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DayNumber(pub i64);

impl DayNumber {
    /// The day that an hour is in, and which of its hours that is.
    pub fn of(hour: Hour) -> (Self, usize) {
        // Always 0 to 23.
        let within = usize::try_from(hour.0.rem_euclid(HOURS as i64)).unwrap_or(0);
        (Self(hour.0.div_euclid(HOURS as i64)), within)
    }

    /// One of its hours.
    pub fn hour(self, within: usize) -> Hour {
        Hour(self.0.saturating_mul(HOURS as i64).saturating_add(within as i64))
    }
}

/// Use of one pool in one hour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HourUse {
    /// Most seats in use at any instant.
    pub peak: u32,
    /// Most of them that exceeded what was installed.
    pub overdraft: u32,
    /// Seats installed; none when they were not counted.
    pub installed: Option<u32>,
    /// How often the seats in use were looked at.
    pub looks: u32,
    /// Sum of what these looks found, so that it and their number give the mean.
    pub sum: u64,
}

impl HourUse {
    /// Both parts of what is known of the same hour.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self {
            peak: self.peak.max(other.peak),
            overdraft: self.overdraft.max(other.overdraft),
            // The later part knows what is installed now.
            installed: other.installed,
            looks: self.looks.saturating_add(other.looks),
            sum: self.sum.saturating_add(other.sum),
        }
    }
}

/// The hours of a day; none for those that were not observed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DayUse {
    hours: [Option<HourUse>; HOURS],
}

impl DayUse {
    /// Use in one of its hours.
    pub fn hour(&self, within: usize) -> Option<HourUse> {
        self.hours.get(within).copied().flatten()
    }

    /// Adds what is known of one of its hours.
    pub fn add(&mut self, within: usize, more: HourUse) {
        if let Some(hour) = self.hours.get_mut(within) {
            *hour = Some(hour.map_or(more, |known| known.with(more)));
        }
    }

    /// The hours that were observed, ascending.
    pub fn observed(&self) -> impl Iterator<Item = (usize, HourUse)> {
        self.hours
            .iter()
            .enumerate()
            .filter_map(|(within, hour)| Some((within, (*hour)?)))
    }

    /// The stored form.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![HOURS_FORM];
        let mut within = 0;
        while within < HOURS {
            let Some(hour) = self.hours[within] else {
                within += 1;
                continue;
            };
            let run = self.hours[within..]
                .iter()
                .take_while(|other| **other == Some(hour))
                .count();
            bytes.push(within as u8);
            bytes.push(run as u8);
            varint::write(&mut bytes, hour.peak.into());
            varint::write(&mut bytes, hour.overdraft.into());
            varint::write(&mut bytes, hour.installed.map_or(0, |seats| u64::from(seats) + 1));
            varint::write(&mut bytes, hour.looks.into());
            varint::write(&mut bytes, hour.sum);
            within += run;
        }
        bytes
    }

    /// Reads the stored form; none when it is damaged.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(&[HOURS_FORM])?;
        let mut day = Self::default();
        while let Some((&[first, run], after)) = rest.split_first_chunk::<2>() {
            rest = after;
            let small = |number: u64| u32::try_from(number).ok();
            let hour = HourUse {
                peak: small(varint::read(&mut rest)?)?,
                overdraft: small(varint::read(&mut rest)?)?,
                installed: match varint::read(&mut rest)? {
                    0 => None,
                    seats => Some(small(seats - 1)?),
                },
                looks: small(varint::read(&mut rest)?)?,
                sum: varint::read(&mut rest)?,
            };
            let first = usize::from(first);
            day.hours
                .get_mut(first..first + usize::from(run))?
                .fill(Some(hour));
        }
        rest.is_empty().then_some(day)
    }
}

/// The samples of one pool and day: minute of the day and seats in use, ascending.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DaySamples(Vec<(u16, u32)>);

impl DaySamples {
    /// Adds a sample; one at or before the last one counts for nothing.
    pub fn add(&mut self, minute: u16, in_use: u32) {
        if self.0.last().is_none_or(|(last, _)| *last < minute) && u64::from(minute) < MINUTES {
            self.0.push((minute, in_use));
        }
    }

    /// The samples.
    pub fn iter(&self) -> impl Iterator<Item = (u16, u32)> {
        self.0.iter().copied()
    }

    /// The stored form: version, then distance to the sample before and seats in use.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![SAMPLES_FORM];
        let mut before = 0;
        for (minute, in_use) in &self.0 {
            varint::write(&mut bytes, u64::from(*minute - before));
            varint::write(&mut bytes, (*in_use).into());
            before = *minute;
        }
        bytes
    }

    /// Reads the stored form; none when it is damaged.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(&[SAMPLES_FORM])?;
        let mut samples = Self::default();
        let mut minute: u64 = 0;
        while !rest.is_empty() {
            minute = minute.checked_add(varint::read(&mut rest)?)?;
            let in_use = u32::try_from(varint::read(&mut rest)?).ok()?;
            samples
                .0
                .push((u16::try_from(minute).ok().filter(|_| minute < MINUTES)?, in_use));
        }
        Some(samples)
    }
}

/// What was counted in each hour of a day, such as denials.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DayCounts([u32; HOURS]);

impl DayCounts {
    /// The count of an hour.
    pub fn hour(&self, within: usize) -> u32 {
        self.0.get(within).copied().unwrap_or(0)
    }

    /// Notes that an hour has at least so many: what pushed out older ones takes nothing away.
    pub fn raise(&mut self, within: usize, count: u32) {
        if let Some(hour) = self.0.get_mut(within) {
            *hour = (*hour).max(count);
        }
    }

    /// The stored form: hour and count of those that have any.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![HOURS_FORM];
        for (within, count) in self.0.iter().enumerate().filter(|(_, count)| **count > 0) {
            bytes.push(within as u8);
            varint::write(&mut bytes, (*count).into());
        }
        bytes
    }

    /// Reads the stored form; none when it is damaged.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(&[HOURS_FORM])?;
        let mut counts = Self::default();
        while let Some((within, after)) = rest.split_first() {
            rest = after;
            *counts.0.get_mut(usize::from(*within))? = u32::try_from(varint::read(&mut rest)?).ok()?;
        }
        Some(counts)
    }
}
