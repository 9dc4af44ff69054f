//! Peaks, forecasts and unused seats.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use licensing_api::Problem;
use licensing_api::insight::InsightCapacity;
use licensing_management::capacity::{DayPeak, Forecast, Installed, forecast, unused};
use licensing_management::id::ServerGuid;

use super::{Account, Insight};
use crate::storage::PeakRow;

/// Days without use after which a feature counts as unused.
const UNUSED_DAYS: i64 = 90;
/// Servers whose peaks are read at a time.
const AT_A_TIME: usize = 256;

impl Insight {
    /// How the seats of each feature are used, by server, vendor and feature.
    ///
    /// # Errors
    /// When the server is none of the caller's, or the storage fails.
    pub fn capacity(&self, caller: &Account, server: Option<&str>) -> Result<Vec<InsightCapacity>, Problem> {
        let mut servers: Vec<ServerGuid> = match server {
            Some(server) => vec![self.visible_server(caller, server)?.server_guid],
            None => self
                .visible_servers(caller)?
                .into_iter()
                .map(|server| server.server_guid)
                .collect(),
        };
        servers.sort_unstable();
        let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
        let mut shown = Vec::new();
        // A year of a whole fleet does not fit into memory; what is shown of it does.
        for some in servers.chunks(AT_A_TIME) {
            let mut features: BTreeMap<(ServerGuid, String, String), Vec<PeakRow>> = BTreeMap::new();
            for row in self.storage.peaks(some)? {
                features
                    .entry((row.server, row.vendor.to_lowercase(), row.feature.to_lowercase()))
                    .or_default()
                    .push(row);
            }
            shown.extend(features.into_values().filter_map(|rows| of_feature(&rows, today)));
        }
        Ok(shown)
    }
}

fn of_feature(rows: &[PeakRow], today: Date) -> Option<InsightCapacity> {
    let latest = rows.iter().max_by_key(|row| row.day)?;
    let mut days: BTreeMap<Date, u32> = BTreeMap::new();
    for row in rows {
        let peak = days.entry(row.day).or_default();
        *peak = (*peak).max(row.peak);
    }
    let last_used = days
        .iter()
        .filter(|(_, peak)| **peak > 0)
        .map(|(day, _)| *day)
        .next_back();
    let since = days.keys().next().copied()?;
    let peaks: Vec<DayPeak> = days.iter().map(|(&day, &peak)| DayPeak { day, peak }).collect();
    let (kind, expected, earliest, last, reason) = match forecast(&peaks, latest.installed) {
        Forecast::OutNow => ("OutNow", None, None, None, None),
        Forecast::RunsOut {
            expected,
            earliest,
            latest,
            ..
        } => ("RunsOut", Some(expected), Some(earliest), latest, None),
        Forecast::None { reason } => ("None", None, None, None, Some(format!("{reason:?}"))),
    };
    let installed = [Installed {
        vendor: latest.vendor.clone(),
        feature: latest.feature.clone(),
        seats: latest.installed,
        since,
        last_used,
    }];
    Some(InsightCapacity {
        server_guid: latest.server.to_string(),
        vendor: latest.vendor.clone(),
        feature: latest.feature.clone(),
        installed: latest.installed,
        peak: peaks.iter().map(|day| day.peak).max().unwrap_or(0),
        days: u32::try_from(peaks.len()).unwrap_or(u32::MAX),
        last_used,
        unused: !unused(&installed, today, UNUSED_DAYS).is_empty(),
        forecast: kind.to_owned(),
        runs_out: expected,
        earliest,
        latest: last,
        no_forecast: reason,
    })
}
