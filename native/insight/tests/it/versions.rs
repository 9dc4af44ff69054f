//! Databases that earlier programs wrote, and that later ones did.

mod past;
mod postgres;
mod sqlite;

use std::sync::Arc;

use jiff::Timestamp;
use licensing_api::Secret;
use licensing_delivery::MailConfig;
use licensing_insight::delivery::courier;
use licensing_insight::service::{Account, Insight, Message};
use licensing_insight::storage::{Kept, StorageError, Stored, UploadSummary};
use licensing_management::compliance::FindingState;
use licensing_management::exchange::Outcome;
use licensing_management::upload::SealedUpload;
use licensing_testbed::Cluster;
use tokio_util::sync::CancellationToken;

use self::past::{NOTED, PARTED, Past, TOKEN, day};
use crate::delivery::{HANG, Hooks, hooks};
use crate::site::Site;
use crate::support::{Backend, Database, arrival, on_both, take};

#[tokio::test(flavor = "multi_thread")]
async fn an_sqlite_file_of_each_earlier_version_is_used_on() {
    for version in sqlite::VERSIONS {
        println!("version {version}");
        let folder = tempfile::tempdir().unwrap();
        let stopping = CancellationToken::new();
        let hooks = hooks(folder.path(), 0, &stopping).await;
        let past = Past::new(&hooks.url(), &hooks.cert_hash(), version >= 3);
        let file = folder.path().join("insight.db");
        sqlite::write(&file, version, &past);
        go_on(&Database::File(file.clone()), past, hooks).await;
        let new = folder.path().join("new.db");
        Database::File(new.clone()).open().unwrap();
        assert_eq!(sqlite::schema(&file), sqlite::schema(&new));
        let kept = folder.path().join(format!("insight.db.schema-{version}"));
        assert_eq!(sqlite::version(&kept), version, "a copy as it was before");
        assert!(!new.with_extension("db.schema-0").exists());
        stopping.cancel();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgresql_database_of_each_earlier_version_is_used_on() {
    let Some(cluster) = Cluster::start(&[("fsync", "off")]).unwrap() else {
        return;
    };
    for version in postgres::VERSIONS {
        println!("version {version}");
        let folder = tempfile::tempdir().unwrap();
        let stopping = CancellationToken::new();
        let hooks = hooks(folder.path(), 0, &stopping).await;
        // They have had it since before there was this database.
        let past = Past::new(&hooks.url(), &hooks.cert_hash(), true);
        let address = cluster.database().unwrap();
        postgres::write(&address, version, &past).await;
        go_on(&Database::Address(Secret::new(address.as_str())), past, hooks).await;
        let new = cluster.database().unwrap();
        Database::Address(Secret::new(new.as_str())).open().unwrap();
        assert_eq!(postgres::schema(&address).await, postgres::schema(&new).await);
        stopping.cancel();
    }
}

/// Opens a database with this program, twice, and goes on with it.
async fn go_on(database: &Database, mut past: Past, mut hooks: Hooks) {
    database.open().unwrap();
    let insight = database.service();
    everything_is_there(&insight, &past);
    the_message_is_delivered(&insight, &past, &mut hooks).await;
    noted_servers_are_looked_at(&insight, &past);
    uploads_go_on(&insight, &mut past);
}

fn everything_is_there(insight: &Insight, past: &Past) {
    let storage = insight.storage();
    let mut uploads: Vec<UploadSummary> = past
        .uploads
        .iter()
        .map(|(upload, received)| UploadSummary {
            upload_id: upload.body().upload_id,
            server: upload.body().server.guid,
            sequence: upload.body().sequence,
            created: upload.body().created,
            received: *received,
            bytes: upload.bytes().len() as u64,
            integrity: upload.integrity().to_owned(),
        })
        .collect();
    uploads.sort_by_key(|upload| std::cmp::Reverse(upload.received));
    assert_eq!(storage.uploads(&past.guids(), 100).unwrap(), uploads);
    let alone = past.sites[2].guid;
    let peaks = storage.peaks(&[alone]).unwrap();
    assert_eq!(peaks.iter().map(|row| row.peak).collect::<Vec<_>>(), [6, 6]);
    assert!(storage.installed(alone).unwrap().serials.contains("sn-3"));
    assert_eq!(storage.contacts(&[alone]).unwrap()[&alone], day(1, 21));

    let local = Account::local();
    assert_eq!(insight.visible_servers(&local).unwrap().len(), past.sites.len());
    assert_eq!(insight.rescissions().unwrap().len(), 1);
    assert_eq!(insight.visible_targets(&local).unwrap().len(), 1);
    let account = insight.account_of(TOKEN).unwrap().unwrap();
    assert_eq!(account.name, "admin");
    assert_eq!(
        insight.account_of_hash(&account.token_hash).unwrap(),
        Some(account)
    );

    let found = insight.visible_findings(&local, None, true).unwrap();
    let states: Vec<(&str, FindingState)> = found
        .iter()
        .map(|record| (record.finding.key.as_str(), record.state))
        .collect();
    let states_before = [
        FindingState::Acknowledged,
        FindingState::Open,
        FindingState::Resolved,
    ];
    let keys = past.findings.iter().map(|found| found.key.as_str());
    assert_eq!(states, keys.zip(states_before).collect::<Vec<_>>());
    assert_eq!(found[0].reason.as_deref(), Some("moving this week"));
    let standing = insight.visible_findings(&local, None, false).unwrap();
    assert_eq!(standing.len(), 2);
}

async fn the_message_is_delivered(insight: &Arc<Insight>, past: &Past, hooks: &mut Hooks) {
    let stopping = CancellationToken::new();
    let courier = courier(Arc::clone(insight), MailConfig::default());
    let running = tokio::spawn(courier.run(stopping.clone()));
    let (headers, body) = hooks.next().await;
    assert_eq!(headers["insight-delivery"], "finding-1");
    let message: Message = serde_json::from_slice(&body).unwrap();
    assert_eq!(message.event, "Opened");
    assert_eq!(message.finding.finding.key, past.findings[1].key);
    let delivered = async {
        while !insight.storage().due(Timestamp::MAX, 10).unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(HANG, delivered).await.unwrap();
    stopping.cancel();
    running.await.unwrap();
}

fn noted_servers_are_looked_at(insight: &Insight, past: &Past) {
    let storage = insight.storage();
    let mut noted = storage.noted(10).unwrap();
    noted.sort_unstable();
    assert_eq!(noted, past.noted());
    insight.evaluate_noted(10).unwrap();
    assert!(storage.noted(10).unwrap().is_empty());
    let found = storage.finding("DuplicateLicense/acme/sn-4").unwrap().unwrap();
    assert_eq!(found.state, FindingState::Open);
    assert_eq!(found.finding.servers, past.noted());
}

fn uploads_go_on(insight: &Insight, past: &mut Past) {
    let storage = insight.storage();
    let store = |upload: &SealedUpload| {
        let arrival = arrival(upload, Timestamp::now());
        storage.store_uploads(&[arrival]).unwrap()[0]
    };
    let kept = |noted| Kept {
        stored: Stored::Now,
        noted,
    };
    assert_eq!(store(&past.uploads[2].0).stored, Stored::Before);
    let next = past.sites[2].upload(day(2, 20), &["SN-3"]);
    assert_eq!(store(&next), kept(false), "it goes on as before");
    let next = Site::new(7).upload(day(2, 0), &["SN-3"]);
    assert_eq!(store(&next), kept(true), "another server has it");
    let next = past.sites[NOTED[0]].upload(day(2, 30), &[]);
    assert_eq!(store(&next), kept(true), "a finding names its server");
    let next = past.sites[PARTED].upload(day(2, 50), &["SN-6"]);
    assert_eq!(store(&next), kept(true), "its history is not regular");
    // What was acknowledged goes on, and stays acknowledged.
    for place in 0..2_u8 {
        let site = &mut past.sites[usize::from(place)];
        let next = site.upload(day(2, 10 * i64::from(place)), &["SN-1"]);
        let (receipt, is_new) = take(insight, site, &next).unwrap();
        assert!(is_new);
        assert_eq!(receipt.results[0].outcome, Outcome::Stored);
    }
    let found = storage.finding(&past.findings[0].key).unwrap().unwrap();
    assert_eq!(found.state, FindingState::Acknowledged);
    assert_eq!(found.acknowledged_by.as_deref(), Some("admin"));
    let listed = storage.uploads(&past.guids(), 100).unwrap();
    assert_eq!(listed.len(), past.uploads.len() + 5);
    assert!(insight.note_suspects().unwrap() > 0);
}

fn a_database_of_a_later_program_is_refused(backend: &Backend) {
    let database = backend.database();
    database.open().unwrap();
    match &database {
        Database::File(file) => sqlite::set_version(file, 1000),
        Database::Address(address) => tokio::runtime::Runtime::new()
            .unwrap()
            .block_on(postgres::set_version(address.expose(), 1000)),
    }
    let error = database.open().err().unwrap();
    assert!(matches!(error, StorageError::Unavailable(_)), "{error}");
    let said = error.to_string();
    assert!(said.contains("schema 1000 is of a newer program"), "{said}");
}

on_both! {
    a_database_of_a_later_program_is_refused,
}
