//! What the manager asks a vendor daemon.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use licensing_api::operation::{Rows, op};
use licensing_api::{ErrorCode, Operation, OperationId, Problem};
use licensing_net::ConnectionCount;
use licensing_net::tls::ServerTls;
use licensing_seats::seat::RevokeFilter;
use licensing_store::SeatService;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::audit_watch::AuditWatch;
use super::licenses::Licenses;
use super::status;
use crate::blocking::blocking;
use crate::config::{Config, DataFolder};
use crate::control::{AuditReport, ControlHandler, DaemonFigures, ProductToken, Verb};
use crate::product_access::ProductAccess;

/// Answers the manager.
pub(super) struct ManagerRequests {
    pub(super) vendor: String,
    pub(super) data: DataFolder,
    pub(super) seats: SeatService,
    pub(super) licenses: Arc<Licenses>,
    pub(super) audit: Arc<AuditWatch>,
    pub(super) access: Arc<ProductAccess>,
    pub(super) tls: ServerTls,
    /// Connections of the port for products.
    pub(super) connections: ConnectionCount,
}

impl ManagerRequests {
    async fn operation(&self, id: OperationId, request: &[u8], actor: &str) -> Result<Vec<u8>, Problem> {
        let seats = self.seats.clone();
        match id {
            OperationId::GetInventory => {
                let request: <op::GetInventory as Operation>::Request = read(request)?;
                write(&Rows {
                    items: blocking(move || seats.inventory(&request)).await?,
                })
            }
            OperationId::GetUsage => {
                let request: <op::GetUsage as Operation>::Request = read(request)?;
                write(&Rows {
                    items: blocking(move || seats.usage(&request)).await?,
                })
            }
            OperationId::GetDenials => {
                let request: <op::GetDenials as Operation>::Request = read(request)?;
                let rows = seats.denials(&request).await;
                write(&Rows {
                    items: rows.map_err(|error| error.problem())?,
                })
            }
            OperationId::GetQueue => {
                let request: <op::GetQueue as Operation>::Request = read(request)?;
                write(&Rows {
                    items: blocking(move || seats.queue(&request)).await?,
                })
            }
            OperationId::GetReservations => {
                let request: <op::GetReservations as Operation>::Request = read(request)?;
                write(&Rows {
                    items: blocking(move || seats.reservations(&request)).await?,
                })
            }
            OperationId::GetAssignmentEvents => {
                let request: <op::GetAssignmentEvents as Operation>::Request = read(request)?;
                let rows = seats.assignment_events(&request, &self.vendor).await;
                write(&Rows {
                    items: rows.map_err(|error| error.problem())?,
                })
            }
            OperationId::RevokeLeases => {
                let request: <op::RevokeLeases as Operation>::Request = read(request)?;
                let filter = RevokeFilter::new(&request).ok_or_else(nothing_named)?;
                let rows = seats.revoke(filter, actor).await;
                write(&Rows {
                    items: rows.map_err(|error| error.problem())?,
                })
            }
            OperationId::GetServerInfo
            | OperationId::GetCertificate
            | OperationId::GetEffectivePermission
            | OperationId::GetAdministrators
            | OperationId::NewAdministrator
            | OperationId::SetAdministrator
            | OperationId::RemoveAdministrator
            | OperationId::GetTokens
            | OperationId::NewToken
            | OperationId::RemoveToken
            | OperationId::GetLocalizedNames
            | OperationId::GetErrors
            | OperationId::GetAlerts
            | OperationId::GetLicenseFiles
            | OperationId::ImportLicenseFile
            | OperationId::RemoveLicenseFile
            | OperationId::ExplainLicenseFile => Err(unknown(id.info().name)),
        }
    }

    async fn verb(&self, verb: Verb, request: &[u8]) -> Result<Vec<u8>, Problem> {
        match verb {
            Verb::Health => {
                let mut health = status::health(&self.vendor, &self.licenses.config(), &self.seats);
                health.alerts.extend(self.licenses.alerts());
                health.alerts.extend(self.audit.alert());
                write(&health)
            }
            Verb::Reread => {
                let config: Option<Config> = match request {
                    [] => None,
                    request => Some(read(request)?),
                };
                self.reread(config.map(Arc::new)).await?;
                Ok(Vec::new())
            }
            Verb::SetProductTokens => {
                let tokens: Vec<ProductToken> = read(request)?;
                self.access.set_tokens(&tokens);
                Ok(Vec::new())
            }
            Verb::VerifyAudit => {
                let report = self.audit.look().await?;
                write(&AuditReport {
                    records: report.records,
                })
            }
            Verb::Figures => {
                let figures = self.seats.figures();
                write(&DaemonFigures {
                    leases: figures.leases as u64,
                    granted: figures.granted,
                    denied: figures.denied,
                    audit_records: figures.audit_records,
                    commits: figures.commits,
                    commit_seconds: figures.commit_seconds,
                    connections: self.connections.open() as u64,
                })
            }
            Verb::ReloadCertificate => {
                let reloaded = self.tls.reload();
                reloaded.map_err(|error| Problem::new(ErrorCode::FileOpenFailed, error.to_string()))?;
                Ok(Vec::new())
            }
        }
    }
}

impl ManagerRequests {
    /// Reads everything again, by another configuration if there is one.
    async fn reread(&self, config: Option<Arc<Config>>) -> Result<(), Problem> {
        let Some(config) = config else {
            return self.licenses.reread(None, &self.seats).await;
        };
        self.access.set_anonymous(config.licensing.anonymous);
        self.seats
            .set_burst(config.licensing.burst_terms(&self.vendor))
            .await
            .map_err(|error| error.problem())?;
        let authorities = self.data.client_ca(&config);
        let trusted = self.access.clients().read(authorities.as_deref());
        self.licenses.reread(Some(config), &self.seats).await?;
        trusted.map_err(|error| Problem::new(ErrorCode::FileOpenFailed, format!("{error}.")))
    }
}

impl ControlHandler for ManagerRequests {
    fn execute<'a>(
        &'a self,
        operation: &'a str,
        request: &'a [u8],
        actor: &'a str,
    ) -> BoxFuture<'a, Result<Vec<u8>, Problem>> {
        async move {
            match (Verb::from_name(operation), OperationId::from_name(operation)) {
                (Some(verb), _) => self.verb(verb, request).await,
                (None, Some(id)) => self.operation(id, request, actor).await,
                (None, None) => Err(unknown(operation)),
            }
        }
        .boxed()
    }
}

fn nothing_named() -> Problem {
    Problem::new(
        ErrorCode::InvalidFilter,
        "The request names no lease id, feature, user or device.",
    )
}

fn unknown(operation: &str) -> Problem {
    let detail = format!("A vendor daemon does not offer {operation:?}.");
    Problem::new(ErrorCode::OperationNotFound, detail).about(operation)
}

fn read<T: DeserializeOwned>(request: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(request)
        .map_err(|error| Problem::new(ErrorCode::InvalidRequest, error.to_string()))
}

fn write<T: Serialize>(answer: &T) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(answer).map_err(|error| Problem::new(ErrorCode::UnknownError, error.to_string()))
}

#[cfg(test)]
mod tests;
