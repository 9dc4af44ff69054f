//! From what is installed and in use to alerts. A start-up or evaluation license that ends is no reason for one.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use licensing_api::alert::{Alert, AlertCode, AlertLevel};
use licensing_api::inventory::{InventoryRow, PoolStatus};

/// Days before an end on which an alert is raised, and raised again.
pub const DUE_DAYS: [i32; 4] = [30, 14, 7, 1];
/// Types of licenses whose end is expected.
const EXPECTED_TO_END: [&str; 3] = ["Eval", "SYS", "TP"];
/// Features that the server brings itself.
const BUILT_IN: [&str; 2] = ["CITRIX", "CTXLSDIAG"];
/// Part of the threshold of free space below which the disk is as good as full.
const NEARLY_FULL: u64 = 10;

/// From when on something is worth an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thresholds {
    /// Percent of the seats of a feature.
    pub nearly_out_percent: u32,
    /// The same for certain features.
    pub nearly_out_features: BTreeMap<String, u32>,
    /// MiB that are free.
    pub disk_free_mib: u64,
}

/// A serial number in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SerialPlace {
    /// Serial number.
    pub serial: String,
    /// Feature of the line.
    pub feature: String,
    /// Name of the file.
    pub file: String,
}

/// The machine of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine {
    /// Bytes that are free on the disk of the data folder; none when unknown.
    pub disk_free: Option<u64>,
}

impl Thresholds {
    fn percent(&self, feature: &str) -> u32 {
        let own = self
            .nearly_out_features
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(feature));
        own.map_or(self.nearly_out_percent, |(_, percent)| *percent)
    }
}

/// Alerts about licenses and seats, on a day.
pub fn of_licenses(
    pools: &[InventoryRow],
    serials: &[SerialPlace],
    thresholds: &Thresholds,
    today: Date,
) -> Vec<Alert> {
    let own = || pools.iter().filter(|row| !is_built_in(row));
    let mut alerts: Vec<Alert> = own().flat_map(|row| of_seats(row, thresholds)).collect();
    alerts.extend(own().filter_map(|row| of_end(row, today)));
    alerts.extend(of_subscriptions(pools, today));
    alerts.extend(of_serials(serials));
    if own().next().is_none() && pools.iter().any(is_built_in) {
        alerts.push(Alert::new(AlertCode::StartupLicenseOnly));
    }
    alerts
}

/// Alerts about the machine.
pub fn of_machine(machine: Machine, thresholds: &Thresholds) -> Vec<Alert> {
    let Some(free) = machine.disk_free.map(|bytes| bytes / (1024 * 1024)) else {
        return Vec::new();
    };
    if free >= thresholds.disk_free_mib {
        return Vec::new();
    }
    let alert = Alert::new(AlertCode::DiskSpaceLow)
        .with("free", free)
        .with("threshold", thresholds.disk_free_mib);
    vec![match free < thresholds.disk_free_mib / NEARLY_FULL {
        true => alert.at(AlertLevel::Alarm, 1),
        false => alert,
    }]
}

/// Alerts about features of which no license has the Subscription Advantage date that a product demands.
pub fn too_old(pools: &[InventoryRow], wanted: Date) -> Vec<Alert> {
    latest_dates(pools)
        .into_iter()
        .filter(|(_, latest)| *latest < wanted)
        .map(|((_, feature), latest)| {
            Alert::new(AlertCode::SubscriptionTooOld)
                .with("feature", feature)
                .with("date", latest)
                .with("wanted", wanted)
                .about(feature)
                .of_feature(feature)
        })
        .collect()
}

fn is_built_in(row: &InventoryRow) -> bool {
    row.license_type.eq_ignore_ascii_case("SYS")
        || BUILT_IN.iter().any(|name| row.feature.eq_ignore_ascii_case(name))
}

fn is_expected_to_end(row: &InventoryRow) -> bool {
    EXPECTED_TO_END
        .iter()
        .any(|name| row.license_type.eq_ignore_ascii_case(name))
}

/// What tells the alerts about a pool apart from those about others.
fn about(alert: Alert, row: &InventoryRow) -> Alert {
    alert
        .with("feature", &row.feature)
        .with("version", &row.version)
        .about(format!("{} {} {}", row.feature, row.version, row.pool_id))
        .of_feature(&row.feature)
}

fn of_seats(row: &InventoryRow, thresholds: &Thresholds) -> Vec<Alert> {
    let installed = row.licenses_available;
    if row.uncounted || row.status != PoolStatus::Serving || installed == 0 {
        return Vec::new();
    }
    let mut alerts = Vec::new();
    let total = installed.saturating_add(row.license_overdraft);
    let used = row.licenses_in_use;
    let percent = u64::from(used) * 100 / u64::from(installed);
    let threshold = thresholds.percent(&row.feature);
    if used >= total {
        alerts.push(about(Alert::new(AlertCode::AllSeatsOut), row));
    } else if percent >= u64::from(threshold) {
        alerts.push(about(Alert::new(AlertCode::SeatsNearlyOut), row));
    }
    if row.overdraft_in_use > 0 {
        alerts.push(about(Alert::new(AlertCode::OverdraftInUse), row));
    }
    alerts
        .into_iter()
        .map(|alert| {
            alert
                .with("used", used)
                .with("total", total)
                .with("installed", installed)
                .with("overdraft", row.overdraft_in_use)
                .with("percent", percent)
                .with("threshold", threshold)
        })
        .collect()
}

/// The step that a number of days is on, and its days; none when the end is far.
fn due(days: i32) -> Option<(u32, i32)> {
    let reached = DUE_DAYS.iter().rposition(|due| days <= *due)?;
    Some((u32::try_from(reached).unwrap_or(0), *DUE_DAYS.get(reached)?))
}

fn days_between(today: Date, end: Date) -> i32 {
    today.until(end).map_or(i32::MAX, |span| span.get_days())
}

fn level(step: u32) -> AlertLevel {
    match step {
        0 => AlertLevel::Info,
        1 | 2 => AlertLevel::Alert,
        _ => AlertLevel::Alarm,
    }
}

fn of_end(row: &InventoryRow, today: Date) -> Option<Alert> {
    let end = row.license_expiration_date?;
    if is_expected_to_end(row) {
        return None;
    }
    let days = days_between(today, end);
    let alert = if days < 0 {
        about(Alert::new(AlertCode::LicenseExpired), row)
    } else {
        let (step, within) = due(days)?;
        about(Alert::new(AlertCode::LicenseExpires), row)
            .with("days", within)
            .at(level(step), step)
    };
    let subject = format!("{} {end}", alert.subject);
    Some(alert.with("date", end).about(subject))
}

/// The latest Subscription Advantage date of each feature that is not expected to end.
fn latest_dates(pools: &[InventoryRow]) -> BTreeMap<(&str, &str), Date> {
    let mut latest: BTreeMap<(&str, &str), Date> = BTreeMap::new();
    for row in pools
        .iter()
        .filter(|row| !is_built_in(row) && !is_expected_to_end(row))
    {
        let Some(date) = row.license_subscription_advantage_date else {
            continue;
        };
        let entry = latest.entry((&row.vendor, &row.feature)).or_insert(date);
        *entry = date.max(*entry);
    }
    latest
}

fn of_subscriptions(pools: &[InventoryRow], today: Date) -> Vec<Alert> {
    let mut alerts = Vec::new();
    for ((_, feature), date) in latest_dates(pools) {
        let days = days_between(today, date);
        let alert = if days < 0 {
            Alert::new(AlertCode::SubscriptionEnded)
        } else if let Some((step, within)) = due(days) {
            Alert::new(AlertCode::SubscriptionEnds)
                .with("days", within)
                // Products go on; only newer versions of them do not run.
                .at(level(step).min(AlertLevel::Alert), step)
        } else {
            continue;
        };
        alerts.push(
            alert
                .with("feature", feature)
                .with("date", date)
                .about(format!("{feature} {date}"))
                .of_feature(feature),
        );
    }
    alerts
}

/// One order has one serial number for all of its lines; the same number of one feature in two files is counted once.
fn of_serials(serials: &[SerialPlace]) -> Vec<Alert> {
    // Each with its first place, which says how it is spelled.
    let mut files: BTreeMap<(String, String), (&SerialPlace, BTreeSet<&str>)> = BTreeMap::new();
    for place in serials.iter().filter(|place| !place.serial.is_empty()) {
        let key = (place.serial.to_lowercase(), place.feature.to_lowercase());
        let (_, names) = files.entry(key).or_insert_with(|| (place, BTreeSet::new()));
        names.insert(&place.file);
    }
    files
        .into_values()
        .filter(|(_, files)| files.len() > 1)
        .map(|(first, files)| {
            let (serial, feature) = (&first.serial, &first.feature);
            let files: Vec<&str> = files.into_iter().collect();
            Alert::new(AlertCode::DuplicateSerialNumber)
                .with("serial", serial)
                .with("feature", feature)
                .with("files", files.join(", "))
                .about(format!("{feature} {serial}"))
                .of_feature(feature)
        })
        .collect()
}
