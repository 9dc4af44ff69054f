//! A web server that does what the test says, good or bad, byte by byte.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use licensing_client::Address;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

const JSON: &str = "content-type: application/json\r\n";

/// What it does with a request.
#[derive(Clone)]
pub(crate) enum Behaviour {
    Respond {
        status: u16,
        headers: &'static str,
        body: String,
    },
    /// Responds with these as JSON, one for each request, and closes when there are no more.
    InTurn(Arc<Mutex<VecDeque<(u16, String)>>>),
    /// Writes exactly this and closes.
    Raw(Vec<u8>),
    /// Writes exactly this and then nothing more.
    RawThenSilent(Vec<u8>),
    /// Reads the request and never answers.
    Silent,
    /// Reads the request and closes.
    Close,
}

impl Behaviour {
    pub(crate) fn json(status: u16, body: impl Into<String>) -> Self {
        Self::Respond {
            status,
            headers: JSON,
            body: body.into(),
        }
    }

    pub(crate) fn in_turn(answers: impl IntoIterator<Item = (u16, String)>) -> Self {
        Self::InTurn(Arc::new(Mutex::new(answers.into_iter().collect())))
    }
}

/// What happened at the server.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    Request {
        head: String,
        body: String,
    },
    /// The client closed while it waited for an answer.
    Gone,
}

pub(crate) struct WebServer {
    pub(crate) address: Address,
    seen: mpsc::UnboundedReceiver<Seen>,
    accepting: JoinHandle<()>,
}

impl WebServer {
    /// Over TLS, or in plain text without a configuration.
    pub(crate) async fn start(tls: Option<Arc<ServerConfig>>, behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let local: SocketAddr = listener.local_addr().expect("an address");
        let (sender, seen) = mpsc::unbounded_channel();
        let accepting = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (tls, behaviour, sender) = (tls.clone(), behaviour.clone(), sender.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(socket, behaviour, sender).await,
                        Some(config) => {
                            if let Ok(stream) = TlsAcceptor::from(config).accept(socket).await {
                                serve(stream, behaviour, sender).await;
                            }
                        }
                    }
                });
            }
        });
        Self {
            address: Address::new("127.0.0.1", local.port()).expect("an address"),
            seen,
            accepting,
        }
    }

    /// The next thing that happens.
    pub(crate) async fn next(&mut self) -> Seen {
        self.seen.recv().await.expect("the server is there")
    }

    /// What happened so far and was not looked at.
    pub(crate) fn so_far(&mut self) -> Vec<Seen> {
        std::iter::from_fn(|| self.seen.try_recv().ok()).collect()
    }
}

impl Drop for WebServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    behaviour: Behaviour,
    seen: mpsc::UnboundedSender<Seen>,
) {
    while let Some((head, body)) = request(&mut stream).await {
        // The test may have ended.
        let _ = seen.send(Seen::Request { head, body });
        match &behaviour {
            Behaviour::Respond {
                status,
                headers,
                body,
            } => {
                let answer = response(*status, headers, body);
                if stream.write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
            }
            Behaviour::InTurn(answers) => {
                let next = answers.lock().expect("a test that went well").pop_front();
                let Some((status, body)) = next else {
                    return;
                };
                let answer = response(status, JSON, &body);
                if stream.write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
            }
            Behaviour::Raw(bytes) => {
                let _ = stream.write_all(bytes).await;
                let _ = stream.shutdown().await;
                return;
            }
            Behaviour::RawThenSilent(bytes) => {
                let _ = stream.write_all(bytes).await;
                return silence(stream, seen).await;
            }
            Behaviour::Silent => return silence(stream, seen).await,
            Behaviour::Close => return,
        }
    }
}

fn response(status: u16, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\n\r\n{body}")
}

/// Waits until the client is gone.
async fn silence(mut stream: impl AsyncRead + Unpin, seen: mpsc::UnboundedSender<Seen>) {
    let mut rest = [0; 64];
    while stream.read(&mut rest).await.is_ok_and(|length| length > 0) {}
    let _ = seen.send(Seen::Gone);
}

async fn request(stream: &mut (impl AsyncRead + Unpin)) -> Option<(String, String)> {
    let mut read = Vec::new();
    let end = loop {
        let mut piece = [0; 4096];
        let length = stream.read(&mut piece).await.ok().filter(|length| *length > 0)?;
        read.extend_from_slice(&piece[..length]);
        if let Some(end) = read.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            break end;
        }
    };
    let head = String::from_utf8_lossy(&read[..end]).into_owned();
    let mut body = read.split_off(end + 4);
    let length = head
        .lines()
        .find_map(|line| {
            line.to_ascii_lowercase()
                .strip_prefix("content-length: ")
                .map(str::to_owned)
        })
        .map_or(0, |length| length.parse().expect("a length"));
    while body.len() < length {
        let mut piece = [0; 4096];
        let read = stream.read(&mut piece).await.ok().filter(|length| *length > 0)?;
        body.extend_from_slice(&piece[..read]);
    }
    Some((head, String::from_utf8_lossy(&body).into_owned()))
}
