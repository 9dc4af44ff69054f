//! Use of seats over time: exact peaks by hour, and the products that were seen.
//!
//! A row is written when the first seat of an hour is checked out or in, and when the peak of the hour rises; steady traffic writes
//! nothing more. It is part of the transaction of the checkout, so that no crash loses a peak.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use licensing_management::usage::{Hour, HourPeak, PeakMeter};
use licensing_seats::pool::{PoolId, PoolIdentity};
use licensing_seats::seat::{Change, PoolLevel};
use rusqlite::{Connection, params};

use crate::StoreError;
use crate::journal::{Batch, PoolHistory};

use super::changes::Rows;
use super::connection;
use super::read::read_pools;

/// Most products of an hour that are kept for each pool: products say themselves what they are called.
const MAX_PRODUCTS: usize = 200;
/// Hours of peaks that are kept: five years.
const KEPT_PEAKS: i64 = 5 * 366 * 24;
/// Hours for which products are kept: 100 days, longer than uploads wait.
const KEPT_PRODUCTS: i64 = 100 * 24;

/// What the writer knows of the present hour.
#[derive(Debug, Default)]
pub(crate) struct UsageRecorder {
    pools: HashMap<PoolId, PoolUse>,
    /// Day of the last look for rows that are too old.
    day: Option<i64>,
}

#[derive(Debug)]
struct PoolUse {
    meter: PeakMeter,
    /// Most seats that could be checked out in the hour of the meter; none when unbounded.
    seats: Option<u32>,
    hour: Option<Hour>,
    products: HashSet<String>,
}

impl PoolUse {
    fn new(meter: PeakMeter, latest: Option<(HourPeak, Option<u32>)>) -> Self {
        Self {
            meter,
            seats: latest.and_then(|(_, seats)| seats),
            hour: latest.map(|(row, _)| row.hour),
            products: HashSet::new(),
        }
    }

    /// Begins another hour where one has begun.
    fn enter(&mut self, hour: Hour, seats: Option<u32>) {
        if self.hour.is_none_or(|known| known < hour) {
            self.hour = Some(hour);
            self.seats = seats;
            self.products.clear();
        }
    }
}

impl UsageRecorder {
    /// Goes on from what is stored; `levels` are the seats of the leases that were read back.
    pub(crate) fn resume(
        connection: &Connection,
        path: &Path,
        identities: &HashMap<i64, Arc<PoolIdentity>>,
        levels: Vec<PoolLevel>,
    ) -> Result<Self, StoreError> {
        let failed = |error: rusqlite::Error| StoreError::sqlite(path, &error);
        let levels: HashMap<PoolId, u32> = levels
            .into_iter()
            .map(|level| (level.pool.id(), level.now))
            .collect();
        // By the key of each pool; grouping the rows by pool would read all of them, which may be years.
        let mut statement = connection
            .prepare(
                "SELECT pool.id, hour, start, peak, seats FROM pool CROSS JOIN usage_hour ON usage_hour.pool = pool.id
                    WHERE hour = (SELECT max(newer.hour) FROM usage_hour AS newer WHERE newer.pool = pool.id)",
            )
            .map_err(failed)?;
        let latest: HashMap<i64, (HourPeak, Option<u32>)> = statement
            .query_map([], |row| {
                let peak = HourPeak {
                    hour: Hour(row.get(1)?),
                    start: row.get(2)?,
                    peak: row.get(3)?,
                };
                Ok((row.get(0)?, (peak, row.get(4)?)))
            })
            .and_then(Iterator::collect)
            .map_err(failed)?;
        let pools = identities
            .iter()
            .map(|(row, identity)| {
                let id = identity.id();
                let latest = latest.get(row).copied();
                let meter = PeakMeter::resume(
                    levels.get(&id).copied().unwrap_or(0),
                    latest.map(|(peak, _)| peak),
                );
                (id, PoolUse::new(meter, latest))
            })
            .collect();
        Ok(Self { pools, day: None })
    }

    /// Writes what a batch changes of the statistics. When its transaction fails, everything is read again.
    pub(crate) fn write(&mut self, rows: &mut Rows<'_>, batch: &Batch, at_ms: i64) -> Result<(), StoreError> {
        let hour = Hour::of_ms(at_ms);
        for level in &batch.levels {
            let id = level.pool.id();
            let pool = self.pool(id);
            pool.enter(hour, level.limit);
            let known = pool.seats;
            // No bound at any time of the hour is no bound of the hour.
            pool.seats = pool.seats.zip(level.limit).map(|(known, limit)| known.max(limit));
            let first = pool.meter.record(at_ms, level.highest);
            let last = pool.meter.record(at_ms, level.now);
            let changed = known != pool.seats;
            let seats = pool.seats;
            if let Some(peak) = last.or(first).or_else(|| pool.meter.row().filter(|_| changed)) {
                let row = rows.pool(id, &level.pool)?;
                write_hour(rows, row, peak, seats)?;
            }
        }
        for change in &batch.changes {
            if let Change::Opened { record, pool, .. } = change
                && self.sees(record.pool, &record.holder.product, hour)
            {
                let row = rows.pool(record.pool, pool)?;
                write_product(rows, row, hour, &record.holder.product)?;
            }
        }
        self.forget(rows, hour)
    }

    fn pool(&mut self, id: PoolId) -> &mut PoolUse {
        self.pools
            .entry(id)
            .or_insert_with(|| PoolUse::new(PeakMeter::resume(0, None), None))
    }

    /// Whether a product is new in this hour.
    fn sees(&mut self, id: PoolId, product: &str, hour: Hour) -> bool {
        let pool = self.pool(id);
        pool.enter(hour, None);
        if pool.products.contains(product) || pool.products.len() >= MAX_PRODUCTS {
            return false;
        }
        pool.products.insert(product.to_owned())
    }

    /// Once a day removes what is too old.
    fn forget(&mut self, rows: &Rows<'_>, hour: Hour) -> Result<(), StoreError> {
        let day = hour.0.div_euclid(24);
        if self.day == Some(day) {
            return Ok(());
        }
        self.day = Some(day);
        let remove = |sql: &str, pool: i64, kept: i64| {
            rows.transaction
                .prepare_cached(sql)
                .and_then(|mut statement| statement.execute(params![pool, hour.0.saturating_sub(kept)]))
                .map(drop)
                .map_err(|error| StoreError::sqlite(rows.path, &error))
        };
        // Pool by pool, as the keys begin with it: all pools at once would mean to read every row while checkouts wait.
        for pool in rows.pools.values() {
            // The newest row of each pool stays: it says how many seats were checked out since.
            remove(
                "DELETE FROM usage_hour WHERE pool = ?1
                    AND hour < min(?2, (SELECT max(hour) FROM usage_hour WHERE pool = ?1))",
                *pool,
                KEPT_PEAKS,
            )?;
            remove(
                "DELETE FROM usage_product WHERE pool = ?1 AND hour < ?2",
                *pool,
                KEPT_PRODUCTS,
            )?;
        }
        Ok(())
    }
}

fn write_hour(rows: &Rows<'_>, pool: i64, peak: HourPeak, seats: Option<u32>) -> Result<(), StoreError> {
    rows.transaction
        .prepare_cached(
            "INSERT INTO usage_hour (pool, hour, start, peak, seats) VALUES (?1, ?2, ?3, ?4, ?5)
                ON CONFLICT (pool, hour) DO UPDATE SET peak = ?4, seats = ?5",
        )
        .and_then(|mut statement| statement.execute(params![pool, peak.hour.0, peak.start, peak.peak, seats]))
        .map(drop)
        .map_err(|error| StoreError::sqlite(rows.path, &error))
}

fn write_product(rows: &Rows<'_>, pool: i64, hour: Hour, product: &str) -> Result<(), StoreError> {
    rows.transaction
        .prepare_cached("INSERT OR IGNORE INTO usage_product (pool, hour, product) VALUES (?1, ?2, ?3)")
        .and_then(|mut statement| statement.execute(params![pool, hour.0, product]))
        .map(drop)
        .map_err(|error| StoreError::sqlite(rows.path, &error))
}

/// Reads the statistics of a window of full hours, `to` excluded, of all pools that ever had a lease.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn history(path: &Path, from: Hour, to: Hour) -> Result<Vec<PoolHistory>, StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(path, &error);
    let mut connection = connection::open_to_read(path).map_err(failed)?;
    // One instant for all tables.
    let snapshot = connection.transaction().map_err(failed)?;
    let mut pools = Vec::new();
    for (row, pool) in read_pools(&snapshot, path)? {
        let mut history = PoolHistory {
            pool,
            hours: Vec::new(),
            seats: Some(0),
            products: Vec::new(),
        };
        read_hours(&snapshot, row, from, to, &mut history).map_err(failed)?;
        read_products(&snapshot, row, from, to, &mut history).map_err(failed)?;
        pools.push(history);
    }
    pools.sort_by_key(|history| history.pool.id());
    Ok(pools)
}

fn read_hours(
    connection: &Connection,
    pool: i64,
    from: Hour,
    to: Hour,
    history: &mut PoolHistory,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "SELECT hour, start, peak, seats FROM usage_hour WHERE pool = ?1 AND hour >= ?2 ORDER BY hour",
    )?;
    let mut rows = statement.query(params![pool, from.0])?;
    let mut any = false;
    while let Some(row) = rows.next()? {
        let hour = Hour(row.get(0)?);
        history.hours.push(HourPeak {
            hour,
            start: row.get(1)?,
            peak: row.get(2)?,
        });
        if hour >= to {
            break;
        }
        any = true;
        history.seats = history
            .seats
            .zip(row.get::<_, Option<u32>>(3)?)
            .map(|(most, seats)| most.max(seats));
    }
    if !any {
        history.seats = None;
    }
    Ok(())
}

fn read_products(
    connection: &Connection,
    pool: i64,
    from: Hour,
    to: Hour,
    history: &mut PoolHistory,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "SELECT product, min(hour), max(hour) FROM usage_product
            WHERE pool = ?1 AND hour >= ?2 AND hour < ?3 GROUP BY product ORDER BY product",
    )?;
    let mut rows = statement.query(params![pool, from.0, to.0])?;
    while let Some(row) = rows.next()? {
        history
            .products
            .push((row.get(0)?, Hour(row.get(1)?), Hour(row.get(2)?)));
    }
    Ok(())
}
