//! What changes orders, sessions and allocations, each in one transaction.

use deadpool_postgres::{Client, Transaction};
use jiff::Timestamp;

use super::audit;
use super::rows::{self, ALLOCATION, ENTITLEMENT};
use super::schema::lock;
use crate::fulfilment::audit::RecordedChange;
use crate::fulfilment::store::{
    GivenBack, MAX_SESSIONS, Session, Standing, StoredAllocation, StoredEntitlement, StoredOrder, Taken,
};
use crate::storage::StorageError;
use crate::storage::postgres::{begin, failed, storable};

pub(super) async fn add_order(
    client: &mut Client,
    order: &StoredOrder,
    entitlements: &[StoredEntitlement],
    (by, at): (&str, Timestamp),
) -> Result<bool, StorageError> {
    let transaction = begin(client, lock::CHANGES).await?;
    let ids: Vec<&str> = entitlements.iter().map(|one| one.id.as_str()).collect();
    let is_taken: bool = transaction
        .query_one(
            "SELECT EXISTS (SELECT FROM sales_order WHERE number = $1 OR code_id = $2)
                 OR EXISTS (SELECT FROM entitlement WHERE id = ANY($3))",
            &[&order.number, &order.code_id, &ids],
        )
        .await
        .map_err(failed)?
        .get(0);
    if is_taken {
        return Ok(false);
    }
    rows::insert_order(&transaction, order).await?;
    for one in entitlements {
        rows::insert_entitlement(&transaction, one, 0).await?;
    }
    let change = RecordedChange::loaded(by, order, entitlements);
    audit::record(&transaction, &change, at).await?;
    transaction.commit().await.map_err(failed)?;
    Ok(true)
}

pub(super) async fn open_session(
    client: &mut Client,
    session: &Session,
    forget_before: Timestamp,
) -> Result<(), StorageError> {
    let transaction = begin(client, lock::SESSIONS).await?;
    rows::execute(
        &transaction,
        "DELETE FROM fulfilment_session WHERE ends < $1",
        &[&storable(forget_before)],
    )
    .await?;
    rows::insert_session(&transaction, session).await?;
    rows::execute(
        &transaction,
        "DELETE FROM fulfilment_session WHERE order_number = $1 AND id NOT IN (
             SELECT id FROM fulfilment_session WHERE order_number = $1 ORDER BY ends DESC, id LIMIT $2)",
        &[&session.order, &MAX_SESSIONS],
    )
    .await?;
    transaction.commit().await.map_err(failed)
}

/// One at a time looks for the request and counts the seats, so that whoever comes second finds what the first has stored.
pub(super) async fn allocate(
    client: &mut Client,
    wanted: &StoredAllocation,
    renews: Option<&str>,
) -> Result<Taken, StorageError> {
    let transaction = begin(client, lock::CHANGES).await?;
    let query = format!("{ALLOCATION} WHERE request_id = $1");
    let request = rows::request_id(wanted.request_id);
    if let Some(before) = rows::one(&transaction, &query, &[&request], rows::allocation).await? {
        return Ok(Taken::Before(Box::new(before)));
    }
    let query = format!("{ENTITLEMENT} WHERE id = $1");
    let Some(of) = rows::one(&transaction, &query, &[&wanted.entitlement], rows::entitlement).await? else {
        return Ok(Taken::NoEntitlement);
    };
    if wanted.count > of.available() {
        return Ok(Taken::NotAvailable(of.available()));
    }
    if let Some(renewed) = renews
        && !end(&transaction, renewed, Standing::Renewed, wanted.made, None).await?
    {
        return Ok(Taken::NotRenewable);
    }
    take(&transaction, &wanted.entitlement, i64::from(wanted.count)).await?;
    rows::insert_allocation(&transaction, wanted).await?;
    let change = RecordedChange::allocated(wanted, renews);
    audit::record(&transaction, &change, wanted.made).await?;
    transaction.commit().await.map_err(failed)?;
    Ok(Taken::Now)
}

pub(super) async fn give_back(
    client: &mut Client,
    id: &str,
    proof: &str,
    at: Timestamp,
) -> Result<GivenBack, StorageError> {
    let transaction = begin(client, lock::CHANGES).await?;
    let query = format!("{ALLOCATION} WHERE id = $1");
    let Some(known) = rows::one(&transaction, &query, &[&id], rows::allocation).await? else {
        return Ok(GivenBack::Unknown);
    };
    match known.standing {
        Standing::Returned => return Ok(GivenBack::Before),
        Standing::Renewed => return Ok(GivenBack::Renewed),
        Standing::Allocated => {}
    }
    end(&transaction, id, Standing::Returned, at, Some(proof)).await?;
    take(&transaction, &known.entitlement, -i64::from(known.count)).await?;
    audit::record(&transaction, &RecordedChange::returned(&known), at).await?;
    transaction.commit().await.map_err(failed)?;
    Ok(GivenBack::Now)
}

/// Ends an allocation that stands; says whether it did.
async fn end(
    transaction: &Transaction<'_>,
    id: &str,
    standing: Standing,
    at: Timestamp,
    proof: Option<&str>,
) -> Result<bool, StorageError> {
    let changed = rows::execute(
        transaction,
        "UPDATE allocation SET standing = $2, ended = $3, proof = $4 WHERE id = $1 AND standing = 'allocated'",
        &[&id, &standing.name(), &storable(at), &proof],
    )
    .await?;
    Ok(changed == 1)
}

/// Takes seats of an entitlement; a negative number gives them back. The database refuses what goes beyond those bought.
async fn take(transaction: &Transaction<'_>, entitlement: &str, seats: i64) -> Result<(), StorageError> {
    rows::execute(
        transaction,
        "UPDATE entitlement SET allocated = allocated + $2 WHERE id = $1",
        &[&entitlement, &seats],
    )
    .await?;
    Ok(())
}
