//! Findings with their lives.

use std::collections::BTreeMap;

use licensing_management::compliance::{FindingRecord, FindingState};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::storage::{FindingFilter, StorageError};

fn read(text: &str) -> Result<FindingRecord, StorageError> {
    serde_json::from_str(text).map_err(|error| StorageError::Damaged(format!("a finding: {error}")))
}

pub(super) fn of_scopes(
    connection: &Connection,
    scopes: &[String],
) -> Result<BTreeMap<String, FindingRecord>, StorageError> {
    let mut records = BTreeMap::new();
    let mut statement = connection.prepare_cached("SELECT record FROM finding WHERE scope = ?1")?;
    for scope in scopes {
        let rows = statement.query_map([scope], |row| row.get::<_, String>(0))?;
        for text in rows {
            let record = read(&text?)?;
            records.insert(record.finding.key.clone(), record);
        }
    }
    Ok(records)
}

pub(super) fn one(connection: &Connection, key: &str) -> Result<Option<FindingRecord>, StorageError> {
    connection
        .prepare_cached("SELECT record FROM finding WHERE key = ?1")?
        .query_row([key], |row| row.get::<_, String>(0))
        .optional()?
        .map(|text| read(&text))
        .transpose()
}

pub(super) fn list(
    connection: &Connection,
    filter: FindingFilter<'_>,
) -> Result<Vec<FindingRecord>, StorageError> {
    let since = filter.resolved_since.map(|since| since.as_millisecond());
    let mut records = BTreeMap::new();
    let mut keep = |text: String| -> Result<(), StorageError> {
        let record = read(&text)?;
        records.insert(record.finding.key.clone(), record);
        Ok(())
    };
    match filter.servers {
        None => {
            let mut statement = connection.prepare_cached(
                "SELECT record FROM finding WHERE resolved_ms IS NULL OR resolved_ms >= ?1",
            )?;
            for text in statement.query_map([since], |row| row.get(0))? {
                keep(text?)?;
            }
        }
        Some(servers) => {
            let mut statement = connection.prepare_cached(
                "SELECT finding.record FROM finding_server JOIN finding USING (key)
                 WHERE finding_server.server = ?1 AND (resolved_ms IS NULL OR resolved_ms >= ?2)",
            )?;
            for server in servers {
                for text in statement.query_map(params![server.as_bytes(), since], |row| row.get(0))? {
                    keep(text?)?;
                }
            }
        }
    }
    Ok(records.into_values().collect())
}

pub(super) fn put(
    transaction: &Transaction<'_>,
    scope: &str,
    record: &FindingRecord,
) -> Result<(), StorageError> {
    let key = &record.finding.key;
    let text = serde_json::to_string(record)
        .map_err(|error| StorageError::Damaged(format!("finding {key} cannot be written: {error}")))?;
    let resolved = (record.state == FindingState::Resolved).then(|| record.changed.as_millisecond());
    transaction
        .prepare_cached(
            "INSERT INTO finding VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (key) DO UPDATE SET scope = ?2, resolved_ms = ?3, record = ?4",
        )?
        .execute(params![key, scope, resolved, text])?;
    transaction
        .prepare_cached("DELETE FROM finding_server WHERE key = ?1")?
        .execute([key])?;
    let mut statement = transaction.prepare_cached("INSERT OR IGNORE INTO finding_server VALUES (?1, ?2)")?;
    for server in &record.finding.servers {
        statement.execute(params![server.as_bytes(), key])?;
    }
    Ok(())
}
