//! Keeps the history of use: looks at the seats each minute.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use licensing_api::Problem;
use licensing_api::inventory::{GetInventory, InventoryRow};
use licensing_management::usage::Hour;
use licensing_store::{Look, ObservedPool, PoolHistory, PoolTerms, SeatService, StoreError, UsageHistory};
use tokio_util::sync::CancellationToken;

use super::licenses::Licenses;
use crate::blocking::blocking;

/// Time between two looks.
const EVERY: Duration = Duration::from_secs(60);
/// Looks between two removals of what is too old: a day.
const LOOKS_OF_A_DAY: u32 = 24 * 60;

/// The history of one vendor. Seats are served without it: where its file cannot be used, questions for it say so.
pub(super) struct UsageWatch {
    vendor: String,
    seats: SeatService,
    licenses: Arc<Licenses>,
    history: Result<Arc<UsageHistory>, StoreError>,
}

impl UsageWatch {
    /// Opens the history beside a database.
    pub(super) fn open(vendor: String, database: &Path, seats: SeatService, licenses: Arc<Licenses>) -> Self {
        let history = UsageHistory::open(&UsageHistory::beside(database)).map(Arc::new);
        if let Err(error) = &history {
            tracing::error!(vendor, %error, "the history of use cannot be used; seats are served without it");
        }
        Self {
            vendor,
            seats,
            licenses,
            history,
        }
    }

    /// The history, up to now.
    ///
    /// # Errors
    /// When its file cannot be used.
    pub(super) async fn now(&self) -> Result<Arc<UsageHistory>, Problem> {
        let history = self.history.clone().map_err(|error| error.problem())?;
        self.look(&history).await?;
        Ok(history)
    }

    /// Looks each minute until `stopping`, and once more then.
    pub(super) async fn follow(&self, stopping: CancellationToken) {
        let Ok(history) = &self.history else {
            // The daemon serves without a history, which the log says.
            return stopping.cancelled().await;
        };
        let mut every = tokio::time::interval(EVERY);
        let mut looks = 0;
        loop {
            let ends = tokio::select! {
                () = stopping.cancelled() => true,
                _ = every.tick() => false,
            };
            if let Err(problem) = self.look(history).await {
                tracing::warn!(
                    vendor = self.vendor,
                    detail = problem.detail,
                    "the history of use misses a look, which the next one makes up for"
                );
            }
            if ends {
                self.on_disk(history, |history| history.flush()).await;
                return;
            }
            if looks % LOOKS_OF_A_DAY == 0 {
                let config = self.licenses.config();
                let now = self.seats.ticket_terms(&[]).0;
                let kept = config.usage.clone();
                self.on_disk(history, move |history| {
                    history.forget(now, &kept.sampling(), kept.history_years)
                })
                .await;
            }
            looks += 1;
        }
    }

    async fn on_disk(
        &self,
        history: &Arc<UsageHistory>,
        work: impl FnOnce(&UsageHistory) -> Result<(), StoreError> + Send + 'static,
    ) {
        let history = Arc::clone(history);
        let outcome = match blocking(move || work(&history)).await {
            Ok(outcome) => outcome.map_err(|error| error.problem()),
            Err(problem) => Err(problem),
        };
        if let Err(problem) = outcome {
            tracing::warn!(
                vendor = self.vendor,
                detail = problem.detail,
                "the history of use"
            );
        }
    }

    /// One look. The statistics are read before the seats: what changes between comes with the next look.
    async fn look(&self, history: &Arc<UsageHistory>) -> Result<(), Problem> {
        let now = self.seats.ticket_terms(&[]).0;
        // The history may be busy with its disk.
        let asked = Arc::clone(history);
        let from = blocking(move || asked.from()).await?.unwrap_or(Hour(0));
        let pools = self.seats.usage_history(from, Hour::of(now).next()).await;
        let pools = pools.map_err(|error| error.problem())?;
        let denied = self.seats.denied_by_hour(from).await;
        let denied = denied.map_err(|error| error.problem())?;
        let sampling = self.licenses.config().usage.sampling();
        let (seats, history) = (self.seats.clone(), Arc::clone(history));
        let observed = blocking(move || {
            let look = Look {
                at: now,
                pools: observed(seats.inventory(&GetInventory::default()), &pools),
                denied,
            };
            history.observe(&look, &sampling)
        });
        observed.await?.map_err(|error| error.problem())
    }
}

/// Pools that are installed, and those that are gone and were used.
fn observed(inventory: Vec<InventoryRow>, known: &[PoolHistory]) -> Vec<ObservedPool> {
    let mut by_id: std::collections::BTreeMap<String, &PoolHistory> = known
        .iter()
        .filter(|pool| !pool.pool.is_built_in())
        .map(|pool| (pool.pool.id().to_string(), pool))
        .collect();
    let mut pools: Vec<ObservedPool> = Vec::with_capacity(inventory.len());
    for row in inventory {
        let history = by_id.remove(&row.pool_id);
        let is_installed = row.files.iter().any(|file| !file.is_empty());
        // What the server brings itself is no license.
        if !is_installed && history.is_none() {
            continue;
        }
        pools.push(ObservedPool {
            hours: history.map(|pool| pool.hours.clone()).unwrap_or_default(),
            in_use: row.licenses_in_use,
            terms: is_installed.then(|| PoolTerms {
                installed: (!row.uncounted).then_some(row.licenses_available),
                overdraft: row.license_overdraft,
                license_type: row.license_type,
                expires: row.license_expiration_date,
                serial_numbers: row.serial_numbers,
                vendor_string: row.vendor_string,
                start_dates: row.start_dates,
                issue_date: row.issue_date,
                notices: row.notices,
            }),
            name: row.pool_id,
            feature: row.feature,
            version: row.version,
        });
    }
    let gone = by_id.into_iter().filter(|(_, pool)| !pool.hours.is_empty());
    pools.extend(gone.map(|(name, pool)| ObservedPool {
        name,
        feature: pool.pool.feature.clone(),
        version: pool.pool.version.to_string(),
        terms: None,
        // It is no longer listed, so that nothing is in use of it.
        in_use: 0,
        hours: pool.hours.clone(),
    }));
    pools
}
