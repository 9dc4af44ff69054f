//! Who may pass. Every request goes through here before anything else looks at it; what is not listed is refused.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::Method;
use jiff::Timestamp;
use licensing_api::operation::TABLE;
use licensing_api::{ErrorCode, Permission, Problem};
use licensing_net::web::permission::{self, SystemRoute};

use super::answer::{self, FailedWith};
use super::places::{HoldingBody, Place};
use super::{WebServices, credentials};
use crate::accounts::{Caller, Credentials};

/// Routes besides the table.
pub(super) const SYSTEM_ROUTES: &[SystemRoute] = &[
    (Method::GET, LIVEZ, Permission::None),
    (Method::GET, READYZ, Permission::None),
    (Method::GET, OPENAPI, Permission::ReadOnly),
    (Method::GET, METRICS, Permission::ReadOnly),
];

/// Whether the process answers at all.
pub(super) const LIVEZ: &str = "/livez";

/// Whether every vendor daemon serves.
pub(super) const READYZ: &str = "/readyz";

/// The description of all operations.
pub(super) const OPENAPI: &str = "/openapi.json";

/// Figures for monitoring; without credentials where the configuration says so.
pub(super) const METRICS: &str = "/metrics";

/// Whom a request comes from; none on the few routes that need no credentials.
#[derive(Debug, Clone)]
pub(super) struct Admitted(pub(super) Option<Caller>);

/// What a request needs at least.
fn required(method: &Method, route: Option<&str>) -> Permission {
    permission::required(method, route, TABLE, SYSTEM_ROUTES)
}

/// Admits or refuses, answers, and writes the line of the access log.
pub(super) async fn pass(State(services): State<Arc<WebServices>>, request: Request, next: Next) -> Response {
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
    let required = match route.as_deref() {
        Some(METRICS) if services.setup.config.now().web.anonymous_metrics && method == Method::GET => {
            Permission::None
        }
        route => required(&method, route),
    };
    let credentials = credentials::read(request.headers());
    let claimed = credentials.as_ref().ok().map(Credentials::claimed);
    let (account, mut response) = match admit(&services, required, credentials, peer, started).await {
        Ok(Admission::Anybody) => (None, run(next, request, Admitted(None), None).await),
        Ok(Admission::Of(caller)) => {
            let account = Some(caller.actor().account);
            let response = match services.requests.enter(caller.account_id()).await {
                Ok(place) => run(next, request, Admitted(Some(caller)), Some(place)).await,
                Err(problem) => answer::problem(&problem),
            };
            (account, response)
        }
        Ok(Admission::Refused(caller, problem)) => (Some(caller.actor().account), answer::problem(&problem)),
        Err(problem) => (claimed, answer::problem(&problem)),
    };
    answer::protect(response.headers_mut());
    let code = response
        .extensions()
        .get::<FailedWith>()
        .map(|failed| failed.0.name());
    tracing::info!(
        target: "licensing_server::access",
        %method,
        // The route as it is declared: what the client wrote in its place may be anything.
        route = route.as_deref().unwrap_or("-"),
        status = response.status().as_u16(),
        code,
        // That of a request which was refused is what it claimed.
        account,
        address = peer.map(|peer| peer.ip().to_string()),
        milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "request"
    );
    response
}

/// Lets the handler answer. The answer holds the place of its request until it is sent.
async fn run(next: Next, mut request: Request, admitted: Admitted, place: Option<Place>) -> Response {
    request.extensions_mut().insert(admitted);
    let response = next.run(request).await;
    response.map(|body| Body::new(HoldingBody::new(body, place)))
}

/// Whom a request comes from.
enum Admission {
    /// Nobody needs to know.
    Anybody,
    /// A caller who may do it.
    Of(Caller),
    /// A caller who may not.
    Refused(Caller, Problem),
}

async fn admit(
    services: &WebServices,
    required: Permission,
    credentials: Result<Credentials, Problem>,
    peer: Option<SocketAddr>,
    now: Instant,
) -> Result<Admission, Problem> {
    let Some(peer) = peer else {
        return Err(Problem::new(
            ErrorCode::UnknownError,
            "The listener does not tell where the request comes from.",
        ));
    };
    let address = peer.ip().to_canonical();
    services.rate.take(address, now)?;
    if required == Permission::None {
        return Ok(Admission::Anybody);
    }
    let caller = services
        .accounts
        .authenticate(credentials?, address, Timestamp::now())
        .await?;
    if caller.permissions < required {
        let problem = Problem::new(
            ErrorCode::UserNotAuthorized,
            format!(
                "The operation needs {required:?}; the caller has {:?}.",
                caller.permissions
            ),
        );
        let problem = problem.about(&caller.account);
        return Ok(Admission::Refused(caller, problem));
    }
    if services.setup.stopping.is_cancelled() {
        let problem = Problem::new(ErrorCode::ServerStopping, "No new requests are taken.").retry_after(5);
        return Ok(Admission::Refused(caller, problem));
    }
    Ok(Admission::Of(caller))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_no_list_needs_full() {
        assert_eq!(required(&Method::GET, Some("/v1/forgotten")), Permission::Full);
        assert_eq!(required(&Method::POST, Some("/livez")), Permission::ReadOnly);
        assert_eq!(
            required(&Method::DELETE, Some("/v1/server")),
            Permission::ReadOnly
        );
        assert_eq!(required(&Method::GET, None), Permission::ReadOnly);
        assert_eq!(required(&Method::GET, Some("/livez")), Permission::None);
        assert_eq!(required(&Method::HEAD, Some("/v1/usage")), Permission::ReadOnly);
        assert_eq!(
            required(&Method::POST, Some("/v1/license-files")),
            Permission::Full
        );
    }
}
