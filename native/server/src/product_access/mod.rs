//! Who may use the licensing ports: holders of product tokens, and on loopback anybody unless configured otherwise.

mod layer;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use licensing_api::{ErrorCode, Problem};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::config::AnonymousAccess;
use crate::manager::{PRODUCT_TOKEN_SEPARATOR, ProductToken};

/// Longest token that is looked at, in bytes.
const TOKEN_BYTES: usize = 512;

/// Which tokens open the licensing ports now.
#[derive(Debug)]
pub struct ProductAccess {
    anonymous: AnonymousAccess,
    tokens: RwLock<HashMap<String, KnownToken>>,
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
}

impl ProductAccess {
    /// Access by these tokens.
    pub fn new(anonymous: AnonymousAccess, tokens: &[ProductToken]) -> Arc<Self> {
        let access = Self {
            anonymous,
            tokens: RwLock::default(),
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
        *self.tokens.write().unwrap_or_else(PoisonError::into_inner) = known.collect();
    }

    /// Lets a caller in by what it presents as bearer token.
    ///
    /// # Errors
    /// `AuthorizationFailed` if the token is not valid, or there is none where one is needed.
    pub fn admit(&self, peer: IpAddr, bearer: Option<&str>) -> Result<Caller, Problem> {
        let Some(bearer) = bearer else {
            let may = match self.anonymous {
                AnonymousAccess::Never => false,
                AnonymousAccess::Loopback => peer.to_canonical().is_loopback(),
                AnonymousAccess::Always => true,
            };
            return if may {
                Ok(Caller::Anonymous)
            } else {
                Err(refused("The call carries no product token."))
            };
        };
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
    pub fn still_holds(&self, caller: &Caller) -> bool {
        match caller {
            Caller::Anonymous => true,
            Caller::Token(token_id) => self
                .known(token_id)
                .is_some_and(|known| Timestamp::now() < known.expires),
        }
    }

    fn known(&self, token_id: &str) -> Option<KnownToken> {
        self.tokens
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(token_id)
            .cloned()
    }
}

fn refused(detail: &str) -> Problem {
    Problem::new(ErrorCode::AuthorizationFailed, detail)
        .advise("Have an administrator make a token with scope Product, and give it to the product.")
}

#[cfg(test)]
mod tests;
