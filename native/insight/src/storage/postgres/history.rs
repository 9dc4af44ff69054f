//! Where the uploads of each server stand.

use std::collections::{BTreeMap, HashSet};

use deadpool_postgres::Transaction;
use jiff::Timestamp;
use licensing_management::id::UploadId;
use tokio_postgres::Row;
use uuid::Uuid;

use super::prepared::Prepared;
use super::{failed, storable, unhex};
use crate::storage::StorageError;
use crate::storage::history::History;

/// The histories of some servers, each with the partner that its latest upload names.
#[derive(Default, Clone)]
pub(super) struct Histories(BTreeMap<Uuid, (History, Option<Uuid>)>);

impl Histories {
    /// Columns that [`Self::learn`] reads, in this order.
    pub(super) const COLUMNS: &str =
        "history.sequence, history.upload_id, history.integrity, history.created,
        history.received, history.regular, history.partner";

    /// Takes the history of a server from a row in which [`Self::COLUMNS`] begin at a place; all are NULL when it has none.
    pub(super) fn learn(&mut self, server: Uuid, row: &Row, place: usize) {
        let Some(sequence) = row.get::<_, Option<i64>>(place) else {
            return;
        };
        let history = History {
            sequence: sequence.cast_unsigned(),
            upload_id: UploadId::from_bytes(row.get::<_, Uuid>(place + 1).into_bytes()),
            integrity: hex::encode(row.get::<_, &[u8]>(place + 2)),
            created: row.get(place + 3),
            received: row.get(place + 4),
            regular: row.get(place + 5),
        };
        self.0.insert(server, (history, row.get(place + 6)));
    }

    /// Adds an upload of a server; says whether it goes on where its history has ended.
    pub(super) fn add(&mut self, upload: &Prepared) -> bool {
        let mut goes_on = false;
        let (history, partner) = self
            .0
            .entry(upload.server)
            .and_modify(|(history, _)| {
                goes_on = history.goes_on(&upload.link);
                history.add(&upload.link);
            })
            .or_insert_with(|| (History::begin(&upload.link), None));
        if history.upload_id == upload.link.upload_id {
            *partner = upload.partner;
        }
        goes_on
    }

    /// Adds uploads, and stores the histories of their servers. Gives the servers whose history is not regular.
    pub(super) async fn keep(
        mut self,
        transaction: &Transaction<'_>,
        uploads: &[&Prepared],
    ) -> Result<HashSet<Uuid>, StorageError> {
        for upload in uploads {
            self.add(upload);
        }
        let concerned: HashSet<Uuid> = uploads.iter().map(|upload| upload.server).collect();
        self.0.retain(|server, _| concerned.contains(server));
        self.write(transaction).await?;
        Ok(self
            .0
            .into_iter()
            .filter(|(_, (history, _))| !history.regular)
            .map(|(server, _)| server)
            .collect())
    }

    async fn write(&self, transaction: &Transaction<'_>) -> Result<(), StorageError> {
        let servers: Vec<Uuid> = self.0.keys().copied().collect();
        let values = || self.0.values().map(|(history, _)| history);
        let sequences: Vec<i64> = values().map(|history| history.sequence.cast_signed()).collect();
        let ids: Vec<Uuid> = values()
            .map(|history| Uuid::from_bytes(*history.upload_id.as_bytes()))
            .collect();
        let integrities = values()
            .map(|history| unhex(&history.integrity))
            .collect::<Result<Vec<_>, _>>()?;
        let created: Vec<Timestamp> = values().map(|history| storable(history.created)).collect();
        let received: Vec<Timestamp> = values().map(|history| storable(history.received)).collect();
        let partners: Vec<Option<Uuid>> = self.0.values().map(|(_, partner)| *partner).collect();
        let regular: Vec<bool> = values().map(|history| history.regular).collect();
        let statement = transaction
            .prepare_cached(
                "INSERT INTO history SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::bytea[],
                     $5::timestamptz[], $6::timestamptz[], $7::uuid[], $8::boolean[])
                 ON CONFLICT (server) DO UPDATE SET sequence = excluded.sequence, upload_id = excluded.upload_id,
                     integrity = excluded.integrity, created = excluded.created, received = excluded.received,
                     partner = excluded.partner, regular = excluded.regular",
            )
            .await
            .map_err(failed)?;
        transaction
            .execute(
                &statement,
                &[
                    &servers,
                    &sequences,
                    &ids,
                    &integrities,
                    &created,
                    &received,
                    &partners,
                    &regular,
                ],
            )
            .await
            .map_err(failed)?;
        Ok(())
    }
}
