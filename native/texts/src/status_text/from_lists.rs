//! Status from the lists that the server gives administrators.

use std::collections::HashMap;

use jiff::{Timestamp, Zoned};
use licensing_api::inventory::{InventoryRow, PoolStatus};
use licensing_api::queue::QueueRow;
use licensing_api::reservation::{ReservationKind, ReservationRow};
use licensing_api::usage::{HolderState, UsageRow};

use super::rows::{
    FeatureStatus, HolderLine, LicenseLock, Linger, PoolLines, QueuedLine, ReservationLine, SpecialSeats,
};
use licensing_license_file::license_file::LicenseDate;
use licensing_license_file::options_file::{Who, WhoKind};

/// The lists.
#[derive(Debug, Clone, Copy, Default)]
pub struct SeatLists<'a> {
    /// Pools.
    pub inventory: &'a [InventoryRow],
    /// Holders.
    pub usage: &'a [UsageRow],
    /// Seats set aside.
    pub reservations: &'a [ReservationRow],
    /// Requests that wait.
    pub queue: &'a [QueueRow],
}

/// Features in the order of the inventory, times in the zone of `now`. A holder of a pool that is not listed gets a pool
/// without seats.
pub fn feature_statuses(lists: SeatLists<'_>, now: &Zoned) -> Vec<FeatureStatus> {
    let mut features = Features::default();
    for row in lists.inventory {
        features.add(&row.feature, &row.pool_id, installed(row), true);
    }
    for row in lists.reservations {
        if let Some((pool, _)) = features.pool(&row.pool_id) {
            pool.reservations.push(reservation(row));
        }
    }
    for row in lists.usage {
        if features.pool(&row.pool_id).is_none() {
            features.add(&row.feature, &row.pool_id, removed(row), false);
        }
        if let Some((pool, listed)) = features.pool(&row.pool_id) {
            // What is out of listed pools stands in their rows.
            if !listed {
                pool.in_use = pool.in_use.saturating_add(row.count);
            }
            pool.holders.push(holder(row, now));
        }
    }
    for row in lists.queue {
        if let Some(pool) = features.waited_for(row) {
            let line = queued(row, &pool.version);
            pool.queued.push(line);
        }
    }
    features.all
}

#[derive(Default)]
struct Features<'a> {
    all: Vec<FeatureStatus>,
    by_name: HashMap<String, usize>,
    /// Feature, pool within it, and whether the inventory lists it.
    by_pool: HashMap<&'a str, (usize, usize, bool)>,
}

impl<'a> Features<'a> {
    fn add(&mut self, feature: &str, id: &'a str, pool: PoolLines, listed: bool) {
        let at = *self.by_name.entry(feature.to_lowercase()).or_insert_with(|| {
            self.all.push(FeatureStatus {
                feature: feature.to_owned(),
                pools: Vec::new(),
            });
            self.all.len() - 1
        });
        let pools = &mut self.all[at].pools;
        self.by_pool.insert(id, (at, pools.len(), listed));
        pools.push(pool);
    }

    /// Who waits may get any pool that will do; the first that serves stands for all.
    fn waited_for(&mut self, row: &QueueRow) -> Option<&mut PoolLines> {
        let feature = *self.by_name.get(&row.feature.to_lowercase())?;
        let pools = &mut self.all.get_mut(feature)?.pools;
        let first = pools
            .iter()
            .position(|pool| pool.serving && pool.vendor == row.vendor)
            .unwrap_or(0);
        pools.get_mut(first)
    }

    fn pool(&mut self, id: &str) -> Option<(&mut PoolLines, bool)> {
        let (feature, pool, listed) = *self.by_pool.get(id)?;
        Some((self.all.get_mut(feature)?.pools.get_mut(pool)?, listed))
    }
}

fn installed(row: &InventoryRow) -> PoolLines {
    let seats = row.licenses_available.saturating_add(row.license_overdraft);
    let serving = match row.status {
        PoolStatus::Serving => true,
        PoolStatus::Expired | PoolStatus::NotStarted | PoolStatus::WrongHost | PoolStatus::Refused => false,
    };
    PoolLines {
        version: row.version.clone(),
        vendor: row.vendor.clone(),
        expires: row
            .license_expiration_date
            .map_or(LicenseDate::Permanent, LicenseDate::Day),
        vendor_string: Some(row.vendor_string.clone()).filter(|text| !text.is_empty()),
        lock: lock(&row.host_ids),
        serving,
        issued: (!row.uncounted).then_some(seats),
        in_use: row.licenses_in_use,
        special: SpecialSeats {
            overdraft: row.license_overdraft,
            overdrawn: row.overdraft_in_use,
            burst: row.burst,
            borrowed: row.borrowed,
        },
        holders: Vec::new(),
        reservations: Vec::new(),
        queued: Vec::new(),
    }
}

/// The host id ANY locks nothing.
fn lock(host_ids: &[String]) -> LicenseLock {
    let ids: Vec<&str> = host_ids.iter().map(String::as_str).collect();
    if ids.iter().all(|id| *id == "ANY") {
        LicenseLock::Floating
    } else {
        LicenseLock::Host(ids.join(" "))
    }
}

fn removed(row: &UsageRow) -> PoolLines {
    PoolLines {
        version: row.version.clone(),
        vendor: row.vendor.clone(),
        expires: LicenseDate::Permanent,
        vendor_string: None,
        lock: LicenseLock::Floating,
        serving: false,
        issued: Some(0),
        in_use: 0,
        special: SpecialSeats::default(),
        holders: Vec::new(),
        reservations: Vec::new(),
        queued: Vec::new(),
    }
}

fn reservation(row: &ReservationRow) -> ReservationLine {
    let kind = match row.kind {
        ReservationKind::User => WhoKind::User,
        ReservationKind::Host => WhoKind::Host,
        ReservationKind::Display => WhoKind::Display,
        ReservationKind::Group => WhoKind::Group,
        ReservationKind::HostGroup => WhoKind::HostGroup,
        ReservationKind::Internet => WhoKind::Internet,
        ReservationKind::Project => WhoKind::Project,
    };
    ReservationLine {
        idle: row.idle,
        who: Who {
            kind,
            name: row.name.clone(),
        },
    }
}

/// A seat that is assigned to a device or serves one has no host or another one: the device takes the place that is
/// free. Readers know no further words in the line.
fn holder(row: &UsageRow, now: &Zoned) -> HolderLine {
    let either = |first: &str, second: &str| if first.is_empty() { second } else { first }.to_owned();
    HolderLine {
        user: row.user.clone(),
        host: either(&row.host, &row.device),
        display: either(&row.display, &row.device),
        data: String::new(),
        version: row.version.clone(),
        handle: row
            .lease_id
            .get(..8)
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .unwrap_or(0),
        since: now.time_zone().to_datetime(row.since),
        count: row.count,
        linger: linger(row, now.timestamp()),
        process_id: None,
    }
}

/// Readers want a version, also of who takes any.
fn queued(row: &QueueRow, any: &str) -> QueuedLine {
    let either = |first: &str, second: &str| if first.is_empty() { second } else { first }.to_owned();
    QueuedLine {
        user: row.user.clone(),
        host: either(&row.host, &row.device),
        display: either(&row.display, &row.device),
        version: either(&row.version, any),
        handle: row.position,
        count: row.count,
    }
}

/// In this shape a borrowed seat is one that lingers for the whole time it was borrowed for.
fn linger(row: &UsageRow, now: Timestamp) -> Option<Linger> {
    let began = match row.state {
        HolderState::InUse => return None,
        HolderState::Lingering => row.last_heartbeat,
        HolderState::Borrowed => row.since,
    };
    let left = row.until.duration_since(now).as_secs();
    // The whole time is one of seconds, but beginning and end are rounded to milliseconds on their own.
    let of = (row.until.duration_since(began).as_millis() + 500) / 1_000;
    let of = u64::try_from(of).unwrap_or_default();
    Some(Linger {
        left: u64::try_from(left).unwrap_or_default().min(of),
        of,
    })
}
