//! Turns what libraries report into the one problem that callers see.

use std::error::Error;
use std::io;
use std::time::Duration;

use licensing_api::operation::OperationInfo;
use licensing_api::{ErrorCode, Problem};
use rustls::CertificateError;
use tonic::Code;

use crate::address::Address;

/// The caller gave up. A change may have reached the server all the same; the detail says so.
pub fn cancelled(operation: &OperationInfo) -> Problem {
    if operation.method == licensing_api::operation::Method::Get {
        Problem::new(ErrorCode::Cancelled, format!("{} was cancelled.", operation.name))
            .advise("Nothing: it only reads.")
    } else {
        let detail = format!(
            "{} was cancelled; whether the server carried it out is not known.",
            operation.name
        );
        Problem::new(ErrorCode::Cancelled, detail)
            .advise("Look whether the change took effect before repeating it.")
    }
}

/// No answer within `limit`.
pub(crate) fn timed_out(address: &Address, what: &str, limit: Duration) -> Problem {
    let detail = format!(
        "{}: {what} took longer than {} s.",
        address.authority(),
        limit.as_secs_f32()
    );
    Problem::new(ErrorCode::Timeout, detail).about(address.to_string())
}

/// The answer breaks the protocol.
pub(crate) fn not_understood(address: &Address, detail: impl Into<String>) -> Problem {
    Problem::new(ErrorCode::ProtocolError, detail).about(address.to_string())
}

/// The connection cannot be made or broke.
pub(crate) fn unreachable(address: &Address, detail: impl std::fmt::Display) -> Problem {
    let detail = format!("{}: {detail}.", address.authority());
    Problem::new(ErrorCode::CommunicationError, detail).about(address.to_string())
}

/// A failure of any transport, by what is at the bottom of its chain of causes.
pub(crate) fn of_transport(address: &Address, error: &(dyn Error + 'static)) -> Problem {
    if let Some(tls) = find::<rustls::Error>(error) {
        return of_tls(address, tls);
    }
    if find::<hyper::Error>(error).is_some_and(hyper::Error::is_parse) {
        let detail = format!(
            "{} does not answer in HTTP ({}).",
            address.authority(),
            innermost(error)
        );
        return not_understood(address, detail);
    }
    unreachable(address, innermost(error))
}

fn of_tls(address: &Address, error: &rustls::Error) -> Problem {
    let rustls::Error::InvalidCertificate(why) = error else {
        return unreachable(address, format!("no TLS connection: {error}"))
            .advise("Check that the address and port are those of the license server's web services.");
    };
    let code = if is_unusable(why) {
        ErrorCode::InvalidCertificate
    } else {
        ErrorCode::CertificateVerificationFailed
    };
    let reason = match why {
        CertificateError::Other(other) => other.to_string(),
        known => known.to_string(),
    };
    Problem::new(code, format!("{}: {reason}.", address.authority())).about(address.to_string())
}

/// Whether nobody could trust the certificate, as opposed to this client not trusting it.
fn is_unusable(why: &CertificateError) -> bool {
    matches!(
        why,
        CertificateError::BadEncoding
            | CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. }
            | CertificateError::Revoked
            | CertificateError::InvalidPurpose
            | CertificateError::InvalidPurposeContext { .. }
            | CertificateError::UnhandledCriticalExtension
    )
}

/// The first error of that type in the chain; `io::Error` hides its own inside.
pub(crate) fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(current) = next {
        if let Some(found) = current.downcast_ref::<E>() {
            return Some(found);
        }
        next = match current.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => current.source(),
        };
    }
    None
}

fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut current = error;
    while let Some(source) = current.source() {
        current = source;
    }
    let text = current.to_string();
    text.trim_end_matches('.').to_owned()
}

/// A gRPC status: the server's own problem when it sent one along, else the best that the status says.
pub(crate) fn of_status(address: &Address, status: &tonic::Status) -> Problem {
    if let Ok(problem) = serde_json::from_slice::<Problem>(status.details()) {
        return problem;
    }
    if let Some(cause) = status.source() {
        return of_transport(address, cause);
    }
    let code = match status.code() {
        Code::Unauthenticated => ErrorCode::AuthorizationFailed,
        Code::PermissionDenied => ErrorCode::UserNotAuthorized,
        Code::InvalidArgument | Code::OutOfRange => ErrorCode::InvalidRequest,
        Code::ResourceExhausted => ErrorCode::TooManyRequests,
        Code::DeadlineExceeded => ErrorCode::Timeout,
        Code::Cancelled => ErrorCode::CommunicationError,
        Code::Unavailable => ErrorCode::CitrixLicensingVendorOrServiceDown,
        Code::Unimplemented => ErrorCode::OperationNotFound,
        Code::Ok
        | Code::Unknown
        | Code::NotFound
        | Code::AlreadyExists
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::Internal
        | Code::DataLoss => ErrorCode::ProtocolError,
    };
    let said: String = status
        .message()
        .chars()
        .filter(|c| !c.is_control())
        .take(300)
        .collect();
    let detail = format!("{}: {said} ({:?}).", address.authority(), status.code());
    Problem::new(code, detail).about(address.to_string())
}

/// Whether the answer may have got lost on the way, or the server is about to be another, so that the same question
/// may be asked again.
pub(crate) fn is_loss(status: &tonic::Status) -> bool {
    if let Ok(problem) = serde_json::from_slice::<Problem>(status.details()) {
        return matches!(
            problem.code,
            ErrorCode::ServerStopping | ErrorCode::CitrixLicensingVendorOrServiceDown
        );
    }
    match status.code() {
        Code::Unavailable | Code::Cancelled | Code::DeadlineExceeded | Code::Aborted => true,
        Code::Unknown | Code::Internal => status.source().is_some(),
        Code::Ok
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::ResourceExhausted
        | Code::FailedPrecondition
        | Code::OutOfRange
        | Code::Unimplemented
        | Code::DataLoss
        | Code::Unauthenticated => false,
    }
}

/// Whether waiting may help: nothing was decided, and the server may be back soon.
pub(crate) fn is_passing(problem: &Problem) -> bool {
    matches!(
        problem.code,
        ErrorCode::CommunicationError
            | ErrorCode::Timeout
            | ErrorCode::CitrixLicensingVendorOrServiceDown
            | ErrorCode::ServerStopping
    )
}

/// Whether there was no answer at all: nobody serves at the address, or nothing comes back from there. Only that lets a
/// product go on by a ticket; a server that answers decides itself, whatever its answer is.
pub(crate) fn is_outage(problem: &Problem) -> bool {
    matches!(
        problem.code,
        ErrorCode::CommunicationError | ErrorCode::Timeout | ErrorCode::CitrixLicensingVendorOrServiceDown
    )
}
