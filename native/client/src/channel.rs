//! Connections to the licensing ports: plain on loopback, TLS everywhere else.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::TokioIo;
use licensing_api::Problem;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tonic::transport::{Channel, Endpoint};
use tower::service_fn;

use crate::address::Address;
use crate::identity::ClientIdentity;
use crate::problems;
use crate::trust::{self, Trust};

/// Silence after which the other side is asked whether it still lives.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// How a port is spoken to.
#[derive(Clone, Copy)]
pub(crate) enum Security<'a> {
    /// In plain text; on loopback only.
    Plain,
    /// Over TLS, showing a certificate of one's own where there is one.
    Tls(CertificateCheck<'a>, Option<&'a ClientIdentity>),
}

/// Which certificates of the server are accepted.
#[derive(Clone, Copy)]
pub(crate) enum CertificateCheck<'a> {
    /// Any: for questions whose answer is not relied upon.
    Any,
    /// As the caller said.
    Trust(&'a Trust),
}

impl<'a> CertificateCheck<'a> {
    /// What `trust` means for that address. On loopback, where plain text would do as well, a certificate counts
    /// only when the caller named it or its authority.
    pub(crate) fn at(address: &Address, trust: Option<&'a Trust>) -> Self {
        match trust {
            None => Self::Any,
            Some(Trust::System) if address.is_loopback() => Self::Any,
            Some(trust) => Self::Trust(trust),
        }
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A connected channel.
///
/// # Errors
/// `CommunicationError`, `Timeout` and those of certificates.
pub(crate) async fn open(
    address: &Address,
    security: Security<'_>,
    timeout: Duration,
) -> Result<Channel, Problem> {
    let tls = match security {
        Security::Plain => None,
        Security::Tls(check, identity) => Some(connector(check, identity)?),
    };
    let name = address.server_name()?;
    let endpoint = Endpoint::from_shared(format!("http://{}", address.authority()))
        .map_err(|error| problems::unreachable(address, error))?
        .tcp_nodelay(true)
        .connect_timeout(timeout)
        .http2_keep_alive_interval(KEEP_ALIVE)
        .keep_alive_while_idle(true);
    let target = address.clone();
    let connect = service_fn(move |_| {
        let (target, tls, name) = (target.clone(), tls.clone(), name.clone());
        async move { stream(&target, tls, name).await.map(TokioIo::new) }
    });
    match tokio::time::timeout(timeout, endpoint.connect_with_connector(connect)).await {
        Ok(channel) => channel.map_err(|error| problems::of_transport(address, &error)),
        Err(_) => Err(problems::timed_out(address, "connecting", timeout)),
    }
}

fn connector(
    check: CertificateCheck<'_>,
    identity: Option<&ClientIdentity>,
) -> Result<TlsConnector, Problem> {
    let mut config = match check {
        CertificateCheck::Any => trust::inspecting_config(identity)?,
        CertificateCheck::Trust(trust) => trust.client_config(identity)?,
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

async fn stream(
    address: &Address,
    tls: Option<TlsConnector>,
    name: ServerName<'static>,
) -> io::Result<Box<dyn Stream>> {
    let socket = TcpStream::connect((address.host(), address.port())).await?;
    socket.set_nodelay(true)?;
    match tls {
        None => Ok(Box::new(socket)),
        Some(connector) => Ok(Box::new(connector.connect(name, socket).await?)),
    }
}
