//! Servers that are to be looked at, and messages that wait to be delivered.

use jiff::Timestamp;
use licensing_delivery::{Tried, latest_due};
use licensing_management::id::ServerGuid;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::guid;
use crate::storage::{Concerned, Delivery, Note, StorageError};

pub(super) fn note(transaction: &Transaction<'_>, concerned: Concerned<'_>) -> Result<(), StorageError> {
    match concerned {
        Concerned::Servers(servers) => {
            for server in servers {
                note_server(transaction, *server)?;
            }
        }
        Concerned::Serials(serials) => {
            let mut statement = transaction.prepare_cached(
                "INSERT OR REPLACE INTO noted SELECT DISTINCT server, randomblob(16) FROM license WHERE serial_key = ?1",
            )?;
            for serial in serials {
                statement.execute([serial])?;
            }
        }
        Concerned::Features(features) => {
            let mut statement = transaction.prepare_cached(
                "INSERT OR REPLACE INTO noted SELECT DISTINCT server, randomblob(16) FROM license WHERE feature_key = ?1",
            )?;
            for feature in features {
                statement.execute([feature])?;
            }
        }
    }
    Ok(())
}

pub(super) fn note_server(transaction: &Transaction<'_>, server: ServerGuid) -> Result<(), StorageError> {
    transaction
        .prepare_cached("INSERT OR REPLACE INTO noted VALUES (?1, randomblob(16))")?
        .execute([server.as_bytes()])?;
    Ok(())
}

pub(super) fn is_noted(transaction: &Transaction<'_>, server: ServerGuid) -> Result<bool, StorageError> {
    Ok(transaction
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM noted WHERE server = ?1)")?
        .query_row([server.as_bytes()], |row| row.get(0))?)
}

pub(super) fn note_of(connection: &Connection, server: ServerGuid) -> Result<Option<Note>, StorageError> {
    let mark = connection
        .prepare_cached("SELECT mark FROM noted WHERE server = ?1")?
        .query_row([server.as_bytes()], |row| row.get::<_, [u8; 16]>(0))
        .optional()?;
    Ok(mark.map(|mark| Note { server, mark }))
}

pub(super) fn take_note_away(transaction: &Transaction<'_>, note: Note) -> Result<(), StorageError> {
    transaction
        .prepare_cached("DELETE FROM noted WHERE server = ?1 AND mark = ?2")?
        .execute(params![note.server.as_bytes(), note.mark])?;
    Ok(())
}

pub(super) fn noted(connection: &Connection, most: usize) -> Result<Vec<ServerGuid>, StorageError> {
    let mut statement = connection.prepare_cached("SELECT server FROM noted LIMIT ?1")?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows = statement.query_map([most], |row| Ok(guid(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn put(transaction: &Transaction<'_>, delivery: &Delivery) -> Result<(), StorageError> {
    transaction
        .prepare_cached("INSERT INTO delivery (target, message, attempts, due_ms) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![
            delivery.target,
            delivery.message,
            delivery.attempts,
            delivery.due.as_millisecond()
        ])?;
    Ok(())
}

pub(super) fn due(
    connection: &Connection,
    now: Timestamp,
    most: usize,
) -> Result<Vec<Delivery>, StorageError> {
    // Left alone, SQLite reads the whole queue in the order of its ids.
    let mut statement = connection.prepare_cached(
        "SELECT id, target, message, attempts, due_ms FROM delivery INDEXED BY delivery_due
         WHERE due_ms <= ?1 OR due_ms > ?3 ORDER BY id LIMIT ?2",
    )?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let (now, latest) = (now.as_millisecond(), latest_due(now).as_millisecond());
    let rows = statement.query_map(params![now, most, latest], |row| {
        Ok((
            Delivery {
                id: row.get(0)?,
                target: row.get(1)?,
                message: row.get(2)?,
                attempts: row.get(3)?,
                due: Timestamp::UNIX_EPOCH,
            },
            row.get::<_, i64>(4)?,
        ))
    })?;
    rows.map(|row| {
        let (delivery, due) = row?;
        let due = Timestamp::from_millisecond(due)
            .map_err(|error| StorageError::Damaged(format!("delivery {}: {error}", delivery.id)))?;
        Ok(Delivery { due, ..delivery })
    })
    .collect()
}

pub(super) fn tried(transaction: &Transaction<'_>, id: i64, how: &Tried) -> Result<(), StorageError> {
    match how {
        Tried::Delivered | Tried::GivenUp { .. } => transaction
            .prepare_cached("DELETE FROM delivery WHERE id = ?1")?
            .execute([id])?,
        Tried::Later { due, .. } => transaction
            .prepare_cached("UPDATE delivery SET attempts = attempts + 1, due_ms = ?2 WHERE id = ?1")?
            .execute(params![id, due.as_millisecond()])?,
    };
    Ok(())
}
