//! Problems as gRPC carries them.

use std::error::Error;

use licensing_api::error::ErrorCategory;
use licensing_api::{ErrorCode, Problem};
use percent_encoding::percent_decode;
use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::{Code, Status};

/// Metadata with the stable code of the error.
pub const CODE_METADATA: &str = "licensing-code";
/// Metadata with the advice.
pub const ACTION_METADATA: &str = "licensing-action";

/// The status that carries a problem: as JSON in its details, code and advice in the metadata too.
pub fn status(problem: &Problem) -> Status {
    let mut metadata = MetadataMap::new();
    for (name, text) in [
        (CODE_METADATA, problem.code.name()),
        (ACTION_METADATA, problem.action.as_str()),
    ] {
        // Text beyond ASCII is in the details alone.
        if let Ok(value) = MetadataValue::try_from(text) {
            metadata.insert(name, value);
        }
    }
    let details = serde_json::to_vec(problem).unwrap_or_default();
    Status::with_details_and_metadata(
        grpc_code(problem),
        problem.detail.clone(),
        details.into(),
        metadata,
    )
}

fn grpc_code(problem: &Problem) -> Code {
    match problem.category {
        ErrorCategory::AuthenticationError => Code::Unauthenticated,
        ErrorCategory::PermissionDenied => Code::PermissionDenied,
        ErrorCategory::InvalidArgument | ErrorCategory::InvalidData | ErrorCategory::ProtocolError => {
            Code::InvalidArgument
        }
        ErrorCategory::ObjectNotFound => Code::NotFound,
        ErrorCategory::ResourceExists => Code::AlreadyExists,
        ErrorCategory::InvalidOperation => Code::FailedPrecondition,
        ErrorCategory::LimitsExceeded => Code::ResourceExhausted,
        ErrorCategory::OperationTimeout => Code::DeadlineExceeded,
        ErrorCategory::OperationStopped => Code::Cancelled,
        ErrorCategory::ConnectionError | ErrorCategory::ResourceUnavailable => Code::Unavailable,
        ErrorCategory::NotSpecified
        | ErrorCategory::SecurityError
        | ErrorCategory::WriteError
        | ErrorCategory::OpenError => Code::Internal,
    }
}

/// How the answers of the library begin when the bytes of a caller are no message.
const MALFORMED: [&str; 3] = [
    "failed to decode Protobuf message",
    "protocol error: received message with",
    "Unexpected EOF decoding stream",
];

fn is_malformed(message: &str) -> bool {
    MALFORMED.iter().any(|beginning| message.starts_with(beginning))
}

/// What a caller is told whose stream ended with this status because of what it sent; none when its connection ended.
pub fn fault_of_stream(status: &Status) -> Option<Problem> {
    let is_fault = is_malformed(status.message()) || status.code() == Code::OutOfRange;
    is_fault.then(|| {
        let detail = format!("A message of the session cannot be read: {}.", status.message());
        Problem::new(ErrorCode::InvalidRequest, detail)
    })
}

/// The answer with `INVALID_ARGUMENT` where the caller's message could not be decoded: the library takes that for a fault
/// of this server.
pub async fn blame_malformed(mut response: axum::response::Response) -> axum::response::Response {
    let headers = response.headers();
    let blamed = headers.get(Status::GRPC_STATUS).is_some_and(|code| code == "13")
        && headers
            .get(Status::GRPC_MESSAGE)
            .and_then(|message| percent_decode(message.as_bytes()).decode_utf8().ok())
            .is_some_and(|message| is_malformed(&message));
    if blamed {
        let code = http::HeaderValue::from_static("3");
        response.headers_mut().insert(Status::GRPC_STATUS, code);
    }
    response
}

/// The problem that a status carries, or the best that can be said of it.
pub fn problem(status: &Status) -> Problem {
    serde_json::from_slice(status.details()).unwrap_or_else(|_| {
        let code = match status.code() {
            // The connection broke or could not be made: nobody on the other side said this.
            _ if status.source().is_some() => ErrorCode::CitrixLicensingVendorOrServiceDown,
            Code::Unauthenticated => ErrorCode::AuthorizationFailed,
            Code::InvalidArgument => ErrorCode::InvalidRequest,
            Code::Unimplemented => ErrorCode::OperationNotFound,
            Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled => {
                ErrorCode::CitrixLicensingVendorOrServiceDown
            }
            Code::Ok
            | Code::Unknown
            | Code::NotFound
            | Code::AlreadyExists
            | Code::PermissionDenied
            | Code::ResourceExhausted
            | Code::FailedPrecondition
            | Code::Aborted
            | Code::OutOfRange
            | Code::Internal
            | Code::DataLoss => ErrorCode::UnknownError,
        };
        Problem::new(code, status.message())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_arrives_as_it_was_sent() {
        for code in ErrorCode::ALL {
            let sent = Problem::new(*code, "dét\u{e4}il").about("target").retry_after(5);
            assert_eq!(problem(&status(&sent)), sent);
        }
    }

    #[tokio::test]
    async fn a_malformed_message_is_the_fault_of_the_caller() {
        for (text, code) in [
            ("failed to decode Protobuf message: invalid varint", "3"),
            ("Unexpected EOF decoding stream.", "3"),
            ("something else", "13"),
        ] {
            let answer = Status::internal(text).into_http::<axum::body::Body>();
            let answer = blame_malformed(answer).await;
            assert_eq!(answer.headers()["grpc-status"], code, "{text}");
        }
    }

    #[test]
    fn storage_that_cannot_be_written_is_unavailable() {
        let status = status(&Problem::new(ErrorCode::StorageUnavailable, "the disk is full"));
        assert_eq!(status.code(), Code::Unavailable);
        let metadata = |name| status.metadata().get(name).map(|value| value.as_bytes());
        assert_eq!(metadata(CODE_METADATA), Some(&b"StorageUnavailable"[..]));
        assert_eq!(
            metadata(ACTION_METADATA),
            Some(ErrorCode::StorageUnavailable.action().as_bytes())
        );
    }

    #[test]
    fn a_status_without_a_problem_still_gives_one() {
        assert_eq!(
            problem(&Status::unavailable("gone")).code,
            ErrorCode::CitrixLicensingVendorOrServiceDown
        );
        assert_eq!(problem(&Status::internal("odd")).code, ErrorCode::UnknownError);
    }
}
