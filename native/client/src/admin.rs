//! The client of the web services.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Method, StatusCode};
use licensing_api::operation::{self, Operation, OperationId, OperationInfo};
use licensing_api::server::{Certificate, EffectivePermission};
use licensing_api::{ErrorCode, Problem, Secret};
use reqwest::redirect;
use serde_json::Value;
use tokio::time::Instant;
use zeroize::Zeroizing;

use crate::address::Address;
use crate::certificate::fetch_certificate;
use crate::problems;
use crate::request::{self, Target};
use crate::trust::Trust;

/// Largest answer that is taken, in bytes; a server that sends more is not understood.
pub const MAXIMUM_ANSWER_BYTES: u64 = 64 << 20;

/// How long a connection is kept for the next operation: shorter than the 30 s after which servers close it, so that
/// no request meets a connection that is just being closed.
const IDLE: Duration = Duration::from_secs(20);

/// Who asks.
#[derive(Debug, Clone, Default)]
pub enum Credentials {
    /// Nobody: enough for the certificate alone.
    #[default]
    None,
    /// An account with its password.
    Basic {
        /// `DOMAIN\name`, `name@domain` or the bare name; without a colon.
        account: String,
        /// Its password.
        password: Secret,
    },
    /// A token made by `NewToken`.
    Bearer(Secret),
}

/// How to reach the web services.
#[derive(Debug, Clone)]
pub struct ConnectOptions {
    /// Where they are.
    pub address: Address,
    /// Whose certificate is trusted.
    pub trust: Trust,
    /// Who asks.
    pub credentials: Credentials,
    /// Longest time for a connection with its TLS handshake; 10 s unless changed.
    pub connect_timeout: Duration,
    /// Longest time for one operation from the first byte to the last, with the pauses for which a server that has too many
    /// requests puts it off; 100 s unless changed.
    pub timeout: Duration,
}

impl ConnectOptions {
    /// Without credentials, trusting what the operating system trusts.
    pub fn new(address: Address) -> Self {
        Self {
            address,
            trust: Trust::default(),
            credentials: Credentials::default(),
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(100),
        }
    }
}

/// How far an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the answer received so far.
    pub received: u64,
    /// Bytes of the whole answer, when the server said so.
    pub total: Option<u64>,
}

/// Speaks to the web services of one license server. Cloning is cheap and shares the connections.
#[derive(Debug, Clone)]
pub struct AdminClient {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    options: ConnectOptions,
    authorization: Option<HeaderValue>,
    http: reqwest::Client,
}

impl AdminClient {
    /// Prepares a client. Nothing is sent yet: the first operation connects, and [`Self::verify`] does nothing else.
    ///
    /// Redirects are never followed and proxies of the environment never used, so that credentials reach the
    /// named server alone.
    ///
    /// # Errors
    /// `InvalidRequest` when credentials cannot be written into a header, `LocalFileUnreadable` for the file of
    /// authorities.
    pub fn connect(options: ConnectOptions) -> Result<Self, Problem> {
        let authorization = authorization(&options.credentials)?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(options.trust.client_config(None)?)
            .https_only(true)
            .no_proxy()
            .redirect(redirect::Policy::none())
            .connect_timeout(options.connect_timeout)
            .pool_idle_timeout(IDLE)
            .user_agent(concat!("licensing/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Problem::new(ErrorCode::InternalError, format!("No HTTP client: {error}.")))?;
        Ok(Self {
            shared: Arc::new(Shared {
                options,
                authorization,
                http,
            }),
        })
    }

    /// Where the web services are.
    pub fn address(&self) -> &Address {
        &self.shared.options.address
    }

    /// How it reaches them.
    pub fn options(&self) -> &ConnectOptions {
        &self.shared.options
    }

    /// Checks connection, certificate and credentials at once, and says what the caller may do.
    ///
    /// # Errors
    /// As for [`Self::call`].
    pub async fn verify(&self) -> Result<EffectivePermission, Problem> {
        self.call::<operation::op::GetEffectivePermission>(&Default::default())
            .await
    }

    /// The certificate that the server shows now, whether it is trusted or not. No credentials are sent.
    ///
    /// # Errors
    /// As for [`fetch_certificate`].
    pub async fn certificate(&self) -> Result<Certificate, Problem> {
        fetch_certificate(self.address(), self.shared.options.connect_timeout).await
    }

    /// Carries out an operation. Dropping the future ends the request; whether a change took effect by then is
    /// not known ([`problems::cancelled`]).
    ///
    /// # Errors
    /// The server's own problem as it sent it, or one of the client's: `CommunicationError`, `Timeout`,
    /// `CertificateVerificationFailed`, `InvalidCertificate`, `AuthorizationFailed`, `ProtocolError`,
    /// `InvalidRequest`.
    pub async fn call<O: Operation>(&self, request: &O::Request) -> Result<O::Response, Problem> {
        let info = O::ID.info();
        let request = serde_json::to_value(request)
            .map_err(|error| Problem::new(ErrorCode::InvalidRequest, format!("{}: {error}.", info.name)))?;
        let answer = self.exchange(info, request, &|_| {}).await?;
        self.decode(info, &answer)
    }

    /// Carries out an operation whose request and answer are JSON.
    ///
    /// # Errors
    /// As for [`Self::call`].
    pub async fn call_json(&self, operation: OperationId, request: Value) -> Result<Value, Problem> {
        self.call_json_with_progress(operation, request, |_| {}).await
    }

    /// [`Self::call_json`] that tells how far the answer is, once per piece received.
    ///
    /// # Errors
    /// As for [`Self::call`].
    pub async fn call_json_with_progress(
        &self,
        operation: OperationId,
        request: Value,
        progress: impl Fn(Progress) + Send + Sync,
    ) -> Result<Value, Problem> {
        let info = operation.info();
        let answer = self.exchange(info, request, &progress).await?;
        self.decode(info, &answer)
    }

    /// [`Self::call_json_with_progress`] whose answer is left as the server wrote it, for long lists.
    ///
    /// # Errors
    /// As for [`Self::call`].
    pub async fn call_unread(
        &self,
        operation: OperationId,
        request: Value,
        progress: impl Fn(Progress) + Send + Sync,
    ) -> Result<Zeroizing<Vec<u8>>, Problem> {
        self.exchange(operation.info(), request, &progress).await
    }

    async fn exchange(
        &self,
        info: &'static OperationInfo,
        request: Value,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Zeroizing<Vec<u8>>, Problem> {
        let Target { path_and_query, body } = request::target(info, request)?;
        let body = body.map(Bytes::from_owner);
        let limit = self.shared.options.timeout;
        let begun = Instant::now();
        let answered = async {
            loop {
                let outcome = self.send(info, &path_and_query, body.clone(), progress).await;
                let pause = outcome.as_ref().err().and_then(put_off);
                let left = limit.saturating_sub(begun.elapsed());
                match pause.filter(|pause| *pause < left) {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => return outcome,
                }
            }
        };
        match tokio::time::timeout(limit, answered).await {
            Ok(outcome) => outcome,
            Err(_) => Err(problems::timed_out(self.address(), info.name, limit)),
        }
    }

    async fn send(
        &self,
        info: &OperationInfo,
        path_and_query: &str,
        body: Option<Bytes>,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Zeroizing<Vec<u8>>, Problem> {
        let url = format!("https://{}{path_and_query}", self.address().authority());
        let mut request = self
            .shared
            .http
            .request(method(info.method), url)
            .header(ACCEPT, "application/json");
        if let Some(authorization) = &self.shared.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        let mut response = request
            .send()
            .await
            .map_err(|error| self.transport(info, &error))?;
        let status = response.status();
        let total = response.content_length();
        if total.is_some_and(|total| total > MAXIMUM_ANSWER_BYTES) {
            return Err(self.too_large(info));
        }
        let mut answer = Zeroizing::new(Vec::new());
        while let Some(piece) = response
            .chunk()
            .await
            .map_err(|error| self.transport(info, &error))?
        {
            let received = answer.len() as u64 + piece.len() as u64;
            if received > MAXIMUM_ANSWER_BYTES {
                return Err(self.too_large(info));
            }
            answer.extend_from_slice(&piece);
            progress(Progress { received, total });
        }
        if status.is_success() {
            Ok(answer)
        } else {
            Err(self.refused(info, status, &answer))
        }
    }

    fn too_large(&self, info: &OperationInfo) -> Problem {
        let detail = format!(
            "{}: the answer has more than {MAXIMUM_ANSWER_BYTES} bytes.",
            info.name
        );
        problems::not_understood(self.address(), detail).advise("Ask with a narrower filter.")
    }

    fn transport(&self, info: &OperationInfo, error: &reqwest::Error) -> Problem {
        if error.is_timeout() {
            return problems::timed_out(self.address(), "connecting", self.shared.options.connect_timeout);
        }
        if error.is_builder() {
            return Problem::new(
                ErrorCode::InvalidRequest,
                format!("{}: no URL can be made of it.", info.name),
            );
        }
        problems::of_transport(self.address(), error)
    }

    /// The server's own problem, or the best that its status says.
    fn refused(&self, info: &OperationInfo, status: StatusCode, answer: &[u8]) -> Problem {
        let address = self.address();
        match serde_json::from_slice::<Problem>(answer) {
            Ok(problem) if problem.target.is_empty() => problem.about(address.to_string()),
            Ok(problem) => problem,
            Err(_) if status == StatusCode::UNAUTHORIZED => {
                let detail = format!("{} refused the credentials.", address.authority());
                Problem::new(ErrorCode::AuthorizationFailed, detail).about(address.to_string())
            }
            Err(_) if status == StatusCode::FORBIDDEN => {
                let detail = format!("{} refused {}.", address.authority(), info.name);
                Problem::new(ErrorCode::UserNotAuthorized, detail).about(address.to_string())
            }
            Err(_) => {
                let said = foreign_detail(answer)
                    .map(|said| format!(": {said}"))
                    .unwrap_or_default();
                let detail = format!(
                    "{}: HTTP status {status} without a known error code{said}.",
                    info.name
                );
                problems::not_understood(address, detail)
            }
        }
    }

    fn decode<T: serde::de::DeserializeOwned>(
        &self,
        info: &OperationInfo,
        answer: &[u8],
    ) -> Result<T, Problem> {
        serde_json::from_slice(answer).map_err(|error| {
            let detail = format!(
                "{}: the answer is not the JSON that was expected ({error}).",
                info.name
            );
            problems::not_understood(self.address(), detail)
        })
    }
}

/// How long a server wants to be left alone before it takes the request, of which it has done nothing; none when it failed
/// otherwise. Many consoles behind one address that sign in at the same time are put off like this.
fn put_off(problem: &Problem) -> Option<Duration> {
    let seconds = problem.retry_after?;
    (problem.code == ErrorCode::TooManyRequests).then(|| Duration::from_secs(u64::from(seconds.max(1))))
}

/// What a problem document of a newer server says, shortened.
fn foreign_detail(answer: &[u8]) -> Option<String> {
    let document: Value = serde_json::from_slice(answer).ok()?;
    let text = document
        .get("detail")
        .or_else(|| document.get("title"))?
        .as_str()?;
    Some(text.chars().filter(|c| !c.is_control()).take(300).collect())
}

fn method(method: operation::Method) -> Method {
    match method {
        operation::Method::Get => Method::GET,
        operation::Method::Post => Method::POST,
        operation::Method::Put => Method::PUT,
        operation::Method::Patch => Method::PATCH,
        operation::Method::Delete => Method::DELETE,
    }
}

fn authorization(credentials: &Credentials) -> Result<Option<HeaderValue>, Problem> {
    let text = match credentials {
        Credentials::None => return Ok(None),
        Credentials::Basic { account, .. } if account.is_empty() || account.contains(':') => {
            let detail = "An account name is not empty and has no colon.";
            return Err(Problem::new(ErrorCode::InvalidRequest, detail).about("account"));
        }
        Credentials::Basic { account, password } => {
            let pair = Zeroizing::new(format!("{account}:{}", password.expose()));
            let encoded = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
            Zeroizing::new(format!("Basic {}", encoded.as_str()))
        }
        Credentials::Bearer(token) => Zeroizing::new(format!("Bearer {}", token.expose())),
    };
    let mut value = HeaderValue::from_str(&text).map_err(|_| {
        Problem::new(
            ErrorCode::InvalidRequest,
            "The token has characters that no token has.",
        )
        .about("token")
    })?;
    value.set_sensitive(true);
    Ok(Some(value))
}
