//! The domain of Licensing Services: license files, signatures, pools, seats.
//!
//! Nothing here reads a file, a socket or a clock: bytes, dates and instants come in as arguments. Each rule of
//! licensing stands here once; the server, the command line and the native library only carry data to it and back.

pub mod audit;
pub mod authority;
pub mod catalog;
pub mod debug_log;
pub mod explain;
pub mod host_address;
pub mod license_file;
pub mod moment;
pub mod options_file;
pub mod policy;
pub mod pool;
pub mod seat;
pub mod signing;
pub mod status_text;
pub mod wildcard;

pub use licensing_ticket as ticket;
pub use moment::Moment;
