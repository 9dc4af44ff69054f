//! Reading a file at the start, and checking that it says what was written.

use licensing_seats::Moment;
use licensing_seats::audit::AuditField;
use licensing_seats::seat::{Ledger, RequestKey, RestoreError};

use crate::StoreError;
use crate::journal::LedgerTerms;

use super::head::Tally;
use super::journal::SqliteJournal;
use super::read::{Read, each_row, read_bursts, read_head, read_pools};
use super::usage::UsageRecorder;
use super::verify::{chain_at, verify_audit};
use super::{denials, row, schema};

/// How many of the last audit records are verified at every start. All of them are by [`super::verify()`].
pub(crate) const TAIL: u64 = 10_000;

impl SqliteJournal {
    /// Reads everything and checks it: structure, every lease, their number and sum, the end of the audit.
    pub(super) fn read_ledger(&mut self, terms: &LedgerTerms, now: Moment) -> Result<Ledger, StoreError> {
        self.head = read_head(&self.connection, &self.path)?;
        self.check_structure()?;
        let identities = read_pools(&self.connection, &self.path)?;
        let mut ledger = Ledger::new(terms.settings.clone(), terms.pools.clone(), now);
        ledger.replace_rules(terms.rules.clone());
        ledger.raise_next_serial(self.head.next_serial);
        self.kept_denials = terms.settings.kept_denials;
        let mut pairs = Tally::default();
        each_row(&self.connection, &self.path, "pair", |serial, pool, body| {
            let identity = identities.get(&pool).ok_or("has no pool")?;
            let (record, sum) = row::decode_pair(serial, pool, identity.id(), body).ok_or("was changed")?;
            pairs.add(sum);
            ledger
                .restore_pair(&record, identity)
                .map_err(|_| "is there twice")
        })?;
        let mut leases = Tally::default();
        each_row(&self.connection, &self.path, "lease", |serial, pool, body| {
            let identity = identities.get(&pool).ok_or("has no pool")?;
            let (record, sum) = row::decode(serial, pool, identity.id(), body).ok_or("was changed")?;
            leases.add(sum);
            ledger
                .restore(record, identity, now)
                .map_err(|error| match error {
                    RestoreError::DuplicateLease { .. } => "has the name of another one",
                    RestoreError::DuplicateRequest { .. } => "comes from the request of another one",
                    RestoreError::DuplicateAssignment { .. } => "is there twice",
                    RestoreError::BadHolder { .. } => "has a holder that no request can have",
                })
        })?;
        let read = Read {
            leases,
            pairs,
            bursts: read_bursts(&self.connection, &self.path, |record| {
                ledger.restore_burst(record)
            })?,
            denials: denials::read(&self.connection, &self.path, |record, count| {
                ledger.restore_denial(&record, count);
            })?,
        };
        read.as_written(&self.path, &self.head)?;
        self.has_sealed_records = true;
        self.usage =
            UsageRecorder::resume(&self.connection, &self.path, &identities, ledger.take_levels(now))?;
        self.read_tail(&mut ledger, now)?;
        self.pools = identities
            .into_iter()
            .map(|(row, identity)| (identity.id(), row))
            .collect();
        Ok(ledger)
    }

    /// Lets SQLite check the small tables. The audit is left to its chain: it may be large.
    fn check_structure(&self) -> Result<(), StoreError> {
        for table in schema::SMALL_TABLES {
            let result: String = self
                .connection
                .query_row(&format!("PRAGMA quick_check('{table}')"), [], |row| row.get(0))
                .map_err(|error| self.error(&error))?;
            if result != "ok" {
                return Err(StoreError::damaged(
                    &self.path,
                    format!("table {table}: {result}"),
                ));
            }
        }
        Ok(())
    }

    /// Verifies the last audit records, and takes the request keys of leases that have ended from them.
    fn read_tail(&self, ledger: &mut Ledger, now: Moment) -> Result<(), StoreError> {
        let last = self.head.audit.last();
        let start = chain_at(
            &self.connection,
            &self.path,
            &self.head,
            last.saturating_sub(TAIL),
        )?;
        verify_audit(&self.connection, &self.path, &self.head, start, &mut |record| {
            if let Some(key) = record
                .is_closed()
                .then(|| record.bytes(AuditField::RequestKey))
                .flatten()
                .and_then(RequestKey::from_slice)
            {
                ledger.remember_closed(key, now);
            }
        })
        .map(|_| ())
    }
}
