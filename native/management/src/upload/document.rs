//! The document: every field with what it is. docs/telemetry.md says why each is there and whose it is.

use jiff::{Timestamp, civil::Date};
use licensing_api::LicenseVersion;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{ServerGuid, UploadId};

/// Who started an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum UploadType {
    /// The schedule.
    Auto,
    /// An administrator.
    Manual,
}

/// An upload without its integrity hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UploadBody {
    /// `LicenseServerCompliance`.
    pub product: String,
    /// Version of this format; 1.
    pub format_version: u32,
    /// Name of this upload; a receiver takes each exactly once.
    pub upload_id: UploadId,
    /// Number of this upload among those of the data folder, from 1.
    pub sequence: u64,
    /// Integrity hash of the upload before; none for the first one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub previous: Option<String>,
    /// Who started it.
    pub upload_type: UploadType,
    /// When it was made, by the server's clock.
    pub created: Timestamp,
    /// The server's local time at that instant, `yyyy-mm-ddThh:mm:ss`.
    pub created_local: String,
    /// Begin of the window that the samples cover: a full hour.
    pub window_start: Timestamp,
    /// End of that window, excluded: a full hour. The next upload begins here.
    pub window_stop: Timestamp,
    /// The server.
    pub server: ServerReport,
    /// The licenses that stand in installed license files, a row for each line with seats.
    pub licenses: Vec<InstalledLicense>,
    /// Use of each feature in the window, a row for each license version.
    pub features: Vec<FeatureSample>,
    /// Products seen at checkout in the window.
    pub products: Vec<ProductSeen>,
    /// Statistics that name nothing; only with the options `Anonymous` and `Diagnostic`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub statistics: Option<StatisticsReport>,
    /// The diagnostic part; only with the option `Diagnostic`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub diagnostic: Option<DiagnosticReport>,
}

/// The license server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServerReport {
    /// Made with the data folder, kept over upgrades.
    pub guid: ServerGuid,
    /// Names the machine: 16 hexadecimal digits of a hash over its host identities, which stay on the server.
    pub hardware_id: String,
    /// Host name that license files are bound to.
    pub host_name: String,
    /// When the data folder was made.
    pub installed: Timestamp,
    /// Version of the license server.
    pub product_version: String,
    /// The other server of a disaster recovery pair, as the administrator of this one has declared it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub disaster_recovery_partner: Option<ServerGuid>,
    /// What the server knows of its clock.
    pub clock: ClockReport,
    /// Why seats are supplied beyond the installed ones (burst).
    pub supplied: SuppliedReason,
    /// Most days that are left of that; 0 when nothing is supplied.
    pub supplied_days_left: u32,
}

/// Why seats are supplied beyond the installed ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum SuppliedReason {
    /// They are not.
    None,
    /// All seats of a feature were out.
    SeatsOut,
}

/// What a server knows of its clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClockReport {
    /// Seconds by which the wall clock differs from the trusted one, which goes on evenly when somebody sets the clock;
    /// positive when the wall clock is ahead.
    pub jump_seconds: i64,
    /// The latest instant that the trusted clock has shown.
    pub latest: Timestamp,
}

/// A line with seats of an installed license file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InstalledLicense {
    /// Serial number (SN); none when the line has none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub serial_number: Option<String>,
    /// Vendor daemon.
    pub vendor: String,
    /// Feature name.
    pub feature: String,
    /// Version of the license; often its Subscription Advantage date.
    pub version: LicenseVersion,
    /// Subscription Advantage date, where the version is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sa_date: Option<Date>,
    /// Seats; none when uncounted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub count: Option<u32>,
    /// Seats beyond the count.
    pub overdraft: u32,
    /// Last valid day; none for a permanent license.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires: Option<Date>,
    /// License type, LT of the vendor string.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub license_type: Option<String>,
    /// Whether it gives seats at the time of the upload: signature, host and days are in order.
    pub serving: bool,
}

/// Use of a feature in the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FeatureSample {
    /// Vendor daemon.
    pub vendor: String,
    /// Feature name.
    pub feature: String,
    /// Version of the licenses that count together; often their Subscription Advantage date.
    pub version: LicenseVersion,
    /// Most seats in use at the same time in the window, from every single event.
    pub count_used_max: u32,
    /// Seats installed at the end of the window; none when uncounted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub installed: Option<u32>,
    /// Most seats that could be given out at any time of the window, with overdraft; none when uncounted, or when
    /// seats were supplied beyond the installed ones (burst).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub limit: Option<u32>,
    /// Begin of the first hour of the window in which a seat was in use; none when none was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub used_from: Option<Timestamp>,
    /// End of the last hour of the window in which a seat was in use; none when none was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub used_until: Option<Timestamp>,
    /// Assigned seats of users that administrators revoked in the window; left out when none was.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub users_revoked: u32,
    /// Assigned seats of devices that administrators revoked in the window; left out when none was.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub devices_revoked: u32,
    /// Users that hold a seat when the upload is made, as salted hashes; only when hashes are switched on.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub user_hashes: Vec<String>,
    /// Devices that hold a seat when the upload is made, as salted hashes; only when hashes are switched on.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub device_hashes: Vec<String>,
}

/// A count of 0 is left out: uploads from before it was counted keep their canonical bytes, and with them their hash.
fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// A product seen at checkout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductSeen {
    /// Vendor daemon.
    pub vendor: String,
    /// Feature that it took a seat of.
    pub feature: String,
    /// Version of the license that the seat came from.
    pub license_version: LicenseVersion,
    /// Name and version that the product gives itself; empty when it gives none.
    pub product: String,
    /// Begin of the first hour of the window in which it was seen.
    pub first_seen: Timestamp,
    /// End of the last hour of the window in which it was seen.
    pub last_seen: Timestamp,
}

/// The diagnostic part: what the installation is like. Nothing in it names a user or a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DiagnosticReport {
    /// Operating system, such as `linux`.
    pub operating_system: String,
    /// Processor architecture, such as `x86_64`.
    pub architecture: String,
    /// Processors.
    pub processors: u32,
    /// Installed license files.
    pub license_files: u32,
    /// Vendor daemons that serve.
    pub vendor_daemons: u32,
}

/// Statistics. Nothing in them names a feature, a user, a device or the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StatisticsReport {
    /// Seats in use and installed of each license type.
    pub license_types: Vec<LicenseTypeQuantity>,
}

/// Seats of one license type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LicenseTypeQuantity {
    /// License type; empty where lines name none.
    pub license_type: String,
    /// Seats installed.
    pub installed: u64,
    /// Sum of the most used seats of the features of this type.
    pub used_max: u64,
}
