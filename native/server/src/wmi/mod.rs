//! The license pools for everything that speaks WS-Management, as the original shows them over Windows Management
//! Instrumentation.

mod authority;
mod classes;
mod rows;
mod snapshot;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::response::Response;
use axum::routing::post;
use http::StatusCode;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use jiff::Timestamp;
use licensing_files::regular;
use licensing_net::tls::ServerCertificate;
use licensing_net::{ConnectionSlot, RateLimit};
use licensing_wsman::http::{AnsweredTo, Connection, Endpoint, put_off};
use licensing_wsman::kerberos::{Acceptor, Keytab, MAX_KEYTAB};
use licensing_wsman::ntlm::ServerNames;
use licensing_wsman::{Limits, Service};
use zeroize::Zeroizing;

use crate::accounts::Accounts;
use crate::config::LiveConfig;
use crate::control::DaemonDirectory;
use crate::installed::InstalledFiles;
use authority::{Reader, Readers};
use snapshot::Pools;

/// What the service is given when the server starts.
pub struct WmiSetup {
    /// Settings.
    pub config: LiveConfig,
    /// The license files as this process has read them.
    pub installed: InstalledFiles,
    /// The vendor daemons.
    pub daemons: DaemonDirectory,
    /// The accounts, shared with the web services.
    pub accounts: Accounts,
    /// The certificate that clients see.
    pub certificate: Arc<ServerCertificate>,
    /// When the server started.
    pub started: Timestamp,
    /// Address the license manager is bound to.
    pub licensing_address: SocketAddr,
    /// Address the web services are bound to.
    pub web_address: SocketAddr,
    /// Keys for tickets of Kerberos; none where Kerberos is not offered.
    pub keytab: Option<PathBuf>,
}

/// The service. Clones are the same.
#[derive(Clone)]
pub struct Wmi {
    endpoint: Arc<Endpoint<Pools, Readers>>,
    certificate: Arc<ServerCertificate>,
}

impl Wmi {
    /// The service over the pools of this server.
    ///
    /// # Errors
    /// When the keytab cannot be used.
    pub fn new(setup: WmiSetup) -> anyhow::Result<Self> {
        let host_name = setup.config.now().host_name.clone();
        let pools = Pools {
            config: setup.config,
            installed: setup.installed,
            daemons: setup.daemons,
            started: setup.started,
            licensing_port: setup.licensing_address.port(),
            web_services_port: setup.web_address.port(),
            taken: tokio::sync::Mutex::default(),
        };
        let names = ServerNames {
            computer: computer_name(&host_name),
            dns: host_name.clone(),
        };
        let service = Service::new(pools, host_name, Limits::default());
        let mut endpoint = Endpoint::new(service, Readers(setup.accounts), names);
        if let Some(keytab) = setup.keytab {
            endpoint = endpoint.with_kerberos(acceptor(&keytab)?);
        }
        Ok(Self {
            endpoint: Arc::new(endpoint),
            certificate: setup.certificate,
        })
    }

    /// Bytes that the body of a request may have.
    pub fn largest_body(&self) -> usize {
        self.endpoint.largest_body()
    }

    /// The paths of the service, for a port with TLS or without.
    /// Requests beyond `rate` are refused before anything else looks at them.
    pub fn router(&self, tls: bool, rate: Arc<RateLimit>) -> Router {
        let port = Port {
            wmi: self.clone(),
            rate,
            tls,
        };
        Router::new()
            .route("/wsman", post(answer))
            .route("/wsman/", post(answer))
            .with_state(port)
    }

    /// What a sign-in over TLS may be bound to (RFC 5929).
    fn channel_bindings(&self) -> Vec<u8> {
        let hash = self.certificate.tls().endpoint_hash();
        [b"tls-server-end-point:".as_slice(), &hash].concat()
    }
}

fn acceptor(keytab: &Path) -> anyhow::Result<Acceptor> {
    let keys = regular::read(keytab, MAX_KEYTAB)
        .map_err(anyhow::Error::from)
        .and_then(|bytes| Ok(Keytab::read(&Zeroizing::new(bytes))?))
        .with_context(|| format!("the keytab {} cannot be used", keytab.display()))?;
    tracing::info!(services = ?keys.services(), "Kerberos is offered over WS-Management");
    Ok(Acceptor::new(keys))
}

/// One port of the service.
#[derive(Clone)]
struct Port {
    wmi: Wmi,
    rate: Arc<RateLimit>,
    tls: bool,
}

async fn answer(State(port): State<Port>, request: Request) -> Response {
    let started = Instant::now();
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|peer| peer.0.ip().to_canonical());
    let response = match peer {
        Some(peer) => match port.rate.take(peer, started) {
            Ok(()) => port.answer(request, peer).await,
            Err(problem) => put_off(problem.code.name(), problem.retry_after.unwrap_or(1)).map(Body::from),
        },
        None => empty(StatusCode::INTERNAL_SERVER_ERROR),
    };
    tracing::info!(
        target: "licensing_server::access",
        method = "POST",
        route = "/wsman",
        status = response.status().as_u16(),
        account = response.extensions().get::<AnsweredTo>().map(|to| to.0.as_str()),
        address = peer.map(|peer| peer.to_string()),
        milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "request"
    );
    response
}

impl Port {
    async fn answer(&self, request: Request, peer: IpAddr) -> Response {
        let (parts, body) = request.into_parts();
        let slot = parts.extensions.get::<ConnectionSlot>();
        let connection = slot.and_then(|slot| {
            slot.get_or_init(|| {
                let bindings = self.tls.then(|| self.wmi.channel_bindings());
                Connection::<Reader>::new(peer, bindings)
            })
        });
        let Some(connection) = connection else {
            tracing::error!("the listener does not say which connection a request belongs to");
            return empty(StatusCode::INTERNAL_SERVER_ERROR);
        };
        let body = match Limited::new(body, self.wmi.largest_body()).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if is_length_limit(error.as_ref()) => return empty(StatusCode::PAYLOAD_TOO_LARGE),
            Err(_) => return empty(StatusCode::BAD_REQUEST),
        };
        let request = http::Request::from_parts(parts, body);
        let response = self.wmi.endpoint.answer(&connection, request).await;
        response.map(Body::from)
    }
}

/// The limit of the listener may stand anywhere in the chain of errors.
fn is_length_limit(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source()).any(|error| error.is::<LengthLimitError>())
}

fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// The name by which Windows would know the machine: the first part of its name, in upper case.
fn computer_name(host_name: &str) -> String {
    let first = host_name.split('.').next().unwrap_or(host_name);
    first.chars().take(15).collect::<String>().to_uppercase()
}
