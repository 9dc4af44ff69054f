//! A license server of one's own: an issuer, a data folder on free loopback ports, and the running `licensingd`.
//!
//! For tests and demonstrations. Everything blocks, so that it fits async and plain tests alike (call it before the
//! runtime is busy, or from `spawn_blocking`).
//!
//! ```no_run
//! # fn main() -> anyhow::Result<()> {
//! use licensing_testbed::{Increment, ServerBuilder, license_text};
//!
//! let server = ServerBuilder::new()
//!     .license("acme.lic", &license_text("ACME", &[Increment::new("cad", 5)]))
//!     .start()?;
//! let port = server.endpoints().vendors["ACME"];
//! # drop(port);
//! server.stop()?;
//! # Ok(())
//! # }
//! ```

mod issuer;
mod license_text;
mod port;
mod postgres;
mod program;
mod python;
mod server;
mod smtp;

pub use issuer::Issuer;
pub use license_text::{Increment, license_text};
pub use port::free_port;
pub use postgres::Cluster;
pub use program::{insightd, licensingd};
pub use python::{python_of, python_with};
pub use server::{Endpoints, Server, ServerBuilder};
pub use smtp::{Mail, SmtpServer};
