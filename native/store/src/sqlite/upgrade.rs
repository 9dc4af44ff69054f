//! Files that an earlier version of the server wrote.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::StoreError;

use super::head::{Head, write_head};
use super::{copy, log_file, schema};

/// Brings a file of an earlier schema to the present one: all of it in one transaction, or nothing, after a copy of it
/// was made. What is stored stays as it is, the audit goes on where it ended.
///
/// # Errors
/// [`StoreError::Unavailable`] when there is no room; the earlier version of the server can still open the file then.
pub(crate) fn upgrade(connection: &mut Connection, path: &Path, head: &Head) -> Result<(), StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(path, &error);
    log_file::write_again(path)?;
    let version = schema::version(connection).map_err(failed)?;
    copy::keep_before_migration(path, version)?;
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(failed)?;
    schema::upgrade(&transaction, version).map_err(failed)?;
    write_head(&transaction, head).map_err(failed)?;
    transaction.commit().map_err(failed)
}
