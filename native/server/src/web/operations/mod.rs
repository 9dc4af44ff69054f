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

use licensing_api::{ErrorCode, Problem};

pub(super) use backups::Downloads;

/// Something was changed, but a daemon could not read it again.
fn not_served(change: &str, problem: &Problem) -> Problem {
    Problem::new(
        ErrorCode::CitrixLicensingVendorOrServiceDown,
        format!(
            "{change}, but not every vendor daemon serves accordingly yet. {}",
            problem.detail
        ),
    )
}
