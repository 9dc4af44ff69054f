//! What was found, and what proves it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{ServerGuid, UploadId};

/// What kind of thing was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum FindingKind {
    /// One serial number was installed on two servers at the same time, outside disaster recovery.
    DuplicateLicense,
    /// Both servers of a disaster recovery pair gave out seats of the same serial number at the same time.
    DuplicateInDisasterRecovery,
    /// A license older than a product version requires gave a seat to that version.
    LegacyLicense,
    /// A rescinded serial number gives seats.
    RescindedLicense,
    /// A server has sent nothing for too long.
    SilentServer,
    /// More seats were in use than could be given out.
    ImpossibleCount,
    /// Two copies of one data folder go on side by side.
    ClonedServer,
    /// The clock of a server is wrong or was set.
    WrongClock,
}

impl FindingKind {
    /// How serious it is.
    pub const fn severity(self) -> Severity {
        match self {
            Self::DuplicateLicense | Self::LegacyLicense | Self::RescindedLicense | Self::ClonedServer => {
                Severity::Violation
            }
            Self::DuplicateInDisasterRecovery
            | Self::SilentServer
            | Self::ImpossibleCount
            | Self::WrongClock => Severity::Alert,
        }
    }

    /// Short title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::DuplicateLicense => "The same license is installed on more than one server.",
            Self::DuplicateInDisasterRecovery => {
                "Both servers of a disaster recovery pair gave out seats at the same time."
            }
            Self::LegacyLicense => "A license is too old for the product version that uses it.",
            Self::RescindedLicense => "A rescinded license is in use.",
            Self::SilentServer => "A server has sent no upload.",
            Self::ImpossibleCount => "More seats were in use than could be given out.",
            Self::ClonedServer => "Two copies of one server are running.",
            Self::WrongClock => "The clock of a server is wrong.",
        }
    }

    /// What to do.
    pub const fn action(self) -> &'static str {
        match self {
            Self::DuplicateLicense => {
                "Remove the license file from all servers but one, or declare a disaster recovery pair."
            }
            Self::DuplicateInDisasterRecovery => {
                "Stop one of the two servers, or remove the pair and the license file of one of them."
            }
            Self::LegacyLicense => {
                "Install a license with a later Subscription Advantage date, or go back to an older product version."
            }
            Self::RescindedLicense => "Remove the license file and ask its vendor for a replacement.",
            Self::SilentServer => {
                "Start the server, look at its upload status with Get-LicenseManagementService, or remove it from the \
                 list of servers."
            }
            Self::ImpossibleCount => {
                "Verify the server with licensingd verify, and restore its last backup if that fails."
            }
            Self::ClonedServer => {
                "Stop one of the copies; a second server needs a data folder of its own, made with licensingd init."
            }
            Self::WrongClock => "Set the clock of the server right and keep it right with a time service.",
        }
    }
}

/// How serious a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Severity {
    /// Something an administrator should look at.
    Alert,
    /// Something the license terms prohibit.
    Violation,
}

/// A field of an upload that proves a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// The server that sent it.
    pub server_guid: ServerGuid,
    /// When the upload was made.
    pub created: Timestamp,
    /// The upload.
    pub upload_id: UploadId,
    /// JSON pointer of the field.
    pub field: String,
    /// What it says.
    pub value: String,
}

/// Something found. Equal causes give equal keys, whenever they are found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Names the cause: kind and what it is about.
    pub key: String,
    /// What kind of thing it is.
    pub kind: FindingKind,
    /// How serious it is.
    pub severity: Severity,
    /// What it is about: a serial number, a feature or a server.
    pub subject: String,
    /// Servers it concerns, sorted.
    pub servers: Vec<ServerGuid>,
    /// Since when the cause has been there, as far as uploads show.
    pub since: Timestamp,
    /// When the cause was gone; none while it stands.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<Timestamp>,
    /// What was found, in a sentence or two.
    pub detail: String,
    /// What proves it: the first and the latest uploads.
    pub evidence: Vec<Evidence>,
}

impl Finding {
    /// Whether the cause is still there.
    pub fn is_standing(&self) -> bool {
        self.until.is_none()
    }
}

/// Key of a finding: kind and parts, escaped so that different causes have different keys.
pub(super) fn key(kind: FindingKind, parts: &[&str]) -> String {
    let mut key = format!("{kind:?}");
    for part in parts {
        key.push('/');
        key.push_str(&part.to_lowercase().replace('~', "~0").replace('/', "~1"));
    }
    key
}
