//! What browsers send.

use axum::body::Body;
use http::header::{CONTENT_TYPE, COOKIE};
use http::{HeaderMap, HeaderName};
use http_body_util::{BodyExt as _, Limited};
use licensing_api::operation::BodySize;
use licensing_api::{ErrorCode, Problem};

/// Name of the cookie. Browsers take a name that begins so from this host alone, and over TLS.
const COOKIE_NAME: &str = "__Host-insight";
/// Says whose page has sent a request.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The id of the session.
pub(super) fn session_id(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE_NAME)
        .map(|(_, value)| value)
}

/// The cookie of a session; without an id the one that removes it.
pub(super) fn cookie(id: Option<&str>) -> String {
    let (value, age) = id.map_or(("", "; Max-Age=0"), |id| (id, ""));
    format!("{COOKIE_NAME}={value}; Path=/; Secure; HttpOnly; SameSite=Strict{age}")
}

/// Whether another page has sent the request, as far as the browser tells.
pub(super) fn is_of_another_page(headers: &HeaderMap) -> bool {
    headers
        .get(FETCH_SITE)
        .is_some_and(|site| site != "same-origin" && site != "none")
}

fn refused(detail: String) -> Problem {
    Problem::new(ErrorCode::InvalidRequest, detail)
}

/// The fields of a form.
#[derive(Debug, Default)]
pub(super) struct Form(Vec<(String, Vec<u8>)>);

impl Form {
    /// Reads a form, of a few fields or with a file.
    ///
    /// # Errors
    /// When it is too large or cannot be understood.
    pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<Self, Problem> {
        let kind = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        match multer::parse_boundary(kind) {
            Ok(boundary) => Self::read_parts(body, boundary).await,
            Err(_) => Self::read_small(body).await,
        }
    }

    /// Reads a form of a few fields. Of those who are not signed in nothing larger is taken.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub(super) async fn read_small(body: Body) -> Result<Self, Problem> {
        let collected = Limited::new(body, BodySize::Small.bytes()).collect().await;
        let bytes = collected
            .map_err(|error| refused(format!("The form cannot be read: {error}.")))?
            .to_bytes();
        Ok(Self(
            form_urlencoded::parse(&bytes)
                .map(|(name, value)| (name.into_owned(), value.into_owned().into_bytes()))
                .collect(),
        ))
    }

    async fn read_parts(body: Body, boundary: String) -> Result<Self, Problem> {
        let limits = multer::SizeLimit::new().whole_stream(BodySize::Large.bytes() as u64);
        let constraints = multer::Constraints::new()
            .size_limit(limits)
            .allowed_fields(vec!["csrf", "bundle"]);
        let mut parts = multer::Multipart::with_constraints(body.into_data_stream(), boundary, constraints);
        let mut fields = Vec::new();
        let unreadable = |error: multer::Error| refused(format!("The form cannot be read: {error}."));
        while let Some(part) = parts.next_field().await.map_err(unreadable)? {
            let name = part.name().unwrap_or_default().to_owned();
            fields.push((name, part.bytes().await.map_err(unreadable)?.to_vec()));
        }
        Ok(Self(fields))
    }

    /// The bytes of a field; empty when it is not there.
    pub(super) fn bytes(&self, name: &str) -> &[u8] {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map_or(&[], |(_, value)| value)
    }

    /// The text of a field; empty when it is not there or no text.
    pub(super) fn text(&self, name: &str) -> &str {
        std::str::from_utf8(self.bytes(name)).unwrap_or_default()
    }
}
