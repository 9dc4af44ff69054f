//! Which license files came through an import, to tell them from those placed by hand.

use std::collections::BTreeMap;

use rusqlite::{Connection, Transaction, params};

pub(super) fn remember(transaction: &Transaction<'_>, file_name: &str, sha256: &str) -> rusqlite::Result<()> {
    transaction.execute(
        "INSERT INTO imported_file (file_name, sha256) VALUES (?1, ?2)
         ON CONFLICT (file_name) DO UPDATE SET sha256 = excluded.sha256",
        params![file_name, sha256],
    )?;
    Ok(())
}

pub(super) fn forget(transaction: &Transaction<'_>, file_name: &str) -> rusqlite::Result<()> {
    transaction.execute("DELETE FROM imported_file WHERE file_name = ?1", [file_name])?;
    Ok(())
}

pub(super) fn all(connection: &Connection) -> rusqlite::Result<BTreeMap<String, String>> {
    connection
        .prepare_cached("SELECT file_name, sha256 FROM imported_file")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}
