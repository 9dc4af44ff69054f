//! Alerts: conditions an administrator should know of as long as they last.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::column::column;

/// Level names of the orchestration interface's `LicensingAlertLevel`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum AlertLevel {
    /// For information.
    Info,
    /// Important: something will stop working if nothing is done.
    Alert,
    /// Critical: something has stopped working.
    Alarm,
}

/// A active alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Alert {
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
    /// When it was first seen, if known.
    #[schemars(extend("x-column" = column(5)))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub since: Option<Timestamp>,
}

/// Asks for the active alerts.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetAlerts {}
