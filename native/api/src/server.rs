//! The server itself: what it is, how to trust it, what the caller may do.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::permission::Permission;

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
    pub vendor: String,
    /// What it is doing.
    pub state: DaemonState,
    /// TCP port that products use.
    pub port: u16,
    /// Process id while it runs.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub process_id: Option<u32>,
    /// How often it had to be started again since the manager started.
    pub restarts: u32,
    /// When it started serving.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub since: Option<Timestamp>,
}

/// Version and set-up of the server. Mirrors `WSLServerInfo` of the snap-in and adds what it left out.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServerInfo {
    /// Version of the web services interface, `major.minor`.
    pub wsl_version: String,
    /// Version of the license server.
    pub ls_version: String,
    /// Language of its texts.
    pub locale: String,
    /// Host name that license files are bound to.
    pub host_name: String,
    /// Address of the web services listener.
    pub host_ip: String,
    /// Account of the caller, without domain.
    pub user_name: String,
    /// Domain part of the caller's account; the server's host name for its own accounts.
    pub user_domain: String,
    /// What the caller may do.
    pub permissions: Permission,
    /// When the manager started.
    pub started: Timestamp,
    /// Port of the license manager.
    pub license_port: u16,
    /// Port of the web services.
    pub web_services_port: u16,
    /// Vendor daemons, in the order of their ports.
    pub vendor_daemons: Vec<VendorDaemon>,
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
    pub cert_hash: String,
    /// SHA-1 of the DER form, 40 upper-case hex digits, as certificate stores show it.
    pub thumbprint: String,
    /// Distinguished name of the subject.
    pub subject: String,
    /// Distinguished name of the issuer.
    pub issuer: String,
    /// Serial number in hex.
    pub serial_number: String,
    /// First instant of validity.
    pub not_before: Timestamp,
    /// Last instant of validity.
    pub not_after: Timestamp,
    /// Names it is made for.
    pub dns_names: Vec<String>,
    /// DER form in base64.
    pub raw_data: String,
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
