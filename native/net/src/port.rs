//! What a port is served with.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use rustls::ServerConfig;
use tokio_util::sync::CancellationToken;

use crate::admission::Admission;
use crate::undelivered::Undelivered;
use crate::{ConnectionCount, Limits};

/// What a port speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortProtocol {
    /// HTTP/1.1 and HTTP/2.
    Http,
    /// HTTP/2 alone, as gRPC needs it.
    Http2,
}

/// Whether a port speaks TLS.
#[derive(Debug, Clone)]
pub enum PortTls {
    /// Never: the port is on a loopback address.
    Plain,
    /// With everybody but those who connect from the machine itself.
    OffLoopback(Arc<ServerConfig>),
    /// With everybody.
    Always(Arc<ServerConfig>),
}

impl PortTls {
    /// What a connection of this peer is served with; none without TLS.
    pub(crate) fn with(&self, peer: SocketAddr) -> Option<&Arc<ServerConfig>> {
        match self {
            Self::Plain => None,
            Self::OffLoopback(config) => (!peer.ip().to_canonical().is_loopback()).then_some(config),
            Self::Always(config) => Some(config),
        }
    }
}

/// How one port is served.
#[derive(Debug, Clone)]
pub struct PortOptions {
    /// Name for the log.
    pub name: &'static str,
    /// Bounds.
    pub limits: Limits,
    /// What it speaks.
    pub protocol: PortProtocol,
    /// Whether it speaks TLS.
    pub tls: PortTls,
    /// Largest request body in bytes.
    pub body_bytes: usize,
    /// Paths whose bodies are streams without end; size and time of the body are not bounded there, only their
    /// single messages are, by their handler.
    pub streaming_paths: &'static [&'static str],
    /// Bytes of answers that its peers may let wait, in all.
    pub undelivered_bytes: usize,
    /// Counts its connections.
    pub connections: ConnectionCount,
}

impl PortOptions {
    /// Bytes of answers that the peers of a port may let wait, where they are not programs of the server itself.
    pub const UNDELIVERED_BYTES: usize = 32 * 1024 * 1024;
}

/// Everything the connections of one port share.
pub(crate) struct Port {
    pub(crate) options: PortOptions,
    pub(crate) router: Router,
    pub(crate) admission: Arc<Admission>,
    pub(crate) undelivered: Arc<Undelivered>,
    pub(crate) stopping: CancellationToken,
}
