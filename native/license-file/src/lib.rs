//! License files and options files: their grammars, signatures, and the issuer's side that writes signed lines.
//!
//! Nothing here reads a file, a socket or a clock: bytes and dates come in as arguments.

pub mod authority;
pub mod feature_code;
pub mod host_address;
pub mod license_file;
pub mod options_file;
pub mod signing;
