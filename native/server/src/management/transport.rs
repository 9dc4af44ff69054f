//! The way to the receiver: one connection for each request, over TLS.
//!
//! The connection is made here and not by a client library, for one reason: when the service is switched off nothing may leave the
//! server afterwards. Closing such a connection discards what the operating system has not sent yet.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::header::{CONTENT_TYPE, HOST, RETRY_AFTER};
use http::{Method, Request, Response, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use licensing_client::Trust;
use licensing_management::exchange::{
    DATE_HEADER, REGISTRATION_PATH, Receipt, ReceiverErrorCode, ReceiverProblem, RegistrationAnswer,
    RegistrationRequest, SERVER_HEADER, SIGNATURE_HEADER, UPLOAD_PATH,
};
use licensing_management::key::DocumentSignature;
use licensing_management::upload::SealedUpload;
use rustls_pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Time for the connection and the handshake.
const CONNECT: Duration = Duration::from_secs(30);
/// Largest answer: a receipt with many findings.
const ANSWER_BYTES: usize = 8 * 1024 * 1024;
/// Longest text of an answer that is repeated.
const TOLD_CHARACTERS: usize = 300;

/// Why something did not get through.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The receiver does not know this server.
    #[error("the receiver does not know this server: {0}")]
    NotRegistered(String),
    /// The receiver does not want it.
    #[error("the receiver has refused it: {0}")]
    Refused(String),
    /// The receiver does not want this document; it may want another one.
    #[error("the receiver has refused the document: {0}")]
    DocumentRefused(String),
    /// It may work later.
    #[error("{reason}")]
    Unavailable {
        /// What happened.
        reason: String,
        /// How long the receiver wants to be left alone.
        retry_after: Option<Duration>,
    },
}

impl SendError {
    fn unavailable(reason: impl Into<String>) -> Self {
        Self::Unavailable {
            reason: reason.into(),
            retry_after: None,
        }
    }
}

/// Sends documents to a receiver. Dropping the future ends the connection.
pub trait Transport: Send + Sync + 'static {
    /// Sends an upload, and gives the receipt as it came: whether it can be trusted is not checked here.
    fn upload<'a>(
        &'a self,
        target: &'a Target,
        upload: &'a SealedUpload,
        signature: DocumentSignature,
    ) -> BoxFuture<'a, Result<Receipt, SendError>>;

    /// Sends a registration.
    fn register<'a>(
        &'a self,
        target: &'a Target,
        request: &'a RegistrationRequest,
    ) -> BoxFuture<'a, Result<RegistrationAnswer, SendError>>;
}

/// Where the receiver is, and whose certificate it has.
#[derive(Debug, Clone)]
pub struct Target {
    /// Address without a slash at the end.
    pub destination: String,
    /// Whose certificate is trusted.
    pub trust: Trust,
}

/// HTTPS.
#[derive(Debug, Clone, Copy)]
pub struct Https {
    /// Time for one request, connection included.
    pub limit: Duration,
}

impl Default for Https {
    fn default() -> Self {
        Self {
            limit: Duration::from_secs(300),
        }
    }
}

impl Transport for Https {
    fn upload<'a>(
        &'a self,
        target: &'a Target,
        upload: &'a SealedUpload,
        signature: DocumentSignature,
    ) -> BoxFuture<'a, Result<Receipt, SendError>> {
        async move {
            let path = format!("{UPLOAD_PATH}/{}", upload.body().upload_id);
            let request = Request::builder()
                .method(Method::PUT)
                .header(SERVER_HEADER, upload.body().server.guid.to_string())
                .header(SIGNATURE_HEADER, signature.to_string())
                .header(DATE_HEADER, Timestamp::now().to_string());
            let body = Bytes::copy_from_slice(upload.bytes());
            let answer = self.send(target, &path, request, body).await?;
            Receipt::read(&answer).map_err(|error| SendError::unavailable(error.to_string()))
        }
        .boxed()
    }

    fn register<'a>(
        &'a self,
        target: &'a Target,
        request: &'a RegistrationRequest,
    ) -> BoxFuture<'a, Result<RegistrationAnswer, SendError>> {
        async move {
            let body =
                serde_json::to_vec(request).map_err(|error| SendError::unavailable(error.to_string()))?;
            let builder = Request::builder().method(Method::POST);
            let answer = self.send(target, REGISTRATION_PATH, builder, body.into()).await?;
            serde_json::from_slice(&answer).map_err(|error| {
                SendError::unavailable(format!("the answer of the receiver cannot be read: {error}"))
            })
        }
        .boxed()
    }
}

impl Https {
    async fn send(
        &self,
        target: &Target,
        path: &str,
        request: http::request::Builder,
        body: Bytes,
    ) -> Result<Bytes, SendError> {
        let exchange = exchange(target, path, request, body);
        tokio::time::timeout(self.limit, exchange)
            .await
            .unwrap_or_else(|_| {
                Err(SendError::unavailable(format!(
                    "the receiver did not answer within {} seconds",
                    self.limit.as_secs()
                )))
            })
    }
}

async fn exchange(
    target: &Target,
    path: &str,
    request: http::request::Builder,
    body: Bytes,
) -> Result<Bytes, SendError> {
    let uri: Uri = format!("{}{path}", target.destination)
        .parse()
        .map_err(|error| SendError::unavailable(format!("the destination is not valid: {error}")))?;
    let (Some(host), Some("https")) = (uri.host(), uri.scheme_str()) else {
        return Err(SendError::unavailable("the destination is no https address"));
    };
    let connecting = connect(target, host, uri.port_u16().unwrap_or(443));
    let stream = tokio::time::timeout(CONNECT, connecting)
        .await
        .map_err(|_| SendError::unavailable("the receiver does not take connections"))??;
    let lost = |error: hyper::Error| {
        SendError::unavailable(format!("the connection to the receiver broke: {error}"))
    };
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(lost)?;
    let authority = uri.authority().map(ToString::to_string).unwrap_or_default();
    let request = request
        .uri(path)
        .header(HOST, authority)
        .header(CONTENT_TYPE, "application/json")
        .body(Full::new(body))
        .map_err(|error| SendError::unavailable(error.to_string()))?;
    let answered = async {
        let answer = sender.send_request(request).await.map_err(lost)?;
        read(answer).await
    };
    // Both in this one future: dropping it closes the connection.
    tokio::pin!(answered, connection);
    tokio::select! {
        biased;
        result = &mut answered => result,
        ended = &mut connection => match ended {
            Ok(()) => answered.await,
            Err(error) => Err(lost(error)),
        },
    }
}

async fn connect(
    target: &Target,
    host: &str,
    port: u16,
) -> Result<tokio_rustls::client::TlsStream<TcpStream>, SendError> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let unreachable = |error: std::io::Error| {
        SendError::unavailable(format!(
            "the receiver at {host}:{port} cannot be reached: {error}"
        ))
    };
    let stream = TcpStream::connect((bare, port)).await.map_err(unreachable)?;
    // What is not sent when the connection is dropped is never sent.
    stream.set_zero_linger().map_err(unreachable)?;
    stream.set_nodelay(true).map_err(unreachable)?;
    let config = target
        .trust
        .client_config(None)
        .map_err(|problem| SendError::unavailable(problem.detail))?;
    let name = ServerName::try_from(bare.to_owned())
        .map_err(|_| SendError::unavailable(format!("'{host}' is no name of a host")))?;
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .map_err(|error| {
            SendError::unavailable(format!("TLS with the receiver at {host}:{port} failed: {error}"))
        })
}

async fn read(answer: Response<hyper::body::Incoming>) -> Result<Bytes, SendError> {
    let status = answer.status();
    let retry_after = answer
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse().ok())
        .map(Duration::from_secs);
    let body = Limited::new(answer.into_body(), ANSWER_BYTES).collect().await;
    let body = body
        .map_err(|error| SendError::unavailable(format!("the answer of the receiver broke off: {error}")))?
        .to_bytes();
    if status.as_u16() == 200 || status.as_u16() == 201 {
        return Ok(body);
    }
    let problem: Option<ReceiverProblem> = serde_json::from_slice(&body).ok();
    let reason = match &problem {
        Some(problem) => format!("{:?}: {}", problem.code, shortened(&problem.detail)),
        None => format!("the receiver answers {status}"),
    };
    Err(match problem.map(|problem| problem.code) {
        Some(ReceiverErrorCode::ServerNotRegistered) => SendError::NotRegistered(reason),
        Some(code) if code.is_about_document() => SendError::DocumentRefused(reason),
        Some(code) if !code.is_temporary() => SendError::Refused(reason),
        Some(_) | None => SendError::Unavailable { reason, retry_after },
    })
}

/// Without the full stop, which whoever repeats it sets.
fn shortened(text: &str) -> String {
    let told: String = text
        .chars()
        .filter(|c| !c.is_control())
        .take(TOLD_CHARACTERS)
        .collect();
    told.trim_end_matches('.').to_owned()
}
