//! The HTTPS port: license servers on two routes, administrators on those of the table of operations.
//!
//! Whom a request comes from and whether they may do it is checked before anything of its body is read. License servers
//! prove who they are by the signature of what they send.

mod dispatch;
mod gate;
mod machines;
mod operations;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, get};
use licensing_api::operation::{AnsweredBy, Method, OperationId, OperationInfo, TABLE};
use licensing_api::{ErrorCode, Problem};
use licensing_net::RateLimit;
use licensing_net::web::{answer, assemble};

use crate::service::Insight;
use gate::Admitted;

/// What the port is served with.
pub struct WebServices {
    insight: Arc<Insight>,
    rate: RateLimit,
}

/// Whether an operation of the table is answered here.
fn is_ours(info: &OperationInfo) -> bool {
    info.answered == AnsweredBy::Insight || info.id == OperationId::GetEffectivePermission
}

/// All routes, behind the gate.
pub fn router(insight: Arc<Insight>) -> Router {
    let services = Arc::new(WebServices {
        insight,
        rate: RateLimit::default(),
    });
    let mut paths: BTreeMap<&'static str, Vec<&'static OperationInfo>> = BTreeMap::new();
    for info in TABLE.iter().filter(|info| is_ours(info)) {
        paths.entry(info.path).or_default().push(info);
    }
    let mut router = Router::new();
    for (path, operations) in paths {
        router = router.route(path, methods(&operations));
    }
    router
        .route(gate::LIVEZ, get(|| async { answer::word("live\n") }))
        .merge(machines::routes())
        .fallback(|| async {
            answer::problem(&Problem::new(
                ErrorCode::OperationNotFound,
                "The path is not one of Insight Services.",
            ))
        })
        .layer(from_fn_with_state(Arc::clone(&services), gate::pass))
        .with_state(services)
}

fn methods(operations: &[&'static OperationInfo]) -> MethodRouter<Arc<WebServices>> {
    let mut router = MethodRouter::new();
    let mut names = Vec::new();
    for info in operations {
        let form = Arc::new(assemble::RequestForm::of(info));
        names.push(info.method.name());
        router = router.on(
            filter(info.method),
            move |State(services): State<Arc<WebServices>>, request: Request| {
                let form = Arc::clone(&form);
                async move {
                    carry_out(services, &form, request)
                        .await
                        .unwrap_or_else(|problem| answer::problem(&problem))
                }
            },
        );
    }
    let names = names.join(", ");
    router.fallback(move || async move {
        let problem = Problem::new(ErrorCode::MethodNotAllowed, format!("Allowed methods: {names}."));
        answer::with_allowed(answer::problem(&problem), &names)
    })
}

fn filter(method: Method) -> MethodFilter {
    match method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
        Method::Put => MethodFilter::PUT,
        Method::Patch => MethodFilter::PATCH,
        Method::Delete => MethodFilter::DELETE,
    }
}

async fn carry_out(
    services: Arc<WebServices>,
    form: &assemble::RequestForm,
    request: Request,
) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let params = RawPathParams::from_request_parts(&mut parts, &())
        .await
        .map_err(|_| Problem::new(ErrorCode::InvalidRequest, "The path is not valid UTF-8."))?;
    let path: Vec<(String, String)> = params
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    // Without the gate there is no caller, and without a caller nothing is answered.
    let Some(Admitted(caller)) = parts.extensions.remove::<Admitted>() else {
        return Err(Problem::new(
            ErrorCode::AuthorizationFailed,
            "The request has no credentials.",
        ));
    };
    let bytes = assemble::read(form.info, &parts, body).await?;
    let request = assemble::request(form, &path, &parts, bytes)?;
    let id = form.info.id;
    let text = blocking(move || dispatch::dispatch(id, &services.insight, &caller, request)).await??;
    Ok(answer::json(text))
}

/// Runs what blocks beside the tasks of the port. It is carried out to its end even when the client goes.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "a handler failed");
        Problem::new(
            ErrorCode::UnknownError,
            "The handler of the operation failed; the log has more.",
        )
    })
}
