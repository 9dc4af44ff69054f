//! The Authorization header.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use licensing_api::{ErrorCode, Problem, Secret};
use zeroize::Zeroizing;

use crate::accounts::Credentials;

/// Longest header that is looked at, in bytes.
const MAX_BYTES: usize = 4096;

/// Reads the credentials of a request: Basic (RFC 7617, UTF-8) or Bearer (RFC 6750).
///
/// # Errors
/// `AuthorizationFailed` when there are none, more than one, or none of these two kinds. No text of the header is
/// repeated.
pub(super) fn read(headers: &HeaderMap) -> Result<Credentials, Problem> {
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
        return Ok(Credentials::Token(Secret::new(rest)));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(not_understood());
    }
    let decoded = Zeroizing::new(STANDARD.decode(rest).map_err(|_| not_understood())?);
    let decoded = std::str::from_utf8(&decoded).map_err(|_| not_understood())?;
    let (account, password) = decoded.split_once(':').ok_or_else(not_understood)?;
    Ok(Credentials::Password {
        account: account.to_owned(),
        password: Secret::new(password),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn header(text: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_str(text).unwrap());
        headers
    }

    #[test]
    fn both_kinds_are_read() {
        let Credentials::Password { account, password } = read(&header(&format!(
            "bAsIc {}",
            STANDARD.encode("CORP\\ann:pass:wörd")
        )))
        .unwrap() else {
            panic!("a token was read");
        };
        assert_eq!((account.as_str(), password.expose()), ("CORP\\ann", "pass:wörd"));
        let Credentials::Token(secret) = read(&header("Bearer lic_1.x")).unwrap() else {
            panic!("a password was read");
        };
        assert_eq!(secret.expose(), "lic_1.x");
    }

    #[test]
    fn everything_else_is_refused() {
        assert!(read(&HeaderMap::new()).is_err());
        for text in [
            "",
            "Basic",
            "Basic !!!",
            "Basic bm9jb2xvbg==",
            "Digest a=b",
            "Negotiate abc",
        ] {
            assert!(read(&header(text)).is_err(), "{text}");
        }
        let mut twice = header("Bearer a");
        twice.append(AUTHORIZATION, HeaderValue::from_static("Bearer b"));
        assert!(read(&twice).is_err());
        assert!(read(&header(&format!("Bearer {}", "a".repeat(5000)))).is_err());
    }

    proptest! {
        #[test]
        fn no_header_panics_or_is_repeated(bytes in proptest::collection::vec(32u8..=255, 0..200)) {
            let mut headers = HeaderMap::new();
            // DEL is the one byte of this range that no header has; the parser of HTTP refuses it.
            let Ok(value) = HeaderValue::from_bytes(&bytes) else { return Ok(()) };
            headers.insert(AUTHORIZATION, value);
            if let Err(problem) = read(&headers) {
                prop_assert!(problem.detail.ends_with('.') && problem.target.is_empty());
            }
        }
    }
}
