//! Who may pass. Every request goes through here before anything else looks at it; what is not listed is refused.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, Method};
use licensing_api::{ErrorCode, Permission, Problem, Secret};
use licensing_management::exchange::REGISTRATION_PATH;
use licensing_net::web::answer;
use licensing_net::web::authorization::{self, Authorization};
use licensing_net::web::permission::{self, SystemRoute};

use super::{WebServices, blocking, machines, ours, page};
use crate::service::Account;

/// Whether the process answers at all.
pub(super) const LIVEZ: &str = "/livez";

/// Routes besides the table. License servers need no account on theirs, and the page looks for a session itself.
const SYSTEM_ROUTES: &[SystemRoute] = &[
    (Method::GET, LIVEZ, Permission::None),
    (Method::POST, REGISTRATION_PATH, Permission::None),
    (Method::PUT, machines::UPLOAD_ROUTE, Permission::None),
    (Method::GET, page::PAGE, Permission::None),
    (Method::GET, page::STYLE, Permission::None),
    (Method::POST, page::SIGN_IN, Permission::None),
    (Method::POST, page::SIGN_OUT, Permission::None),
    (Method::POST, page::ACKNOWLEDGE, Permission::None),
    (Method::POST, page::BUNDLE, Permission::None),
];

/// Whom a request comes from.
#[derive(Debug, Clone)]
pub(super) struct Admitted(pub(super) Account);

/// What a request needs at least.
fn required(method: &Method, route: Option<&str>) -> Permission {
    permission::required(method, route, ours(), SYSTEM_ROUTES)
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
        Err(problem)
            if problem.code == ErrorCode::TooManyRequests
                && route.as_deref().is_some_and(machines::is_route) =>
        {
            machines::too_many(&problem)
        }
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
    let caller = blocking(move || insight.account_of(token.expose()))
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

/// The token of a request: as a bearer token, or as the password of Basic.
fn token(headers: &HeaderMap) -> Result<Secret, Problem> {
    Ok(match authorization::read(headers)? {
        Authorization::Basic { password, .. } => password,
        Authorization::Bearer(token) => token,
    })
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
