//! The seats of one vendor in one SQLite file. See [`schema`] for what is stored.

mod assignment_events;
mod audit_table;
mod audit_walk;
mod changes;
pub mod connection;
mod copy;
mod denial_row;
mod denials;
mod head;
mod history;
mod journal;
pub(crate) mod load;
pub mod log_file;
pub(crate) mod owner;
mod read;
mod row;
pub mod schema;
mod seal;
mod upgrade;
mod usage;
mod verify;

pub use audit_table::AuditTable;
pub use copy::{copy_database, keep_before_migration};
pub use journal::SqliteJournal;
pub use seal::{check_segments, sealed_hash};
pub(crate) use verify::verify_structure;
pub use verify::{check_pages, verify};
