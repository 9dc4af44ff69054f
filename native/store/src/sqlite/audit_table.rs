//! The audit of administrative changes, in the database that has what they change.
//!
//! The schema of that database has two tables: `audit` (sequence, body, hash) for the records, and `audit_end` (only_row,
//! sequence, hash) for the end of their chain, apart from them, so that missing last records show.

use jiff::Timestamp;
use licensing_seats::audit::{AuditChain, AuditEntry, AuditError, AuditVerifier};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

/// The audit of one database.
#[derive(Debug, Clone, Copy)]
pub struct AuditTable {
    chain: &'static str,
}

impl AuditTable {
    /// `chain` stands where the chains of vendor daemons have the vendor. No vendor is named with a blank.
    pub const fn of(chain: &'static str) -> Self {
        Self { chain }
    }

    /// Appends a record, in the transaction of the change itself.
    ///
    /// # Errors
    /// Whatever SQLite answers.
    pub fn append(
        self,
        transaction: &Transaction<'_>,
        at: Timestamp,
        entry: AuditEntry,
    ) -> rusqlite::Result<()> {
        let sealed = self.end(transaction)?.append(at, entry);
        transaction.execute(
            "INSERT INTO audit (sequence, body, hash) VALUES (?1, ?2, ?3)",
            params![sealed.sequence.cast_signed(), sealed.body, sealed.hash],
        )?;
        transaction.execute(
            "INSERT INTO audit_end (only_row, sequence, hash) VALUES (1, ?1, ?2)
             ON CONFLICT (only_row) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash",
            params![sealed.sequence.cast_signed(), sealed.hash],
        )?;
        Ok(())
    }

    /// Walks the whole chain. Gives the number of records, or what does not fit.
    ///
    /// # Errors
    /// Whatever SQLite answers.
    pub fn verify(self, connection: &Connection) -> rusqlite::Result<Result<u64, AuditError>> {
        // Records and end of one instant: what is appended meanwhile would look like damage.
        let snapshot = connection.unchecked_transaction()?;
        let mut statement = snapshot.prepare("SELECT sequence, body, hash FROM audit ORDER BY sequence")?;
        let mut rows = statement.query([])?;
        let mut verifier = AuditVerifier::new(AuditChain::new(self.chain));
        while let Some(row) = rows.next()? {
            let sequence = row.get::<_, i64>(0)?.unsigned_abs();
            let (body, hash): (Vec<u8>, Vec<u8>) = (row.get(1)?, row.get(2)?);
            if let Err(error) = verifier.check(sequence, &body, &hash) {
                return Ok(Err(error));
            }
        }
        let end = self.end(&snapshot)?;
        Ok(verifier.finish(&end).map(|()| end.last()))
    }

    /// Where the chain ends.
    ///
    /// # Errors
    /// Whatever SQLite answers.
    pub fn end(self, connection: &Connection) -> rusqlite::Result<AuditChain> {
        let end: Option<(u64, [u8; 32])> = connection
            .query_row("SELECT sequence, hash FROM audit_end", [], |row| {
                Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?))
            })
            .optional()?;
        Ok(match end {
            Some((sequence, hash)) => AuditChain::resume(sequence, hash),
            None => AuditChain::new(self.chain),
        })
    }
}
