//! Receipts: what became of uploads, and what the receiver found. Signed, so that a file does as well as an answer.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ReceiverErrorCode, RegistrationAnswer};
use crate::canonical::{self, NotCanonical, SIGNATURE};
use crate::compliance::{FindingRecord, Rescission, VersionRequirement};
use crate::id::{ServerGuid, UploadId};
use crate::key::{Context, DocumentSignature, ManagementKey, PublicKey};
use crate::upload::FORMAT_VERSION;

/// What became of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Outcome {
    /// It is stored.
    Stored,
    /// It was stored before; nothing was changed.
    AlreadyStored,
    /// It was refused for good; the server drops it.
    Refused,
}

/// What became of one upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UploadResult {
    /// The upload.
    pub upload_id: UploadId,
    /// Integrity hash of what the receiver got.
    pub integrity: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub code: Option<ReceiverErrorCode>,
    /// The same in words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub detail: Option<String>,
}

/// Receipt of a receiver: the answer to an upload, or a file for a server without a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Receipt {
    /// Version of the format; 1.
    pub format_version: u32,
    /// The server whose uploads these are.
    pub server_guid: ServerGuid,
    /// When it was issued, by the receiver's clock.
    pub issued: Timestamp,
    /// What became of each upload.
    pub results: Vec<UploadResult>,
    /// All findings about the server that are open or acknowledged, and those resolved in the last 30 days.
    pub findings: Vec<FindingRecord>,
    /// Rescinded serial numbers among those that the server has reported.
    pub rescissions: Vec<Rescission>,
    /// Dates that product versions require, for the features that the server has reported.
    pub requirements: Vec<VersionRequirement>,
    /// Answer to the registration request of a bundle.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub registration: Option<RegistrationAnswer>,
    /// Signature by the receiver's key over the canonical bytes without `signature`.
    pub signature: DocumentSignature,
}

/// Why a receipt cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// Not a receipt.
    #[error("the receipt cannot be read: {0}")]
    Malformed(String),
    /// Another format.
    #[error("the receipt has format version {0}; version {FORMAT_VERSION} is accepted")]
    UnsupportedFormat(u32),
    /// For another server.
    #[error("the receipt is for server {0}")]
    OtherServer(ServerGuid),
    /// Not signed by the receiver that the server is registered with.
    #[error("the receipt is not signed by the receiver that this server is registered with")]
    WrongSignature,
    /// It cannot be written canonically.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
}

impl Receipt {
    /// Signs the receipt: sets `signature`.
    ///
    /// # Errors
    /// When it cannot be written canonically, which holds for no receipt.
    pub fn sign(mut self, key: &ManagementKey) -> Result<Self, NotCanonical> {
        self.signature = key.sign(Context::Receipt, &canonical::bytes_of(&self, &[SIGNATURE])?);
        Ok(self)
    }

    /// A receipt of nothing yet, not signed yet.
    pub fn draft(server_guid: ServerGuid, issued: Timestamp, key: &ManagementKey) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            server_guid,
            issued,
            results: Vec::new(),
            findings: Vec::new(),
            rescissions: Vec::new(),
            requirements: Vec::new(),
            registration: None,
            signature: key.sign(Context::Receipt, b""),
        }
    }

    /// Reads a receipt. Whether it can be trusted is for [`Receipt::verify`].
    ///
    /// # Errors
    /// When it is none.
    pub fn read(bytes: &[u8]) -> Result<Self, ReceiptError> {
        serde_json::from_slice(bytes).map_err(|error| ReceiptError::Malformed(error.to_string()))
    }

    /// Checks that it is for this server and signed by this receiver.
    ///
    /// # Errors
    /// When one of these does not hold.
    pub fn verify(&self, server: ServerGuid, receiver: &PublicKey) -> Result<(), ReceiptError> {
        if self.format_version != FORMAT_VERSION {
            return Err(ReceiptError::UnsupportedFormat(self.format_version));
        }
        if self.server_guid != server {
            return Err(ReceiptError::OtherServer(self.server_guid));
        }
        receiver
            .verify(
                Context::Receipt,
                &canonical::bytes_of(self, &[SIGNATURE])?,
                &self.signature,
            )
            .map_err(|_| ReceiptError::WrongSignature)
    }
}
