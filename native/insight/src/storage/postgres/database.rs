//! The connections to a database and what carries them: one pool for all that is kept there.

use std::future::Future;
use std::sync::Arc;

use deadpool_postgres::{Client, Pool, Transaction};
use licensing_api::Secret;
use tokio::runtime::Runtime;
use tokio_postgres::IsolationLevel;

use super::{connect, failed, no_connection};
use crate::config::PostgresConfig;
use crate::storage::StorageError;

/// A PostgreSQL database. Clones share its connections.
#[derive(Clone)]
pub struct Database(Arc<Connections>);

struct Connections {
    /// They belong to its tasks; none only while this is dropped.
    runtime: Option<Runtime>,
    pool: Pool,
}

impl Drop for Connections {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Also where waiting is not allowed.
            runtime.shutdown_background();
        }
    }
}

impl Database {
    /// The database at an address. It is connected to when it is used.
    ///
    /// # Errors
    /// When the address, the password file or the authorities will not do.
    pub fn open(address: &Secret, settings: &PostgresConfig) -> Result<Self, StorageError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("postgres")
            .enable_all()
            .build()
            .map_err(|error| StorageError::Unavailable(error.to_string()))?;
        let pool = connect::pool(address.expose(), settings)?;
        Ok(Self(Arc::new(Connections {
            runtime: Some(runtime),
            pool,
        })))
    }

    pub(super) fn pool(&self) -> &Pool {
        &self.0.pool
    }

    /// Carries a task beside whoever asks the database.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        if let Some(runtime) = &self.0.runtime {
            runtime.spawn(task);
        }
    }

    /// Waits for an answer of the database, whatever thread this is.
    pub(super) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        let _within = self.0.runtime.as_ref().map(Runtime::enter);
        // A task of tokio may ask, whose budget this thread cannot renew while it waits.
        futures_executor::block_on(tokio::task::unconstrained(work))
    }

    /// Waits for work that needs a connection.
    ///
    /// # Errors
    /// Those of `work`, and when there is no connection.
    pub(crate) fn with<T>(
        &self,
        work: impl AsyncFnOnce(Client) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        self.wait(async { work(self.0.pool.get().await.map_err(no_connection)?).await })
    }
}

/// Begins a transaction that holds a lock until its end. Whatever isolation the database has by default, each of its statements sees
/// what those have committed that held the lock before.
pub(crate) async fn begin(client: &mut Client, lock: i64) -> Result<Transaction<'_>, StorageError> {
    let transaction = client
        .build_transaction()
        .isolation_level(IsolationLevel::ReadCommitted)
        .start()
        .await
        .map_err(failed)?;
    transaction
        .execute("SELECT pg_advisory_xact_lock($1)", &[&lock])
        .await
        .map_err(failed)?;
    Ok(transaction)
}
