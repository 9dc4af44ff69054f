//! Routes, made from the table.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use http::StatusCode;
use licensing_api::operation::{Method, OperationInfo, TABLE};
use licensing_api::server::DaemonState;
use licensing_api::{ErrorCode, Problem};

use super::assemble::Shape;
use super::dispatch::{self, Call};
use super::gate::{self, Admitted};
use super::{WebServices, answer, assemble, metrics};

/// All routes, behind the gate.
pub(super) fn build(services: Arc<WebServices>) -> Router {
    let mut paths: BTreeMap<&'static str, Vec<&'static OperationInfo>> = BTreeMap::new();
    for info in TABLE {
        paths.entry(info.path).or_default().push(info);
    }
    let mut router = Router::new();
    for (path, operations) in paths {
        router = router.route(path, methods(&operations));
    }
    router
        .route(gate::LIVEZ, only_get(get(|| async { answer::word("live\n") })))
        .route(gate::READYZ, only_get(get(ready)))
        .route(gate::OPENAPI, only_get(get(openapi)))
        .route(gate::METRICS, only_get(get(metrics::show)))
        .fallback(|| async {
            answer::problem(&Problem::new(
                ErrorCode::OperationNotFound,
                "The path is not one of this server.",
            ))
        })
        .layer(from_fn_with_state(Arc::clone(&services), gate::pass))
        .with_state(services)
}

fn methods(operations: &[&'static OperationInfo]) -> MethodRouter<Arc<WebServices>> {
    let mut router = MethodRouter::new();
    let mut names = Vec::new();
    for info in operations {
        let shape = Arc::new(Shape::of(info));
        names.push(info.method.name());
        router = router.on(
            filter(info.method),
            move |State(services): State<Arc<WebServices>>, request: Request| {
                let shape = Arc::clone(&shape);
                async move { carry_out(services, shape, request).await }
            },
        );
    }
    with_method_problem(router, names.join(", "))
}

fn filter(method: Method) -> axum::routing::MethodFilter {
    use axum::routing::MethodFilter;
    match method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
        Method::Put => MethodFilter::PUT,
        Method::Patch => MethodFilter::PATCH,
        Method::Delete => MethodFilter::DELETE,
    }
}

fn only_get(router: MethodRouter<Arc<WebServices>>) -> MethodRouter<Arc<WebServices>> {
    with_method_problem(router, "GET".to_owned())
}

fn with_method_problem(
    router: MethodRouter<Arc<WebServices>>,
    names: String,
) -> MethodRouter<Arc<WebServices>> {
    router.fallback(move || async move {
        let problem = Problem::new(ErrorCode::MethodNotAllowed, format!("Allowed methods: {names}."));
        answer::with_allowed(answer::problem(&problem), &names)
    })
}

/// One operation, from its request to its answer.
async fn carry_out(services: Arc<WebServices>, shape: Arc<Shape>, request: Request) -> Response {
    match try_carry_out(services, &shape, request).await {
        Ok(text) => answer::json(text),
        Err(problem) => {
            if !dispatch::is_documented(shape.info, problem.code) {
                tracing::error!(
                    operation = shape.info.name,
                    code = problem.code.name(),
                    "the operation failed in a way that its entry in the table does not have"
                );
            }
            answer::problem(&problem)
        }
    }
}

async fn try_carry_out(
    services: Arc<WebServices>,
    shape: &Shape,
    request: Request,
) -> Result<Vec<u8>, Problem> {
    let (mut parts, body) = request.into_parts();
    let path = path_fields(&mut parts).await?;
    // Without the gate there is no caller, and without a caller no handler but that of the certificate answers.
    let caller = parts
        .extensions
        .remove::<Admitted>()
        .and_then(|admitted| admitted.0);
    let request = assemble::request(&services, shape, &path, &parts, body).await?;
    let (id, name) = (shape.info.id, shape.info.name);
    // In a task of its own: a change is not left half-way when the client goes, and a defect in one handler ends this
    // request alone.
    tokio::spawn(async move {
        let call = Call { caller };
        dispatch::dispatch(id, &services, &call, request).await
    })
    .await
    .unwrap_or_else(|error| {
        tracing::error!(operation = name, %error, "a handler failed");
        Err(Problem::new(
            ErrorCode::UnknownError,
            "The handler of the operation failed; the server's log has more.",
        ))
    })
}

async fn path_fields(parts: &mut http::request::Parts) -> Result<Vec<(String, String)>, Problem> {
    let params = RawPathParams::from_request_parts(parts, &())
        .await
        .map_err(|_| Problem::new(ErrorCode::InvalidRequest, "The path is not valid UTF-8."))?;
    Ok(params
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect())
}

async fn ready(State(services): State<Arc<WebServices>>) -> Response {
    let serving = services
        .setup
        .daemons
        .vendors()
        .iter()
        .all(|daemon| match daemon.state {
            DaemonState::Running => true,
            DaemonState::Starting | DaemonState::BackOff | DaemonState::Stopped => false,
        });
    if serving && !services.setup.stopping.is_cancelled() {
        return answer::word("ready\n");
    }
    let mut response = answer::word("not ready\n");
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}

async fn openapi(State(services): State<Arc<WebServices>>, _: http::Request<Body>) -> Response {
    answer::json(services.openapi.clone())
}
