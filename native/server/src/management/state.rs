//! What the service keeps, in one file that is replaced as a whole.

use jiff::Timestamp;
use jiff::civil::Time;
use licensing_api::management::CeipChoice;
use licensing_management::compliance::{FindingRecord, Rescission, VersionRequirement};
use licensing_management::exchange::Registration;
use licensing_management::id::ServerGuid;
use licensing_management::schedule::{SavedSchedule, Settings, Switch};
use serde::{Deserialize, Serialize};

/// What an administrator has decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceSettings {
    /// Whether uploads are made.
    pub enabled: bool,
    /// Address of the receiver, without a slash at the end.
    pub destination: Option<String>,
    /// Pinned hash of its certificate.
    pub cert_hash: Option<String>,
    /// Local time of the daily upload.
    pub upload_time: Option<Time>,
    /// Whether salted hashes of users and devices are sent.
    pub include_user_hashes: bool,
    /// The other server of a disaster recovery pair.
    pub disaster_recovery_partner: Option<ServerGuid>,
    /// What is sent beside the compliance part.
    pub ceip: CeipChoice,
}

impl Default for ServiceSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            destination: None,
            cert_hash: None,
            upload_time: None,
            include_user_hashes: false,
            disaster_recovery_partner: None,
            ceip: CeipChoice::None,
        }
    }
}

impl ServiceSettings {
    /// What of them concerns the schedule. `forbidden` is the configuration file's word: it switches the service off for good.
    pub fn schedule(&self, forbidden: bool) -> Settings {
        Settings {
            switch: match (self.enabled && !forbidden, &self.destination) {
                (false, _) => Switch::Disabled,
                (true, None) => Switch::NoDestination,
                (true, Some(_)) => Switch::On,
            },
            upload_time: self.upload_time,
        }
    }
}

/// What the receiver has found about this server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Received {
    /// When the receiver said so, by its clock; none before the first receipt.
    pub issued: Option<Timestamp>,
    /// Findings.
    pub findings: Vec<FindingRecord>,
    /// Rescinded serial numbers of this server.
    pub rescissions: Vec<Rescission>,
    /// Dates that product versions require.
    pub requirements: Vec<VersionRequirement>,
}

/// Everything that survives a restart, beside key, salt and the uploads themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    /// GUID of the server.
    pub guid: ServerGuid,
    /// When the data folder was made.
    pub installed: Timestamp,
    /// What an administrator has decided.
    pub settings: ServiceSettings,
    /// The schedule.
    pub schedule: SavedSchedule,
    /// Number of the last upload that was made.
    pub sequence: u64,
    /// Its integrity hash.
    pub previous: Option<String>,
    /// End of its window.
    pub window_stop: Option<Timestamp>,
    /// Registration at the receiver.
    pub registration: Option<Registration>,
    /// Why the receiver has refused an upload; none after the next success.
    pub refused: Option<String>,
    /// Which upload was set aside last, and why.
    #[serde(default)]
    pub set_aside: Option<String>,
    /// What the receiver has found.
    pub received: Received,
}

impl State {
    /// That of a new data folder.
    pub fn new(guid: ServerGuid, installed: Timestamp) -> Self {
        Self {
            guid,
            installed,
            settings: ServiceSettings::default(),
            schedule: SavedSchedule::default(),
            sequence: 0,
            previous: None,
            window_stop: None,
            registration: None,
            refused: None,
            set_aside: None,
            received: Received::default(),
        }
    }
}
