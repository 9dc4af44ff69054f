//! What a vendor daemon does by itself while it serves: it keeps its audit bounded and whole, follows the days, and writes the
//! history of use.

use std::sync::Arc;

use licensing_net::Parts;
use licensing_store::SeatService;
use licensing_ticket::TicketSigner;
use tokio_util::sync::CancellationToken;

use super::audit_keeper;
use super::audit_watch::AuditWatch;
use super::licenses::Licenses;
use super::usage_watch::UsageWatch;

/// What is cared for.
pub(super) struct Upkeep {
    pub(super) vendor: String,
    pub(super) seats: SeatService,
    pub(super) licenses: Arc<Licenses>,
    /// Signs the segments of the audit.
    pub(super) signer: Arc<TicketSigner>,
    pub(super) audit: Arc<AuditWatch>,
    pub(super) usage: Arc<UsageWatch>,
}

impl Upkeep {
    /// Starts all of it; each part ends with `stopping`.
    pub(super) fn start(self, parts: &mut Parts, stopping: &CancellationToken) {
        let Self {
            vendor,
            seats,
            licenses,
            signer,
            audit,
            usage,
        } = self;
        let keeper = audit_keeper::keep(
            vendor,
            seats.clone(),
            Arc::clone(&licenses),
            signer,
            stopping.clone(),
        );
        let days = {
            let stopping = stopping.clone();
            async move { licenses.follow_the_days(&seats, stopping).await }
        };
        let growth = {
            let (audit, stopping) = (Arc::clone(&audit), stopping.clone());
            async move { audit.follow_growth(stopping).await }
        };
        let looks = {
            let stopping = stopping.clone();
            async move { audit.look_daily(stopping).await }
        };
        let history = {
            let stopping = stopping.clone();
            async move { usage.follow(stopping).await }
        };
        parts.spawn("days", days);
        parts.spawn("looks at the audit", looks);
        parts.spawn("growth of the audit", growth);
        parts.spawn("history of use", history);
        parts.spawn("keeper of the audit", keeper);
    }
}
