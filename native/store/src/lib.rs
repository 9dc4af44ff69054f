//! Durable state: the seats of one vendor in one SQLite file, written by one thread in groups, told in an audit that is
//! chained by hash.
//!
//! [`SeatService`] is the whole of it: it owns the ledger of `licensing-seats` and the file, acknowledges a change only
//! after it is on the disk, and never lets two processes own one file. See [`schema`] for what is stored.

mod assignment_events;
mod changes;
mod clock;
mod copy;
mod database;
mod denial_row;
mod denials;
mod error;
mod head;
pub mod log_file;
mod observer;
mod owner;
mod row;
pub mod schema;
mod service;
mod upgrade;
mod usage;
mod verify;

pub use clock::{Clock, SystemClock};
pub use copy::{copy_database, keep_before_migration};
pub use error::StoreError;
pub use observer::ChangeObserver;
pub use service::{
    AuditReport, COMMIT_BUCKETS, CheckoutOutcome, DEFAULT_LOCK_WAIT, SeatFigures, SeatService,
    SeatServiceOptions, SeatServiceStatus, ServiceState, Waiting,
};
pub use usage::PoolHistory;
pub use verify::verify;
