//! Servers that are to be looked at, and messages that wait to be delivered.

use deadpool_postgres::{Client, Transaction};
use jiff::Timestamp;
use licensing_delivery::{Tried, latest_due};
use licensing_management::id::ServerGuid;
use uuid::Uuid;

use super::{failed, guid, limit, storable, uuid_of};
use crate::storage::{Concerned, Delivery, Note, StorageError};

/// What makes of a note another one. Rows come in the order of servers: two who note many at once then wait for each other,
/// and never both.
pub(super) const AGAIN: &str = "ORDER BY 1 ON CONFLICT (server) DO UPDATE SET mark = excluded.mark";

pub(super) async fn note(client: &Client, concerned: Concerned<'_>) -> Result<(), StorageError> {
    match concerned {
        Concerned::Servers(servers) => {
            let servers: Vec<Uuid> = servers.iter().map(uuid_of).collect();
            client
                .execute(
                    &format!("INSERT INTO noted SELECT DISTINCT unnest($1::uuid[]) {AGAIN}"),
                    &[&servers],
                )
                .await
        }
        Concerned::Serials(serials) => {
            client
                .execute(
                    &format!(
                        "INSERT INTO noted SELECT DISTINCT server FROM list_serial JOIN holding USING (list)
                         WHERE serial_key = ANY($1) {AGAIN}"
                    ),
                    &[&serials],
                )
                .await
        }
        Concerned::Features(features) => {
            client
                .execute(
                    &format!(
                        "INSERT INTO noted SELECT DISTINCT server FROM list_feature JOIN holding USING (list)
                         WHERE feature_key = ANY($1) {AGAIN}"
                    ),
                    &[&features],
                )
                .await
        }
    }
    .map_err(failed)?;
    Ok(())
}

pub(super) async fn noted(client: &Client, most: usize) -> Result<Vec<ServerGuid>, StorageError> {
    let rows = client
        .query("SELECT server FROM noted LIMIT $1", &[&limit(most)])
        .await
        .map_err(failed)?;
    Ok(rows.iter().map(|row| guid(row.get(0))).collect())
}

/// Everything of which a finding may have to be made or ended; docs/insight.md shows how PostgreSQL carries it out.
pub const SUSPECTS: &str = "
INSERT INTO noted
SELECT server FROM history WHERE NOT regular
UNION
SELECT finding_server.server FROM finding_server JOIN finding USING (key) WHERE finding.resolved IS NULL
UNION
SELECT item.key::uuid FROM item
WHERE item.kind = 'server' AND NOT EXISTS (SELECT FROM history WHERE history.server = item.key::uuid)
UNION
SELECT own.server
FROM list_serial AS own_serial
JOIN list_serial AS other_serial USING (serial_key, vendor_key)
JOIN holding AS own ON own.list = own_serial.list
JOIN holding AS other ON other.list = other_serial.list
WHERE own.server <> other.server AND own.begin <= other.finish AND other.begin <= own.finish
ORDER BY 1
ON CONFLICT DO NOTHING";

pub(super) async fn note_suspects(client: &Client) -> Result<u64, StorageError> {
    client.execute(SUSPECTS, &[]).await.map_err(failed)
}

pub(super) async fn note_of(client: &Client, server: ServerGuid) -> Result<Option<Note>, StorageError> {
    let statement = client
        .prepare_cached("SELECT mark FROM noted WHERE server = $1")
        .await
        .map_err(failed)?;
    let row = client
        .query_opt(&statement, &[&uuid_of(&server)])
        .await
        .map_err(failed)?;
    Ok(row.map(|row| Note {
        server,
        mark: row.get::<_, Uuid>(0).into_bytes(),
    }))
}

pub(super) async fn take_note_away(transaction: &Transaction<'_>, note: Note) -> Result<(), StorageError> {
    let statement = transaction
        .prepare_cached("DELETE FROM noted WHERE server = $1 AND mark = $2")
        .await
        .map_err(failed)?;
    transaction
        .execute(
            &statement,
            &[&uuid_of(&note.server), &Uuid::from_bytes(note.mark)],
        )
        .await
        .map_err(failed)?;
    Ok(())
}

pub(super) async fn put(transaction: &Transaction<'_>, delivery: &Delivery) -> Result<(), StorageError> {
    transaction
        .execute(
            "INSERT INTO delivery (target, message, attempts, due) VALUES ($1, $2, $3, $4)",
            &[
                &delivery.target,
                &delivery.message,
                &i32::try_from(delivery.attempts).unwrap_or(i32::MAX),
                &storable(delivery.due),
            ],
        )
        .await
        .map_err(failed)?;
    Ok(())
}

pub(super) async fn due(client: &Client, now: Timestamp, most: usize) -> Result<Vec<Delivery>, StorageError> {
    let rows = client
        .query(
            "SELECT id, target, message, attempts, due FROM delivery WHERE due <= $1 OR due > $3
             ORDER BY id LIMIT $2",
            &[&storable(now), &limit(most), &storable(latest_due(now))],
        )
        .await
        .map_err(failed)?;
    Ok(rows
        .iter()
        .map(|row| Delivery {
            id: row.get(0),
            target: row.get(1),
            message: row.get(2),
            attempts: row.get::<_, i32>(3).unsigned_abs(),
            due: row.get(4),
        })
        .collect())
}

pub(super) async fn tried(transaction: &Transaction<'_>, id: i64, how: &Tried) -> Result<(), StorageError> {
    match how {
        Tried::Delivered | Tried::GivenUp { .. } => {
            transaction
                .execute("DELETE FROM delivery WHERE id = $1", &[&id])
                .await
        }
        Tried::Later { due, .. } => {
            transaction
                .execute(
                    "UPDATE delivery SET attempts = attempts + 1, due = $2 WHERE id = $1",
                    &[&id, &storable(*due)],
                )
                .await
        }
    }
    .map_err(failed)?;
    Ok(())
}
