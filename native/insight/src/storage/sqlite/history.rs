//! Where each server stands.

use std::collections::HashMap;

use jiff::Timestamp;
use licensing_management::id::{ServerGuid, UploadId};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{guid, instant};
use crate::storage::history::{History, Link};
use crate::storage::{Arrival, Kind, StorageError};

/// Adds an upload to the history of its server; says whether that is regular.
pub(super) fn add(transaction: &Transaction<'_>, arrival: &Arrival<'_>) -> Result<bool, StorageError> {
    let server = arrival.upload.body().server.guid;
    let link = Link::of(arrival);
    let history = match read(transaction, server)? {
        Some(mut history) => {
            history.add(&link);
            history
        }
        None => History::begin(&link),
    };
    transaction
        .prepare_cached("INSERT OR REPLACE INTO history VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
        .execute(params![
            server.as_bytes(),
            history.sequence.cast_signed(),
            history.upload_id.as_bytes(),
            history.integrity,
            history.created.to_string(),
            history.received.as_millisecond(),
            history.regular,
        ])?;
    Ok(history.regular)
}

fn read(transaction: &Transaction<'_>, server: ServerGuid) -> Result<Option<History>, StorageError> {
    let row = transaction
        .prepare_cached(
            "SELECT sequence, upload_id, integrity, created, received_ms, regular FROM history WHERE server = ?1",
        )?
        .query_row([server.as_bytes()], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get::<_, String>(3)?,
                row.get(4)?,
                row.get(5)?,
            ))
        })
        .optional()?;
    row.map(|(sequence, upload_id, integrity, created, received, regular)| {
        Ok(History {
            sequence: sequence.cast_unsigned(),
            upload_id: UploadId::from_bytes(upload_id),
            integrity,
            created: instant(&created)?,
            received: at(received)?,
            regular,
        })
    })
    .transpose()
}

fn at(millisecond: i64) -> Result<Timestamp, StorageError> {
    Timestamp::from_millisecond(millisecond).map_err(|error| StorageError::Damaged(error.to_string()))
}

/// When the last upload of each of these servers arrived.
pub(super) fn contacts(
    connection: &Connection,
    servers: &[ServerGuid],
) -> Result<HashMap<ServerGuid, Timestamp>, StorageError> {
    let mut statement = connection.prepare_cached("SELECT received_ms FROM history WHERE server = ?1")?;
    let mut contacts = HashMap::new();
    for server in servers {
        let received = statement
            .query_row([server.as_bytes()], |row| row.get::<_, i64>(0))
            .optional()?;
        if let Some(received) = received {
            contacts.insert(*server, at(received)?);
        }
    }
    Ok(contacts)
}

pub(super) fn silent_since(
    connection: &Connection,
    since: Timestamp,
) -> Result<Vec<ServerGuid>, StorageError> {
    let mut statement = connection.prepare_cached("SELECT server FROM history WHERE received_ms < ?1")?;
    let rows = statement.query_map([since.as_millisecond()], |row| Ok(guid(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Notes every server about which a finding stands or may have to be made.
pub(super) fn note_suspects(transaction: &Transaction<'_>) -> Result<u64, StorageError> {
    let noted = transaction.execute(
        "INSERT OR IGNORE INTO noted SELECT server, randomblob(16) FROM (
         SELECT server FROM history WHERE NOT regular
         UNION SELECT server FROM finding_server JOIN finding USING (key) WHERE resolved_ms IS NULL
         UNION SELECT unhex(key, '-') FROM item WHERE kind = ?1
             AND NOT EXISTS (SELECT 1 FROM history WHERE history.server = unhex(item.key, '-'))
         UNION SELECT server FROM license WHERE (serial_key, vendor_key) IN (
             SELECT serial_key, vendor_key FROM license WHERE serial_key IS NOT NULL
             GROUP BY serial_key, vendor_key HAVING min(server) <> max(server)))",
        [Kind::Server.name()],
    )?;
    Ok(noted as u64)
}
