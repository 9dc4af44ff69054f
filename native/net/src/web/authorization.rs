//! The Authorization header.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use licensing_api::{ErrorCode, Problem, Secret};
use zeroize::Zeroizing;

/// Longest header that is looked at, in bytes.
const MAX_BYTES: usize = 4096;

/// What a request proves itself with.
#[derive(Debug)]
pub enum Authorization {
    /// Basic (RFC 7617, UTF-8).
    Basic {
        /// Before the colon.
        account: String,
        /// Behind it.
        password: Secret,
    },
    /// Bearer (RFC 6750).
    Bearer(Secret),
}

/// Reads the header.
///
/// # Errors
/// `AuthorizationFailed` when there is none, more than one, or none of these two kinds. No text of the header is
/// repeated.
pub fn read(headers: &HeaderMap) -> Result<Authorization, Problem> {
    let refused = |text: &str| Problem::new(ErrorCode::AuthorizationFailed, text);
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Err(refused("The request has no credentials."));
    };
    if values.next().is_some() {
        return Err(refused("The request has credentials more than once."));
    }
    let not_understood = || refused("The credentials are neither Basic nor Bearer.");
    let text = value.to_str().map_err(|_| not_understood())?;
    if text.len() > MAX_BYTES {
        return Err(not_understood());
    }
    let (scheme, rest) = text.split_once(' ').ok_or_else(not_understood)?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Ok(Authorization::Bearer(Secret::new(rest)));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(not_understood());
    }
    let decoded = Zeroizing::new(STANDARD.decode(rest).map_err(|_| not_understood())?);
    let decoded = std::str::from_utf8(&decoded).map_err(|_| not_understood())?;
    let (account, password) = decoded.split_once(':').ok_or_else(not_understood)?;
    Ok(Authorization::Basic {
        account: account.to_owned(),
        password: Secret::new(password),
    })
}
