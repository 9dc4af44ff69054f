//! Taking looks in.

use std::collections::HashMap;

use jiff::Timestamp;
use licensing_management::usage::{
    DayCounts, DayNumber, DaySamples, DayUse, Hour, HourUse, PeakSeries, Sampling,
};
use rusqlite::{OptionalExtension, Transaction, TransactionBehavior, params};

use crate::StoreError;

use super::{Look, ObservedPool, UsageHistory, Writer};

/// Most hours that are kept in memory.
const MOST_PENDING: usize = 50_000;

/// A row that cannot be read.
fn damaged(table: &str) -> rusqlite::Error {
    let what = format!("a row of the table {table} was changed");
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Blob, what.into())
}

impl UsageHistory {
    /// Takes a look in. It is written with the first look of an hour and with each sample; between, it is kept in memory.
    ///
    /// # Errors
    /// When it cannot be written; what is missing comes with a later look.
    pub fn observe(&self, look: &Look, sampling: &Sampling) -> Result<(), StoreError> {
        let mut writer = self.writer.lock();
        let is_sample = sampling.is_due(writer.sampled, look.at);
        let begins_hour = writer.hour.is_none_or(|hour| hour < Hour::of(look.at));
        writer
            .note(look)
            .and_then(|()| match is_sample || begins_hour {
                true => writer.write(Some((look, is_sample))),
                false => Ok(()),
            })
            .map_err(|error| self.failed(&error))
    }

    /// Writes what is kept in memory.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn flush(&self) -> Result<(), StoreError> {
        let mut writer = self.writer.lock();
        writer.write(None).map_err(|error| self.failed(&error))
    }

    /// Removes what is older: samples, and everything else.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn forget(&self, now: Timestamp, sampling: &Sampling, kept_years: u32) -> Result<(), StoreError> {
        let day = DayNumber::of(Hour::of(now)).0.0;
        let writer = self.writer.lock();
        let years = i64::from(kept_years) * 366;
        [
            ("DELETE FROM sample WHERE day < ?1", i64::from(sampling.days)),
            ("DELETE FROM day WHERE day < ?1", years),
            ("DELETE FROM denied WHERE day < ?1", years),
        ]
        .iter()
        .try_for_each(|(sql, days)| writer.connection.execute(sql, [day - days]).map(drop))
        .map_err(|error| self.failed(&error))
    }
}

impl Writer {
    /// Enters new pools, and adds the look and the exact peaks of every hour since the last one to what is not written yet.
    fn note(&mut self, look: &Look) -> rusqlite::Result<()> {
        let now = Hour::of(look.at);
        for pool in &look.pools {
            let row = self.row_of(pool)?;
            let installed = pool.terms.as_ref().map_or(Some(0), |terms| terms.installed);
            let used = |peak: u32, looks: u32, sum: u64| HourUse {
                peak,
                overdraft: installed.map_or(0, |seats| peak.saturating_sub(seats)),
                installed,
                looks,
                sum,
            };
            let from = self.hour.or_else(|| pool.hours.first().map(|first| first.hour));
            let series = PeakSeries::new(&pool.hours, from.unwrap_or(now), now.next(), pool.in_use);
            for level in series.hours_back() {
                self.add(row, level.hour, used(level.peak, 0, 0));
            }
            self.add(row, now, used(pool.in_use, 1, pool.in_use.into()));
            // Only the first look at what an earlier server has kept for years brings so much.
            if self.pending.len() > MOST_PENDING {
                self.write(None)?;
            }
        }
        for (feature, hour, count) in &look.denied {
            let feature = feature.to_lowercase();
            // Products may ask for whatever they like. Of what never was a feature nothing is shown, and nothing kept.
            if !self.features.contains(&feature) {
                continue;
            }
            let denied = self.denied.entry((feature, *hour)).or_default();
            *denied = (*denied).max(*count);
        }
        Ok(())
    }

    fn add(&mut self, row: i64, hour: Hour, more: HourUse) {
        self.pending
            .entry((row, hour))
            .and_modify(|known| *known = known.with(more))
            .or_insert(more);
    }

    fn row_of(&mut self, pool: &ObservedPool) -> rusqlite::Result<i64> {
        let terms = pool
            .terms
            .as_ref()
            .and_then(|terms| serde_json::to_string(terms).ok());
        if let Some((row, stored)) = self.pools.get_mut(&pool.name) {
            if let Some(terms) = terms.filter(|terms| terms != stored) {
                self.connection
                    .execute("UPDATE pool SET terms = ?2 WHERE id = ?1", params![*row, terms])?;
                *stored = terms;
            }
            return Ok(*row);
        }
        let terms = terms.unwrap_or_else(|| "{}".to_owned());
        self.connection.execute(
            "INSERT INTO pool (name, feature, version, terms) VALUES (?1, ?2, ?3, ?4)",
            params![pool.name, pool.feature, pool.version, terms],
        )?;
        let row = self.connection.last_insert_rowid();
        self.pools.insert(pool.name.clone(), (row, terms));
        self.features.insert(pool.feature.to_lowercase());
        Ok(row)
    }

    /// Writes what is not written yet, and with a look how far that goes, and its sample.
    fn write(&mut self, look: Option<(&Look, bool)>) -> rusqlite::Result<()> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        add_hours(
            &transaction,
            self.pending
                .iter()
                .map(|((row, hour), used)| (*row, *hour, *used)),
        )?;
        add_denied(&transaction, &self.denied)?;
        let mut progress = (self.hour, self.sampled);
        if let Some((look, is_sample)) = look {
            progress.0 = Some(Hour::of(look.at));
            if is_sample {
                progress.1 = Some(look.at);
                for pool in &look.pools {
                    if let Some((row, _)) = self.pools.get(&pool.name) {
                        add_sample(&transaction, *row, look.at, pool.in_use)?;
                    }
                }
            }
        }
        transaction.execute(
            "UPDATE progress SET hour = ?1, sampled_ms = ?2",
            params![
                progress.0.map(|hour| hour.0),
                progress.1.map(Timestamp::as_millisecond)
            ],
        )?;
        transaction.commit()?;
        self.pending.clear();
        self.denied.clear();
        (self.hour, self.sampled) = progress;
        Ok(())
    }
}

/// Adds hours to their days, which are read and written once for each day.
fn add_hours(
    transaction: &Transaction<'_>,
    uses: impl Iterator<Item = (i64, Hour, HourUse)>,
) -> rusqlite::Result<()> {
    let mut days: std::collections::BTreeMap<(i64, DayNumber), DayUse> = std::collections::BTreeMap::new();
    for (row, hour, used) in uses {
        let (day, within) = DayNumber::of(hour);
        days.entry((row, day)).or_default().add(within, used);
    }
    for ((row, day), more) in days {
        let mut stored = match body(transaction, "day", row, day)? {
            Some(bytes) => DayUse::decode(&bytes).ok_or_else(|| damaged("day"))?,
            None => DayUse::default(),
        };
        for (within, used) in more.observed() {
            stored.add(within, used);
        }
        put(transaction, "day", row, day, &stored.encode())?;
    }
    Ok(())
}

fn add_sample(transaction: &Transaction<'_>, row: i64, at: Timestamp, in_use: u32) -> rusqlite::Result<()> {
    let (day, _) = DayNumber::of(Hour::of(at));
    let start = day.hour(0).start();
    let minute = u16::try_from(at.duration_since(start).as_secs() / 60).unwrap_or(0);
    let mut samples = match body(transaction, "sample", row, day)? {
        Some(bytes) => DaySamples::decode(&bytes).ok_or_else(|| damaged("sample"))?,
        None => DaySamples::default(),
    };
    samples.add(minute, in_use);
    put(transaction, "sample", row, day, &samples.encode())
}

fn add_denied(transaction: &Transaction<'_>, denied: &HashMap<(String, Hour), u32>) -> rusqlite::Result<()> {
    for ((feature, hour), count) in denied {
        let (day, within) = DayNumber::of(*hour);
        let stored: Option<Vec<u8>> = transaction
            .prepare_cached("SELECT body FROM denied WHERE feature = ?1 AND day = ?2")?
            .query_row(params![feature, day.0], |row| row.get(0))
            .optional()?;
        let mut counts = match stored {
            Some(bytes) => DayCounts::decode(&bytes).ok_or_else(|| damaged("denied"))?,
            None => DayCounts::default(),
        };
        counts.raise(within, *count);
        transaction
            .prepare_cached(
                "INSERT INTO denied (feature, day, body) VALUES (?1, ?2, ?3)
                    ON CONFLICT (feature, day) DO UPDATE SET body = ?3",
            )?
            .execute(params![feature, day.0, counts.encode()])?;
    }
    Ok(())
}

fn body(
    transaction: &Transaction<'_>,
    table: &str,
    pool: i64,
    day: DayNumber,
) -> rusqlite::Result<Option<Vec<u8>>> {
    transaction
        .prepare_cached(&format!("SELECT body FROM {table} WHERE pool = ?1 AND day = ?2"))?
        .query_row(params![pool, day.0], |row| row.get(0))
        .optional()
}

fn put(
    transaction: &Transaction<'_>,
    table: &str,
    pool: i64,
    day: DayNumber,
    body: &[u8],
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(&format!(
            "INSERT INTO {table} (pool, day, body) VALUES (?1, ?2, ?3) ON CONFLICT (pool, day) DO UPDATE SET body = ?3"
        ))?
        .execute(params![pool, day.0, body])
        .map(drop)
}
