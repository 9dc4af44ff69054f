//! Dates of license files: `dd-mmm-yyyy` or permanent.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// When a license ends or starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LicenseDate {
    /// A day. As an expiry it is still valid on that day, until midnight of the server's local time.
    Day(Date),
    /// Never: `permanent`, or year 0 in any spelling.
    Permanent,
}

/// The text is no date of a license file (license manager error -11).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a date: dd-mmm-yyyy with an English month, or permanent, is expected")]
pub struct InvalidDate(pub String);

impl LicenseDate {
    /// Whether `today` is past this expiry date. The printed day itself is still valid.
    pub fn is_past(self, today: Date) -> bool {
        match self {
            Self::Day(day) => today > day,
            Self::Permanent => false,
        }
    }

    /// The day; none when permanent.
    pub fn day(self) -> Option<Date> {
        match self {
            Self::Day(day) => Some(day),
            Self::Permanent => None,
        }
    }
}

impl FromStr for LicenseDate {
    type Err = InvalidDate;

    /// Reads `dd-mmm-yyyy` with one or two digits for the day and any case, `permanent`, and year 0 in one to four
    /// digits (or `0` as the whole date) for permanent. Other years need four digits: a century is never guessed.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.eq_ignore_ascii_case("permanent") || text == "0" {
            return Ok(Self::Permanent);
        }
        read_day(text).ok_or_else(|| InvalidDate(text.chars().take(40).collect()))
    }
}

fn read_day(text: &str) -> Option<LicenseDate> {
    let mut parts = text.split('-');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if parts.next().is_some() || !all_digits(day) || !all_digits(year) {
        return None;
    }
    if !(1..=2).contains(&day.len()) || !(1..=4).contains(&year.len()) {
        return None;
    }
    let month = MONTHS.iter().position(|name| name.eq_ignore_ascii_case(month))?;
    let (day, month) = (day.parse::<i8>().ok()?, i8::try_from(month + 1).ok()?);
    match year.parse::<i16>().ok()? {
        // A leap year, so that every day that can exist is accepted.
        0 => Date::new(2000, month, day).ok().map(|_| LicenseDate::Permanent),
        value if year.len() == 4 => Date::new(value, month, day).ok().map(LicenseDate::Day),
        _ => None,
    }
}

impl fmt::Display for LicenseDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => {
                let month = usize::try_from(day.month())
                    .ok()
                    .and_then(|month| MONTHS.get(month - 1));
                write!(
                    f,
                    "{:02}-{}-{:04}",
                    day.day(),
                    month.unwrap_or(&"???"),
                    day.year()
                )
            }
            Self::Permanent => f.write_str("permanent"),
        }
    }
}
