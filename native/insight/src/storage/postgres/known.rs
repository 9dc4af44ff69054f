//! What the database knows of uploads and their servers before it stores them.

use std::collections::{HashMap, HashSet};

use deadpool_postgres::Transaction;
use jiff::Timestamp;
use uuid::Uuid;

use super::failed;
use super::history::Histories;
use super::holdings::Holdings;
use super::lists::ListIds;
use super::prepared::Prepared;
use crate::storage::{StorageError, Stored};

/// Where it is looked whether an upload was stored before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Nowhere for an upload that goes on where the history of its server has ended, since it is none of those before; for all
    /// others everywhere.
    WhereNeeded,
    /// Everywhere.
    Everywhere,
}

/// What is known of the servers of some uploads, and of their lists of licenses.
#[derive(Default)]
pub(super) struct Known {
    pub(super) histories: Histories,
    pub(super) lists: ListIds,
    pub(super) holdings: Holdings,
    /// Servers that have, or had, a serial number that another one has or had.
    pub(super) sharing: HashSet<Uuid>,
    /// Servers that a finding names.
    pub(super) named: HashSet<Uuid>,
    /// Servers that are to be looked at.
    pub(super) noted: HashSet<Uuid>,
}

impl Known {
    pub(super) async fn read(
        transaction: &Transaction<'_>,
        uploads: &[&Prepared],
    ) -> Result<Self, StorageError> {
        let servers: Vec<Uuid> = uploads.iter().map(|upload| upload.server).collect();
        let hashes: Vec<&[u8]> = uploads.iter().map(|upload| upload.hash.as_slice()).collect();
        let statement = transaction
            // Each question has a limit of its own: the planner would read a whole table for EXISTS, and all who have a list to find
            // one of them.
            .prepare_cached(&format!(
                "SELECT list.id, holding.begin, holding.finish,
                     (SELECT true FROM holding AS own WHERE own.server = wanted.server AND own.shared LIMIT 1),
                     (SELECT true FROM finding_server WHERE finding_server.server = wanted.server LIMIT 1),
                     (SELECT true FROM noted WHERE noted.server = wanted.server LIMIT 1),
                     {}
                 FROM unnest($1::uuid[], $2::bytea[]) WITH ORDINALITY AS wanted (server, hash, place)
                 LEFT JOIN history ON history.server = wanted.server
                 LEFT JOIN list ON list.hash = wanted.hash
                 LEFT JOIN LATERAL (SELECT begin, finish FROM holding
                     WHERE holding.list = list.id AND holding.server = wanted.server LIMIT 1) AS holding ON true
                 ORDER BY wanted.place",
                Histories::COLUMNS
            ))
            .await
            .map_err(failed)?;
        let rows = transaction
            .query(&statement, &[&servers, &hashes])
            .await
            .map_err(failed)?;
        let mut known = Self::default();
        for (upload, row) in uploads.iter().zip(&rows) {
            if let Some(list) = row.get::<_, Option<i64>>(0) {
                known.lists.learn(upload.hash, list);
                if let Some(begin) = row.get::<_, Option<Timestamp>>(1) {
                    known.holdings.learn(list, upload.server, (begin, row.get(2)));
                }
            }
            for (place, servers) in [
                (3, &mut known.sharing),
                (4, &mut known.named),
                (5, &mut known.noted),
            ] {
                if row.get::<_, Option<bool>>(place) == Some(true) {
                    servers.insert(upload.server);
                }
            }
            known.histories.learn(upload.server, row, 6);
        }
        Ok(known)
    }

    /// What each of the uploads is: new, stored before, or another one with a known id.
    pub(super) async fn tell_apart(
        &self,
        transaction: &Transaction<'_>,
        uploads: &[&Prepared],
        look: Look,
    ) -> Result<Vec<Stored>, StorageError> {
        let mut ahead = self.histories.clone();
        let doubtful: Vec<Uuid> = uploads
            .iter()
            .filter(|upload| !ahead.add(upload) || look == Look::Everywhere)
            .map(|upload| upload.id())
            .collect();
        let mut stored = integrities(transaction, &doubtful).await?;
        Ok(uploads
            .iter()
            .map(|upload| {
                let known = stored.entry(upload.id()).or_default();
                if known.contains(&upload.link.integrity) {
                    Stored::Before
                } else if known.is_empty() {
                    known.insert(upload.link.integrity.clone());
                    Stored::Now
                } else {
                    Stored::IdReused
                }
            })
            .collect())
    }
}

/// Integrity hashes of the uploads that are stored with one of these ids.
async fn integrities(
    transaction: &Transaction<'_>,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, HashSet<String>>, StorageError> {
    let mut stored: HashMap<Uuid, HashSet<String>> = HashMap::new();
    if ids.is_empty() {
        return Ok(stored);
    }
    let statement = transaction
        .prepare_cached("SELECT upload_id, integrity FROM upload WHERE upload_id = ANY($1)")
        .await
        .map_err(failed)?;
    for row in transaction.query(&statement, &[&ids]).await.map_err(failed)? {
        stored
            .entry(row.get(0))
            .or_default()
            .insert(hex::encode(row.get::<_, &[u8]>(1)));
    }
    Ok(stored)
}
