//! The publisher's VENDOR_STRING: `;KEY=value;KEY=value`.

use serde::{Deserialize, Serialize};

/// A vendor string: the text as written, and what its known keys mean.
///
/// A text that does not begin with `;` is the publisher's own and has no fields.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct VendorString {
    /// The text as written; empty when there is none. A pooling key of vendors that use it as one.
    pub text: String,
    /// Fields in order, each as written.
    pub fields: Vec<VendorField>,
}

/// One field of a vendor string.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct VendorField {
    /// Key as written.
    pub key: String,
    /// Value as written; empty when the key stands alone.
    pub value: String,
    /// What it means.
    pub meaning: VendorMeaning,
}

/// What a field means. Every key that is not known stays as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum VendorMeaning {
    /// LT: license type, such as `Retail`.
    LicenseType(String),
    /// GP: grace period in hours for products that lost the server.
    GraceHours(u32),
    /// CL: editions or feature classes that these seats also satisfy.
    Compatible(Vec<String>),
    /// SA: the Subscription Advantage switch.
    SubscriptionAdvantage(bool),
    /// ODP: overdraft in percent of the count.
    OverdraftPercent(u32),
    /// NUDURMIN: shortest assignment to a user, in minutes.
    LeastAssignmentMinutes(u32),
    /// NUDURMAX: longest assignment to a user, in minutes.
    MostAssignmentMinutes(u32),
    /// LP: days an assignment to a user or device lasts after the last use.
    AssignmentDays(u32),
    /// MLC: highest usable count.
    MostSeats(u32),
    /// AP: who is warned of expiry, when, and from when on.
    AlertPolicy(Vec<AlertRule>),
    /// PSL, read as a text.
    Psl(String),
    /// A known key whose value is not of its kind; a finding says so, and the field counts as absent.
    Invalid,
    /// Any other key.
    Other,
}

/// One rule of the alert policy, `who/when/from`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AlertRule {
    /// Who is warned, such as `ADMIN`.
    pub who: String,
    /// On what occasion, such as `LOGON`.
    pub when: String,
    /// From when on.
    pub from: AlertStart,
}

/// From when on an alert rule holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AlertStart {
    /// `ALW`: always.
    Always,
    /// `-28D`: this many days before expiry.
    DaysBeforeExpiry(u32),
}

macro_rules! number_of {
    ($($(#[doc = $doc:literal])+ $name:ident = $variant:ident;)+) => {
        $(
            $(#[doc = $doc])+
            pub fn $name(&self) -> Option<u32> {
                self.fields.iter().find_map(|field| match field.meaning {
                    VendorMeaning::$variant(number) => Some(number),
                    _ => None,
                })
            }
        )+
    };
}

impl VendorString {
    /// Reads a vendor string. Never fails: fields that are wrong have the meaning [`VendorMeaning::Invalid`].
    pub fn parse(text: &str) -> Self {
        let fields = match text.strip_prefix(';') {
            Some(list) => list
                .split(';')
                .filter(|part| !part.trim().is_empty())
                .map(read_field)
                .collect(),
            None => Vec::new(),
        };
        Self {
            text: text.to_owned(),
            fields,
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// LT: license type.
    pub fn license_type(&self) -> Option<&str> {
        self.fields.iter().find_map(|field| match &field.meaning {
            VendorMeaning::LicenseType(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// CL: what these seats also satisfy.
    pub fn compatible(&self) -> &[String] {
        self.fields
            .iter()
            .find_map(|field| match &field.meaning {
                VendorMeaning::Compatible(names) => Some(names.as_slice()),
                _ => None,
            })
            .unwrap_or_default()
    }

    /// SA: the Subscription Advantage switch.
    pub fn subscription_advantage(&self) -> Option<bool> {
        self.fields.iter().find_map(|field| match field.meaning {
            VendorMeaning::SubscriptionAdvantage(on) => Some(on),
            _ => None,
        })
    }

    /// AP: alert rules.
    pub fn alert_policy(&self) -> &[AlertRule] {
        self.fields
            .iter()
            .find_map(|field| match &field.meaning {
                VendorMeaning::AlertPolicy(rules) => Some(rules.as_slice()),
                _ => None,
            })
            .unwrap_or_default()
    }

    number_of! {
        /// GP: grace period in hours.
        grace_hours = GraceHours;
        /// ODP: overdraft in percent of the count.
        overdraft_percent = OverdraftPercent;
        /// NUDURMIN: shortest assignment in minutes.
        least_assignment_minutes = LeastAssignmentMinutes;
        /// NUDURMAX: longest assignment in minutes.
        most_assignment_minutes = MostAssignmentMinutes;
        /// LP: days of an assignment.
        assignment_days = AssignmentDays;
        /// MLC: highest usable count.
        most_seats = MostSeats;
    }
}

fn read_field(part: &str) -> VendorField {
    let (key, value) = part.split_once('=').unwrap_or((part, ""));
    let meaning = read_meaning(key.trim(), value.trim()).unwrap_or(VendorMeaning::Invalid);
    VendorField {
        key: key.to_owned(),
        value: value.to_owned(),
        meaning,
    }
}

/// None when a known key has a value that is not of its kind.
fn read_meaning(key: &str, value: &str) -> Option<VendorMeaning> {
    let number = || value.parse::<u32>().ok();
    let text = || (!value.is_empty()).then(|| value.to_owned());
    Some(match key.to_ascii_uppercase().as_str() {
        "LT" => VendorMeaning::LicenseType(text()?),
        "GP" => VendorMeaning::GraceHours(number()?),
        "CL" => VendorMeaning::Compatible(value.split(',').map(|name| name.trim().to_owned()).collect()),
        "SA" => VendorMeaning::SubscriptionAdvantage(match value {
            "0" => false,
            "1" => true,
            _ => return None,
        }),
        "ODP" => VendorMeaning::OverdraftPercent(number().filter(|percent| *percent <= 100)?),
        "NUDURMIN" => VendorMeaning::LeastAssignmentMinutes(number()?),
        "NUDURMAX" => VendorMeaning::MostAssignmentMinutes(number()?),
        "LP" => VendorMeaning::AssignmentDays(number()?),
        "MLC" => VendorMeaning::MostSeats(number()?),
        "AP" => VendorMeaning::AlertPolicy(value.split(':').map(read_alert_rule).collect::<Option<_>>()?),
        "PSL" => VendorMeaning::Psl(value.to_owned()),
        _ => VendorMeaning::Other,
    })
}

fn read_alert_rule(rule: &str) -> Option<AlertRule> {
    let mut parts = rule.split('/');
    let (who, when, from) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || who.is_empty() || when.is_empty() {
        return None;
    }
    let from = match from {
        "ALW" => AlertStart::Always,
        _ => AlertStart::DaysBeforeExpiry(from.strip_prefix('-')?.strip_suffix('D')?.parse().ok()?),
    };
    Some(AlertRule {
        who: who.to_owned(),
        when: when.to_owned(),
        from,
    })
}
