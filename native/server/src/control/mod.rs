//! How the manager steers its vendor daemons: one call, on loopback, with a secret made anew for every start.

mod client;
mod secret;
mod service;
mod verb;

pub use client::ControlClient;
pub(crate) use client::daemon_down;
pub use secret::ControlSecret;
pub use service::{ControlHandler, router};
pub use verb::{AuditReport, DaemonFigures, DaemonHealth, Verb};

/// Metadata that carries the secret.
pub const SECRET_METADATA: &str = "licensing-control-secret";

/// Largest answer: usage of a hundred thousand holders with room to spare.
const MESSAGE_BYTES: usize = 256 * 1024 * 1024;
