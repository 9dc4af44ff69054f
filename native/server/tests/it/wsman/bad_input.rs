//! Requests that no client sends, at the sockets of a real server: clear answers, bounded memory, and others served meanwhile.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use licensing_testbed::Server;
use licensing_wsman::ntlm::{Credentials, Initiator, NtHash};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::own::{IDENTIFY, ask, query};
use super::{MONITOR, PASSWORD, http_port, server};

/// What the server may take at most for all of one test, in KiB.
const MOST_GROWTH: u64 = 64 * 1024;

/// Memory of the server, in KiB; none where the system does not tell.
fn memory(server: &Server) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.endpoints().process_id)).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn grew_little(server: &Server, before: Option<u64>) {
    let Some((before, after)) = before.zip(memory(server)) else {
        return;
    };
    assert!(after < before + MOST_GROWTH, "{before} KiB became {after} KiB");
}

/// A connection without TLS.
struct Plain(TcpStream);

impl Plain {
    async fn open(server: &Server) -> Self {
        let address = format!("127.0.0.1:{}", http_port(server));
        Self(TcpStream::connect(address).await.unwrap())
    }

    /// Sends a request and reads the answer: status, header lines, and body.
    async fn post(&mut self, headers: &[(&str, &str)], body: &[u8]) -> (u16, String, Vec<u8>) {
        let mut head = format!(
            "POST /wsman HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n",
            body.len()
        );
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        self.0.write_all(&[head.as_bytes(), body].concat()).await.unwrap();
        let mut read = Vec::new();
        loop {
            if let Some(end) = read.windows(4).position(|part| part == b"\r\n\r\n") {
                let head = String::from_utf8(read[..end].to_vec()).unwrap();
                let length = head
                    .lines()
                    .find_map(|line| {
                        line.to_ascii_lowercase()
                            .strip_prefix("content-length: ")?
                            .parse()
                            .ok()
                    })
                    .unwrap_or(0usize);
                let mut body = read.split_off(end + 4);
                while body.len() < length {
                    assert!(
                        self.0.read_buf(&mut body).await.unwrap() > 0,
                        "the answer ends too early"
                    );
                }
                let status = head.split(' ').nth(1).unwrap().parse().unwrap();
                return (status, head, body);
            }
            assert!(self.0.read_buf(&mut read).await.unwrap() > 0, "no answer");
        }
    }

    async fn token(&mut self, token: &[u8]) -> (u16, Vec<u8>) {
        let value = format!("Negotiate {}", STANDARD.encode(token));
        let (status, head, _) = self.post(&[("Authorization", &value)], b"").await;
        let back = head.lines().find_map(|line| {
            line.to_ascii_lowercase()
                .starts_with("www-authenticate: negotiate ")
                .then(|| line.rsplit(' ').next())?
        });
        (
            status,
            back.map(|back| STANDARD.decode(back).unwrap())
                .unwrap_or_default(),
        )
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_that_grow_are_refused_at_once() {
    let server = server().await;
    ask(&server, IDENTIFY.to_owned()).await;
    let before = memory(&server);
    let bomb = "<!DOCTYPE b [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><b>&b;</b>";
    let external = "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><x>&e;</x>";
    let deep = format!("{}{}", "<a>".repeat(60_000), "</a>".repeat(60_000));
    for body in [bomb, external, &deep] {
        let (status, text) = ask(&server, body.to_owned()).await;
        assert!(
            status == 500 && text.contains("SchemaValidationError"),
            "{status} {text}"
        );
        assert!(!text.contains("root:"), "{text}");
    }
    grew_little(&server, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn half_requests_keep_nobody_else_waiting() {
    let server = server().await;
    let mut halves = Vec::new();
    for _ in 0..200 {
        let mut half = Plain::open(&server).await;
        let start = b"POST /wsman HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n<s:Envelope";
        half.0.write_all(start).await.unwrap();
        halves.push(half);
    }
    let asking = ask(&server, query("SELECT PLD FROM Citrix_GT_License_Pool"));
    let (status, text) = tokio::time::timeout(Duration::from_secs(60), asking)
        .await
        .unwrap();
    assert!(status == 200 && text.contains("MPS_ADV_CCU"), "{status} {text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lengths_that_are_wrong_are_refused() {
    let server = server().await;
    let mut connection = Plain::open(&server).await;
    let (initiator, credentials) = ntlm();
    let first = initiator.message().to_vec();
    let (status, challenge) = connection.token(initiator.message()).await;
    assert_eq!(status, 401);
    let now = jiff::Timestamp::now();
    let (message, mut session) = initiator
        .answer(&challenge, &credentials, "HTTP/localhost", None, now)
        .unwrap();
    assert_eq!(connection.token(&message).await.0, 200);
    let (signature, sealed) = session.seal(IDENTIFY.as_bytes()).unwrap();
    let kind = "multipart/encrypted;protocol=\"application/HTTP-SPNEGO-session-encrypted\";boundary=\"Encrypted Boundary\"";
    for (length, signature_length) in [
        (usize::MAX, 16),
        (IDENTIFY.len() + 1, 16),
        (IDENTIFY.len(), u32::MAX),
    ] {
        let body = [
            format!(
                "--Encrypted Boundary\r\n\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n\tOriginalContent: \
                 type=application/soap+xml;charset=UTF-8;Length={length}\r\n--Encrypted Boundary\r\n\tContent-Type: \
                 application/octet-stream\r\n"
            )
            .into_bytes(),
            signature_length.to_le_bytes().to_vec(),
            signature.to_vec(),
            sealed.clone(),
            b"--Encrypted Boundary--\r\n".to_vec(),
        ]
        .concat();
        let (status, _, _) = connection.post(&[("Content-Type", kind)], &body).await;
        // The first one ends the session, so the others are of nobody.
        assert!(matches!(status, 400 | 401), "{status}");
    }
    // Somebody who has recorded the messages cannot use them again.
    let mut other = Plain::open(&server).await;
    assert_eq!(other.token(&first).await.0, 401);
    assert_eq!(other.token(&message).await.0, 401);
    let mut third = Plain::open(&server).await;
    assert_eq!(third.token(&message).await.0, 401);
}

fn ntlm() -> (Initiator, Credentials) {
    let credentials = Credentials {
        user: MONITOR.to_owned(),
        domain: String::new(),
        hash: NtHash::of_password(PASSWORD),
    };
    (Initiator::new().unwrap(), credentials)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_thousand_open_enumerations_the_oldest_end() {
    let server = server().await;
    let begin = query("SELECT * FROM Citrix_GT_License_Pool").replace("<w:OptimizeEnumeration/>", "");
    let before = memory(&server);
    let mut contexts = Vec::new();
    for _ in 0..1000 {
        let (status, text) = ask(&server, begin.clone()).await;
        assert_eq!(status, 200, "{text}");
        let context = text.split("EnumerationContext>").nth(1).unwrap();
        contexts.push(context.trim_end_matches("</n:").to_owned());
    }
    grew_little(&server, before);
    let pull = |context: &str| {
        let body = format!("<n:Pull><n:EnumerationContext>{context}</n:EnumerationContext></n:Pull>");
        let (head, _) = begin.split_once("<n:Enumerate>").unwrap();
        let head = head.replace("enumeration/Enumerate<", "enumeration/Pull<");
        format!("{head}{body}</s:Body></s:Envelope>")
    };
    for (place, works) in [(0, false), (949, false), (950, true), (999, true)] {
        let (status, text) = ask(&server, pull(&contexts[place])).await;
        assert_eq!(status == 200, works, "{place}: {text}");
        assert!(
            works || text.contains("InvalidEnumerationContext"),
            "{place}: {text}"
        );
    }
}
