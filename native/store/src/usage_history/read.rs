//! Reading the history, through a connection of its own.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use licensing_management::usage::{DayCounts, DayNumber, DaySamples, DayUse, FeatureHours, Hour};
use rusqlite::{Connection, params};

use crate::StoreError;
use crate::sqlite::{connection, verify_structure};

use super::{PoolTerms, UsageHistory};

/// The hours of one feature.
#[derive(Debug, Default)]
pub struct FeatureHistory {
    /// The feature as spelled.
    pub feature: String,
    /// Its hours.
    pub hours: FeatureHours,
}

/// The samples of one pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolSamples {
    /// Name of the pool in all lists.
    pub name: String,
    /// Feature as spelled.
    pub feature: String,
    /// Version as printed.
    pub version: String,
    /// What its licenses said when it was last seen.
    pub terms: PoolTerms,
    /// Instants and seats in use, ascending.
    pub samples: Vec<(Timestamp, u32)>,
}

impl UsageHistory {
    /// The hours of the features that are wanted, with a margin of a day on both sides.
    ///
    /// # Errors
    /// When the file cannot be read, or is damaged.
    pub fn features(
        &self,
        since: Timestamp,
        until: Timestamp,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<Vec<FeatureHistory>, StoreError> {
        self.flush()?;
        let days = days_of(since, until);
        let connection = self.reader()?;
        let mut features: BTreeMap<String, FeatureHistory> = BTreeMap::new();
        for (row, pool) in self.pools(&connection)? {
            if !is_wanted(&pool.feature) {
                continue;
            }
            let known = features.entry(pool.feature.to_lowercase()).or_default();
            known.feature = pool.feature;
            self.each(&connection, "day", "pool", &row, days, |day, body| {
                let used = DayUse::decode(body)?;
                known.hours.add_pool(day, &used);
                Some(())
            })?;
        }
        for (key, known) in &mut features {
            self.each(&connection, "denied", "feature", key, days, |day, body| {
                let denied = DayCounts::decode(body)?;
                known.hours.add_denials(day, &denied);
                Some(())
            })?;
        }
        Ok(features.into_values().collect())
    }

    /// The samples of the pools of the features that are wanted; none when there are more than `most`.
    ///
    /// # Errors
    /// When the file cannot be read, or is damaged.
    pub fn samples(
        &self,
        since: Timestamp,
        until: Timestamp,
        most: usize,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<Option<Vec<PoolSamples>>, StoreError> {
        let days = days_of(since, until);
        let connection = self.reader()?;
        let mut left = most;
        let mut is_too_much = false;
        let mut found = Vec::new();
        for (row, mut pool) in self.pools(&connection)? {
            if !is_wanted(&pool.feature) {
                continue;
            }
            self.each(&connection, "sample", "pool", &row, days, |day, body| {
                let start = day.hour(0).start();
                for (minute, in_use) in DaySamples::decode(body)?.iter() {
                    let at = start
                        .checked_add(jiff::SignedDuration::from_mins(minute.into()))
                        .ok()?;
                    if !(since..=until).contains(&at) {
                        continue;
                    }
                    match left.checked_sub(1) {
                        Some(fewer) => left = fewer,
                        None => is_too_much = true,
                    }
                    if !is_too_much {
                        pool.samples.push((at, in_use));
                    }
                }
                Some(())
            })?;
            if is_too_much {
                return Ok(None);
            }
            found.push(pool);
        }
        Ok(Some(found))
    }

    /// First and last sample of all.
    ///
    /// # Errors
    /// When the file cannot be read, or is damaged.
    pub fn sampled_period(&self) -> Result<Option<(Timestamp, Timestamp)>, StoreError> {
        let bounds: (Option<i64>, Option<i64>) = self
            .reader()?
            .query_row("SELECT min(day), max(day) FROM sample", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .map_err(|error| self.failed(&error))?;
        let (Some(first), Some(last)) = bounds else {
            return Ok(None);
        };
        let start = DayNumber(first).hour(0).start();
        let of_day = |day: i64| -> Result<Vec<PoolSamples>, StoreError> {
            let next = DayNumber(day.saturating_add(1));
            let (start, end) = (DayNumber(day).hour(0).start(), next.hour(0).start());
            Ok(self
                .samples(start, end, usize::MAX, |_| true)?
                .unwrap_or_default())
        };
        let earliest = of_day(first)?
            .iter()
            .filter_map(|pool| pool.samples.first())
            .map(|(at, _)| *at)
            .min()
            .unwrap_or(start);
        let latest = of_day(last)?
            .iter()
            .filter_map(|pool| pool.samples.last())
            .map(|(at, _)| *at)
            .max();
        Ok(Some((earliest, latest.unwrap_or(earliest))))
    }

    fn reader(&self) -> Result<Connection, StoreError> {
        connection::open_to_read(&self.path).map_err(|error| self.failed(&error))
    }

    fn pools(&self, connection: &Connection) -> Result<Vec<(i64, PoolSamples)>, StoreError> {
        let read = || -> rusqlite::Result<Vec<(i64, PoolSamples, String)>> {
            connection
                .prepare("SELECT id, name, feature, version, terms FROM pool ORDER BY feature, version, id")?
                .query_map([], |row| {
                    let pool = PoolSamples {
                        name: row.get(1)?,
                        feature: row.get(2)?,
                        version: row.get(3)?,
                        terms: PoolTerms::default(),
                        samples: Vec::new(),
                    };
                    Ok((row.get(0)?, pool, row.get(4)?))
                })?
                .collect()
        };
        read()
            .map_err(|error| self.failed(&error))?
            .into_iter()
            .map(|(row, pool, terms)| {
                let terms = serde_json::from_str(&terms)
                    .map_err(|error| StoreError::damaged(&self.path, format!("pool {row}: {error}")))?;
                Ok((row, PoolSamples { terms, ..pool }))
            })
            .collect()
    }

    /// Hands the rows of a table over, ascending.
    fn each(
        &self,
        connection: &Connection,
        table: &str,
        column: &str,
        key: &dyn rusqlite::ToSql,
        (first, last): (i64, i64),
        mut take: impl FnMut(DayNumber, &[u8]) -> Option<()>,
    ) -> Result<(), StoreError> {
        let failed = |error: rusqlite::Error| self.failed(&error);
        let sql = format!(
            "SELECT day, body FROM {table} WHERE {column} = ?1 AND day BETWEEN ?2 AND ?3 ORDER BY day"
        );
        let mut statement = connection.prepare_cached(&sql).map_err(failed)?;
        let mut rows = statement.query(params![key, first, last]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let day: i64 = row.get(0).map_err(failed)?;
            let body = row.get_ref(1).map_err(failed)?.as_blob().unwrap_or_default();
            take(DayNumber(day), body)
                .ok_or_else(|| StoreError::damaged(&self.path, format!("{table} {day} was changed")))?;
        }
        Ok(())
    }
}

/// Checks every page and every row of a history.
///
/// # Errors
/// [`StoreError::Damaged`] names what does not fit.
pub fn verify_history(path: &Path) -> Result<(), StoreError> {
    verify_structure(path)
}

fn days_of(since: Timestamp, until: Timestamp) -> (i64, i64) {
    let day = |at| DayNumber::of(Hour::of(at)).0.0;
    (day(since) - 1, day(until) + 1)
}
