//! The signature as it stands in a line: `LSIGN="ed25519:<key id>:<base64>"`.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};

/// Keyword of our signatures.
pub const SIGNATURE_KEYWORD: &str = "LSIGN";

const ALGORITHM: &str = "ed25519";

/// Short name of a public key: the first 16 hex digits of its SHA-256. It finds the key; it proves nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 8]);

impl KeyId {
    /// Id of a public key.
    pub fn of(key: &VerifyingKey) -> Self {
        let digest = Sha256::digest(key.as_bytes());
        let mut id = [0; 8];
        id.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        Self(id)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// The text is no signature of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSignature {
    /// Not three parts with colons between them.
    #[error("the signature does not have the form algorithm:key id:value")]
    Form,
    /// Another algorithm.
    #[error("the algorithm of the signature is not known")]
    Algorithm,
    /// The key id is not 16 hex digits.
    #[error("the key id of the signature is not 16 hex digits")]
    KeyId,
    /// The value is not 64 bytes in base64.
    #[error("the value of the signature is not 64 bytes in base64")]
    Value,
}

/// A signature with the id of its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineSignature {
    /// Which key made it.
    pub key_id: KeyId,
    /// The signature itself.
    pub value: Signature,
}

impl FromStr for KeyId {
    type Err = InvalidSignature;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut id = [0; 8];
        hex::decode_to_slice(text, &mut id).map_err(|_| InvalidSignature::KeyId)?;
        Ok(Self(id))
    }
}

impl FromStr for LineSignature {
    type Err = InvalidSignature;

    /// Blanks count for nothing: the value may have been wrapped.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text: String = text.split_whitespace().collect();
        let mut parts = text.split(':');
        let (Some(algorithm), Some(key_id), Some(value), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(InvalidSignature::Form);
        };
        if algorithm != ALGORITHM {
            return Err(InvalidSignature::Algorithm);
        }
        let key_id = key_id.parse()?;
        let bytes = STANDARD.decode(value).map_err(|_| InvalidSignature::Value)?;
        let value = Signature::from_slice(&bytes).map_err(|_| InvalidSignature::Value)?;
        Ok(Self { key_id, value })
    }
}

impl fmt::Display for LineSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{ALGORITHM}:{}:{}",
            self.key_id,
            STANDARD.encode(self.value.to_bytes())
        )
    }
}
