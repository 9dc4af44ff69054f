//! What the ledger shows administrators: rows of lists, and lines of the debug log.

mod debug_log;
mod denials;
mod inventory;
mod usage;
mod wanted;

pub use denials::DenialFilter;
pub use usage::UsageFilter;
pub(in crate::seat) use usage::assignment_row;
pub(in crate::seat) use wanted::Wanted;
