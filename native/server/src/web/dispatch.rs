//! From an operation's number to its handler.

use std::sync::Arc;

use licensing_api::operation::{OperationId, OperationInfo, op};
use licensing_api::{ErrorCode, Operation, Problem};
use serde_json::Value;

use super::{WebServices, assemble};
use crate::accounts::Caller;

/// Errors that every operation can give besides its own. Also those of the certificate, which needs no credentials:
/// a client does not have to tell them apart.
pub(super) const COMMON_ERRORS: &[ErrorCode] = &[
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
];

/// Whether the table says that the operation can fail like this.
pub(super) fn is_documented(info: &OperationInfo, code: ErrorCode) -> bool {
    info.errors.contains(&code) || COMMON_ERRORS.contains(&code)
}

/// One use of an operation.
pub(super) struct Call {
    /// Whom it comes from; none for what needs no credentials.
    pub(super) caller: Option<Caller>,
}

impl Call {
    /// The caller.
    ///
    /// # Errors
    /// `AuthorizationFailed` when there is none.
    pub(super) fn caller(&self) -> Result<&Caller, Problem> {
        self.caller
            .as_ref()
            .ok_or_else(|| Problem::new(ErrorCode::AuthorizationFailed, "The request has no credentials."))
    }
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

/// Carries an operation out. A new entry of the table does not compile before it has an arm and a handler here.
pub(super) async fn dispatch(
    id: OperationId,
    services: &Arc<WebServices>,
    call: &Call,
    request: Value,
) -> Result<Vec<u8>, Problem> {
    match id {
        OperationId::GetServerInfo => run::<op::GetServerInfo>(services, call, request).await,
        OperationId::GetCertificate => run::<op::GetCertificate>(services, call, request).await,
        OperationId::GetEffectivePermission => {
            run::<op::GetEffectivePermission>(services, call, request).await
        }
        OperationId::GetAdministrators => run::<op::GetAdministrators>(services, call, request).await,
        OperationId::NewAdministrator => run::<op::NewAdministrator>(services, call, request).await,
        OperationId::SetAdministrator => run::<op::SetAdministrator>(services, call, request).await,
        OperationId::RemoveAdministrator => run::<op::RemoveAdministrator>(services, call, request).await,
        OperationId::GetTokens => run::<op::GetTokens>(services, call, request).await,
        OperationId::NewToken => run::<op::NewToken>(services, call, request).await,
        OperationId::RemoveToken => run::<op::RemoveToken>(services, call, request).await,
        OperationId::GetLocalizedNames => run::<op::GetLocalizedNames>(services, call, request).await,
        OperationId::GetErrors => run::<op::GetErrors>(services, call, request).await,
        OperationId::GetAlerts => run::<op::GetAlerts>(services, call, request).await,
        OperationId::GetInventory => run::<op::GetInventory>(services, call, request).await,
        OperationId::GetUsage => run::<op::GetUsage>(services, call, request).await,
        OperationId::RevokeLeases => run::<op::RevokeLeases>(services, call, request).await,
        OperationId::GetDenials => run::<op::GetDenials>(services, call, request).await,
        OperationId::GetQueue => run::<op::GetQueue>(services, call, request).await,
        OperationId::GetReservations => run::<op::GetReservations>(services, call, request).await,
        OperationId::GetAssignmentEvents => run::<op::GetAssignmentEvents>(services, call, request).await,
        OperationId::GetLicenseFiles => run::<op::GetLicenseFiles>(services, call, request).await,
        OperationId::ImportLicenseFile => run::<op::ImportLicenseFile>(services, call, request).await,
        OperationId::RemoveLicenseFile => run::<op::RemoveLicenseFile>(services, call, request).await,
        OperationId::ExplainLicenseFile => run::<op::ExplainLicenseFile>(services, call, request).await,
    }
}
