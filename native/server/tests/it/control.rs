//! The control port of a vendor daemon.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use licensing_api::{ErrorCode, Problem};
use licensing_net::{ConnectionCount, Limits, PortOptions, PortProtocol, PortTls};
use licensing_protocol::control::ExecuteRequest;
use licensing_protocol::control::daemon_control_client::DaemonControlClient;
use licensing_server::control::{self, ControlClient, ControlHandler, ControlSecret};
use tokio_util::sync::CancellationToken;
use tonic::Code;

use crate::attacks;
use crate::support::channel;

/// Time for an answer.
const LIMIT: Duration = Duration::from_secs(30);

struct Echo;

impl ControlHandler for Echo {
    fn execute<'a>(
        &'a self,
        operation: &'a str,
        request: &'a [u8],
        actor: &'a str,
    ) -> BoxFuture<'a, Result<Vec<u8>, Problem>> {
        async move {
            match operation {
                "echo" => Ok([actor.as_bytes(), request].concat()),
                _ => Err(Problem::new(ErrorCode::OperationNotFound, "no such thing").about(operation)),
            }
        }
        .boxed()
    }
}

async fn open(secret: &ControlSecret) -> (SocketAddr, CancellationToken) {
    open_with(secret, Limits::default()).await
}

async fn open_with(secret: &ControlSecret, limits: Limits) -> (SocketAddr, CancellationToken) {
    let socket = licensing_net::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
        .await
        .unwrap();
    let address = socket.local_addr().unwrap();
    let options = PortOptions {
        name: "control",
        limits,
        protocol: PortProtocol::Http2,
        tls: PortTls::Plain,
        body_bytes: 1_000_000,
        streaming_paths: &[],
        undelivered_bytes: PortOptions::UNDELIVERED_BYTES,
        connections: ConnectionCount::default(),
    };
    let stopping = CancellationToken::new();
    let router = control::router(Arc::new(Echo), secret.clone());
    tokio::spawn(licensing_net::serve(socket, router, options, stopping.clone()));
    (address, stopping)
}

#[tokio::test]
async fn the_manager_is_answered() {
    let secret = ControlSecret::generate().unwrap();
    let (address, stopping) = open(&secret).await;
    let client = ControlClient::new("ACME", address.port(), &secret).unwrap();
    assert_eq!(
        client
            .execute("echo", b" says".to_vec(), "ann", LIMIT)
            .await
            .unwrap(),
        b"ann says"
    );
    let problem = client.execute("other", Vec::new(), "", LIMIT).await.unwrap_err();
    assert_eq!(
        (problem.code, problem.target.as_str()),
        (ErrorCode::OperationNotFound, "other")
    );
    stopping.cancel();
}

#[tokio::test]
async fn whoever_does_not_know_the_secret_is_refused() {
    let (address, stopping) = open(&ControlSecret::generate().unwrap()).await;
    let other = ControlSecret::generate().unwrap();
    let client = ControlClient::new("ACME", address.port(), &other).unwrap();
    let problem = client.execute("echo", Vec::new(), "", LIMIT).await.unwrap_err();
    assert_eq!(problem.code, ErrorCode::AuthorizationFailed);

    let mut bare = DaemonControlClient::new(channel(address).await);
    for secret in [None, Some(""), Some("0"), Some("junk")] {
        let mut request = tonic::Request::new(ExecuteRequest::default());
        if let Some(secret) = secret {
            request
                .metadata_mut()
                .insert(control::SECRET_METADATA, secret.parse().unwrap());
        }
        assert_eq!(
            bare.execute(request).await.unwrap_err().code(),
            Code::Unauthenticated,
            "{secret:?}"
        );
    }
    stopping.cancel();
}

async fn is_served(address: SocketAddr, secret: &ControlSecret) {
    for _ in 0..10 {
        // Each has a connection of its own.
        let client = ControlClient::new("ACME", address.port(), secret).unwrap();
        assert_eq!(
            client.execute("echo", Vec::new(), "ann", LIMIT).await.unwrap(),
            b"ann"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn junk_leaves_the_manager_served() {
    let secret = ControlSecret::generate().unwrap();
    let limits = Limits {
        first_request_seconds: 2,
        ..Limits::default()
    };
    let (address, stopping) = open_with(&secret, limits).await;
    let throwing = tokio::spawn(attacks::throw_junk(address));
    is_served(address, &secret).await;
    throwing.await.unwrap();
    is_served(address, &secret).await;
    stopping.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_senders_leave_the_manager_served() {
    let secret = ControlSecret::generate().unwrap();
    let limits = Limits {
        pending_connections: 50,
        first_request_seconds: 2,
        ..Limits::default()
    };
    let (address, stopping) = open_with(&secret, limits).await;
    let held = attacks::hold(address, 150).await;
    is_served(address, &secret).await;
    attacks::all_closed(held).await;
    stopping.cancel();
}

#[tokio::test]
async fn a_daemon_that_is_gone_is_said_to_be_down() {
    let secret = ControlSecret::generate().unwrap();
    let port = licensing_testbed::free_port().unwrap();
    let client = ControlClient::new("ACME", port, &secret).unwrap();
    let problem = client.execute("echo", Vec::new(), "", LIMIT).await.unwrap_err();
    assert_eq!(problem.code, ErrorCode::CitrixLicensingVendorOrServiceDown);
    assert_eq!(problem.target, "ACME");
}

#[tokio::test]
async fn a_silent_daemon_is_waited_for_no_longer_than_asked() {
    let secret = ControlSecret::generate().unwrap();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let client = ControlClient::new("ACME", silent.local_addr().unwrap().port(), &secret).unwrap();
    let started = Instant::now();
    let limit = Duration::from_millis(200);
    let problem = client.execute("echo", Vec::new(), "", limit).await.unwrap_err();
    assert_eq!(problem.code, ErrorCode::CitrixLicensingVendorOrServiceDown);
    assert_eq!(problem.target, "ACME");
    assert!(started.elapsed() < LIMIT, "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_daemon_known_to_be_silent_does_not_hold_up_the_next_list_as_long() {
    let secret = ControlSecret::generate().unwrap();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let client = ControlClient::new("ACME", silent.local_addr().unwrap().port(), &secret).unwrap();
    let limit = Duration::from_millis(100);
    client.ask("echo", Vec::new(), "", limit).await.unwrap_err();
    let started = Instant::now();
    let problem = client
        .clone()
        .ask("echo", Vec::new(), "", LIMIT)
        .await
        .unwrap_err();
    assert_eq!(problem.code, ErrorCode::CitrixLicensingVendorOrServiceDown);
    assert!(started.elapsed() < LIMIT / 2, "{:?}", started.elapsed());
}
