//! Noticing that a file changed without reading it.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use super::CertificateFiles;

/// Age and size of certificate and key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stamp([Option<(SystemTime, u64)>; 2]);

impl Stamp {
    /// Of both files as they are now; a file that cannot be looked at counts as absent.
    pub(crate) fn of(files: &CertificateFiles) -> Self {
        let stamp = |path: &Path| {
            let metadata = fs::metadata(path).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        };
        Self([stamp(&files.certificate), stamp(&files.key)])
    }
}
