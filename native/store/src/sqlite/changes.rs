//! Changes of the ledger as changes of rows.

use std::collections::HashMap;
use std::path::Path;

use licensing_seats::pool::{PoolId, PoolIdentity};
use licensing_seats::seat::{BurstRecord, Change, LeaseRecord, LeaseTerm, PairRecord};
use rusqlite::{ToSql, Transaction, params};

use crate::StoreError;

use super::head::Head;
use super::row;
use super::row::serial;

/// The rows within one transaction.
pub(crate) struct Rows<'a> {
    pub(crate) transaction: &'a Transaction<'a>,
    pub(crate) path: &'a Path,
    /// Rows of the pools that were stored before.
    pub(crate) pools: &'a HashMap<PoolId, i64>,
    /// Rows of the pools that this transaction adds.
    pub(crate) new_pools: Vec<(PoolId, i64)>,
}

impl Rows<'_> {
    /// Carries out one change, and what it does to the sums of the head.
    pub(crate) fn apply(&mut self, change: &Change, head: &mut Head) -> Result<(), StoreError> {
        match change {
            Change::Opened { record, pool, .. } => {
                let pool = self.pool(record.pool, pool)?;
                let serial = serial(record.serial, self.path)?;
                let (body, sum) = row::encode(record, serial, pool);
                self.one(
                    "INSERT INTO lease (serial, pool, body) VALUES (?1, ?2, ?3)",
                    params![serial, pool, body],
                )?;
                head.leases.add(sum);
            }
            Change::Lingers {
                record,
                before,
                pool,
                seconds: _,
            } => self.linger(record, *before, pool, head)?,
            Change::Closed(closed) => {
                let pool = self.pool(closed.record.pool, &closed.pool)?;
                let serial = serial(closed.record.serial, self.path)?;
                self.one("DELETE FROM lease WHERE serial = ?1", params![serial])?;
                head.leases.remove(row::encode(&closed.record, serial, pool).1);
            }
            Change::Used { record, before, pool } => self.note_use(record, before.as_ref(), pool, head)?,
            Change::Released {
                record,
                before,
                pool,
                reason: _,
            } => self.release(record, before.as_ref(), pool, head)?,
            Change::BurstStarted { record, before } => {
                if let Some(before) = before {
                    head.bursts.remove(row::encode_burst(before).1);
                }
                self.burst(record, head)?;
            }
            Change::BurstEnded(record) => {
                let before = BurstRecord {
                    over: false,
                    ..record.clone()
                };
                head.bursts.remove(row::encode_burst(&before).1);
                self.burst(record, head)?;
            }
            // Denials are written on their own, see `PendingDenials`; places in the queue are not stored.
            Change::Denied(_) | Change::GrantedLater(_) | Change::Queued(_) => {}
        }
        Ok(())
    }

    fn linger(
        &mut self,
        record: &LeaseRecord,
        before: LeaseTerm,
        pool: &PoolIdentity,
        head: &mut Head,
    ) -> Result<(), StoreError> {
        let pool = self.pool(record.pool, pool)?;
        let serial = serial(record.serial, self.path)?;
        let before = LeaseRecord {
            term: before,
            ..record.clone()
        };
        let (body, sum) = row::encode(record, serial, pool);
        self.one(
            "UPDATE lease SET body = ?2 WHERE serial = ?1",
            params![serial, body],
        )?;
        head.leases.remove(row::encode(&before, serial, pool).1);
        head.leases.add(sum);
        Ok(())
    }

    fn burst(&self, record: &BurstRecord, head: &mut Head) -> Result<(), StoreError> {
        let (body, sum) = row::encode_burst(record);
        head.bursts.add(sum);
        self.one(
            "INSERT INTO burst (feature, body) VALUES (?1, ?2) ON CONFLICT (feature) DO UPDATE SET body = ?2",
            params![record.feature, body],
        )
    }

    fn note_use(
        &mut self,
        record: &PairRecord,
        before: Option<&PairRecord>,
        pool: &PoolIdentity,
        head: &mut Head,
    ) -> Result<(), StoreError> {
        let pool = self.pool(record.pool, pool)?;
        let serial = serial(record.serial, self.path)?;
        let (body, sum) = row::encode_pair(record, serial, pool);
        match before {
            None => self.one(
                "INSERT INTO pair (serial, pool, body) VALUES (?1, ?2, ?3)",
                params![serial, pool, body],
            )?,
            Some(before) => {
                self.one(
                    "UPDATE pair SET body = ?2 WHERE serial = ?1",
                    params![serial, body],
                )?;
                head.pairs.remove(row::encode_pair(before, serial, pool).1);
            }
        }
        head.pairs.add(sum);
        Ok(())
    }

    fn release(
        &mut self,
        record: &PairRecord,
        before: Option<&PairRecord>,
        pool: &PoolIdentity,
        head: &mut Head,
    ) -> Result<(), StoreError> {
        let pool = self.pool(record.pool, pool)?;
        let serial = serial(record.serial, self.path)?;
        let before = before
            .ok_or_else(|| StoreError::damaged(self.path, format!("pair {serial} was never stored")))?;
        self.one("DELETE FROM pair WHERE serial = ?1", params![serial])?;
        head.pairs.remove(row::encode_pair(before, serial, pool).1);
        Ok(())
    }

    /// Changes exactly one row.
    fn one(&self, sql: &str, values: &[&dyn ToSql]) -> Result<(), StoreError> {
        let changed = self
            .transaction
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute(values))
            .map_err(|error| StoreError::sqlite(self.path, &error))?;
        if changed == 1 {
            Ok(())
        } else {
            Err(StoreError::damaged(
                self.path,
                format!("{changed} rows were changed instead of one: {sql}"),
            ))
        }
    }

    pub(crate) fn pool(&mut self, id: PoolId, identity: &PoolIdentity) -> Result<i64, StoreError> {
        if let Some(row) = self.pools.get(&id) {
            return Ok(*row);
        }
        if let Some((_, row)) = self.new_pools.iter().find(|(new, _)| *new == id) {
            return Ok(*row);
        }
        let json = serde_json::to_string(identity)
            .map_err(|error| StoreError::damaged(self.path, format!("{id:?}: {error}")))?;
        self.one(
            "INSERT INTO pool (fingerprint, identity) VALUES (?1, ?2)",
            params![id.as_bytes().as_slice(), json],
        )?;
        let row = self.transaction.last_insert_rowid();
        self.new_pools.push((id, row));
        Ok(row)
    }
}
