//! The web services behind their guarded listener.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use licensing_net::{ConnectionCount, Limits, PortOptions, PortProtocol, PortTls};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring::default_provider;
use rustls::crypto::{verify_tls12_signature, verify_tls13_signature};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;

use super::{As, Fixture, fixture};

/// Far longer than anything here should take: only a hang reaches it.
const HANG: Duration = Duration::from_secs(60);

pub(crate) struct Served {
    address: SocketAddr,
    stopping: CancellationToken,
    task: JoinHandle<()>,
}

impl Served {
    pub(crate) async fn open(fixture: &Fixture) -> Self {
        let protocols = ["h2", "http/1.1"];
        let options = PortOptions {
            name: "web services",
            limits: Limits {
                first_request_seconds: 2,
                request_seconds: 2,
                drain_seconds: 1,
                ..Limits::default()
            },
            protocol: PortProtocol::Http,
            tls: PortTls::Always(fixture.certificate.tls().server_config(&protocols).unwrap()),
            body_bytes: 32 * 1024 * 1024,
            streaming_paths: &[],
            undelivered_bytes: PortOptions::UNDELIVERED_BYTES,
            connections: ConnectionCount::default(),
        };
        let socket = licensing_net::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .await
            .unwrap();
        let address = socket.local_addr().unwrap();
        let stopping = CancellationToken::new();
        let router = fixture.router.clone();
        let task = tokio::spawn(licensing_net::serve(socket, router, options, stopping.clone()));
        Self {
            address,
            stopping,
            task,
        }
    }

    async fn connect(&self) -> tokio_rustls::client::TlsStream<TcpStream> {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anyone))
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await
            .unwrap()
    }

    /// Hash of the certificate of the connection, and the whole answer.
    pub(crate) async fn get(&self, path: &str, who: As<'_>) -> (String, String) {
        let mut stream = self.connect().await;
        let certificate = stream.get_ref().1.peer_certificates().unwrap()[0].clone();
        let authorization = who
            .header()
            .map(|header| format!("authorization: {header}\r\n"))
            .unwrap_or_default();
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{authorization}connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        (
            hex::encode_upper(Sha256::digest(&certificate)),
            read(&mut stream).await,
        )
    }

    /// The whole answer to a body of this size, all of which is sent before any of the answer is read.
    pub(crate) async fn post(&self, path: &str, size: usize) -> String {
        let mut stream = self.connect().await;
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {size}\r\n\
             connection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        for piece in vec![b' '; size].chunks(1000) {
            stream.write_all(piece).await.unwrap();
            stream.flush().await.unwrap();
        }
        read(&mut stream).await
    }

    pub(crate) async fn close(self) {
        self.stopping.cancel();
        tokio::time::timeout(HANG, self.task)
            .await
            .expect("it ends")
            .unwrap();
    }
}

async fn read(stream: &mut (impl AsyncReadExt + Unpin)) -> String {
    let mut bytes = Vec::new();
    // An error ends the connection as well as an orderly close does; what came before counts.
    let _ = tokio::time::timeout(HANG, stream.read_to_end(&mut bytes))
        .await
        .expect("the connection ends");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Believes every certificate; the test looks at its hash itself.
#[derive(Debug)]
struct Anyone;

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = default_provider().signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, &algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = default_provider().signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, &algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        default_provider()
            .signature_verification_algorithms
            .supported_schemes()
    }
}

#[tokio::test]
async fn junk_and_slow_clients_keep_nobody_out() {
    let fixture = fixture().await;
    let served = Served::open(&fixture).await;
    let mut hanging = Vec::new();
    for number in 0..300_u32 {
        let mut stream = TcpStream::connect(served.address).await.unwrap();
        let junk: &[u8] = match number % 4 {
            0 => b"GET / HTTP/1.1\r\nhost: plain text on a TLS port\r\n\r\n",
            1 => b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
            2 => &[0xff; 512],
            _ => b"",
        };
        // A connection that the server closed already refuses the junk; that is as good.
        let _ = stream.write_all(junk).await;
        hanging.push(stream);
    }
    let mut slow = served.connect().await;
    let head = "POST /v1/license-files HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n";
    let authorization = As::Token(&fixture.full).header().unwrap();
    let head = format!("{head}authorization: {authorization}\r\n\r\n{{");
    slow.write_all(head.as_bytes()).await.unwrap();

    let (_, answer) = served.get("/v1/permission", As::Token(&fixture.read_only)).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let answer = read(&mut slow).await;
    assert!(answer.contains("InvalidRequest"), "{answer}");
    for mut stream in hanging {
        read(&mut stream).await;
    }
    served.close().await;
}

#[tokio::test]
async fn the_socket_answers_what_the_router_does() {
    let fixture = fixture().await;
    let served = Served::open(&fixture).await;
    let (_, answer) = served.get("/v1/server", As::Nobody).await;
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    assert!(answer.contains("www-authenticate: Basic"), "{answer}");
    let (_, answer) = served.get("/v1/server", As::Token(&fixture.full)).await;
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains(super::HOST),
        "{answer}"
    );
    served.close().await;
}
