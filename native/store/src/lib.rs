//! Durable state: the seats of one vendor in one SQLite file, written by one thread in groups, recorded in an audit that is
//! chained by hash.
//!
//! [`SeatService`] is the whole of it: it owns the ledger of `licensing-seats` and the file, acknowledges a change only
//! after it is on the disk, and never lets two processes own one file. See [`schema`] for what is stored.

mod clock;
mod error;
pub mod journal;
mod observer;
mod service;
pub mod sqlite;

pub use clock::{Clock, SystemClock};
pub use error::StoreError;
pub use journal::{AuditReport, PoolHistory};
pub use observer::ChangeObserver;
pub use service::{
    COMMIT_BUCKETS, CheckoutOutcome, DEFAULT_LOCK_WAIT, Decided, MOST_EVENTS, SeatFigures, SeatService,
    SeatServiceOptions, SeatServiceStatus, ServiceState, Waiting,
};
pub use sqlite::{copy_database, keep_before_migration, log_file, schema, verify};
