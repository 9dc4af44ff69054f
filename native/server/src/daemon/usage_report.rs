//! Use of the seats in a window of hours, for uploads.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use licensing_api::Problem;
use licensing_api::inventory::{GetInventory, InventoryRow};
use licensing_api::usage::GetUsage;
use licensing_license_file::feature_code::SeatUnit;
use licensing_management::upload::{FeatureSample, ProductSeen};
use licensing_management::usage::PeakSeries;
use licensing_seats::audit::{RevokedSeats, RevokedSeatsOfPool};
use licensing_store::{PoolHistory, SeatService};

use crate::blocking::blocking;
use crate::control::{UsageReport, UsageWindow};

/// Reads the window. The statistics are read first: what changes meanwhile falls into a later hour, and shows there.
pub(super) async fn report(seats: &SeatService, window: &UsageWindow) -> Result<UsageReport, Problem> {
    let history = seats.usage_history(window.from, window.to).await;
    let history = history.map_err(|error| error.problem())?;
    let revoked = revoked(seats, &history, window).await?;
    let (listing, with_holders) = (seats.clone(), window.with_holders);
    let (inventory, holders) = blocking(move || {
        let inventory = listing.inventory(&GetInventory::default());
        let holders = match with_holders {
            true => listing.usage(&GetUsage::default()),
            false => Vec::new(),
        };
        (inventory, holders)
    })
    .await?;
    let by_pool: HashMap<&str, &InventoryRow> =
        inventory.iter().map(|row| (row.pool_id.as_str(), row)).collect();
    let mut report = UsageReport {
        features: Vec::new(),
        products: Vec::new(),
        holders: holders
            .into_iter()
            .map(|row| (row.feature, row.user, row.device))
            .collect(),
        burst_days_left: burst_days_left(&inventory, Timestamp::now()),
        clock_jump_seconds: seats.clock_jump_seconds(),
    };
    let mut seen = HashSet::with_capacity(history.len());
    for pool in history.iter().filter(|pool| !pool.pool.is_built_in()) {
        let id = pool.pool.id().to_string();
        let row = by_pool.get(id.as_str()).copied();
        let revoked = revoked.of(&pool.pool.feature, pool.pool.version.as_str());
        report.features.push(sample(pool, row, revoked, window));
        report.products.extend(products(pool));
        seen.insert(id);
    }
    let idle = inventory
        .iter()
        .filter(|row| !seen.contains(&row.pool_id) && !row.serial_numbers.is_empty());
    for row in idle {
        if let Some(sample) = unused(row) {
            report.features.push(sample);
        }
    }
    Ok(report)
}

/// What administrators revoked in the window. The audit is gone through only where seats are assigned at all.
async fn revoked(
    seats: &SeatService,
    history: &[PoolHistory],
    window: &UsageWindow,
) -> Result<RevokedSeats, Problem> {
    let is_assigned = |pool: &PoolHistory| match SeatUnit::of(&pool.pool.feature) {
        SeatUnit::UserOrDevice | SeatUnit::User | SeatUnit::Device => true,
        SeatUnit::Session | SeatUnit::Server => false,
    };
    let (from, to) = (window.from.start(), window.to.start());
    if from >= to || !history.iter().any(is_assigned) {
        return Ok(RevokedSeats::default());
    }
    let read = seats.audit_period(from, to, RevokedSeats::default(), move |revoked, record| {
        if record.at < to {
            revoked.note(record);
        }
    });
    read.await.map_err(|error| error.problem())
}

fn installed(row: &InventoryRow) -> Option<u32> {
    (!row.uncounted).then_some(row.licenses_available)
}

fn sample(
    pool: &PoolHistory,
    row: Option<&InventoryRow>,
    revoked: RevokedSeatsOfPool,
    window: &UsageWindow,
) -> FeatureSample {
    let now = row.map_or(0, |row| row.licenses_in_use);
    let series = PeakSeries::new(&pool.hours, window.from, window.to, now);
    let peak = series.peak();
    let total = row.and_then(|row| installed(row).map(|seats| seats.saturating_add(row.license_overdraft)));
    let recorded = pool.hours.iter().any(|hour| hour.hour < window.to);
    let in_burst = row.is_some_and(|row| row.burst > 0 || row.burst_until.is_some());
    let used = series.used();
    FeatureSample {
        vendor: pool.pool.vendor.clone(),
        feature: pool.pool.feature.clone(),
        version: pool.pool.version.clone(),
        count_used_max: peak,
        installed: row.map_or(Some(0), installed),
        // Without a change in the window the seats of the pool are those of now, unless some were taken out of it since.
        limit: if recorded {
            pool.seats.map(|seats| seats.max(total.unwrap_or(0)))
        } else {
            total.filter(|total| !in_burst && *total >= peak)
        },
        used_from: used.map(|(from, _)| from),
        used_until: used.map(|(_, until)| until),
        users_revoked: revoked.users,
        devices_revoked: revoked.devices,
        user_hashes: Vec::new(),
        device_hashes: Vec::new(),
    }
}

/// A pool that never had a lease.
fn unused(row: &InventoryRow) -> Option<FeatureSample> {
    Some(FeatureSample {
        vendor: row.vendor.clone(),
        feature: row.feature.clone(),
        version: row.version.parse().ok()?,
        count_used_max: 0,
        installed: installed(row),
        limit: installed(row).map(|seats| seats.saturating_add(row.license_overdraft)),
        used_from: None,
        used_until: None,
        users_revoked: 0,
        devices_revoked: 0,
        user_hashes: Vec::new(),
        device_hashes: Vec::new(),
    })
}

fn products(pool: &PoolHistory) -> impl Iterator<Item = ProductSeen> {
    pool.products.iter().map(|(product, first, last)| ProductSeen {
        vendor: pool.pool.vendor.clone(),
        feature: pool.pool.feature.clone(),
        license_version: pool.pool.version.clone(),
        // Products name themselves: what they say is shortened to what an upload may hold.
        product: product.chars().filter(|c| !c.is_control()).collect(),
        first_seen: first.start(),
        last_seen: last.next().start(),
    })
}

fn burst_days_left(inventory: &[InventoryRow], now: Timestamp) -> Option<u32> {
    let until = inventory.iter().filter_map(|row| row.burst_until).max()?;
    let hours = until.duration_since(now).as_hours().max(0);
    Some(u32::try_from((hours + 23) / 24).unwrap_or(u32::MAX))
}
