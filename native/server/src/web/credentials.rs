//! The Authorization header.

use http::HeaderMap;
use licensing_api::Problem;
use licensing_net::web::authorization::{self, Authorization};

use crate::accounts::Credentials;

/// Reads the credentials of a request.
///
/// # Errors
/// As [`authorization::read`].
pub(super) fn read(headers: &HeaderMap) -> Result<Credentials, Problem> {
    Ok(match authorization::read(headers)? {
        Authorization::Basic { account, password } => Credentials::Password { account, password },
        Authorization::Bearer(token) => Credentials::Token(token),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use http::HeaderValue;
    use http::header::AUTHORIZATION;
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
