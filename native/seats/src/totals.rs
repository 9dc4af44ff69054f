//! What all pools of a feature have together.

use std::collections::BTreeMap;

use licensing_api::inventory::{FeatureTotal, InventoryRow};

/// Adds up the pools of each feature and vendor, in the order of features and vendors, whatever the case of their letters. Seats of
/// a pool that counts nothing are not added; one such pool makes the feature one that is never used up.
pub fn feature_totals<'a>(pools: impl IntoIterator<Item = &'a InventoryRow>) -> Vec<FeatureTotal> {
    let mut totals: BTreeMap<(String, String), FeatureTotal> = BTreeMap::new();
    for pool in pools {
        let key = (pool.feature.to_lowercase(), pool.vendor.to_lowercase());
        add(totals.entry(key).or_insert_with(|| none_of(pool)), pool);
    }
    totals
        .into_values()
        .map(|total| FeatureTotal {
            percent_in_use: total.installed.map(|installed| percent(total.in_use, installed)),
            ..total
        })
        .collect()
}

fn percent(in_use: u32, installed: u32) -> f64 {
    match (in_use, installed) {
        (0, _) => 0.0,
        (_, 0) => 100.0,
        _ => (1000.0 * f64::from(in_use) / f64::from(installed)).round() / 10.0,
    }
}

fn none_of(pool: &InventoryRow) -> FeatureTotal {
    FeatureTotal {
        feature: pool.feature.clone(),
        vendor: pool.vendor.clone(),
        installed: Some(0),
        in_use: 0,
        free: Some(0),
        percent_in_use: None,
        overdraft: 0,
        overdraft_in_use: 0,
        burst: 0,
        borrowed: 0,
        reserved: 0,
        queued: 0,
        expires: None,
        uncounted: false,
        pools: 0,
    }
}

fn add(total: &mut FeatureTotal, pool: &InventoryRow) {
    total.uncounted |= pool.uncounted;
    total.installed = both(
        total.installed,
        (!pool.uncounted).then_some(pool.licenses_available),
    );
    total.free = both(total.free, pool.free);
    total.expires = match (total.expires, pool.license_expiration_date) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    for (sum, seats) in [
        (&mut total.in_use, pool.licenses_in_use),
        (&mut total.overdraft, pool.license_overdraft),
        (&mut total.overdraft_in_use, pool.overdraft_in_use),
        (&mut total.burst, pool.burst),
        (&mut total.borrowed, pool.borrowed),
        (&mut total.reserved, pool.reserved),
        (&mut total.queued, pool.queued),
        (&mut total.pools, 1),
    ] {
        *sum = sum.saturating_add(seats);
    }
}

fn both(one: Option<u32>, other: Option<u32>) -> Option<u32> {
    Some(one?.saturating_add(other?))
}
