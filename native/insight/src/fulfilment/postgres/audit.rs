//! The audit in PostgreSQL.

use deadpool_postgres::{Client, GenericClient, Transaction};
use jiff::Timestamp;
use licensing_seats::audit::{AuditChain, AuditRecord, AuditVerifier};
use tokio_postgres::IsolationLevel;

use super::rows::{all, execute};
use crate::fulfilment::audit::{CHAIN, RecordedChange, broken, decode};
use crate::fulfilment::columns::damaged;
use crate::storage::StorageError;
use crate::storage::postgres::failed;

/// Records that are read at a time.
const AT_A_TIME: i64 = 1000;

/// Appends a record, in the transaction of the change itself. The caller holds [`super::schema::lock::CHANGES`].
pub(super) async fn record(
    transaction: &Transaction<'_>,
    change: &RecordedChange,
    at: Timestamp,
) -> Result<(), StorageError> {
    let mut chain = end(transaction).await?;
    let sealed = chain.append(at, change.entry());
    put(transaction, sealed.sequence, &sealed.body, &sealed.hash).await?;
    set_end(transaction, &chain).await
}

/// The latest records, the latest first.
pub(super) async fn newest(client: &Client, most: u32) -> Result<Vec<AuditRecord>, StorageError> {
    let query = "SELECT body FROM fulfilment_audit ORDER BY sequence DESC LIMIT $1";
    all(client, query, &[&i64::from(most)], |row| decode(row.get(0))).await
}

/// Walks the whole chain. Gives the number of records.
pub(super) async fn verify(client: &mut Client) -> Result<u64, StorageError> {
    // Records and end of one instant: what is appended meanwhile would look like damage.
    let snapshot = client
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .await
        .map_err(failed)?;
    let query =
        "SELECT sequence, body, hash FROM fulfilment_audit WHERE sequence > $1 ORDER BY sequence LIMIT $2";
    let mut verifier = AuditVerifier::new(AuditChain::new(CHAIN));
    let mut read_up_to = i64::MIN;
    loop {
        let rows = snapshot
            .query(query, &[&read_up_to, &AT_A_TIME])
            .await
            .map_err(failed)?;
        let Some(latest) = rows.last() else { break };
        read_up_to = latest.get(0);
        for row in &rows {
            verifier
                .check(row.get::<_, i64>(0).cast_unsigned(), row.get(1), row.get(2))
                .map_err(|error| broken(&error))?;
        }
    }
    let end = end(&snapshot).await?;
    verifier.finish(&end).map_err(|error| broken(&error))?;
    Ok(end.last())
}

/// Stores a record as it is.
pub(super) async fn put(
    transaction: &Transaction<'_>,
    sequence: u64,
    body: &[u8],
    hash: &[u8],
) -> Result<(), StorageError> {
    execute(
        transaction,
        "INSERT INTO fulfilment_audit (sequence, body, hash) VALUES ($1, $2, $3)",
        &[&sequence.cast_signed(), &body, &hash],
    )
    .await?;
    Ok(())
}

/// Stores where the chain ends, apart from the records, so that missing last ones show.
pub(super) async fn set_end(transaction: &Transaction<'_>, end: &AuditChain) -> Result<(), StorageError> {
    execute(
        transaction,
        "INSERT INTO fulfilment_audit_end (only_row, sequence, hash) VALUES (true, $1, $2)
         ON CONFLICT (only_row) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash",
        &[&end.last().cast_signed(), &end.hash().as_slice()],
    )
    .await?;
    Ok(())
}

/// Where the chain ends.
async fn end(client: &impl GenericClient) -> Result<AuditChain, StorageError> {
    let row = client
        .query_opt("SELECT sequence, hash FROM fulfilment_audit_end", &[])
        .await
        .map_err(failed)?;
    let Some(row) = row else {
        return Ok(AuditChain::new(CHAIN));
    };
    let hash = <[u8; 32]>::try_from(row.get::<_, &[u8]>(1)).map_err(damaged)?;
    Ok(AuditChain::resume(row.get::<_, i64>(0).cast_unsigned(), hash))
}
