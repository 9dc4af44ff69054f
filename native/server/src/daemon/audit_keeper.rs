//! Keeps the audit bounded: seals segments, and removes them after their time.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use licensing_store::{AuditKeeping, SeatService, StoreError};
use licensing_ticket::TicketSigner;
use tokio_util::sync::CancellationToken;

use super::licenses::Licenses;

/// Time between two looks.
const EVERY: Duration = Duration::from_secs(60);

/// Looks each minute until `stopping` whether there is something to seal or to remove.
pub(super) async fn keep(
    vendor: String,
    seats: SeatService,
    licenses: Arc<Licenses>,
    signer: Arc<TicketSigner>,
    stopping: CancellationToken,
) {
    let mut every = tokio::time::interval(EVERY);
    loop {
        tokio::select! {
            () = stopping.cancelled() => return,
            _ = every.tick() => {}
        }
        loop {
            let config = licenses.config();
            let days = |days: u32| SignedDuration::from_hours(24 * i64::from(days));
            let keeping = AuditKeeping {
                segment_records: config.audit.segment_records,
                segment_age: days(config.audit.segment_days),
                kept: days(config.audit.retention_days),
            };
            let kept = tokio::select! {
                () = stopping.cancelled() => return,
                kept = seats.keep_audit(keeping, Arc::clone(&signer)) => kept,
            };
            match kept {
                Ok(true) => {}
                Ok(false) => break,
                // Why the seats have ended is told by them.
                Err(StoreError::Stopping) => return stopping.cancelled().await,
                Err(error) => {
                    tracing::error!(vendor, %error, "the audit could not be kept in segments; it is tried again");
                    break;
                }
            }
        }
    }
}
