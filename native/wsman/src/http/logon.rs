//! The sign-in of one connection.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use der::asn1::ObjectIdentifier;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use zeroize::Zeroizing;

use super::keys::Keys;
use super::sealed::{self, Damaged, SealedBy};
use super::ticket::is_kerberos;
use super::{Authority, Connection, Endpoint, Refusal};
use crate::kerberos::Acceptor;
use crate::ntlm::{self, Challenged};
use crate::service::Reply;
use crate::source::Source;
use crate::spnego::{self, State, Token};

/// Longest header Authorization that is decoded, in bytes.
const MAX_CREDENTIALS: usize = 64 * 1024;

/// Most bytes that a client may add to a message when it encrypts it.
const MAX_PADDING: usize = 64;

/// How far the sign-in of a connection is.
#[derive(Debug)]
pub(super) struct Logon<I> {
    step: Step,
    identity: Option<I>,
    keys: Option<Keys>,
    /// When it ends; none for as long as the connection lasts.
    until: Option<jiff::Timestamp>,
}

#[derive(Debug, Default)]
enum Step {
    #[default]
    Nothing,
    /// SPNEGO: the client has to begin with the mechanism that was chosen.
    Chosen(Vec<ObjectIdentifier>),
    /// The challenge is out. With SPNEGO there is a list of mechanisms around.
    Challenged(Challenged, Option<Vec<ObjectIdentifier>>),
}

impl<I> Default for Logon<I> {
    fn default() -> Self {
        Self {
            step: Step::Nothing,
            identity: None,
            keys: None,
            until: None,
        }
    }
}

/// What one token led to.
pub(super) enum Progress<I> {
    /// The client has to go on with this token.
    More(HeaderValue),
    /// The client is known. A last token may go back.
    Done(I, Option<HeaderValue>),
}

/// An encrypted request, opened.
pub(super) struct Opened {
    pub(super) message: Vec<u8>,
    pub(super) content_type: String,
    pub(super) by: SealedBy,
    pub(super) has_tabs: bool,
}

impl<I> Logon<I> {
    /// Who is signed in.
    pub(super) fn identity(&self) -> Option<&I> {
        let is_over = self.until.is_some_and(|until| until < jiff::Timestamp::now());
        self.identity.as_ref().filter(|_| !is_over)
    }

    /// Somebody is signed in from now on.
    pub(super) fn signed_in(&mut self, identity: I, keys: Keys, until: Option<jiff::Timestamp>) {
        self.identity = Some(identity);
        self.keys = Some(keys);
        self.until = until;
    }

    /// Opens an encrypted body.
    pub(super) fn open(&mut self, content_type: &str, body: &[u8]) -> Result<Opened, Damaged> {
        let sealed = sealed::open(content_type, body)?;
        let keys = self.keys.as_mut().ok_or(Damaged)?;
        let mut message = keys.unseal(sealed.signature, sealed.data)?;
        // One client adds zeros to what it encrypts.
        let padding = message.get(sealed.length..).ok_or(Damaged)?;
        if padding.len() > MAX_PADDING || padding.iter().any(|byte| *byte != 0) {
            return Err(Damaged);
        }
        message.truncate(sealed.length);
        Ok(Opened {
            message,
            content_type: sealed.content_type.to_owned(),
            by: sealed.by,
            has_tabs: sealed.has_tabs,
        })
    }

    /// Encrypts an answer.
    pub(super) fn close(
        &mut self,
        reply: &Reply,
        by: SealedBy,
        has_tabs: bool,
    ) -> Result<Response<Bytes>, Damaged> {
        let keys = self.keys.as_mut().ok_or(Damaged)?;
        let (signature, data) = keys.seal(&reply.body)?;
        let body = sealed::wrap(
            by,
            reply.content_type,
            reply.body.len(),
            &signature,
            &data,
            has_tabs,
        );
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = StatusCode::from_u16(reply.status).map_err(|_| Damaged)?;
        let kind = HeaderValue::from_str(&sealed::content_type(by)).map_err(|_| Damaged)?;
        response.headers_mut().insert(CONTENT_TYPE, kind);
        Ok(response)
    }
}

impl<S: Source, A: Authority> Endpoint<S, A> {
    /// One token of Negotiate, or of NTLM or Kerberos alone.
    pub(super) async fn negotiate(
        &self,
        connection: &Connection<A::Identity>,
        logon: &mut Logon<A::Identity>,
        scheme: &str,
        token: &str,
    ) -> Result<Progress<A::Identity>, Refusal> {
        // Whatever comes now begins a new sign-in or goes on with one; the old one is over.
        let step = std::mem::take(logon).step;
        if token.len() > MAX_CREDENTIALS {
            return Err(Refusal::Denied);
        }
        let token = STANDARD.decode(token.trim()).map_err(|_| Refusal::Denied)?;
        if token.starts_with(ntlm::SIGNATURE) {
            return self.bare_ntlm(connection, logon, step, scheme, &token).await;
        }
        if let Some(acceptor) = self.kerberos.as_ref().filter(|_| Acceptor::is_token(&token)) {
            return self
                .bare_ticket(acceptor, connection, logon, scheme, &token)
                .await;
        }
        if !scheme.eq_ignore_ascii_case("negotiate") {
            return Err(Refusal::Denied);
        }
        let token = Token::read(&token).map_err(|_| Refusal::Denied)?;
        self.wrapped(connection, logon, step, token).await
    }

    /// A token of NTLM with nothing around it.
    async fn bare_ntlm(
        &self,
        connection: &Connection<A::Identity>,
        logon: &mut Logon<A::Identity>,
        step: Step,
        scheme: &str,
        token: &[u8],
    ) -> Result<Progress<A::Identity>, Refusal> {
        if !self.authority.offers_ntlm() || scheme.eq_ignore_ascii_case("kerberos") {
            return Err(Refusal::Denied);
        }
        match step {
            Step::Challenged(challenged, None) => {
                self.verify(connection, logon, challenged, token).await?;
                done(logon, None)
            }
            _ => {
                let (challenged, message) = self.begin(token)?;
                logon.step = Step::Challenged(challenged, None);
                Ok(Progress::More(header(scheme, &message)?))
            }
        }
    }

    /// A token of SPNEGO.
    async fn wrapped(
        &self,
        connection: &Connection<A::Identity>,
        logon: &mut Logon<A::Identity>,
        step: Step,
        token: Token,
    ) -> Result<Progress<A::Identity>, Refusal> {
        match (token, step) {
            (Token::Init { mechanisms, token }, _) => match (&self.kerberos, mechanisms.first(), token) {
                (Some(acceptor), Some(first), Some(token)) if is_kerberos(*first) => {
                    self.wrapped_ticket(acceptor, connection, logon, *first, &token)
                        .await
                }
                (_, _, token) => self.choose(logon, mechanisms, token),
            },
            (
                Token::Response {
                    token: Some(token), ..
                },
                Step::Chosen(mechanisms),
            ) => self.challenge(logon, mechanisms, &token),
            (
                Token::Response {
                    token: Some(token),
                    signature,
                    ..
                },
                Step::Challenged(challenged, Some(mechanisms)),
            ) => {
                self.verify(connection, logon, challenged, &token).await?;
                let own = sign_list(logon, &mechanisms, signature.as_deref())?;
                let answer = Token::Response {
                    state: Some(State::Completed),
                    mechanism: None,
                    token: None,
                    signature: own,
                };
                done(logon, Some(spnego_header(answer)?))
            }
            (Token::Response { .. }, _) => Err(Refusal::Denied),
        }
    }

    /// First token of SPNEGO: NTLM is used if the client has it.
    fn choose(
        &self,
        logon: &mut Logon<A::Identity>,
        mechanisms: Vec<ObjectIdentifier>,
        token: Option<Vec<u8>>,
    ) -> Result<Progress<A::Identity>, Refusal> {
        if !self.authority.offers_ntlm() || !mechanisms.contains(&spnego::NTLM) {
            return Err(Refusal::Denied);
        }
        if let (Some(&spnego::NTLM), Some(token)) = (mechanisms.first(), token) {
            return self.challenge(logon, mechanisms, &token);
        }
        logon.step = Step::Chosen(mechanisms);
        let answer = Token::Response {
            state: Some(State::RequestMic),
            mechanism: Some(spnego::NTLM),
            token: None,
            signature: None,
        };
        Ok(Progress::More(spnego_header(answer)?))
    }

    fn challenge(
        &self,
        logon: &mut Logon<A::Identity>,
        mechanisms: Vec<ObjectIdentifier>,
        token: &[u8],
    ) -> Result<Progress<A::Identity>, Refusal> {
        let (challenged, message) = self.begin(token)?;
        logon.step = Step::Challenged(challenged, Some(mechanisms));
        let answer = Token::Response {
            state: Some(State::Incomplete),
            mechanism: Some(spnego::NTLM),
            token: Some(message),
            signature: None,
        };
        Ok(Progress::More(spnego_header(answer)?))
    }

    fn begin(&self, negotiate: &[u8]) -> Result<(Challenged, Vec<u8>), Refusal> {
        Challenged::new(negotiate, &self.names, jiff::Timestamp::now()).map_err(|error| {
            tracing::debug!(%error, "a sign-in with NTLM was refused");
            Refusal::Denied
        })
    }

    async fn verify(
        &self,
        connection: &Connection<A::Identity>,
        logon: &mut Logon<A::Identity>,
        challenged: Challenged,
        token: &[u8],
    ) -> Result<(), Refusal> {
        let claim = challenged.read(token).map_err(|error| {
            tracing::debug!(%error, peer = %connection.peer, "a sign-in with NTLM was refused");
            Refusal::Denied
        })?;
        if !claim.is_for(connection.bindings.as_deref()) {
            tracing::warn!(peer = %connection.peer, "a sign-in with NTLM was meant for another server");
            return Err(Refusal::Denied);
        }
        let (identity, session) = self.authority.ntlm(claim, connection.peer).await?;
        logon.signed_in(identity, Keys::Ntlm(Box::new(session)), None);
        Ok(())
    }
}

fn done<I: Clone>(logon: &Logon<I>, token: Option<HeaderValue>) -> Result<Progress<I>, Refusal> {
    let identity = logon.identity.clone().ok_or(Refusal::Denied)?;
    Ok(Progress::Done(identity, token))
}

/// Checks the signature over the list of mechanisms, and signs it. It has to be there when NTLM was not the first of
/// the list: otherwise somebody in between could have taken better mechanisms out.
fn sign_list<I>(
    logon: &mut Logon<I>,
    mechanisms: &[ObjectIdentifier],
    signature: Option<&[u8]>,
) -> Result<Option<Vec<u8>>, Refusal> {
    let Some(signature) = signature else {
        return match mechanisms.first() {
            Some(&spnego::NTLM) => Ok(None),
            _ => {
                *logon = Logon::default();
                Err(Refusal::Denied)
            }
        };
    };
    let Some(Keys::Ntlm(session)) = logon.keys.as_mut() else {
        return Err(Refusal::Denied);
    };
    let list = spnego::signed_list(mechanisms).map_err(|_| Refusal::Denied)?;
    session.check(&list, signature).map_err(|_| Refusal::Denied)?;
    let own = session.sign(&list).to_vec();
    session.restart().map_err(|_| Refusal::Unavailable)?;
    Ok(Some(own))
}

pub(super) fn spnego_header(token: Token) -> Result<HeaderValue, Refusal> {
    header("Negotiate", &token.write().map_err(|_| Refusal::Unavailable)?)
}

pub(super) fn header(scheme: &str, token: &[u8]) -> Result<HeaderValue, Refusal> {
    HeaderValue::from_str(&format!("{scheme} {}", STANDARD.encode(token))).map_err(|_| Refusal::Denied)
}

/// Name and password of Basic (RFC 7617).
pub(super) fn basic(credentials: &str) -> Option<(String, Zeroizing<String>)> {
    if credentials.len() > 4096 {
        return None;
    }
    let decoded = Zeroizing::new(STANDARD.decode(credentials.trim()).ok()?);
    let text = std::str::from_utf8(&decoded).ok()?;
    let (account, password) = text.split_once(':')?;
    Some((account.to_owned(), Zeroizing::new(password.to_owned())))
}
