//! Issuers whose signatures count.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::KeyId;

/// Largest trust file that is read, in bytes.
pub const MAX_TRUST_FILE_BYTES: usize = 64 * 1024;

/// Name of every vendor in a list of vendors.
const EVERY_VENDOR: &str = "*";

/// The public side of an issuer: who it is, and for which vendors it may sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedIssuer {
    key: VerifyingKey,
    issuer: String,
    vendors: Vec<String>,
}

/// A trust file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTrustFile {
    /// Too large.
    #[error("the trust file is larger than {MAX_TRUST_FILE_BYTES} bytes")]
    TooLarge,
    /// Not the expected form.
    #[error("the trust file cannot be read: {0}")]
    Form(String),
    /// The public key is none.
    #[error("public_key is not an Ed25519 public key in base64")]
    PublicKey,
    /// The key id belongs to another key: a file that was mixed up or altered.
    #[error("key_id is {written}, but the public key has {actual}")]
    KeyId {
        /// What the file says.
        written: String,
        /// What it must be.
        actual: KeyId,
    },
    /// No name of the issuer, or one that spans lines.
    #[error("issuer is empty or has control characters")]
    Issuer,
    /// No vendors.
    #[error("vendors is empty; name the vendors the issuer may sign for, or \"*\" for all")]
    Vendors,
}

/// A `.pub` file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TrustFile {
    key_id: String,
    issuer: String,
    vendors: Vec<String>,
    public_key: String,
}

impl TrustedIssuer {
    pub(super) fn new(key: VerifyingKey, issuer: &str, vendors: &[String]) -> Result<Self, InvalidTrustFile> {
        // A weak key accepts signatures that nobody made.
        if key.is_weak() {
            return Err(InvalidTrustFile::PublicKey);
        }
        let issuer = issuer.trim();
        if issuer.is_empty() || issuer.chars().any(char::is_control) {
            return Err(InvalidTrustFile::Issuer);
        }
        if vendors.is_empty() || vendors.iter().any(|vendor| vendor.trim().is_empty()) {
            return Err(InvalidTrustFile::Vendors);
        }
        Ok(Self {
            key,
            issuer: issuer.to_owned(),
            vendors: vendors.to_vec(),
        })
    }

    /// Reads a `.pub` file.
    ///
    /// # Errors
    /// When a field is missing, unknown or wrong, or the key id is not that of the key.
    pub fn from_text(text: &str) -> Result<Self, InvalidTrustFile> {
        if text.len() > MAX_TRUST_FILE_BYTES {
            return Err(InvalidTrustFile::TooLarge);
        }
        let file: TrustFile =
            toml::from_str(text).map_err(|error| InvalidTrustFile::Form(error.message().to_owned()))?;
        let bytes = STANDARD
            .decode(file.public_key.trim())
            .map_err(|_| InvalidTrustFile::PublicKey)?;
        let key = VerifyingKey::try_from(bytes.as_slice()).map_err(|_| InvalidTrustFile::PublicKey)?;
        let actual = KeyId::of(&key);
        if file.key_id.parse() != Ok(actual) {
            return Err(InvalidTrustFile::KeyId {
                written: file.key_id.chars().take(40).collect(),
                actual,
            });
        }
        Self::new(key, &file.issuer, &file.vendors)
    }

    /// An issuer known by its public key alone, 32 bytes in base64, who may sign for all vendors.
    ///
    /// # Errors
    /// `PublicKey`.
    pub fn from_public_key(base64: &str) -> Result<Self, InvalidTrustFile> {
        let bytes = STANDARD.decode(base64.trim());
        let bytes = bytes.map_err(|_| InvalidTrustFile::PublicKey)?;
        let key = VerifyingKey::try_from(bytes.as_slice()).map_err(|_| InvalidTrustFile::PublicKey)?;
        Self::new(key, "the product's issuer", &[EVERY_VENDOR.to_owned()])
    }

    /// The text of a `.pub` file.
    ///
    /// # Errors
    /// When the text cannot be written, which no valid issuer causes.
    pub fn to_text(&self) -> Result<String, InvalidTrustFile> {
        let file = TrustFile {
            key_id: self.key_id().to_string(),
            issuer: self.issuer.clone(),
            vendors: self.vendors.clone(),
            public_key: STANDARD.encode(self.key.as_bytes()),
        };
        let fields = toml::to_string(&file).map_err(|error| InvalidTrustFile::Form(error.to_string()))?;
        Ok(format!(
            "# Public key of an issuer of licenses. A license server whose trust folder holds this file accepts\n\
             # the issuer's signatures on lines of these vendors; \"*\" stands for all vendors.\n{fields}"
        ))
    }

    /// Id of its key.
    pub fn key_id(&self) -> KeyId {
        KeyId::of(&self.key)
    }

    /// Its public key.
    pub fn key(&self) -> &VerifyingKey {
        &self.key
    }

    /// Its name.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Vendors it may sign for; `*` for all.
    pub fn vendors(&self) -> &[String] {
        &self.vendors
    }

    /// Whether it may sign lines of this vendor.
    pub fn may_sign_for(&self, vendor: &str) -> bool {
        self.vendors
            .iter()
            .any(|allowed| allowed == EVERY_VENDOR || allowed.eq_ignore_ascii_case(vendor))
    }
}

/// The issuers that a license server trusts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustStore {
    issuers: BTreeMap<KeyId, TrustedIssuer>,
}

impl TrustStore {
    /// Nobody is trusted.
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts an issuer. One with the same key that was there before is replaced and returned.
    pub fn add(&mut self, issuer: TrustedIssuer) -> Option<TrustedIssuer> {
        self.issuers.insert(issuer.key_id(), issuer)
    }

    /// The issuer with this key.
    pub fn get(&self, key_id: KeyId) -> Option<&TrustedIssuer> {
        self.issuers.get(&key_id)
    }

    /// SHA-256 over keys, names and vendors of all issuers: equal exactly where the same issuers are trusted for the same.
    pub fn fingerprint(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for issuer in self.issuers.values() {
            hash.update(issuer.key.as_bytes());
            let names = std::iter::once(&issuer.issuer).chain(&issuer.vendors);
            hash.update((issuer.vendors.len() as u64).to_be_bytes());
            for name in names {
                hash.update((name.len() as u64).to_be_bytes());
                hash.update(name.as_bytes());
            }
        }
        hash.finalize().into()
    }

    /// All issuers, by key id.
    pub fn issuers(&self) -> impl Iterator<Item = &TrustedIssuer> {
        self.issuers.values()
    }
}

impl FromIterator<TrustedIssuer> for TrustStore {
    fn from_iter<I: IntoIterator<Item = TrustedIssuer>>(issuers: I) -> Self {
        let mut store = Self::new();
        for issuer in issuers {
            store.add(issuer);
        }
        store
    }
}
