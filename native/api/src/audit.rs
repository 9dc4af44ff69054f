//! The audit: what happened to seats and accounts.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::column::column;
use crate::patterns::Patterns;

/// Records of each vendor that a list has when the request does not say how many.
pub const USUAL_RECORDS: u32 = 1000;

/// Lists audit records.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetAudit {
    /// Only what happened since then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Only what happened until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Events such as `LeaseOpened`, wildcards allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub event: Patterns,
    /// Features, wildcards `*` and `?` allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub feature: Patterns,
    /// Users, wildcards allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub user: Patterns,
    /// Accounts on whose behalf something was done, wildcards allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub actor: Patterns,
    /// Vendors, wildcards allowed; what was done to accounts and settings has the vendor `server`.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub vendor: Patterns,
    /// Most records of each vendor, the newest, 1 to 100,000; 1,000 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newest: Option<u32>,
}

/// One audit record. Fields that the event does not have are absent or empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditRow {
    /// When.
    #[schemars(extend("x-column" = column(1)))]
    pub at: Timestamp,
    /// What happened, such as `LeaseOpened`; `Kind99` for an event of a newer server.
    #[schemars(extend("x-column" = column(2)))]
    pub event: String,
    /// Feature.
    #[schemars(extend("x-column" = column(3)))]
    #[serde(default)]
    pub feature: String,
    /// Version.
    #[serde(default)]
    pub version: String,
    /// User.
    #[schemars(extend("x-column" = column(4)))]
    #[serde(default)]
    pub user: String,
    /// Host the product runs on.
    #[schemars(extend("x-column" = column(5).wide()))]
    #[serde(default)]
    pub host: String,
    /// Product.
    #[serde(default)]
    pub product: String,
    /// Seats, or how many the event is about.
    #[schemars(extend("x-column" = column(6).wide()))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Numbered reason; of a denial as its number without the sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<u64>,
    /// Public name of the lease, hex.
    #[serde(default)]
    pub lease: String,
    /// Account on whose behalf it was done, or caller of a checkout.
    #[schemars(extend("x-column" = column(7).wide()))]
    #[serde(default)]
    pub actor: String,
    /// Address that the account acted from.
    #[serde(default)]
    pub origin: String,
    /// Operation that an administrator had carried out.
    #[schemars(extend("x-column" = column(8)))]
    #[serde(default)]
    pub operation: String,
    /// To what it was done.
    #[serde(default)]
    pub target: String,
    /// Details in words.
    #[serde(default)]
    pub detail: String,
    /// Vendor, or `server`.
    #[schemars(extend("x-column" = column(9).wide()))]
    pub vendor: String,
    /// Number of the record in the chain of its vendor.
    #[schemars(extend("x-column" = column(10).wide()))]
    pub sequence: u64,
}

/// Checks the audit of each vendor and of the server.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct TestAudit {
    /// Vendors, wildcards allowed; the audit of accounts and settings has the vendor `server`.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub vendor: Patterns,
}

/// Whether the audit of one vendor is whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditCheck {
    /// Vendor, or `server`.
    #[schemars(extend("x-column" = column(1)))]
    pub vendor: String,
    /// Whether every record is there and unchanged, in segments and database.
    #[schemars(extend("x-column" = column(2)))]
    pub whole: bool,
    /// Records that were verified.
    #[schemars(extend("x-column" = column(3)))]
    pub records: u64,
    /// Sealed segments among them.
    #[schemars(extend("x-column" = column(4)))]
    pub segments: u64,
    /// Records that were removed with their segments after the time for which they are kept.
    #[schemars(extend("x-column" = column(5)))]
    pub removed: u64,
    /// What does not fit; empty when the audit is whole.
    #[schemars(extend("x-column" = column(6).wrapped()))]
    pub detail: String,
}
