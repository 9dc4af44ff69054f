//! Signatures that another process of this server has verified.

use licensing_api::inventory::SignatureState;
use licensing_license_file::license_file::LicenseFile;
use licensing_license_file::signing::TrustStore;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::InstalledLicenseFile;

/// What the manager found when it verified a file, for its daemons: verifying is most of the work of an import. It counts
/// for exactly these bytes and these issuers.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    file: [u8; 32],
    trust: [u8; 32],
    signatures: Vec<Option<SignatureState>>,
}

impl Verdict {
    /// What was found with these issuers.
    pub fn of(file: &InstalledLicenseFile, trust: &TrustStore) -> Self {
        Self {
            file: Sha256::digest(file.file.source()).into(),
            trust: trust.fingerprint(),
            signatures: file.signatures.clone(),
        }
    }

    /// The states of the signatures of `file`; none where the verdict is about other bytes or other issuers.
    pub(super) fn signatures(
        &self,
        file: &LicenseFile,
        trust: &TrustStore,
    ) -> Option<Vec<Option<SignatureState>>> {
        let is_it = self.signatures.len() == file.lines.len()
            && self.trust == trust.fingerprint()
            && self.file[..] == Sha256::digest(file.source())[..];
        is_it.then(|| self.signatures.clone())
    }
}
