//! The signature of a line in words.

use licensing_api::inventory::SignatureState;

use super::Explainer;
use super::wording::Sentences;
use licensing_license_file::license_file::{Line, PublisherLine};
use licensing_license_file::signing::SignatureDetail;

impl Explainer<'_> {
    /// Says whether the signature of a line holds; none for lines that carry none.
    pub(super) fn signature(
        &self,
        index: usize,
        line: &Line,
        text: &mut Sentences,
    ) -> Option<SignatureState> {
        let vendor = PublisherLine::of(&line.kind)?.vendor();
        let state = self
            .file
            .signatures
            .get(index)
            .copied()
            .flatten()
            .unwrap_or(SignatureState::Missing);
        if state == SignatureState::Valid {
            // Verifying is the costly part and was done; only the name is needed.
            let issuer = self
                .context
                .trust
                .issuer_of(&line.kind)
                .map_or("a trusted issuer", |one| one.issuer());
            text.add(format!("Signed by {issuer}, and unchanged."));
            return Some(state);
        }
        let detail = self
            .context
            .trust
            .examine_line(&line.kind, &self.binding)
            .map(|report| report.detail);
        let detail = detail.unwrap_or(SignatureDetail::None);
        text.add(self.in_words(&detail, vendor));
        Some(state)
    }

    fn in_words(&self, detail: &SignatureDetail, vendor: &str) -> String {
        match detail {
            SignatureDetail::Holds { issuer, .. } => format!("Signed by {issuer}, and unchanged."),
            SignatureDetail::Changed { issuer, .. } => format!(
                "Not granted: the line, or the host id of the SERVER line, is not what {issuer} signed."
            ),
            SignatureDetail::UnknownKey(key) => {
                format!(
                    "Not granted: it is signed with the key {key}, which no file of the trust folder has."
                )
            }
            SignatureDetail::VendorNotAllowed { issuer, .. } => {
                format!("Not granted: {issuer}, who signed it, is not trusted with licenses of {vendor}.")
            }
            SignatureDetail::Unreadable(error) => format!("Not granted: {error}."),
            SignatureDetail::SeveralSignatures => "Not granted: it has more than one LSIGN.".to_owned(),
            SignatureDetail::VendorScheme if (self.context.accepts_unverified)(vendor) => format!(
                "Only {vendor} can verify its signature; it is granted all the same, because accept_unverified names {vendor}."
            ),
            SignatureDetail::VendorScheme => format!(
                "Not granted: only {vendor} can verify its signature, and accept_unverified does not name {vendor}."
            ),
            SignatureDetail::None => "Not granted: it is not signed.".to_owned(),
        }
    }
}
