//! The license manager: finds the vendors in the license files, runs a daemon for each, and tells products where
//! they are.

mod directory;

pub use directory::{DaemonDirectory, DaemonGateway, PRODUCT_TOKEN_SEPARATOR, ProductToken};
