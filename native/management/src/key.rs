//! Keys: a server signs its uploads, a receiver signs its receipts. Both are Ed25519.
//!
//! Each kind of document is signed with a context of its own in front, so that a signature never fits another kind.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature as RawSignature, Signer as _, SigningKey, VerifyingKey};
use hmac::{Hmac, KeyInit as _, Mac as _};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// What a signature is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// The canonical bytes of an upload.
    Upload,
    /// The canonical bytes of a registration request without `signature`.
    Registration,
    /// The canonical bytes of a registration answer without `signature`.
    RegistrationAnswer,
    /// The canonical bytes of a receipt without `signature`.
    Receipt,
    /// The canonical bytes of a bundle without `signature`.
    Bundle,
    /// The canonical bytes of a query for entitlements without `signature`.
    EntitlementQuery,
    /// The canonical bytes of an allocation request without `signature`.
    AllocationRequest,
    /// The canonical bytes of the answer to an allocation request without `signature`.
    AllocationAnswer,
    /// The canonical bytes of a proof of return without `signature`.
    ReturnProof,
    /// The canonical bytes of a query for renewals without `signature`.
    RenewalQuery,
}

impl Context {
    /// The bytes before the document.
    pub const fn prefix(self) -> &'static [u8] {
        match self {
            Self::Upload => b"licensing management upload 1\n",
            Self::Registration => b"licensing management registration 1\n",
            Self::RegistrationAnswer => b"licensing management registration answer 1\n",
            Self::Receipt => b"licensing management receipt 1\n",
            Self::Bundle => b"licensing management bundle 1\n",
            Self::EntitlementQuery => b"licensing entitlement query 1\n",
            Self::AllocationRequest => b"licensing allocation request 1\n",
            Self::AllocationAnswer => b"licensing allocation answer 1\n",
            Self::ReturnProof => b"licensing return proof 1\n",
            Self::RenewalQuery => b"licensing renewal query 1\n",
        }
    }
}

/// A private key. It is wiped when dropped, and `Debug` shows only the public key.
pub struct ManagementKey(SigningKey);

impl ManagementKey {
    /// The key that these 32 secret random bytes make.
    pub fn from_seed(seed: &Zeroizing<[u8; 32]>) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// Its public key.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs a document.
    pub fn sign(&self, context: Context, document: &[u8]) -> DocumentSignature {
        DocumentSignature(self.0.sign(&in_context(context, document)))
    }
}

impl fmt::Debug for ManagementKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ManagementKey({})", self.public())
    }
}

/// The text is no public key or no signature in base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {0} in base64")]
pub struct InvalidKeyText(&'static str);

/// A signature was not made over these bytes by this key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not fit the document and the key")]
pub struct WrongSignature;

/// A public key; 44 characters of base64 as text.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Checks a signature.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn verify(
        &self,
        context: Context,
        document: &[u8],
        signature: &DocumentSignature,
    ) -> Result<(), WrongSignature> {
        self.0
            .verify_strict(&in_context(context, document), &signature.0)
            .map_err(|_| WrongSignature)
    }

    /// Its 32 bytes, for stores.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

fn in_context(context: Context, document: &[u8]) -> Vec<u8> {
    [context.prefix(), document].concat()
}

impl TryFrom<String> for PublicKey {
    type Error = InvalidKeyText;

    fn try_from(text: String) -> Result<Self, InvalidKeyText> {
        const WHAT: InvalidKeyText = InvalidKeyText("an Ed25519 public key of 32 bytes");
        let bytes: [u8; 32] = STANDARD
            .decode(&text)
            .map_err(|_| WHAT)?
            .try_into()
            .map_err(|_| WHAT)?;
        match VerifyingKey::from_bytes(&bytes) {
            Ok(key) if !key.is_weak() => Ok(Self(key)),
            Ok(_) | Err(_) => Err(WHAT),
        }
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        STANDARD.encode(key.0.as_bytes())
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A signature; 88 characters of base64 as text.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DocumentSignature(RawSignature);

impl TryFrom<String> for DocumentSignature {
    type Error = InvalidKeyText;

    fn try_from(text: String) -> Result<Self, InvalidKeyText> {
        const WHAT: InvalidKeyText = InvalidKeyText("an Ed25519 signature of 64 bytes");
        let bytes: [u8; 64] = STANDARD
            .decode(&text)
            .map_err(|_| WHAT)?
            .try_into()
            .map_err(|_| WHAT)?;
        Ok(Self(RawSignature::from_bytes(&bytes)))
    }
}

impl From<DocumentSignature> for String {
    fn from(signature: DocumentSignature) -> Self {
        signature.to_string()
    }
}

impl fmt::Display for DocumentSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0.to_bytes()))
    }
}

impl fmt::Debug for DocumentSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

macro_rules! base64_schema {
    ($name:ident, $characters:literal) => {
        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string",
                    "contentEncoding": "base64",
                    "minLength": $characters,
                    "maxLength": $characters,
                })
            }
        }
    };
}

base64_schema!(PublicKey, 44);
base64_schema!(DocumentSignature, 88);

/// Letters and digits of registration codes: Crockford's base 32, without I, L, O and U.
const CODE_ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a code without its hyphens: 125 bits.
const CODE_CHARACTERS: usize = 25;
/// Characters of each group.
const CODE_GROUP: usize = 5;

/// The text is no registration code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a registration code: five groups of five letters and digits")]
pub struct InvalidCode;

/// A one-time code, made by the receiver's administrator, that registers one server. It is a secret until it is used.
///
/// It never travels: the server proves that it knows the code, and the receiver proves the same with its answer, so
/// that a server that registers by file can trust the key in the answer.
#[derive(Clone)]
pub struct RegistrationCode(Zeroizing<String>);

impl RegistrationCode {
    /// A code of 25 random bytes.
    pub fn from_random(random: &Zeroizing<[u8; CODE_CHARACTERS]>) -> Self {
        let characters: Vec<u8> = random
            .iter()
            .map(|byte| CODE_ALPHABET[usize::from(byte % 32)])
            .collect();
        let groups: Vec<String> = characters
            .chunks(CODE_GROUP)
            .map(|group| String::from_utf8_lossy(group).into_owned())
            .collect();
        Self(Zeroizing::new(groups.join("-")))
    }

    /// Reads a code; case and hyphens do not matter.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn parse(text: &str) -> Result<Self, InvalidCode> {
        let characters: Zeroizing<String> = Zeroizing::new(
            text.trim()
                .chars()
                .filter(|c| *c != '-')
                .map(|c| match c.to_ascii_uppercase() {
                    'O' => '0',
                    'I' | 'L' => '1',
                    other => other,
                })
                .collect(),
        );
        let known = |c: u8| CODE_ALPHABET.contains(&c);
        if characters.len() != CODE_CHARACTERS || !characters.bytes().all(known) {
            return Err(InvalidCode);
        }
        let groups: Vec<&str> = (0..CODE_CHARACTERS / CODE_GROUP)
            .map(|group| &characters[group * CODE_GROUP..(group + 1) * CODE_GROUP])
            .collect();
        Ok(Self(Zeroizing::new(groups.join("-"))))
    }

    /// The code as it is shown, once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The first group: names the code among others and gives nothing away.
    pub fn id(&self) -> &str {
        &self.0[..CODE_GROUP]
    }

    /// What the receiver stores in place of the code.
    pub fn secret(&self) -> CodeSecret {
        let mut hash = Sha256::new();
        hash.update(b"licensing registration code 1\n");
        hash.update(self.0.as_bytes());
        CodeSecret(Zeroizing::new(hash.finalize().into()))
    }
}

impl fmt::Debug for RegistrationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RegistrationCode({}-…)", self.id())
    }
}

/// Proves the knowledge of a registration code.
#[derive(Clone)]
pub struct CodeSecret(Zeroizing<[u8; 32]>);

impl CodeSecret {
    /// From the stored bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes, for the receiver's store only.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Proof over a document: HMAC-SHA-256 in hexadecimal digits.
    pub fn proof(&self, context: Context, document: &[u8]) -> String {
        hex::encode(self.mac(context, document).finalize().into_bytes())
    }

    /// Whether a proof fits, in constant time.
    pub fn verify(&self, context: Context, document: &[u8], proof: &str) -> bool {
        hex::decode(proof).is_ok_and(|proof| self.mac(context, document).verify_slice(&proof).is_ok())
    }

    fn mac(&self, context: Context, document: &[u8]) -> Hmac<Sha256> {
        // A key of any length does.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0[..])
            .unwrap_or_else(|_| unreachable!("HMAC takes keys of every length"));
        mac.update(context.prefix());
        mac.update(document);
        mac
    }
}

impl fmt::Debug for CodeSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeSecret(…)")
    }
}
