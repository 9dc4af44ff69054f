//! One connection, and the sign-in that belongs to it.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use licensing_api::{ErrorCode, Problem};
use licensing_wsman::client::{Reply, read};
use licensing_wsman::http::CODE_HEADER;
use licensing_wsman::http::sealed::{self, SealedBy};
use licensing_wsman::ntlm::{Credentials, Initiator, NtHash, Session};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use zeroize::Zeroizing;

use super::{WmiLogon, WmiOptions};
use crate::problems;

/// Largest answer that is taken.
const MAX_ANSWER: usize = 64 << 20;

/// Type of an envelope.
const SOAP: &str = "application/soap+xml;charset=UTF-8";

/// A connection on which the client is signed in.
pub(super) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: String,
    basic: Option<Zeroizing<String>>,
    is_anonymous: bool,
    session: Option<Session>,
    is_tls: bool,
}

impl Connection {
    /// Connects and signs in.
    pub(super) async fn open(options: &WmiOptions) -> Result<Self, Problem> {
        let opening = Self::open_now(options);
        match tokio::time::timeout(options.timeout, opening).await {
            Ok(opened) => opened,
            Err(_) => Err(problems::timed_out(
                &options.address,
                "the sign-in",
                options.timeout,
            )),
        }
    }

    async fn open_now(options: &WmiOptions) -> Result<Self, Problem> {
        let address = &options.address;
        let transport = |error: &dyn std::error::Error| problems::unreachable(address, error.to_string());
        let socket = TcpStream::connect((address.host(), address.port()))
            .await
            .map_err(|error| problems::of_transport(address, &error))?;
        let mut bindings = None;
        let sender = match &options.trust {
            None => connect(socket).await.map_err(|error| transport(&error))?,
            Some(trust) => {
                let connector = TlsConnector::from(Arc::new(trust.client_config(None)?));
                let stream = connector
                    .connect(address.server_name()?, socket)
                    .await
                    .map_err(|error| problems::of_transport(address, &error))?;
                let certificate = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
                bindings = certificate.map(|der| channel_bindings(der));
                connect(stream).await.map_err(|error| transport(&error))?
            }
        };
        let mut connection = Self {
            sender,
            host: address.authority(),
            basic: None,
            is_anonymous: options.account.is_empty(),
            session: None,
            is_tls: options.trust.is_some(),
        };
        match options.logon {
            WmiLogon::Basic | WmiLogon::Ntlm if connection.is_anonymous => {}
            WmiLogon::Basic => {
                let password = options.password.expose();
                let plain = Zeroizing::new(format!("{}:{password}", options.account));
                connection.basic = Some(Zeroizing::new(format!(
                    "Basic {}",
                    STANDARD.encode(plain.as_bytes())
                )));
            }
            WmiLogon::Ntlm => connection.log_in(options, bindings.as_deref()).await?,
        }
        Ok(connection)
    }

    async fn log_in(&mut self, options: &WmiOptions, bindings: Option<&[u8]>) -> Result<(), Problem> {
        let address = &options.address;
        let broken = |error: licensing_wsman::ntlm::NtlmError| {
            problems::not_understood(address, format!("NTLM failed: {error}."))
        };
        let initiator = Initiator::new().map_err(broken)?;
        let response = self.send_token(options, initiator.message()).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            check_status(options, &response)?;
        }
        let challenge = token_of(response.headers()).ok_or_else(|| {
            Problem::new(ErrorCode::AuthorizationFailed, "The server does not offer NTLM.")
                .about(address.authority())
                .advise("Use Basic over HTTPS, or let the server offer Negotiate.")
        })?;
        let (domain, user) = account_parts(&options.account);
        let credentials = Credentials {
            user,
            domain,
            hash: NtHash::of_password(options.password.expose()),
        };
        let target = format!("HTTP/{}", address.host());
        let now = jiff::Timestamp::now();
        let (message, session) = initiator
            .answer(&challenge, &credentials, &target, bindings, now)
            .map_err(broken)?;
        let response = self.send_token(options, &message).await?;
        check_status(options, &response)?;
        self.session = Some(session);
        Ok(())
    }

    async fn send_token(&mut self, options: &WmiOptions, token: &[u8]) -> Result<Response<Bytes>, Problem> {
        let authorization = format!("Negotiate {}", STANDARD.encode(token));
        let request = self
            .request()
            .header(AUTHORIZATION, authorization)
            .body(Full::default());
        self.exchange(options, request).await
    }

    fn request(&self) -> http::request::Builder {
        Request::post("/wsman").header(HOST, &self.host)
    }

    /// Sends an envelope and reads the answer.
    pub(super) async fn ask(&mut self, options: &WmiOptions, envelope: String) -> Result<Reply, Problem> {
        let asking = self.ask_now(options, envelope);
        match tokio::time::timeout(options.timeout, asking).await {
            Ok(answered) => answered,
            Err(_) => Err(problems::timed_out(
                &options.address,
                "the answer",
                options.timeout,
            )),
        }
    }

    async fn ask_now(&mut self, options: &WmiOptions, envelope: String) -> Result<Reply, Problem> {
        let mut request = self.request();
        if let Some(basic) = &self.basic {
            request = request.header(AUTHORIZATION, basic.as_str());
        }
        if self.is_anonymous {
            request = request.header("WSMANIDENTIFY", "unauthenticated");
        }
        let sealing = self.session.as_mut().filter(|_| !self.is_tls);
        let request = match sealing {
            None => request
                .header(CONTENT_TYPE, SOAP)
                .body(Full::from(envelope.into_bytes())),
            Some(session) => {
                let (signature, data) = session.seal(envelope.as_bytes()).map_err(|error| {
                    problems::not_understood(&options.address, format!("NTLM failed: {error}."))
                })?;
                let by = SealedBy::Spnego;
                let body = sealed::wrap(by, SOAP, envelope.len(), &signature, &data, true);
                request
                    .header(CONTENT_TYPE, sealed::content_type(by))
                    .body(Full::from(body))
            }
        };
        let response = self.exchange(options, request).await?;
        let kind = response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok());
        let damaged = |what: &str| problems::not_understood(&options.address, what);
        let read = if sealed::is_sealed(kind) {
            let opened = sealed::open(kind.unwrap_or_default(), response.body())
                .map_err(|error| damaged(&format!("{error}.")))?;
            let session = self
                .session
                .as_mut()
                .ok_or_else(|| damaged("The answer is encrypted without a sign-in."))?;
            let message = session
                .unseal(opened.signature, opened.data)
                .map_err(|error| damaged(&format!("{error}.")))?;
            if message.len() != opened.length {
                return Err(damaged("The encrypted answer is not as long as it says."));
            }
            read(&message, Some(opened.content_type))
        } else {
            // A fault has the status of an error, and says more than it.
            if response.body().is_empty() || response.status() == StatusCode::UNAUTHORIZED {
                check_status(options, &response)?;
            } else if !self.is_tls && !self.is_anonymous {
                return Err(damaged("The answer is not encrypted."));
            }
            read(response.body(), kind)
        };
        read.map_err(|error| {
            check_status(options, &response)
                .err()
                .unwrap_or_else(|| damaged(&format!("{error}.")))
        })
    }

    async fn exchange(
        &mut self,
        options: &WmiOptions,
        request: Result<Request<Full<Bytes>>, http::Error>,
    ) -> Result<Response<Bytes>, Problem> {
        let address = &options.address;
        let request = request.map_err(|error| {
            Problem::new(
                ErrorCode::InvalidRequest,
                format!("The request cannot be written: {error}."),
            )
        })?;
        let lost = |error: &dyn std::fmt::Display| problems::unreachable(address, error.to_string());
        self.sender.ready().await.map_err(|error| lost(&error))?;
        let response = self
            .sender
            .send_request(request)
            .await
            .map_err(|error| lost(&error))?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, MAX_ANSWER)
            .collect()
            .await
            .map_err(|error| lost(&error))?;
        Ok(Response::from_parts(parts, body.to_bytes()))
    }
}

async fn connect<S>(stream: S) -> hyper::Result<SendRequest<Full<Bytes>>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    // It ends with its sender, or with the server.
    tokio::spawn(async move {
        let _ = connection.await;
    });
    Ok(sender)
}

/// What binds a sign-in to the certificate that was seen (RFC 5929), for the usual signatures with SHA-256.
fn channel_bindings(der: &[u8]) -> Vec<u8> {
    [b"tls-server-end-point:".as_slice(), &Sha256::digest(der)].concat()
}

fn token_of(headers: &HeaderMap) -> Option<Vec<u8>> {
    headers.get_all(WWW_AUTHENTICATE).iter().find_map(|value| {
        let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
        let known = scheme.eq_ignore_ascii_case("negotiate") || scheme.eq_ignore_ascii_case("ntlm");
        known.then(|| STANDARD.decode(token.trim()).ok())?
    })
}

/// Domain and name of an account.
fn account_parts(account: &str) -> (String, String) {
    match account.split_once('\\') {
        Some((domain, user)) => (domain.trim_start_matches('.').to_owned(), user.to_owned()),
        None => (String::new(), account.to_owned()),
    }
}

fn check_status(options: &WmiOptions, response: &Response<Bytes>) -> Result<(), Problem> {
    let problem = match response.status() {
        status if status.is_success() => return Ok(()),
        StatusCode::UNAUTHORIZED => Problem::new(
            ErrorCode::AuthorizationFailed,
            "Account or password is wrong, or the account may not sign in this way.",
        ),
        StatusCode::FORBIDDEN => {
            Problem::new(ErrorCode::UserNotAuthorized, "The account may not read there.")
        }
        StatusCode::TOO_MANY_REQUESTS => put_off(response.headers()),
        StatusCode::NOT_FOUND => Problem::new(
            ErrorCode::ProtocolError,
            "The server has no WS-Management at /wsman.",
        ),
        status => Problem::new(
            ErrorCode::ProtocolError,
            format!("The server answers with status {status}."),
        ),
    };
    Err(problem.about(options.address.authority()))
}

/// Why the server lets the client wait. Where it does not say so, as on Windows, it may have been either.
fn put_off(headers: &HeaderMap) -> Problem {
    let said = headers.get(CODE_HEADER).and_then(|code| code.to_str().ok());
    let problem = match said.and_then(ErrorCode::from_name) {
        Some(ErrorCode::AccountLocked) => Problem::new(
            ErrorCode::AccountLocked,
            "The server refuses sign-ins of the account from here for a while.",
        ),
        Some(ErrorCode::TooManyRequests) => Problem::new(
            ErrorCode::TooManyRequests,
            "The server takes no further requests from here for a while.",
        ),
        _ => Problem::new(
            ErrorCode::TooManyRequests,
            "The server refuses this client for a while, after too many requests or too many failed sign-ins.",
        ),
    };
    let seconds = headers.get(RETRY_AFTER).and_then(|seconds| seconds.to_str().ok());
    match seconds.and_then(|seconds| seconds.parse::<u32>().ok()) {
        Some(seconds) => problem.retry_after(seconds),
        None => problem,
    }
}
