//! Findings by mail to a real SMTP server, and by webhook.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, StatusCode};
use licensing_api::insight::{ImportInsightRescissions, NewInsightTarget};
use licensing_api::operation::op;
use licensing_delivery::MailConfig;
use licensing_insight::delivery::courier;
use licensing_insight::service::{Message, Target, TargetKind};
use licensing_net::tls::{CertificateFiles, ServerCertificate};
use licensing_net::{ConnectionCount, Limits, PortOptions, PortProtocol, PortTls};
use licensing_testbed::SmtpServer;
use sha2::Sha256;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::http::{register as register_at, send};
use crate::site::Site;
use crate::support::{Program, register, service, take};

/// Far longer than a delivery takes: only a hang reaches it.
pub(crate) const HANG: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn a_finding_is_mailed_once() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let Some(mut server) = SmtpServer::start(folder).unwrap() else {
        eprintln!("SKIPPED: there is no aiosmtpd, and it cannot be installed; mail is not tested");
        return;
    };
    let port = server.port();
    let folder = tempfile::tempdir().unwrap();
    let insight = service(folder.path());
    insight
        .add_target(&Target {
            kind: TargetKind::Mail,
            address: "admin@example.com".to_owned(),
            organization: Some("Example".to_owned()),
            secret: None,
            cert_hash: None,
        })
        .unwrap();
    let config: MailConfig = serde_json::from_value(serde_json::json!({
        "server": "127.0.0.1", "port": port, "security": "none", "sender": "insight@example.com",
    }))
    .unwrap();
    let stopping = CancellationToken::new();
    let courier = courier(Arc::clone(&insight), config);
    let running = tokio::spawn(courier.run(stopping.clone()));
    let working = Arc::clone(&insight);
    tokio::task::spawn_blocking(move || find_something(&working))
        .await
        .unwrap();
    let mail = tokio::task::spawn_blocking(move || server.mail().map(|mail| (mail, server)));
    let (mail, _server) = tokio::time::timeout(HANG, mail).await.unwrap().unwrap().unwrap();
    assert_eq!(mail.to, ["admin@example.com"]);
    assert!(
        mail.text.contains("RescindedLicense/") && mail.text.contains("SN-1"),
        "{mail:?}"
    );
    let waiting = async {
        while !insight
            .storage()
            .due(jiff::Timestamp::MAX, 10)
            .unwrap()
            .is_empty()
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(HANG, waiting).await.unwrap();
    stopping.cancel();
    running.await.unwrap();
}

/// Registers a server and has it report a rescinded license.
fn find_something(insight: &licensing_insight::service::Insight) {
    let mut site = Site::new(1);
    register(insight, "Example", &site);
    let operator = licensing_insight::service::Account::local();
    insight
        .import_rescissions(&operator, "SerialNumber,Effective\nSN-1,2020-01-01T00:00:00Z\n")
        .unwrap();
    let made = site.upload(jiff::Timestamp::now(), &["SN-1"]);
    take(insight, &site, &made).unwrap();
}

struct Hook {
    seen: mpsc::UnboundedSender<(HeaderMap, Bytes)>,
    /// How many more requests get no answer.
    unanswered: AtomicUsize,
}

async fn hook(State(hook): State<Arc<Hook>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    hook.seen.send((headers, body)).unwrap();
    let fewer = |left: usize| left.checked_sub(1);
    let left = hook
        .unanswered
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, fewer);
    if left.is_ok() {
        std::future::pending::<()>().await;
    }
    StatusCode::NO_CONTENT
}

/// A site that webhooks go to, until `stopping`.
pub(crate) struct Hooks {
    address: SocketAddr,
    certificate: ServerCertificate,
    received: mpsc::UnboundedReceiver<(HeaderMap, Bytes)>,
}

impl Hooks {
    pub(crate) fn url(&self) -> String {
        format!("https://{}/hook", self.address)
    }

    pub(crate) fn cert_hash(&self) -> String {
        self.certificate.tls().certificate_hash()
    }

    pub(crate) async fn next(&mut self) -> (HeaderMap, Bytes) {
        tokio::time::timeout(HANG, self.received.recv())
            .await
            .unwrap()
            .unwrap()
    }
}

/// Starts it; the first requests get no answer.
pub(crate) async fn hooks(folder: &Path, unanswered: usize, stopping: &CancellationToken) -> Hooks {
    let tls = folder.join("tls");
    std::fs::create_dir(&tls).unwrap();
    let names = ["127.0.0.1".to_owned()];
    let certificate = ServerCertificate::open_or_make(&CertificateFiles::in_folder(&tls), &names).unwrap();
    let socket = licensing_net::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = socket.local_addr().unwrap();
    let (seen, received) = mpsc::unbounded_channel();
    let unanswered = AtomicUsize::new(unanswered);
    let router = Router::new()
        .route("/hook", post(hook))
        .with_state(Arc::new(Hook { seen, unanswered }));
    let options = PortOptions {
        name: "hook",
        limits: Limits::default(),
        protocol: PortProtocol::Http,
        tls: PortTls::Always(certificate.tls().server_config(&["http/1.1"]).unwrap()),
        body_bytes: 1 << 20,
        streaming_paths: &[],
        undelivered_bytes: PortOptions::UNDELIVERED_BYTES,
        connections: ConnectionCount::default(),
    };
    tokio::spawn(licensing_net::serve(socket, router, options, stopping.clone()));
    Hooks {
        address,
        certificate,
        received,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_waits_is_delivered_by_the_next_process() {
    let folder = tempfile::tempdir().unwrap();
    let stopping = CancellationToken::new();
    let mut hooks = hooks(folder.path(), 1, &stopping).await;
    let mut program = Program::start(&[]);
    let operator = program.client(&program.operator);
    operator
        .call::<op::NewInsightTarget>(&NewInsightTarget {
            address: hooks.url(),
            organization: Some("Example".to_owned()),
            cert_hash: Some(hooks.cert_hash()),
        })
        .await
        .unwrap();
    operator
        .call::<op::ImportInsightRescissions>(&ImportInsightRescissions {
            content: "SerialNumber,Effective\nSN-1,2020-01-01T00:00:00Z\n".to_owned(),
        })
        .await
        .unwrap();
    let mut site = Site::new(1);
    register_at(&program, "Example", &site).await;
    let made = site.upload(jiff::Timestamp::now(), &["SN-1"]);
    let signature = made.sign(&site.key).to_string();
    let sent = send(&program, &site, &made, signature, made.bytes().to_vec()).await;
    assert!(sent.status().is_success());
    let (headers, body) = hooks.next().await;
    // It has arrived, and the process that would have noted that is gone.
    program.kill_and_start(&[]);
    let (again, same) = hooks.next().await;
    assert_eq!(again["insight-delivery"], headers["insight-delivery"]);
    assert_eq!(same, body);
    stopping.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_signed() {
    let folder = tempfile::tempdir().unwrap();
    let stopping = CancellationToken::new();
    let mut hooks = hooks(folder.path(), 0, &stopping).await;
    let insight = service(folder.path());
    insight
        .add_target(&Target {
            kind: TargetKind::Webhook,
            address: hooks.url(),
            organization: None,
            secret: Some("a shared secret".to_owned()),
            cert_hash: Some(hooks.cert_hash()),
        })
        .unwrap();
    let courier = courier(Arc::clone(&insight), MailConfig::default());
    let running = tokio::spawn(courier.run(stopping.clone()));
    let working = Arc::clone(&insight);
    tokio::task::spawn_blocking(move || find_something(&working))
        .await
        .unwrap();
    let (headers, body) = hooks.next().await;
    let signature = headers["insight-signature"].to_str().unwrap();
    let (time, proof) = signature.split_once(",v1=").unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(b"a shared secret").unwrap();
    mac.update(format!("{}.", time.trim_start_matches("t=")).as_bytes());
    mac.update(&body);
    mac.verify_slice(&hex::decode(proof).unwrap()).unwrap();
    let message: Message = serde_json::from_slice(&body).unwrap();
    assert_eq!(message.event, "Opened");
    stopping.cancel();
    running.await.unwrap();
}
