//! Looks each day whether the record of seats is whole, and each minute how fast it grows.

use std::time::Duration;

use licensing_api::Problem;
use licensing_api::alert::{Alert, AlertCode};
use licensing_store::{AuditReport, SeatService, StoreError};
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::audit_growth::{self, AuditGrowth};

/// Time from the start to the first look: products come back first.
const FIRST: Duration = Duration::from_secs(10 * 60);
/// Time between two looks.
const EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// The daily look at the audit of a vendor. A break raises a active alert until a look finds the audit whole.
#[derive(Debug)]
pub(super) struct AuditWatch {
    vendor: String,
    seats: SeatService,
    alert: watch::Sender<Option<Alert>>,
    growth: Mutex<AuditGrowth>,
}

impl AuditWatch {
    pub(super) fn new(vendor: String, seats: SeatService, growth: AuditGrowth) -> Self {
        Self {
            vendor,
            seats,
            alert: watch::Sender::new(None),
            growth: Mutex::new(growth),
        }
    }

    /// Looks every day until `stopping`.
    pub(super) async fn look_daily(&self, stopping: CancellationToken) {
        let mut pause = FIRST;
        loop {
            tokio::select! {
                () = stopping.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
            tokio::select! {
                () = stopping.cancelled() => return,
                // The look itself raises the alert.
                _ = self.look() => {}
            }
            pause = EVERY;
        }
    }

    /// Notes every minute how many records there are until `stopping`.
    pub(super) async fn follow_growth(&self, stopping: CancellationToken) {
        let mut every = tokio::time::interval(audit_growth::EVERY);
        loop {
            tokio::select! {
                () = stopping.cancelled() => return,
                _ = every.tick() => self.growth.lock().note(self.seats.figures().audit_records),
            }
        }
    }

    /// Recomputes the chain from its first record on.
    ///
    /// # Errors
    /// The first record that does not fit, or why the audit cannot be read.
    pub(super) async fn look(&self) -> Result<AuditReport, Problem> {
        let looked = self.seats.verify_audit().await;
        match &looked {
            Ok(report) => {
                tracing::info!(
                    vendor = self.vendor,
                    records = report.records,
                    "the audit is whole"
                );
                self.alert.send_replace(None);
            }
            Err(error @ StoreError::Damaged { .. }) => {
                tracing::error!(vendor = self.vendor, %error, "the audit is damaged");
                self.alert.send_replace(Some(damaged(error)));
            }
            // Says nothing about the audit.
            Err(
                error @ (StoreError::Unavailable { .. }
                | StoreError::Failed { .. }
                | StoreError::Owned { .. }
                | StoreError::Foreign { .. }
                | StoreError::Stopping),
            ) => tracing::warn!(vendor = self.vendor, %error, "the audit could not be looked at"),
        }
        looked.map_err(|error| error.problem())
    }

    /// The active alerts; none while the audit is whole, as far as is known, and grows as usual.
    pub(super) fn alerts(&self) -> impl Iterator<Item = Alert> {
        let damage = self.alert.borrow().clone();
        damage.into_iter().chain(self.growth.lock().alert(&self.vendor))
    }
}

fn damaged(error: &StoreError) -> Alert {
    Alert::new(AlertCode::AuditDamaged).saying(format!("{error}."))
}
