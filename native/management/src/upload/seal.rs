//! From a document to the bytes that travel.

use serde_json::Value;

use super::UploadBody;
use crate::canonical::{self, INTEGRITY, NotCanonical};
use crate::key::{Context, DocumentSignature, ManagementKey, PublicKey, WrongSignature};

/// An upload as it travels: canonical bytes with the integrity hash in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedUpload {
    pub(super) body: UploadBody,
    pub(super) integrity: String,
    pub(super) bytes: Vec<u8>,
}

impl SealedUpload {
    /// Adds the integrity hash: SHA-256 over the canonical bytes of everything else.
    ///
    /// # Errors
    /// When the document cannot be written canonically, which holds for no document of this type.
    pub fn seal(body: UploadBody) -> Result<Self, NotCanonical> {
        let Ok(Value::Object(mut members)) = serde_json::to_value(&body) else {
            return Err(NotCanonical::NoObject);
        };
        let integrity = canonical::sha256_hex(&canonical::bytes(&Value::Object(members.clone()))?);
        members.insert(INTEGRITY.to_owned(), Value::from(integrity.as_str()));
        let bytes = canonical::bytes(&Value::Object(members))?;
        Ok(Self {
            body,
            integrity,
            bytes,
        })
    }

    /// What it says.
    pub fn body(&self) -> &UploadBody {
        &self.body
    }

    /// Its integrity hash, 64 hexadecimal digits.
    pub fn integrity(&self) -> &str {
        &self.integrity
    }

    /// The bytes that travel.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Signs the bytes.
    pub fn sign(&self, key: &ManagementKey) -> DocumentSignature {
        key.sign(Context::Upload, &self.bytes)
    }

    /// Checks a signature over the bytes.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn verify(&self, key: &PublicKey, signature: &DocumentSignature) -> Result<(), WrongSignature> {
        key.verify(Context::Upload, &self.bytes, signature)
    }
}
