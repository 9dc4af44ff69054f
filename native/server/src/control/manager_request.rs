//! What only the manager asks of a daemon, besides operations of the table.

use std::time::Duration;

use licensing_api::alert::Alert;
use licensing_api::usage::GetUsage;
use licensing_management::upload::{FeatureSample, ProductSeen};
use licensing_management::usage::Hour;
use licensing_store::{SeatFigures, UsagePlace};
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::installed::Verdict;

/// A request of the manager that no administrator can make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ManagerRequest {
    /// Tells how the daemon is: [`DaemonHealth`].
    Health,
    /// Reads license files, options file, issuers and certificate again, [`ChangedFiles`]. Leases stay.
    Reread,
    /// Replaces the product tokens; the request is the list.
    SetProductTokens,
    /// Recomputes the chain of the audit records: [`AuditReport`].
    VerifyAudit,
    /// Reads the certificate again.
    ReloadCertificate,
    /// Tells what happened since the daemon started, in figures: [`DaemonFigures`].
    Figures,
    /// Tells of the use of all seats in a window of hours, [`UsageWindow`]: [`UsageReport`].
    ReportUsage,
    /// Tells when the first and the last sample of the seats in use were taken: two instants, or nothing.
    SampledPeriod,
    /// Lists a part of those who hold seats, [`HoldersFrom`]: [`HoldersPage`].
    ListHolders,
}

impl ManagerRequest {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Health,
        Self::Reread,
        Self::SetProductTokens,
        Self::VerifyAudit,
        Self::ReloadCertificate,
        Self::Figures,
        Self::ReportUsage,
        Self::SampledPeriod,
        Self::ListHolders,
    ];

    /// Name on the wire; no operation of the table has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Health => "manager.Health",
            Self::Reread => "manager.Reread",
            Self::SetProductTokens => "manager.SetProductTokens",
            Self::VerifyAudit => "manager.VerifyAudit",
            Self::ReloadCertificate => "manager.ReloadCertificate",
            Self::Figures => "manager.Figures",
            Self::ReportUsage => "manager.ReportUsage",
            Self::SampledPeriod => "manager.SampledPeriod",
            Self::ListHolders => "manager.ListHolders",
        }
    }

    /// How long the manager waits for it.
    pub const fn time_limit(self) -> Duration {
        match self {
            Self::Health | Self::Figures | Self::SampledPeriod | Self::ListHolders => Duration::from_secs(5),
            Self::Reread | Self::SetProductTokens | Self::ReloadCertificate => Duration::from_secs(30),
            // They read all of the audit, or the part of it in a window of any length.
            Self::VerifyAudit | Self::ReportUsage => Duration::from_secs(600),
        }
    }

    /// The request of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|asked| asked.name() == name)
    }
}

/// What the manager knows when it has the files read again; nothing of it need be known.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangedFiles {
    /// The configuration to serve by from now on.
    pub config: Option<Config>,
    /// What the manager found about the file that it installed last.
    pub verdict: Option<Verdict>,
}

/// How a daemon is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DaemonHealth {
    /// Whether checkouts can be made durable.
    pub serving: bool,
    /// Why not; empty while serving.
    pub reason: String,
    /// Its active alerts.
    pub alerts: Vec<Alert>,
}

/// What happened since a daemon started, and what there is now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DaemonFigures {
    /// Figures of its seats.
    #[serde(flatten)]
    pub seats: SeatFigures,
    /// Requests that wait for seats.
    #[serde(default)]
    pub queued: u64,
    /// Connections of products that are open.
    pub connections: u64,
}

/// A window of full hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UsageWindow {
    /// First hour.
    pub from: Hour,
    /// First hour after it.
    pub to: Hour,
    /// Whether the names of those who hold seats are asked for.
    pub with_holders: bool,
}

/// Use of the seats of one vendor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UsageReport {
    /// Use of each pool.
    pub features: Vec<FeatureSample>,
    /// Products that were seen.
    pub products: Vec<ProductSeen>,
    /// Those who hold seats now: feature, user, device; empty unless asked for.
    pub holders: Vec<(String, String, String)>,
    /// Most days that are left of a burst; none when there is none.
    pub burst_days_left: Option<u32>,
    /// By how many seconds the wall clock is ahead of the trusted one.
    pub clock_jump_seconds: i64,
}

/// Where a list of holders begins or goes on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HoldersFrom {
    /// Whom to list.
    pub request: GetUsage,
    /// From where on.
    pub from: UsagePlace,
}

/// A part of a list of holders.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HoldersPage<Rows> {
    /// The holders, by feature, version and user.
    pub items: Rows,
    /// Where the list goes on; none at its end.
    pub next: Option<UsagePlace>,
}

/// What a walk along the audit chain found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditReport {
    /// Number of records, all of them verified.
    pub records: u64,
}
