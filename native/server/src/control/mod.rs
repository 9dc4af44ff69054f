//! What the manager and its vendor daemons say to each other: the start over standard input and output, then one call on
//! loopback with a secret made for every start. Manager, daemons and web services depend on this, and not on each other.

mod client;
mod directory;
mod manager_request;
mod product_token;
mod secret;
mod service;
mod start;

pub use client::ControlClient;
pub(crate) use client::daemon_down;
pub use directory::{DaemonDirectory, DaemonGateway};
pub use manager_request::{
    AuditReport, ChangedFiles, DaemonFigures, DaemonHealth, HoldersFrom, HoldersPage, ManagerRequest,
    UsageReport, UsageWindow,
};
pub use product_token::{PRODUCT_TOKEN_SEPARATOR, ProductToken};
pub use secret::ControlSecret;
pub use service::{ControlHandler, router};
pub use start::{DaemonSettings, StartAnswer};

/// Metadata that carries the secret.
pub const SECRET_METADATA: &str = "licensing-control-secret";

/// Largest answer: usage of a hundred thousand holders with room to spare.
const MESSAGE_BYTES: usize = 256 * 1024 * 1024;
