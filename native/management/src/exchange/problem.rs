//! Why a receiver does not take something.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::upload::UploadError;

/// Stable codes of a receiver's refusals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum ReceiverErrorCode {
    /// 400: the document cannot be read, is not canonical, or its fields contradict each other.
    MalformedDocument,
    /// 400: the document has a format version that is not accepted.
    UnsupportedFormat,
    /// 400: the integrity hash does not fit the contents.
    IntegrityMismatch,
    /// 401: the signature is missing or does not fit the registered key.
    SignatureInvalid,
    /// 401: the registration code is unknown, used by another server, or over.
    RegistrationCodeInvalid,
    /// 403: no server with this GUID is registered, or it was removed.
    ServerNotRegistered,
    /// 409: the GUID is registered with another key.
    ServerKeyDiffers,
    /// 409: an upload with this id and other contents was stored.
    UploadIdReused,
    /// 413: too many bytes.
    TooLarge,
    /// 429: later, with `Retry-After`.
    TooManyRequests,
    /// 503: nothing can be stored now, with `Retry-After`.
    StorageUnavailable,
    /// 500: a fault of the receiver.
    InternalError,
}

impl ReceiverErrorCode {
    /// HTTP status that goes with it.
    pub const fn status(self) -> u16 {
        match self {
            Self::MalformedDocument | Self::UnsupportedFormat | Self::IntegrityMismatch => 400,
            Self::SignatureInvalid | Self::RegistrationCodeInvalid => 401,
            Self::ServerNotRegistered => 403,
            Self::ServerKeyDiffers | Self::UploadIdReused => 409,
            Self::TooLarge => 413,
            Self::TooManyRequests => 429,
            Self::InternalError => 500,
            Self::StorageUnavailable => 503,
        }
    }

    /// Whether it says something of the document itself, not of the server, its key or the receiver.
    pub const fn is_about_document(self) -> bool {
        matches!(
            self,
            Self::MalformedDocument
                | Self::UnsupportedFormat
                | Self::IntegrityMismatch
                | Self::UploadIdReused
                | Self::TooLarge
        )
    }

    /// Whether the same request may succeed later without a change by an administrator.
    pub const fn is_temporary(self) -> bool {
        matches!(
            self,
            Self::TooManyRequests | Self::StorageUnavailable | Self::InternalError
        )
    }
}

/// Body of every answer that is no success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{code:?}: {detail}")]
pub struct ReceiverProblem {
    /// What went wrong.
    pub code: ReceiverErrorCode,
    /// What happened, to what, and what to do, in a sentence or two.
    pub detail: String,
}

impl From<&UploadError> for ReceiverProblem {
    fn from(error: &UploadError) -> Self {
        let code = match error {
            UploadError::TooLarge(_) => ReceiverErrorCode::TooLarge,
            UploadError::Malformed(_) | UploadError::Invalid { .. } => ReceiverErrorCode::MalformedDocument,
            UploadError::UnsupportedFormat(_) => ReceiverErrorCode::UnsupportedFormat,
            UploadError::IntegrityMismatch => ReceiverErrorCode::IntegrityMismatch,
        };
        Self {
            code,
            detail: error.to_string(),
        }
    }
}
