//! Signatures of license lines: Ed25519 over what the publisher says and the machines it says it to.
//!
//! `docs/license-file.md` tells what is covered and what an administrator may edit.

mod canonical;
mod issuer_key;
mod signature;
mod signed_line;
mod trust;
mod verify;

pub use canonical::{CanonicalLine, FileBinding};
pub use issuer_key::{InvalidIssuerKey, IssuerKey};
pub use signature::{InvalidSignature, KeyId, LineSignature, SIGNATURE_KEYWORD};
pub use signed_line::{MAX_SIGNED_LINE_BYTES, SignedLine};
pub use trust::{InvalidTrustFile, MAX_TRUST_FILE_BYTES, TrustStore, TrustedIssuer};
pub use verify::{SignatureDetail, SignatureReport};
