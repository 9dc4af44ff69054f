//! The web services: every operation of the table over HTTPS.
//!
//! A request passes, in this order: the rate of its address, whom it comes from, whether they may do this, its size,
//! its fields, the handler. Routes, permissions and fields are read from the table; there is no second list of them.

mod call;
mod credentials;
mod daemon_lists;
mod dispatch;
mod gate;
mod holders;
mod inventories;
mod metrics;
mod openapi;
mod operations;
mod places;
mod router;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use jiff::Timestamp;
use licensing_api::Problem;
use licensing_net::tls::ServerCertificate;
use licensing_net::web::{answer, assemble};
use licensing_net::{ConnectionCount, Parts, RateLimit};
use tokio_util::sync::CancellationToken;

use crate::accounts::Accounts;
use crate::alerts::AlertService;
use crate::allocation::{Allocations, Installer};
use crate::config::{DataFolder, LiveConfig};
use crate::configuration::Configuration;
use crate::control::DaemonDirectory;
use crate::installed::InstalledFiles;
use crate::license_folder::LicenseFolder;
use crate::management::ManagementService;
pub use dispatch::COMMON_ERRORS;
use inventories::Inventories;
use operations::Downloads;
use places::{Bounds, Places};

/// What the web services are given when the server starts. The listener that they are served through puts
/// `axum::extract::ConnectInfo<SocketAddr>` into each request, and bounds size and time of bodies.
pub struct WebSetup {
    /// Settings.
    pub config: LiveConfig,
    /// The configuration file, and everything that follows it.
    pub configuration: Configuration,
    /// Where everything is kept.
    pub data: DataFolder,
    /// The license files as this process has read them.
    pub installed: InstalledFiles,
    /// The accounts.
    pub accounts: Accounts,
    /// The vendor daemons.
    pub daemons: DaemonDirectory,
    /// The license management service.
    pub management: ManagementService,
    /// Whom the alerts are told, and what is known of each.
    pub alerts: AlertService,
    /// The license folder.
    pub licenses: LicenseFolder,
    /// The certificate that clients see.
    pub certificate: Arc<ServerCertificate>,
    /// When the server started.
    pub started: Timestamp,
    /// Address the license manager is bound to.
    pub licensing_address: SocketAddr,
    /// Address the web services are bound to.
    pub web_address: SocketAddr,
    /// Fires when the server is told to end.
    pub stopping: CancellationToken,
    /// Open connections of the ports of this process.
    pub connections: PortConnections,
}

/// Open connections of the ports of the manager's process.
#[derive(Debug, Clone, Default)]
pub struct PortConnections {
    /// The license manager.
    pub manager: ConnectionCount,
    /// The web services.
    pub web_services: ConnectionCount,
    /// WS-Management, with and without TLS.
    pub wsman: ConnectionCount,
}

/// Everything the handlers work with.
struct WebServices {
    setup: WebSetup,
    accounts: Accounts,
    alerts: AlertService,
    licenses: LicenseFolder,
    allocations: Allocations,
    rate: RateLimit,
    /// Requests of callers who may do what they ask for.
    requests: Arc<Places>,
    /// Those of them that are large, or whose answers may be.
    large_requests: Arc<Places>,
    /// The inventories that were made last.
    inventories: Inventories,
    /// License files that are being explained: each takes the memory that its text needs when it is read.
    explaining: Arc<Places>,
    /// Short ones, which do not wait for those.
    explaining_short: Arc<Places>,
    /// One backup, check or restore at a time: each reads everything that is stored.
    backing_up: tokio::sync::Mutex<()>,
    /// Downloads of archives that the audit has.
    downloads: Downloads,
    openapi: Bytes,
}

/// Requests under way. HTTP/2 clients send many at once.
const REQUESTS: Bounds = Bounds {
    total: 1024,
    of_account: 64,
    kept: 256,
    waiting: 256,
};

/// Large requests under way: each takes the size of its body while it is read, and that of its answer until it is sent.
const LARGE_REQUESTS: Bounds = Bounds {
    total: 4,
    of_account: 2,
    kept: 1,
    waiting: 64,
};

/// License files that are explained at a time.
const EXPLAINING: Bounds = Bounds {
    total: 2,
    of_account: 1,
    kept: 0,
    waiting: 64,
};

/// Short license files that are explained at a time.
const EXPLAINING_SHORT: Bounds = Bounds {
    total: 8,
    of_account: 2,
    kept: 4,
    waiting: 64,
};

/// Tells the daemons which tokens open the licensing ports, and gives the router
/// that is served on the port of the web services. What goes on beside requests is a part of the program.
///
/// # Errors
/// When the accounts cannot be used.
pub async fn open(setup: WebSetup, parts: &mut Parts) -> anyhow::Result<Router> {
    let accounts = setup.accounts.clone();
    let (licenses, alerts) = (setup.licenses.clone(), setup.alerts.clone());
    let rate = RateLimit::per_second(setup.config.now().web.requests_per_second);
    let installer = Installer {
        data: setup.data.clone(),
        accounts: accounts.clone(),
        licenses: licenses.clone(),
        installed: setup.installed.clone(),
        daemons: setup.daemons.clone(),
    };
    let allocations = Allocations::open(setup.config.clone(), setup.management.clone(), installer)?;
    let further = allocations.clone();
    alerts.also(move || further.alerts());
    parts.spawn("allocations", allocations.clone().run(setup.stopping.clone()));
    let services = Arc::new(WebServices {
        setup,
        accounts,
        alerts,
        licenses,
        rate,
        allocations,
        requests: Places::new(REQUESTS),
        large_requests: Places::new(LARGE_REQUESTS),
        inventories: Inventories::new(),
        explaining: Places::new(EXPLAINING),
        explaining_short: Places::new(EXPLAINING_SHORT),
        backing_up: tokio::sync::Mutex::default(),
        downloads: Downloads::default(),
        openapi: openapi::document().into(),
    });
    services.tell_product_tokens().await?;
    Ok(router::build(services))
}

impl WebServices {
    /// Gives the vendor daemons the tokens that open the licensing ports as they are now. A daemon that cannot be
    /// reached gets them with its next start.
    ///
    /// # Errors
    /// When the tokens cannot be read.
    async fn tell_product_tokens(&self) -> Result<(), Problem> {
        let tokens = self.accounts.product_tokens(Timestamp::now()).await?;
        if let Err(problem) = self.setup.daemons.set_product_tokens(tokens).await {
            tracing::warn!(
                detail = problem.detail,
                "a daemon has not taken the product tokens"
            );
        }
        Ok(())
    }
}
