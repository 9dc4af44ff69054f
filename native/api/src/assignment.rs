//! What happened to seats that are assigned to users and devices.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::column::column;
use crate::patterns::Patterns;

/// Lists events.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetAssignmentEvents {
    /// Features, wildcards `*` and `?` allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub feature: Patterns,
    /// Vendors, wildcards allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub vendor: Patterns,
    /// Only what happened since then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Only what happened until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Most events of each vendor, the newest, 1 to 100,000. When absent all are listed; a vendor that has more fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newest: Option<u32>,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum AssignmentEventKind {
    /// A user was first seen on a device, which assigns a seat or changes to whom it is assigned.
    Assigned,
    /// That does not count any more: the period is over, or an administrator took the seat back.
    Released,
}

/// Something that happened to assigned seats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssignmentEventRow {
    /// When.
    #[schemars(extend("x-column" = column(1)))]
    pub at: Timestamp,
    /// What.
    #[schemars(extend("x-column" = column(2)))]
    pub event: AssignmentEventKind,
    /// Feature the seat is of.
    #[schemars(extend("x-column" = column(3)))]
    pub feature: String,
    /// Version of the pool, `yyyy.mmdd` for dates.
    #[schemars(extend("x-column" = column(4).wide()))]
    pub version: String,
    /// User; empty where only devices count.
    #[schemars(extend("x-column" = column(5)))]
    pub user: String,
    /// Device; empty where only users count.
    #[schemars(extend("x-column" = column(6)))]
    pub device: String,
    /// Vendor whose daemon serves it.
    #[schemars(extend("x-column" = column(7).wide()))]
    pub vendor: String,
}
