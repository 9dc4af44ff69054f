//! A service without a port, and the program as a process.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::Timestamp;
use licensing_api::insight::{GetInsightFindings, GetInsightUploads, InsightFinding, InsightUpload};
use licensing_api::operation::op;
use licensing_api::{Permission, Secret};
use licensing_client::{Address, AdminClient, ConnectOptions, Credentials, Trust};
use licensing_insight::config::{InsightConfig, PostgresConfig};
use licensing_insight::fulfilment::open_store;
use licensing_insight::fulfilment::store::FulfilmentStore;
use licensing_insight::run::Endpoints;
use licensing_insight::service::{Insight, SentUpload};
use licensing_insight::storage::postgres::{self, PostgresStorage};
use licensing_insight::storage::sqlite::SqliteStorage;
use licensing_insight::storage::{Arrival, Storage, StorageError};
use licensing_management::exchange::{Receipt, ReceiverProblem};
use licensing_management::key::ManagementKey;
use licensing_management::upload::SealedUpload;
use licensing_testbed::Cluster;
use tempfile::TempDir;

use crate::site::Site;

/// Tests that take a backend, on each of them.
macro_rules! on_both {
    ($($test:ident,)+) => {
        mod on_sqlite {
            $(#[test] fn $test() {
                super::$test(&crate::support::Backend::sqlite());
            })+
        }
        mod on_postgres {
            $(#[test] fn $test() {
                if let Some(backend) = crate::support::Backend::postgres() {
                    super::$test(&backend);
                }
            })+
        }
    };
}

pub(crate) use on_both;

/// Where services keep what they know.
pub(crate) enum Backend {
    Sqlite(TempDir, AtomicU32),
    Postgres(Cluster),
}

impl Backend {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap(), AtomicU32::new(0))
    }

    /// None, and a word about it, where the machine has no PostgreSQL.
    pub(crate) fn postgres() -> Option<Self> {
        // Nothing here is about a machine that loses its power.
        Some(Self::Postgres(Cluster::start(&[("fsync", "off")]).unwrap()?))
    }

    /// A new database.
    pub(crate) fn database(&self) -> Database {
        match self {
            Self::Sqlite(folder, count) => {
                let own = folder
                    .path()
                    .join(count.fetch_add(1, Ordering::Relaxed).to_string());
                std::fs::create_dir(&own).unwrap();
                Database::File(own.join("insight.db"))
            }
            Self::Postgres(cluster) => Database::Address(Secret::new(cluster.database().unwrap())),
        }
    }

    /// A new place for orders and allocations; the file that SQLite has, or that is to be moved, is in this folder.
    pub(crate) fn orders(&self, folder: &Path) -> OrderPlace {
        OrderPlace {
            file: folder.join("fulfilment.db"),
            address: match self {
                Self::Sqlite(..) => None,
                Self::Postgres(cluster) => Some(cluster.database().unwrap()),
            },
        }
    }

    /// A service on a new database, with the organization `Example`.
    pub(crate) fn service(&self) -> Arc<Insight> {
        with_organization(self.database().service())
    }

    /// Cases of a property: each makes databases.
    pub(crate) fn cases(&self) -> u32 {
        match self {
            Self::Sqlite(..) => 12,
            Self::Postgres(_) => 4,
        }
    }
}

/// Where orders and allocations are kept.
pub(crate) struct OrderPlace {
    pub(crate) file: PathBuf,
    /// Address of the PostgreSQL database; SQLite without it.
    pub(crate) address: Option<String>,
}

impl OrderPlace {
    /// As a process opens it that knows nothing of others.
    pub(crate) fn open(&self) -> Result<Arc<dyn FulfilmentStore>, StorageError> {
        let database = self
            .address
            .as_deref()
            .map(|address| postgres::Database::open(&Secret::new(address), &PostgresConfig::default()))
            .transpose()?;
        open_store(&self.file, database.as_ref())
    }
}

/// A database that can be opened more than once.
pub(crate) enum Database {
    File(PathBuf),
    Address(Secret),
}

impl Database {
    pub(crate) fn open(&self) -> Result<Arc<dyn Storage>, StorageError> {
        match self {
            Self::File(file) => SqliteStorage::open(file).map(SqliteStorage::shared),
            Self::Address(address) => {
                PostgresStorage::open(address, &PostgresConfig::default()).map(PostgresStorage::shared)
            }
        }
    }

    /// The service that a process makes on it when it starts.
    pub(crate) fn service(&self) -> Arc<Insight> {
        let key = ManagementKey::from_seed(&[200; 32].into());
        Arc::new(Insight::new(self.open().unwrap(), key, &InsightConfig::default()))
    }
}

fn with_organization(insight: Arc<Insight>) -> Arc<Insight> {
    insight.add_organization("Example").unwrap();
    insight
}

/// A service on a new database in this folder, with the organization `Example`.
pub(crate) fn service(folder: &Path) -> Arc<Insight> {
    with_organization(Database::File(folder.join("insight.db")).service())
}

pub(crate) fn register(insight: &Insight, organization: &str, site: &Site) {
    let (code, _) = insight.new_code(organization, None).unwrap();
    assert!(insight.register(&site.request(&code), None).unwrap().1);
}

/// An upload about which nothing is remarkable, as the storage takes it.
pub(crate) fn arrival(upload: &SealedUpload, received: Timestamp) -> Arrival<'_> {
    Arrival {
        upload,
        received,
        clock_offset_seconds: None,
        remarkable: false,
    }
}

/// Hands an upload over as the port would.
pub(crate) fn take(
    insight: &Insight,
    site: &Site,
    upload: &SealedUpload,
) -> Result<(Receipt, bool), ReceiverProblem> {
    insight.take_upload(&SentUpload {
        server: site.guid,
        signature: upload.sign(&site.key),
        sent: None,
        upload_id: upload.body().upload_id,
        bytes: upload.bytes(),
    })
}

/// A running `insightd`; killed when dropped.
pub(crate) struct Program {
    pub(crate) folder: TempDir,
    pub(crate) endpoints: Endpoints,
    pub(crate) operator: Secret,
    child: Child,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn insightd() -> Command {
    Command::new(env!("CARGO_BIN_EXE_insightd"))
}

fn start(data: &Path, environment: &[(&str, &str)]) -> (Child, Endpoints) {
    let log = std::fs::File::options()
        .create(true)
        .append(true)
        .open(data.with_extension("log"))
        .unwrap();
    let mut child = insightd()
        .args(["run", "--data"])
        .arg(data)
        .envs(environment.iter().copied())
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let endpoints = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {}", read_log(data)));
    (child, endpoints)
}

fn read_log(data: &Path) -> String {
    std::fs::read_to_string(data.with_extension("log")).unwrap_or_default()
}

impl Program {
    /// With a new data folder and the organization `Example`.
    pub(crate) fn start(environment: &[(&str, &str)]) -> Self {
        Self::start_on(None, environment)
    }

    /// The same with a PostgreSQL database.
    pub(crate) fn start_on(database: Option<&str>, environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let made = insightd()
            .args(["init", "--port", "0", "--host-name", "127.0.0.1", "--data"])
            .arg(&data)
            .args(database.iter().flat_map(|address| ["--database", address]))
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let token = std::fs::read_to_string(data.join("initial-token")).unwrap();
        let (child, endpoints) = start(&data, environment);
        let program = Self {
            folder,
            endpoints,
            operator: Secret::new(token.trim()),
            child,
        };
        program.command(&["organization", "add", "Example"]);
        program
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Ends it without warning and starts it again.
    pub(crate) fn kill_and_start(&mut self, environment: &[(&str, &str)]) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        (self.child, self.endpoints) = start(&self.data(), environment);
    }

    /// A command on the machine itself; its output.
    pub(crate) fn command(&self, arguments: &[&str]) -> String {
        let output = insightd()
            .args(arguments)
            .arg("--data")
            .arg(self.data())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// A code for a server of an organization.
    pub(crate) fn code(&self, organization: &str) -> String {
        let printed = self.command(&["server", "register", "--organization", organization]);
        printed.split('\t').next().unwrap().to_owned()
    }

    /// An account of an organization; its token.
    pub(crate) fn account(&self, name: &str, organization: &str, permission: Permission) -> Secret {
        let mut arguments = vec!["account", "add", name, "--organization", organization];
        if permission == Permission::ReadOnly {
            arguments.push("--read-only");
        }
        Secret::new(self.command(&arguments))
    }

    pub(crate) fn trust(&self) -> Trust {
        Trust::CertHash(self.endpoints.cert_hash.parse().unwrap())
    }

    pub(crate) fn client(&self, token: &Secret) -> AdminClient {
        let address = Address::parse(&self.endpoints.https.to_string(), 8443).unwrap();
        AdminClient::connect(ConnectOptions {
            trust: self.trust(),
            credentials: Credentials::Bearer(token.clone()),
            ..ConnectOptions::new(address)
        })
        .unwrap()
    }

    /// The uploads that it keeps, as its operator sees them.
    pub(crate) async fn uploads(&self) -> Vec<InsightUpload> {
        let wanted = GetInsightUploads {
            most: Some(10_000),
            ..GetInsightUploads::default()
        };
        let operator = self.client(&self.operator);
        let listed = operator.call::<op::GetInsightUploads>(&wanted).await.unwrap();
        listed.items
    }

    /// What it has found, also what is over, as its operator sees it.
    pub(crate) async fn findings(&self) -> Vec<InsightFinding> {
        let wanted = GetInsightFindings {
            include_resolved: true,
            ..GetInsightFindings::default()
        };
        let operator = self.client(&self.operator);
        let found = operator.call::<op::GetInsightFindings>(&wanted).await.unwrap();
        found.items
    }

    pub(crate) fn http(&self) -> reqwest::Client {
        reqwest::Client::builder()
            .tls_backend_preconfigured(self.trust().client_config(None).unwrap())
            .no_proxy()
            .build()
            .unwrap()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("https://{}{path}", self.endpoints.https)
    }
}
