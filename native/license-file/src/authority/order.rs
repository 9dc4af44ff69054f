//! What a customer ordered, as a TOML document. `docs/license-file.md` shows one.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use super::problem::{InvalidOrder, whole};
use crate::license_file::LicenseDate;

/// An order: who gets what for which server.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Order {
    /// Vendor whose daemon serves it.
    pub vendor: String,
    /// Customer, printed as NOTICE of every line.
    pub customer: String,
    /// Number of the order: lines without a serial number of their own get `<number>:1`, `<number>:2` …
    pub order_number: Option<String>,
    /// Date of issue; today when absent.
    pub issued: Option<OrderDate>,
    /// Server that serves it; may be absent only when everything is uncounted.
    pub server: Option<ServerOrder>,
    /// What is granted.
    pub grants: Vec<GrantOrder>,
    /// Names for several features.
    pub packages: Vec<PackageOrder>,
}

impl Order {
    /// Reads an order.
    ///
    /// # Errors
    /// When it is no TOML, or a field is unknown or of the wrong kind; the text tells line and column.
    pub fn from_toml(text: &str) -> Result<Self, InvalidOrder> {
        toml::from_str(text).map_err(|error| whole(error.to_string()))
    }
}

/// The server that an order is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerOrder {
    /// What the machine must be, such as `HOSTNAME=ls01` or an Ethernet address.
    pub host_id: String,
    /// Host name or address for clients; `this_host` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Port of the license manager.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
}

/// One line that grants seats.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GrantOrder {
    /// Feature, such as `DESIGN_PRO_CCU`.
    pub feature: String,
    /// Makes a FEATURE line, of which only the first of a name counts, instead of an INCREMENT line.
    pub single: bool,
    /// Version; either this or `subscription_date`.
    pub version: Option<String>,
    /// Subscription Advantage date, which becomes the version `yyyy.mmdd`.
    pub subscription_date: Option<OrderDate>,
    /// Turns seats of at least this version into seats of `version`: an UPGRADE line.
    pub upgrade_from: Option<String>,
    /// Last valid day, or `permanent`.
    pub expires: Option<Expiry>,
    /// Seats, or `uncounted`.
    pub count: Option<Count>,
    /// Seats that may be given out beyond the count.
    pub overdraft: Option<u32>,
    /// Serial number.
    pub serial_number: Option<String>,
    /// First valid day.
    pub start: Option<OrderDate>,
    /// Replaces the customer in NOTICE.
    pub notice: Option<String>,
    /// Checkouts that share a seat: `NONE`, `SITE`, or letters of U, H, D, V.
    pub dup_group: Option<String>,
    /// Machines that may use it.
    pub host_ids: Vec<String>,
    /// `true` for 168 hours, or the hours that seats may be borrowed.
    pub borrow: Option<SwitchOr<u32>>,
    /// Seconds a seat stays out after it was given back.
    pub linger_seconds: Option<u32>,
    /// Only for users that the options file includes; `true`, or how many at most.
    pub user_based: Option<SwitchOr<u32>>,
    /// Only for hosts that the options file includes; `true`, or how many at most.
    pub host_based: Option<SwitchOr<u32>>,
    /// `true` to replace earlier lines of the same feature, or the features to replace.
    pub supersede: Option<SwitchOr<Vec<String>>>,
    /// The publisher's own fields.
    pub vendor_string: Option<VendorStringOrder>,
    /// Further attributes: `KEYWORD = "value"`, or `KEYWORD = true` for a flag.
    pub attributes: BTreeMap<String, AttributeChoice>,
}

/// Fields of a vendor string, in the order in which they are written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VendorStringOrder {
    /// LT, such as `Retail`.
    pub license_type: Option<String>,
    /// GP.
    pub grace_hours: Option<u32>,
    /// CL.
    pub compatible: Vec<String>,
    /// SA.
    pub subscription_advantage: Option<bool>,
    /// ODP: overdraft in percent of the count.
    pub overdraft_percent: Option<u32>,
    /// NUDURMIN.
    pub least_assignment_minutes: Option<u32>,
    /// NUDURMAX.
    pub most_assignment_minutes: Option<u32>,
    /// LP.
    pub assignment_days: Option<u32>,
    /// MLC.
    pub most_seats: Option<u32>,
    /// AP, as `who/when/from` joined by colons.
    pub alert_policy: Option<String>,
    /// Any other keys.
    pub others: BTreeMap<String, String>,
}

/// A package of features.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PackageOrder {
    /// Name; a grant of the same name and version enables it.
    pub name: String,
    /// Version.
    pub version: String,
    /// Components, each `feature[:version[:count]]`.
    pub components: Vec<String>,
    /// How package and components belong together.
    pub suite: Suite,
    /// Serial number.
    pub serial_number: Option<String>,
}

/// OPTIONS= of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Suite {
    /// Components are served by themselves.
    #[default]
    None,
    /// A seat of a component also takes one of the package.
    Suite,
    /// The first component taken reserves the others.
    Reserved,
}

/// `true`, or a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "true, false, or a value of the right kind")]
pub enum SwitchOr<T> {
    /// `true`; `false` is the same as leaving it out.
    Switch(bool),
    /// The value.
    Value(T),
}

/// A value of a further attribute.
pub type AttributeChoice = SwitchOr<String>;

/// Seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// So many.
    Seats(u32),
    /// Not counted.
    Uncounted,
}

/// Last valid day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expiry(pub LicenseDate);

/// A day: a TOML date, or text as `yyyy-mm-dd` or `dd-mmm-yyyy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderDate(pub Date);

struct ExpiryVisitor;

impl<'de> Visitor<'de> for ExpiryVisitor {
    type Value = LicenseDate;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date such as 2030-12-31, or \"permanent\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<LicenseDate, E> {
        text.parse::<Date>()
            .map(LicenseDate::Day)
            .or_else(|_| text.parse())
            .map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<LicenseDate, A::Error> {
        let date = toml::value::Datetime::deserialize(de::value::MapAccessDeserializer::new(map))?;
        // A time of day or a zone would be lost without a word.
        let only_date = date.time.is_none() && date.offset.is_none();
        only_date
            .then(|| date.to_string().parse::<Date>().ok())
            .flatten()
            .map(LicenseDate::Day)
            .ok_or_else(|| de::Error::custom(format!("{date} is not a date without a time")))
    }
}

impl<'de> Deserialize<'de> for Expiry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ExpiryVisitor).map(Self)
    }
}

impl Serialize for Expiry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            LicenseDate::Day(day) => serializer.collect_str(&day),
            LicenseDate::Permanent => serializer.serialize_str("permanent"),
        }
    }
}

impl<'de> Deserialize<'de> for OrderDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let date = deserializer.deserialize_any(ExpiryVisitor)?;
        date.day()
            .map(Self)
            .ok_or_else(|| de::Error::custom("a day is expected, not permanent"))
    }
}

impl Serialize for OrderDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

struct CountVisitor;

impl Visitor<'_> for CountVisitor {
    type Value = Count;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of seats from 1, or \"uncounted\"")
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Count, E> {
        match u32::try_from(number) {
            Ok(seats) if seats > 0 => Ok(Count::Seats(seats)),
            _ => Err(E::invalid_value(de::Unexpected::Signed(number), &self)),
        }
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Count, E> {
        self.visit_i64(i64::try_from(number).unwrap_or(i64::MAX))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Count, E> {
        if text == "uncounted" {
            Ok(Count::Uncounted)
        } else {
            Err(E::invalid_value(de::Unexpected::Str(text), &self))
        }
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CountVisitor)
    }
}

impl Serialize for Count {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Seats(seats) => serializer.serialize_u32(*seats),
            Self::Uncounted => serializer.serialize_str("uncounted"),
        }
    }
}
