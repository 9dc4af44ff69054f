//! What was found, and what proves it.

use jiff::Timestamp;
use licensing_api::alert::AlertCode;
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

    /// Code of the alert about it.
    pub const fn alert_code(self) -> AlertCode {
        match self {
            Self::DuplicateLicense => AlertCode::ComplianceDuplicateLicense,
            Self::DuplicateInDisasterRecovery => AlertCode::ComplianceDuplicateInDisasterRecovery,
            Self::LegacyLicense => AlertCode::ComplianceLegacyLicense,
            Self::RescindedLicense => AlertCode::ComplianceRescindedLicense,
            Self::SilentServer => AlertCode::ComplianceSilentServer,
            Self::ImpossibleCount => AlertCode::ComplianceImpossibleCount,
            Self::ClonedServer => AlertCode::ComplianceClonedServer,
            Self::WrongClock => AlertCode::ComplianceWrongClock,
        }
    }

    /// Short title.
    pub const fn title(self) -> &'static str {
        self.alert_code().title()
    }

    /// What to do.
    pub const fn action(self) -> &'static str {
        self.alert_code().action()
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
