//! From an operation's number to its handler.

use std::sync::Arc;

use licensing_api::operation::{OperationId, OperationInfo, op};
use licensing_api::{ErrorCode, Operation, Problem, for_each_operation};
use serde_json::Value;

pub(super) use super::call::Call;
use super::{WebServices, assemble, daemon_lists};

/// Errors that every operation can give besides its own. Also those of the certificate, which needs no credentials:
/// a client does not have to tell them apart.
pub const COMMON_ERRORS: &[ErrorCode] = &[
    ErrorCode::InvalidRequest,
    ErrorCode::AuthorizationFailed,
    ErrorCode::UserNotAuthorized,
    ErrorCode::MethodNotAllowed,
    ErrorCode::RequestTooLarge,
    ErrorCode::AccountLocked,
    ErrorCode::TooManyRequests,
    ErrorCode::UnknownError,
    ErrorCode::ServerStopping,
    ErrorCode::StorageUnavailable,
    ErrorCode::StorageDamaged,
    ErrorCode::DirectoryUnavailable,
];

/// Whether the table says that the operation can fail like this.
pub(super) fn is_documented(info: &OperationInfo, code: ErrorCode) -> bool {
    info.errors.contains(&code) || COMMON_ERRORS.contains(&code)
}

/// What carries an operation out.
pub(super) trait Handler: Operation {
    /// Answers a request of a caller whose permission was checked.
    fn handle(
        services: &WebServices,
        call: &Call,
        request: Self::Request,
    ) -> impl Future<Output = Result<Self::Response, Problem>> + Send;
}

async fn run<H: Handler>(services: &WebServices, call: &Call, request: Value) -> Result<Vec<u8>, Problem> {
    let request = assemble::typed::<H>(request)?;
    let response = H::handle(services, call, request).await?;
    serde_json::to_vec(&response).map_err(|error| {
        Problem::new(
            ErrorCode::UnknownError,
            format!("The answer cannot be written: {error}."),
        )
    })
}

/// Checks the request and has the vendor daemons answer it.
async fn pass_on<Op: Operation>(
    services: &WebServices,
    call: &Call,
    request: Value,
) -> Result<Vec<u8>, Problem> {
    let bytes = daemon_lists::to_json(&request)?;
    assemble::typed::<Op>(request)?;
    services.pass_on(Op::ID.info(), bytes, call).await
}

/// What a license server says to an operation of Insight Services.
fn of_insight<Op: Operation>(request: Value) -> Result<Vec<u8>, Problem> {
    assemble::typed::<Op>(request)?;
    let name = Op::ID.info().name;
    Err(Problem::new(
        ErrorCode::OperationNotFound,
        format!("{name} is an operation of Insight Services, and this is a license server."),
    )
    .advise("Connect to Insight Services."))
}

macro_rules! arm {
    ($name:ident, manager, $services:ident, $call:ident, $request:ident) => {
        run::<op::$name>($services, $call, $request).await
    };
    ($name:ident, daemons(reader), $services:ident, $call:ident, $request:ident) => {
        run::<op::$name>($services, $call, $request).await
    };
    ($name:ident, insight, $services:ident, $call:ident, $request:ident) => {
        of_insight::<op::$name>($request)
    };
    ($name:ident, fulfilment, $services:ident, $call:ident, $request:ident) => {
        of_insight::<op::$name>($request)
    };
    ($name:ident, daemons, $services:ident, $call:ident, $request:ident) => {
        pass_on::<op::$name>($services, $call, $request).await
    };
}

macro_rules! dispatch {
    ($($name:ident: $answered:ident $(($reader:ident))?,)+) => {
        /// Carries an operation out: by its handler, or by the vendor daemons where the table says so.
        pub(super) async fn dispatch(
            id: OperationId,
            services: &Arc<WebServices>,
            call: &Call,
            request: Value,
        ) -> Result<Vec<u8>, Problem> {
            match id {
                $(OperationId::$name => arm!($name, $answered $(($reader))?, services, call, request),)+
            }
        }
    };
}

for_each_operation!(dispatch);
