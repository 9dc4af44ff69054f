//! Uploads that arrive at the same time are stored together, by COPY and in one transaction; each is answered when that is
//! durable.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::pin::pin;
use std::sync::Arc;

use deadpool_postgres::{Pool, Transaction};
use jiff::Timestamp;
use licensing_management::id::ServerGuid;
use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};
use tokio::sync::{mpsc, oneshot};
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use super::history::Histories;
use super::queue::AGAIN;
use super::rows::Lists;
use super::schema::{Month, lock, make_month};
use super::uploads::SHARES;
use super::{failed, storable, unhex, uuid_of};
use crate::storage::history::Link;
use crate::storage::{Arrival, Kept, StorageError, Stored, serial_key};

/// Most uploads of one transaction.
const MOST: usize = 1000;
/// Known lists are forgotten beyond so many; they are looked up again.
const MOST_LISTS: usize = 500_000;

/// An upload, ready to be stored.
pub(super) struct Prepared {
    server: ServerGuid,
    link: Link,
    window_start: Timestamp,
    window_stop: Timestamp,
    clock_offset: Option<i64>,
    clock_jump: i64,
    partner: Option<Uuid>,
    remarkable: bool,
    lists: Lists,
    hash: [u8; 32],
    serials: Vec<(String, String)>,
    features: Vec<String>,
    bytes: i32,
    document: Option<Vec<u8>>,
}

impl Prepared {
    pub(super) fn new(arrival: &Arrival<'_>, with_document: bool) -> Result<Self, StorageError> {
        let body = arrival.upload.body();
        let lists = Lists::of(body)?;
        let distinct: HashSet<(String, String)> = body
            .licenses
            .iter()
            .filter_map(|row| {
                Some((
                    serial_key(row.serial_number.as_deref()?)?,
                    row.vendor.to_lowercase(),
                ))
            })
            .collect();
        let features: HashSet<String> = body
            .licenses
            .iter()
            .map(|row| row.feature.to_lowercase())
            .collect();
        Ok(Self {
            server: body.server.guid,
            link: Link::of(arrival),
            window_start: body.window_start,
            window_stop: body.window_stop,
            clock_offset: arrival.clock_offset_seconds,
            clock_jump: body.server.clock.jump_seconds,
            partner: body.server.disaster_recovery_partner.as_ref().map(uuid_of),
            remarkable: arrival.remarkable,
            hash: Sha256::digest(lists.licenses.as_bytes()).into(),
            lists,
            serials: distinct.into_iter().collect(),
            features: features.into_iter().collect(),
            bytes: i32::try_from(arrival.upload.bytes().len()).unwrap_or(i32::MAX),
            document: with_document.then(|| arrival.upload.bytes().to_vec()),
        })
    }

    fn id(&self) -> Uuid {
        Uuid::from_bytes(*self.link.upload_id.as_bytes())
    }
}

/// Uploads that are stored all or none, and where the answer goes.
pub(super) struct Job {
    pub(super) uploads: Vec<Prepared>,
    pub(super) answer: oneshot::Sender<Result<Vec<Kept>, StorageError>>,
}

/// Ids of lists by their hash. Emptied by whoever removes lists, before the removal counts.
pub(super) type KnownLists = Arc<Mutex<HashMap<[u8; 32], i64>>>;

/// Stores what comes in, until nobody can send any more.
pub(super) async fn run(pool: Pool, lists: KnownLists, mut jobs: mpsc::Receiver<Job>) {
    let mut batch = Vec::new();
    while jobs.recv_many(&mut batch, MOST).await > 0 {
        let outcome = store(&pool, &lists, batch.iter().flat_map(|job| &job.uploads)).await;
        match outcome {
            Ok(kept) => {
                let mut kept = kept.into_iter();
                for job in batch.drain(..) {
                    let own = kept.by_ref().take(job.uploads.len()).collect();
                    // Whoever has gone asks again, and is told that it was stored.
                    let _ = job.answer.send(Ok(own));
                }
            }
            Err(error) if batch.len() == 1 => {
                for job in batch.drain(..) {
                    let _ = job.answer.send(Err(error.clone()));
                }
            }
            // One that cannot be stored keeps the others from nothing.
            Err(_) => {
                for job in batch.drain(..) {
                    let outcome = store(&pool, &lists, job.uploads.iter()).await;
                    let _ = job.answer.send(outcome);
                }
            }
        }
    }
}

async fn store(
    pool: &Pool,
    lists: &KnownLists,
    uploads: impl Iterator<Item = &Prepared>,
) -> Result<Vec<Kept>, StorageError> {
    let uploads: Vec<&Prepared> = uploads.collect();
    let mut client = pool.get().await.map_err(super::no_connection)?;
    let transaction = client.transaction().await.map_err(failed)?;
    transaction
        .execute("SELECT pg_advisory_xact_lock($1)", &[&lock::UPLOADS])
        .await
        .map_err(failed)?;
    let outcomes = tell_apart(&transaction, &uploads).await?;
    let fresh: Vec<&Prepared> = uploads
        .iter()
        .zip(&outcomes)
        .filter(|(_, outcome)| **outcome == Stored::Now)
        .map(|(upload, _)| *upload)
        .collect();
    let mut learned = Vec::new();
    if !fresh.is_empty() {
        let ids = list_ids(&transaction, lists, &fresh, &mut learned).await?;
        for month in fresh
            .iter()
            .map(|upload| Month::of(upload.link.received))
            .collect::<HashSet<_>>()
        {
            make_month(&transaction, month).await?;
        }
        copy(&transaction, &fresh, &ids).await?;
        let irregular = keep_histories(&transaction, &fresh).await?;
        keep_holdings(&transaction, &fresh, &ids).await?;
        note(&transaction, &fresh, &irregular).await?;
    }
    let noted = noted(&transaction, &uploads).await?;
    transaction.commit().await.map_err(failed)?;
    let mut known = lists.lock();
    if known.len() + learned.len() > MOST_LISTS {
        known.clear();
    }
    known.extend(learned);
    Ok(uploads
        .iter()
        .zip(outcomes)
        .map(|(upload, stored)| Kept {
            stored,
            noted: noted.contains(&upload.server),
        })
        .collect())
}

/// What each of the uploads is: new, stored before, or another one with a known id.
async fn tell_apart(
    transaction: &Transaction<'_>,
    uploads: &[&Prepared],
) -> Result<Vec<Stored>, StorageError> {
    let ids: Vec<Uuid> = uploads.iter().map(|upload| upload.id()).collect();
    let statement = transaction
        .prepare_cached("SELECT upload_id, integrity FROM upload WHERE upload_id = ANY($1)")
        .await
        .map_err(failed)?;
    let rows = transaction.query(&statement, &[&ids]).await.map_err(failed)?;
    let mut known: HashMap<Uuid, String> = rows
        .iter()
        .map(|row| (row.get(0), hex::encode(row.get::<_, &[u8]>(1))))
        .collect();
    Ok(uploads
        .iter()
        .map(|upload| match known.get(&upload.id()) {
            Some(integrity) if *integrity == upload.link.integrity => Stored::Before,
            Some(_) => Stored::IdReused,
            None => {
                known.insert(upload.id(), upload.link.integrity.clone());
                Stored::Now
            }
        })
        .collect())
}

/// The id of each upload's list, in the same order. Lists that are new are stored.
async fn list_ids(
    transaction: &Transaction<'_>,
    known: &KnownLists,
    uploads: &[&Prepared],
    learned: &mut Vec<([u8; 32], i64)>,
) -> Result<Vec<i64>, StorageError> {
    let mut ids: HashMap<[u8; 32], i64> = HashMap::new();
    let mut unknown: BTreeMap<[u8; 32], &Prepared> = BTreeMap::new();
    {
        let known = known.lock();
        for upload in uploads {
            match known.get(&upload.hash) {
                Some(id) => ids.insert(upload.hash, *id),
                None => {
                    unknown.insert(upload.hash, upload);
                    None
                }
            };
        }
    }
    if !unknown.is_empty() {
        let hashes: Vec<&[u8]> = unknown.keys().map(<[u8; 32]>::as_slice).collect();
        let licenses: Vec<&str> = unknown
            .values()
            .map(|upload| upload.lists.licenses.as_str())
            .collect();
        let new = transaction
            .query(
                "INSERT INTO list (hash, licenses) SELECT * FROM unnest($1::bytea[], $2::text[])
                 ON CONFLICT DO NOTHING RETURNING hash, id",
                &[&hashes, &licenses],
            )
            .await
            .map_err(failed)?;
        add_keys(transaction, &new, &unknown).await?;
        let all = transaction
            .query("SELECT hash, id FROM list WHERE hash = ANY($1)", &[&hashes])
            .await
            .map_err(failed)?;
        for row in &all {
            learned.push((hash_of(row)?, row.get(1)));
        }
        ids.extend(learned.iter().copied());
    }
    uploads
        .iter()
        .map(|upload| {
            ids.get(&upload.hash)
                .copied()
                .ok_or_else(|| StorageError::Damaged("a list of licenses has no id".to_owned()))
        })
        .collect()
}

fn hash_of(row: &tokio_postgres::Row) -> Result<[u8; 32], StorageError> {
    <[u8; 32]>::try_from(row.get::<_, &[u8]>(0))
        .map_err(|_| StorageError::Damaged("the hash of a list has not 32 bytes".to_owned()))
}

/// Stores what new lists are found by.
async fn add_keys(
    transaction: &Transaction<'_>,
    new: &[tokio_postgres::Row],
    of: &BTreeMap<[u8; 32], &Prepared>,
) -> Result<(), StorageError> {
    let mut serials: (Vec<&str>, Vec<&str>, Vec<i64>) = Default::default();
    let mut features: (Vec<&str>, Vec<i64>) = Default::default();
    for row in new {
        let id: i64 = row.get(1);
        let Some(upload) = of.get(&hash_of(row)?) else {
            continue;
        };
        for (serial, vendor) in &upload.serials {
            serials.0.push(serial);
            serials.1.push(vendor);
            serials.2.push(id);
        }
        for feature in &upload.features {
            features.0.push(feature);
            features.1.push(id);
        }
    }
    transaction
        .execute(
            "INSERT INTO list_serial SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])",
            &[&serials.0, &serials.1, &serials.2],
        )
        .await
        .map_err(failed)?;
    transaction
        .execute(
            "INSERT INTO list_feature SELECT * FROM unnest($1::text[], $2::bigint[])",
            &[&features.0, &features.1],
        )
        .await
        .map_err(failed)?;
    Ok(())
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
            &uuid_of(&upload.server),
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

/// Adds the uploads to the histories of their servers; gives the servers whose history is not regular.
async fn keep_histories(
    transaction: &Transaction<'_>,
    uploads: &[&Prepared],
) -> Result<HashSet<Uuid>, StorageError> {
    let servers: Vec<Uuid> = uploads.iter().map(|upload| uuid_of(&upload.server)).collect();
    let mut histories = Histories::read(transaction, &servers).await?;
    for upload in uploads {
        histories.add(uuid_of(&upload.server), &upload.link, upload.partner);
    }
    histories.write(transaction).await?;
    Ok(histories.irregular())
}

/// Widens the times in which servers had their lists.
async fn keep_holdings(
    transaction: &Transaction<'_>,
    uploads: &[&Prepared],
    lists: &[i64],
) -> Result<(), StorageError> {
    let mut holdings: BTreeMap<(i64, Uuid), (Timestamp, Timestamp)> = BTreeMap::new();
    for (upload, list) in uploads.iter().zip(lists) {
        let begin = storable(upload.window_start.min(upload.link.created));
        let finish = storable(upload.window_stop.max(upload.link.created));
        holdings
            .entry((*list, uuid_of(&upload.server)))
            .and_modify(|(from, until)| (*from, *until) = ((*from).min(begin), (*until).max(finish)))
            .or_insert((begin, finish));
    }
    let (lists, servers): (Vec<i64>, Vec<Uuid>) = holdings.keys().copied().unzip();
    let (begins, finishes): (Vec<Timestamp>, Vec<Timestamp>) = holdings.values().copied().unzip();
    let statement = transaction
        .prepare_cached(
            "INSERT INTO holding
             SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::timestamptz[], $4::timestamptz[])
             ON CONFLICT (list, server) DO UPDATE SET begin = least(holding.begin, excluded.begin),
                 finish = greatest(holding.finish, excluded.finish)",
        )
        .await
        .map_err(failed)?;
    transaction
        .execute(&statement, &[&lists, &servers, &begins, &finishes])
        .await
        .map_err(failed)?;
    Ok(())
}

/// Notes the servers whose findings may change; see [`Kept::noted`].
async fn note(
    transaction: &Transaction<'_>,
    uploads: &[&Prepared],
    irregular: &HashSet<Uuid>,
) -> Result<(), StorageError> {
    let (mut certain, mut uncertain) = (HashSet::new(), HashSet::new());
    for upload in uploads {
        let server = uuid_of(&upload.server);
        if upload.remarkable || irregular.contains(&server) {
            certain.insert(server);
        } else {
            uncertain.insert(server);
        }
    }
    let certain: Vec<Uuid> = certain.into_iter().collect();
    let uncertain: Vec<Uuid> = uncertain.into_iter().collect();
    let statement = transaction
        .prepare_cached(&format!(
            "INSERT INTO noted SELECT unnest($1::uuid[])
             UNION SELECT server FROM unnest($2::uuid[]) AS concerned (server)
             WHERE EXISTS (SELECT FROM finding_server WHERE finding_server.server = concerned.server) OR {SHARES}
             {AGAIN}"
        ))
        .await
        .map_err(failed)?;
    transaction
        .execute(&statement, &[&certain, &uncertain])
        .await
        .map_err(failed)?;
    Ok(())
}

/// Those servers of the uploads that are noted.
async fn noted(
    transaction: &Transaction<'_>,
    uploads: &[&Prepared],
) -> Result<HashSet<ServerGuid>, StorageError> {
    let servers: Vec<Uuid> = uploads.iter().map(|upload| uuid_of(&upload.server)).collect();
    let statement = transaction
        .prepare_cached("SELECT server FROM noted WHERE server = ANY($1)")
        .await
        .map_err(failed)?;
    let rows = transaction.query(&statement, &[&servers]).await.map_err(failed)?;
    Ok(rows.iter().map(|row| super::guid(row.get(0))).collect())
}
