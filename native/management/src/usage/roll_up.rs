//! Hours added up to days and months of a time zone.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::Level;

/// How long the rows of a report are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Span {
    /// A local day.
    Day,
    /// A local month.
    Month,
}

/// Most in use within a day or month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// First day of it.
    pub start: Date,
    /// Most in use.
    pub peak: u32,
}

/// Adds hours up, in ascending order of their days. An hour counts in the local day in which it begins: where the offset from UTC
/// is no full number of hours, up to an hour counts in the day before.
pub fn roll_up(hours: impl IntoIterator<Item = Level>, span: Span, zone: &TimeZone) -> Vec<Bucket> {
    let mut buckets: std::collections::BTreeMap<Date, u32> = std::collections::BTreeMap::new();
    for level in hours {
        let day = level.hour.start().to_zoned(zone.clone()).date();
        let start = match span {
            Span::Day => day,
            Span::Month => day.first_of_month(),
        };
        let peak = buckets.entry(start).or_insert(0);
        *peak = (*peak).max(level.peak);
    }
    buckets
        .into_iter()
        .map(|(start, peak)| Bucket { start, peak })
        .collect()
}
