//! Certificates of products on the licensing ports.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::routing::get;
use axum::{Extension, Router};
use hyper_util::rt::TokioIo;
use licensing_net::tls::{ClientTrust, ServerTls};
use licensing_net::{ConnectionCount, Limits, PortOptions, PortProtocol, PortTls};
use licensing_protocol::licensing::StatusRequest;
use licensing_protocol::licensing::vendor_daemon_client::VendorDaemonClient;
use licensing_server::config::AnonymousAccess;
use licensing_server::product_access::{Caller, ProductAccess};
use licensing_testbed::Server;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyIdMethod, KeyPair, RevokedCertParams, SerialNumber, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::sync::CancellationToken;
use tonic::Code;
use tonic::transport::{Channel, Endpoint};

use crate::support::{VENDOR, acme, builder, check_out};

/// An authority for the certificates of products.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self {
            pem,
            issuer: Issuer::new(params, key),
        }
    }

    fn certificate(&self, name: &str, last_year: i32) -> ClientCertificate {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(last_year, 12, 31);
        let key = KeyPair::generate().unwrap();
        let serial = SerialNumber::from(
            name.bytes()
                .fold(1_u64, |sum, byte| sum.wrapping_mul(257).wrapping_add(byte.into())),
        );
        params.serial_number = Some(serial.clone());
        ClientCertificate {
            serial,
            certificate: params.signed_by(&key, &self.issuer).unwrap().der().clone(),
            key: key.serialize_der(),
        }
    }

    /// A list that revokes this certificate, PEM.
    fn revoked(&self, certificate: &ClientCertificate) -> String {
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2021, 1, 1),
            next_update: date_time_ymd(2099, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: vec![RevokedCertParams {
                serial_number: certificate.serial.clone(),
                revocation_time: date_time_ymd(2021, 1, 1),
                reason_code: None,
                invalidity_date: None,
            }],
            key_identifier_method: KeyIdMethod::Sha256,
        };
        list.signed_by(&self.issuer).unwrap().pem().unwrap()
    }
}

struct ClientCertificate {
    serial: SerialNumber,
    certificate: CertificateDer<'static>,
    key: Vec<u8>,
}

fn connector(server: CertificateDer<'_>, shown: Option<&ClientCertificate>, protocol: &[u8]) -> TlsConnector {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(server.into_owned()).unwrap();
    let config =
        rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
    let mut config = match shown {
        None => config.with_no_client_auth(),
        Some(shown) => {
            let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(shown.key.clone()));
            config
                .with_client_auth_cert(vec![shown.certificate.clone()], key)
                .unwrap()
        }
    };
    config.alpn_protocols = vec![protocol.to_vec()];
    TlsConnector::from(Arc::new(config))
}

/// A port that says who is calling.
struct Port {
    address: SocketAddr,
    tls: ServerTls,
    clients: ClientTrust,
    stopping: CancellationToken,
}

impl Port {
    async fn open(folder: &Path, clients: ClientTrust) -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (certificate, key) = (folder.join("server.crt"), folder.join("server.key"));
        std::fs::write(&certificate, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        let tls = ServerTls::open(&certificate, &key).unwrap();
        let access = ProductAccess::new(AnonymousAccess::Never, &[], clients.clone());
        let who = get(async |Extension(caller): Extension<Caller>| caller.to_string());
        let router = access.guard(Router::new().route("/", who));
        let options = PortOptions {
            name: "test",
            limits: Limits::default(),
            protocol: PortProtocol::Http,
            tls: PortTls::Always(tls.server_config_for(&["http/1.1"], &clients).unwrap()),
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
        tokio::spawn(licensing_net::serve(socket, router, options, stopping.clone()));
        Self {
            address,
            tls,
            clients,
            stopping,
        }
    }

    async fn connect(&self, shown: Option<&ClientCertificate>) -> std::io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(self.address).await?;
        let connector = connector(self.tls.certificate(), shown, b"http/1.1");
        connector.connect("localhost".try_into().unwrap(), stream).await
    }

    /// Whom the port takes the caller for; none when the connection is refused or the call is.
    async fn caller(&self, shown: Option<&ClientCertificate>) -> Option<String> {
        let mut stream = self.connect(shown).await.ok()?;
        ask(&mut stream).await
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.stopping.cancel();
    }
}

/// One request on a connection that stays open; none when it is not answered well.
async fn ask(stream: &mut TlsStream<TcpStream>) -> Option<String> {
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .ok()?;
    let mut answer = Vec::new();
    loop {
        let mut part = [0; 4096];
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => return None,
            Ok(length) => answer.extend_from_slice(&part[..length]),
        }
        let text = String::from_utf8_lossy(&answer);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        if head.contains("grpc-status") {
            assert!(head.contains("grpc-status: 16"), "{head}");
            return None;
        }
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        if length.is_some_and(|length| length.parse() == Ok(body.len())) {
            return Some(body.to_owned());
        }
    }
}

#[tokio::test]
async fn a_certificate_of_the_authority_names_its_caller_and_any_other_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, other) = (Authority::new("ours"), Authority::new("other"));
    let file = folder.path().join("clients.pem");
    std::fs::write(&file, &ours.pem).unwrap();
    let port = Port::open(folder.path(), ClientTrust::open(Some(&file)).unwrap()).await;
    let good = ours.certificate("cad workstations", 2099);
    assert_eq!(
        port.caller(Some(&good)).await.as_deref(),
        Some("certificate:cad workstations")
    );
    assert_eq!(
        port.caller(None).await,
        None,
        "nothing is shown, and something is needed"
    );
    assert_eq!(
        port.caller(Some(&ours.certificate("late", 2021))).await,
        None,
        "it has ended"
    );
    assert_eq!(
        port.caller(Some(&other.certificate("cad workstations", 2099)))
            .await,
        None
    );
    let wild = ours.certificate("evil\r\nname", 2099);
    assert_eq!(
        port.caller(Some(&wild)).await.as_deref(),
        Some("certificate:evilname")
    );
}

#[tokio::test]
async fn other_authorities_count_at_once_also_for_those_who_are_connected() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (Authority::new("first"), Authority::new("second"));
    let file = folder.path().join("clients.pem");
    std::fs::write(&file, &first.pem).unwrap();
    let port = Port::open(folder.path(), ClientTrust::open(Some(&file)).unwrap()).await;
    let of_first = first.certificate("one", 2099);
    let of_second = second.certificate("two", 2099);
    let mut connected = port.connect(Some(&of_first)).await.unwrap();
    assert_eq!(ask(&mut connected).await.as_deref(), Some("certificate:one"));

    std::fs::write(&file, format!("{}{}", first.pem, second.pem)).unwrap();
    port.clients.read(Some(&file)).unwrap();
    assert_eq!(
        port.caller(Some(&of_second)).await.as_deref(),
        Some("certificate:two")
    );
    assert_eq!(ask(&mut connected).await.as_deref(), Some("certificate:one"));

    std::fs::write(&file, "no certificate").unwrap();
    port.clients
        .read(Some(&file))
        .expect_err("a file without authorities is not taken");
    assert_eq!(ask(&mut connected).await.as_deref(), Some("certificate:one"));

    std::fs::write(&file, &second.pem).unwrap();
    port.clients.read(Some(&file)).unwrap();
    assert_eq!(ask(&mut connected).await, None, "its authority counts no more");
    assert_eq!(port.caller(Some(&of_first)).await, None);
    assert_eq!(
        port.caller(Some(&of_second)).await.as_deref(),
        Some("certificate:two")
    );

    port.clients.read(None).unwrap();
    assert_eq!(port.caller(Some(&of_second)).await, None);
}

#[tokio::test]
async fn a_revoked_certificate_is_refused_at_once_also_where_it_is_connected() {
    let folder = tempfile::tempdir().unwrap();
    let ours = Authority::new("ours");
    let file = folder.path().join("clients.pem");
    std::fs::write(&file, &ours.pem).unwrap();
    let port = Port::open(folder.path(), ClientTrust::open(Some(&file)).unwrap()).await;
    let (stolen, good) = (ours.certificate("stolen", 2099), ours.certificate("good", 2099));
    let mut connected = port.connect(Some(&stolen)).await.unwrap();
    assert_eq!(ask(&mut connected).await.as_deref(), Some("certificate:stolen"));

    let list = ours.revoked(&stolen);
    std::fs::write(&file, format!("{}{list}", ours.pem)).unwrap();
    port.clients.read(Some(&file)).unwrap();
    assert_eq!(ask(&mut connected).await, None, "it was revoked");
    assert_eq!(port.caller(Some(&stolen)).await, None);
    assert_eq!(
        port.caller(Some(&good)).await.as_deref(),
        Some("certificate:good")
    );

    // The list of another authority revokes nothing, and one that is none is not taken.
    let other = Authority::new("other");
    std::fs::write(&file, format!("{}{}", ours.pem, other.revoked(&good))).unwrap();
    port.clients.read(Some(&file)).unwrap();
    assert_eq!(
        port.caller(Some(&good)).await.as_deref(),
        Some("certificate:good")
    );
    let broken = "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n";
    std::fs::write(&file, format!("{}{broken}", ours.pem)).unwrap();
    port.clients.read(Some(&file)).expect_err("it is no list");
}

#[test]
fn a_file_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clients.pem");
    let said = ClientTrust::open(Some(&file)).unwrap_err().to_string();
    assert!(said.contains("clients.pem"), "{said}");
}

async fn channel(
    address: SocketAddr,
    server: CertificateDer<'static>,
    shown: Option<&ClientCertificate>,
) -> Channel {
    let tls = connector(server, shown, b"h2");
    let connect = tower::service_fn(move |_| {
        let tls = tls.clone();
        async move {
            let stream = TcpStream::connect(address).await?;
            let name = "license01.example.com".try_into().unwrap();
            tls.connect(name, stream).await.map(TokioIo::new)
        }
    });
    let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap();
    endpoint.connect_with_connector_lazy(connect)
}

/// Waits until a client is refused that is connected.
async fn until_refused(client: &mut VendorDaemonClient<Channel>) {
    for _ in 0..600 {
        if client.status(StatusRequest::default()).await.is_err() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let refused = client.status(StatusRequest::default()).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
}

/// The audit of a server that has ended.
fn audit_records(server: &Server) -> Vec<Vec<u8>> {
    let database = rusqlite::Connection::open(server.data().join("state/ACME.db")).unwrap();
    let mut records = database.prepare("SELECT body FROM audit").unwrap();
    let rows = records.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn off_loopback_a_certificate_does_in_place_of_a_token() {
    let Some(outside) = crate::full_circle::address_off_loopback() else {
        eprintln!("skipped: this machine has no address besides loopback");
        return;
    };
    let ours = Authority::new("ours");
    let pem = ours.pem.clone();
    let server = tokio::task::spawn_blocking(move || {
        let mut server = builder()
            .license("acme.lic", &acme(5))
            .setting("licensing.listen", "0.0.0.0")
            .setting("licensing.client_ca", "tls/clients.pem")
            .prepare()
            .unwrap();
        std::fs::write(server.data().join("tls/clients.pem"), pem).unwrap();
        server.start_again().unwrap();
        server
    })
    .await
    .unwrap();
    let address = SocketAddr::new(outside, server.endpoints().vendors[VENDOR]);
    let own = ServerTls::open(
        &server.data().join("tls/server.crt"),
        &server.data().join("tls/server.key"),
    )
    .unwrap();
    let shown = ours.certificate("cad01", 2099);
    let mut client = VendorDaemonClient::new(channel(address, own.certificate(), Some(&shown)).await);
    check_out(&mut client, 1).await.unwrap();
    let mut stranger = VendorDaemonClient::new(channel(address, own.certificate(), None).await);
    let refused = stranger.status(StatusRequest::default()).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);

    // Another authority, announced by SIGHUP.
    let other = Authority::new("other");
    std::fs::write(server.data().join("tls/clients.pem"), &other.pem).unwrap();
    server.reread().unwrap();
    until_refused(&mut client).await;
    let shown = other.certificate("cad02", 2099);
    let mut client = VendorDaemonClient::new(channel(address, own.certificate(), Some(&shown)).await);
    check_out(&mut client, 2).await.unwrap();
    let server = tokio::task::spawn_blocking(move || {
        let mut server = server;
        server.end().unwrap();
        server
    })
    .await
    .unwrap();
    let records = audit_records(&server);
    for name in ["certificate:cad01", "certificate:cad02"] {
        let name = name.as_bytes();
        let tells = |record: &&Vec<u8>| record.windows(name.len()).any(|part| part == name);
        assert_eq!(records.iter().filter(tells).count(), 1);
    }
}
