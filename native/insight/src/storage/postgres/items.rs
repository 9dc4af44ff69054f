//! Small things by key.

use deadpool_postgres::{Client, GenericClient};

use super::{begin, failed, schema::lock};
use crate::storage::{Change, Expected, Kind, StorageError};

pub(super) async fn item(
    client: &impl GenericClient,
    kind: Kind,
    key: &str,
) -> Result<Option<String>, StorageError> {
    let statement = client
        .prepare_cached("SELECT value FROM item WHERE kind = $1 AND key = $2")
        .await
        .map_err(failed)?;
    let row = client
        .query_opt(&statement, &[&kind.name(), &key])
        .await
        .map_err(failed)?;
    Ok(row.map(|row| row.get(0)))
}

pub(super) async fn items(
    client: &Client,
    kind: Kind,
    organization: Option<&str>,
) -> Result<Vec<String>, StorageError> {
    let statement = client
        .prepare_cached(
            "SELECT value FROM item WHERE kind = $1 AND ($2::text IS NULL OR organization = $2)
             ORDER BY key COLLATE \"C\"",
        )
        .await
        .map_err(failed)?;
    let rows = client
        .query(&statement, &[&kind.name(), &organization])
        .await
        .map_err(failed)?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

pub(super) async fn change(
    client: &mut Client,
    expected: &[Expected],
    changes: &[Change],
) -> Result<bool, StorageError> {
    // Also what does not exist yet must stay so until this is done.
    let transaction = begin(client, lock::ITEMS).await?;
    for one in expected {
        if item(&transaction, one.kind, &one.key).await? != one.value {
            return Ok(false);
        }
    }
    let put = transaction
        .prepare_cached(
            "INSERT INTO item VALUES ($1, $2, $3, $4)
             ON CONFLICT (kind, key) DO UPDATE SET organization = excluded.organization, value = excluded.value",
        )
        .await
        .map_err(failed)?;
    for change in changes {
        match change {
            Change::Put {
                kind,
                key,
                organization,
                value,
            } => {
                transaction
                    .execute(&put, &[&kind.name(), key, organization, value])
                    .await
            }
            Change::Remove { kind, key } => {
                transaction
                    .execute(
                        "DELETE FROM item WHERE kind = $1 AND key = $2",
                        &[&kind.name(), key],
                    )
                    .await
            }
        }
        .map_err(failed)?;
    }
    transaction.commit().await.map_err(failed)?;
    Ok(true)
}
