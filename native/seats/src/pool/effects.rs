//! How one set of files differs from another in what it grants.

use std::collections::BTreeMap;

use jiff::civil::Date;
use licensing_api::license_file::PoolEffect;

use super::{Capacity, Pool, PoolSet};

#[derive(Default)]
struct Pair<'a> {
    before: Option<&'a Pool>,
    after: Option<&'a Pool>,
}

/// How the pools change from `before` to `after` on a day. Pools that stay as they are do not appear.
pub fn effects(before: &PoolSet, after: &PoolSet, today: Date) -> Vec<PoolEffect> {
    let mut pairs: BTreeMap<_, Pair<'_>> = BTreeMap::new();
    let key = |pool: &Pool| {
        (
            pool.identity.feature.clone(),
            pool.identity.version.to_string(),
            pool.identity.id(),
        )
    };
    for pool in &before.pools {
        pairs.entry(key(pool)).or_default().before = Some(pool);
    }
    for pool in &after.pools {
        pairs.entry(key(pool)).or_default().after = Some(pool);
    }
    pairs
        .into_values()
        .filter_map(|pair| effect(pair.before, pair.after, today))
        .collect()
}

fn effect(before: Option<&Pool>, after: Option<&Pool>, today: Date) -> Option<PoolEffect> {
    let pool = after.or(before)?;
    let capacity = |pool: Option<&Pool>| pool.map_or(Capacity::NONE, |pool| pool.capacity(today));
    let (had, has) = (capacity(before), capacity(after));
    if had == has && before.is_some() == after.is_some() {
        return None;
    }
    let identity = &pool.identity;
    let name = format!("{} {}", identity.feature, identity.version);
    let text = match (before, after) {
        (None, Some(_)) => format!("{name} is new: {}.", seats(has)),
        (Some(_), None) => format!("{name} goes away: {}.", seats(had)),
        (Some(_) | None, _) => format!("{name} changes from {} to {}.", seats(had), seats(has)),
    };
    Some(PoolEffect {
        in_use: None,
        vendor: identity.vendor.clone(),
        feature: identity.feature.clone(),
        version: identity.version.to_string(),
        count_before: had.count.unwrap_or(0),
        count_after: has.count.unwrap_or(0),
        overdraft_before: had.overdraft,
        overdraft_after: has.overdraft,
        text,
    })
}

fn seats(capacity: Capacity) -> String {
    match (capacity.count, capacity.overdraft) {
        (None, _) => "uncounted".to_owned(),
        (Some(0), 0) => "no seats at present".to_owned(),
        (Some(1), 0) => "1 seat".to_owned(),
        (Some(count), 0) => format!("{count} seats"),
        (Some(count), overdraft) => format!("{count} seats and {overdraft} overdraft"),
    }
}
