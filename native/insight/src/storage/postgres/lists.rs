//! Lists of licenses: each different one is kept once.

use std::collections::{BTreeMap, HashMap};

use deadpool_postgres::Transaction;
use tokio_postgres::Row;

use super::failed;
use super::prepared::{ListHash, Prepared};
use crate::storage::StorageError;

/// Numbers of lists by their hash.
#[derive(Default)]
pub(super) struct ListIds(HashMap<ListHash, i64>);

impl ListIds {
    /// Takes one from the database.
    pub(super) fn learn(&mut self, hash: ListHash, id: i64) {
        self.0.insert(hash, id);
    }

    /// The number of each upload's list, in the same order. Lists that are new are stored.
    pub(super) async fn of(
        mut self,
        transaction: &Transaction<'_>,
        uploads: &[&Prepared],
    ) -> Result<Vec<i64>, StorageError> {
        let new: BTreeMap<ListHash, &Prepared> = uploads
            .iter()
            .filter(|upload| !self.0.contains_key(&upload.hash))
            .map(|upload| (upload.hash, *upload))
            .collect();
        if !new.is_empty() {
            self.add(transaction, &new).await?;
        }
        uploads
            .iter()
            .map(|upload| {
                self.0
                    .get(&upload.hash)
                    .copied()
                    .ok_or_else(|| StorageError::Damaged("a list of licenses has no number".to_owned()))
            })
            .collect()
    }

    async fn add(
        &mut self,
        transaction: &Transaction<'_>,
        new: &BTreeMap<ListHash, &Prepared>,
    ) -> Result<(), StorageError> {
        let hashes: Vec<&[u8]> = new.keys().map(<[u8; 32]>::as_slice).collect();
        let licenses: Vec<&str> = new
            .values()
            .map(|upload| upload.lists.licenses.as_str())
            .collect();
        let rows = transaction
            .query(
                "INSERT INTO list (hash, licenses) SELECT * FROM unnest($1::bytea[], $2::text[]) RETURNING hash, id",
                &[&hashes, &licenses],
            )
            .await
            .map_err(failed)?;
        for row in &rows {
            self.learn(hash_of(row)?, row.get(1));
        }
        add_keys(transaction, &self.0, new).await
    }
}

fn hash_of(row: &Row) -> Result<ListHash, StorageError> {
    ListHash::try_from(row.get::<_, &[u8]>(0))
        .map_err(|_| StorageError::Damaged("the hash of a list has not 32 bytes".to_owned()))
}

/// Stores what new lists are found by.
async fn add_keys(
    transaction: &Transaction<'_>,
    ids: &HashMap<ListHash, i64>,
    new: &BTreeMap<ListHash, &Prepared>,
) -> Result<(), StorageError> {
    let mut serials: (Vec<&str>, Vec<&str>, Vec<i64>) = Default::default();
    let mut features: (Vec<&str>, Vec<i64>) = Default::default();
    for (hash, upload) in new {
        let Some(id) = ids.get(hash) else {
            continue;
        };
        for (serial, vendor) in &upload.serials {
            serials.0.push(serial);
            serials.1.push(vendor);
            serials.2.push(*id);
        }
        for feature in &upload.features {
            features.0.push(feature);
            features.1.push(*id);
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
