//! The handlers of the operations, one file for each subject.

mod administrators;
mod alerts;
mod allocation;
mod assignments;
mod audit;
mod backups;
mod certificate;
mod configuration;
mod denials;
mod health;
mod inventory;
mod issuers;
mod license_files;
mod management;
mod names;
mod options;
mod server;
mod tokens;
mod usage;
mod usage_history;

pub(super) use backups::Downloads;
