//! Small things by key.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::storage::{Change, Expected, Kind, StorageError};

pub(super) fn item(connection: &Connection, kind: Kind, key: &str) -> Result<Option<String>, StorageError> {
    Ok(connection
        .prepare_cached("SELECT value FROM item WHERE kind = ?1 AND key = ?2")?
        .query_row(params![kind.name(), key], |row| row.get(0))
        .optional()?)
}

pub(super) fn items(
    connection: &Connection,
    kind: Kind,
    organization: Option<&str>,
) -> Result<Vec<String>, StorageError> {
    let mut statement = connection.prepare_cached(
        "SELECT value FROM item WHERE kind = ?1 AND (?2 IS NULL OR organization = ?2) ORDER BY key",
    )?;
    let rows = statement.query_map(params![kind.name(), organization], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn change(
    transaction: &Transaction<'_>,
    expected: &[Expected],
    changes: &[Change],
) -> Result<bool, StorageError> {
    for one in expected {
        if item(transaction, one.kind, &one.key)? != one.value {
            return Ok(false);
        }
    }
    for change in changes {
        match change {
            Change::Put {
                kind,
                key,
                organization,
                value,
            } => transaction
                .prepare_cached("INSERT OR REPLACE INTO item VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![kind.name(), key, organization, value])?,
            Change::Remove { kind, key } => transaction
                .prepare_cached("DELETE FROM item WHERE kind = ?1 AND key = ?2")?
                .execute(params![kind.name(), key])?,
        };
    }
    Ok(true)
}
