//! The handlers of the operations, one file for each subject.

mod administrators;
mod alerts;
mod assignments;
mod audit;
mod denials;
mod inventory;
mod license_files;
mod management;
mod names;
mod server;
mod tokens;
mod usage;
mod usage_history;
