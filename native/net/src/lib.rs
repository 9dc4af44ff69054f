//! Ports of the server programs: every port is served through here, so that the same bounds hold on each of them.
//!
//! A program opens a port with [`bind`] and hands it to [`serve`] with an [`axum::Router`] and [`PortOptions`]:
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use axum::{Router, routing::get};
//! use licensing_net::tls::{CertificateFiles, ServerCertificate};
//! use licensing_net::{ConnectionCount, Limits, PortOptions, PortProtocol, PortTls, raise_file_limit};
//! use tokio_util::sync::CancellationToken;
//!
//! // Certificate and key from a folder; made at the first start, renewed before they end.
//! let files = CertificateFiles::in_folder("tls".as_ref());
//! let certificate = ServerCertificate::open_or_make(&files, &["server.example.com".to_owned()])?;
//! let options = PortOptions {
//!     name: "web services",
//!     limits: Limits::default().within(raise_file_limit(), 1),
//!     protocol: PortProtocol::Http,
//!     tls: PortTls::Always(certificate.tls().server_config(&["h2", "http/1.1"])?),
//!     body_bytes: 1 << 20,
//!     streaming_paths: &[],
//!     undelivered_bytes: PortOptions::UNDELIVERED_BYTES,
//!     connections: ConnectionCount::default(),
//! };
//! let stopping = CancellationToken::new();
//! let router = Router::new().route("/", get(|| async { "hello" }));
//! let socket = licensing_net::bind("127.0.0.1:8443".parse()?).await?;
//! // Until `stopping` is cancelled; requests under way then have `limits.drain_seconds`.
//! licensing_net::serve(socket, router, options, stopping).await;
//! # Ok(())
//! # }
//! ```
//!
//! What the caller of a request is known by stands in its extensions: `axum::extract::ConnectInfo<SocketAddr>`, and
//! `Arc<tls::PeerCertificate>` where it has shown a client certificate. A [`ConnectionSlot`] keeps what belongs to the
//! connection, such as the state of a sign-in.
//!
//! Invariants:
//!
//! - No connection, header, body, handshake or answer takes longer than [`Limits`] says, whatever the peer does. Only paths
//!   of [`PortOptions::streaming_paths`] have bodies without a bound; their handlers bound each message.
//! - An answer that its peer does not take at a minimum rate ends the connection, also where HTTP/2 windows hold it back. What
//!   all peers of a port let wait is bounded; the one with most of it goes first.
//! - Pending connections (without a request that was admitted) displace each other and nobody else.
//! - A replaced certificate, or another set of client authorities, holds from the next connection or call on; no restart.
//! - A certificate file that cannot be used never replaces one in use.
//! - One peer is one IPv4 address or one /64 network of IPv6 ([`network_of`]), for every bound by address.

mod activity;
mod admission;
mod bodies;
mod connection;
mod connection_count;
mod connection_slot;
mod deliveries;
mod limits;
mod listener;
mod network;
mod open_files;
mod parts;
mod port;
mod rate;
mod stalled_writer;
pub mod tls;
mod undelivered;
pub mod web;

pub use connection_count::{ConnectionCount, OpenConnection};
pub use connection_slot::ConnectionSlot;
pub use limits::Limits;
pub use listener::{bind, serve};
pub use network::network_of;
pub use open_files::raise_file_limit;
pub use parts::{PartEnded, Parts};
pub use port::{PortOptions, PortProtocol, PortTls};
pub use rate::RateLimit;
