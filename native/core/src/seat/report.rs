//! What the ledger tells administrators.

use jiff::SignedDuration;
use std::collections::HashMap;

use licensing_api::inventory::{GetInventory, InventoryRow};
use licensing_api::usage::{GetUsage, LicenseModel, UsageRow};
use sha2::{Digest, Sha256};

use crate::Moment;
use crate::catalog::FeatureCodes;
use crate::pool::{Pool, PoolIdentity, PoolIncrement};
use crate::wildcard::Wildcard;

use super::assignment::{Assigned, kind};
use super::ledger::{Held, Ledger, timestamp};
use super::pools::PoolState;

/// A compiled [`GetUsage`].
#[derive(Debug, Clone, Default)]
pub struct UsageFilter {
    feature: Option<Wildcard>,
    user: Option<Wildcard>,
    device: Option<Wildcard>,
    vendor: Option<String>,
    model: Option<LicenseModel>,
}

impl UsageFilter {
    /// Compiles a request.
    pub fn new(request: &GetUsage) -> Self {
        let wildcard = |text: &Option<String>| text.as_deref().map(Wildcard::new);
        Self {
            feature: wildcard(&request.feature),
            user: wildcard(&request.user),
            device: wildcard(&request.device),
            vendor: request.vendor.clone(),
            model: request.model,
        }
    }

    pub(super) fn fits(
        &self,
        identity: &PoolIdentity,
        user: &str,
        device: &str,
        model: LicenseModel,
    ) -> bool {
        let fits = |wanted: &Option<Wildcard>, text: &str| wanted.as_ref().is_none_or(|w| w.matches(text));
        fits(&self.feature, &identity.feature)
            && fits(&self.user, user)
            && fits(&self.device, device)
            && self
                .vendor
                .as_ref()
                .is_none_or(|vendor| vendor.eq_ignore_ascii_case(&identity.vendor))
            && self.model.is_none_or(|wanted| wanted == model)
    }
}

impl Ledger {
    /// Appends up to `limit` slots' worth of holders from `from` on, and gives where to go on; none at the end. Between
    /// two pages the ledger may change: each lease that is held all the time appears exactly once.
    pub fn usage_page(
        &self,
        filter: &UsageFilter,
        from: usize,
        limit: usize,
        now: Moment,
        rows: &mut Vec<UsageRow>,
    ) -> Option<usize> {
        let end = from.saturating_add(limit).min(self.slots.len());
        for held in self.slots.get(from..end).unwrap_or_default().iter().flatten() {
            if let Some(row) = self.usage_row(held, filter, now) {
                rows.push(row);
            }
        }
        (end < self.slots.len()).then_some(end)
    }

    pub(super) fn usage_row(&self, held: &Held, filter: &UsageFilter, now: Moment) -> Option<UsageRow> {
        let state = &self.pools[held.pool as usize];
        if state.book.is_some() {
            // The assignment holds the seat, see `assignment_page`.
            return None;
        }
        let identity = &state.pool.identity;
        let [user, host, display, vendor_data, product] = held.names();
        let device = if vendor_data.is_empty() { host } else { vendor_data };
        let wanted = filter.fits(identity, user, device, LicenseModel::Concurrent);
        if !wanted {
            return None;
        }
        let silent = now.monotonic_ms.saturating_sub(held.heard_ms);
        let last_heartbeat = shifted(now, -i128::from(silent));
        let left = i128::from(held.deadline(state)) - i128::from(now.monotonic_ms);
        Some(UsageRow {
            feature: identity.feature.clone(),
            version: identity.version.to_string(),
            license_model_type: LicenseModel::Concurrent,
            user: user.to_owned(),
            device: device.to_owned(),
            display: display.to_owned(),
            product: product.to_owned(),
            count: held.count,
            overdraft: held.overdraft,
            since: timestamp(held.since_ms),
            last_heartbeat,
            until: shifted(now, left),
            vendor: identity.vendor.clone(),
            lease_id: hex::encode(held.id.public()),
        })
    }

    /// Appends the assigned seats of the pool at position `from`, and gives the next position; none at the end. Their
    /// `since` is the first use, `last_heartbeat` the last one.
    pub fn assignment_page(
        &self,
        filter: &UsageFilter,
        from: usize,
        now: Moment,
        rows: &mut Vec<UsageRow>,
    ) -> Option<usize> {
        let state = self.pools.get(from)?;
        let identity = &state.pool.identity;
        let assigned = state
            .book
            .iter()
            .flat_map(|book| book.assigned(now.trusted.as_millisecond()));
        for one in assigned {
            let row = assignment_row(state, &one);
            if filter.fits(identity, &row.user, &row.device, kind(one.to_user)) {
                rows.push(row);
            }
        }
        Some(from + 1)
    }

    /// The pools asked for, in the order in which they are tried, then those that are gone but have seats out. The
    /// readable names are the codes: words for them are a matter of language, which the ledger does not speak.
    pub fn inventory(&self, filter: &GetInventory, now: Moment) -> Vec<InventoryRow> {
        let feature = filter.feature.as_deref().map(Wildcard::new);
        let repeated = filter.check_for_same_serial_number.then(|| self.serial_numbers());
        let installed = self.order.iter().map(|index| &self.pools[*index as usize]);
        let gone = self.pools.iter().filter(|state| state.pool.increments.is_empty());
        installed
            .chain(gone)
            .filter(|state| state.is_listed())
            .filter(|state| {
                feature
                    .as_ref()
                    .is_none_or(|f| f.matches(&state.pool.identity.feature))
            })
            .filter(|state| {
                let vendor = &state.pool.identity.vendor;
                filter
                    .vendor
                    .as_ref()
                    .is_none_or(|wanted| wanted.eq_ignore_ascii_case(vendor))
            })
            .filter(|state| {
                let mut serials = state
                    .pool
                    .increments
                    .iter()
                    .filter_map(|i| i.serial_number.as_deref());
                repeated
                    .as_ref()
                    .is_none_or(|counts| serials.any(|serial| counts[serial] > 1))
            })
            .map(|state| inventory_row(state, now))
            .collect()
    }

    /// How many increments carry each serial number.
    fn serial_numbers(&self) -> HashMap<&str, usize> {
        let mut counts = HashMap::new();
        let increments = self.pools.iter().flat_map(|state| &state.pool.increments);
        for serial in increments.filter_map(|increment| increment.serial_number.as_deref()) {
            *counts.entry(serial).or_insert(0) += 1;
        }
        counts
    }
}

pub(super) fn assignment_row(state: &PoolState, one: &Assigned) -> UsageRow {
    let identity = &state.pool.identity;
    let (user, device) = match one.to_user {
        true => (one.name.clone(), String::new()),
        false => (String::new(), one.name.clone()),
    };
    let mut hash = Sha256::new();
    hash.update(b"licensing assignment 1");
    hash.update(state.id.as_bytes());
    hash.update([u8::from(one.to_user)]);
    hash.update(one.name.as_bytes());
    UsageRow {
        feature: identity.feature.clone(),
        version: identity.version.to_string(),
        license_model_type: kind(one.to_user),
        user,
        device,
        display: String::new(),
        product: String::new(),
        count: 1,
        overdraft: 0,
        since: timestamp(one.first_ms),
        last_heartbeat: timestamp(one.last_ms),
        until: timestamp(one.last_ms.saturating_add(state.period_ms)),
        vendor: identity.vendor.clone(),
        lease_id: hex::encode(&hash.finalize()[..16]),
    }
}

fn inventory_row(state: &PoolState, now: Moment) -> InventoryRow {
    let pool = &state.pool;
    let codes = FeatureCodes::of(&pool.identity.feature);
    let license_type = pool
        .increments
        .iter()
        .find_map(|increment| increment.license_type.clone())
        .unwrap_or_default();
    let free = state.capacity.total().map_or(0, |total| {
        let taken = state.seats_out().saturating_add(state.reserved_idle());
        total.saturating_sub(taken)
    });
    InventoryRow {
        license_product_name: codes.product.to_owned(),
        localized_license_product_name: codes.product.to_owned(),
        license_edition: codes.edition.to_owned(),
        license_localized_edition: codes.edition.to_owned(),
        license_expiration_date: pool.first_expiry(now.today),
        license_subscription_advantage_date: pool.identity.version.date().map(|version| version.date),
        license_type: license_type.clone(),
        localized_license_type: license_type,
        licenses_in_use: state.seats_out(),
        licenses_available: state.capacity.count.unwrap_or(0),
        license_overdraft: state.capacity.overdraft,
        license_model: codes.model.to_owned(),
        localized_license_model: codes.model.to_owned(),
        feature: pool.identity.feature.clone(),
        vendor: pool.identity.vendor.clone(),
        version: pool.identity.version.to_string(),
        free,
        overdraft_in_use: state.overdraft_in_use(),
        reserved: state.reserved_idle(),
        borrowed: 0,
        burst: 0,
        queued: 0,
        uncounted: pool.is_uncounted(),
        status: pool.status(now.today),
        signature: pool.signature(),
        serial_numbers: distinct(pool, |increment| increment.serial_number.as_deref()),
        files: distinct(pool, |increment| Some(&increment.file)),
    }
}

fn distinct<'a>(pool: &'a Pool, of: impl Fn(&'a PoolIncrement) -> Option<&'a str>) -> Vec<String> {
    let mut values: Vec<String> = pool.increments.iter().filter_map(of).map(str::to_owned).collect();
    values.sort();
    values.dedup();
    values
}

fn shifted(now: Moment, milliseconds: i128) -> jiff::Timestamp {
    let by = SignedDuration::from_millis(i64::try_from(milliseconds).unwrap_or(i64::MAX));
    now.wall.saturating_add(by).unwrap_or(now.wall)
}
