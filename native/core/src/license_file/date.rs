//! Dates of license files: `dd-mmm-yyyy` or permanent.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// When a license ends or starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LicenseDate {
    /// A day. As an expiry it is still valid on that day, until midnight of the server's local time.
    Day(Date),
    /// Never: `permanent`, or year 0 in any spelling.
    Permanent,
}

impl LicenseDate {
    /// Whether `today` is past this expiry date. The printed day itself is still valid.
    pub fn is_past(self, today: Date) -> bool {
        match self {
            Self::Day(day) => today > day,
            Self::Permanent => false,
        }
    }
}

impl fmt::Display for LicenseDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{}", day.strftime("%d-%b-%Y").to_string().to_lowercase()),
            Self::Permanent => f.write_str("permanent"),
        }
    }
}
