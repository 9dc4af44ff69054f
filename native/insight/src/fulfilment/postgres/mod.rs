//! Orders, sessions and allocations in PostgreSQL, beside the uploads.

mod audit;
mod changes;
mod moving;
mod rows;
mod schema;

use std::path::Path;

use jiff::Timestamp;
use licensing_management::id::AllocationRequestId;
use licensing_seats::audit::AuditRecord;

use self::rows::{ALLOCATION, ENTITLEMENT, ORDER, SESSION};
use super::store::{
    FulfilmentStore, GivenBack, Session, StoredAllocation, StoredEntitlement, StoredOrder, Taken, Which,
};
use crate::storage::StorageError;
use crate::storage::postgres::{Database, has_means_of_its_own, migrate};

pub(super) use moving::refuse_if_moved;

/// All of it.
pub struct PostgresFulfilment {
    database: Database,
}

impl PostgresFulfilment {
    /// On a database that others may use as well; brings it to the schema of this program.
    ///
    /// # Errors
    /// When it cannot be reached, or is of a newer program.
    pub fn on(database: Database) -> Result<Self, StorageError> {
        database.with(async |mut client| migrate(&mut client, schema::SCHEMA).await)?;
        Ok(Self { database })
    }

    /// Moves here what an SQLite file has, if there is one with orders, and gives it the name `<file>.moved`.
    ///
    /// # Errors
    /// When it cannot be moved: another program has it open, its audit is damaged, or other orders are here already. Then it stays
    /// as it is.
    pub fn take_over(&self, file: &Path) -> Result<(), StorageError> {
        moving::take_over(&self.database, file)
    }
}

impl FulfilmentStore for PostgresFulfilment {
    fn add_order(
        &self,
        order: &StoredOrder,
        entitlements: &[StoredEntitlement],
        loaded: (&str, Timestamp),
    ) -> Result<bool, StorageError> {
        self.database
            .with(async |mut client| changes::add_order(&mut client, order, entitlements, loaded).await)
    }

    fn orders(&self) -> Result<Vec<StoredOrder>, StorageError> {
        let query = format!("{ORDER} ORDER BY number");
        self.database
            .with(async |client| rows::all(&client, &query, &[], rows::order).await)
    }

    fn order(&self, number: &str) -> Result<Option<StoredOrder>, StorageError> {
        let query = format!("{ORDER} WHERE number = $1");
        self.database
            .with(async |client| rows::one(&client, &query, &[&number], rows::order).await)
    }

    fn order_of_code(&self, code_id: &str) -> Result<Option<StoredOrder>, StorageError> {
        let query = format!("{ORDER} WHERE code_id = $1");
        self.database
            .with(async |client| rows::one(&client, &query, &[&code_id], rows::order).await)
    }

    fn entitlements(&self, order: &str) -> Result<Vec<StoredEntitlement>, StorageError> {
        let query = format!("{ENTITLEMENT} WHERE order_number = $1 ORDER BY place");
        self.database
            .with(async |client| rows::all(&client, &query, &[&order], rows::entitlement).await)
    }

    fn entitlement(&self, id: &str) -> Result<Option<StoredEntitlement>, StorageError> {
        let query = format!("{ENTITLEMENT} WHERE id = $1");
        self.database
            .with(async |client| rows::one(&client, &query, &[&id], rows::entitlement).await)
    }

    fn renewals_of(&self, entitlement: &str) -> Result<Vec<StoredEntitlement>, StorageError> {
        let query = format!("{ENTITLEMENT} WHERE renews = $1 ORDER BY id");
        self.database
            .with(async |client| rows::all(&client, &query, &[&entitlement], rows::entitlement).await)
    }

    fn open_session(&self, session: &Session, forget_before: Timestamp) -> Result<(), StorageError> {
        self.database
            .with(async |mut client| changes::open_session(&mut client, session, forget_before).await)
    }

    fn session(&self, id: &str) -> Result<Option<Session>, StorageError> {
        let query = format!("{SESSION} WHERE id = $1");
        self.database
            .with(async |client| rows::one(&client, &query, &[&id], rows::session).await)
    }

    fn allocation(&self, id: &str) -> Result<Option<StoredAllocation>, StorageError> {
        let query = format!("{ALLOCATION} WHERE id = $1");
        self.database
            .with(async |client| rows::one(&client, &query, &[&id], rows::allocation).await)
    }

    fn allocation_of(&self, request: AllocationRequestId) -> Result<Option<StoredAllocation>, StorageError> {
        let query = format!("{ALLOCATION} WHERE request_id = $1");
        let request = rows::request_id(request);
        self.database
            .with(async |client| rows::one(&client, &query, &[&request], rows::allocation).await)
    }

    fn allocations(&self, which: Which<'_>) -> Result<Vec<StoredAllocation>, StorageError> {
        let (condition, value) = match which {
            Which::All => ("$1::text IS NULL", None),
            Which::Entitlement(id) => ("entitlement = $1", Some(id.to_owned())),
            Which::Key(key) => (
                "public_key = $1 AND standing = 'allocated'",
                Some(key.to_string()),
            ),
        };
        let query = format!("{ALLOCATION} WHERE {condition} ORDER BY made, id");
        self.database
            .with(async |client| rows::all(&client, &query, &[&value], rows::allocation).await)
    }

    fn allocate(&self, allocation: &StoredAllocation, renews: Option<&str>) -> Result<Taken, StorageError> {
        self.database
            .with(async |mut client| changes::allocate(&mut client, allocation, renews).await)
    }

    fn give_back(&self, id: &str, proof: &str, at: Timestamp) -> Result<GivenBack, StorageError> {
        self.database
            .with(async |mut client| changes::give_back(&mut client, id, proof, at).await)
    }

    fn audit(&self, most: u32) -> Result<Vec<AuditRecord>, StorageError> {
        self.database
            .with(async |client| audit::newest(&client, most).await)
    }

    fn verify_audit(&self) -> Result<u64, StorageError> {
        self.database
            .with(async |mut client| audit::verify(&mut client).await)
    }

    fn back_up(&self, _to: &Path) -> Result<(), StorageError> {
        Err(has_means_of_its_own())
    }
}
