//! What the manager asks a vendor daemon.

use std::sync::Arc;

use licensing_api::queue::GetQueue;
use licensing_api::{ErrorCode, Problem};
use licensing_net::ConnectionCount;
use licensing_net::tls::ServerTls;
use licensing_store::SeatService;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::audit_watch::AuditWatch;
use super::licenses::Licenses;
use super::usage_watch::UsageWatch;
use super::{holders, status, usage_report};
use crate::blocking::blocking;
use crate::config::DataFolder;
use crate::control::{AuditReport, ChangedFiles, DaemonFigures, ManagerRequest, ProductToken, UsageWindow};
use crate::product_access::ProductAccess;

/// Answers the manager.
pub(super) struct ManagerRequests {
    pub(super) vendor: String,
    pub(super) data: DataFolder,
    pub(super) seats: SeatService,
    pub(super) licenses: Arc<Licenses>,
    pub(super) audit: Arc<AuditWatch>,
    pub(super) usage: Arc<UsageWatch>,
    pub(super) access: Arc<ProductAccess>,
    pub(super) tls: ServerTls,
    /// Connections of the port for products.
    pub(super) connections: ConnectionCount,
}

impl ManagerRequests {
    pub(super) async fn answer_manager(
        &self,
        asked: ManagerRequest,
        request: &[u8],
    ) -> Result<Vec<u8>, Problem> {
        match asked {
            ManagerRequest::Health => {
                let mut health = status::health(&self.vendor, &self.licenses.config(), &self.seats);
                health.alerts.extend(self.licenses.alerts());
                health.alerts.extend(self.audit.alerts());
                write(&health)
            }
            ManagerRequest::Reread => {
                let changed = match request {
                    [] => ChangedFiles::default(),
                    request => read(request)?,
                };
                self.reread(changed).await?;
                Ok(Vec::new())
            }
            ManagerRequest::SetProductTokens => {
                let tokens: Vec<ProductToken> = read(request)?;
                self.access.set_tokens(&tokens);
                Ok(Vec::new())
            }
            ManagerRequest::VerifyAudit => {
                let report = self.audit.look().await?;
                write(&AuditReport {
                    records: report.records,
                })
            }
            ManagerRequest::Figures => {
                let seats = self.seats.clone();
                let queued = blocking(move || seats.queue(&GetQueue::default())).await?.len();
                write(&DaemonFigures {
                    seats: self.seats.figures(),
                    queued: queued as u64,
                    connections: self.connections.open() as u64,
                })
            }
            ManagerRequest::ReportUsage => {
                let window: UsageWindow = read(request)?;
                write(&usage_report::report(&self.seats, &window).await?)
            }
            ManagerRequest::SampledPeriod => {
                let history = self.usage.now().await?;
                let period = blocking(move || history.sampled_period()).await?;
                write(&period.map_err(|error| error.problem())?)
            }
            ManagerRequest::ListHolders => write(&holders::part(self.seats.clone(), read(request)?).await?),
            ManagerRequest::ReloadCertificate => {
                let reloaded = self.tls.reload();
                reloaded.map_err(|error| Problem::new(ErrorCode::FileOpenFailed, error.to_string()))?;
                Ok(Vec::new())
            }
        }
    }
}

impl ManagerRequests {
    /// Reads everything again, by another configuration if there is one.
    async fn reread(&self, ChangedFiles { config, verdict }: ChangedFiles) -> Result<(), Problem> {
        let Some(config) = config.map(Arc::new) else {
            return self.licenses.reread(None, verdict, &self.seats).await;
        };
        self.access.set_anonymous(config.licensing.anonymous);
        self.seats
            .set_burst(config.licensing.burst_terms(&self.vendor))
            .await
            .map_err(|error| error.problem())?;
        let authorities = self.data.client_ca(&config);
        let trusted = self.access.clients().read(authorities.as_deref());
        self.licenses.reread(Some(config), verdict, &self.seats).await?;
        trusted.map_err(|error| Problem::new(ErrorCode::FileOpenFailed, format!("{error}.")))
    }
}

pub(super) fn unknown(operation: &str) -> Problem {
    let detail = format!("A vendor daemon does not offer {operation:?}.");
    Problem::new(ErrorCode::OperationNotFound, detail).about(operation)
}

pub(super) fn read<T: DeserializeOwned>(request: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(request)
        .map_err(|error| Problem::new(ErrorCode::InvalidRequest, error.to_string()))
}

pub(super) fn write<T: Serialize>(answer: &T) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(answer).map_err(|error| Problem::new(ErrorCode::UnknownError, error.to_string()))
}

#[cfg(test)]
mod tests;
