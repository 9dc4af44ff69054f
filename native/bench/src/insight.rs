//! Insight Services on PostgreSQL, with the uploads of a whole fleet.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use jiff::{SignedDuration, Timestamp};
use licensing_api::Secret;
use licensing_insight::config::{InsightConfig, PostgresConfig};
use licensing_insight::service::{Insight, SentUpload};
use licensing_insight::storage::postgres::{PostgresStorage, SHARES, SUSPECTS};
use licensing_insight::storage::{Arrival, Storage, Stored};
use licensing_management::id::{ServerGuid, UploadId};
use licensing_management::key::ManagementKey;
use licensing_management::upload::{
    ClockReport, FORMAT_VERSION, FeatureSample, InstalledLicense, PRODUCT, SealedUpload, ServerReport,
    SuppliedReason, UploadBody, UploadType,
};
use licensing_testbed::Cluster;
use md5::Md5;
use sha2::{Digest as _, Sha256};
use tokio_postgres::{Client, NoTls};

use crate::table::Figure;

/// How large the fleet is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fleet {
    /// License servers.
    pub(crate) servers: u32,
    /// Daily uploads of each that are kept already.
    pub(crate) days: u32,
    /// Uploads that arrive while the rate is measured.
    pub(crate) arriving: u32,
}

/// Senders that wait for their answer at the same time.
const SENDERS: usize = 256;
/// Of so many servers one has a serial number that the next one has as well.
const ONE_DUPLICATE_IN: u32 = 1000;
/// Settings of the cluster: those of a small database server, durable as by default.
const SETTINGS: [(&str, &str); 7] = [
    ("shared_buffers", "2GB"),
    ("max_wal_size", "4GB"),
    ("wal_level", "minimal"),
    ("max_wal_senders", "0"),
    ("work_mem", "64MB"),
    ("maintenance_work_mem", "512MB"),
    ("effective_cache_size", "12GB"),
];

/// What is made here need not be durable; the checkpoint at its end makes it so.
const LOOSE: &str = "SET synchronous_commit = off; SET TIME ZONE 'UTC';";

/// All figures; the statement of the daily pass and how it was carried out go to the standard error.
pub(crate) async fn figures(fleet: Fleet) -> Result<Vec<Figure>> {
    // The cluster ends with the thread that starts it, and this one stays.
    let cluster = Cluster::start(&SETTINGS)?.context("Insight Services are measured with PostgreSQL")?;
    let address = cluster.database()?;
    let storage = PostgresStorage::open(&Secret::new(&address), &PostgresConfig::default())?.shared();
    let (client, second) = (connect(&address).await?, connect(&address).await?);
    let begun = Instant::now();
    let first = Timestamp::now() - SignedDuration::from_hours(24 * i64::from(fleet.days));
    generate([&client, &second], &storage, fleet, first).await?;
    let size: i64 = client
        .query_one("SELECT pg_database_size(current_database())", &[])
        .await?
        .get(0);
    let kept = u64::from(fleet.servers) * u64::from(fleet.days);
    eprintln!("{kept} uploads made in {:.0?}", begun.elapsed());
    let mut figures = vec![Figure::floor(
        format!(
            "database with {kept} uploads of {} servers over {} days",
            fleet.servers, fleet.days
        ),
        format!(
            "{:.1} GB, {} bytes for each upload",
            size as f64 / 1e9,
            size.unsigned_abs() / kept.max(1)
        ),
    )];
    figures.extend(ingest(&client, &storage, fleet, cluster.folder()).await?);
    figures.push(lookup(&client, fleet).await?);
    figures.extend(pass(&client, &storage).await?);
    let before = (first + SignedDuration::from_hours(24 * 62)).max(first);
    let begun = Instant::now();
    let dropped = storage.drop_before(before)?;
    figures.push(Figure::floor(
        format!(
            "dropping the months before {}, {dropped} uploads",
            before.strftime("%Y-%m-%d")
        ),
        format!("{:.2} s", begun.elapsed().as_secs_f64()),
    ));
    Ok(figures)
}

async fn connect(address: &str) -> Result<Client> {
    let (client, connection) = tokio_postgres::connect(address, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// Makes the fleet inside the database, half a day in one statement of each connection.
async fn generate(
    clients: [&Client; 2],
    storage: &Arc<dyn Storage>,
    fleet: Fleet,
    first: Timestamp,
) -> Result<()> {
    let [client, second] = clients;
    // The program makes the table of a month when the first upload arrives in it.
    let maker = fleet.servers + 1;
    for week in 0..=fleet.days / 7 {
        let at = first + SignedDuration::from_hours(24 * 7 * i64::from(week));
        let upload = upload(maker, week, at, (week > 0).then(String::new))?;
        store(storage.as_ref(), &upload, at)?;
    }
    client
        .batch_execute(&format!(
            "{LOOSE} CREATE UNLOGGED TABLE fleet AS SELECT n, md5('server' || n)::uuid AS server,
                 CASE WHEN n % {ONE_DUPLICATE_IN} = 0 THEN n - 1 ELSE n END AS serial FROM generate_series(1, {}) AS n;
             INSERT INTO list (hash, licenses) SELECT sha256(convert_to(licenses, 'UTF8')), licenses FROM (
                 SELECT format('[[\"SN-%s\",\"ACME\",\"CAD\",\"2026.1231\",\"2026-12-31\",true],[\"RP-%s\",\"ACME\",\"REPORT\",\"1.4\",null,true]]',
                     serial, n) AS licenses FROM fleet) AS made ON CONFLICT DO NOTHING;
             ALTER TABLE fleet ADD list bigint;
             UPDATE fleet SET list = list.id FROM list WHERE list.licenses LIKE '[[\"SN-%' AND
                 fleet.n = substring(list.licenses FROM 'RP-([0-9]+)')::integer;
             INSERT INTO list_serial SELECT lower('SN-' || serial), 'acme', list FROM fleet
                 UNION ALL SELECT lower('RP-' || n), 'acme', list FROM fleet;
             INSERT INTO list_feature SELECT 'cad', list FROM fleet UNION ALL SELECT 'report', list FROM fleet;",
            fleet.servers
        ))
        .await
        .context("the fleet cannot be made")?;
    second.batch_execute(LOOSE).await?;
    for day in 1..=fleet.days {
        let at = first + SignedDuration::from_hours(24 * i64::from(day - 1));
        let half = |which: u8| {
            format!(
                "INSERT INTO upload SELECT md5('upload' || n || '/' || {day})::uuid, server, {day},
                     at, date_trunc('hour', at), at, list, 0, 0, 1900, NULL,
                     sha256(convert_to(n || '/' || {day}, 'UTF8')), sha256(convert_to(n || '/' || {day} - 1, 'UTF8')),
                     format('[[\"ACME\",\"CAD\",\"2026.1231\",%s,25,27,[\"{hour}\",\"{hour}\"]],[\"ACME\",\"REPORT\",\"1.4\",%s,5,5,null]]',
                         1 + (n + {day} * 7) % 24, n % 5), '[]'
                 FROM (SELECT *, '{at}'::timestamptz + n % 600 * interval '1 second' AS at FROM fleet WHERE n % 2 = {which}) AS sent
                 ORDER BY n",
                hour = at.strftime("%Y-%m-%dT%H:00:00Z")
            )
        };
        let (even, odd) = (half(0), half(1));
        tokio::try_join!(client.batch_execute(&even), second.batch_execute(&odd))
            .with_context(|| format!("day {day} cannot be made"))?;
    }
    client
        .batch_execute(&format!(
            // The program writes a holding a week ahead, so that on any day one in seven is written.
            "INSERT INTO holding SELECT list, server, '{first}', '{first}'::timestamptz + ({days} + n % 7) * interval '1 day',
                 n % {ONE_DUPLICATE_IN} IN (0, {ONE_DUPLICATE_IN} - 1) FROM fleet;
             INSERT INTO history SELECT server, {days}, md5('upload' || n || '/' || {days})::uuid,
                 sha256(convert_to(n || '/' || {days}, 'UTF8')), at, at, NULL, true
             FROM (SELECT *, '{first}'::timestamptz + ({days} - 1) * interval '1 day' + n % 600 * interval '1 second' AS at
                 FROM fleet) AS sent;
             INSERT INTO item SELECT 'server', server::text, 'Example', json_build_object('serverGuid', server,
                 'organization', 'Example', 'hostName', 'lic' || n, 'productVersion', '1.0', 'publicKey', '{key}',
                 'registered', '{first}')::text FROM fleet;
             DROP TABLE fleet; RESET synchronous_commit",
            days = fleet.days,
            key = key().public()
        ))
        .await
        .context("the histories cannot be made")?;
    // Neither may be in a transaction with others.
    for statement in ["VACUUM ANALYZE", "CHECKPOINT"] {
        client.batch_execute(statement).await.context(statement)?;
    }
    Ok(())
}

/// How many uploads are stored in a second by those who wait for each, beside what COPY does with the same rows; and how many
/// are taken with everything that belongs to it.
async fn ingest(
    client: &Client,
    storage: &Arc<dyn Storage>,
    fleet: Fleet,
    folder: &std::path::Path,
) -> Result<Vec<Figure>> {
    let now = Timestamp::now();
    let uploads = (1..=fleet.arriving.min(fleet.servers))
        .map(|number| {
            let previous = hex::encode(Sha256::digest(format!("{number}/{}", fleet.days)));
            upload(number, fleet.days + 1, now, Some(previous))
        })
        .collect::<Result<Vec<_>>>()?;
    let next: Vec<SealedUpload> = (1..)
        .zip(&uploads)
        .map(|(number, before)| upload(number, fleet.days + 2, now, Some(before.integrity().to_owned())))
        .collect::<Result<_>>()?;
    let stored = rate(&uploads, |upload| store(storage.as_ref(), upload, now))?;
    let bare = bare_copy(client, now, folder).await?;
    let key = key();
    let insight = Insight::new(Arc::clone(storage), self::key(), &InsightConfig::default());
    let taken = rate(&next, |upload| take(&insight, &key, upload))?;
    let share = 100.0 * stored / bare;
    Ok(vec![
        Figure::floor(
            "one bare COPY of the same rows and indexes",
            format!("{bare:.0} uploads/s"),
        ),
        Figure::aimed(
            format!("uploads stored, {SENDERS} senders that each wait until theirs is durable"),
            format!("{stored:.0} uploads/s"),
            "≥ 2,000/s",
            stored >= 2000.0,
        ),
        Figure::aimed(
            "the same as a share of the bare COPY",
            format!("{share:.0} %"),
            "≥ 50 %",
            share >= 50.0,
        ),
        Figure::aimed(
            "uploads taken: signature and hash checked, stored, looked over, and a signed receipt made",
            format!("{taken:.0} uploads/s"),
            "≥ 2,000/s",
            taken >= 2000.0,
        ),
    ])
}

/// Uploads in a second when so many senders do this with them, each with one at a time.
fn rate(uploads: &[SealedUpload], send: impl Fn(&SealedUpload) -> Result<()> + Sync) -> Result<f64> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let senders: Vec<_> = (0..SENDERS)
            .map(|_| {
                scope.spawn(|| -> Result<()> {
                    while let Some(upload) =
                        uploads.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
                    {
                        send(upload)?;
                    }
                    Ok(())
                })
            })
            .collect();
        senders
            .into_iter()
            .try_for_each(|sender| sender.join().map_err(|_| anyhow::anyhow!("a sender failed"))?)
    })?;
    Ok(uploads.len() as f64 / begun.elapsed().as_secs_f64())
}

/// The key of every server of the fleet, and of the service.
fn key() -> ManagementKey {
    ManagementKey::from_seed(&[7; 32].into())
}

fn take(insight: &Insight, key: &ManagementKey, upload: &SealedUpload) -> Result<()> {
    let (_, is_new) = insight
        .take_upload(&SentUpload {
            server: upload.body().server.guid,
            signature: upload.sign(key),
            sent: None,
            upload_id: upload.body().upload_id,
            bytes: upload.bytes(),
        })
        .map_err(|problem| anyhow::anyhow!("{}", problem.detail))?;
    anyhow::ensure!(is_new, "an upload was stored before");
    Ok(())
}

async fn bare_copy(client: &Client, since: Timestamp, folder: &std::path::Path) -> Result<f64> {
    let since = since - SignedDuration::from_secs(1);
    let mut spent = Duration::ZERO;
    let mut rows = 0;
    for (table, index) in [
        ("upload", "UNIQUE INDEX ON bare_upload (upload_id)"),
        ("document", "INDEX ON bare_document (received)"),
    ] {
        let file = folder.join("data").join(format!("{table}.copy"));
        let file = file.display();
        client
            .batch_execute(&format!(
                "COPY (SELECT * FROM {table} WHERE received >= '{since}') TO '{file}' (FORMAT binary);
                 CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL); CREATE {index}"
            ))
            .await?;
        let begun = Instant::now();
        let copied = client
            .execute(&format!("COPY bare_{table} FROM '{file}' (FORMAT binary)"), &[])
            .await?;
        spent += begun.elapsed();
        rows = rows.max(copied);
        client.batch_execute(&format!("DROP TABLE bare_{table}")).await?;
    }
    Ok(rows as f64 / spent.as_secs_f64())
}

/// How long one new upload is looked over for duplicates, beside everything that is kept.
async fn lookup(client: &Client, fleet: Fleet) -> Result<Figure> {
    let statement = client
        .prepare(&format!(
            "SELECT {SHARES} FROM (SELECT md5('server' || $1::text)::uuid AS server) AS concerned"
        ))
        .await?;
    let mut times = Vec::new();
    for step in 0..2000_u32 {
        let number = 1 + step.wrapping_mul(7919) % fleet.servers;
        let begun = Instant::now();
        client.query_one(&statement, &[&number.to_string()]).await?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    let (median, slow) = (times[times.len() / 2], times[times.len() * 99 / 100]);
    Ok(Figure::aimed(
        "looking one upload over for duplicates, median and 99 of 100",
        format!(
            "{:.2} ms, {:.2} ms",
            median.as_secs_f64() * 1e3,
            slow.as_secs_f64() * 1e3
        ),
        "≤ 5 ms",
        slow <= Duration::from_millis(5),
    ))
}

/// The daily pass: the query, and looking at the servers that it notes.
async fn pass(client: &Client, storage: &Arc<dyn Storage>) -> Result<Vec<Figure>> {
    client.batch_execute("BEGIN").await?;
    let plan = client
        .query(&format!("EXPLAIN (ANALYZE, COSTS OFF) {SUSPECTS}"), &[])
        .await?;
    client.batch_execute("ROLLBACK").await?;
    for line in plan {
        eprintln!("{}", line.get::<_, &str>(0));
    }
    let begun = Instant::now();
    let noted = storage.note_suspects()?;
    let query = begun.elapsed();
    let config = InsightConfig::default();
    let insight = Insight::new(Arc::clone(storage), key(), &config);
    let begun = Instant::now();
    let looked_at = insight.evaluate_noted(usize::MAX)?;
    let all = begun.elapsed();
    Ok(vec![
        Figure::floor(
            format!("the query of the daily pass, which notes {noted} servers"),
            format!("{:.2} s", query.as_secs_f64()),
        ),
        Figure::floor(
            format!("looking at {looked_at} noted servers with all their uploads"),
            format!(
                "{:.2} s, {:.1} ms for each",
                all.as_secs_f64(),
                1e3 * all.as_secs_f64() / looked_at.max(1) as f64
            ),
        ),
    ])
}

fn store(storage: &dyn Storage, upload: &SealedUpload, received: Timestamp) -> Result<()> {
    let arrival = Arrival {
        upload,
        received,
        clock_offset_seconds: Some(0),
        remarkable: false,
    };
    let kept = storage.store_uploads(&[arrival])?;
    anyhow::ensure!(
        kept.iter().all(|kept| kept.stored == Stored::Now),
        "an upload was not stored"
    );
    Ok(())
}

fn license(serial: String, feature: &str, version: &str, sa_date: Option<&str>) -> Result<InstalledLicense> {
    Ok(InstalledLicense {
        serial_number: Some(serial),
        vendor: "ACME".to_owned(),
        feature: feature.to_owned(),
        version: version.parse()?,
        sa_date: sa_date.map(str::parse).transpose()?,
        count: Some(25),
        overdraft: 2,
        expires: None,
        license_type: Some("Retail".to_owned()),
        serving: true,
    })
}

/// Use of a feature in the hours before this one.
fn sample(feature: &str, version: &str, used: u32, hour: Timestamp) -> Result<FeatureSample> {
    Ok(FeatureSample {
        vendor: "ACME".to_owned(),
        feature: feature.to_owned(),
        version: version.parse()?,
        count_used_max: used,
        installed: Some(25),
        limit: Some(27),
        used_from: (used > 0).then_some(hour - SignedDuration::from_hours(10)),
        used_until: (used > 0).then_some(hour - SignedDuration::from_hours(5)),
        users_revoked: 0,
        devices_revoked: 0,
        user_hashes: Vec::new(),
        device_hashes: Vec::new(),
    })
}

/// An upload of one server of the fleet, with the licenses that the database was filled with.
fn upload(number: u32, sequence: u32, created: Timestamp, previous: Option<String>) -> Result<SealedUpload> {
    let hour = Timestamp::from_second(created.as_second() / 3600 * 3600)?;
    let mut id = [0; 16];
    getrandom::fill(&mut id)?;
    let serial = if number.is_multiple_of(ONE_DUPLICATE_IN) {
        number - 1
    } else {
        number
    };
    let guid: [u8; 16] = Md5::digest(format!("server{number}")).into();
    Ok(SealedUpload::seal(UploadBody {
        product: PRODUCT.to_owned(),
        format_version: FORMAT_VERSION,
        upload_id: UploadId::from_random(id),
        sequence: sequence.into(),
        previous,
        upload_type: UploadType::Auto,
        created,
        created_local: "2026-01-02T07:11:14".to_owned(),
        window_start: hour - SignedDuration::from_hours(24),
        window_stop: hour,
        server: ServerReport {
            guid: ServerGuid::from_bytes(guid),
            hardware_id: "e824249098a96bf0".to_owned(),
            host_name: format!("lic-{number}.example.com"),
            installed: created,
            product_version: env!("CARGO_PKG_VERSION").to_owned(),
            disaster_recovery_partner: None,
            clock: ClockReport {
                jump_seconds: 0,
                latest: created,
            },
            supplied: SuppliedReason::None,
            supplied_days_left: 0,
        },
        licenses: vec![
            license(format!("SN-{serial}"), "CAD", "2026.1231", Some("2026-12-31"))?,
            license(format!("RP-{number}"), "REPORT", "1.4", None)?,
        ],
        features: vec![
            sample("CAD", "2026.1231", 1 + number % 24, hour)?,
            sample("REPORT", "1.4", number % 5, hour)?,
        ],
        products: Vec::new(),
        statistics: None,
        diagnostic: None,
    })?)
}
