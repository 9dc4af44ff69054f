//! Insight Services: what their administrators see and steer.

mod accounts;
mod requirements;
mod targets;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Secret;
use crate::column::column;
use crate::management::FindingEvidence;
use crate::patterns::Patterns;

pub use accounts::*;
pub use requirements::*;
pub use targets::*;

/// Lists the license servers of the caller's organization.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetInsightServers {
    /// Host name or GUID, wildcards `*` and `?` allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub name: Patterns,
}

/// A license server that is registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InsightServer {
    /// Host name that it registered with.
    #[schemars(extend("x-column" = column(1)))]
    pub host_name: String,
    /// GUID of the server.
    #[schemars(extend("x-column" = column(5).wide()))]
    pub server_guid: String,
    /// Organization that it belongs to.
    #[schemars(extend("x-column" = column(2)))]
    pub organization: String,
    /// Version of the license server when it registered.
    #[schemars(extend("x-column" = column(4)))]
    pub product_version: String,
    /// When it registered.
    pub registered: Timestamp,
    /// When its latest upload arrived; none before the first one.
    #[schemars(extend("x-column" = column(3)))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_upload: Option<Timestamp>,
}

/// Makes a one-time code.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NewInsightRegistration {
    /// Organization that the server will belong to; that of the caller unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Days until the code can no longer be used, 1 to 90; 7 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<u16>,
}

/// A one-time code: the only time it is shown.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InsightRegistration {
    /// The code, for `Set-LicenseManagementService -RegistrationCode`.
    #[schemars(extend("x-column" = column(3)))]
    pub registration_code: Secret,
    /// Organization that the server will belong to.
    #[schemars(extend("x-column" = column(1)))]
    pub organization: String,
    /// When it can no longer be used.
    #[schemars(extend("x-column" = column(2)))]
    pub expires: Timestamp,
}

/// Removes the registration of a license server.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemoveInsightServer {
    /// GUID of the server.
    pub server_guid: String,
}

/// Uploads that a list has when the request does not say how many.
pub const USUAL_UPLOADS: u32 = 100;

/// Lists uploads of one server, the latest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetInsightUploads {
    /// GUID of the server; all servers of the organization unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_guid: Option<String>,
    /// Most rows, 1 to 10000; 100 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most: Option<u32>,
}

/// An upload that is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InsightUpload {
    /// GUID of the server.
    #[schemars(extend("x-column" = column(1)))]
    pub server_guid: String,
    /// Its number.
    #[schemars(extend("x-column" = column(2)))]
    pub sequence: u64,
    /// Its id.
    pub upload_id: String,
    /// When it was made, by the server's clock.
    #[schemars(extend("x-column" = column(4).wide()))]
    pub created: Timestamp,
    /// When it arrived.
    #[schemars(extend("x-column" = column(3)))]
    pub received: Timestamp,
    /// Its size in bytes.
    #[schemars(extend("x-column" = column(5)))]
    pub bytes: u64,
    /// Its integrity hash.
    #[schemars(extend("x-column" = column(6).wide()))]
    pub integrity: String,
}

/// Lists findings about the servers of the caller's organization.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetInsightFindings {
    /// Only findings about this server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_guid: Option<String>,
    /// Kind such as `DuplicateLicense`, wildcards `*` and `?` allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub kind: Patterns,
    /// Also findings whose cause is gone.
    pub include_resolved: bool,
}

/// A finding with its life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InsightFinding {
    /// Names the cause.
    pub key: String,
    /// What kind of thing it is, such as `DuplicateLicense`.
    #[schemars(extend("x-column" = column(2).width(27)))]
    pub kind: String,
    /// `Violation` or `Alert`.
    #[schemars(extend("x-column" = column(1).width(9)))]
    pub severity: String,
    /// `Open`, `Acknowledged` or `Resolved`.
    #[schemars(extend("x-column" = column(3).width(12)))]
    pub state: String,
    /// A serial number, a feature or a server.
    #[schemars(extend("x-column" = column(4)))]
    pub subject: String,
    /// GUIDs of the servers it concerns.
    pub servers: Vec<String>,
    /// Since when the cause has been there.
    #[schemars(extend("x-column" = column(5).wide()))]
    pub since: Timestamp,
    /// When the cause was gone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<Timestamp>,
    /// When it was first found.
    pub found: Timestamp,
    /// When its state changed last.
    pub changed: Timestamp,
    /// How often its cause came back.
    pub reopened: u32,
    /// Short title.
    pub title: String,
    /// What was found.
    #[schemars(extend("x-column" = column(6).wrapped().wide()))]
    pub detail: String,
    /// What to do.
    #[schemars(extend("x-column" = column(7).wrapped().wide()))]
    pub action: String,
    /// Why it was acknowledged.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// Who acknowledged it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub acknowledged_by: Option<String>,
    /// What proves it.
    pub evidence: Vec<FindingEvidence>,
}

/// Acknowledges a finding.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConfirmInsightFinding {
    /// Key of the finding.
    pub key: String,
    /// Why it may stand, 1 to 1024 bytes.
    pub reason: String,
}

/// Lists rescinded serial numbers.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetInsightRescissions {
    /// Serial number, wildcards `*` and `?` allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub serial_number: Patterns,
}

/// A serial number that its vendor has rescinded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InsightRescission {
    /// Serial number.
    #[schemars(extend("x-column" = column(1)))]
    pub serial_number: String,
    /// Vendor daemon; empty for any.
    #[schemars(extend("x-column" = column(2)))]
    pub vendor: String,
    /// From when on it must not be used.
    #[schemars(extend("x-column" = column(3)))]
    pub effective: Timestamp,
    /// When this was withdrawn; none while it stands.
    #[schemars(extend("x-column" = column(4)))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub withdrawn: Option<Timestamp>,
    /// Why.
    #[schemars(extend("x-column" = column(5).wrapped().wide()))]
    pub reason: String,
}

/// Imports rescinded serial numbers. One that is in the list already is replaced.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportInsightRescissions {
    /// CSV text (RFC 4180) with a heading: `SerialNumber`, and `Vendor`, `Effective`, `Reason` where they are known.
    /// Without `Effective` a number is rescinded from the import on.
    pub content: String,
}

/// Withdraws a rescission.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemoveInsightRescission {
    /// Serial number.
    pub serial_number: String,
    /// Vendor daemon; every vendor's number unless given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub vendor: Option<String>,
}

/// Lists disaster recovery pairs.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetInsightPairs {}

/// Two servers that may have the same licenses installed: one stands in when the other fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InsightPair {
    /// GUID of one server.
    #[schemars(extend("x-column" = column(1)))]
    pub first: String,
    /// GUID of the other.
    #[schemars(extend("x-column" = column(2)))]
    pub second: String,
}

/// Declares a disaster recovery pair.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewInsightPair {
    /// GUID of one server.
    pub first: String,
    /// GUID of the other.
    pub second: String,
}

/// Ends a disaster recovery pair.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemoveInsightPair {
    /// GUID of one server.
    pub first: String,
    /// GUID of the other.
    pub second: String,
}

/// Takes a bundle.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportInsightBundle {
    /// The file that `Export-LicenseUpload` wrote.
    pub content: String,
}

/// The receipt for a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InsightReceipt {
    /// GUID of the server.
    #[schemars(extend("x-column" = column(1)))]
    pub server_guid: String,
    /// Uploads that are stored now.
    #[schemars(extend("x-column" = column(2)))]
    pub stored: u32,
    /// Uploads that were stored before.
    #[schemars(extend("x-column" = column(3)))]
    pub already_stored: u32,
    /// Uploads that were refused.
    #[schemars(extend("x-column" = column(4)))]
    pub refused: u32,
    /// Name for the file.
    #[schemars(extend("x-column" = column(5).wide()))]
    pub file_name: String,
    /// The file, for `Import-LicenseUploadReceipt`.
    pub content: String,
}

/// Shows how the seats of each feature are used.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetInsightCapacity {
    /// Only features of this server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_guid: Option<String>,
    /// Feature, wildcards `*` and `?` allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub feature: Patterns,
}

/// Use of the seats of one feature on one server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InsightCapacity {
    /// GUID of the server.
    pub server_guid: String,
    /// Vendor daemon.
    #[schemars(extend("x-column" = column(2).wide()))]
    pub vendor: String,
    /// Feature.
    #[schemars(extend("x-column" = column(1)))]
    pub feature: String,
    /// Seats installed; none when uncounted.
    #[schemars(extend("x-column" = column(3)))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub installed: Option<u32>,
    /// Most seats in use at the same time.
    #[schemars(extend("x-column" = column(4)))]
    pub peak: u32,
    /// Days with a peak that are known.
    pub days: u32,
    /// Last day on which a seat was in use.
    #[schemars(extend("x-column" = column(5)))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_used: Option<Date>,
    /// Whether no seat was in use for 90 days or more.
    #[schemars(extend("x-column" = column(6)))]
    pub unused: bool,
    /// `OutNow`, `RunsOut` or `None`.
    #[schemars(extend("x-column" = column(7)))]
    pub forecast: String,
    /// Day on which seats most likely run out.
    #[schemars(extend("x-column" = column(8)))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub runs_out: Option<Date>,
    /// Hardly before this day.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub earliest: Option<Date>,
    /// Hardly after this day.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub latest: Option<Date>,
    /// Why there is no forecast.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub no_forecast: Option<String>,
}
