//! Uploads as rows.

use jiff::Timestamp;
use jiff::civil::Date;
use licensing_api::LicenseVersion;
use licensing_management::compliance::{LicenseRow, ProductRow, Rows, UploadRow, UsageRow};
use licensing_management::id::{ServerGuid, UploadId};
use licensing_management::upload::{FeatureSample, UploadBody};
use rusqlite::{CachedStatement, Connection, OptionalExtension, Params, Row, Transaction, params};

use super::{guid, history, instant, queue};
use crate::storage::{
    About, Arrival, Installed, Kept, PeakRow, StorageError, Stored, UploadSummary, serial_key,
};

/// Stores an upload with its rows, and notes its server where findings may change.
pub(super) fn store(transaction: &Transaction<'_>, arrival: &Arrival<'_>) -> Result<Kept, StorageError> {
    let server = arrival.upload.body().server.guid;
    let stored = store_once(transaction, arrival)?;
    if stored == Stored::Now {
        let is_regular = history::add(transaction, arrival)?;
        if arrival.remarkable || !is_regular || has_company(transaction, arrival.upload.body())? {
            queue::note_server(transaction, server)?;
        }
    }
    Ok(Kept {
        stored,
        noted: queue::is_noted(transaction, server)?,
    })
}

/// Whether a finding names the server, or another one has or had a serial number of this upload.
fn has_company(transaction: &Transaction<'_>, upload: &UploadBody) -> Result<bool, StorageError> {
    Ok(transaction
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM finding_server WHERE server = ?1) OR EXISTS (
                 SELECT 1 FROM license AS own WHERE own.upload_id = ?2 AND own.serial_key IS NOT NULL AND (
                     EXISTS (SELECT 1 FROM license AS other WHERE other.serial_key = own.serial_key
                         AND other.vendor_key = own.vendor_key AND other.server < ?1)
                     OR EXISTS (SELECT 1 FROM license AS other WHERE other.serial_key = own.serial_key
                         AND other.vendor_key = own.vendor_key AND other.server > ?1)))",
        )?
        .query_row(
            params![upload.server.guid.as_bytes(), upload.upload_id.as_bytes()],
            |row| row.get(0),
        )?)
}

fn store_once(transaction: &Transaction<'_>, arrival: &Arrival<'_>) -> Result<Stored, StorageError> {
    let body = arrival.upload.body();
    let known: Option<String> = transaction
        .prepare_cached("SELECT integrity FROM upload WHERE upload_id = ?1")?
        .query_row([body.upload_id.as_bytes()], |row| row.get(0))
        .optional()?;
    if let Some(known) = known {
        return Ok(if known == arrival.upload.integrity() {
            Stored::Before
        } else {
            Stored::IdReused
        });
    }
    transaction
        .prepare_cached("INSERT INTO upload VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)")?
        .execute(params![
            body.upload_id.as_bytes(),
            body.server.guid.as_bytes(),
            body.sequence.cast_signed(),
            arrival.upload.integrity(),
            body.previous,
            body.created.to_string(),
            body.window_stop.to_string(),
            arrival.received.to_string(),
            arrival.received.as_millisecond(),
            arrival.clock_offset_seconds,
            body.server.clock.jump_seconds,
            body.server
                .disaster_recovery_partner
                .as_ref()
                .map(ServerGuid::as_bytes),
            arrival.upload.bytes(),
        ])?;
    store_rows(transaction, arrival)?;
    Ok(Stored::Now)
}

fn store_rows(transaction: &Transaction<'_>, arrival: &Arrival<'_>) -> Result<(), StorageError> {
    let mut rows = Rows::default();
    rows.add(
        arrival.upload,
        Some(arrival.received),
        arrival.clock_offset_seconds,
    );
    store_licenses(transaction, &rows.licenses)?;
    store_usage(transaction, &rows.usage, &arrival.upload.body().features)?;
    store_products(transaction, &rows.products)
}

fn store_licenses(transaction: &Transaction<'_>, rows: &[LicenseRow]) -> Result<(), StorageError> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO license VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    )?;
    for row in rows {
        statement.execute(params![
            row.upload_id.as_bytes(),
            row.index,
            row.server.as_bytes(),
            row.sequence.cast_signed(),
            row.created.to_string(),
            row.serial_number,
            row.serial_number.as_deref().and_then(serial_key),
            row.vendor,
            row.vendor.to_lowercase(),
            row.feature,
            row.feature.to_lowercase(),
            row.version.to_string(),
            row.sa_date.map(|date| date.to_string()),
            row.serving,
        ])?;
    }
    Ok(())
}

/// Each row with the sample that it was made from.
fn store_usage(
    transaction: &Transaction<'_>,
    rows: &[UsageRow],
    samples: &[FeatureSample],
) -> Result<(), StorageError> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO usage VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?;
    for (row, sample) in rows.iter().zip(samples) {
        statement.execute(params![
            row.upload_id.as_bytes(),
            row.index,
            row.server.as_bytes(),
            row.sequence.cast_signed(),
            row.created.to_string(),
            row.vendor,
            row.feature,
            row.version.to_string(),
            row.used_max,
            sample.installed,
            row.limit,
            row.used.map(|(from, _)| from.to_string()),
            row.used.map(|(_, until)| until.to_string()),
        ])?;
    }
    Ok(())
}

fn store_products(transaction: &Transaction<'_>, rows: &[ProductRow]) -> Result<(), StorageError> {
    let mut statement = transaction
        .prepare_cached("INSERT INTO product VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")?;
    for row in rows {
        statement.execute(params![
            row.upload_id.as_bytes(),
            row.index,
            row.server.as_bytes(),
            row.sequence.cast_signed(),
            row.created.to_string(),
            row.vendor,
            row.feature,
            row.license_version.to_string(),
            row.product,
            row.first_seen.to_string(),
            row.last_seen.to_string(),
        ])?;
    }
    Ok(())
}

/// Reads rows, each of which may turn out to be damaged.
fn collect<T, P: Params>(
    mut statement: CachedStatement<'_>,
    parameters: P,
    read: impl Fn(&Row<'_>) -> Result<T, StorageError>,
) -> Result<Vec<T>, StorageError> {
    let mut rows = statement.query(parameters)?;
    let mut collected = Vec::new();
    while let Some(row) = rows.next()? {
        collected.push(read(row)?);
    }
    Ok(collected)
}

/// Another server with a serial number in common: everything that says so comes from here.
///
/// Each serial number once, and the rows of the server itself passed over by the index: a server has one row for each serial
/// number and upload, and comparing them all with each other would take the square of that.
const SHARED: &str = "WITH own AS MATERIALIZED (
        SELECT DISTINCT serial_key, vendor_key FROM license WHERE server = ?1 AND serial_key IS NOT NULL)
    SELECT other.server FROM own CROSS JOIN license AS other
        ON other.serial_key = own.serial_key AND other.vendor_key = own.vendor_key WHERE other.server < ?1
    UNION SELECT other.server FROM own CROSS JOIN license AS other
        ON other.serial_key = own.serial_key AND other.vendor_key = own.vendor_key WHERE other.server > ?1";

/// As [`SHARED`], but of each serial number only so many servers that were heard of last.
const LATEST_SHARED: &str = "WITH own AS MATERIALIZED (
        SELECT DISTINCT serial_key, vendor_key FROM license WHERE server = ?1 AND serial_key IS NOT NULL),
    shared AS (
        SELECT DISTINCT other.serial_key, other.vendor_key, other.server FROM own CROSS JOIN license AS other
            ON other.serial_key = own.serial_key AND other.vendor_key = own.vendor_key WHERE other.server <> ?1),
    placed AS (
        SELECT shared.server AS server, row_number() OVER (
            PARTITION BY shared.serial_key, shared.vendor_key
            ORDER BY history.received_ms DESC, shared.server) AS place
        FROM shared LEFT JOIN history ON history.server = shared.server)
    SELECT DISTINCT server FROM placed WHERE place <= ?2";

pub(super) fn about(connection: &Connection, server: ServerGuid, most: usize) -> Result<About, StorageError> {
    let mut about = About::default();
    let mut servers: Vec<ServerGuid> =
        collect(connection.prepare_cached(SHARED)?, [server.as_bytes()], |row| {
            Ok(guid(row.get(0)?))
        })?;
    if servers.len() > most {
        let all = servers.len();
        servers = collect(
            connection.prepare_cached(LATEST_SHARED)?,
            params![server.as_bytes(), i64::try_from(most).unwrap_or(i64::MAX)],
            |row| Ok(guid(row.get(0)?)),
        )?;
        about.left_out = all.saturating_sub(servers.len());
    }
    add_own(connection, server, &mut about.rows)?;
    for other in &servers {
        add_common(connection, server, *other, &mut about.rows)?;
    }
    servers.push(server);
    for server in servers {
        if let Some(partner) = partner(connection, server)? {
            about.partners.push((server, partner));
        }
    }
    Ok(about)
}

/// Adds everything that is kept of a server.
fn add_own(connection: &Connection, server: ServerGuid, rows: &mut Rows) -> Result<(), StorageError> {
    rows.uploads = collect(
        connection.prepare_cached(&format!("{UPLOAD} WHERE server = ?1"))?,
        [server.as_bytes()],
        upload,
    )?;
    rows.licenses = collect(
        connection.prepare_cached(&format!("{LICENSE} WHERE server = ?1"))?,
        [server.as_bytes()],
        license,
    )?;
    rows.usage = collect(
        connection.prepare_cached(&format!("{USAGE} WHERE server = ?1"))?,
        [server.as_bytes()],
        usage,
    )?;
    rows.products = collect(
        connection.prepare_cached(&format!("{PRODUCT} WHERE server = ?1"))?,
        [server.as_bytes()],
        product,
    )?;
    Ok(())
}

/// Adds the latest upload of another server, and what it tells of the serial numbers that both had.
fn add_common(
    connection: &Connection,
    server: ServerGuid,
    other: ServerGuid,
    rows: &mut Rows,
) -> Result<(), StorageError> {
    rows.uploads.extend(collect(
        connection.prepare_cached(&format!(
            "{UPLOAD} WHERE server = ?1 ORDER BY sequence DESC, upload_id DESC LIMIT 1"
        ))?,
        [other.as_bytes()],
        upload,
    )?);
    let common = "WHERE server = ?2 AND (serial_key, vendor_key) IN
        (SELECT serial_key, vendor_key FROM license WHERE server = ?1 AND serial_key IS NOT NULL)";
    rows.licenses.extend(collect(
        connection.prepare_cached(&format!("{LICENSE} {common}"))?,
        [server.as_bytes(), other.as_bytes()],
        license,
    )?);
    rows.usage.extend(collect(
        connection.prepare_cached(&format!(
            "{USAGE} WHERE upload_id IN (SELECT upload_id FROM license {common})"
        ))?,
        [server.as_bytes(), other.as_bytes()],
        usage,
    )?);
    Ok(())
}

/// The partner that the latest upload of a server names.
fn partner(connection: &Connection, server: ServerGuid) -> Result<Option<ServerGuid>, StorageError> {
    let partner: Option<Option<[u8; 16]>> = connection
        .prepare_cached(
            "SELECT partner FROM upload WHERE server = ?1 ORDER BY sequence DESC, upload_id DESC LIMIT 1",
        )?
        .query_row([server.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(partner.flatten().map(guid))
}

const UPLOAD: &str =
    "SELECT upload_id, server, sequence, integrity, previous, created, window_stop, received,
    clock_offset, clock_jump FROM upload";

fn upload(row: &Row<'_>) -> Result<UploadRow, StorageError> {
    Ok(UploadRow {
        upload_id: UploadId::from_bytes(row.get(0)?),
        server: guid(row.get(1)?),
        sequence: row.get::<_, i64>(2)?.cast_unsigned(),
        integrity: row.get(3)?,
        previous: row.get(4)?,
        created: time(row, 5)?,
        window_stop: time(row, 6)?,
        received: Some(time(row, 7)?),
        clock_offset_seconds: row.get(8)?,
        clock_jump_seconds: row.get(9)?,
    })
}

const LICENSE: &str =
    "SELECT upload_id, server, sequence, created, place, serial, vendor, feature, version, sa_date,
    serving FROM license";

fn license(row: &Row<'_>) -> Result<LicenseRow, StorageError> {
    let date: Option<String> = row.get(9)?;
    Ok(LicenseRow {
        upload_id: UploadId::from_bytes(row.get(0)?),
        server: guid(row.get(1)?),
        sequence: row.get::<_, i64>(2)?.cast_unsigned(),
        created: time(row, 3)?,
        index: row.get(4)?,
        serial_number: row.get(5)?,
        vendor: row.get(6)?,
        feature: row.get(7)?,
        version: version(row, 8)?,
        sa_date: date
            .map(|date| {
                date.parse::<Date>()
                    .map_err(|error| StorageError::Damaged(format!("'{date}' is no date: {error}")))
            })
            .transpose()?,
        serving: row.get(10)?,
    })
}

const USAGE: &str =
    "SELECT upload_id, server, sequence, created, place, vendor, feature, version, used_max, most,
    used_from, used_until FROM usage";

fn usage(row: &Row<'_>) -> Result<UsageRow, StorageError> {
    let used = match (
        row.get::<_, Option<String>>(10)?,
        row.get::<_, Option<String>>(11)?,
    ) {
        (Some(from), Some(until)) => Some((instant(&from)?, instant(&until)?)),
        (None, _) | (_, None) => None,
    };
    Ok(UsageRow {
        upload_id: UploadId::from_bytes(row.get(0)?),
        server: guid(row.get(1)?),
        sequence: row.get::<_, i64>(2)?.cast_unsigned(),
        created: time(row, 3)?,
        index: row.get(4)?,
        vendor: row.get(5)?,
        feature: row.get(6)?,
        version: version(row, 7)?,
        used_max: row.get(8)?,
        limit: row.get(9)?,
        used,
    })
}

const PRODUCT: &str = "SELECT upload_id, server, sequence, created, place, vendor, feature, version, product,
    first_seen, last_seen FROM product";

fn product(row: &Row<'_>) -> Result<ProductRow, StorageError> {
    Ok(ProductRow {
        upload_id: UploadId::from_bytes(row.get(0)?),
        server: guid(row.get(1)?),
        sequence: row.get::<_, i64>(2)?.cast_unsigned(),
        created: time(row, 3)?,
        index: row.get(4)?,
        vendor: row.get(5)?,
        feature: row.get(6)?,
        license_version: version(row, 7)?,
        product: row.get(8)?,
        first_seen: time(row, 9)?,
        last_seen: time(row, 10)?,
    })
}

fn time(row: &Row<'_>, column: usize) -> Result<Timestamp, StorageError> {
    instant(&row.get::<_, String>(column)?)
}

fn version(row: &Row<'_>, column: usize) -> Result<LicenseVersion, StorageError> {
    let text: String = row.get(column)?;
    text.parse()
        .map_err(|_| StorageError::Damaged(format!("'{text}' is no version")))
}

pub(super) fn summaries(
    connection: &Connection,
    servers: &[ServerGuid],
    most: usize,
) -> Result<Vec<UploadSummary>, StorageError> {
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    let mut found = Vec::new();
    for server in servers {
        found.extend(collect(
            connection.prepare_cached(
                "SELECT upload_id, server, sequence, created, received, length(document), integrity FROM upload
                 WHERE server = ?1 ORDER BY received_ms DESC LIMIT ?2",
            )?,
            params![server.as_bytes(), limit],
            |row| {
                Ok(UploadSummary {
                    upload_id: UploadId::from_bytes(row.get(0)?),
                    server: guid(row.get(1)?),
                    sequence: row.get::<_, i64>(2)?.cast_unsigned(),
                    created: time(row, 3)?,
                    received: time(row, 4)?,
                    bytes: row.get::<_, i64>(5)?.unsigned_abs(),
                    integrity: row.get(6)?,
                })
            },
        )?);
    }
    found.sort_by_key(|upload| std::cmp::Reverse((upload.received, upload.sequence)));
    found.truncate(most);
    Ok(found)
}

/// What the uploads of a server list.
pub(super) fn installed(connection: &Connection, server: ServerGuid) -> Result<Installed, StorageError> {
    let rows = collect(
        connection
            .prepare_cached("SELECT DISTINCT serial_key, feature_key FROM license WHERE server = ?1")?,
        [server.as_bytes()],
        |row| Ok((row.get::<_, Option<String>>(0)?, row.get::<_, String>(1)?)),
    )?;
    let mut installed = Installed::default();
    for (serial, feature) in rows {
        installed.serials.extend(serial);
        installed.features.insert(feature);
    }
    Ok(installed)
}

pub(super) fn peaks(connection: &Connection, servers: &[ServerGuid]) -> Result<Vec<PeakRow>, StorageError> {
    let mut found = Vec::new();
    for server in servers {
        found.extend(collect(
            connection.prepare_cached(
                "SELECT usage.server, vendor, feature, substr(window_stop, 1, 10), sum(used_max), sum(installed),
                     count(*) = count(installed)
                 FROM usage JOIN upload USING (upload_id) WHERE usage.server = ?1
                 GROUP BY upload_id, lower(vendor), lower(feature)",
            )?,
            [server.as_bytes()],
            |row| {
                let day: String = row.get(3)?;
                let is_counted: bool = row.get(6)?;
                Ok(PeakRow {
                    server: guid(row.get(0)?),
                    vendor: row.get(1)?,
                    feature: row.get(2)?,
                    day: day
                        .parse()
                        .map_err(|error| StorageError::Damaged(format!("'{day}' is no day: {error}")))?,
                    peak: bounded(row.get(4)?),
                    installed: row.get::<_, Option<i64>>(5)?.filter(|_| is_counted).map(bounded),
                })
            },
        )?);
    }
    Ok(found)
}

fn bounded(sum: i64) -> u32 {
    u32::try_from(sum).unwrap_or(u32::MAX)
}

pub(super) fn drop_before(transaction: &Transaction<'_>, before: Timestamp) -> Result<u64, StorageError> {
    let old = "FROM upload AS old WHERE received_ms < ?1 AND EXISTS (SELECT 1 FROM upload AS newer
        WHERE newer.server = old.server AND newer.received_ms > old.received_ms)";
    // Only what is found can change by that; nothing new comes of what is gone.
    transaction.execute(
        &format!(
            "INSERT OR REPLACE INTO noted SELECT DISTINCT server, randomblob(16) {old}
             AND EXISTS (SELECT 1 FROM finding_server WHERE finding_server.server = old.server)"
        ),
        [before.as_millisecond()],
    )?;
    let dropped = transaction.execute(
        &format!("DELETE FROM upload WHERE upload_id IN (SELECT upload_id {old})"),
        [before.as_millisecond()],
    )?;
    Ok(dropped as u64)
}
