//! Where certificate and key of a server are.

use std::path::{Path, PathBuf};

/// The files of [`ServerCertificate`](super::ServerCertificate).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFiles {
    /// Certificate chain, PEM.
    pub certificate: PathBuf,
    /// Key of the certificate, PEM.
    pub key: PathBuf,
    /// Hash of the certificate that the server made itself, and so may renew.
    pub own_hash: PathBuf,
    /// Certificate chain that was announced to follow, PEM.
    pub next_certificate: PathBuf,
    /// Its key, PEM.
    pub next_key: PathBuf,
}

impl CertificateFiles {
    /// With their usual names in one folder.
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            certificate: folder.join("server.crt"),
            key: folder.join("server.key"),
            own_hash: folder.join("self-signed.sha256"),
            next_certificate: folder.join("next.crt"),
            next_key: folder.join("next.key"),
        }
    }
}
