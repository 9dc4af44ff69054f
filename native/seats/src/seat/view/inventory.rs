//! What the ledger tells administrators of pools.

use std::collections::HashMap;

use jiff::Timestamp;
use licensing_api::inventory::{GetInventory, InventoryRow};
use licensing_api::reservation::{GetReservations, ReservationKind, ReservationRow};

use crate::Moment;
use crate::pool::{Pool, PoolIncrement};
use licensing_license_file::feature_code::FeatureCodes;
use licensing_license_file::license_file::HostId;
use licensing_license_file::options_file::WhoKind;

use crate::seat::ledger::Ledger;
use crate::seat::pools::PoolState;
use crate::seat::view::Wanted;
use crate::wildcard::Wildcards;

impl Ledger {
    /// The pools asked for, in the order in which they are tried, then those that are gone but have seats out. The
    /// readable names are the codes: words for them are a matter of language, which the ledger does not speak.
    pub fn inventory(&self, filter: &GetInventory, now: Moment) -> Vec<InventoryRow> {
        let wanted = Wanted::of(&filter.feature, &filter.vendor);
        let repeated = filter.check_for_same_serial_number.then(|| self.serial_numbers());
        let waiting = self.waiting_by_pool();
        let installed = self.pools.installed().map(|position| &self.pools[position]);
        let gone = self.pools.iter().filter(|state| state.pool.increments.is_empty());
        installed
            .chain(gone)
            .filter(|state| state.is_listed())
            .filter(|state| wanted.fits_pool(&state.pool.identity))
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
            .map(|state| {
                let seats = (self.free_to_all(state), self.idle(state));
                let position = self.pools.position(&state.id);
                let queued = position.and_then(|position| waiting.get(&position)).copied();
                InventoryRow {
                    queued: queued.unwrap_or(0),
                    ..inventory_row(state, seats, self.burst_seats(state, now), now)
                }
            })
            .collect()
    }

    /// Seats that the options file sets aside, pools in the order in which they are tried, their lines in the order of
    /// the file.
    pub fn reservations(&self, filter: &GetReservations) -> Vec<ReservationRow> {
        let wanted = Wanted::of(&filter.feature, &filter.vendor);
        let names = Wildcards::new(&filter.name);
        self.pools
            .installed()
            .map(|position| &self.pools[position])
            .filter(|state| wanted.fits_pool(&state.pool.identity))
            .flat_map(reservation_rows)
            .filter(|row| names.matches(&row.name) && is_for(row, filter))
            .collect()
    }

    /// Seats that anybody could have now: of a component of a suite, as many as the package has too.
    fn free_to_all(&self, state: &PoolState) -> Option<u32> {
        let free = |state: &PoolState| {
            state.capacity.total().map(|total| {
                let taken = state.seats_out().saturating_add(self.idle(state));
                total.saturating_sub(taken)
            })
        };
        let package = state.suite.package.map(|package| &self.pools[package]);
        match (free(state), package.and_then(free)) {
            (Some(own), Some(package)) => Some(own.min(package)),
            (free, None) | (None, free) => free,
        }
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

fn inventory_row(
    state: &PoolState,
    (free, reserved): (Option<u32>, u32),
    (burst, burst_until): (u32, Option<Timestamp>),
    now: Moment,
) -> InventoryRow {
    let pool = &state.pool;
    let first = pool.increments.first();
    let codes = FeatureCodes::of(&pool.identity.feature);
    let license_type = pool
        .increments
        .iter()
        .find_map(|increment| increment.license_type.clone())
        .unwrap_or_default();
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
        overdraft_in_use: state.overdraft_in_use().saturating_sub(burst),
        reserved,
        borrowed: u32::try_from(state.borrowed.seats()).unwrap_or(u32::MAX),
        burst,
        burst_until,
        queued: 0,
        uncounted: pool.is_uncounted(),
        status: pool.status(now.today),
        signature: pool.signature(),
        serial_numbers: distinct(pool, |increment| increment.serial_number.clone()),
        files: distinct(pool, |increment| {
            Some(increment.file.clone()).filter(|file| !file.is_empty())
        }),
        vendor_string: first
            .and_then(|increment| increment.vendor_string.clone())
            .unwrap_or_default(),
        // HOSTID is a pooling key: all increments of a pool have the same.
        host_ids: first.map_or_else(Vec::new, |increment| {
            increment.host_ids.iter().map(HostId::to_string).collect()
        }),
        pool_id: state.id.to_string(),
        start_dates: distinct(pool, |increment| increment.starts),
        issue_date: pool.increments.iter().filter_map(|one| one.issued).max(),
        notices: distinct(pool, |increment| increment.notice.clone()),
    }
}

fn reservation_rows(state: &PoolState) -> impl Iterator<Item = ReservationRow> {
    let identity = &state.pool.identity;
    let reservations = state.reservations().iter().enumerate();
    reservations.map(move |(position, held)| {
        let idle = state.left(position);
        ReservationRow {
            feature: identity.feature.clone(),
            version: identity.version.to_string(),
            kind: reservation_kind(held.who.kind),
            name: held.who.name.clone(),
            seats: held.seats,
            in_use: held.seats.saturating_sub(idle),
            idle,
            line: held.line,
            vendor: identity.vendor.clone(),
            pool_id: state.id.to_string(),
        }
    })
}

/// Whether a line is for the users or devices that are asked for.
fn is_for(row: &ReservationRow, filter: &GetReservations) -> bool {
    let named = match row.kind {
        ReservationKind::User => &filter.user,
        ReservationKind::Host | ReservationKind::Display => &filter.device,
        ReservationKind::Group
        | ReservationKind::HostGroup
        | ReservationKind::Internet
        | ReservationKind::Project => return filter.user.is_empty() && filter.device.is_empty(),
    };
    match (
        named.is_empty(),
        filter.user.is_empty() && filter.device.is_empty(),
    ) {
        (true, nobody_is_asked_for) => nobody_is_asked_for,
        (false, _) => Wildcards::new(named).matches(&row.name),
    }
}

const fn reservation_kind(kind: WhoKind) -> ReservationKind {
    match kind {
        WhoKind::User => ReservationKind::User,
        WhoKind::Host => ReservationKind::Host,
        WhoKind::Display => ReservationKind::Display,
        WhoKind::Internet => ReservationKind::Internet,
        WhoKind::Project => ReservationKind::Project,
        WhoKind::Group => ReservationKind::Group,
        WhoKind::HostGroup => ReservationKind::HostGroup,
    }
}

fn distinct<T: Ord>(pool: &Pool, of: impl Fn(&PoolIncrement) -> Option<T>) -> Vec<T> {
    let mut values: Vec<T> = pool.increments.iter().filter_map(of).collect();
    values.sort();
    values.dedup();
    values
}
