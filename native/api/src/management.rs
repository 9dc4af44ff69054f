//! The license management service: what is uploaded to Insight Services, when, and what was found.

use jiff::Timestamp;
use jiff::civil::Time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Secret;
use crate::column::column;

/// Where the license management service stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum ManagementStatus {
    /// It is switched off; nothing is sent.
    Disabled,
    /// No destination is set; nothing is sent.
    NoDestination,
    /// The destination does not know this server: it has to be registered with a code.
    NotRegistered,
    /// The next upload is due at its time.
    Waiting,
    /// An upload is under way.
    Uploading,
    /// The last upload failed; it is tried again.
    Failed,
    /// No upload has succeeded for 48 hours.
    Overdue,
}

/// The license management service of this server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManagementService {
    /// Whether it is switched on. Without a destination nothing is sent all the same.
    #[schemars(extend("x-column" = column(2)))]
    pub enabled: bool,
    /// Where it stands.
    #[schemars(extend("x-column" = column(1)))]
    pub status: ManagementStatus,
    /// Address of the receiver.
    #[schemars(extend("x-column" = column(3)))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub destination: Option<String>,
    /// Pinned hash of the receiver's certificate.
    #[schemars(extend("x-column" = column(4)))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cert_hash: Option<String>,
    /// Local time of the daily upload, `hh:mm`.
    #[schemars(extend("x-column" = column(7)))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub upload_time: Option<String>,
    /// Whether salted hashes of users and devices are sent.
    #[schemars(extend("x-column" = column(8)))]
    pub include_user_hashes: bool,
    /// GUID of the server that this one stands in for, or that stands in for this one.
    #[schemars(extend("x-column" = column(9)))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub disaster_recovery_partner: Option<String>,
    /// GUID of this server.
    #[schemars(extend("x-column" = column(6)))]
    pub server_guid: String,
    /// Organization at the receiver; none before the registration.
    #[schemars(extend("x-column" = column(5)))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub organization: Option<String>,
    /// When the next upload is due.
    #[schemars(extend("x-column" = column(10)))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next_upload: Option<Timestamp>,
    /// When the last upload ended.
    #[schemars(extend("x-column" = column(11)))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_upload: Option<Timestamp>,
    /// How it ended, in words.
    #[schemars(extend("x-column" = column(12)))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_result: Option<String>,
    /// When the last upload succeeded.
    #[schemars(extend("x-column" = column(13)))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_success: Option<Timestamp>,
    /// Uploads that wait to be delivered.
    #[schemars(extend("x-column" = column(14)))]
    pub waiting: u32,
    /// Bytes that they take on the disk.
    pub waiting_bytes: u64,
}

/// Shows the license management service.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetManagementService {}

/// Changes the license management service. It takes effect at once. What is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SetManagementService {
    /// Whether uploads are made. False cancels an upload that is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Address of the receiver, `https://insight.example.com:8443`; an empty text removes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
    /// Hash of the receiver's certificate (SHA-256), to accept it alone; an empty text removes the pin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cert_hash: Option<String>,
    /// Local time of the daily upload, `hh:mm`; an empty text makes it 24 hours after the one before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upload_time: Option<String>,
    /// Whether salted hashes of users and devices are sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_user_hashes: Option<bool>,
    /// GUID of the other server of a disaster recovery pair; an empty text ends the pair.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disaster_recovery_partner: Option<String>,
    /// One-time code that registers this server at the receiver.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_code: Option<Secret>,
}

/// The address of a receiver as it is kept: without blanks around it and slashes at its end, its scheme in small letters. Empty
/// for none.
pub fn kept_destination(text: &str) -> String {
    let text = text.trim().trim_end_matches('/');
    match text.split_once("://") {
        Some((scheme, rest)) => format!("{}://{rest}", scheme.to_ascii_lowercase()),
        None => text.to_owned(),
    }
}

/// The time of day that a text says, such as `3:30` or `03:30`; none for an empty text.
///
/// # Errors
/// When it says no time of day.
pub fn time_of_day(text: &str) -> Result<Option<Time>, jiff::Error> {
    match text.trim() {
        "" => Ok(None),
        text => Time::strptime("%H:%M", text).map(Some),
    }
}

/// Switches the license management service on.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct EnableManagementService {}

/// Switches the license management service off.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DisableManagementService {}

/// Uploads now.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct StartUpload {}

/// How an upload ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UploadOutcome {
    /// Whether everything that waited is delivered.
    pub succeeded: bool,
    /// Uploads that the receiver has stored.
    pub delivered: u32,
    /// Uploads that still wait.
    pub waiting: u32,
    /// What happened, in words.
    pub detail: String,
}

/// What became of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum UploadState {
    /// It would be sent now; it is not made yet.
    Preview,
    /// It waits to be delivered.
    Waiting,
    /// The receiver has it.
    Delivered,
}

/// Shows what was sent, what waits, and what would be sent now.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetUploads {
    /// Only uploads in this state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<UploadState>,
}

/// One upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UploadRow {
    /// What became of it.
    #[schemars(extend("x-column" = column(2)))]
    pub state: UploadState,
    /// Its number.
    #[schemars(extend("x-column" = column(1)))]
    pub sequence: u64,
    /// Its id.
    pub upload_id: String,
    /// When it was made.
    #[schemars(extend("x-column" = column(3)))]
    pub created: Timestamp,
    /// Begin of its window.
    #[schemars(extend("x-column" = column(4).wide()))]
    pub window_start: Timestamp,
    /// End of its window.
    #[schemars(extend("x-column" = column(5)))]
    pub window_stop: Timestamp,
    /// Its size in bytes.
    #[schemars(extend("x-column" = column(6)))]
    pub bytes: u64,
    /// Its integrity hash.
    #[schemars(extend("x-column" = column(7).wide()))]
    pub integrity: String,
    /// The document, byte for byte as it travels.
    pub document: String,
}

/// Writes what waits into a signed bundle, for a server without a connection.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ExportUpload {
    /// One-time code that registers this server at the receiver with the bundle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_code: Option<Secret>,
}

/// A signed bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportedUpload {
    /// Name for the file.
    pub file_name: String,
    /// Uploads in it.
    pub uploads: u32,
    /// The file.
    pub content: String,
}

/// Settles uploads by the receipt that a receiver has given for a bundle.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportUploadReceipt {
    /// The file.
    pub content: String,
    /// The code that the bundle was exported with, when the receipt answers a registration.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub registration_code: Option<Secret>,
}

/// What a receipt has settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportedReceipt {
    /// Uploads that are settled by it.
    pub settled: u32,
    /// Uploads that the receiver has refused.
    pub refused: u32,
    /// Uploads that still wait.
    pub waiting: u32,
    /// Findings about this server.
    pub findings: u32,
}

/// Where a finding comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum FindingSource {
    /// The receiver, which compares servers.
    Receiver,
    /// This server itself.
    Local,
}

/// Lists what the receiver has found about this server.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetComplianceFindings {
    /// Also findings whose cause is gone.
    pub include_resolved: bool,
}

/// Looks on this server for what needs no second one: legacy, rescinded and impossible licenses, wrong clocks.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct TestCompliance {}

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FindingEvidence {
    /// GUID of the server that sent it.
    pub server_guid: String,
    /// Upload.
    pub upload_id: String,
    /// When the upload was made.
    pub created: Timestamp,
    /// JSON pointer of the field.
    pub field: String,
    /// What it says.
    pub value: String,
}

/// A compliance finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ComplianceFinding {
    /// Names the cause.
    pub key: String,
    /// What kind of thing it is, such as `DuplicateLicense`.
    #[schemars(extend("x-column" = column(2)))]
    pub kind: String,
    /// `Violation` or `Alert`.
    #[schemars(extend("x-column" = column(1)))]
    pub severity: String,
    /// `Open`, `Acknowledged` or `Resolved`.
    #[schemars(extend("x-column" = column(3)))]
    pub state: String,
    /// Where it comes from.
    pub source: FindingSource,
    /// A serial number, a feature or a server.
    #[schemars(extend("x-column" = column(4)))]
    pub subject: String,
    /// GUIDs of the servers it concerns.
    pub servers: Vec<String>,
    /// Since when the cause has been there.
    #[schemars(extend("x-column" = column(5)))]
    pub since: Timestamp,
    /// When the cause was gone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<Timestamp>,
    /// Short title.
    pub title: String,
    /// What was found.
    #[schemars(extend("x-column" = column(6).wrapped()))]
    pub detail: String,
    /// What to do.
    #[schemars(extend("x-column" = column(7).wrapped()))]
    pub action: String,
    /// Why it was acknowledged.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// What proves it.
    pub evidence: Vec<FindingEvidence>,
}

/// What is sent beside the compliance part of uploads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
pub enum CeipChoice {
    /// Nothing.
    #[default]
    None,
    /// An anonymous report.
    Anonymous,
    /// The diagnostic part of the upload.
    Diagnostic,
}

/// Shows what is sent beside the compliance part of uploads.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetCeipOption {}

/// Changes what is sent beside the compliance part of uploads.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetCeipOption {
    /// What is sent.
    pub ceip_option: CeipChoice,
}

/// What is sent beside the compliance part of uploads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CeipOption {
    /// What is sent.
    pub ceip_option: CeipChoice,
}
