//! What status text is made from.

use std::collections::HashMap;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use licensing_api::inventory::{InventoryRow, PoolStatus};
use licensing_api::usage::UsageRow;

use crate::license_file::LicenseDate;
use crate::options_file::Who;

/// The license manager of one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerStatus {
    /// Host name.
    pub host: String,
    /// Port of the license manager.
    pub port: u16,
    /// License files it reads.
    pub license_files: Vec<String>,
    /// Whether it answers.
    pub state: ServerState,
}

/// Whether a license manager answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerState {
    /// It does.
    Up {
        /// Version without `v`.
        version: String,
    },
    /// It cannot be reached.
    Unreachable {
        /// Error number of the operating system.
        system_error: i32,
        /// Text of the operating system.
        text: String,
    },
}

/// A vendor daemon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorStatus {
    /// Vendor.
    pub vendor: String,
    /// Whether it serves.
    pub up: bool,
    /// Version without `v`.
    pub version: String,
}

/// A feature and its pools.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureStatus {
    /// Feature.
    pub feature: String,
    /// Its pools, in the order they are tried.
    pub pools: Vec<PoolLines>,
}

/// A pool and who uses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolLines {
    /// Version.
    pub version: String,
    /// Vendor.
    pub vendor: String,
    /// Last valid day.
    pub expires: LicenseDate,
    /// Vendor string, where the publisher wants it shown.
    pub vendor_string: Option<String>,
    /// Where it may be used.
    pub lock: LicenseLock,
    /// Whether it gives out seats.
    pub serving: bool,
    /// Seats installed, overdraft included; none when uncounted.
    pub issued: Option<u32>,
    /// Seats out. Holders that share one are not counted twice.
    pub in_use: u32,
    /// Who holds seats.
    pub holders: Vec<HolderLine>,
    /// Seats set aside that nobody uses at the moment.
    pub reservations: Vec<ReservationLine>,
    /// Who waits.
    pub queued: Vec<QueuedLine>,
}

/// Where a license may be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LicenseLock {
    /// Anywhere.
    Floating,
    /// On one machine: its host id as the license file spells it.
    Host(String),
}

/// A holder of seats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolderLine {
    /// User.
    pub user: String,
    /// Host.
    pub host: String,
    /// Display; the host stands for an empty one.
    pub display: String,
    /// What the product passed; empty when nothing.
    pub data: String,
    /// Version.
    pub version: String,
    /// Number by which administrators name the seat.
    pub handle: u32,
    /// Since when.
    pub since: DateTime,
    /// Seats.
    pub count: u32,
    /// Set while the seat only lingers.
    pub linger: Option<Linger>,
    /// Process id; not every reader of the text knows it.
    pub process_id: Option<u32>,
}

/// How long a seat still lingers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Linger {
    /// Seconds left.
    pub left: u64,
    /// Seconds in all.
    pub of: u64,
}

/// Seats set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReservationLine {
    /// Seats that nobody uses at the moment.
    pub idle: u32,
    /// For whom.
    pub who: Who,
}

/// Somebody who waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedLine {
    /// User.
    pub user: String,
    /// Host.
    pub host: String,
    /// Display; the host stands for an empty one.
    pub display: String,
    /// Version wanted.
    pub version: String,
    /// Number of the request.
    pub handle: u32,
    /// Seats wanted.
    pub count: u32,
}

/// Features from the rows of inventory and usage, in the order of the inventory. A holder of a pool that is not
/// installed any more gets a pool without seats. Reservations, queue and host ids are not in the rows.
pub fn feature_statuses(
    inventory: &[InventoryRow],
    usage: &[UsageRow],
    zone: &TimeZone,
) -> Vec<FeatureStatus> {
    let mut features: Vec<FeatureStatus> = Vec::new();
    let mut positions: HashMap<String, usize> = HashMap::new();
    let mut feature = |features: &mut Vec<FeatureStatus>, name: &str| {
        *positions.entry(name.to_lowercase()).or_insert_with(|| {
            features.push(FeatureStatus {
                feature: name.to_owned(),
                pools: Vec::new(),
            });
            features.len() - 1
        })
    };
    for row in inventory {
        let at = feature(&mut features, &row.feature);
        features[at].pools.push(installed(row));
    }
    let installed: Vec<usize> = features.iter().map(|feature| feature.pools.len()).collect();
    for row in usage {
        let at = feature(&mut features, &row.feature);
        let pools = &mut features[at].pools;
        let known = pools
            .iter()
            .position(|pool| pool.version == row.version && pool.vendor == row.vendor);
        let index = known.unwrap_or_else(|| {
            pools.push(removed(row));
            pools.len() - 1
        });
        // What is out of installed pools stands in their rows.
        if index >= installed.get(at).copied().unwrap_or(0) {
            pools[index].in_use = pools[index].in_use.saturating_add(row.count);
        }
        pools[index].holders.push(holder(row, zone));
    }
    features
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
        vendor_string: None,
        lock: LicenseLock::Floating,
        serving,
        issued: (!row.uncounted).then_some(seats),
        in_use: row.licenses_in_use,
        holders: Vec::new(),
        reservations: Vec::new(),
        queued: Vec::new(),
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
        holders: Vec::new(),
        reservations: Vec::new(),
        queued: Vec::new(),
    }
}

fn holder(row: &UsageRow, zone: &TimeZone) -> HolderLine {
    HolderLine {
        user: row.user.clone(),
        host: row.device.clone(),
        display: row.display.clone(),
        data: String::new(),
        version: row.version.clone(),
        handle: row
            .lease_id
            .get(..8)
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .unwrap_or(0),
        since: zone.to_datetime(row.since),
        count: row.count,
        linger: None,
        process_id: None,
    }
}
