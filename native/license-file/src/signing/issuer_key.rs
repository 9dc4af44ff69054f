//! The issuer's private key.

use std::fmt;

use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey, KeypairBytes};
use ed25519_dalek::{Signer, SigningKey};
use zeroize::{Zeroize, Zeroizing};

use super::canonical::{CanonicalLine, FileBinding};
use super::signature::{KeyId, LineSignature, SIGNATURE_KEYWORD};
use super::trust::{InvalidTrustFile, TrustedIssuer};
use crate::license_file::{Attribute, LicenseFile, LineKind, PublisherLine, Span};

/// A private key that signs license lines. It is wiped when dropped and `Debug` shows only its id.
pub struct IssuerKey(SigningKey);

/// The text is no Ed25519 private key in PKCS#8 PEM. What is wrong with it is not said: the text is secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text is not an Ed25519 private key in PKCS#8 PEM (BEGIN PRIVATE KEY)")]
pub struct InvalidIssuerKey;

impl IssuerKey {
    /// Makes a key of 32 random bytes from a generator fit for secrets.
    pub fn from_random(random: &Zeroizing<[u8; 32]>) -> Self {
        Self(SigningKey::from_bytes(random))
    }

    /// Reads PKCS#8 PEM.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn from_pem(pem: &str) -> Result<Self, InvalidIssuerKey> {
        SigningKey::from_pkcs8_pem(pem.trim())
            .map(Self)
            .map_err(|_| InvalidIssuerKey)
    }

    /// The key as PKCS#8 PEM, to be stored where only the issuer can read it. Without the public key in it: OpenSSL 3.0
    /// does not read the newer form.
    ///
    /// # Errors
    /// When encoding fails, which it does for no key.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, InvalidIssuerKey> {
        let mut key = KeypairBytes {
            secret_key: self.0.to_bytes(),
            public_key: None,
        };
        let pem = key.to_pkcs8_pem(LineEnding::LF).map_err(|_| InvalidIssuerKey);
        key.secret_key.zeroize();
        pem
    }

    /// Id of its public key.
    pub fn key_id(&self) -> KeyId {
        KeyId::of(&self.0.verifying_key())
    }

    /// The public part, for the trust folders of license servers.
    ///
    /// # Errors
    /// When the name is empty or no vendor is named.
    pub fn public(&self, issuer: &str, vendors: &[String]) -> Result<TrustedIssuer, InvalidTrustFile> {
        TrustedIssuer::new(self.0.verifying_key(), issuer, vendors)
    }

    /// Signs the covered text of a line.
    pub fn sign_line(&self, line: &CanonicalLine) -> LineSignature {
        LineSignature {
            key_id: self.key_id(),
            value: self.0.sign(line.as_bytes()),
        }
    }

    /// The file with a signature in every FEATURE, INCREMENT, UPGRADE and PACKAGE line: in the place of one of ours that
    /// is there, else at the end of the line. Everything else keeps its bytes.
    pub fn sign_file(&self, file: &LicenseFile) -> Vec<u8> {
        let binding = FileBinding::of(file);
        let mut signed = Vec::new();
        for line in &file.lines {
            let raw = file.raw(line);
            let Some(canonical) = CanonicalLine::of(&line.kind, &binding) else {
                signed.extend_from_slice(raw);
                continue;
            };
            let text = format!("{SIGNATURE_KEYWORD}=\"{}\"", self.sign_line(&canonical));
            let mut from = 0;
            for insertion in insertions(&line.kind, &text) {
                let start = insertion.span.start.saturating_sub(line.span.start);
                signed.extend_from_slice(raw.get(from..start).unwrap_or_default());
                signed.extend_from_slice(insertion.text.as_bytes());
                from = insertion.span.end.saturating_sub(line.span.start);
            }
            signed.extend_from_slice(raw.get(from..).unwrap_or_default());
        }
        signed
    }
}

struct Insertion {
    span: Span,
    text: String,
}

/// What to write where so that the line has this signature and no other one of ours.
fn insertions(line: &LineKind, signature: &str) -> Vec<Insertion> {
    let Some((attributes, words)) = PublisherLine::of(line).map(PublisherLine::places) else {
        return Vec::new();
    };
    let mut insertions: Vec<Insertion> = attributes
        .iter()
        .filter(|attribute| attribute.keyword.value.eq_ignore_ascii_case(SIGNATURE_KEYWORD))
        .map(|attribute| Insertion {
            span: attribute.span(),
            text: String::new(),
        })
        .collect();
    match insertions.first_mut() {
        Some(first) => signature.clone_into(&mut first.text),
        None => {
            let end = attributes.last().map_or(words, Attribute::span).end;
            insertions.push(Insertion {
                span: Span { start: end, end },
                text: format!(" \\\n  {signature}"),
            });
        }
    }
    insertions
}

impl fmt::Debug for IssuerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IssuerKey({})", self.key_id())
    }
}
