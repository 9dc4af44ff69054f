//! The license manager: finds the vendors in the license files, runs a daemon for each, and tells products where
//! they are.

mod daemons;
mod directory;
mod discover;
mod endpoints;
mod folder_lock;
mod license_scan;
mod ports;
mod process;
mod run;
mod signals;
mod supervisor;

pub use directory::{DaemonDirectory, DaemonGateway, PRODUCT_TOKEN_SEPARATOR, ProductToken};
pub use endpoints::Endpoints;
pub use folder_lock::{FolderInUse, FolderLock};
pub use run::{Installation, run};
