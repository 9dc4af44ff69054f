//! Orders of an installation that has kept them in an SQLite file before it had them in PostgreSQL.
//!
//! - They are moved in one transaction, with sessions, allocations and audit; then the file gets another name.
//! - Nobody else has the file open meanwhile: what was allocated in it later would be lost.
//! - When the program ends between the two, both have the same: the hash at the end of the file's audit says so.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use deadpool_postgres::{Client, Transaction};
use licensing_files::durable;
use licensing_seats::audit::{AuditChain, AuditError, AuditVerifier};
use licensing_store::sqlite::{AuditTable, connection};
use rusqlite::{Connection, ErrorCode, Row, TransactionBehavior};

use super::schema::lock;
use super::{audit, rows};
use crate::fulfilment::audit::CHAIN;
use crate::fulfilment::sqlite::{self, SqliteFulfilment};
use crate::fulfilment::store::FulfilmentStore as _;
use crate::storage::StorageError;
use crate::storage::postgres::{Database, begin, failed};

/// Moves what a file has, if there is one with orders, to the database.
pub(super) fn take_over(database: &Database, file: &Path) -> Result<(), StorageError> {
    if !exists(file)? {
        return Ok(());
    }
    database.with(async |mut client| {
        client
            .execute("SELECT pg_advisory_lock($1)", &[&lock::MOVING])
            .await
            .map_err(failed)?;
        let outcome = move_file(file, &mut client).await;
        // The lock ends with the connection, however this has gone.
        drop(Client::take(client));
        outcome
    })
}

/// Whether a file may be begun where there is none: where it was moved from, the orders would seem to be gone.
///
/// # Errors
/// When it was.
pub(in super::super) fn refuse_if_moved(file: &Path) -> Result<(), StorageError> {
    let moved = name_when_moved(file);
    if exists(file)? || !exists(&moved)? {
        return Ok(());
    }
    Err(StorageError::Unavailable(format!(
        "the orders of this data folder were moved to PostgreSQL, which the setting database does not name; set it, or give {} the \
         name {} again to go on with what it had before",
        moved.display(),
        file.display()
    )))
}

async fn move_file(file: &Path, client: &mut Client) -> Result<(), StorageError> {
    if !exists(file)? {
        // Another process was first.
        return Ok(());
    }
    // This also brings the file of an older program to the schema that is read here.
    let has_orders = !SqliteFulfilment::open(file)?.orders()?.is_empty();
    if !has_orders {
        return Ok(());
    }
    let moved = name_when_moved(file);
    if exists(&moved)? {
        return Err(refused(
            file,
            &format!(
                "{} has the name that it would get; put that file somewhere else",
                moved.display()
            ),
        ));
    }
    let mut source = open_alone(file)?;
    copy_unless_there(file, &mut source, client).await?;
    source.close().map_err(|(_, error)| error)?;
    durable::rename(file, &moved).map_err(|error| {
        refused(
            file,
            &format!("it cannot be renamed to {}: {error}", moved.display()),
        )
    })?;
    tracing::info!(file = %moved.display(), "orders and allocations were moved to PostgreSQL");
    Ok(())
}

/// Copies what the file has in one transaction, unless the database has it already.
async fn copy_unless_there(
    file: &Path,
    source: &mut Connection,
    client: &mut Client,
) -> Result<(), StorageError> {
    let source = source.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    let target = begin(client, lock::CHANGES).await?;
    let is_in_use: bool = target
        .query_one("SELECT EXISTS (SELECT FROM sales_order)", &[])
        .await
        .map_err(failed)?
        .get(0);
    if !is_in_use {
        copy(&source, &target).await?;
        copy_audit(file, &source, &target).await?;
        return target.commit().await.map_err(failed);
    }
    if has_all(&source, &target).await? {
        return Ok(());
    }
    Err(refused(
        file,
        "PostgreSQL has other orders; to go on with those, put the file somewhere else, and to go on with those of the file, name \
         an empty database",
    ))
}

/// Whether the database has whatever the file has: each change has a record in the audit, and the hash of the last one tells
/// of all before it.
async fn has_all(source: &Connection, target: &Transaction<'_>) -> Result<bool, StorageError> {
    let end = AuditTable::of(CHAIN).end(source)?;
    let row = target
        .query_opt(
            "SELECT hash FROM fulfilment_audit WHERE sequence = $1",
            &[&end.last().cast_signed()],
        )
        .await
        .map_err(failed)?;
    Ok(row.is_some_and(|row| row.get::<_, &[u8]>(0) == end.hash().as_slice()))
}

async fn copy(source: &Connection, target: &Transaction<'_>) -> Result<(), StorageError> {
    each(source, sqlite::ORDER, async |row| {
        rows::insert_order(target, &sqlite::order(row)?).await
    })
    .await?;
    each(source, sqlite::ENTITLEMENT, async |row| {
        let entitlement = sqlite::entitlement(row)?;
        rows::insert_entitlement(target, &entitlement, entitlement.allocated).await
    })
    .await?;
    each(source, sqlite::SESSION, async |row| {
        rows::insert_session(target, &sqlite::session(row)?).await
    })
    .await?;
    each(source, sqlite::ALLOCATION, async |row| {
        rows::insert_allocation(target, &sqlite::allocation(row)?).await
    })
    .await?;
    let proofs = "SELECT id, proof FROM allocation WHERE proof IS NOT NULL";
    each(source, proofs, async |row| {
        let (id, proof): (String, String) = (row.get(0)?, row.get(1)?);
        let keep = "UPDATE allocation SET proof = $2 WHERE id = $1";
        rows::execute(target, keep, &[&id, &proof]).await.map(|_| ())
    })
    .await
}

/// Copies each row of a query.
async fn each(
    source: &Connection,
    query: &str,
    mut copy: impl AsyncFnMut(&Row<'_>) -> Result<(), StorageError>,
) -> Result<(), StorageError> {
    let mut statement = source.prepare(query)?;
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        copy(row).await?;
    }
    Ok(())
}

/// Copies the records as they are, and verifies them: a chain that is broken is not carried on.
async fn copy_audit(file: &Path, source: &Connection, target: &Transaction<'_>) -> Result<(), StorageError> {
    let broken = |error: &AuditError| StorageError::Damaged(not_moved(file, error));
    let mut verifier = AuditVerifier::new(AuditChain::new(CHAIN));
    let records = "SELECT sequence, body, hash FROM audit ORDER BY sequence";
    each(source, records, async |row| {
        let sequence = row.get::<_, i64>(0)?.cast_unsigned();
        let (body, hash): (Vec<u8>, Vec<u8>) = (row.get(1)?, row.get(2)?);
        verifier
            .check(sequence, &body, &hash)
            .map_err(|error| broken(&error))?;
        audit::put(target, sequence, &body, &hash).await
    })
    .await?;
    let end = AuditTable::of(CHAIN).end(source)?;
    verifier.finish(&end).map_err(|error| broken(&error))?;
    audit::set_end(target, &end).await
}

/// Opens a file that nobody else has open: only then it can leave its write-ahead log, which goes away by that.
fn open_alone(file: &Path) -> Result<Connection, StorageError> {
    let connection = connection::open_to_write(file)?;
    let left =
        connection.pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get::<_, String>(0));
    match left {
        Ok(mode) if mode.eq_ignore_ascii_case("delete") => Ok(connection),
        Err(error)
            if !matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
            ) =>
        {
            Err(error.into())
        }
        Ok(_) | Err(_) => Err(refused(file, "another insightd has it open; stop that one first")),
    }
}

fn exists(file: &Path) -> Result<bool, StorageError> {
    file.try_exists()
        .map_err(|error| StorageError::Unavailable(format!("{}: {error}", file.display())))
}

fn name_when_moved(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".moved");
    PathBuf::from(name)
}

fn refused(file: &Path, why: &str) -> StorageError {
    StorageError::Unavailable(not_moved(file, why))
}

fn not_moved(file: &Path, why: impl Display) -> String {
    format!(
        "the orders in {} are not moved to PostgreSQL: {why}",
        file.display()
    )
}
