//! Whole HTTP requests: who asks, encrypted bodies, and the service behind.
//!
//! A sign-in with Negotiate belongs to its connection; [`Connection`] holds it. Requests of one connection are answered
//! one after the other.

mod keys;
mod logon;
pub mod sealed;
mod ticket;

use std::future::Future;
use std::net::IpAddr;
use std::time::Instant;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use tokio::sync::Mutex;

use crate::kerberos::Acceptor;
use crate::ntlm::{Claim, ServerNames};
use crate::service::{Call, Reply, Service};
use crate::source::Source;
use logon::{Logon, Progress};

/// Header of an answer with status 429: the code by which the embedding program names the reason. The status alone does not
/// tell a locked account from too many requests, and a fault cannot be sealed before the sign-in.
pub const CODE_HEADER: &str = "licensing-code";

/// Why somebody is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Account or password is wrong, or the account may not use this way to sign in.
    Denied,
    /// The account may not read here.
    Forbidden,
    /// Not now, such as after too many failures.
    Later {
        /// What the embedding program calls the reason, for [`CODE_HEADER`]: letters and digits.
        code: &'static str,
        /// Until the next attempt may be made.
        seconds: u32,
    },
    /// It cannot be decided now.
    Unavailable,
}

/// Who somebody is, as the accounts of the embedding program know it.
pub trait Identity: Clone + Send + Sync + 'static {
    /// Name of the account, unique among all.
    fn account(&self) -> &str;
}

/// The accounts of the embedding program. It counts failures and writes its audit.
pub trait Authority: Send + Sync {
    /// Who somebody is.
    type Identity: Identity;

    /// Checks a password.
    fn password(
        &self,
        account: &str,
        password: &str,
        peer: IpAddr,
    ) -> impl Future<Output = Result<Self::Identity, Refusal>> + Send;

    /// Checks a claim of NTLM: finds the hash of the account and calls [`Claim::verify`]. A false claim is a failed
    /// sign-in like a wrong password.
    fn ntlm(
        &self,
        claim: Claim,
        peer: IpAddr,
    ) -> impl Future<Output = Result<(Self::Identity, crate::ntlm::Session), Refusal>> + Send;

    /// Whose account the name of a valid ticket of Kerberos is; the realm has vouched for the name.
    fn kerberos(
        &self,
        name: &str,
        realm: &str,
        peer: IpAddr,
    ) -> impl Future<Output = Result<Self::Identity, Refusal>> + Send;

    /// Whether somebody who signed in on this connection before still may. Called for each later request.
    fn still(&self, identity: &Self::Identity) -> impl Future<Output = Result<(), Refusal>> + Send;

    /// Whether NTLM is offered at all.
    fn offers_ntlm(&self) -> bool;
}

/// In the extensions of an answer: the account that it was given to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnsweredTo(pub String);

/// One connection of a client.
#[derive(Debug)]
pub struct Connection<I> {
    /// Address of the client.
    peer: IpAddr,
    /// Channel bindings of TLS; none on plain HTTP.
    bindings: Option<Vec<u8>>,
    state: Mutex<Logon<I>>,
}

impl<I> Connection<I> {
    /// A new connection. `bindings` are those of its TLS; none means plain HTTP, where neither passwords nor bodies that
    /// are not encrypted are accepted.
    #[must_use]
    pub fn new(peer: IpAddr, bindings: Option<Vec<u8>>) -> Self {
        Self {
            peer,
            bindings,
            state: Mutex::new(Logon::default()),
        }
    }

    fn is_tls(&self) -> bool {
        self.bindings.is_some()
    }
}

/// The service, behind authentication.
#[derive(Debug)]
pub struct Endpoint<S, A> {
    service: Service<S>,
    authority: A,
    names: ServerNames,
    kerberos: Option<Acceptor>,
}

/// How a request was let in.
struct Admitted<I> {
    identity: I,
    /// Token of the mechanism that goes back with the answer.
    token: Option<HeaderValue>,
}

impl<S: Source, A: Authority> Endpoint<S, A> {
    /// An endpoint.
    pub fn new(service: Service<S>, authority: A, names: ServerNames) -> Self {
        Self {
            service,
            authority,
            names,
            kerberos: None,
        }
    }

    /// Accepts tickets of Kerberos too.
    #[must_use]
    pub fn with_kerberos(mut self, acceptor: Acceptor) -> Self {
        self.kerberos = Some(acceptor);
        self
    }

    /// The service.
    pub fn service(&self) -> &Service<S> {
        &self.service
    }

    /// The accounts.
    pub fn authority(&self) -> &A {
        &self.authority
    }

    /// Bytes that the body of a request may have: an envelope in UTF-16, and what encryption adds.
    pub fn largest_body(&self) -> usize {
        self.service.limits().envelope * 2 + 4096
    }

    /// Answers a request. Its body is complete, and no longer than [`largest_body`](Self::largest_body).
    pub async fn answer(
        &self,
        connection: &Connection<A::Identity>,
        request: Request<Bytes>,
    ) -> Response<Bytes> {
        let (parts, body) = request.into_parts();
        let mut state = connection.state.lock().await;
        if let Some(authorization) = parts.headers.get(AUTHORIZATION) {
            let authorization = authorization.to_str().unwrap_or_default().to_owned();
            return self
                .with_credentials(connection, &mut state, &authorization, &parts.headers, &body)
                .await;
        }
        if let Some(identity) = state.identity().cloned() {
            return match self.authority.still(&identity).await {
                Ok(()) => {
                    self.serve(connection, &mut state, &identity, &parts.headers, &body)
                        .await
                }
                Err(refusal) => {
                    *state = Logon::default();
                    self.refused(connection, refusal)
                }
            };
        }
        let wants_identity = parts
            .headers
            .get("wsmanidentify")
            .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"unauthenticated"));
        if wants_identity {
            let reply = self.service.answer(call(None, &parts.headers, &body)).await;
            return plain(reply);
        }
        self.refused(connection, Refusal::Denied)
    }

    async fn with_credentials(
        &self,
        connection: &Connection<A::Identity>,
        state: &mut Logon<A::Identity>,
        authorization: &str,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Response<Bytes> {
        let (scheme, rest) = authorization.split_once(' ').unwrap_or((authorization, ""));
        let admitted = match scheme.to_ascii_lowercase().as_str() {
            "basic" => self.basic(connection, rest).await,
            "negotiate" | "ntlm" | "kerberos" => {
                match self.negotiate(connection, state, scheme, rest).await {
                    Ok(Progress::Done(identity, token)) => Ok(Admitted { identity, token }),
                    Ok(Progress::More(token)) => return challenge(token),
                    Err(refusal) => Err(refusal),
                }
            }
            _ => Err(Refusal::Denied),
        };
        let admitted = match admitted {
            Ok(admitted) => admitted,
            Err(refusal) => {
                *state = Logon::default();
                return self.refused(connection, refusal);
            }
        };
        let mut response = if body.is_empty() && state.identity().is_some() {
            // The last leg of a sign-in may come without a request; the answer is empty as well.
            Response::new(Bytes::new())
        } else {
            self.serve(connection, state, &admitted.identity, headers, body)
                .await
        };
        if let Some(token) = admitted.token {
            response.headers_mut().insert(WWW_AUTHENTICATE, token);
        }
        response
    }

    async fn basic(
        &self,
        connection: &Connection<A::Identity>,
        credentials: &str,
    ) -> Result<Admitted<A::Identity>, Refusal> {
        if !connection.is_tls() {
            return Err(Refusal::Denied);
        }
        let (account, password) = logon::basic(credentials).ok_or(Refusal::Denied)?;
        let identity = self
            .authority
            .password(&account, &password, connection.peer)
            .await?;
        Ok(Admitted {
            identity,
            token: None,
        })
    }

    /// Answers the request of somebody who is known.
    async fn serve(
        &self,
        connection: &Connection<A::Identity>,
        state: &mut Logon<A::Identity>,
        identity: &A::Identity,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Response<Bytes> {
        let mut response = self.serve_known(connection, state, identity, headers, body).await;
        let account = AnsweredTo(identity.account().to_owned());
        response.extensions_mut().insert(account);
        response
    }

    async fn serve_known(
        &self,
        connection: &Connection<A::Identity>,
        state: &mut Logon<A::Identity>,
        identity: &A::Identity,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Response<Bytes> {
        let account = Some(identity.account());
        let content_type = text(headers, CONTENT_TYPE);
        if !sealed::is_sealed(content_type) {
            if !connection.is_tls() {
                return plain(self.service.refuse(
                    "Bodies have to be encrypted on plain HTTP; use Negotiate with message encryption, or HTTPS.",
                ));
            }
            return plain(self.service.answer(call(account, headers, body)).await);
        }
        let opened = content_type
            .ok_or(sealed::Damaged)
            .and_then(|kind| state.open(kind, body));
        let opened = match opened {
            Ok(opened) => opened,
            Err(sealed::Damaged) => {
                // Whoever sends this has lost the keys, or never had them.
                *state = Logon::default();
                let mut response = Response::new(Bytes::from_static(b"The encrypted body is damaged.\n"));
                *response.status_mut() = StatusCode::BAD_REQUEST;
                return response;
            }
        };
        let reply = self
            .service
            .answer(Call {
                caller: account,
                body: &opened.message,
                content_type: Some(&opened.content_type),
                now: Instant::now(),
            })
            .await;
        state
            .close(&reply, opened.by, opened.has_tabs)
            .unwrap_or_else(|_| {
                *state = Logon::default();
                failed()
            })
    }

    fn refused(&self, connection: &Connection<A::Identity>, refusal: Refusal) -> Response<Bytes> {
        let mut response = Response::new(Bytes::new());
        match refusal {
            Refusal::Denied => {
                *response.status_mut() = StatusCode::UNAUTHORIZED;
                let headers = response.headers_mut();
                let has_ntlm = self.authority.offers_ntlm();
                let schemes = [
                    ("Negotiate", has_ntlm || self.kerberos.is_some()),
                    ("Kerberos", self.kerberos.is_some()),
                    ("NTLM", has_ntlm),
                ];
                for (scheme, _) in schemes.into_iter().filter(|(_, is_offered)| *is_offered) {
                    headers.append(WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
                }
                if connection.is_tls() {
                    headers.append(
                        WWW_AUTHENTICATE,
                        HeaderValue::from_static("Basic realm=\"WSMAN\""),
                    );
                }
            }
            Refusal::Forbidden => *response.status_mut() = StatusCode::FORBIDDEN,
            Refusal::Later { code, seconds } => return put_off(code, seconds),
            Refusal::Unavailable => *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE,
        }
        response
    }
}

/// The answer to a client that has to wait: [`CODE_HEADER`] says why, and `Retry-After` how long.
#[must_use]
pub fn put_off(code: &'static str, seconds: u32) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    let headers = response.headers_mut();
    headers.insert(CODE_HEADER, HeaderValue::from_static(code));
    headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

fn call<'a>(caller: Option<&'a str>, headers: &'a HeaderMap, body: &'a Bytes) -> Call<'a> {
    Call {
        caller,
        body,
        content_type: text(headers, CONTENT_TYPE),
        now: Instant::now(),
    }
}

fn text(headers: &HeaderMap, name: http::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn plain(reply: Reply) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(reply.body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(reply.content_type));
    response
}

fn challenge(token: HeaderValue) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    response.headers_mut().insert(WWW_AUTHENTICATE, token);
    response
}

fn failed() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}
