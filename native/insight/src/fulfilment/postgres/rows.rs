//! Rows, read and written.

use deadpool_postgres::{GenericClient, Transaction};
use licensing_management::id::AllocationRequestId;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::fulfilment::columns::{damaged, from_json, key, seats, standing, to_json};
use crate::fulfilment::store::{Session, StoredAllocation, StoredEntitlement, StoredOrder};
use crate::storage::StorageError;
use crate::storage::postgres::{failed, guid, storable, uuid_of};

pub(super) const ORDER: &str = "SELECT number, code_id, code_secret, head FROM sales_order";

pub(super) fn order(row: &Row) -> Result<StoredOrder, StorageError> {
    Ok(StoredOrder {
        number: row.get(0),
        code_id: row.get(1),
        code_secret: <[u8; 32]>::try_from(row.get::<_, &[u8]>(2)).map_err(damaged)?,
        head: from_json(row.get(3))?,
    })
}

pub(super) const ENTITLEMENT: &str =
    "SELECT id, order_number, place, total, allocated, renews, terms FROM entitlement";

pub(super) fn entitlement(row: &Row) -> Result<StoredEntitlement, StorageError> {
    Ok(StoredEntitlement {
        id: row.get(0),
        order: row.get(1),
        place: seats(row.get(2))?,
        total: seats(row.get(3))?,
        allocated: seats(row.get(4))?,
        renews: row.get(5),
        terms: from_json(row.get(6))?,
    })
}

pub(super) const SESSION: &str = "SELECT id, order_number, public_key, ends FROM fulfilment_session";

pub(super) fn session(row: &Row) -> Result<Session, StorageError> {
    Ok(Session {
        id: row.get(0),
        order: row.get(1),
        public_key: key(row.get(2))?,
        ends: row.get(3),
    })
}

pub(super) const ALLOCATION: &str = "SELECT id, request_id, fingerprint, server, public_key, entitlement, count, \
                                     host_id, serial_number, standing, made, ended, answer FROM allocation";

pub(super) fn allocation(row: &Row) -> Result<StoredAllocation, StorageError> {
    Ok(StoredAllocation {
        id: row.get(0),
        request_id: AllocationRequestId::from_bytes(row.get::<_, Uuid>(1).into_bytes()),
        fingerprint: row.get(2),
        server: guid(row.get(3)),
        public_key: key(row.get(4))?,
        entitlement: row.get(5),
        count: seats(row.get(6))?,
        host_id: row.get(7),
        serial_number: row.get(8),
        standing: standing(row.get(9))?,
        made: row.get(10),
        ended: row.get(11),
        answer: row.get(12),
    })
}

/// A request as the database names it.
pub(super) fn request_id(request: AllocationRequestId) -> Uuid {
    Uuid::from_bytes(*request.as_bytes())
}

pub(super) async fn one<T>(
    client: &impl GenericClient,
    query: &str,
    values: &[&(dyn ToSql + Sync)],
    make: fn(&Row) -> Result<T, StorageError>,
) -> Result<Option<T>, StorageError> {
    let statement = client.prepare_cached(query).await.map_err(failed)?;
    let row = client.query_opt(&statement, values).await.map_err(failed)?;
    row.as_ref().map(make).transpose()
}

pub(super) async fn all<T>(
    client: &impl GenericClient,
    query: &str,
    values: &[&(dyn ToSql + Sync)],
    make: fn(&Row) -> Result<T, StorageError>,
) -> Result<Vec<T>, StorageError> {
    let statement = client.prepare_cached(query).await.map_err(failed)?;
    let rows = client.query(&statement, values).await.map_err(failed)?;
    rows.iter().map(make).collect()
}

/// Carries out a statement that is used again and again; gives the number of rows.
pub(super) async fn execute(
    transaction: &Transaction<'_>,
    statement: &str,
    values: &[&(dyn ToSql + Sync)],
) -> Result<u64, StorageError> {
    let statement = transaction.prepare_cached(statement).await.map_err(failed)?;
    transaction.execute(&statement, values).await.map_err(failed)
}

pub(super) async fn insert_order(
    transaction: &Transaction<'_>,
    order: &StoredOrder,
) -> Result<(), StorageError> {
    execute(
        transaction,
        "INSERT INTO sales_order (number, code_id, code_secret, head) VALUES ($1, $2, $3, $4)",
        &[
            &order.number,
            &order.code_id,
            &order.code_secret.as_slice(),
            &to_json(&order.head)?,
        ],
    )
    .await?;
    Ok(())
}

/// Inserts an entitlement of which so many seats are allocated.
pub(super) async fn insert_entitlement(
    transaction: &Transaction<'_>,
    entitlement: &StoredEntitlement,
    allocated: u32,
) -> Result<(), StorageError> {
    execute(
        transaction,
        "INSERT INTO entitlement (id, order_number, place, total, allocated, renews, terms)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            &entitlement.id,
            &entitlement.order,
            &i64::from(entitlement.place),
            &i64::from(entitlement.total),
            &i64::from(allocated),
            &entitlement.renews,
            &to_json(&entitlement.terms)?,
        ],
    )
    .await?;
    Ok(())
}

pub(super) async fn insert_session(
    transaction: &Transaction<'_>,
    session: &Session,
) -> Result<(), StorageError> {
    execute(
        transaction,
        "INSERT INTO fulfilment_session (id, order_number, public_key, ends) VALUES ($1, $2, $3, $4)",
        &[
            &session.id,
            &session.order,
            &session.public_key.to_string(),
            &storable(session.ends),
        ],
    )
    .await?;
    Ok(())
}

pub(super) async fn insert_allocation(
    transaction: &Transaction<'_>,
    allocation: &StoredAllocation,
) -> Result<(), StorageError> {
    execute(
        transaction,
        "INSERT INTO allocation (id, request_id, fingerprint, server, public_key, entitlement, count, host_id,
                                 serial_number, standing, made, ended, answer)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        &[
            &allocation.id,
            &request_id(allocation.request_id),
            &allocation.fingerprint,
            &uuid_of(&allocation.server),
            &allocation.public_key.to_string(),
            &allocation.entitlement,
            &i64::from(allocation.count),
            &allocation.host_id,
            &allocation.serial_number,
            &allocation.standing.name(),
            &storable(allocation.made),
            &allocation.ended.map(storable),
            &allocation.answer,
        ],
    )
    .await?;
    Ok(())
}
