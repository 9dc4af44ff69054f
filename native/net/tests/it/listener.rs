//! The bounds that every port has.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::routing::{get, post};
use licensing_net::tls::ServerTls;
use licensing_net::{ConnectionCount, Limits, PortOptions, PortProtocol, PortTls};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Far longer than anything here should take: only a hang reaches it.
const HANG: Duration = Duration::from_secs(60);

struct Port {
    address: SocketAddr,
    stopping: CancellationToken,
    served: JoinHandle<()>,
    entered: Arc<Notify>,
    leave: Arc<Notify>,
}

async fn open(limits: Limits, tls: PortTls) -> Port {
    let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = {
        let (entered, leave) = (Arc::clone(&entered), Arc::clone(&leave));
        get(move || async move {
            entered.notify_one();
            leave.notified().await;
            "slow"
        })
    };
    let router = Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/slow", slow)
        .route("/private", get(|| async { http::StatusCode::UNAUTHORIZED }))
        .route("/body", post(|body: Bytes| async move { body.len().to_string() }));
    let options = PortOptions {
        name: "test",
        limits,
        protocol: PortProtocol::Http,
        tls,
        body_bytes: 1_000,
        streaming_paths: &[],
        undelivered_bytes: PortOptions::UNDELIVERED_BYTES,
        connections: ConnectionCount::default(),
    };
    let socket = licensing_net::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
        .await
        .unwrap();
    let address = socket.local_addr().unwrap();
    let stopping = CancellationToken::new();
    let served = tokio::spawn(licensing_net::serve(socket, router, options, stopping.clone()));
    Port {
        address,
        stopping,
        served,
        entered,
        leave,
    }
}

impl Port {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn ask(&self, text: &str) -> String {
        let mut stream = self.connect().await;
        stream.write_all(text.as_bytes()).await.unwrap();
        read_to_end(&mut stream).await
    }

    async fn hello(&self) -> String {
        self.ask("GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            .await
    }

    async fn close(self) {
        self.stopping.cancel();
        tokio::time::timeout(HANG, self.served)
            .await
            .expect("it ends")
            .unwrap();
    }
}

async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = tokio::time::timeout(HANG, stream.read_to_end(&mut bytes))
        .await
        .expect("the connection ends");
    // A reset is an end as well: the server may close with unread bytes.
    drop(read);
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn was_closed(stream: &mut TcpStream) -> bool {
    let mut byte = [0_u8; 1];
    let read = tokio::time::timeout(HANG, stream.read(&mut byte))
        .await
        .expect("the connection ends");
    !matches!(read, Ok(1..))
}

fn quick() -> Limits {
    Limits {
        first_request_seconds: 1,
        request_seconds: 1,
        drain_seconds: 1,
        ..Limits::default()
    }
}

#[tokio::test]
async fn a_connection_without_a_request_is_closed() {
    let port = open(quick(), PortTls::Plain).await;
    for beginning in [
        "",
        "G",
        "GET / HTTP/1.1\r\nhost:",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let mut stream = port.connect().await;
        stream.write_all(beginning.as_bytes()).await.unwrap();
        assert!(
            was_closed(&mut stream).await || !beginning.is_empty(),
            "{beginning:?}"
        );
        read_to_end(&mut stream).await;
    }
    assert!(port.hello().await.ends_with("hello"));
    port.close().await;
}

#[tokio::test]
async fn a_trickling_header_is_cut_off() {
    let port = open(quick(), PortTls::Plain).await;
    let mut stream = port.connect().await;
    let trickle = async {
        let mut sent = 0_u64;
        stream.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
        while stream.write_all(b"x: y\r\n").await.is_ok() {
            sent += 1;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        sent
    };
    tokio::time::timeout(HANG, trickle)
        .await
        .expect("the server gives up on it");
    assert!(port.hello().await.ends_with("hello"));
    port.close().await;
}

#[tokio::test]
async fn a_trickling_body_is_cut_off() {
    let port = open(quick(), PortTls::Plain).await;
    let answer = port
        .ask("POST /body HTTP/1.1\r\nhost: x\r\ncontent-length: 500\r\nconnection: close\r\n\r\nabc")
        .await;
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
    port.close().await;
}

#[tokio::test]
async fn large_headers_and_other_numbers_of_hosts_than_one_are_refused() {
    let port = open(quick(), PortTls::Plain).await;
    let large = format!("host: x\r\nx-large: {}\r\n", "a".repeat(30_000));
    for (headers, status) in [
        ("host: x\r\n", "200"),
        ("", "400"),
        ("host: x\r\nhost: y\r\n", "400"),
        (large.as_str(), "431"),
    ] {
        let answer = port
            .ask(&format!("GET / HTTP/1.1\r\n{headers}connection: close\r\n\r\n"))
            .await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{status}: {answer}"
        );
    }
    port.close().await;
}

#[tokio::test]
async fn a_body_over_the_bound_is_refused() {
    let port = open(quick(), PortTls::Plain).await;
    for (length, status) in [(1_000, "200"), (1_001, "413")] {
        let body = "b".repeat(length);
        let answer = port
            .ask(&format!(
                "POST /body HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            ))
            .await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{length}: {answer}"
        );
    }
    port.close().await;
}

#[tokio::test]
async fn the_oldest_that_asked_for_nothing_makes_room() {
    let port = open(
        Limits {
            pending_connections: 10,
            ..Limits::default()
        },
        PortTls::Plain,
    )
    .await;
    let mut silent = Vec::new();
    for _ in 0..30 {
        silent.push(port.connect().await);
    }
    assert!(port.hello().await.ends_with("hello"));
    for stream in silent.iter_mut().take(20) {
        assert!(was_closed(stream).await);
    }
    port.close().await;
}

#[tokio::test]
async fn strangers_make_room_after_their_request_too() {
    let limits = Limits {
        connections: 1,
        ..Limits::default()
    };
    let port = open(limits, PortTls::Plain).await;
    let mut stranger = port.connect().await;
    stranger
        .write_all(b"GET /private HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    let mut answer = [0_u8; 12];
    stranger.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 401");
    assert!(port.hello().await.ends_with("hello"));
    port.close().await;
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let port = open(
        Limits {
            idle_seconds: 1,
            ..Limits::default()
        },
        PortTls::Plain,
    )
    .await;
    let mut stream = port.connect().await;
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    assert!(read_to_end(&mut stream).await.ends_with("hello"));
    port.close().await;
}

#[tokio::test]
async fn an_http_1_connection_waits_for_its_next_request_as_long_as_for_a_header() {
    let port = open(quick(), PortTls::Plain).await;
    let mut stream = port.connect().await;
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    assert!(read_to_end(&mut stream).await.contains("hello"));
    port.close().await;
}

#[tokio::test]
async fn a_request_under_way_is_answered_at_the_end() {
    let port = open(Limits::default(), PortTls::Plain).await;
    let mut stream = port.connect().await;
    stream
        .write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    tokio::time::timeout(HANG, port.entered.notified())
        .await
        .expect("it is asked");
    port.stopping.cancel();
    port.leave.notify_one();
    assert!(read_to_end(&mut stream).await.ends_with("slow"));
    port.close().await;
}

#[tokio::test]
async fn a_request_that_never_ends_does_not_hold_up_the_end() {
    let port = open(quick(), PortTls::Plain).await;
    let mut stream = port.connect().await;
    stream
        .write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    tokio::time::timeout(HANG, port.entered.notified())
        .await
        .expect("it is asked");
    port.close().await;
    assert!(was_closed(&mut stream).await);
}

/// The beginning of an HTTP/2 connection whose peer takes no bodies, and so many requests for `/`.
fn requests_without_windows(number: u32) -> Vec<u8> {
    let frame = |kind: u8, flags: u8, stream: u32, content: &[u8]| {
        let length = u32::try_from(content.len()).unwrap().to_be_bytes();
        let mut frame = length[1..].to_vec();
        frame.extend([kind, flags]);
        frame.extend(stream.to_be_bytes());
        frame.extend(content);
        frame
    };
    // SETTINGS_INITIAL_WINDOW_SIZE is 0.
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    bytes.extend(frame(4, 0, 0, &[0, 4, 0, 0, 0, 0]));
    // GET, http, /, and the authority x; the stream ends with it.
    let header = [0x82, 0x86, 0x84, 0x01, 1, b'x'];
    for index in 0..number {
        bytes.extend(frame(1, 5, index * 2 + 1, &header));
    }
    bytes
}

#[tokio::test]
async fn answers_that_no_window_lets_out_end_the_connection() {
    let port = open(quick(), PortTls::Plain).await;
    let mut stream = port.connect().await;
    stream.write_all(&requests_without_windows(100)).await.unwrap();
    let answer = read_to_end(&mut stream).await;
    assert!(!answer.contains("hello"), "{answer}");
    assert!(port.hello().await.ends_with("hello"));
    port.close().await;
}

fn certificate(folder: &std::path::Path) -> (ServerTls, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (certificate, key) = (folder.join("server.crt"), folder.join("server.key"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let tls = ServerTls::open(&certificate, &key).unwrap();
    let hash = tls.certificate_hash();
    (tls, hash)
}

async fn seen_certificate(address: SocketAddr, trusted: &ServerTls) -> Result<String, String> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(trusted.certificate()).unwrap();
    let config =
        rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let stream = TcpStream::connect(address).await.unwrap();
    let mut stream = connector
        .connect("localhost".try_into().unwrap(), stream)
        .await
        .map_err(|error| error.to_string())?;
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[tokio::test]
async fn a_new_certificate_is_used_without_a_restart() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (tls, first) = certificate(folder.path());
    let port = open(
        quick(),
        PortTls::Always(tls.server_config(&["http/1.1"]).unwrap()),
    )
    .await;
    assert!(
        seen_certificate(port.address, &tls)
            .await
            .unwrap()
            .ends_with("hello")
    );

    let (second_tls, second) = certificate(other.path());
    assert_ne!(first, second);
    seen_certificate(port.address, &second_tls)
        .await
        .expect_err("it is not in use yet");
    for name in ["server.crt", "server.key"] {
        std::fs::copy(other.path().join(name), folder.path().join(name)).unwrap();
    }
    tls.reload().unwrap();
    assert_eq!(tls.certificate_hash(), second);
    assert!(
        seen_certificate(port.address, &second_tls)
            .await
            .unwrap()
            .ends_with("hello")
    );

    std::fs::write(folder.path().join("server.crt"), "no certificate").unwrap();
    tls.reload().expect_err("a broken file is not taken");
    assert!(
        seen_certificate(port.address, &second_tls)
            .await
            .unwrap()
            .ends_with("hello")
    );
    port.close().await;
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let (tls, _) = certificate(folder.path());
    let port = open(
        quick(),
        PortTls::Always(tls.server_config(&["http/1.1"]).unwrap()),
    )
    .await;
    for beginning in [&b""[..], &[0x16, 3, 1, 2, 0], b"GET / HTTP/1.1\r\n\r\n"] {
        let mut stream = port.connect().await;
        stream.write_all(beginning).await.unwrap();
        read_to_end(&mut stream).await;
    }
    assert!(
        seen_certificate(port.address, &tls)
            .await
            .unwrap()
            .ends_with("hello")
    );
    port.close().await;
}
