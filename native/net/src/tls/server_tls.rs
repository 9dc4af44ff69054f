//! The certificate of the server, replaceable while it serves.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use licensing_files::regular;
use parking_lot::RwLock;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::Zeroizing;

use super::ClientTrust;

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read or holds nothing of use.
    #[error("{} cannot be used: {text}; put a PEM file there", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        text: String,
    },
    /// Certificate and key do not fit, or are of a kind that is not supported.
    #[error("certificate {} and its key do not fit together: {source}", file.display())]
    Unfit {
        /// The certificate.
        file: PathBuf,
        /// What is wrong.
        source: rustls::Error,
    },
}

/// Certificate chain and key as they are used now. Clones share them: a reload shows in every port at once.
#[derive(Debug, Clone)]
pub struct ServerTls {
    certificate_file: PathBuf,
    key_file: PathBuf,
    current: Arc<Current>,
}

#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

impl Current {
    fn get(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.0.read())
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.get())
    }
}

impl ServerTls {
    /// Reads certificate chain and key from PEM files.
    ///
    /// # Errors
    /// If one of them cannot be read, or they do not fit together.
    pub fn open(certificate_file: &Path, key_file: &Path) -> Result<Self, TlsError> {
        let key = read(certificate_file, key_file)?;
        Ok(Self {
            certificate_file: certificate_file.to_owned(),
            key_file: key_file.to_owned(),
            current: Arc::new(Current(RwLock::new(Arc::new(key)))),
        })
    }

    /// Reads the files again. New connections get the new certificate, others go on.
    ///
    /// # Errors
    /// As [`Self::open`]; then the certificate in use stays.
    pub fn reload(&self) -> Result<(), TlsError> {
        let key = read(&self.certificate_file, &self.key_file)?;
        *self.current.0.write() = Arc::new(key);
        Ok(())
    }

    /// DER form of the server's own certificate as it is used now.
    pub fn certificate(&self) -> CertificateDer<'static> {
        self.current
            .get()
            .cert
            .first()
            .cloned()
            .unwrap_or_else(|| CertificateDer::from(Vec::new()))
    }

    /// SHA-256 of the DER form in upper-case hex: what clients pin as `CertHash`.
    pub fn certificate_hash(&self) -> String {
        use sha2::{Digest, Sha256};
        hex::encode_upper(Sha256::digest(self.certificate()))
    }

    /// Hash of the certificate as RFC 5929 has it for `tls-server-end-point`: with the hash of its signature, or SHA-256
    /// where that is MD5 or SHA-1.
    pub fn endpoint_hash(&self) -> Vec<u8> {
        use sha2::{Digest, Sha256, Sha384, Sha512};
        use x509_parser::prelude::{FromDer, X509Certificate};
        const SHA384: [&str; 2] = ["1.2.840.113549.1.1.12", "1.2.840.10045.4.3.3"];
        const SHA512: [&str; 2] = ["1.2.840.113549.1.1.13", "1.2.840.10045.4.3.4"];
        let certificate = self.certificate();
        let algorithm = X509Certificate::from_der(&certificate)
            .map(|(_, parsed)| parsed.signature_algorithm.algorithm.to_id_string())
            .unwrap_or_default();
        match algorithm.as_str() {
            algorithm if SHA384.contains(&algorithm) => Sha384::digest(&certificate).to_vec(),
            algorithm if SHA512.contains(&algorithm) => Sha512::digest(&certificate).to_vec(),
            _ => Sha256::digest(&certificate).to_vec(),
        }
    }

    /// TLS 1.2 and 1.3 with this certificate, offering these application protocols.
    ///
    /// # Errors
    /// If the cryptography provider lacks a protocol version.
    pub fn server_config(&self, protocols: &[&str]) -> Result<Arc<ServerConfig>, rustls::Error> {
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&self.current) as Arc<dyn ResolvesServerCert>);
        Ok(offering(config, protocols))
    }

    /// The same for ports where a client may show a certificate. One that does not count ends the handshake.
    ///
    /// # Errors
    /// As [`Self::server_config`].
    pub fn server_config_for(
        &self,
        protocols: &[&str],
        clients: &ClientTrust,
    ) -> Result<Arc<ServerConfig>, rustls::Error> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(Arc::new(clients.clone()))
            .with_cert_resolver(Arc::clone(&self.current) as Arc<dyn ResolvesServerCert>);
        // A resumed session would bring back a certificate that nobody has looked at again.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(offering(config, protocols))
    }
}

fn offering(mut config: ServerConfig, protocols: &[&str]) -> Arc<ServerConfig> {
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    Arc::new(config)
}

/// The certificates of a PEM text, the server's own first.
fn chain_of(text: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let chain = CertificateDer::pem_slice_iter(text)
        .map(|one| {
            one.map(CertificateDer::into_owned)
                .map_err(|error| error.to_string())
        })
        .collect::<Result<Vec<_>, _>>()?;
    match chain.is_empty() {
        true => Err("it holds no certificate".to_owned()),
        false => Ok(chain),
    }
}

fn key_of(text: &[u8]) -> Result<PrivateKeyDer<'static>, String> {
    PrivateKeyDer::from_pem_slice(text).map_err(|error| error.to_string())
}

/// The certificate of a pair that could be served with; why not, else.
pub(super) fn check(chain: &[u8], key: &[u8]) -> Result<CertificateDer<'static>, String> {
    let chain = chain_of(chain).map_err(|error| format!("the certificate cannot be read: {error}"))?;
    let key = key_of(key).map_err(|error| format!("the key cannot be read: {error}"))?;
    let own = chain.first().cloned();
    CertifiedKey::from_der(chain, key, &ring::default_provider())
        .map_err(|error| format!("certificate and key do not fit together: {error}"))?;
    own.ok_or_else(|| "it holds no certificate".to_owned())
}

pub(super) fn read(certificate_file: &Path, key_file: &Path) -> Result<CertifiedKey, TlsError> {
    let unreadable = |file: &Path, text: String| TlsError::Unreadable {
        file: file.to_owned(),
        text,
    };
    let chain = read_pem(certificate_file)
        .and_then(|text| chain_of(&text))
        .map_err(|text| unreadable(certificate_file, text))?;
    let key = read_pem(key_file)
        .and_then(|text| key_of(&text))
        .map_err(|text| unreadable(key_file, text))?;
    CertifiedKey::from_der(chain, key, &ring::default_provider()).map_err(|source| TlsError::Unfit {
        file: certificate_file.to_owned(),
        source,
    })
}

/// Largest PEM file.
pub(super) const MAX_PEM_BYTES: usize = 4 * 1024 * 1024;

/// Text of a PEM file, wiped after use as it may hold a key.
pub(super) fn read_pem(file: &Path) -> Result<Zeroizing<Vec<u8>>, String> {
    regular::read(file, MAX_PEM_BYTES)
        .map(Zeroizing::new)
        .map_err(|error| error.to_string())
}
