//! Seats: who asks, who holds, and the ledger that decides.

mod assign;
mod assignment;
mod change;
mod choose;
mod closed;
mod counting;
mod deadline;
mod group;
mod holding;
mod lease;
mod ledger;
mod limits;
mod linger;
mod names;
mod pools;
mod report;
mod request;
mod reserve;
mod revoke;
mod rules;
mod settings;
mod ticketing;
mod usage;

pub use assignment::{PairRecord, SeatModel};
pub use change::{Change, CloseReason, ClosedLease, DeniedRequest};
pub use deadline::STEP_MS as DEADLINE_STEP_MS;
pub use lease::{Lease, LeaseId, LeaseRecord, LeaseTerm, RequestKey};
pub use ledger::{Ledger, RestoreError};
pub use pools::PoolUsage;
pub use request::{CheckoutRequest, Decision, Denial, Holder, MAX_NAME_BYTES, MAX_SEATS};
pub use revoke::RevokeFilter;
pub use rules::SeatRules;
pub use settings::SeatSettings;
pub use ticketing::TicketTerms;
pub use usage::UsageFilter;
