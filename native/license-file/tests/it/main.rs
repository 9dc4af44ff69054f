//! License files and options files through the public surface.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod authority;
mod feature_code;
mod host_address;
mod license_file;
mod options_file;
mod signing;
