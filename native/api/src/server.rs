//! The server itself: what it is, how to trust it, what the caller may do.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::column::column;
use crate::permission::Permission;
use crate::secret::Secret;

/// Asks for [`ServerInfo`].
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetServerInfo {}

/// State of one vendor daemon as the manager sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum DaemonState {
    /// Being started.
    Starting,
    /// Serving.
    Running,
    /// Ended unexpectedly; the manager waits before the next start.
    BackOff,
    /// Stopped on purpose.
    Stopped,
}

/// One vendor daemon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VendorDaemon {
    /// Vendor name as in the VENDOR lines of the license files.
    #[schemars(extend("x-column" = column(1)))]
    pub vendor: String,
    /// What it is doing.
    #[schemars(extend("x-column" = column(2)))]
    pub state: DaemonState,
    /// TCP port that products use.
    #[schemars(extend("x-column" = column(3)))]
    pub port: u16,
    /// Process id while it runs.
    #[schemars(extend("x-column" = column(4)))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub process_id: Option<u32>,
    /// How often it had to be started again since the manager started.
    #[schemars(extend("x-column" = column(5)))]
    pub restarts: u32,
    /// When it started serving.
    #[schemars(extend("x-column" = column(6)))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub since: Option<Timestamp>,
}

/// Lists vendor daemons.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetVendorDaemons {
    /// Only this vendor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
}

/// One vendor daemon, and how busy it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VendorDaemonRow {
    /// Vendor name as in the VENDOR lines of the license files.
    #[schemars(extend("x-column" = column(1)))]
    pub vendor: String,
    /// What it is doing.
    #[schemars(extend("x-column" = column(2)))]
    pub state: DaemonState,
    /// TCP port that products use.
    #[schemars(extend("x-column" = column(3)))]
    pub port: u16,
    /// Leases held; none when the daemon does not answer.
    #[schemars(extend("x-column" = column(4)))]
    pub leases: Option<u64>,
    /// Requests that wait for seats; none when the daemon does not answer.
    #[schemars(extend("x-column" = column(5)))]
    pub queued: Option<u64>,
    /// How often it had to be started again since the manager started.
    #[schemars(extend("x-column" = column(6)))]
    pub restarts: u32,
    /// When it started serving.
    #[schemars(extend("x-column" = column(7)))]
    pub since: Option<Timestamp>,
}

/// Has license files and options files read again. Seats that are out stay out.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RereadLicenses {}

/// Version and set-up of the server. Mirrors `WSLServerInfo` of the snap-in and adds what it left out.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServerInfo {
    /// Version of the web services interface, `major.minor`.
    pub wsl_version: String,
    /// Version of the license server.
    #[schemars(extend("x-column" = column(2)))]
    pub ls_version: String,
    /// Language of its texts.
    pub locale: String,
    /// Host name that license files are bound to.
    #[schemars(extend("x-column" = column(1)))]
    pub host_name: String,
    /// Address of the web services listener.
    #[schemars(extend("x-column" = column(6)))]
    pub host_ip: String,
    /// Account of the caller, without domain.
    #[schemars(extend("x-column" = column(8)))]
    pub user_name: String,
    /// Domain part of the caller's account; the server's host name for its own accounts.
    #[schemars(extend("x-column" = column(7)))]
    pub user_domain: String,
    /// What the caller may do.
    #[schemars(extend("x-column" = column(9)))]
    pub permissions: Permission,
    /// When the manager started.
    #[schemars(extend("x-column" = column(3)))]
    pub started: Timestamp,
    /// Port of the license manager.
    #[schemars(extend("x-column" = column(4)))]
    pub license_port: u16,
    /// Port of the web services.
    #[schemars(extend("x-column" = column(5)))]
    pub web_services_port: u16,
    /// Vendor daemons, in the order of their ports.
    #[schemars(extend("x-column" = column(10)))]
    pub vendor_daemons: Vec<VendorDaemon>,
    /// What the web services offer: names of operations.
    #[serde(default)]
    pub capabilities: Vec<String>,
    /// Ethernet addresses that license files can be bound to, 12 hex digits each.
    #[serde(default)]
    pub mac_addresses: Vec<String>,
}

/// Asks for [`Certificate`].
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetCertificate {}

/// The certificate of the web services. Clients pin `certHash`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Certificate {
    /// SHA-256 of the DER form, 64 upper-case hex digits: the value of `-CertHash`.
    #[schemars(extend("x-column" = column(1)))]
    pub cert_hash: String,
    /// SHA-1 of the DER form, 40 upper-case hex digits, as certificate stores show it.
    #[schemars(extend("x-column" = column(2)))]
    pub thumbprint: String,
    /// Distinguished name of the subject.
    #[schemars(extend("x-column" = column(3)))]
    pub subject: String,
    /// Distinguished name of the issuer.
    #[schemars(extend("x-column" = column(4)))]
    pub issuer: String,
    /// Serial number in hex.
    #[schemars(extend("x-column" = column(5)))]
    pub serial_number: String,
    /// First instant of validity.
    #[schemars(extend("x-column" = column(6)))]
    pub not_before: Timestamp,
    /// Last instant of validity.
    #[schemars(extend("x-column" = column(7)))]
    pub not_after: Timestamp,
    /// Names it is made for.
    #[schemars(extend("x-column" = column(8)))]
    pub dns_names: Vec<String>,
    /// DER form in base64.
    pub raw_data: String,
    /// Hash of the certificate that was announced to follow; none when none was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next_cert_hash: Option<String>,
}

/// Replaces the certificate of the server without a restart, or announces the one that will follow. Connections that
/// exist keep what they have.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SetCertificate {
    /// The chain in PEM form, the server's own certificate first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// Its key in PEM form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Secret>,
    /// Certificate and key as a PFX file in base64, instead of both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pfx: Option<Secret>,
    /// Password of the PFX file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// Only announces it: clients can be told its hash before it is used.
    pub next: bool,
    /// Uses the one that was announced.
    pub use_next: bool,
}

/// Asks for [`EffectivePermission`].
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetEffectivePermission {}

/// What the caller may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EffectivePermission {
    /// Account of the caller, `DOMAIN\name`.
    pub account: String,
    /// Level of the caller.
    pub permissions: Permission,
}
