//! Seats: who asks, who holds, and the ledger that decides.

mod assignment;
mod change;
mod choice;
mod denial;
mod host_lock;
mod lease;
mod ledger;
mod limits;
mod offer;
mod pools;
mod queue;
mod request;
mod rules;
mod settings;
mod view;

pub use assignment::{PairRecord, SeatModel};
pub use change::{Change, CloseReason, ClosedLease, DeniedRequest, QueuedRequest, ReleaseReason};
pub use denial::{DenialCount, DenialRecord, HoldersThen, SeatHolder};
pub use lease::{
    DEADLINE_STEP_MS, Lease, LeaseId, LeaseRecord, LeaseTerm, RequestKey, RevokeFilter, TicketTerms,
};
pub use ledger::{Ledger, RestoreError};
pub use limits::{BurstRecord, BurstTerms};
pub use pools::{PoolLevel, PoolUsage};
pub use queue::{QueueFilter, Turn};
pub use request::{
    CheckoutRequest, Decision, Denial, FieldError, Holder, MAX_NAME_BYTES, MAX_SEATS, Place, check_name,
};
pub use rules::SeatRules;
pub use settings::SeatSettings;
pub use view::{DenialFilter, UsageFilter};
