//! The client of the licensing ports: what a product links to take seats.

mod borrowed;
mod checkout;
mod connection;
mod exchange;
mod heartbeat;
mod keeping;
mod lease;
mod leases;
mod link;
mod options;
mod pin;
mod session;
mod standing;
mod taking;
mod tickets;

use std::sync::Arc;

use licensing_api::Problem;

pub use borrowed::Borrowed;
pub use checkout::{CheckoutError, CheckoutOptions, Denial};
use connection::Connection;
pub use lease::{Lease, LeaseInfo, LeaseState};
pub use options::{Heartbeats, ProductOptions, Transport};
pub use pin::IssuerKeys;
pub use taking::PendingCheckout;

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
/// A lost connection is made again, asking the manager again, and leases live on through it. With a folder for tickets
/// ([`ProductOptions::ticket_folder`]) they also live through the time without a server.
#[derive(Debug, Clone)]
pub struct ProductClient {
    connection: Arc<Connection>,
}

impl ProductClient {
    /// Finds the vendor daemon and connects to it. Must be called within a Tokio runtime, which also carries the
    /// heartbeats. When the server cannot be reached and there are valid tickets, that is no failure.
    ///
    /// # Errors
    /// `CommunicationError`, `Timeout`, `CitrixLicensingVendorOrServiceDown`, `AuthorizationFailed` without the token or
    /// certificate that the server demands, those of certificates, and `LocalFileUnreadable`, `LocalFileUnwritable` and
    /// `ClockSetBack` of the folder for tickets.
    pub async fn connect(options: ProductOptions) -> Result<Self, Problem> {
        Ok(Self {
            connection: Connection::open(options).await?,
        })
    }

    /// Takes seats. An answer that got lost is asked for again with the same key, which gives the same lease. With
    /// `queue` it waits for them.
    ///
    /// Seats that are borrowed and cover what is wanted are used without asking the server. When the server cannot be
    /// reached, a grace ticket stands for the seats.
    ///
    /// # Errors
    /// A denial, or why the server could not be asked.
    pub async fn checkout(&self, options: &CheckoutOptions) -> Result<Lease, CheckoutError> {
        self.start_checkout(options).await
    }

    /// The same, to look at the place in the queue meanwhile. Must be dropped to be given up.
    pub fn start_checkout(&self, options: &CheckoutOptions) -> PendingCheckout {
        self.connection.start_checkout(options)
    }

    /// Keeps all leases of this client alive; returns how many had ended, which their state also tells. Leases in
    /// grace go back to the server with it.
    ///
    /// # Errors
    /// `CommunicationError`, `Timeout` and whatever the server reports.
    pub async fn heartbeat(&self) -> Result<usize, Problem> {
        self.connection.heartbeat(self.connection.options.timeout).await
    }

    /// Seats that are borrowed from this server by way of this folder for tickets, also by earlier runs.
    ///
    /// # Errors
    /// `LocalFileUnreadable`, `ClockSetBack`.
    pub async fn borrowed(&self) -> Result<Vec<Borrowed>, Problem> {
        borrowed::list(self.connection.tickets.as_ref()).await
    }

    /// The same without a connection.
    ///
    /// # Errors
    /// `LocalFileUnreadable`, `LocalFileUnwritable`, `ClockSetBack`.
    pub async fn borrowed_by(options: &ProductOptions) -> Result<Vec<Borrowed>, Problem> {
        let pin = pin::IssuerPin::of(options).await.map(Arc::new);
        borrowed::list(tickets::Tickets::open(options, pin).await?.as_ref()).await
    }

    /// Gives borrowed seats back before the end of their period; their leases end. True when they were still out.
    ///
    /// # Errors
    /// `CommunicationError`, `Timeout` and whatever the server reports; then they stay borrowed.
    pub async fn return_borrowed(&self, borrowed: &Borrowed) -> Result<bool, Problem> {
        self.connection.return_borrowed(borrowed).await
    }

    /// Whether the daemon serves, and its pools; of `feature` only unless that is empty.
    ///
    /// # Errors
    /// `CommunicationError`, `Timeout` and whatever the server reports.
    pub async fn status(&self, feature: &str) -> Result<VendorStatus, Problem> {
        self.connection.status(feature).await
    }
}
