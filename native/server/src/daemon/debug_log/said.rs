//! What is said besides the seats: at the start, when files are read again, on each new day and at the end.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use licensing_api::inventory::PoolStatus;
use licensing_license_file::license_file::LicenseDate;
use licensing_seats::pool::{Pool, PoolSet};
use licensing_seats::seat::SeatRules;
use licensing_texts::debug_log::{Event, ExitStatus, FilesEvent, OptionsEvent, ProcessEvent};

use super::Said::{Daemon, Manager};
use super::{DebugLog, Said};

/// How long before its last day a feature is listed.
const WARNED_DAYS: i32 = 14;
/// Digits of a key.
const KEY_DIGITS: usize = 20;

/// What is served.
#[derive(Debug, Clone, Copy)]
pub(in crate::daemon) struct ServedSeats<'a> {
    pub(in crate::daemon) pools: &'a PoolSet,
    pub(in crate::daemon) rules: &'a SeatRules,
    /// Names of the license files.
    pub(in crate::daemon) files: &'a [String],
    /// Path of the options file; none without one.
    pub(in crate::daemon) options: Option<&'a str>,
    pub(in crate::daemon) day: Date,
}

/// The daemon of `vendor` serves on a port, in the name of `host`.
pub(in crate::daemon) fn started(
    log: &DebugLog,
    vendor: &str,
    host: &str,
    port: u16,
    served: ServedSeats<'_>,
) {
    let now = log.zone.to_datetime(Timestamp::now());
    let zone = log.zone.to_offset_info(Timestamp::now());
    let features: BTreeSet<_> = features(served.pools, served.day, PoolStatus::Serving);
    let mut said = vec![
        Daemon(Event::from(ProcessEvent::SystemTime {
            now,
            zone: zone.abbreviation(),
        })),
        Daemon(Event::from(ProcessEvent::Started {
            program: "Licensing Services",
            version: env!("CARGO_PKG_VERSION"),
            host,
            platform: std::env::consts::OS,
            date: now.date(),
        })),
        Manager(Event::from(ProcessEvent::DaemonStarted {
            daemon: vendor,
            port: Some(port),
            pid: std::process::id(),
        })),
        Manager(Event::from(ProcessEvent::DaemonPort { daemon: vendor, port })),
        Daemon(Event::from(FilesEvent::Using(
            served.files.iter().map(String::as_str).collect(),
        ))),
        Daemon(Event::from(ProcessEvent::ServerStarted {
            host,
            features: features.into_iter().collect(),
        })),
    ];
    let expired = self::features(served.pools, served.day, PoolStatus::Expired);
    said.extend(
        expired
            .into_iter()
            .map(|feature| Daemon(FilesEvent::Expired(feature).into())),
    );
    said.extend(warnings(served.pools, served.day));
    said.extend(options(served, false));
    said.push(Daemon(ProcessEvent::Timestamp(now.date()).into()));
    log.say(said);
}

/// License and options files were read again.
pub(in crate::daemon) fn reread(log: &DebugLog, before: &PoolSet, served: ServedSeats<'_>) {
    let mut said = vec![Daemon(FilesEvent::Rereading { requested_from: None }.into())];
    let same = |pool: &Pool, other: &Pool| pool.identity == other.identity;
    for pool in &served.pools.pools {
        let known = before.pools.iter().find(|other| same(pool, other));
        if known.is_none_or(|known| known.increments != pool.increments) {
            said.push(Daemon(FilesEvent::UpdatingFeature(&pool.identity.feature).into()));
        }
    }
    let gone: Vec<_> = before
        .pools
        .iter()
        .filter(|pool| !served.pools.pools.iter().any(|other| same(pool, other)))
        .map(|pool| (&pool.identity.feature, key(pool)))
        .collect();
    said.extend(
        gone.iter()
            .map(|(feature, key)| Daemon(FilesEvent::SupportRemoved { feature, key }.into())),
    );
    said.extend(options(served, true));
    said.push(Daemon(FilesEvent::FinishedRereading.into()));
    log.say(said);
}

/// A new day began.
pub(in crate::daemon) fn today(log: &DebugLog, pools: &PoolSet, day: Date) {
    let mut said = vec![Daemon(ProcessEvent::Timestamp(day).into())];
    if let Ok(yesterday) = day.yesterday() {
        let before = features(pools, yesterday, PoolStatus::Expired);
        let expired = features(pools, day, PoolStatus::Expired);
        said.extend(
            expired
                .difference(&before)
                .map(|feature| Daemon(FilesEvent::ExpiredRereading(feature).into())),
        );
    }
    said.extend(warnings(pools, day));
    log.say(said);
}

/// The daemon of `vendor` ends as its manager wants.
pub(in crate::daemon) fn stopped(log: &DebugLog, vendor: &str) {
    log.say([Manager(
        ProcessEvent::Exited {
            daemon: vendor,
            status: ExitStatus::Requested,
        }
        .into(),
    )]);
}

/// Tells pools of one feature apart where other license managers show the first digits of a signature.
fn key(pool: &Pool) -> String {
    let id = hex::encode(pool.identity.id().as_bytes());
    id.chars().take(KEY_DIGITS).collect()
}

/// Features that have a pool of this status on a day.
fn features(pools: &PoolSet, day: Date, status: PoolStatus) -> BTreeSet<&str> {
    let of_status = pools.pools.iter().filter(|pool| pool.status(day) == status);
    of_status.map(|pool| pool.identity.feature.as_str()).collect()
}

/// Features that end within the next days.
fn warnings(pools: &PoolSet, day: Date) -> Vec<Said<'_>> {
    let last = day.checked_add(WARNED_DAYS.days()).unwrap_or(Date::MAX);
    let serving = pools
        .pools
        .iter()
        .filter(|pool| pool.status(day) == PoolStatus::Serving);
    let ending = serving.filter_map(|pool| {
        let date = pool.first_expiry(day).filter(|date| *date <= last)?;
        Some(Daemon(
            FilesEvent::Expires {
                feature: &pool.identity.feature,
                date: LicenseDate::Day(date),
            }
            .into(),
        ))
    });
    ending.collect()
}

fn options(served: ServedSeats<'_>, again: bool) -> Vec<Said<'_>> {
    let Some(path) = served.options else {
        return Vec::new();
    };
    let reading = again.then_some(OptionsEvent::Rereading);
    let events = reading.into_iter().chain([OptionsEvent::Using(path)]);
    let events = events.chain(served.rules.announcements(served.pools));
    events.map(|event| Daemon(event.into())).collect()
}
