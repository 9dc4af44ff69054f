//! The two routes of license servers; docs/telemetry.md describes them.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use axum::routing::{post, put};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use jiff::Timestamp;
use licensing_api::Problem;
use licensing_management::exchange::{
    DATE_HEADER, REGISTRATION_PATH, ReceiverErrorCode, ReceiverProblem, RegistrationRequest, SERVER_HEADER,
    SIGNATURE_HEADER,
};
use licensing_management::id::UploadId;
use licensing_management::key::DocumentSignature;
use licensing_management::upload::MAX_UPLOAD_BYTES;
use serde::Serialize;

use super::{WebServices, blocking};
use crate::service::SentUpload;

/// Route of the uploads.
pub(super) const UPLOAD_ROUTE: &str = "/v1/uploads/{uploadId}";

/// Largest registration request, in bytes.
const MAX_REGISTRATION_BYTES: usize = 64 * 1024;

/// Seconds after which a server may come again when nothing can be stored.
const RETRY_SECONDS: u32 = 300;

pub(super) fn routes() -> Router<Arc<WebServices>> {
    Router::new()
        .route(REGISTRATION_PATH, post(register))
        .route(UPLOAD_ROUTE, put(upload))
}

/// Whether it is one of the two.
pub(super) fn is_route(route: &str) -> bool {
    [REGISTRATION_PATH, UPLOAD_ROUTE].contains(&route)
}

/// What the gate refuses, in the words of this exchange.
pub(super) fn too_many(problem: &Problem) -> Response {
    refused(&ReceiverProblem {
        code: ReceiverErrorCode::TooManyRequests,
        detail: problem.detail.clone(),
    })
}

async fn register(State(services): State<Arc<WebServices>>, request: Request) -> Response {
    let outcome = async {
        let bytes = body(request.into_body(), MAX_REGISTRATION_BYTES).await?;
        let request: RegistrationRequest = serde_json::from_slice(&bytes)
            .map_err(|error| malformed(format!("The registration request cannot be read: {error}.")))?;
        let insight = Arc::clone(&services.insight);
        blocking(move || insight.register(&request, None))
            .await
            .map_err(failed)?
    };
    answer(outcome.await)
}

async fn upload(
    State(services): State<Arc<WebServices>>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let outcome = async {
        let (parts, body_) = request.into_parts();
        let upload_id: UploadId = id
            .parse()
            .map_err(|_| malformed("The address has no id of an upload.".to_owned()))?;
        let server = text(&parts.headers, SERVER_HEADER)
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| ReceiverProblem {
                code: ReceiverErrorCode::ServerNotRegistered,
                detail: format!("The header {SERVER_HEADER} names no server."),
            })?;
        let signature = text(&parts.headers, SIGNATURE_HEADER)
            .and_then(|text| DocumentSignature::try_from(text.to_owned()).ok())
            .ok_or_else(|| ReceiverProblem {
                code: ReceiverErrorCode::SignatureInvalid,
                detail: format!("The header {SIGNATURE_HEADER} has no signature."),
            })?;
        let sent: Option<Timestamp> = text(&parts.headers, DATE_HEADER).and_then(|text| text.parse().ok());
        // Strangers are turned away before their bytes are read.
        let insight = Arc::clone(&services.insight);
        let known = blocking(move || insight.server(server)).await.map_err(failed)??;
        if known.is_none() {
            return Err(ReceiverProblem {
                code: ReceiverErrorCode::ServerNotRegistered,
                detail: format!("Server {server} is not registered. Register it with a one-time code."),
            });
        }
        let bytes = body(body_, MAX_UPLOAD_BYTES).await?;
        let insight = Arc::clone(&services.insight);
        blocking(move || {
            insight.take_upload(&SentUpload {
                server,
                signature,
                sent,
                upload_id,
                bytes: &bytes,
            })
        })
        .await
        .map_err(failed)?
    };
    answer(outcome.await)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn malformed(detail: String) -> ReceiverProblem {
    ReceiverProblem {
        code: ReceiverErrorCode::MalformedDocument,
        detail,
    }
}

fn failed(problem: Problem) -> ReceiverProblem {
    ReceiverProblem {
        code: ReceiverErrorCode::InternalError,
        detail: problem.detail,
    }
}

async fn body(body: Body, limit: usize) -> Result<Vec<u8>, ReceiverProblem> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes().to_vec()),
        Err(error) if error.is::<LengthLimitError>() => Err(ReceiverProblem {
            code: ReceiverErrorCode::TooLarge,
            detail: format!("The body has more than {limit} bytes."),
        }),
        Err(error) => Err(malformed(format!("The body could not be read: {error}."))),
    }
}

fn answer<T: Serialize>(outcome: Result<(T, bool), ReceiverProblem>) -> Response {
    let (value, is_new) = match outcome {
        Ok(answer) => answer,
        Err(problem) => return refused(&problem),
    };
    match serde_json::to_vec(&value) {
        Ok(bytes) => {
            let status = if is_new {
                StatusCode::CREATED
            } else {
                StatusCode::OK
            };
            json(status, bytes)
        }
        Err(error) => refused(&ReceiverProblem {
            code: ReceiverErrorCode::InternalError,
            detail: format!("The answer cannot be written: {error}."),
        }),
    }
}

fn refused(problem: &ReceiverProblem) -> Response {
    let status = StatusCode::from_u16(problem.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    tracing::warn!(code = ?problem.code, detail = problem.detail, "a request of a license server was refused");
    // Two texts always serialise.
    let mut response = json(status, serde_json::to_vec(problem).unwrap_or_default());
    if matches!(
        problem.code,
        ReceiverErrorCode::TooManyRequests | ReceiverErrorCode::StorageUnavailable
    ) {
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(RETRY_SECONDS));
    }
    response
}

fn json(status: StatusCode, bytes: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
