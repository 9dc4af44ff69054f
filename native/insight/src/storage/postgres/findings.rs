//! Findings with their lives.

use std::collections::BTreeMap;

use deadpool_postgres::{Client, Transaction};
use licensing_management::compliance::{FindingRecord, FindingState};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{failed, storable, uuid_of};
use crate::storage::{FindingFilter, StorageError};

fn read(row: &Row) -> Result<FindingRecord, StorageError> {
    serde_json::from_str(row.get(0)).map_err(|error| StorageError::Damaged(format!("a finding: {error}")))
}

fn by_key(rows: &[Row]) -> Result<BTreeMap<String, FindingRecord>, StorageError> {
    rows.iter()
        .map(|row| read(row).map(|record| (record.finding.key.clone(), record)))
        .collect()
}

pub(super) async fn of_scopes(
    client: &Client,
    scopes: &[String],
) -> Result<BTreeMap<String, FindingRecord>, StorageError> {
    let statement = client
        .prepare_cached("SELECT record FROM finding WHERE scope = ANY($1)")
        .await
        .map_err(failed)?;
    by_key(&client.query(&statement, &[&scopes]).await.map_err(failed)?)
}

pub(super) async fn one(client: &Client, key: &str) -> Result<Option<FindingRecord>, StorageError> {
    let statement = client
        .prepare_cached("SELECT record FROM finding WHERE key = $1")
        .await
        .map_err(failed)?;
    let row = client.query_opt(&statement, &[&key]).await.map_err(failed)?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn list(
    client: &Client,
    filter: FindingFilter<'_>,
) -> Result<Vec<FindingRecord>, StorageError> {
    let since = filter.resolved_since.map(storable);
    let rows = match filter.servers {
        None => {
            let statement = client
                .prepare_cached("SELECT record FROM finding WHERE resolved IS NULL OR resolved >= $1")
                .await
                .map_err(failed)?;
            client.query(&statement, &[&since]).await
        }
        Some(servers) => {
            let servers: Vec<Uuid> = servers.iter().map(uuid_of).collect();
            let statement = client
                .prepare_cached(
                    "SELECT record FROM finding WHERE (resolved IS NULL OR resolved >= $2)
                     AND key IN (SELECT key FROM finding_server WHERE server = ANY($1))",
                )
                .await
                .map_err(failed)?;
            client.query(&statement, &[&servers, &since]).await
        }
    }
    .map_err(failed)?;
    Ok(by_key(&rows)?.into_values().collect())
}

pub(super) async fn put(
    transaction: &Transaction<'_>,
    scope: &str,
    record: &FindingRecord,
) -> Result<(), StorageError> {
    let key = &record.finding.key;
    let text = serde_json::to_string(record)
        .map_err(|error| StorageError::Damaged(format!("finding {key} cannot be written: {error}")))?;
    let resolved = (record.state == FindingState::Resolved).then(|| storable(record.changed));
    let servers: Vec<Uuid> = record.finding.servers.iter().map(uuid_of).collect();
    let statement = transaction
        .prepare_cached(
            "INSERT INTO finding VALUES ($1, $2, $3, $4)
             ON CONFLICT (key) DO UPDATE SET scope = $2, resolved = $3, record = $4",
        )
        .await
        .map_err(failed)?;
    transaction
        .execute(&statement, &[key, &scope, &resolved, &text])
        .await
        .map_err(failed)?;
    transaction
        .execute(
            "DELETE FROM finding_server WHERE key = $1 AND server <> ALL($2)",
            &[key, &servers],
        )
        .await
        .map_err(failed)?;
    transaction
        .execute(
            "INSERT INTO finding_server SELECT server, $1 FROM unnest($2::uuid[]) AS server ON CONFLICT DO NOTHING",
            &[key, &servers],
        )
        .await
        .map_err(failed)?;
    Ok(())
}
