//! Routes, made from the table.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, StatusCode};
use licensing_api::operation::{BodySize, OperationId, OperationInfo, TABLE, op};
use licensing_api::server::DaemonState;
use licensing_api::{ErrorCode, Permission, Problem};
use licensing_net::web::{leftover, routes};
use serde_json::Value;
use tokio::task::JoinError;

use super::assemble::RequestForm;
use super::daemon_lists::to_json;
use super::dispatch::{self, Call};
use super::gate::{self, Admitted};
use super::holders::Holders;
use super::inventories::Answer;
use super::places::Place;
use super::{WebServices, answer, assemble, metrics};
use crate::accounts::Caller;
use crate::license_folder::SHORT_TEXT;

/// All routes, behind the gate.
pub(super) fn build(services: Arc<WebServices>) -> Router {
    routes::of(TABLE, carry_out)
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
        .layer(from_fn(leftover::take_in))
        .with_state(services)
}

fn only_get(router: MethodRouter<Arc<WebServices>>) -> MethodRouter<Arc<WebServices>> {
    routes::with_method_problem(router, "GET".to_owned())
}

/// One operation, from its request to its answer.
async fn carry_out(services: Arc<WebServices>, form: Arc<RequestForm>, request: Request) -> Response {
    match try_carry_out(services, &form, request).await {
        Ok(response) => response,
        Err(problem) => {
            if !dispatch::is_documented(form.info, problem.code) {
                tracing::error!(
                    operation = form.info.name,
                    code = problem.code.name(),
                    "the operation failed in a way that its entry in the table does not have"
                );
            }
            answer::problem(&problem)
        }
    }
}

/// Largest answer that is sent without a place among the large requests.
const SMALL_ANSWER: usize = 64 * 1024;

/// Operations whose answer is one row that holds a file.
const ANSWERED_WITH_FILES: [OperationId; 3] = [
    OperationId::ExportUsageReport,
    OperationId::ExportUpload,
    OperationId::GetBackupPiece,
];

/// Whether a request of the operation or its answer may be large.
fn is_large(info: &OperationInfo) -> bool {
    info.body == BodySize::Large || info.rows || ANSWERED_WITH_FILES.contains(&info.id)
}

/// Whether the operation works a large body out for whoever asks. What administrators change waits for other things than the
/// processor, such as daemons.
fn explains(info: &OperationInfo) -> bool {
    info.body == BodySize::Large && info.permission != Permission::Full
}

/// Whether those who ask at the same time share the answer.
fn is_shared(info: &OperationInfo) -> bool {
    info.id == OperationId::GetInventory
}

/// Whether something short is explained: it does not wait for what is large. Its length has to be declared.
fn explains_little(info: &OperationInfo, headers: &HeaderMap) -> bool {
    let declared = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok());
    explains(info)
        && declared
            .and_then(|length| length.parse::<usize>().ok())
            .is_some_and(|length| length <= SHORT_TEXT)
}

async fn try_carry_out(
    services: Arc<WebServices>,
    form: &RequestForm,
    request: Request,
) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let path = routes::path_fields(&mut parts).await?;
    // Without the gate there is no caller, and without a caller no handler but that of the certificate answers.
    let caller = parts
        .extensions
        .remove::<Admitted>()
        .and_then(|admitted| admitted.0);
    let is_short = explains_little(form.info, &parts.headers);
    let place = match &caller {
        Some(caller) if is_large(form.info) && !is_short && !is_shared(form.info) => {
            Some(services.large_requests.enter(caller.account_id()).await?)
        }
        Some(_) | None => None,
    };
    let reading = assemble::read(form.info, &parts, body);
    let bytes = match &place {
        Some(place) => place.with_peer(reading).await?,
        None => reading.await?,
    };
    let explains = explains(form.info);
    let turns = match is_short {
        true => &services.explaining_short,
        false => &services.explaining,
    };
    let turn = match &caller {
        Some(caller) if explains => Some(turns.enter(caller.account_id()).await?),
        Some(_) | None => None,
    };
    let request = assemble::request(form, &path, &parts, bytes)?;
    let place = match (form.info.id, &caller, place) {
        (OperationId::GetUsage, Some(caller), Some(place)) => {
            return holders(services, caller, request, place).await;
        }
        (_, _, place) => place,
    };
    if let Some(caller) = caller.clone().filter(|_| is_shared(form.info)) {
        let takes_gzip = answer::takes_gzip(&parts.headers);
        return inventory(services, form.info, caller, request, takes_gzip).await;
    }
    let (text, (_, place)) = in_own_task(services, form.info, caller, request, (turn, place)).await?;
    Ok(in_place(text, place))
}

/// Carries an operation out in a task of its own, which keeps `held`: a change is not left half-way when the client goes, and
/// a defect in one handler ends this request alone.
async fn in_own_task<T: Send + 'static>(
    services: Arc<WebServices>,
    info: &'static OperationInfo,
    caller: Option<Caller>,
    request: Value,
    held: T,
) -> Result<(Vec<u8>, T), Problem> {
    tokio::spawn(async move {
        let call = Call { caller };
        let outcome = dispatch::dispatch(info.id, &services, &call, request).await;
        if info.permission == Permission::Full {
            services.inventories.forget();
        }
        Ok((outcome?, held))
    })
    .await
    .unwrap_or_else(|error| Err(handler_failed(info.name, &error)))
}

/// An inventory that may be shared with others who ask for the same.
async fn inventory(
    services: Arc<WebServices>,
    info: &'static OperationInfo,
    caller: Caller,
    request: Value,
    takes_gzip: bool,
) -> Result<Response, Problem> {
    let (account, key) = (caller.account_id(), to_json(&request)?);
    let make = in_own_task(Arc::clone(&services), info, Some(caller), request, ());
    let make = async { make.await.map(|(text, ())| text) };
    let made = services
        .inventories
        .of(&services.large_requests, account, key, takes_gzip, make)
        .await?;
    Ok(match made {
        Answer::Shared(text) => answer::json(text),
        Answer::Compressed(bytes) => answer::compressed_json(bytes),
        Answer::Own(text, place) => in_place(text, Some(place)),
    })
}

/// Those who hold seats. A long list is sent while it is read.
async fn holders(
    services: Arc<WebServices>,
    caller: &Caller,
    request: Value,
    place: Place,
) -> Result<Response, Problem> {
    let request = assemble::typed::<op::GetUsage>(request)?;
    Ok(match services.holders(request, caller.account.clone()).await? {
        Holders::Whole(text) => in_place(text, Some(place)),
        Holders::Long(parts) => answer::json(Arc::new(place).answer_in_parts(parts)),
    })
}

/// An answer that keeps its place until it is sent, unless it is small.
fn in_place(text: Vec<u8>, place: Option<Place>) -> Response {
    let is_small = text.len() <= SMALL_ANSWER;
    match place.filter(|_| !is_small) {
        None => answer::json(text),
        Some(place) => {
            let body = Arc::new(place).answer(text.into());
            answer::json(Bytes::new()).map(|_| body)
        }
    }
}

fn handler_failed(operation: &str, error: &JoinError) -> Problem {
    tracing::error!(operation, %error, "a handler failed");
    Problem::new(
        ErrorCode::UnknownError,
        "The handler of the operation failed; the server's log has more.",
    )
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_that_hold_a_file_have_a_place_among_the_large_ones() {
        for id in [
            OperationId::ExportUsageReport,
            OperationId::GetBackupPiece,
            OperationId::GetUsage,
        ] {
            assert!(is_large(id.info()), "{id:?}");
        }
        assert!(!is_large(OperationId::GetServerInfo.info()));
    }
}
