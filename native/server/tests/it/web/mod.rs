//! The web services through their router and through real sockets.

mod administration;
mod alerts;
mod backups;
mod certificate;
mod configuration;
mod issuers;
mod license_files;
mod lists;
mod metrics;
mod openapi;
mod options;
mod requests;
mod route_walk;
mod sockets;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use jiff::Timestamp;
use licensing_api::alert::Alert;
use licensing_api::operation::{OperationInfo, TABLE};
use licensing_api::server::{DaemonState, VendorDaemon};
use licensing_api::{ErrorCode, Problem, Secret};
use licensing_license_file::license_file::parse;
use licensing_license_file::signing::IssuerKey;
use licensing_net::Parts;
use licensing_net::tls::{ClientTrust, ServerCertificate};
use licensing_server::accounts::Accounts;
use licensing_server::alerts::{AlertService, AlertSources};
use licensing_server::config::{Config, DataFolder, LiveConfig};
use licensing_server::configuration::Configuration;
use licensing_server::control::{ControlClient, ControlSecret, DaemonDirectory, DaemonGateway, ProductToken};
use licensing_server::installed::InstalledFiles;
use licensing_server::license_folder::LicenseFolder;
use licensing_server::management::{
    Https, ManagementFolder, ManagementService, Pace, ServerSource, ServiceSetup,
};
use licensing_server::product_access::ProductAccess;
use licensing_server::web::{self, COMMON_ERRORS, PortConnections, WebSetup};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use zeroize::Zeroizing;

pub(crate) const HOST: &str = "lic01.example.test";
pub(crate) const PASSWORD: &str = "correct horse battery";

/// What is wrong with a vendor daemon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nobody listens on its control port.
    Dead,
    /// Its control port takes connections and never says a word.
    Silent,
    /// It answers after this time.
    Slow(Duration),
}

/// Vendor daemons that answer what a test tells them to.
#[derive(Default)]
pub(crate) struct ScriptedDaemons {
    /// Vendors whose daemons do not answer as they should.
    pub(crate) faults: Mutex<Vec<(String, Fault)>>,
    pub(crate) vendors: Mutex<Vec<VendorDaemon>>,
    /// Answer by vendor and operation; a daemon without one is down.
    pub(crate) answers: Mutex<Vec<(String, String, Value)>>,
    /// What was asked: vendor, operation, request, actor.
    pub(crate) asked: Mutex<Vec<(String, String, Value, String)>>,
    pub(crate) rereads: Mutex<u32>,
    pub(crate) reread_fails: Mutex<bool>,
    pub(crate) tokens: Mutex<Vec<ProductToken>>,
}

impl ScriptedDaemons {
    /// Lets the daemon of a vendor run, with this fault.
    pub(crate) fn run_with(&self, vendor: &str, fault: Fault) {
        self.run(vendor);
        let mut faults = self.faults.lock().unwrap();
        faults.retain(|(known, _)| known != vendor);
        faults.push((vendor.to_owned(), fault));
    }

    fn fault(&self, vendor: &str) -> Option<Fault> {
        let faults = self.faults.lock().unwrap();
        faults
            .iter()
            .find(|(known, _)| known == vendor)
            .map(|(_, fault)| *fault)
    }

    pub(crate) fn serve(&self, vendor: &str, operation: &str, answer: Value) {
        self.run(vendor);
        let mut answers = self.answers.lock().unwrap();
        answers.retain(|(known, other, _)| (known.as_str(), other.as_str()) != (vendor, operation));
        answers.push((vendor.to_owned(), operation.to_owned(), answer));
    }

    fn run(&self, vendor: &str) {
        let mut vendors = self.vendors.lock().unwrap();
        if !vendors.iter().any(|daemon| daemon.vendor == vendor) {
            vendors.push(VendorDaemon {
                vendor: vendor.to_owned(),
                state: DaemonState::Running,
                port: 7279,
                process_id: None,
                restarts: 0,
                since: None,
            });
        }
    }
}

/// What the client of a control port says of a daemon that is dead or silent.
async fn ask_in_vain(
    vendor: &str,
    operation: &str,
    request: Vec<u8>,
    silent: bool,
) -> Result<Vec<u8>, Problem> {
    let (listener, port) = if silent {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        (Some(listener), port)
    } else {
        (None, licensing_testbed::free_port().unwrap())
    };
    let secret = ControlSecret::generate().unwrap();
    let client = ControlClient::new(vendor, port, &secret)?;
    let limit = Duration::from_millis(100);
    let answer = client.execute(operation, request, "", limit).await;
    drop(listener);
    answer
}

struct Gateway(Arc<ScriptedDaemons>);

impl DaemonGateway for Gateway {
    fn vendors(&self) -> Vec<VendorDaemon> {
        self.0.vendors.lock().unwrap().clone()
    }

    fn execute<'a>(
        &'a self,
        vendor: &'a str,
        operation: &'a str,
        request: Vec<u8>,
        actor: &'a str,
        _: Duration,
    ) -> BoxFuture<'a, Result<Vec<u8>, Problem>> {
        let asked = request.clone();
        let request: Value = serde_json::from_slice(&request).unwrap_or(Value::Null);
        // Each part of a list is served by itself.
        let part = match request.get("from").filter(|_| operation == "manager.ListHolders") {
            Some(from) => format!("{operation} {from}"),
            None => operation.to_owned(),
        };
        self.0.asked.lock().unwrap().push((
            vendor.to_owned(),
            operation.to_owned(),
            request,
            actor.to_owned(),
        ));
        let answers = self.0.answers.lock().unwrap();
        let answer = answers
            .iter()
            .find(|(known, other, _)| known == vendor && *other == part)
            .map(|(_, _, answer)| serde_json::to_vec(answer).unwrap())
            .ok_or_else(|| {
                Problem::new(
                    ErrorCode::CitrixLicensingVendorOrServiceDown,
                    "It does not answer.",
                )
                .about(vendor)
            });
        let fault = self.0.fault(vendor);
        async move {
            match fault {
                None => answer,
                Some(Fault::Slow(time)) => {
                    tokio::time::sleep(time).await;
                    answer
                }
                Some(fault) => ask_in_vain(vendor, operation, asked, fault == Fault::Silent).await,
            }
        }
        .boxed()
    }

    fn reread(&self) -> BoxFuture<'_, Result<(), Problem>> {
        *self.0.rereads.lock().unwrap() += 1;
        let outcome = if *self.0.reread_fails.lock().unwrap() {
            Err(Problem::new(
                ErrorCode::CitrixLicensingVendorOrServiceDown,
                "ACME does not answer.",
            ))
        } else {
            Ok(())
        };
        async move { outcome }.boxed()
    }

    fn set_product_tokens(&self, tokens: Vec<ProductToken>) -> BoxFuture<'_, Result<(), Problem>> {
        *self.0.tokens.lock().unwrap() = tokens;
        async { Ok(()) }.boxed()
    }

    fn alerts(&self) -> BoxFuture<'_, Vec<Alert>> {
        async { Vec::new() }.boxed()
    }
}

/// What a request brings to prove who sends it.
#[derive(Clone, Copy)]
pub(crate) enum As<'a> {
    Nobody,
    Basic(&'a str, &'a str),
    Token(&'a str),
}

impl As<'_> {
    pub(crate) fn header(self) -> Option<String> {
        match self {
            Self::Nobody => None,
            Self::Basic(account, password) => Some(format!(
                "Basic {}",
                STANDARD.encode(format!("{account}:{password}"))
            )),
            Self::Token(secret) => Some(format!("Bearer {secret}")),
        }
    }
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    pub(crate) fn detail(&self) -> &str {
        self.body["detail"].as_str().unwrap_or_default()
    }
}

/// A server without sockets: administrator `root`, issuer of licenses for ACME.
pub(crate) struct Fixture {
    _folder: tempfile::TempDir,
    pub(crate) data: DataFolder,
    pub(crate) router: Router,
    pub(crate) daemons: Arc<ScriptedDaemons>,
    pub(crate) certificate: Arc<ServerCertificate>,
    pub(crate) stopping: CancellationToken,
    pub(crate) issuer: IssuerKey,
    pub(crate) alerts: AlertService,
    /// A token of `root` with Full permission, cheaper than the password.
    pub(crate) full: String,
    /// A token of `root` with ReadOnly permission.
    pub(crate) read_only: String,
}

pub(crate) async fn fixture() -> Fixture {
    fixture_with(|_| {}).await
}

/// The web services of a server, and its alerts.
async fn services(
    data: &DataFolder,
    config: LiveConfig,
    daemons: &Arc<ScriptedDaemons>,
    certificate: &Arc<ServerCertificate>,
    stopping: &CancellationToken,
) -> (Router, AlertService) {
    let management = ManagementService::open(ServiceSetup {
        folder: ManagementFolder::new(data.management()),
        source: Arc::new(ServerSource {
            config: config.clone(),
            daemons: DaemonDirectory::new(Gateway(Arc::clone(daemons))),
            installed: InstalledFiles::new(data),
        }),
        transport: Arc::new(Https::default()),
        pace: Pace::default(),
    })
    .await
    .unwrap();
    let installed = InstalledFiles::new(data);
    let licenses = LicenseFolder::open(data, &config, &installed).unwrap();
    let directory = DaemonDirectory::new(Gateway(Arc::clone(daemons)));
    let alerts = AlertService::open(AlertSources {
        config: config.clone(),
        data: data.clone(),
        daemons: directory.clone(),
        installed: installed.clone(),
        licenses: licenses.clone(),
        management: management.clone(),
        certificate: Arc::clone(certificate),
    })
    .unwrap();
    let access = ProductAccess::new(config.now().licensing.anonymous, &[], ClientTrust::nobody());
    let mut parts = Parts::default();
    let setup = WebSetup {
        management,
        configuration: Configuration::new(config.clone(), data.config_file(), data.clone(), access),
        alerts: alerts.clone(),
        licenses,
        config,
        installed,
        accounts: Accounts::open(&data.server_database(), HOST).unwrap(),
        data: data.clone(),
        daemons: directory,
        certificate: Arc::clone(certificate),
        started: Timestamp::now(),
        licensing_address: SocketAddr::from(([127, 0, 0, 1], 27000)),
        web_address: SocketAddr::from(([127, 0, 0, 1], 8083)),
        stopping: stopping.clone(),
        connections: PortConnections::default(),
    };
    let opened = web::open(setup, &mut parts).await;
    tokio::spawn(parts.finish());
    (opened.unwrap(), alerts)
}

pub(crate) async fn fixture_with(configure: impl FnOnce(&mut Config)) -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let data = DataFolder::new(folder.path());
    for path in data.folders() {
        std::fs::create_dir_all(path).unwrap();
    }
    let mut config = Config {
        host_name: HOST.to_owned(),
        ..Config::default()
    };
    configure(&mut config);
    let config = LiveConfig::new(config);
    Accounts::open(&data.server_database(), HOST)
        .unwrap()
        .add_first_administrator("root", &Secret::new(PASSWORD))
        .unwrap();
    let issuer = IssuerKey::from_random(&Zeroizing::new([7; 32]));
    let public = issuer.public("ACME Corporation", &["ACME".to_owned()]).unwrap();
    std::fs::write(data.trust().join("acme.pub"), public.to_text().unwrap()).unwrap();
    let certificate =
        Arc::new(ServerCertificate::open_or_make(&data.certificate_files(), &[HOST.to_owned()]).unwrap());
    let daemons = Arc::new(ScriptedDaemons::default());
    let stopping = CancellationToken::new();
    std::fs::write(data.config_file(), format!("host_name = \"{HOST}\"\n")).unwrap();
    let (router, alerts) = services(&data, config, &daemons, &certificate, &stopping).await;
    let mut fixture = Fixture {
        _folder: folder,
        data,
        router,
        daemons,
        certificate,
        stopping,
        issuer,
        alerts,
        full: String::new(),
        read_only: String::new(),
    };
    let root = As::Basic("root", PASSWORD);
    fixture.full = fixture
        .token(root, json!({ "name": "full", "permissions": "Full" }))
        .await;
    fixture.read_only = fixture.token(root, json!({ "name": "read" })).await;
    fixture
}

impl Fixture {
    pub(crate) async fn raw(&self, request: Request<Body>, address: [u8; 4]) -> Answer {
        let mut request = request;
        request
            .extensions_mut()
            .insert(ConnectInfo(SocketAddr::from((address, 40_000))));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    pub(crate) async fn send(&self, method: &str, path: &str, who: As<'_>, body: Option<&Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(header) = who.header() {
            request = request.header("authorization", header);
        }
        let body = match body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        let answer = self.raw(request.body(body).unwrap(), [127, 0, 0, 1]).await;
        if let (Some(code), Some(info)) = (ErrorCode::from_name(answer.code()), operation(method, path)) {
            assert!(
                info.errors.contains(&code) || COMMON_ERRORS.contains(&code),
                "the entry of {} does not name {code}: {}",
                info.name,
                answer.text
            );
        }
        answer
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, As::Token(&self.read_only), None).await
    }

    pub(crate) async fn change(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.send(method, path, As::Token(&self.full), Some(body)).await
    }

    pub(crate) async fn token(&self, who: As<'_>, request: Value) -> String {
        let answer = self.send("POST", "/v1/tokens", who, Some(&request)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.body["secret"].as_str().unwrap().to_owned()
    }

    /// What happens when someone edits the database behind the server's back.
    pub(crate) fn execute(&self, sql: &str) {
        let connection = rusqlite::Connection::open(self.data.server_database()).unwrap();
        assert!(connection.execute(sql, []).unwrap() > 0, "{sql} changed nothing");
    }

    /// A signed file for this server.
    pub(crate) fn license(&self, increments: &str) -> Vec<u8> {
        self.license_for(HOST, increments)
    }

    pub(crate) fn license_for(&self, host: &str, increments: &str) -> Vec<u8> {
        let text = format!("SERVER this_host HOSTNAME={host}\nVENDOR ACME\nUSE_SERVER\n{increments}\n");
        self.issuer.sign_file(&parse(text.as_bytes()))
    }
}

/// The operation behind a route.
fn operation(method: &str, path: &str) -> Option<&'static OperationInfo> {
    let path = path.split('?').next().unwrap_or_default();
    let fits = |info: &&OperationInfo| {
        let segments = info.path.split('/').count() == path.split('/').count();
        let mut pairs = info.path.split('/').zip(path.split('/'));
        segments && pairs.all(|(wanted, found)| wanted == found || wanted.starts_with('{'))
    };
    let mut of_method = TABLE.iter().filter(|info| info.method.name() == method);
    let exact = of_method.clone().find(|info| info.path == path);
    exact.or_else(|| of_method.find(fits))
}

/// The body of an import or explanation.
pub(crate) fn upload(name: &str, bytes: &[u8]) -> Value {
    json!({ "fileName": name, "content": STANDARD.encode(bytes) })
}
