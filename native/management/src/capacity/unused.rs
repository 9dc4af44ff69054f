//! What was bought and nobody uses.

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Seats of a feature, and the days on which any were in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// Vendor daemon.
    pub vendor: String,
    /// Feature.
    pub feature: String,
    /// Seats; none when uncounted.
    pub seats: Option<u32>,
    /// First day that is known of.
    pub since: Date,
    /// Last day on which a seat was in use; none when none ever was.
    pub last_used: Option<Date>,
}

/// A feature that nobody has used for long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnusedFeature {
    /// Vendor daemon.
    pub vendor: String,
    /// Feature.
    pub feature: String,
    /// Seats; none when uncounted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seats: Option<u32>,
    /// Last day on which a seat was in use; none when none was since `since`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_used: Option<Date>,
    /// First day that is known of.
    pub since: Date,
}

/// Features that have been known for at least `days` and of which no seat was in use for as long, sorted by vendor and feature.
/// Rows of the same feature count together: one that is in use makes none of them unused. One that has no seat is none of them:
/// nothing is left to be used.
pub fn unused(rows: &[Installed], today: Date, days: i64) -> Vec<UnusedFeature> {
    let mut features: BTreeMap<(String, String), UnusedFeature> = BTreeMap::new();
    for row in rows {
        let known = features
            .entry((row.vendor.to_lowercase(), row.feature.to_lowercase()))
            .or_insert_with(|| UnusedFeature {
                vendor: row.vendor.clone(),
                feature: row.feature.clone(),
                seats: Some(0),
                last_used: None,
                since: row.since,
            });
        known.seats = known
            .seats
            .zip(row.seats)
            .map(|(sum, seats)| sum.saturating_add(seats));
        known.last_used = known.last_used.max(row.last_used);
        known.since = known.since.min(row.since);
    }
    let age = |day: Date| today.duration_since(day).as_hours() / 24;
    features
        .into_values()
        .filter(|feature| feature.seats != Some(0))
        .filter(|feature| age(feature.last_used.unwrap_or(feature.since)) >= days)
        .collect()
}
