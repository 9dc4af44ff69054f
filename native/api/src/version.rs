//! Versions of features: decimal numbers, often a date.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use jiff::civil::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// Longest version that is taken, in characters.
const MAX_VERSION_LENGTH: usize = 64;

/// A version: a decimal number with at most one point.
///
/// Compared as a decimal fraction without rounding: `1.0` equals `1.000`, and `2.10` equals `2.1` and is below `2.9`.
/// A license satisfies a request when its version is not below the requested one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LicenseVersion(String);

/// The text is not a decimal number (license manager error -77).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a version: digits with at most one point are expected")]
pub struct InvalidVersion(pub String);

/// The date that a version of the form `yyyy.mmdd` stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VersionDate {
    /// The day.
    pub date: Date,
    /// Written `yyyy.mdd`, without the leading zero of the month: it compares as later than all dates of that year
    /// up to September that have one.
    pub missing_zero: bool,
}

impl LicenseVersion {
    /// The version as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The version that stands for a Subscription Advantage date, `yyyy.mmdd`.
    pub fn from_date(date: Date) -> Self {
        Self(format!("{:04}.{:02}{:02}", date.year(), date.month(), date.day()))
    }

    /// The date it stands for, if it has the form of one and the day exists.
    pub fn date(&self) -> Option<VersionDate> {
        let (year, day) = self.0.split_once('.')?;
        if year.len() != 4 || !(day.len() == 4 || day.len() == 3) {
            return None;
        }
        let year: i16 = year.parse().ok()?;
        let month_and_day: u16 = day.parse().ok()?;
        let month = i8::try_from(month_and_day / 100).ok()?;
        let day_of_month = i8::try_from(month_and_day % 100).ok()?;
        let date = Date::new(year, month, day_of_month).ok()?;
        Some(VersionDate {
            date,
            missing_zero: day.len() == 3,
        })
    }

    /// One spelling for all equal versions.
    pub fn canonical(&self) -> String {
        match self.digits() {
            ("", "") => "0".to_owned(),
            (integer, "") => integer.to_owned(),
            ("", fraction) => format!("0.{fraction}"),
            (integer, fraction) => format!("{integer}.{fraction}"),
        }
    }

    /// Integer digits without leading zeros and fraction digits without trailing ones: equal for equal versions.
    fn digits(&self) -> (&str, &str) {
        let (integer, fraction) = self.0.split_once('.').unwrap_or((&self.0, ""));
        (integer.trim_start_matches('0'), fraction.trim_end_matches('0'))
    }
}

impl FromStr for LicenseVersion {
    type Err = InvalidVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let points = text.bytes().filter(|&byte| byte == b'.').count();
        if digits == 0 || points > 1 || digits + points != text.len() || text.len() > MAX_VERSION_LENGTH {
            return Err(InvalidVersion(text.chars().take(MAX_VERSION_LENGTH).collect()));
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for LicenseVersion {
    type Error = InvalidVersion;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<LicenseVersion> for String {
    fn from(version: LicenseVersion) -> Self {
        version.0
    }
}

impl JsonSchema for LicenseVersion {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "LicenseVersion".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": r"^(\d+(\.\d*)?|\.\d+)$", "maxLength": MAX_VERSION_LENGTH })
    }
}

impl fmt::Display for LicenseVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Ord for LicenseVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        let (integer, fraction) = self.digits();
        let (other_integer, other_fraction) = other.digits();
        // Trimmed digits: the longer integer is the larger one, and a fraction that goes on is above its own beginning.
        integer
            .len()
            .cmp(&other_integer.len())
            .then_with(|| integer.cmp(other_integer))
            .then_with(|| fraction.cmp(other_fraction))
    }
}

impl PartialOrd for LicenseVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for LicenseVersion {
    fn eq(&self, other: &Self) -> bool {
        self.digits() == other.digits()
    }
}

impl Eq for LicenseVersion {}

impl Hash for LicenseVersion {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.digits().hash(state);
    }
}
