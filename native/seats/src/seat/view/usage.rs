//! What the ledger tells administrators of holders.

use std::collections::HashSet;

use jiff::SignedDuration;
use licensing_api::usage::{GetUsage, HolderState, LicenseModel, UsageRow};
use sha2::{Digest, Sha256};

use crate::Moment;
use crate::pool::PoolIdentity;

use crate::seat::assignment::{Assigned, SeatModel, kind};
use crate::seat::lease::Held;
use crate::seat::ledger::{Ledger, timestamp};
use crate::seat::pools::PoolState;
use crate::seat::view::Wanted;

/// A compiled [`GetUsage`].
#[derive(Debug, Clone, Default)]
pub struct UsageFilter {
    wanted: Wanted,
    model: Option<LicenseModel>,
    older_than_ms: Option<i64>,
    idle_ms: Option<i64>,
    lease_ids: Option<HashSet<String>>,
}

impl UsageFilter {
    /// Compiles a request.
    pub fn new(request: &GetUsage) -> Self {
        let wanted = Wanted::of(&request.feature, &request.vendor);
        Self {
            wanted: wanted.by(&request.user, &request.device),
            model: request.model,
            older_than_ms: request.older_than_seconds.map(milliseconds),
            idle_ms: request.idle_seconds.map(milliseconds),
            lease_ids: (!request.lease_ids.is_empty()).then(|| {
                request
                    .lease_ids
                    .iter()
                    .map(|id| id.to_ascii_lowercase())
                    .collect()
            }),
        }
    }

    /// What is known of a row only once it is there: its age, and its id.
    fn fits_row(&self, row: &UsageRow, now: Moment) -> bool {
        let is_past = |since: jiff::Timestamp, longest: Option<i64>| {
            longest.is_none_or(|longest| {
                now.wall.as_millisecond().saturating_sub(since.as_millisecond()) >= longest
            })
        };
        is_past(row.since, self.older_than_ms)
            && is_past(row.last_heartbeat, self.idle_ms)
            && self
                .lease_ids
                .as_ref()
                .is_none_or(|ids| ids.contains(&row.lease_id))
    }

    pub(in crate::seat) fn fits(
        &self,
        identity: &PoolIdentity,
        user: &str,
        device: &str,
        model: LicenseModel,
    ) -> bool {
        let wanted = &self.wanted;
        // Who holds a component of a suite holds the package too.
        let package = identity.suite.as_ref().map(|suite| suite.package.as_str());
        (wanted.fits_feature(&identity.feature)
            || package.is_some_and(|package| wanted.fits_feature(package)))
            && wanted.fits_holder(user, device)
            && wanted.fits_vendor(&identity.vendor)
            && self.model.is_none_or(|wanted| wanted == model)
    }

    /// Whoever holds an assigned seat is found by the name that is shown and by the one that is compared, without a domain.
    pub(in crate::seat) fn fits_assigned(&self, identity: &PoolIdentity, one: &Assigned) -> bool {
        [&one.shown, &one.name].into_iter().any(|name| {
            let (user, device) = if one.to_user {
                (name.as_str(), "")
            } else {
                ("", name.as_str())
            };
            self.fits(identity, user, device, kind(one.to_user))
        })
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
        let (page, next) = self.leases.page(from, limit);
        rows.extend(page.filter_map(|held| self.usage_row(held, filter, now)));
        next
    }

    pub(in crate::seat) fn usage_row(
        &self,
        held: &Held,
        filter: &UsageFilter,
        now: Moment,
    ) -> Option<UsageRow> {
        let state = &self.pools[held.pool];
        if state.book.is_some() {
            // The assignment holds the seat, see `assignment_page`.
            return None;
        }
        let identity = &state.pool.identity;
        let [user, host, display, vendor_data, product] = held.names();
        // Of a server the host is what counts, whichever client it serves.
        let device = if vendor_data.is_empty() || state.model == SeatModel::Server {
            host
        } else {
            vendor_data
        };
        let model = state.model.license_model();
        let wanted = filter.fits(identity, user, device, model);
        if !wanted {
            return None;
        }
        let silent = now.monotonic_ms.saturating_sub(held.heard_ms);
        let last_heartbeat = shifted(now, -i128::from(silent));
        let left = i128::from(self.leases.deadline(held, state.lifetime)) - i128::from(now.monotonic_ms);
        let row = UsageRow {
            feature: identity.feature.clone(),
            version: identity.version.to_string(),
            license_model_type: model,
            user: user.to_owned(),
            device: device.to_owned(),
            host: host.to_owned(),
            display: display.to_owned(),
            product: product.to_owned(),
            state: held.state(),
            count: held.count,
            overdraft: held.overdraft,
            since: timestamp(held.since_ms),
            last_heartbeat,
            until: shifted(now, left),
            vendor: identity.vendor.clone(),
            pool_id: state.id.to_string(),
            lease_id: hex::encode(held.id.public()),
        };
        filter.fits_row(&row, now).then_some(row)
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
        let state = self.pools.get(u32::try_from(from).ok()?)?;
        let identity = &state.pool.identity;
        let assigned = state
            .book
            .iter()
            .flat_map(|book| book.assigned(now.trusted.as_millisecond()));
        for one in assigned {
            if filter.fits_assigned(identity, &one) {
                let row = assignment_row(state, &one);
                if filter.fits_row(&row, now) {
                    rows.push(row);
                }
            }
        }
        Some(from + 1)
    }
}

pub(in crate::seat) fn assignment_row(state: &PoolState, one: &Assigned) -> UsageRow {
    let identity = &state.pool.identity;
    let (user, device) = match one.to_user {
        true => (one.shown.clone(), String::new()),
        false => (String::new(), one.shown.clone()),
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
        host: String::new(),
        display: String::new(),
        product: one.product.clone(),
        state: HolderState::InUse,
        count: 1,
        overdraft: 0,
        since: timestamp(one.first_ms),
        last_heartbeat: timestamp(one.last_ms),
        until: timestamp(one.last_ms.saturating_add(state.period_ms)),
        vendor: identity.vendor.clone(),
        pool_id: state.id.to_string(),
        lease_id: hex::encode(&hash.finalize()[..16]),
    }
}

fn milliseconds(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1000)
}

fn shifted(now: Moment, milliseconds: i128) -> jiff::Timestamp {
    let by = SignedDuration::from_millis(i64::try_from(milliseconds).unwrap_or(i64::MAX));
    now.wall.saturating_add(by).unwrap_or(now.wall)
}
