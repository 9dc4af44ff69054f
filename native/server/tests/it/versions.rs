//! Data folders that released versions of the server wrote, opened with this one; see `tests/data/versions/README.md`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use licensing_api::administrator::GetAdministrators;
use licensing_api::alert::GetAlerts;
use licensing_api::denial::GetDenials;
use licensing_api::operation::op;
use licensing_api::token::GetTokens;
use licensing_api::usage::GetUsage;
use licensing_protocol::licensing::CheckinRequest;
use licensing_testbed::{Server, ServerBuilder};
use licensing_ticket::TicketVerifier;
use serde::Deserialize;

use crate::full_circle::{LOOPBACK, administrator};
use crate::support::{builder, daemon, start};

#[derive(Deserialize)]
struct Expected {
    password: String,
    /// Feature, user and state.
    seats: Vec<(String, String, String)>,
    accounts: Vec<String>,
    tokens: Vec<String>,
    /// Feature, user and number.
    denials: Vec<(String, String, i32)>,
    databases: Vec<String>,
    backup: Vec<String>,
}

/// A folder of `tests/data/versions`.
struct Version(PathBuf);

impl Version {
    fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/versions");
        let mut versions: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_dir())
            .map(Self)
            .collect();
        versions.sort_by(|one, other| one.0.cmp(&other.0));
        assert!(!versions.is_empty());
        versions
    }

    fn expected(&self) -> Expected {
        serde_json::from_slice(&fs::read(self.0.join("expected.json")).unwrap()).unwrap()
    }

    /// A copy of its data folder, as the server left it when it was killed.
    fn copy(&self, to: &Path) {
        copy_folder(&self.0.join("data"), to);
        for folder in ["run", "log"] {
            fs::create_dir_all(to.join(folder)).unwrap();
        }
    }

    fn backup(&self) -> PathBuf {
        self.0.join("backup.tar")
    }

    /// The lease of the borrowed seat, in hex, as the product keeps it.
    fn borrowed_lease(&self) -> String {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Record {
            lease_id: String,
        }
        let record: Record = serde_json::from_slice(&fs::read(self.ticket_file(".ticket")).unwrap()).unwrap();
        record.lease_id
    }

    fn ticket_file(&self, ending: &str) -> PathBuf {
        let server = fs::read_dir(self.0.join("tickets"))
            .unwrap()
            .next()
            .unwrap()
            .unwrap();
        fs::read_dir(server.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .find(|path| path.to_str().unwrap().ends_with(ending))
            .unwrap()
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

async fn licensingd(arguments: &[&str], path: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_licensingd"));
    for argument in arguments {
        match *argument {
            "$" => command.arg(path),
            other => command.arg(other),
        };
    }
    tokio::task::spawn_blocking(move || command.output())
        .await
        .unwrap()
        .unwrap()
}

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn serving(folder: &Path, password: &str) -> ServerBuilder {
    builder().folder(folder).administrator("admin", password)
}

async fn has_everything(server: &Server, expected: &Expected) {
    let administrator = administrator(server, LOOPBACK);
    let seats: Vec<_> = administrator
        .call::<op::GetUsage>(&GetUsage::default())
        .await
        .unwrap()
        .items
        .into_iter()
        .map(|row| (row.feature, row.user, format!("{:?}", row.state)))
        .collect();
    for seat in &expected.seats {
        assert!(seats.contains(seat), "{seat:?} is missing: {seats:?}");
    }
    let accounts: Vec<_> = administrator
        .call::<op::GetAdministrators>(&GetAdministrators::default())
        .await
        .unwrap()
        .items
        .into_iter()
        .map(|row| row.account)
        .collect();
    assert_eq!(accounts, expected.accounts);
    let tokens: Vec<_> = administrator
        .call::<op::GetTokens>(&GetTokens::default())
        .await
        .unwrap()
        .items
        .into_iter()
        .map(|row| row.name)
        .collect();
    assert_eq!(tokens, expected.tokens);
    let denials: Vec<_> = administrator
        .call::<op::GetDenials>(&GetDenials::default())
        .await
        .unwrap()
        .items
        .into_iter()
        .map(|row| (row.feature, row.user, row.number))
        .collect();
    assert_eq!(denials, expected.denials);
    let alerts = administrator
        .call::<op::GetAlerts>(&GetAlerts::default())
        .await
        .unwrap()
        .items;
    assert!(
        !alerts
            .iter()
            .any(|alert| ["AuditDamaged", "VendorDaemonDown"].contains(&alert.code.as_str())),
        "{alerts:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_of_every_version_is_served_with_its_seats_accounts_and_audit() {
    for version in Version::all() {
        let expected = version.expected();
        let scratch = tempfile::tempdir().unwrap();
        let data = scratch.path().join("data");
        version.copy(&data);
        let verified = licensingd(&["verify", "--data", "$"], &data).await;
        assert!(verified.status.success(), "{}", text(&verified));
        for database in &expected.databases {
            assert!(text(&verified).contains(database), "{}", text(&verified));
        }
        let server = start(serving(&data, &expected.password)).await;
        has_everything(&server, &expected).await;
        // The product that borrowed the seat brings it back.
        let lease_id = hex::decode(version.borrowed_lease()).unwrap();
        let answer = daemon(&server)
            .await
            .checkin(CheckinRequest {
                lease_id,
                ..CheckinRequest::default()
            })
            .await
            .unwrap()
            .into_inner();
        assert!(answer.was_held, "{answer:?}");
        tokio::task::spawn_blocking(move || server.stop())
            .await
            .unwrap()
            .unwrap();
        let verified = licensingd(&["verify", "--data", "$"], &data).await;
        assert!(verified.status.success(), "{}", text(&verified));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_every_version_is_restored_and_served() {
    for version in Version::all() {
        let expected = version.expected();
        let scratch = tempfile::tempdir().unwrap();
        let data = scratch.path().join("data");
        let checked = licensingd(&["restore", "--verify", "$"], &version.backup()).await;
        assert!(checked.status.success(), "{}", text(&checked));
        for database in &expected.backup {
            assert!(text(&checked).contains(database), "{}", text(&checked));
        }
        let restored = licensingd(
            &["restore", "$", "--data", data.to_str().unwrap()],
            &version.backup(),
        )
        .await;
        assert!(restored.status.success(), "{}", text(&restored));
        let server = start(serving(&data, &expected.password)).await;
        has_everything(&server, &expected).await;
    }
}

#[test]
fn a_ticket_of_every_version_is_verified() {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Server {
        ticket_key: String,
        latest_time: jiff::Timestamp,
    }
    #[derive(Deserialize)]
    struct Record {
        ticket: String,
    }
    for version in Version::all() {
        let server: Server =
            serde_json::from_slice(&fs::read(version.ticket_file("server.json")).unwrap()).unwrap();
        let record: Record =
            serde_json::from_slice(&fs::read(version.ticket_file(".ticket")).unwrap()).unwrap();
        let mut verifier = TicketVerifier::default();
        let key = hex::decode(&server.ticket_key).unwrap();
        assert!(verifier.trust(key.as_slice().try_into().unwrap()));
        let ticket = verifier.verify(&record.ticket, server.latest_time).unwrap();
        assert_eq!(ticket.subject().feature, "ACME_CAD");
        assert_eq!(ticket.subject().holder.user, "anna");
        let day = jiff::SignedDuration::from_hours(24);
        assert!(ticket.valid_until() > ticket.issued_at() + day * 3_649);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_of_a_newer_version_is_refused_and_left_alone() {
    for version in Version::all() {
        let expected = version.expected();
        for database in ["server.db", "ACME.db"] {
            let scratch = tempfile::tempdir().unwrap();
            let data = scratch.path().join("data");
            version.copy(&data);
            let path = data.join("state").join(database);
            let connection = rusqlite::Connection::open(&path).unwrap();
            connection.pragma_update(None, "user_version", 9_999).unwrap();
            connection.close().unwrap();
            let before = fs::read(&path).unwrap();
            let verified = licensingd(&["verify", "--data", "$"], &data).await;
            let said = text(&verified);
            assert!(!verified.status.success(), "{said}");
            assert!(
                said.contains(database) && said.contains("newer version"),
                "{said}"
            );
            let started = serving(&data, &expected.password);
            let started = tokio::task::spawn_blocking(move || started.start())
                .await
                .unwrap();
            let said = match started {
                // Without the accounts nothing is served.
                Err(error) => format!("{error:#}"),
                Ok(server) => {
                    let administrator = administrator(&server, LOOPBACK);
                    let alerts = administrator
                        .call::<op::GetAlerts>(&GetAlerts::default())
                        .await
                        .unwrap()
                        .items;
                    format!("{alerts:?}")
                }
            };
            assert!(
                said.contains(database) && said.contains("newer version"),
                "{said}"
            );
            assert_eq!(fs::read(&path).unwrap(), before);
        }
    }
}
