//! Status as text, in the shapes that scripts and monitoring of license servers read: `lmstat` and `udadmin`.
//!
//! All instants are in the local time of the server. Names that clients send are cleaned, so that they cannot begin
//! lines or columns of their own.

mod assignments;
mod clean;
mod feature_table;
mod from_lists;
mod lmstat;
mod rows;

pub use assignments::{
    Assignee, Assignment, AssignmentEvent, ListOptions, assignment_events, assignment_list,
    export_assignments, released_line,
};
pub use feature_table::{FeatureLine, feature_table};
pub use from_lists::{SeatLists, feature_statuses};
pub use lmstat::{Selection, cannot_connect, exit_code, lmstat, version_line};
pub use rows::{
    FeatureStatus, HolderLine, LicenseLock, Linger, PoolLines, QueuedLine, ReservationLine, ServerState,
    ServerStatus, SpecialSeats, VendorStatus,
};
