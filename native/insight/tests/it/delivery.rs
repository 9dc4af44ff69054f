//! Findings by mail to a real SMTP server, and by webhook.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, StatusCode};
use licensing_insight::config::MailConfig;
use licensing_insight::delivery::Courier;
use licensing_insight::service::{Message, Target, TargetKind};
use licensing_net::tls::{CertificateFiles, ServerCertificate};
use licensing_net::{ConnectionCount, Limits, PortOptions, PortProtocol, PortTls};
use sha2::Sha256;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::site::Site;
use crate::support::{register, service, take};

/// Far longer than a delivery takes: only a hang reaches it.
const HANG: Duration = Duration::from_secs(60);

/// A server that prints each mail as a line of JSON.
const SMTP_SERVER: &str = r#"
import json, sys, time
from aiosmtpd.controller import Controller

class Handler:
    async def handle_DATA(self, server, session, envelope):
        mail = {"to": envelope.rcpt_tos, "text": envelope.content.decode("utf-8", "replace")}
        print(json.dumps(mail), flush=True)
        return "250 OK"

controller = Controller(Handler(), hostname="127.0.0.1", port=int(sys.argv[1]))
controller.start()
print("ready", flush=True)
while True:
    time.sleep(60)
"#;

struct SmtpServer(Child, BufReader<std::process::ChildStdout>);

impl Drop for SmtpServer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A Python that has aiosmtpd: that of the machine, or of a virtual environment beside the tests.
fn python() -> Option<std::path::PathBuf> {
    let has = |python: &std::path::Path| {
        Command::new(python)
            .args(["-c", "import aiosmtpd"])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    let system = std::path::PathBuf::from("python3");
    if has(&system) {
        return Some(system);
    }
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("aiosmtpd");
    let python = folder.join("bin").join("python");
    if has(&python) {
        return Some(python);
    }
    let made = Command::new(&system)
        .args(["-m", "venv"])
        .arg(&folder)
        .status()
        .is_ok_and(|status| status.success())
        && Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "aiosmtpd"])
            .status()
            .is_ok_and(|status| status.success());
    (made && has(&python)).then_some(python)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finding_is_mailed_once() {
    let Some(python) = python() else {
        eprintln!("SKIPPED: there is no aiosmtpd, and it cannot be installed; mail is not tested");
        return;
    };
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let mut child = Command::new(python)
        .args(["-c", SMTP_SERVER, &port.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut server = {
        let output = BufReader::new(child.stdout.take().unwrap());
        SmtpServer(child, output)
    };
    let mut line = String::new();
    server.1.read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
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
    let courier = Courier::new(Arc::clone(&insight), &config).unwrap();
    let running = tokio::spawn(courier.run(stopping.clone()));
    let working = Arc::clone(&insight);
    tokio::task::spawn_blocking(move || find_something(&working))
        .await
        .unwrap();
    let mail = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        server.1.read_line(&mut line).unwrap();
        (line, server)
    });
    let (line, _server) = tokio::time::timeout(HANG, mail).await.unwrap().unwrap();
    let mail: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(mail["to"][0], "admin@example.com");
    let text = mail["text"].as_str().unwrap();
    assert!(
        text.contains("RescindedLicense/") && text.contains("SN-1"),
        "{text}"
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
}

async fn hook(State(hook): State<Arc<Hook>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    hook.seen.send((headers, body)).unwrap();
    StatusCode::NO_CONTENT
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_signed() {
    let folder = tempfile::tempdir().unwrap();
    let tls = folder.path().join("tls");
    std::fs::create_dir(&tls).unwrap();
    let names = ["127.0.0.1".to_owned()];
    let certificate = ServerCertificate::open_or_make(&CertificateFiles::in_folder(&tls), &names).unwrap();
    let socket = licensing_net::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = socket.local_addr().unwrap();
    let (seen, mut received) = mpsc::unbounded_channel();
    let router = Router::new()
        .route("/hook", post(hook))
        .with_state(Arc::new(Hook { seen }));
    let options = PortOptions {
        name: "hook",
        limits: Limits::default(),
        protocol: PortProtocol::Http,
        tls: PortTls::Always(certificate.tls().server_config(&["http/1.1"]).unwrap()),
        body_bytes: 1 << 20,
        streaming_paths: &[],
        connections: ConnectionCount::default(),
    };
    let stopping = CancellationToken::new();
    tokio::spawn(licensing_net::serve(socket, router, options, stopping.clone()));
    let insight = service(folder.path());
    insight
        .add_target(&Target {
            kind: TargetKind::Webhook,
            address: format!("https://{address}/hook"),
            organization: None,
            secret: Some("a shared secret".to_owned()),
            cert_hash: Some(certificate.tls().certificate_hash()),
        })
        .unwrap();
    let courier = Courier::new(Arc::clone(&insight), &MailConfig::default()).unwrap();
    let running = tokio::spawn(courier.run(stopping.clone()));
    let working = Arc::clone(&insight);
    tokio::task::spawn_blocking(move || find_something(&working))
        .await
        .unwrap();
    let (headers, body) = tokio::time::timeout(HANG, received.recv())
        .await
        .unwrap()
        .unwrap();
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
