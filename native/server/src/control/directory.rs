//! What the web services see of the vendor daemons.

use std::sync::Arc;

use futures_util::future::{BoxFuture, join_all};
use licensing_api::alert::Alert;
use licensing_api::server::VendorDaemon;
use licensing_api::{ErrorCode, Operation, Problem};
use serde::de::DeserializeOwned;

use super::{DaemonFigures, ProductToken, Verb};

/// How the manager is asked for what only its vendor daemons know. [`DaemonDirectory`] is the convenient side of it.
pub trait DaemonGateway: Send + Sync + 'static {
    /// Vendor daemons, in the order of their ports.
    fn vendors(&self) -> Vec<VendorDaemon>;

    /// Has one daemon carry out an operation of the table. Request and answer are JSON.
    fn execute<'a>(
        &'a self,
        vendor: &'a str,
        operation: &'a str,
        request: Vec<u8>,
        actor: &'a str,
    ) -> BoxFuture<'a, Result<Vec<u8>, Problem>>;

    /// Has license files, options files, issuers and certificate read again, and waits until every daemon serves
    /// accordingly.
    fn reread(&self) -> BoxFuture<'_, Result<(), Problem>>;

    /// Replaces the tokens that open the licensing ports, now and for daemons started later.
    fn set_product_tokens(&self, tokens: Vec<ProductToken>) -> BoxFuture<'_, Result<(), Problem>>;

    /// Standing alerts of the manager and its daemons.
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

    /// Has the daemon of one vendor carry out an operation on behalf of an account.
    ///
    /// # Errors
    /// `CitrixLicensingVendorOrServiceDown` if no daemon of that name serves or it does not answer in time, and
    /// whatever the daemon answers.
    pub async fn execute<Op: Operation>(
        &self,
        vendor: &str,
        request: &Op::Request,
        actor: &str,
    ) -> Result<Op::Response, Problem> {
        let request = serde_json::to_vec(request)
            .map_err(|error| Problem::new(ErrorCode::InvalidRequest, error.to_string()))?;
        let answer = self
            .gateway
            .execute(vendor, Op::ID.info().name, request, actor)
            .await?;
        understood(vendor, &answer)
    }

    /// What happened since the daemon of one vendor started.
    ///
    /// # Errors
    /// As for [`Self::execute`].
    pub(crate) async fn figures(&self, vendor: &str, actor: &str) -> Result<DaemonFigures, Problem> {
        let verb = Verb::Figures.name();
        let answer = self.gateway.execute(vendor, verb, Vec::new(), actor).await?;
        understood(vendor, &answer)
    }

    /// Has every daemon carry out an operation, all at once. One answer for each vendor, in the order of
    /// [`Self::vendors`]; a daemon that does not answer gives its problem and does not hold up the others.
    pub async fn execute_all<Op: Operation>(
        &self,
        request: &Op::Request,
        actor: &str,
    ) -> Vec<(String, Result<Op::Response, Problem>)> {
        let vendors = self.vendors();
        join_all(vendors.into_iter().map(|daemon| async move {
            let answer = self.execute::<Op>(&daemon.vendor, request, actor).await;
            (daemon.vendor, answer)
        }))
        .await
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

    /// Standing alerts of the manager and its daemons.
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
