//! The HTTPS port: license servers on two routes, administrators on those of the table of operations, and a page for browsers.
//!
//! Whom a request comes from and whether they may do it is checked before anything of its body is read. License servers
//! prove who they are by the signature of what they send.

mod dispatch;
mod fulfilment;
mod gate;
mod machines;
mod operations;
mod page;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use licensing_api::operation::{AnsweredBy, OperationId, OperationInfo, TABLE};
use licensing_api::{ErrorCode, Problem};
use licensing_net::RateLimit;
use licensing_net::web::assemble::{self, RequestForm};
use licensing_net::web::{answer, leftover, routes};

use crate::fulfilment::Fulfilment;
use crate::service::Insight;
use gate::Admitted;

/// Requests a second that one address may make, which may be that of many license servers.
const REQUESTS_PER_SECOND: u32 = 5000;

/// What the port is served with.
pub struct WebServices {
    insight: Arc<Insight>,
    fulfilment: Arc<Fulfilment>,
    rate: RateLimit,
    /// Who has signed in at the page.
    sessions: page::Sessions,
}

/// The operations of the table that are answered here.
fn ours() -> impl Iterator<Item = &'static OperationInfo> {
    TABLE
        .iter()
        .filter(|info| info.answered == AnsweredBy::Insight || info.id == OperationId::GetEffectivePermission)
}

/// All routes, behind the gate.
pub fn router(insight: Arc<Insight>, fulfilment: Arc<Fulfilment>) -> Router {
    let services = Arc::new(WebServices {
        insight,
        fulfilment,
        rate: RateLimit::per_second(REQUESTS_PER_SECOND),
        sessions: page::Sessions::default(),
    });
    routes::of(ours(), carry_out)
        .route(gate::LIVEZ, get(|| async { answer::word("live\n") }))
        .merge(machines::routes())
        .merge(page::routes())
        .fallback(|| async {
            answer::problem(&Problem::new(
                ErrorCode::OperationNotFound,
                "The path is not one of Insight Services.",
            ))
        })
        .layer(from_fn_with_state(Arc::clone(&services), gate::pass))
        .layer(from_fn(leftover::take_in))
        .with_state(services)
}

async fn carry_out(services: Arc<WebServices>, form: Arc<RequestForm>, request: Request) -> Response {
    try_carry_out(services, &form, request)
        .await
        .unwrap_or_else(|problem| answer::problem(&problem))
}

async fn try_carry_out(
    services: Arc<WebServices>,
    form: &RequestForm,
    request: Request,
) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let path = routes::path_fields(&mut parts).await?;
    // None on the routes of license servers, and without the gate: what needs a caller is not answered then.
    let caller = parts
        .extensions
        .remove::<Admitted>()
        .map(|Admitted(caller)| caller);
    let bytes = assemble::read(form.info, &parts, body).await?;
    let request = assemble::request(form, &path, &parts, bytes)?;
    let id = form.info.id;
    let text = blocking(move || dispatch::dispatch(id, &services, caller.as_ref(), request)).await??;
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
