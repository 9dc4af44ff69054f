//! Seats: the pools that installed lines make, the policy of options files, and the ledger of who has which seat.
//!
//! Nothing here reads a file, a socket or a clock: bytes, dates and instants come in as arguments. Each rule of
//! licensing stands here once; the server, the command line and the native library only carry data to it and back.

pub mod audit;
pub mod explain;
pub mod moment;
pub mod policy;
pub mod pool;
pub mod seat;
pub mod totals;
pub mod wildcard;

pub use moment::Moment;
