//! From when to when servers had their lists of licenses.

use std::collections::{BTreeMap, HashSet};

use deadpool_postgres::Transaction;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::failed;
use super::prepared::Prepared;
use crate::storage::StorageError;

/// How far a holding reaches beyond what is known, so that it is written once a week and not with each upload. It only chooses
/// which servers are looked at; what they are found to share is decided by their uploads.
const AHEAD: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A server's time with a list.
type Holding = (i64, Uuid);

/// The holdings that some uploads concern.
#[derive(Default)]
pub(super) struct Holdings(BTreeMap<Holding, (Timestamp, Timestamp)>);

impl Holdings {
    /// Takes one from the database.
    pub(super) fn learn(&mut self, list: i64, server: Uuid, times: (Timestamp, Timestamp)) {
        self.0.insert((list, server), times);
    }

    /// Widens the times in which servers had their lists. Gives the servers that have a list now which they never had before.
    pub(super) async fn keep(
        mut self,
        transaction: &Transaction<'_>,
        uploads: &[&Prepared],
        lists: &[i64],
    ) -> Result<HashSet<Uuid>, StorageError> {
        let (mut new, mut wider) = (HashSet::new(), BTreeMap::new());
        for (upload, list) in uploads.iter().zip(lists) {
            let key = (*list, upload.server);
            let (begin, finish) = upload.held;
            let ahead = finish.saturating_add(AHEAD).unwrap_or(finish);
            let times = match self.0.get(&key) {
                Some((from, until)) if *from <= begin && finish <= *until => continue,
                Some((from, until)) => ((*from).min(begin), (*until).max(ahead)),
                None => {
                    new.insert(key);
                    (begin, ahead)
                }
            };
            self.0.insert(key, times);
            wider.insert(key, times);
        }
        if !wider.is_empty() {
            write(transaction, &wider).await?;
        }
        if !new.is_empty() {
            let lists: Vec<i64> = new.iter().map(|(list, _)| *list).collect();
            mark_shared(transaction, &lists).await?;
        }
        Ok(new.into_iter().map(|(_, server)| server).collect())
    }
}

async fn write(
    transaction: &Transaction<'_>,
    holdings: &BTreeMap<Holding, (Timestamp, Timestamp)>,
) -> Result<(), StorageError> {
    let (lists, servers): (Vec<i64>, Vec<Uuid>) = holdings.keys().copied().unzip();
    let (begins, finishes): (Vec<Timestamp>, Vec<Timestamp>) = holdings.values().copied().unzip();
    let statement = transaction
        .prepare_cached(
            "INSERT INTO holding (list, server, begin, finish)
             SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::timestamptz[], $4::timestamptz[])
             ON CONFLICT (list, server) DO UPDATE SET begin = excluded.begin, finish = excluded.finish",
        )
        .await
        .map_err(failed)?;
    transaction
        .execute(&statement, &[&lists, &servers, &begins, &finishes])
        .await
        .map_err(failed)?;
    Ok(())
}

/// Marks the holdings of all lists with a serial number of these that more than one server has, whenever that was.
async fn mark_shared(transaction: &Transaction<'_>, lists: &[i64]) -> Result<(), StorageError> {
    let statement = transaction
        .prepare_cached(
            "UPDATE holding SET shared = true WHERE NOT shared AND list IN (
                 SELECT list FROM list_serial JOIN (
                     SELECT serial_key, vendor_key FROM list_serial JOIN holding USING (list)
                     WHERE (serial_key, vendor_key) IN (
                         SELECT serial_key, vendor_key FROM list_serial WHERE list = ANY($1))
                     GROUP BY serial_key, vendor_key HAVING count(DISTINCT server) > 1
                 ) AS common USING (serial_key, vendor_key))",
        )
        .await
        .map_err(failed)?;
    transaction.execute(&statement, &[&lists]).await.map_err(failed)?;
    Ok(())
}
