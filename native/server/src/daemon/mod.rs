//! The vendor daemon: serves the seats of one vendor, as a process of its own that the manager starts and watches.

mod answers;
mod audit_answers;
mod audit_growth;
mod audit_keeper;
mod audit_watch;
mod calendar;
mod control_port;
mod debug_log;
mod grpc;
mod holders;
mod licenses;
mod manager_requests;
mod open_sessions;
mod options;
mod process;
mod products;
mod session;
mod signed_lines;
mod status;
mod tickets;
mod turns;
mod upkeep;
pub(crate) mod usage_answers;
mod usage_report;
mod usage_watch;
mod validation;

pub use process::run;
