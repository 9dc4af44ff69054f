//! Alerts: conditions an administrator should know of as long as they last, and whom they are sent to.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::column::column;
use crate::patterns::Patterns;
use crate::secret::Secret;

pub use crate::alert_code::{AlertCode, AlertLevel};

/// A condition that lasts, as the part of the server tells it that has noticed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Alert {
    /// Stable code, such as `UnverifiedLicensesAccepted`.
    pub code: String,
    /// How urgent it is.
    pub level: AlertLevel,
    /// Short title, in English.
    pub title: String,
    /// What it is about, in English.
    pub detail: String,
    /// What to do, in English.
    pub action: String,
    /// When it began, if the part that tells it knows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub since: Option<Timestamp>,
    /// What it is about, apart from others of its code: a vendor, a file, a pool. The same as long as the cause is.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub subject: String,
    /// Feature that it concerns; empty where it concerns none.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub feature: String,
    /// Rises when the same cause becomes more urgent.
    #[serde(default)]
    pub step: u32,
    /// What stands in the detail, by the names of the placeholders; for other languages.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub values: BTreeMap<String, String>,
}

impl Alert {
    /// An alert of this code, with its level and English texts. The detail is that of the code, where it has one.
    pub fn new(code: AlertCode) -> Self {
        Self {
            code: code.name().to_owned(),
            level: code.level(),
            title: code.title().to_owned(),
            detail: code.detail().to_owned(),
            action: code.action().to_owned(),
            since: None,
            subject: String::new(),
            feature: String::new(),
            step: 0,
            values: BTreeMap::new(),
        }
    }

    /// An alert that an error is. Its code and texts are those of the error.
    pub fn of_error(code: crate::ErrorCode, detail: impl Into<String>) -> Self {
        Self {
            code: code.name().to_owned(),
            level: AlertLevel::Alarm,
            title: code.title().to_owned(),
            detail: detail.into(),
            action: code.action().to_owned(),
            since: None,
            subject: String::new(),
            feature: String::new(),
            step: 0,
            values: BTreeMap::new(),
        }
    }

    /// Another level than the usual one.
    #[must_use]
    pub fn at(mut self, level: AlertLevel, step: u32) -> Self {
        self.level = level;
        self.step = step;
        self
    }

    /// Another detail than that of the code.
    #[must_use]
    pub fn saying(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Better advice than that of the code.
    #[must_use]
    pub fn advise(mut self, action: impl Into<String>) -> Self {
        self.action = action.into();
        self
    }

    /// Tells it apart from others of its code.
    #[must_use]
    pub fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = subject.into();
        self
    }

    /// Names the feature that it concerns.
    #[must_use]
    pub fn of_feature(mut self, feature: impl Into<String>) -> Self {
        self.feature = feature.into();
        self
    }

    /// When it began.
    #[must_use]
    pub fn since(mut self, since: Timestamp) -> Self {
        self.since = Some(since);
        self
    }

    /// Fills a placeholder of the detail.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        let value = value.to_string();
        self.detail = self.detail.replace(&format!("{{{name}}}"), &value);
        self.values.insert(name.to_owned(), value);
        self
    }
}

/// An active alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActiveAlert {
    /// Stable code, such as `UnverifiedLicensesAccepted`.
    #[schemars(extend("x-column" = column(2)))]
    pub code: String,
    /// How urgent it is.
    #[schemars(extend("x-column" = column(1)))]
    pub level: AlertLevel,
    /// Short title.
    pub title: String,
    /// What it is about.
    #[schemars(extend("x-column" = column(3).wrapped()))]
    pub detail: String,
    /// What to do.
    #[schemars(extend("x-column" = column(4).wrapped()))]
    pub action: String,
    /// Tells it apart from others of its code: a vendor, a file, a pool.
    pub subject: String,
    /// Feature that it concerns; empty where it concerns none.
    pub feature: String,
    /// When it was first seen.
    #[schemars(extend("x-column" = column(5)))]
    pub since: Option<Timestamp>,
    /// When it was last seen.
    pub last_seen: Timestamp,
    /// Account that acknowledged it; none while nobody has.
    pub acknowledged_by: Option<String>,
    /// When it was acknowledged.
    pub acknowledged: Option<Timestamp>,
}

/// Asks for the active alerts.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetAlerts {
    /// Codes, wildcards `*` and `?` allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub code: Patterns,
    /// Features that they concern, wildcards allowed; alerts that concern no feature are left out then.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub feature: Patterns,
    /// Subscription Advantage date that a product demands; raises `SubscriptionTooOld` for features without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sa_date: Option<Date>,
    /// Percent of the seats of a feature from which on they are nearly out, instead of the settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage_percent: Option<u32>,
    /// Language of the texts; `en` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

/// Acknowledges an alert: it stays active, and no more messages are sent about it until it is over.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConfirmAlert {
    /// Its code.
    pub code: String,
    /// Its subject; empty for an alert that has none.
    #[serde(default)]
    pub subject: String,
}

/// How alerts are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum AlertRouteKind {
    /// To a mail address.
    Mail,
    /// To an HTTPS address, signed with the secret of the route.
    Webhook,
}

/// Lists alert routes.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetAlertRoutes {
    /// Names, wildcards `*` and `?` allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub name: Patterns,
}

/// Where alerts are sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlertRoute {
    /// Name.
    #[schemars(extend("x-column" = column(1)))]
    pub name: String,
    /// How.
    #[schemars(extend("x-column" = column(2)))]
    pub kind: AlertRouteKind,
    /// Mail address or URL; of a URL who may only read sees scheme and host.
    #[schemars(extend("x-column" = column(3)))]
    pub address: String,
    /// Least level that is sent.
    #[schemars(extend("x-column" = column(4)))]
    pub level: AlertLevel,
    /// Whether anything is sent.
    #[schemars(extend("x-column" = column(5)))]
    pub enabled: bool,
    /// Codes that are not sent, with wildcards.
    pub silenced_codes: Vec<String>,
    /// Features about which nothing is sent, with wildcards.
    pub silenced_features: Vec<String>,
    /// Language of the messages.
    pub locale: String,
    /// Pinned hash of the certificate of a webhook; none when the system's authorities count.
    pub cert_hash: Option<String>,
    /// Whether webhooks are signed.
    pub is_signed: bool,
    /// Messages that wait to be delivered.
    #[schemars(extend("x-column" = column(6)))]
    pub waiting: u32,
    /// When a message was delivered last.
    pub delivered: Option<Timestamp>,
    /// Why the last message was not delivered; none after a delivery.
    pub last_error: Option<String>,
}

/// Adds an alert route.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewAlertRoute {
    /// Name: 1 to 64 characters.
    pub name: String,
    /// Mail address, or `https://` URL of a webhook.
    pub address: String,
    /// Least level that is sent; `Alert` when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub level: Option<AlertLevel>,
    /// Whether anything is sent; `true` when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub enabled: Option<bool>,
    /// Codes that are not sent, with wildcards.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub silenced_codes: Vec<String>,
    /// Features about which nothing is sent, with wildcards.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub silenced_features: Vec<String>,
    /// Language of the messages; `en` when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub locale: Option<String>,
    /// Secret that webhooks are signed with: 16 characters or more.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub secret: Option<Secret>,
    /// SHA-256 hash of the one certificate of a webhook to trust.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cert_hash: Option<String>,
}

/// Changes an alert route; what is absent stays as it is.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetAlertRoute {
    /// Name of the route.
    pub name: String,
    /// Mail address, or `https://` URL of a webhook.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub address: Option<String>,
    /// Least level that is sent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub level: Option<AlertLevel>,
    /// Whether anything is sent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub enabled: Option<bool>,
    /// Codes that are not sent, with wildcards; an empty list silences none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub silenced_codes: Option<Vec<String>>,
    /// Features about which nothing is sent, with wildcards; an empty list silences none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub silenced_features: Option<Vec<String>>,
    /// Language of the messages.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub locale: Option<String>,
    /// Secret that webhooks are signed with; an empty text signs them no more.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub secret: Option<Secret>,
    /// SHA-256 hash of the one certificate of a webhook to trust; an empty text removes the pin.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cert_hash: Option<String>,
}

/// Removes an alert route, and the messages that wait for it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemoveAlertRoute {
    /// Name of the route.
    pub name: String,
}

/// Sends one message by a route at once, and tells how that went.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TestAlertRoute {
    /// Name of the route.
    pub name: String,
}

/// How the test of a route went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlertRouteTest {
    /// Name of the route.
    #[schemars(extend("x-column" = column(1)))]
    pub name: String,
    /// Mail address or URL.
    #[schemars(extend("x-column" = column(2)))]
    pub address: String,
    /// Whether the message was taken.
    #[schemars(extend("x-column" = column(3)))]
    pub delivered: bool,
    /// Milliseconds that it took.
    #[schemars(extend("x-column" = column(4)))]
    pub milliseconds: u64,
    /// Why it was not taken; empty when it was.
    #[schemars(extend("x-column" = column(5).wrapped()))]
    pub reason: String,
}
