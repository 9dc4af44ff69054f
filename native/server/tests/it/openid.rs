//! Bearer tokens of an OpenID issuer: one of the test's own, over HTTPS.

use std::net::SocketAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use licensing_api::administrator::NewAdministrator;
use licensing_api::audit::{AuditRow, GetAudit};
use licensing_api::operation::op;
use licensing_api::{ErrorCode, Permission, Secret};
use licensing_client::{Address, AdminClient, CertHash, ConnectOptions, Credentials, Trust};
use licensing_testbed::Server;
use parking_lot::Mutex;
use rcgen::{KeyPair, PKCS_ED25519, PublicKeyData as _};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::support::{builder, start};

struct Issuer {
    address: SocketAddr,
    folder: TempDir,
    /// Keys that it shows, by id.
    shown: Arc<Mutex<Vec<Value>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Key {
    id: String,
    pair: KeyPair,
}

impl Key {
    fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            pair: KeyPair::generate_for(&PKCS_ED25519).unwrap(),
        }
    }

    fn jwk(&self) -> Value {
        let public = URL_SAFE_NO_PAD.encode(self.pair.der_bytes());
        json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": self.id, "x": public })
    }

    fn sign(&self, claims: &Value) -> String {
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(self.id.clone());
        encode(
            &header,
            claims,
            &EncodingKey::from_ed_der(&self.pair.serialize_der()),
        )
        .unwrap()
    }
}

impl Issuer {
    async fn start() -> Self {
        let certified = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), certified.cert.pem()).unwrap();
        let key = rustls_pki_types::PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certified.cert.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shown: Arc<Mutex<Vec<Value>>> = Arc::default();
        let (acceptor, keys) = (TlsAcceptor::from(Arc::new(config)), Arc::clone(&shown));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    continue;
                };
                let mut request = vec![0; 8192];
                let Ok(read) = stream.read(&mut request).await else {
                    continue;
                };
                let asked = String::from_utf8_lossy(&request[..read]).into_owned();
                let body = if asked.starts_with("GET /.well-known/openid-configuration ") {
                    json!({ "issuer": format!("https://{address}"), "jwks_uri": format!("https://{address}/keys") })
                } else {
                    json!({ "keys": *keys.lock() })
                }
                .to_string();
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        });
        Self {
            address,
            folder,
            shown,
            task,
        }
    }

    fn name(&self) -> String {
        format!("https://{}", self.address)
    }

    fn claims(&self, roles: &[&str]) -> Value {
        json!({
            "iss": self.name(),
            "aud": "licensing",
            "sub": "anna",
            "roles": roles,
            "exp": Timestamp::now().as_second() + 300,
        })
    }
}

async fn server(issuer: &Issuer) -> Server {
    start(
        builder()
            .setting("openid.issuer", &issuer.name())
            .setting("openid.audience", "licensing")
            .setting(
                "openid.ca_file",
                issuer.folder.path().join("ca.pem").to_str().unwrap(),
            )
            .setting("openid.full_roles", "[\"license-admin\"]")
            .setting("openid.read_only_roles", "[\"license-viewer\"]"),
    )
    .await
}

fn client(server: &Server, token: String) -> AdminClient {
    let address: Address = format!("https://{}", server.endpoints().web_services)
        .parse()
        .unwrap();
    let hash: CertHash = server.endpoints().cert_hash.parse().unwrap();
    let mut options = ConnectOptions::new(address);
    options.trust = Trust::CertHash(hash);
    options.credentials = Credentials::Bearer(Secret::new(token));
    AdminClient::connect(options).unwrap()
}

async fn level(server: &Server, token: String) -> Result<Permission, ErrorCode> {
    let verified = client(server, token).verify().await;
    verified
        .map(|found| found.permissions)
        .map_err(|problem| problem.code)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_the_issuer_gives_what_its_roles_allow_and_changes_are_recorded() {
    let (issuer, key) = (Issuer::start().await, Key::new("one"));
    issuer.shown.lock().push(key.jwk());
    let server = server(&issuer).await;
    let full = key.sign(&issuer.claims(&["license-admin"]));
    assert_eq!(level(&server, full.clone()).await, Ok(Permission::Full));
    let viewer = key.sign(&issuer.claims(&["other", "license-viewer"]));
    assert_eq!(level(&server, viewer.clone()).await, Ok(Permission::ReadOnly));
    let request = NewAdministrator {
        account: "helpdesk".to_owned(),
        group: false,
        permissions: None,
        password: None,
        ntlm: false,
        keep_existing: false,
    };
    let refused = client(&server, viewer)
        .call::<op::NewAdministrator>(&request)
        .await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::UserNotAuthorized);
    let full = client(&server, full);
    full.call::<op::NewAdministrator>(&request).await.unwrap();
    let server_alone = GetAudit {
        vendor: "server".into(),
        ..GetAudit::default()
    };
    let audit = full.call::<op::GetAudit>(&server_alone).await.unwrap();
    let of = |operation: &str| -> Vec<&AuditRow> {
        let rows = audit.items.iter();
        rows.filter(|row| row.operation == operation).collect()
    };
    let added = of("NewAdministrator");
    assert_eq!(
        added.last().map(|row| row.actor.as_str()),
        Some(format!("anna [{}]", issuer.name()).as_str())
    );
    // So is whom the server believes, from its first start on.
    let rules = of("SetSignInRules");
    assert_eq!(rules.len(), 1);
    let detail: Value = serde_json::from_str(&rules[0].detail).unwrap();
    assert_eq!(detail["openid"]["issuer"], issuer.name());
    assert_eq!(detail["openid"]["full_roles"], json!(["license-admin"]));
    assert_eq!(detail["openid"]["read_only_roles"], json!(["license-viewer"]));
    server.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_other_token_is_refused() {
    let (issuer, key) = (Issuer::start().await, Key::new("one"));
    issuer.shown.lock().push(key.jwk());
    let server = server(&issuer).await;
    let good = issuer.claims(&["license-admin"]);
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        key.sign(&claims)
    };
    let long_ago = Timestamp::now().as_second() - 3600;
    let tokens = [
        with("aud", json!("another")),
        with("iss", json!("https://issuer.example.net")),
        with("exp", json!(long_ago)),
        with("nbf", json!(Timestamp::now().as_second() + 3600)),
        with("roles", json!(["admin"])),
        with("roles", json!([])),
        with("sub", json!("")),
        Key::new("one").sign(&good),
        Key::new("unknown").sign(&good),
        encode(
            &Header::new(Algorithm::HS256),
            &good,
            &EncodingKey::from_secret(b"one"),
        )
        .unwrap(),
        "a.b.c".to_owned(),
        format!("{}x", key.sign(&good)),
    ];
    for token in tokens {
        assert_eq!(
            level(&server, token.clone()).await,
            Err(ErrorCode::AuthorizationFailed),
            "{token}"
        );
    }
    assert_eq!(level(&server, key.sign(&good)).await, Ok(Permission::Full));
    server.stop().unwrap();
}
