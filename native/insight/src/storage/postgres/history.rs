//! Where the uploads of each server stand.

use std::collections::{BTreeMap, HashSet};

use deadpool_postgres::Transaction;
use jiff::Timestamp;
use licensing_management::id::UploadId;
use tokio_postgres::Row;
use uuid::Uuid;

use super::{failed, storable, unhex};
use crate::storage::StorageError;
use crate::storage::history::{History, Link};

/// The histories of some servers, each with the partner that its latest upload names.
pub(super) struct Histories(BTreeMap<Uuid, (History, Option<Uuid>)>);

impl Histories {
    /// Those of these servers that have one.
    pub(super) async fn read(transaction: &Transaction<'_>, servers: &[Uuid]) -> Result<Self, StorageError> {
        let statement = transaction
            .prepare_cached(
                "SELECT server, sequence, upload_id, integrity, created, received, regular, partner
                 FROM history WHERE server = ANY($1)",
            )
            .await
            .map_err(failed)?;
        let rows = transaction.query(&statement, &[&servers]).await.map_err(failed)?;
        let histories: BTreeMap<Uuid, (History, Option<Uuid>)> = rows
            .iter()
            .map(|row| (row.get(0), (history(row), row.get(7))))
            .collect();
        Ok(Self(histories))
    }

    /// Adds an upload of a server.
    pub(super) fn add(&mut self, server: Uuid, link: &Link, partner: Option<Uuid>) {
        let (history, known_partner) = self
            .0
            .entry(server)
            .and_modify(|(history, _)| history.add(link))
            .or_insert_with(|| (History::begin(link), None));
        if history.upload_id == link.upload_id {
            *known_partner = partner;
        }
    }

    /// Stores all of them.
    pub(super) async fn write(&self, transaction: &Transaction<'_>) -> Result<(), StorageError> {
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

    /// The servers whose history is not regular.
    pub(super) fn irregular(self) -> HashSet<Uuid> {
        self.0
            .into_iter()
            .filter(|(_, (history, _))| !history.regular)
            .map(|(server, _)| server)
            .collect()
    }
}

fn history(row: &Row) -> History {
    History {
        sequence: row.get::<_, i64>(1).cast_unsigned(),
        upload_id: UploadId::from_bytes(row.get::<_, Uuid>(2).into_bytes()),
        integrity: hex::encode(row.get::<_, &[u8]>(3)),
        created: row.get(4),
        received: row.get(5),
        regular: row.get(6),
    }
}
