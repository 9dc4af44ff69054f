//! Uploads that arrive at the same time are stored together, by COPY and in one transaction; each is answered when that is
//! durable.

use std::collections::{BTreeSet, HashSet};
use std::pin::pin;

use deadpool_postgres::{Pool, Transaction};
use tokio::sync::{mpsc, oneshot};
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use super::known::{Known, Look};
use super::prepared::Prepared;
use super::queue::AGAIN;
use super::schema::{Month, lock, make_month};
use super::uploads::SHARES;
use super::{begin, failed, storable, unhex};
use crate::storage::{Kept, StorageError, Stored};

/// Most uploads of one transaction.
const MOST: usize = 1000;

/// Uploads that are stored all or none, and where the answer goes.
pub(super) struct Job {
    pub(super) uploads: Vec<Prepared>,
    pub(super) answer: oneshot::Sender<Result<Vec<Kept>, StorageError>>,
}

/// Why uploads were not stored.
enum Failure {
    /// There is no connection, so that it is the same for all others.
    NoConnection(StorageError),
    /// Anything else: perhaps one of them is the reason.
    NotStored(StorageError),
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        Self::NotStored(error)
    }
}

/// Stores what comes in, until nobody can send any more.
pub(super) async fn run(pool: Pool, mut jobs: mpsc::Receiver<Job>) {
    let mut batch = Vec::new();
    while jobs.recv_many(&mut batch, MOST).await > 0 {
        match store_together(&pool, &batch).await {
            Ok(kept) => {
                let mut kept = kept.into_iter();
                for job in batch.drain(..) {
                    let own = kept.by_ref().take(job.uploads.len()).collect();
                    // Whoever has gone asks again, and is told that it was stored.
                    let _ = job.answer.send(Ok(own));
                }
            }
            Err(Failure::NotStored(_)) if batch.len() > 1 => store_each(&pool, &mut batch).await,
            Err(Failure::NoConnection(error) | Failure::NotStored(error)) => {
                for job in batch.drain(..) {
                    let _ = job.answer.send(Err(error.clone()));
                }
            }
        }
    }
}

async fn store_together(pool: &Pool, batch: &[Job]) -> Result<Vec<Kept>, Failure> {
    let uploads: Vec<&Prepared> = batch.iter().flat_map(|job| &job.uploads).collect();
    match store(pool, &uploads, Look::WhereNeeded).await {
        // One that was not looked for may have an id of the same month.
        Err(Failure::NotStored(_)) => store(pool, &uploads, Look::Everywhere).await,
        outcome => outcome,
    }
}

/// Stores each by itself: one that cannot be stored keeps the others from nothing. Once there is no connection the rest is not
/// tried, since each would wait for one.
async fn store_each(pool: &Pool, batch: &mut Vec<Job>) {
    let mut no_connection = None;
    for job in batch.drain(..) {
        let outcome = if let Some(error) = &no_connection {
            Err(StorageError::clone(error))
        } else {
            let uploads: Vec<&Prepared> = job.uploads.iter().collect();
            match store(pool, &uploads, Look::Everywhere).await {
                Ok(kept) => Ok(kept),
                Err(Failure::NotStored(error)) => Err(error),
                Err(Failure::NoConnection(error)) => Err(no_connection.insert(error).clone()),
            }
        };
        let _ = job.answer.send(outcome);
    }
}

async fn store(pool: &Pool, uploads: &[&Prepared], look: Look) -> Result<Vec<Kept>, Failure> {
    let mut client = pool
        .get()
        .await
        .map_err(|error| Failure::NoConnection(super::no_connection(error)))?;
    let transaction = begin(&mut client, lock::UPLOADS).await?;
    let mut known = Known::read(&transaction, uploads).await?;
    let outcomes = known.tell_apart(&transaction, uploads, look).await?;
    let fresh: Vec<&Prepared> = uploads
        .iter()
        .zip(&outcomes)
        .filter(|(_, outcome)| **outcome == Stored::Now)
        .map(|(upload, _)| *upload)
        .collect();
    let mut noted = std::mem::take(&mut known.noted);
    if !fresh.is_empty() {
        noted.extend(keep(&transaction, known, &fresh).await?);
    }
    transaction.commit().await.map_err(failed)?;
    Ok(uploads
        .iter()
        .zip(outcomes)
        .map(|(upload, stored)| Kept {
            stored,
            noted: noted.contains(&upload.server),
        })
        .collect())
}

/// Stores uploads that are new. Gives those of their servers that are noted by that.
async fn keep(
    transaction: &Transaction<'_>,
    known: Known,
    uploads: &[&Prepared],
) -> Result<Vec<Uuid>, StorageError> {
    let lists = known.lists.of(transaction, uploads).await?;
    for month in uploads
        .iter()
        .map(|upload| Month::of(upload.link.received))
        .collect::<BTreeSet<_>>()
    {
        make_month(transaction, month).await?;
    }
    copy(transaction, uploads, &lists).await?;
    copy_documents(transaction, uploads).await?;
    let irregular = known.histories.keep(transaction, uploads).await?;
    let mut sharing = known.sharing;
    sharing.extend(known.holdings.keep(transaction, uploads, &lists).await?);
    let (mut certain, mut uncertain) = (HashSet::new(), HashSet::new());
    for upload in uploads {
        let server = upload.server;
        if upload.remarkable || irregular.contains(&server) || known.named.contains(&server) {
            certain.insert(server);
        } else if sharing.contains(&server) {
            uncertain.insert(server);
        }
    }
    note(transaction, certain, uncertain).await
}

const UPLOAD_TYPES: [Type; 15] = [
    Type::UUID,
    Type::UUID,
    Type::INT8,
    Type::TIMESTAMPTZ,
    Type::TIMESTAMPTZ,
    Type::TIMESTAMPTZ,
    Type::INT8,
    Type::INT8,
    Type::INT8,
    Type::INT4,
    Type::UUID,
    Type::BYTEA,
    Type::BYTEA,
    Type::TEXT,
    Type::TEXT,
];

/// Puts the rows into the tables of their month.
async fn copy(
    transaction: &Transaction<'_>,
    uploads: &[&Prepared],
    lists: &[i64],
) -> Result<(), StorageError> {
    let sink = transaction
        .copy_in("COPY upload FROM STDIN BINARY")
        .await
        .map_err(failed)?;
    let mut writer = pin!(BinaryCopyInWriter::new(sink, &UPLOAD_TYPES));
    for (upload, list) in uploads.iter().zip(lists) {
        let link = &upload.link;
        let (integrity, previous) = (
            unhex(&link.integrity)?,
            link.previous.as_deref().map(unhex).transpose()?,
        );
        let row: [&(dyn ToSql + Sync); 15] = [
            &upload.id(),
            &upload.server,
            &link.sequence.cast_signed(),
            &storable(link.created),
            &storable(upload.window_stop),
            &storable(link.received),
            list,
            &upload.clock_offset,
            &upload.clock_jump,
            &upload.bytes,
            &upload.partner,
            &integrity,
            &previous,
            &upload.lists.usage,
            &upload.lists.products,
        ];
        writer.as_mut().write(&row).await.map_err(failed)?;
    }
    writer.as_mut().finish().await.map_err(failed)?;
    Ok(())
}

/// Puts the documents into the tables of their month, where they are kept.
async fn copy_documents(transaction: &Transaction<'_>, uploads: &[&Prepared]) -> Result<(), StorageError> {
    if uploads.iter().all(|upload| upload.document.is_none()) {
        return Ok(());
    }
    let sink = transaction
        .copy_in("COPY document FROM STDIN BINARY")
        .await
        .map_err(failed)?;
    let mut writer = pin!(BinaryCopyInWriter::new(
        sink,
        &[Type::UUID, Type::TIMESTAMPTZ, Type::BYTEA]
    ));
    for upload in uploads {
        if let Some(document) = &upload.document {
            let received = storable(upload.link.received);
            writer
                .as_mut()
                .write(&[&upload.id(), &received, document])
                .await
                .map_err(failed)?;
        }
    }
    writer.as_mut().finish().await.map_err(failed)?;
    Ok(())
}

/// Notes the servers whose findings may change, see [`Kept::noted`]: the certain ones, and of the uncertain ones those that
/// share a serial number now. Gives those that are noted.
async fn note(
    transaction: &Transaction<'_>,
    certain: HashSet<Uuid>,
    uncertain: HashSet<Uuid>,
) -> Result<Vec<Uuid>, StorageError> {
    if certain.is_empty() && uncertain.is_empty() {
        return Ok(Vec::new());
    }
    let certain: Vec<Uuid> = certain.into_iter().collect();
    let uncertain: Vec<Uuid> = uncertain.into_iter().collect();
    let statement = transaction
        .prepare_cached(&format!(
            "INSERT INTO noted SELECT unnest($1::uuid[])
             UNION SELECT server FROM unnest($2::uuid[]) AS concerned (server) WHERE {SHARES}
             {AGAIN} RETURNING server"
        ))
        .await
        .map_err(failed)?;
    let rows = transaction
        .query(&statement, &[&certain, &uncertain])
        .await
        .map_err(failed)?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
