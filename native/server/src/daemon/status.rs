//! How a daemon is, for products and for the manager.

use licensing_api::Problem;
use licensing_api::alert::{Alert, AlertCode};
use licensing_api::inventory::GetInventory;
use licensing_protocol::licensing as wire;
use licensing_store::{SeatService, ServiceState};

use super::products::Products;
use super::validation;
use crate::blocking::blocking;
use crate::config::Config;
use crate::control::DaemonHealth;

/// Most features of one answer.
const FEATURES: usize = 10_000;

/// Why no checkout can be made durable; none while all is well.
fn trouble(state: &ServiceState) -> Option<String> {
    match state {
        ServiceState::Serving => None,
        ServiceState::Degraded { error, .. } | ServiceState::Failed { error } => Some(error.to_string()),
        ServiceState::Stopped => Some("the vendor daemon is stopping".to_owned()),
    }
}

impl Products {
    /// Tells whether the daemon serves, and which features.
    pub(super) async fn tell_status(
        &self,
        request: wire::StatusRequest,
    ) -> Result<wire::StatusReply, Problem> {
        let feature = validation::status(request)?;
        let seats = self.seats.clone();
        let rows = blocking(move || seats.inventory(&GetInventory::default())).await?;
        let wanted = rows
            .into_iter()
            .filter(|row| feature.is_empty() || row.feature.eq_ignore_ascii_case(&feature));
        let features = wanted.take(FEATURES).map(|row| wire::FeatureStatus {
            feature: row.feature,
            version: row.version,
            count: row.licenses_available,
            overdraft: row.license_overdraft,
            in_use: row.licenses_in_use,
        });
        let trouble = trouble(&self.seats.status().state);
        Ok(wire::StatusReply {
            vendor: self.vendor.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            serving: trouble.is_none(),
            reason: trouble.unwrap_or_default(),
            features: features.collect(),
            ticket_key: self.tickets.public_key().to_vec(),
        })
    }
}

/// How a daemon is.
pub(super) fn health(vendor: &str, config: &Config, seats: &SeatService) -> DaemonHealth {
    let status = seats.status();
    let trouble = trouble(&status.state);
    let mut alerts = status.alerts;
    if config.licensing.accepts_unverified(vendor) {
        alerts.push(unverified_accepted(vendor));
    }
    DaemonHealth {
        serving: trouble.is_none(),
        reason: trouble.unwrap_or_default(),
        alerts,
    }
}

fn unverified_accepted(vendor: &str) -> Alert {
    Alert::new(AlertCode::UnverifiedLicensesAccepted)
        .with("vendor", vendor)
        .about(vendor)
}
