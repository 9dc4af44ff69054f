//! PostgreSQL databases as earlier programs made and filled them.

use jiff::Timestamp;
use licensing_management::id::{ServerGuid, UploadId};
use licensing_management::upload::{SealedUpload, UploadBody};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

use super::past::{Past, Standing, day};

/// What the program of each version did to the database of the one before, as it did it. Never changed.
const MIGRATIONS: [&str; 2] = [
    include_str!("../fixtures/postgres-1.sql"),
    include_str!("../fixtures/postgres-2.sql"),
];
/// The versions.
pub(super) const VERSIONS: std::ops::RangeInclusive<i32> = 1..=2;

/// The tables of the month in which everything arrived.
const MONTH: &str = "
CREATE TABLE upload_2025_03 PARTITION OF upload FOR VALUES FROM ('2025-03-01T00:00:00Z') TO ('2025-04-01T00:00:00Z');
CREATE UNIQUE INDEX upload_2025_03_once ON upload_2025_03 (upload_id);
CREATE TABLE document_2025_03 PARTITION OF document FOR VALUES FROM ('2025-03-01T00:00:00Z') TO ('2025-04-01T00:00:00Z');
";

async fn connect(address: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(address, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Makes what a database of a version has, in an empty one.
pub(super) async fn write(address: &str, version: i32, past: &Past) {
    let client = connect(address).await;
    client
        .batch_execute("CREATE TABLE insight_schema (version integer NOT NULL)")
        .await
        .unwrap();
    for (number, migration) in (1..=version).zip(MIGRATIONS) {
        client.batch_execute(migration).await.unwrap();
        client
            .execute("INSERT INTO insight_schema VALUES ($1)", &[&number])
            .await
            .unwrap();
    }
    client.batch_execute(MONTH).await.unwrap();
    for item in &past.items {
        let value = item.value.to_string();
        client
            .execute(
                "INSERT INTO item VALUES ($1, $2, $3, $4)",
                &[&item.kind, &item.key, &item.organization, &value],
            )
            .await
            .unwrap();
    }
    for (upload, received) in &past.uploads {
        store(&client, upload, *received).await;
    }
    for standing in past.standings() {
        keep_history(&client, &standing).await;
    }
    for server in past.noted() {
        client
            .execute("INSERT INTO noted (server) VALUES ($1)", &[&uuid_of(server)])
            .await
            .unwrap();
    }
    keep_findings(&client, past).await;
    client
        .execute(
            "INSERT INTO delivery (target, message, attempts, due) VALUES ($1, $2, 3, $3)",
            &[&past.target, &past.message.to_string(), &day(4, 5)],
        )
        .await
        .unwrap();
}

fn uuid_of(server: ServerGuid) -> Uuid {
    Uuid::from_bytes(*server.as_bytes())
}

fn id_of(upload: UploadId) -> Uuid {
    Uuid::from_bytes(*upload.as_bytes())
}

async fn store(client: &Client, upload: &SealedUpload, received: Timestamp) {
    let body = upload.body();
    let list = keep_list(client, body).await;
    let usage: Vec<Value> = body
        .features
        .iter()
        .map(|row| {
            let used = row.used_from.zip(row.used_until);
            json!([
                row.vendor,
                row.feature,
                row.version,
                row.count_used_max,
                row.installed,
                row.limit,
                used
            ])
        })
        .collect();
    let previous = body.previous.as_deref().map(|hash| hex::decode(hash).unwrap());
    client
        .execute(
            "INSERT INTO upload VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, $8, $9, NULL, $10, $11, $12, '[]')",
            &[
                &id_of(body.upload_id),
                &uuid_of(body.server.guid),
                &body.sequence.cast_signed(),
                &body.created,
                &body.window_stop,
                &received,
                &list,
                &body.server.clock.jump_seconds,
                &i32::try_from(upload.bytes().len()).unwrap(),
                &hex::decode(upload.integrity()).unwrap(),
                &previous,
                &json!(usage).to_string(),
            ],
        )
        .await
        .unwrap();
    client
        .execute(
            "INSERT INTO document VALUES ($1, $2, $3)",
            &[&id_of(body.upload_id), &received, &upload.bytes()],
        )
        .await
        .unwrap();
}

/// The licenses of an upload and the time in which its server had them; gives the id of the list.
async fn keep_list(client: &Client, body: &UploadBody) -> i64 {
    let licenses: Vec<Value> = body
        .licenses
        .iter()
        .map(|row| {
            json!([
                row.serial_number,
                row.vendor,
                row.feature,
                row.version,
                row.sa_date,
                row.serving
            ])
        })
        .collect();
    let licenses = json!(licenses).to_string();
    let hash = Sha256::digest(licenses.as_bytes()).to_vec();
    let list: i64 = client
        .query_one(
            "INSERT INTO list (hash, licenses) VALUES ($1, $2)
             ON CONFLICT (hash) DO UPDATE SET licenses = excluded.licenses RETURNING id",
            &[&hash, &licenses],
        )
        .await
        .unwrap()
        .get(0);
    for license in &body.licenses {
        let serial = license.serial_number.as_deref().unwrap().to_lowercase();
        client
            .execute(
                "INSERT INTO list_serial VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                &[&serial, &license.vendor.to_lowercase(), &list],
            )
            .await
            .unwrap();
        client
            .execute(
                "INSERT INTO list_feature VALUES ($1, $2) ON CONFLICT DO NOTHING",
                &[&license.feature.to_lowercase(), &list],
            )
            .await
            .unwrap();
    }
    let begin = body.window_start.min(body.created);
    let finish = body.window_stop.max(body.created);
    client
        .execute(
            "INSERT INTO holding VALUES ($1, $2, $3, $4)
             ON CONFLICT (list, server) DO UPDATE SET begin = least(holding.begin, excluded.begin),
                 finish = greatest(holding.finish, excluded.finish)",
            &[&list, &uuid_of(body.server.guid), &begin, &finish],
        )
        .await
        .unwrap();
    list
}

async fn keep_history(client: &Client, standing: &Standing<'_>) {
    let body = standing.latest.body();
    client
        .execute(
            "INSERT INTO history VALUES ($1, $2, $3, $4, $5, $6, NULL, $7)",
            &[
                &uuid_of(standing.server),
                &body.sequence.cast_signed(),
                &id_of(body.upload_id),
                &hex::decode(standing.latest.integrity()).unwrap(),
                &body.created,
                &standing.received,
                &standing.is_regular,
            ],
        )
        .await
        .unwrap();
}

async fn keep_findings(client: &Client, past: &Past) {
    for found in &past.findings {
        client
            .execute(
                "INSERT INTO finding VALUES ($1, $2, $3, $4)",
                &[
                    &found.key,
                    &found.scope,
                    &found.resolved,
                    &found.record.to_string(),
                ],
            )
            .await
            .unwrap();
        for server in &found.servers {
            client
                .execute(
                    "INSERT INTO finding_server VALUES ($1, $2)",
                    &[&uuid_of(*server), &found.key],
                )
                .await
                .unwrap();
        }
    }
}

/// Every column and index of a database but those of months.
pub(super) async fn schema(address: &str) -> Vec<String> {
    let rows = connect(address)
        .await
        .query(
            "SELECT concat_ws(' ', table_name, ordinal_position, column_name, data_type, is_nullable, column_default)
             FROM information_schema.columns
             WHERE table_schema = 'public' AND table_name::text !~ '_[0-9]{4}_[0-9]{2}$'
             UNION ALL
             SELECT indexdef FROM pg_indexes
             WHERE schemaname = 'public' AND tablename::text !~ '_[0-9]{4}_[0-9]{2}$'",
            &[],
        )
        .await
        .unwrap();
    let mut lines: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    lines.sort_unstable();
    lines
}

/// Says that a database is of a version.
pub(super) async fn set_version(address: &str, version: i32) {
    connect(address)
        .await
        .execute("INSERT INTO insight_schema VALUES ($1)", &[&version])
        .await
        .unwrap();
}
