//! Behaviour of the domain through its public surface.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod audit;
mod authority;
mod catalog;
mod debug_log;
mod explain;
mod explained_totals;
mod host_address;
mod license_file;
mod options_file;
mod policy;
mod pool_lines;
mod pools;
mod seats;
mod signing;
mod status_text;
