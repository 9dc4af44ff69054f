//! What the web services see of the vendor daemons.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};
use jiff::Timestamp;
use licensing_api::alert::Alert;
use licensing_api::inventory::{GetInventory, InventoryRow};
use licensing_api::operation::{AnsweredBy, op};
use licensing_api::server::VendorDaemon;
use licensing_api::{ErrorCode, Operation, Problem};
use serde::de::DeserializeOwned;

use super::{DaemonFigures, ManagerRequest, ProductToken, UsageReport, UsageWindow};

/// How the manager is asked for what only its vendor daemons know. [`DaemonDirectory`] is the convenient side of it.
pub trait DaemonGateway: Send + Sync + 'static {
    /// Vendor daemons, in the order of their ports.
    fn vendors(&self) -> Vec<VendorDaemon>;

    /// Has one daemon carry out an operation of the table and waits for it no longer than `time_limit`. Request and
    /// answer are JSON.
    fn execute<'a>(
        &'a self,
        vendor: &'a str,
        operation: &'a str,
        request: Vec<u8>,
        actor: &'a str,
        time_limit: Duration,
    ) -> BoxFuture<'a, Result<Vec<u8>, Problem>>;

    /// Has license files, options files, issuers and certificate read again, and waits until every daemon serves
    /// accordingly.
    fn reread(&self) -> BoxFuture<'_, Result<(), Problem>>;

    /// Replaces the tokens that open the licensing ports, now and for daemons started later.
    fn set_product_tokens(&self, tokens: Vec<ProductToken>) -> BoxFuture<'_, Result<(), Problem>>;

    /// Active alerts of the manager and its daemons.
    fn alerts(&self) -> BoxFuture<'_, Vec<Alert>>;
}

/// Handle on the vendor daemons of this server. Cloning gives another handle on the same.
#[derive(Clone)]
pub struct DaemonDirectory {
    gateway: Arc<dyn DaemonGateway>,
}

impl DaemonDirectory {
    /// A handle on what this gateway reaches.
    pub fn new(gateway: impl DaemonGateway) -> Self {
        Self {
            gateway: Arc::new(gateway),
        }
    }

    /// Vendor daemons, in the order of their ports.
    pub fn vendors(&self) -> Vec<VendorDaemon> {
        self.gateway.vendors()
    }

    /// Has the daemon of one vendor carry out an operation on behalf of an account. Request and answer are JSON.
    ///
    /// # Errors
    /// `CitrixLicensingVendorOrServiceDown` if no daemon of that name serves or it does not answer in time, and
    /// whatever the daemon answers.
    pub async fn execute_json(
        &self,
        vendor: &str,
        operation: &str,
        request: Vec<u8>,
        actor: &str,
        time_limit: Duration,
    ) -> Result<Vec<u8>, Problem> {
        self.gateway
            .execute(vendor, operation, request, actor, time_limit)
            .await
    }

    /// [`Self::execute_json`] with typed request and answer, and the time limit of the table.
    ///
    /// # Errors
    /// As for [`Self::execute_json`]; `UnknownError` for an answer that is not understood, or an operation that the
    /// table leaves to the manager.
    pub async fn execute<Op: Operation>(
        &self,
        vendor: &str,
        request: &Op::Request,
        actor: &str,
    ) -> Result<Op::Response, Problem> {
        let info = Op::ID.info();
        let AnsweredBy::Daemons { time_limit } = info.answered else {
            let detail = format!("{} is not answered by vendor daemons.", info.name);
            return Err(Problem::new(ErrorCode::UnknownError, detail));
        };
        let request = serde_json::to_vec(request)
            .map_err(|error| Problem::new(ErrorCode::InvalidRequest, error.to_string()))?;
        let answer = self
            .execute_json(vendor, info.name, request, actor, time_limit)
            .await?;
        understood(vendor, &answer)
    }

    /// The pools of one vendor.
    ///
    /// # Errors
    /// As for [`Self::execute`].
    pub(crate) async fn inventory(&self, vendor: &str, actor: &str) -> Result<Vec<InventoryRow>, Problem> {
        let request = GetInventory::default();
        let rows = self.execute::<op::GetInventory>(vendor, &request, actor).await?;
        Ok(rows.items)
    }

    /// The pools of each vendor, or why its daemon does not tell them, in the order of their ports. All daemons are asked at the
    /// same time.
    pub(crate) async fn inventories(&self, actor: &str) -> Vec<(String, Result<Vec<InventoryRow>, Problem>)> {
        let asked = self.vendors().into_iter().map(|daemon| async move {
            let pools = self.inventory(&daemon.vendor, actor).await;
            (daemon.vendor, pools)
        });
        join_all(asked).await
    }

    /// Use of the seats of one vendor in a window of hours.
    ///
    /// # Errors
    /// As for [`Self::execute`].
    pub(crate) async fn report_usage(
        &self,
        vendor: &str,
        window: &UsageWindow,
    ) -> Result<UsageReport, Problem> {
        let request = serde_json::to_vec(window)
            .map_err(|error| Problem::new(ErrorCode::InternalError, error.to_string()))?;
        let asked = ManagerRequest::ReportUsage;
        let answer = self
            .execute_json(vendor, asked.name(), request, "", asked.time_limit())
            .await?;
        understood(vendor, &answer)
    }

    /// What happened since the daemon of one vendor started.
    ///
    /// # Errors
    /// As for [`Self::execute_json`].
    pub(crate) async fn figures(&self, vendor: &str, actor: &str) -> Result<DaemonFigures, Problem> {
        let asked = ManagerRequest::Figures;
        let answer = self
            .execute_json(vendor, asked.name(), Vec::new(), actor, asked.time_limit())
            .await?;
        understood(vendor, &answer)
    }

    /// When the first and the last sample of the seats in use were taken, by the daemons that answer and have any.
    pub(crate) async fn sampled_periods(&self) -> Vec<(Timestamp, Timestamp)> {
        let asked = ManagerRequest::SampledPeriod;
        let vendors = self.vendors();
        let answers = vendors.iter().map(|daemon| async move {
            let answer = self
                .execute_json(&daemon.vendor, asked.name(), Vec::new(), "", asked.time_limit())
                .await
                .ok()?;
            understood::<Option<(Timestamp, Timestamp)>>(&daemon.vendor, &answer)
                .ok()
                .flatten()
        });
        join_all(answers).await.into_iter().flatten().collect()
    }

    /// Has license files, options files, issuers and certificate read again, and returns when every daemon serves
    /// accordingly. Leases stay.
    ///
    /// # Errors
    /// If a daemon could not be reached or refused; the others have reread nevertheless.
    pub async fn reread(&self) -> Result<(), Problem> {
        self.gateway.reread().await
    }

    /// Replaces the tokens that open the licensing ports.
    ///
    /// # Errors
    /// If a daemon could not be reached; it gets them with its next start.
    pub async fn set_product_tokens(&self, tokens: Vec<ProductToken>) -> Result<(), Problem> {
        self.gateway.set_product_tokens(tokens).await
    }

    /// Active alerts of the manager and its daemons.
    pub async fn alerts(&self) -> Vec<Alert> {
        self.gateway.alerts().await
    }
}

fn understood<T: DeserializeOwned>(vendor: &str, answer: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(answer).map_err(|error| {
        Problem::new(
            ErrorCode::UnknownError,
            format!("The vendor daemon's answer is not understood: {error}"),
        )
        .about(vendor)
    })
}
