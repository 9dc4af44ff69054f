//! Days of license files as instants.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// The first instant after a license's last day, in the server's time zone.
pub(super) fn end_of(last_day: Date) -> Option<Timestamp> {
    let next = last_day.checked_add(1.day()).ok()?;
    Some(next.to_zoned(TimeZone::system()).ok()?.timestamp())
}
