//! Who may use the licensing ports: holders of product tokens or client certificates, and on loopback anybody unless
//! configured otherwise.

mod layer;

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use jiff::Timestamp;
use licensing_api::{ErrorCode, Problem};
use licensing_net::tls::{ClientTrust, PeerCertificate};
use parking_lot::RwLock;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::config::AnonymousAccess;
use crate::control::{PRODUCT_TOKEN_SEPARATOR, ProductToken};

/// Longest token that is looked at, in bytes.
const TOKEN_BYTES: usize = 512;

/// Which tokens and certificates open the licensing ports now.
#[derive(Debug)]
pub struct ProductAccess {
    anonymous: RwLock<AnonymousAccess>,
    tokens: RwLock<HashMap<String, KnownToken>>,
    clients: ClientTrust,
}

#[derive(Debug, Clone)]
struct KnownToken {
    secret_sha256: Vec<u8>,
    expires: Timestamp,
}

/// How a caller came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Without a token.
    Anonymous,
    /// With this token.
    Token(String),
    /// With this client certificate.
    Certificate(Arc<PeerCertificate>),
}

/// Name of a caller for logs and records; `anonymous`, `token:` and its id, or `certificate:` and whom it is of.
impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => f.write_str("anonymous"),
            Self::Token(token_id) => write!(f, "token:{token_id}"),
            Self::Certificate(certificate) => write!(f, "certificate:{}", certificate.name()),
        }
    }
}

/// Whose requests count together: a token or certificate, and for who showed none the address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RatedCaller {
    /// An address, or its network.
    Address(IpAddr),
    /// Token or certificate, by its name.
    Credential(String),
}

impl Caller {
    /// Whose requests its requests count with.
    pub fn rated(&self, peer: IpAddr) -> RatedCaller {
        match self {
            Self::Anonymous => RatedCaller::Address(licensing_net::network_of(peer)),
            Self::Token(_) | Self::Certificate(_) => RatedCaller::Credential(self.to_string()),
        }
    }

    /// Its name for the audit; empty for who showed nothing.
    pub fn audited(&self) -> String {
        match self {
            Self::Anonymous => String::new(),
            Self::Token(_) | Self::Certificate(_) => self.to_string(),
        }
    }
}

/// What a caller shows.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// Address that the connection comes from.
    pub peer: IpAddr,
    /// Bearer token of the call.
    pub bearer: Option<&'a str>,
    /// Certificate of the connection.
    pub certificate: Option<&'a Arc<PeerCertificate>>,
}

impl ProductAccess {
    /// Access by these tokens, and by certificates of these authorities.
    pub fn new(anonymous: AnonymousAccess, tokens: &[ProductToken], clients: ClientTrust) -> Arc<Self> {
        let access = Self {
            anonymous: RwLock::new(anonymous),
            tokens: RwLock::default(),
            clients,
        };
        access.set_tokens(tokens);
        Arc::new(access)
    }

    /// Replaces the tokens.
    pub fn set_tokens(&self, tokens: &[ProductToken]) {
        let known = tokens.iter().map(|token| {
            // A hash that cannot be read is empty, and no token has an empty hash.
            let secret_sha256 = hex::decode(&token.secret_sha256).unwrap_or_default();
            (
                token.token_id.clone(),
                KnownToken {
                    secret_sha256,
                    expires: token.expires,
                },
            )
        });
        *self.tokens.write() = known.collect();
    }

    /// Changes who may come in without anything.
    pub fn set_anonymous(&self, anonymous: AnonymousAccess) {
        *self.anonymous.write() = anonymous;
    }

    /// The authorities whose client certificates count.
    pub fn clients(&self) -> &ClientTrust {
        &self.clients
    }

    /// Lets a caller in by its token, else by its certificate, else by where it comes from.
    ///
    /// # Errors
    /// `AuthorizationFailed` if what it shows is not valid, or it shows nothing where something is needed.
    pub fn admit(&self, shown: Shown<'_>) -> Result<Caller, Problem> {
        match (shown.bearer, shown.certificate) {
            (Some(bearer), _) => self.admit_token(bearer),
            (None, Some(certificate)) if self.clients.still_trusts(certificate) => {
                Ok(Caller::Certificate(Arc::clone(certificate)))
            }
            (None, Some(_)) => Err(refused(
                "The client certificate has ended, or its authority does not count any more.",
            )),
            (None, None) if self.admits_anybody(shown.peer) => Ok(Caller::Anonymous),
            (None, None) => Err(refused(
                "The call carries no product token, and the connection no client certificate.",
            )),
        }
    }

    fn admits_anybody(&self, peer: IpAddr) -> bool {
        match *self.anonymous.read() {
            AnonymousAccess::Never => false,
            AnonymousAccess::Loopback => peer.to_canonical().is_loopback(),
            AnonymousAccess::Always => true,
        }
    }

    fn admit_token(&self, bearer: &str) -> Result<Caller, Problem> {
        let invalid = || refused("The product token is not valid, or has ended.");
        if bearer.len() > TOKEN_BYTES {
            return Err(invalid());
        }
        let (token_id, _) = bearer.split_once(PRODUCT_TOKEN_SEPARATOR).ok_or_else(invalid)?;
        let known = self.known(token_id).ok_or_else(invalid)?;
        let presented = Sha256::digest(bearer.as_bytes());
        let right: bool = presented.as_slice().ct_eq(&known.secret_sha256).into();
        if right && Timestamp::now() < known.expires {
            Ok(Caller::Token(token_id.to_owned()))
        } else {
            Err(invalid())
        }
    }

    /// Whether a caller that came in earlier would still come in.
    pub fn still_holds(&self, peer: IpAddr, caller: &Caller) -> bool {
        match caller {
            Caller::Anonymous => self.admits_anybody(peer),
            Caller::Certificate(certificate) => self.clients.still_trusts(certificate),
            Caller::Token(token_id) => self
                .known(token_id)
                .is_some_and(|known| Timestamp::now() < known.expires),
        }
    }

    fn known(&self, token_id: &str) -> Option<KnownToken> {
        self.tokens.read().get(token_id).cloned()
    }
}

fn refused(detail: &str) -> Problem {
    Problem::new(ErrorCode::AuthorizationFailed, detail)
        .advise(
            "Have an administrator make a token with scope Product, or a client certificate where licensing.client_ca \
             is set, and give it to the product.",
        )
}

#[cfg(test)]
mod tests;
