//! Bundles: uploads as a file, for servers without a connection.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::RegistrationRequest;
use crate::canonical::{self, NotCanonical, SIGNATURE};
use crate::id::ServerGuid;
use crate::key::{Context, DocumentSignature, ManagementKey, PublicKey};
use crate::upload::{FORMAT_VERSION, SealedUpload, UploadError};

/// Largest bundle, in bytes.
pub const MAX_BUNDLE_BYTES: usize = 64 * 1024 * 1024;

/// Most uploads in a bundle.
pub const MAX_BUNDLED_UPLOADS: usize = 400;

/// An upload in a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BundledUpload {
    /// The canonical bytes of the upload in base64.
    pub document: String,
    /// Signature over those bytes.
    pub signature: DocumentSignature,
}

/// Uploads as a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bundle {
    /// Version of the format; 1.
    pub format_version: u32,
    /// The server whose uploads these are.
    pub server_guid: ServerGuid,
    /// Registration, for a server that is not registered yet.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub registration: Option<RegistrationRequest>,
    /// The uploads, in the order of their sequence numbers.
    pub uploads: Vec<BundledUpload>,
    /// Signature by the server's key over the canonical bytes without `signature`.
    pub signature: DocumentSignature,
}

/// Why a bundle cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// Too many bytes.
    #[error("the bundle has {0} bytes; at most {MAX_BUNDLE_BYTES} are accepted")]
    TooLarge(usize),
    /// Not a bundle.
    #[error("the bundle cannot be read: {0}")]
    Malformed(String),
    /// Another format.
    #[error("the bundle has format version {0}; version {FORMAT_VERSION} is accepted")]
    UnsupportedFormat(u32),
    /// Not signed by the server's key.
    #[error("the signature of the bundle does not fit the key of the server")]
    WrongSignature,
    /// An upload in it cannot be taken.
    #[error("upload {position} of the bundle: {error}")]
    Upload {
        /// Its place in the bundle, from 1.
        position: usize,
        /// What is wrong with it.
        error: UploadError,
    },
    /// It cannot be written canonically.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
}

impl Bundle {
    /// Packs uploads.
    ///
    /// # Errors
    /// When it cannot be written canonically, which holds for no bundle.
    pub fn pack(
        server_guid: ServerGuid,
        registration: Option<RegistrationRequest>,
        uploads: &[SealedUpload],
        key: &ManagementKey,
    ) -> Result<Self, NotCanonical> {
        let uploads = uploads
            .iter()
            .map(|upload| BundledUpload {
                document: STANDARD.encode(upload.bytes()),
                signature: upload.sign(key),
            })
            .collect();
        let mut bundle = Self {
            format_version: FORMAT_VERSION,
            server_guid,
            registration,
            uploads,
            signature: key.sign(Context::Bundle, b""),
        };
        bundle.signature = key.sign(Context::Bundle, &canonical::bytes_of(&bundle, &[SIGNATURE])?);
        Ok(bundle)
    }

    /// The bytes of the file.
    ///
    /// # Errors
    /// When it cannot be written canonically, which holds for no bundle.
    pub fn to_bytes(&self) -> Result<Vec<u8>, NotCanonical> {
        canonical::bytes_of(self, &[])
    }

    /// Reads a file. Whether it can be trusted is for [`Bundle::open`].
    ///
    /// # Errors
    /// When it is no bundle.
    pub fn read(bytes: &[u8]) -> Result<Self, BundleError> {
        if bytes.len() > MAX_BUNDLE_BYTES {
            return Err(BundleError::TooLarge(bytes.len()));
        }
        let bundle: Self =
            serde_json::from_slice(bytes).map_err(|error| BundleError::Malformed(error.to_string()))?;
        if bundle.format_version != FORMAT_VERSION {
            return Err(BundleError::UnsupportedFormat(bundle.format_version));
        }
        if bundle.uploads.len() > MAX_BUNDLED_UPLOADS {
            return Err(BundleError::Malformed(format!(
                "it has {} uploads; at most {MAX_BUNDLED_UPLOADS} are accepted",
                bundle.uploads.len()
            )));
        }
        Ok(bundle)
    }

    /// Checks the signature with the key of the server, and reads every upload. The key is the registered one, or that of
    /// the registration request once that was verified.
    ///
    /// # Errors
    /// When a signature does not fit, or an upload cannot be read or is of another server: nothing of the bundle is taken.
    pub fn open(&self, key: &PublicKey) -> Result<Vec<SealedUpload>, BundleError> {
        key.verify(
            Context::Bundle,
            &canonical::bytes_of(self, &[SIGNATURE])?,
            &self.signature,
        )
        .map_err(|_| BundleError::WrongSignature)?;
        let mut opened = Vec::with_capacity(self.uploads.len());
        for (index, bundled) in self.uploads.iter().enumerate() {
            let at = |error| BundleError::Upload {
                position: index + 1,
                error,
            };
            let bytes = STANDARD
                .decode(&bundled.document)
                .map_err(|_| at(UploadError::Malformed("it is not base64".to_owned())))?;
            let upload = SealedUpload::read(&bytes).map_err(at)?;
            upload
                .verify(key, &bundled.signature)
                .map_err(|_| BundleError::WrongSignature)?;
            if upload.body().server.guid != self.server_guid {
                return Err(at(UploadError::Invalid {
                    field: "/server/guid".to_owned(),
                    text: "another server than that of the bundle".to_owned(),
                }));
            }
            opened.push(upload);
        }
        Ok(opened)
    }
}
