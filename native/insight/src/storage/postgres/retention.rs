//! Dropping what is old, a month at a time.

use deadpool_postgres::{Client, Transaction};
use jiff::Timestamp;

use super::queue::AGAIN;
use super::schema::{Month, lock};
use super::{begin, failed, storable};
use crate::storage::StorageError;

/// Drops the months that ended before an instant, but the latest upload of each server, which goes to the table of the rest.
pub(super) async fn drop_before(
    client: &mut Client,
    before: Timestamp,
    documents_before: Timestamp,
) -> Result<u64, StorageError> {
    let transaction = begin(client, lock::UPLOADS).await?;
    let mut dropped = 0;
    for table in over(&transaction, "upload", before).await? {
        dropped += drop_month(&transaction, &table).await?;
    }
    dropped += transaction
        .execute(
            "DELETE FROM upload_other AS old WHERE received < $1 AND NOT EXISTS (SELECT FROM history
             WHERE history.server = old.server AND history.upload_id = old.upload_id AND history.integrity = old.integrity)",
            &[&storable(before)],
        )
        .await
        .map_err(failed)?;
    for table in over(&transaction, "document", documents_before).await? {
        transaction
            .batch_execute(&format!("DROP TABLE {table}"))
            .await
            .map_err(failed)?;
    }
    transaction
        .execute(
            "DELETE FROM document_other WHERE received < $1",
            &[&storable(documents_before)],
        )
        .await
        .map_err(failed)?;
    if dropped > 0 {
        // Only what is found can change by that; nothing new comes of what is gone.
        transaction
            .batch_execute(&format!(
                "INSERT INTO noted SELECT DISTINCT server FROM finding_server {AGAIN}"
            ))
            .await
            .map_err(failed)?;
        drop_lists(&transaction, before).await?;
    }
    transaction.commit().await.map_err(failed)?;
    Ok(dropped)
}

/// Tables of months that ended before an instant.
async fn over(
    transaction: &Transaction<'_>,
    parent: &str,
    before: Timestamp,
) -> Result<Vec<String>, StorageError> {
    let rows = transaction
        .query(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = $1::text::regclass ORDER BY 1",
            &[&parent],
        )
        .await
        .map_err(failed)?;
    Ok(rows
        .iter()
        .map(|row| row.get::<_, String>(0))
        .filter(|table| {
            Month::of_table(table)
                .and_then(Month::end)
                .is_some_and(|end| end <= before)
        })
        .collect())
}

async fn drop_month(transaction: &Transaction<'_>, table: &str) -> Result<u64, StorageError> {
    transaction
        .batch_execute(&format!("ALTER TABLE upload DETACH PARTITION {table}"))
        .await
        .map_err(failed)?;
    let kept = transaction
        .execute(
            &format!(
                "INSERT INTO upload_other SELECT old.* FROM {table} AS old JOIN history USING (server, upload_id, integrity)"
            ),
            &[],
        )
        .await
        .map_err(failed)?;
    let all: i64 = transaction
        .query_one(&format!("SELECT count(*) FROM {table}"), &[])
        .await
        .map_err(failed)?
        .get(0);
    transaction
        .batch_execute(&format!("DROP TABLE {table}"))
        .await
        .map_err(failed)?;
    Ok(all.unsigned_abs().saturating_sub(kept))
}

/// Drops what no upload refers to any more.
async fn drop_lists(transaction: &Transaction<'_>, before: Timestamp) -> Result<(), StorageError> {
    // A holding that went on after the instant has an upload; of the others the uploads themselves are asked.
    transaction
        .execute(
            "DELETE FROM holding WHERE finish < $1 AND NOT EXISTS (SELECT FROM upload
             WHERE upload.server = holding.server AND upload.list = holding.list)",
            &[&storable(before)],
        )
        .await
        .map_err(failed)?;
    transaction
        .batch_execute("DELETE FROM list WHERE NOT EXISTS (SELECT FROM holding WHERE holding.list = list.id)")
        .await
        .map_err(failed)
}
