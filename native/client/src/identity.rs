//! The certificate that a product shows.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use licensing_api::{ErrorCode, Problem};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// Largest file that is read: a chain of certificates with its key has a few KiB.
const MAXIMUM_FILE: u64 = 1 << 20;

/// Certificate and private key that a product shows to servers that demand one.
#[derive(Clone)]
pub struct ClientIdentity(Arc<Inner>);

struct Inner {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

/// The key is not shown.
impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientIdentity({} certificates)", self.0.chain.len())
    }
}

impl ClientIdentity {
    /// From PEM text: the certificate, those of the authorities between it and the one that the server knows, and the
    /// private key (PKCS #8, PKCS #1 or SEC 1). One text may hold all of it and be given twice.
    ///
    /// # Errors
    /// `LocalFileUnreadable` when a part is missing or damaged.
    pub fn from_pem(certificates: &[u8], key: &[u8]) -> Result<Self, Problem> {
        let chain: Vec<_> = CertificateDer::pem_slice_iter(certificates)
            .collect::<Result<_, _>>()
            .map_err(|error| unreadable("certificate", &error.to_string()))?;
        if chain.is_empty() {
            return Err(unreadable("certificate", "there is none in PEM form"));
        }
        let key = PrivateKeyDer::from_pem_slice(key)
            .map_err(|error| unreadable("private key", &error.to_string()))?;
        Ok(Self(Arc::new(Inner { chain, key })))
    }

    /// From PEM files.
    ///
    /// # Errors
    /// `LocalFileUnreadable`.
    pub fn read(certificates: &Path, key: &Path) -> Result<Self, Problem> {
        let key_text = zeroize::Zeroizing::new(read(key)?);
        Self::from_pem(&read(certificates)?, &key_text)
    }

    pub(crate) fn chain(&self) -> Vec<CertificateDer<'static>> {
        self.0.chain.clone()
    }

    pub(crate) fn key(&self) -> PrivateKeyDer<'static> {
        self.0.key.clone_key()
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Problem> {
    let named = |why: String| unreadable(&path.display().to_string(), &why);
    let size = std::fs::metadata(path)
        .map_err(|error| named(error.to_string()))?
        .len();
    if size > MAXIMUM_FILE {
        return Err(named(format!(
            "{size} bytes are more than the {MAXIMUM_FILE} allowed"
        )));
    }
    std::fs::read(path).map_err(|error| named(error.to_string()))
}

fn unreadable(what: &str, why: &str) -> Problem {
    Problem::new(
        ErrorCode::LocalFileUnreadable,
        format!("The product's own certificate, {what}: {why}."),
    )
    .about(what)
}
