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
use serde_json::Value;

use super::WebServices;
use super::dispatch::Call;
use crate::shown_text::shown_text;

pub(super) use backups::Downloads;

/// Records a change before it is made. What callers change need not exist: of its name is recorded what can be shown.
async fn record(
    services: &WebServices,
    call: &Call,
    action: &'static str,
    target: &str,
    detail: Value,
) -> Result<(), Problem> {
    services
        .accounts
        .record_change(call.caller()?, action, shown_text(target), detail)
        .await
}

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
