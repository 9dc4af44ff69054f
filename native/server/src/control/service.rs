//! The daemon's side of the control port.

use std::sync::Arc;

use axum::Router;
use futures_util::future::BoxFuture;
use licensing_api::{ErrorCode, Problem};
use licensing_protocol::control::daemon_control_server::{DaemonControl, DaemonControlServer};
use licensing_protocol::control::execute_reply::Outcome;
use licensing_protocol::control::{ExecuteReply, ExecuteRequest};
use tonic::{Request, Response, Status};

use super::{ControlSecret, MESSAGE_BYTES, SECRET_METADATA};
use crate::grpc_status;

/// Carries out what comes in on the control port.
pub trait ControlHandler: Send + Sync + 'static {
    /// Carries out an operation of the table or a [`ManagerRequest`](super::ManagerRequest). Request and answer are JSON.
    fn execute<'a>(
        &'a self,
        operation: &'a str,
        request: &'a [u8],
        actor: &'a str,
    ) -> BoxFuture<'a, Result<Vec<u8>, Problem>>;
}

struct Service {
    handler: Arc<dyn ControlHandler>,
}

/// The routes of the control port. Every call must carry the secret.
pub fn router(handler: Arc<dyn ControlHandler>, secret: ControlSecret) -> Router {
    let check = move |request: Request<()>| {
        let presented = request
            .metadata()
            .get(SECRET_METADATA)
            .map(|value| value.as_bytes());
        if presented.is_some_and(|presented| secret.matches(presented)) {
            return Ok(request);
        }
        tracing::warn!("a caller on the control port did not know its secret");
        let detail = "The control port is for the license manager alone.";
        Err(grpc_status::status(&Problem::new(
            ErrorCode::AuthorizationFailed,
            detail,
        )))
    };
    let service = DaemonControlServer::new(Service { handler }).max_decoding_message_size(MESSAGE_BYTES);
    let service = tonic::service::interceptor::InterceptedService::new(service, check);
    tonic::service::Routes::new(service).into_axum_router()
}

#[tonic::async_trait]
impl DaemonControl for Service {
    async fn execute(&self, request: Request<ExecuteRequest>) -> Result<Response<ExecuteReply>, Status> {
        let ExecuteRequest {
            operation,
            request,
            actor,
        } = request.into_inner();
        let outcome = match self.handler.execute(&operation, &request, &actor).await {
            Ok(answer) => Outcome::Response(answer),
            Err(problem) => Outcome::Problem(
                serde_json::to_vec(&problem).map_err(|error| Status::internal(error.to_string()))?,
            ),
        };
        Ok(Response::new(ExecuteReply {
            outcome: Some(outcome),
        }))
    }
}
