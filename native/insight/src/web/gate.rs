//! Who may pass. Every request goes through here before anything else looks at it; what is not listed is refused.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method};
use licensing_api::operation::TABLE;
use licensing_api::{ErrorCode, Permission, Problem};
use licensing_net::web::answer;
use zeroize::Zeroizing;

use super::{WebServices, blocking, is_ours, machines};
use crate::service::Account;

/// Whether the process answers at all.
pub(super) const LIVEZ: &str = "/livez";

/// Longest header of credentials, in bytes.
const MAX_BYTES: usize = 4096;

/// Whom a request comes from.
#[derive(Debug, Clone)]
pub(super) struct Admitted(pub(super) Account);

/// What a request needs at least. A route that is in no list needs Full; a path or method that does not exist needs
/// ReadOnly, so that strangers cannot ask around.
fn required(method: &Method, route: Option<&str>) -> Permission {
    let Some(route) = route else {
        return Permission::ReadOnly;
    };
    let method = if method == Method::HEAD {
        &Method::GET
    } else {
        method
    };
    let mut known = false;
    for info in TABLE.iter().filter(|info| is_ours(info) && info.path == route) {
        if info.method.name() == method.as_str() {
            return info.permission;
        }
        known = true;
    }
    if (route == LIVEZ && method == Method::GET) || machines::is_one(method, route) {
        return Permission::None;
    }
    if known || route == LIVEZ || machines::has_path(route) {
        Permission::ReadOnly
    } else {
        Permission::Full
    }
}

pub(super) async fn pass(
    State(services): State<Arc<WebServices>>,
    mut request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map(|route| route.as_str().to_owned());
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0);
    let needed = required(&method, route.as_deref());
    let mut account = None;
    let mut response = match admit(&services, needed, request.headers(), peer, started).await {
        Ok(caller) => {
            if let Some(caller) = caller {
                account = Some(caller.name.clone());
                request.extensions_mut().insert(Admitted(caller));
            }
            next.run(request).await
        }
        Err(problem) if needed == Permission::None => machines::too_many(&problem),
        Err(problem) => answer::problem(&problem),
    };
    answer::protect(response.headers_mut());
    tracing::info!(
        target: "licensing_insight::access",
        %method,
        route = route.as_deref().unwrap_or("-"),
        status = response.status().as_u16(),
        account,
        address = peer.map(|peer| peer.ip().to_string()),
        milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "request"
    );
    response
}

/// The caller; none on the routes that need no account.
async fn admit(
    services: &Arc<WebServices>,
    needed: Permission,
    headers: &HeaderMap,
    peer: Option<SocketAddr>,
    now: Instant,
) -> Result<Option<Account>, Problem> {
    let Some(peer) = peer else {
        return Err(Problem::new(
            ErrorCode::UnknownError,
            "The listener does not tell where the request comes from.",
        ));
    };
    services.rate.take(peer.ip().to_canonical(), now)?;
    if needed == Permission::None {
        return Ok(None);
    }
    let token = token(headers)?;
    let insight = Arc::clone(&services.insight);
    let caller = blocking(move || insight.account_of(&token))
        .await??
        .ok_or_else(|| Problem::new(ErrorCode::AuthorizationFailed, "The token is not valid."))?;
    if caller.permission < needed {
        return Err(Problem::new(
            ErrorCode::UserNotAuthorized,
            format!(
                "The operation needs {needed:?}; the caller has {:?}.",
                caller.permission
            ),
        )
        .about(caller.name));
    }
    Ok(Some(caller))
}

/// The token of a request: Bearer (RFC 6750), or Basic (RFC 7617) with the token as password.
fn token(headers: &HeaderMap) -> Result<Zeroizing<String>, Problem> {
    let refused = |text: &str| Problem::new(ErrorCode::AuthorizationFailed, text);
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values
        .next()
        .ok_or_else(|| refused("The request has no credentials."))?;
    if values.next().is_some() {
        return Err(refused("The request has credentials more than once."));
    }
    let not_understood = || refused("The credentials are neither Bearer nor Basic.");
    let text = value.to_str().map_err(|_| not_understood())?;
    if text.len() > MAX_BYTES {
        return Err(not_understood());
    }
    let (scheme, rest) = text.split_once(' ').ok_or_else(not_understood)?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Ok(Zeroizing::new(rest.to_owned()));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(not_understood());
    }
    let decoded = Zeroizing::new(STANDARD.decode(rest).map_err(|_| not_understood())?);
    let decoded = std::str::from_utf8(&decoded).map_err(|_| not_understood())?;
    let (_, token) = decoded.split_once(':').ok_or_else(not_understood)?;
    Ok(Zeroizing::new(token.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_no_list_needs_full() {
        assert_eq!(required(&Method::GET, Some("/v1/forgotten")), Permission::Full);
        assert_eq!(required(&Method::GET, None), Permission::ReadOnly);
        assert_eq!(required(&Method::POST, Some("/livez")), Permission::ReadOnly);
        assert_eq!(
            required(&Method::POST, Some("/v1/insight/registrations")),
            Permission::Full
        );
        // Operations of license servers are none of ours.
        assert_eq!(required(&Method::GET, Some("/v1/usage")), Permission::Full);
    }
}
