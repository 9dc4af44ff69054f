//! Whether the signature of a line holds.

use licensing_api::inventory::SignatureState;

use super::canonical::{CanonicalLine, FileBinding};
use super::signature::{InvalidSignature, KeyId, LineSignature, SIGNATURE_KEYWORD};
use super::trust::{TrustStore, TrustedIssuer};
use crate::license_file::{Attribute, LicenseFile, LineKind, PublisherLine, Spanned};

/// Keywords of signatures that only their vendor can check.
const VENDOR_SIGNATURES: [&str; 3] = ["SIGN", "SIGN2", "AUTH"];

/// Whether the signature of a line holds, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureReport {
    /// The state in general.
    pub state: SignatureState,
    /// The reason.
    pub detail: SignatureDetail,
}

/// Why a signature is in its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureDetail {
    /// Made by this trusted issuer over exactly this line for exactly these machines.
    Holds {
        /// Name of the issuer.
        issuer: String,
        /// Its key.
        key_id: KeyId,
    },
    /// The line or the host id of its SERVER line is not what this issuer signed.
    Changed {
        /// Name of the issuer.
        issuer: String,
        /// Its key.
        key_id: KeyId,
    },
    /// No trust file has the key.
    UnknownKey(KeyId),
    /// The issuer may not sign for the vendor of the line.
    VendorNotAllowed {
        /// Name of the issuer.
        issuer: String,
        /// Its key.
        key_id: KeyId,
    },
    /// The text of the signature is none.
    Unreadable(InvalidSignature),
    /// The line has more than one signature of ours.
    SeveralSignatures,
    /// Signed by its vendor's own scheme.
    VendorScheme,
    /// Not signed.
    None,
}

impl SignatureDetail {
    /// The state it amounts to.
    pub fn state(&self) -> SignatureState {
        match self {
            Self::Holds { .. } => SignatureState::Valid,
            Self::Changed { .. } | Self::Unreadable(_) | Self::SeveralSignatures => SignatureState::Invalid,
            Self::UnknownKey(_) | Self::VendorNotAllowed { .. } => SignatureState::UnknownIssuer,
            Self::VendorScheme => SignatureState::Unverifiable,
            Self::None => SignatureState::Missing,
        }
    }
}

impl TrustStore {
    /// Signature state of each line of a file, by its position in `file.lines`; none for lines that carry no signature
    /// because they grant nothing.
    pub fn verify(&self, file: &LicenseFile) -> Vec<Option<SignatureState>> {
        self.examine(file)
            .into_iter()
            .map(|report| report.map(|report| report.state))
            .collect()
    }

    /// The same with the reasons.
    pub fn examine(&self, file: &LicenseFile) -> Vec<Option<SignatureReport>> {
        let binding = FileBinding::of(file);
        file.lines
            .iter()
            .map(|line| self.examine_line(&line.kind, &binding))
            .collect()
    }

    /// The trusted issuer whose key a line names, whether or not the signature holds.
    pub fn issuer_of(&self, line: &LineKind) -> Option<&TrustedIssuer> {
        let signed = Signed::of(line)?;
        let attribute = signed.ours().next()?;
        let signature: LineSignature = attribute.value.as_ref()?.text.parse().ok()?;
        self.get(signature.key_id)
    }

    /// Whether the signature of one line of a file with this binding holds; none for lines that carry none.
    pub fn examine_line(&self, line: &LineKind, binding: &FileBinding) -> Option<SignatureReport> {
        let signed = Signed::of(line)?;
        let canonical = CanonicalLine::of(line, binding)?;
        let detail = self.detail(&signed, &canonical);
        Some(SignatureReport {
            state: detail.state(),
            detail,
        })
    }

    fn detail(&self, signed: &Signed<'_>, canonical: &CanonicalLine) -> SignatureDetail {
        let mut signatures = signed.ours();
        let Some(attribute) = signatures.next() else {
            return signed.without_ours();
        };
        if signatures.next().is_some() {
            return SignatureDetail::SeveralSignatures;
        }
        let text = attribute.value.as_ref().map_or("", |value| value.text.as_str());
        let signature = match text.parse::<LineSignature>() {
            Ok(signature) => signature,
            Err(error) => return SignatureDetail::Unreadable(error),
        };
        let key_id = signature.key_id;
        let Some(trusted) = self.get(key_id) else {
            return SignatureDetail::UnknownKey(key_id);
        };
        let issuer = trusted.issuer().to_owned();
        if !trusted.may_sign_for(signed.vendor) {
            return SignatureDetail::VendorNotAllowed { issuer, key_id };
        }
        match trusted
            .key()
            .verify_strict(canonical.as_bytes(), &signature.value)
        {
            Ok(()) => SignatureDetail::Holds { issuer, key_id },
            Err(_) => SignatureDetail::Changed { issuer, key_id },
        }
    }
}

/// The parts of a line that its signature concerns.
pub(super) struct Signed<'a> {
    vendor: &'a str,
    key: Option<&'a Spanned<String>>,
    attributes: &'a [Attribute],
}

impl<'a> Signed<'a> {
    pub(super) fn of(line: &'a LineKind) -> Option<Self> {
        let line = PublisherLine::of(line)?;
        Some(Self {
            vendor: line.vendor(),
            key: line.key(),
            attributes: line.places().0,
        })
    }

    /// Signatures of ours.
    pub(super) fn ours(&self) -> impl Iterator<Item = &'a Attribute> {
        self.attributes
            .iter()
            .filter(|one| one.keyword.value.eq_ignore_ascii_case(SIGNATURE_KEYWORD))
    }

    fn without_ours(&self) -> SignatureDetail {
        let by_vendor = self.key.is_some()
            || self.attributes.iter().any(|attribute| {
                VENDOR_SIGNATURES
                    .iter()
                    .any(|name| attribute.keyword.value.eq_ignore_ascii_case(name))
                    && attribute
                        .value
                        .as_ref()
                        .is_some_and(|value| !value.text.is_empty())
            });
        if by_vendor {
            SignatureDetail::VendorScheme
        } else {
            SignatureDetail::None
        }
    }
}
