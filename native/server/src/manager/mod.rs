//! The license manager: finds the vendors in the license files, runs a daemon for each, and tells products where
//! they are.

mod background;
mod daemons;
mod discover;
mod endpoints;
mod folder_owner;
mod license_scan;
mod own_ports;
mod ports;
mod process;
mod run;
mod signals;
mod supervisor;

pub use endpoints::Endpoints;
pub use run::{Installation, run};
