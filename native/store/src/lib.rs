//! Durable state: the seats of one vendor in one SQLite file, written by one thread in groups, recorded in an audit that is
//! chained by hash.
//!
//! [`SeatService`] is the whole of it: it owns the ledger of `licensing-seats` and the file, acknowledges a change only
//! after it is on the disk, and never lets two processes own one file. See [`schema`] for what is stored.

mod clock;
mod error;
pub mod journal;
mod observer;
mod segment;

mod service;
pub mod sqlite;
mod usage_history;

pub use clock::{Clock, SystemClock};
pub use error::StoreError;
pub use journal::{AuditBounds, AuditFilter, AuditReport, PoolHistory};
pub use observer::ChangeObserver;
pub use segment::{Seal, Segment, segment_files, segment_folder};
pub use service::{
    AuditKeeping, COMMIT_BUCKETS, CheckoutOutcome, DEFAULT_LOCK_WAIT, Decided, MOST_EVENTS, SeatFigures,
    SeatService, SeatServiceOptions, SeatServiceStatus, ServiceState, UsagePlace, Waiting,
};
pub use sqlite::{
    check_pages, check_segments, copy_database, keep_before_migration, log_file, schema, sealed_hash, verify,
};
pub use usage_history::{
    FeatureHistory, Look, ObservedPool, PoolSamples, PoolTerms, UsageHistory, verify_history,
};
