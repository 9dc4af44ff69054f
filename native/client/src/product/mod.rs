//! The client of the licensing ports: what a product links to take seats.

pub(crate) mod channel;
mod checkout;
mod connection;
mod heartbeat;
mod lease;

use std::sync::Arc;
use std::time::Duration;

use licensing_api::{Problem, Secret};

use crate::address::{Address, DEFAULT_LICENSE_PORT};
use crate::trust::Trust;

pub use checkout::{CheckoutError, CheckoutOptions, Denial};
use connection::Connection;
pub use lease::{Lease, LeaseInfo, LeaseState};

/// Who sends the heartbeats.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Heartbeats {
    /// The client, in the background, for all leases at once.
    #[default]
    Automatic,
    /// The product, by [`ProductClient::heartbeat`].
    Manual,
}

/// How to reach a vendor daemon.
#[derive(Debug, Clone)]
pub struct ProductOptions {
    /// The license manager, port 27000 unless changed.
    pub manager: Address,
    /// Whose daemon; none for the first that serves.
    pub vendor: Option<String>,
    /// Token of the product, where the server demands one. Off loopback it is sent over TLS only.
    pub token: Option<Secret>,
    /// Whose certificate is believed off loopback.
    pub trust: Trust,
    /// Longest time for one attempt to connect or to be answered; 5 s unless changed.
    pub attempt_timeout: Duration,
    /// Longest time for one call with all its attempts; 15 s unless changed.
    pub timeout: Duration,
    /// Who sends the heartbeats.
    pub heartbeats: Heartbeats,
}

impl ProductOptions {
    /// The first vendor daemon of the server on `host`.
    ///
    /// # Errors
    /// `InvalidAddress`.
    pub fn new(host: &str) -> Result<Self, Problem> {
        Ok(Self {
            manager: Address::parse(host, DEFAULT_LICENSE_PORT)?,
            vendor: None,
            token: None,
            trust: Trust::default(),
            attempt_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(15),
            heartbeats: Heartbeats::default(),
        })
    }
}

/// What a vendor daemon says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorStatus {
    /// Vendor.
    pub vendor: String,
    /// Version of the daemon.
    pub version: String,
    /// Whether checkouts can be made durable at the moment.
    pub serving: bool,
    /// Why not; empty while serving.
    pub reason: String,
    /// Its features, one entry per pool.
    pub features: Vec<FeatureStatus>,
}

/// How much of one pool is in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureStatus {
    /// Feature.
    pub feature: String,
    /// Version.
    pub version: String,
    /// Seats installed, without overdraft.
    pub count: u32,
    /// Seats of overdraft.
    pub overdraft: u32,
    /// Seats out.
    pub in_use: u32,
}

/// Speaks to one vendor daemon. Cloning is cheap and shares connection and heartbeats; leases stay alive as long
/// as they are kept, also after all clones are gone.
///
/// A lost connection is made anew, asking the manager again, and leases live on through it.
#[derive(Debug, Clone)]
pub struct ProductClient {
    connection: Arc<Connection>,
}

impl ProductClient {
    /// Finds the vendor daemon and connects to it. Must be called within a Tokio runtime, which also carries the
    /// heartbeats.
    ///
    /// # Errors
    /// `CommunicationError`, `Timeout`, `CitrixLicensingVendorOrServiceDown`, those of certificates.
    pub async fn connect(options: ProductOptions) -> Result<Self, Problem> {
        Ok(Self {
            connection: Connection::open(options).await?,
        })
    }

    /// Takes seats. An answer that got lost is asked for again with the same key, which gives the same lease.
    ///
    /// # Errors
    /// A denial, or why the server could not be asked.
    pub async fn checkout(&self, options: &CheckoutOptions) -> Result<Lease, CheckoutError> {
        self.connection.checkout(options).await
    }

    /// Keeps all leases of this client alive; returns how many had ended, which their state also tells.
    ///
    /// # Errors
    /// `CommunicationError`, `Timeout` and whatever the server reports.
    pub async fn heartbeat(&self) -> Result<usize, Problem> {
        self.connection.heartbeat().await
    }

    /// Whether the daemon serves, and its pools; of `feature` only unless that is empty.
    ///
    /// # Errors
    /// `CommunicationError`, `Timeout` and whatever the server reports.
    pub async fn status(&self, feature: &str) -> Result<VendorStatus, Problem> {
        self.connection.status(feature).await
    }
}
