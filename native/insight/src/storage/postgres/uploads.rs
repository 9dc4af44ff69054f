//! What is read of uploads.

use std::collections::{BTreeMap, HashMap, HashSet};

use deadpool_postgres::Client;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use licensing_management::compliance::{LicenseRow, UploadRow};
use licensing_management::id::{ServerGuid, UploadId};
use tokio_postgres::Row;
use uuid::Uuid;

use super::rows::{add_licenses, add_products, add_usage, usage};
use super::{failed, guid, limit, storable, uuid_of};
use crate::storage::{About, Installed, PeakRow, StorageError, UploadSummary, serial_key};

/// Another server that had one of the serial numbers of `own.server` at the same time, or may have used it then: the times of
/// a holding begin with the window of its first upload.
pub const SHARES: &str = "EXISTS (
    SELECT FROM holding AS own
    JOIN list_serial AS own_serial ON own_serial.list = own.list
    JOIN list_serial AS other_serial USING (serial_key, vendor_key)
    JOIN holding AS other ON other.list = other_serial.list
    WHERE own.server = concerned.server AND other.server <> own.server
        AND own.begin <= other.finish AND other.begin <= own.finish)";

const UPLOAD: &str = "upload.upload_id, upload.server, upload.sequence, upload.integrity, upload.previous, upload.created,
    upload.window_stop, upload.received, upload.clock_offset, upload.clock_jump, list.licenses, upload.usage, upload.products";

/// An upload with its lists as they are stored: licenses, usage, products.
struct Stored {
    row: UploadRow,
    lists: [String; 3],
}

fn stored(row: &Row) -> Stored {
    Stored {
        row: UploadRow {
            upload_id: UploadId::from_bytes(row.get::<_, Uuid>(0).into_bytes()),
            server: guid(row.get(1)),
            sequence: row.get::<_, i64>(2).cast_unsigned(),
            integrity: hex::encode(row.get::<_, &[u8]>(3)),
            previous: row.get::<_, Option<&[u8]>>(4).map(hex::encode),
            created: row.get(5),
            window_stop: row.get(6),
            received: Some(row.get(7)),
            clock_offset_seconds: row.get(8),
            clock_jump_seconds: row.get(9),
        },
        lists: [row.get(10), row.get(11), row.get(12)],
    }
}

/// What a license is compared by; none without a serial number.
fn license_key(row: &LicenseRow) -> Option<(String, String)> {
    Some((
        serial_key(row.serial_number.as_deref()?)?,
        row.vendor.to_lowercase(),
    ))
}

pub(super) async fn about(client: &Client, server: ServerGuid, most: usize) -> Result<About, StorageError> {
    let mut about = About::default();
    let id = uuid_of(&server);
    let statement = client
        .prepare_cached(&format!(
            "SELECT {UPLOAD} FROM upload JOIN list ON list.id = upload.list WHERE server = $1"
        ))
        .await
        .map_err(failed)?;
    for row in client.query(&statement, &[&id]).await.map_err(failed)? {
        let Stored { row, lists } = stored(&row);
        let [licenses, usage, products] = &lists;
        add_licenses(&mut about.rows, &row, licenses, |_| true)?;
        add_usage(&mut about.rows, &row, usage)?;
        add_products(&mut about.rows, &row, products)?;
        about.rows.uploads.push(row);
    }
    add_others(client, server, most, &mut about).await?;
    Ok(about)
}

/// Other servers with one of these serial numbers, each with its place among those of a serial number: the one that was heard
/// of last is the first.
async fn others(
    client: &Client,
    server: ServerGuid,
    serials: &[String],
    vendors: &[String],
) -> Result<Vec<(Uuid, i64)>, StorageError> {
    let statement = client
        .prepare_cached(
            "SELECT placed.server, min(placed.place) FROM (
                 SELECT shared.server, row_number() OVER (
                     PARTITION BY shared.serial_key, shared.vendor_key
                     ORDER BY history.received DESC NULLS LAST, shared.server) AS place
                 FROM (
                     SELECT DISTINCT serial_key, vendor_key, holding.server FROM list_serial
                     JOIN unnest($2::text[], $3::text[]) AS common (serial_key, vendor_key) USING (serial_key, vendor_key)
                     JOIN holding USING (list) WHERE holding.server <> $1) AS shared
                 LEFT JOIN history ON history.server = shared.server) AS placed
             GROUP BY placed.server",
        )
        .await
        .map_err(failed)?;
    let rows = client
        .query(&statement, &[&uuid_of(&server), &serials, &vendors])
        .await
        .map_err(failed)?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Adds what other servers have in common with this one, whose rows are there already: of each serial number so many servers
/// at most.
async fn add_others(
    client: &Client,
    server: ServerGuid,
    most: usize,
    about: &mut About,
) -> Result<(), StorageError> {
    let common: HashSet<(String, String)> = about.rows.licenses.iter().filter_map(license_key).collect();
    let (serials, vendors): (Vec<String>, Vec<String>) = common.iter().cloned().unzip();
    let all = others(client, server, &serials, &vendors).await?;
    let (count, most) = (all.len(), i64::try_from(most).unwrap_or(i64::MAX));
    let chosen: Vec<Uuid> = all
        .into_iter()
        .filter_map(|(other, place)| (place <= most).then_some(other))
        .collect();
    about.left_out = count.saturating_sub(chosen.len());
    let statement = client
        .prepare_cached(&format!(
            "SELECT {UPLOAD} FROM holding JOIN upload USING (server, list) JOIN list ON list.id = holding.list
             WHERE holding.server = ANY($1) AND holding.list IN (
                 SELECT list FROM list_serial
                 JOIN unnest($2::text[], $3::text[]) AS common (serial_key, vendor_key) USING (serial_key, vendor_key))"
        ))
        .await
        .map_err(failed)?;
    let mut servers = HashSet::from([uuid_of(&server)]);
    let rows = client
        .query(&statement, &[&chosen, &serials, &vendors])
        .await
        .map_err(failed)?;
    for row in rows {
        let Stored { row, lists } = stored(&row);
        let [licenses, usage, _] = &lists;
        servers.insert(uuid_of(&row.server));
        add_licenses(&mut about.rows, &row, licenses, |license| {
            license_key(license).is_some_and(|key| common.contains(&key))
        })?;
        add_usage(&mut about.rows, &row, usage)?;
    }
    let servers: Vec<Uuid> = servers.into_iter().collect();
    let statement = client
        .prepare_cached(&format!(
            "SELECT {UPLOAD}, history.partner FROM history JOIN upload USING (server, upload_id, integrity)
             JOIN list ON list.id = upload.list WHERE server = ANY($1)"
        ))
        .await
        .map_err(failed)?;
    for row in client.query(&statement, &[&servers]).await.map_err(failed)? {
        let latest = stored(&row).row;
        if let Some(partner) = row.get::<_, Option<Uuid>>(13) {
            about.partners.push((latest.server, guid(partner)));
        }
        if latest.server != server {
            about.rows.uploads.push(latest);
        }
    }
    Ok(())
}

pub(super) async fn summaries(
    client: &Client,
    servers: &[ServerGuid],
    most: usize,
) -> Result<Vec<UploadSummary>, StorageError> {
    let servers: Vec<Uuid> = servers.iter().map(uuid_of).collect();
    let statement = client
        .prepare_cached(
            "SELECT latest.* FROM unnest($1::uuid[]) AS wanted (server) CROSS JOIN LATERAL (
                 SELECT upload_id, server, sequence, created, received, bytes, integrity FROM upload
                 WHERE upload.server = wanted.server ORDER BY received DESC LIMIT $2) AS latest
             ORDER BY received DESC, sequence DESC LIMIT $2",
        )
        .await
        .map_err(failed)?;
    let rows = client
        .query(&statement, &[&servers, &limit(most)])
        .await
        .map_err(failed)?;
    Ok(rows
        .iter()
        .map(|row| UploadSummary {
            upload_id: UploadId::from_bytes(row.get::<_, Uuid>(0).into_bytes()),
            server: guid(row.get(1)),
            sequence: row.get::<_, i64>(2).cast_unsigned(),
            created: row.get(3),
            received: row.get(4),
            bytes: u64::from(row.get::<_, i32>(5).unsigned_abs()),
            integrity: hex::encode(row.get::<_, &[u8]>(6)),
        })
        .collect())
}

pub(super) async fn contacts(
    client: &Client,
    servers: &[ServerGuid],
) -> Result<HashMap<ServerGuid, Timestamp>, StorageError> {
    let servers: Vec<Uuid> = servers.iter().map(uuid_of).collect();
    let statement = client
        .prepare_cached("SELECT server, received FROM history WHERE server = ANY($1)")
        .await
        .map_err(failed)?;
    let rows = client.query(&statement, &[&servers]).await.map_err(failed)?;
    Ok(rows.iter().map(|row| (guid(row.get(0)), row.get(1))).collect())
}

pub(super) async fn silent_since(client: &Client, since: Timestamp) -> Result<Vec<ServerGuid>, StorageError> {
    let rows = client
        .query(
            "SELECT server FROM history WHERE received < $1",
            &[&storable(since)],
        )
        .await
        .map_err(failed)?;
    Ok(rows.iter().map(|row| guid(row.get(0))).collect())
}

pub(super) async fn installed(client: &Client, server: ServerGuid) -> Result<Installed, StorageError> {
    let statement = client
        .prepare_cached(
            "SELECT serial_key, NULL FROM holding JOIN list_serial USING (list) WHERE server = $1
             UNION SELECT NULL, feature_key FROM holding JOIN list_feature USING (list) WHERE server = $1",
        )
        .await
        .map_err(failed)?;
    let mut installed = Installed::default();
    for row in client
        .query(&statement, &[&uuid_of(&server)])
        .await
        .map_err(failed)?
    {
        installed.serials.extend(row.get::<_, Option<String>>(0));
        installed.features.extend(row.get::<_, Option<String>>(1));
    }
    Ok(installed)
}

pub(super) async fn peaks(client: &Client, servers: &[ServerGuid]) -> Result<Vec<PeakRow>, StorageError> {
    let servers: Vec<Uuid> = servers.iter().map(uuid_of).collect();
    let statement = client
        .prepare_cached("SELECT server, window_stop, usage FROM upload WHERE server = ANY($1)")
        .await
        .map_err(failed)?;
    let mut found = Vec::new();
    for row in client.query(&statement, &[&servers]).await.map_err(failed)? {
        let day = row.get::<_, Timestamp>(1).to_zoned(TimeZone::UTC).date();
        // Pools of one feature that differ in their version count together.
        let mut features: BTreeMap<(String, String), PeakRow> = BTreeMap::new();
        for (vendor, feature, _, used_max, installed, ..) in usage(row.get(2))? {
            features
                .entry((vendor.to_lowercase(), feature.to_lowercase()))
                .and_modify(|sum| {
                    sum.peak = sum.peak.saturating_add(used_max);
                    sum.installed = sum
                        .installed
                        .zip(installed)
                        .map(|(all, more)| all.saturating_add(more));
                })
                .or_insert(PeakRow {
                    server: guid(row.get(0)),
                    vendor,
                    feature,
                    day,
                    peak: used_max,
                    installed,
                });
        }
        found.extend(features.into_values());
    }
    Ok(found)
}
