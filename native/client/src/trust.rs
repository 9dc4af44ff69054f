//! Whose certificate is trusted.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use licensing_api::{ErrorCode, Problem};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::identity::ClientIdentity;

/// Largest file of authorities that is read: 4 MiB, many times what an operating system ships.
const MAXIMUM_CA_FILE: u64 = 4 << 20;

/// SHA-256 of a certificate's DER form: what `-CertHash` pins.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CertHash([u8; 32]);

impl CertHash {
    /// The hash of this certificate.
    pub fn of(certificate: &[u8]) -> Self {
        Self(Sha256::digest(certificate).into())
    }
}

/// 64 upper-case hex digits.
impl fmt::Display for CertHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode_upper(self.0))
    }
}

impl fmt::Debug for CertHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CertHash({self})")
    }
}

/// 64 hex digits in either case; colons, spaces and dashes between them are skipped.
impl FromStr for CertHash {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let digits: String = text
            .chars()
            .filter(|c| !matches!(c, ':' | ' ' | '-'))
            .take(65)
            .collect();
        let mut hash = [0; 32];
        hex::decode_to_slice(&digits, &mut hash).map_err(|_| {
            Problem::new(
                ErrorCode::InvalidRequest,
                "A certificate hash has 64 hex digits (SHA-256).",
            )
            .about("certHash")
            .advise(
                "Copy the hash from the server, from Get-LicenseCertificate or from 'licensing certificate'.",
            )
        })?;
        Ok(Self(hash))
    }
}

/// Whose certificate is trusted. There is no way to trust just any: whoever wants to see a certificate before
/// trusting it calls [`crate::fetch_certificate`], which never sends anything else.
#[derive(Debug, Clone, Default)]
pub enum Trust {
    /// This one certificate, whoever signed it and whatever name and dates it carries.
    CertHash(CertHash),
    /// Certificates that an authority in this PEM file signed, for the name of the host and the present time.
    CaFile(PathBuf),
    /// Certificates that the operating system trusts.
    #[default]
    System,
}

impl Trust {
    /// The TLS set-up for it.
    ///
    /// # Errors
    /// `LocalFileUnreadable` when the file of authorities cannot be read or holds none,
    /// `CertificateVerificationFailed` when the operating system trusts nobody at all.
    pub fn client_config(&self, identity: Option<&ClientIdentity>) -> Result<ClientConfig, Problem> {
        match self {
            Self::CertHash(hash) => {
                let pinned = Pinned {
                    hash: *hash,
                    provider: provider(),
                };
                with_verifier(Arc::new(pinned), identity)
            }
            Self::CaFile(path) => {
                let builder = builder()?.with_root_certificates(read_authorities(path)?);
                show(builder, identity)
            }
            Self::System => {
                let verifier = rustls_platform_verifier::Verifier::new(provider()).map_err(|error| {
                    Problem::new(
                        ErrorCode::CertificateVerificationFailed,
                        format!("This machine has no trusted authorities: {error}."),
                    )
                    .advise("Install the operating system's certificate authorities, or pass CertHash.")
                })?;
                with_verifier(Arc::new(verifier), identity)
            }
        }
    }
}

/// TLS that takes every certificate, to look at it.
pub(crate) fn inspecting_config(identity: Option<&ClientIdentity>) -> Result<ClientConfig, Problem> {
    with_verifier(Arc::new(Inspecting { provider: provider() }), identity)
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn builder() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, Problem> {
    ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| {
            Problem::new(
                ErrorCode::InternalError,
                format!("TLS cannot be set up: {error}."),
            )
        })
}

fn with_verifier(
    verifier: Arc<dyn ServerCertVerifier>,
    identity: Option<&ClientIdentity>,
) -> Result<ClientConfig, Problem> {
    let builder = builder()?.dangerous().with_custom_certificate_verifier(verifier);
    show(builder, identity)
}

/// Completes the set-up with the certificate that the client shows, if it has one.
fn show(
    builder: rustls::ConfigBuilder<ClientConfig, rustls::client::WantsClientCert>,
    identity: Option<&ClientIdentity>,
) -> Result<ClientConfig, Problem> {
    let Some(identity) = identity else {
        return Ok(builder.with_no_client_auth());
    };
    builder
        .with_client_auth_cert(identity.chain(), identity.key())
        .map_err(|error| {
            Problem::new(
                ErrorCode::InvalidRequest,
                format!("Certificate and key of the product cannot be used: {error}."),
            )
            .about("identity")
            .advise("Give the certificate together with the private key that it was made for.")
        })
}

fn read_authorities(path: &Path) -> Result<RootCertStore, Problem> {
    let unreadable = |why: String| {
        Problem::new(
            ErrorCode::LocalFileUnreadable,
            format!("The file of authorities {}: {why}.", path.display()),
        )
        .about(path.display().to_string())
    };
    let size = std::fs::metadata(path)
        .map_err(|error| unreadable(error.to_string()))?
        .len();
    if size > MAXIMUM_CA_FILE {
        return Err(unreadable(format!(
            "{size} bytes are more than the {MAXIMUM_CA_FILE} allowed"
        )));
    }
    let text = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&text) {
        let certificate = certificate.map_err(|error| unreadable(error.to_string()))?;
        roots
            .add(certificate)
            .map_err(|error| unreadable(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(unreadable("it holds no certificate in PEM form".to_owned()));
    }
    Ok(roots)
}

/// The server showed a certificate other than the pinned one.
#[derive(Debug, thiserror::Error)]
#[error("its certificate has the hash {found}, not {expected} as expected")]
struct AnotherCertificate {
    found: CertHash,
    expected: CertHash,
}

/// Trusts one certificate. The signature of the handshake is still verified: that the server holds the key is
/// what makes the pinned certificate worth something.
#[derive(Debug)]
struct Pinned {
    hash: CertHash,
    provider: Arc<CryptoProvider>,
}

/// Trusts every certificate, yet verifies that the server holds its key.
#[derive(Debug)]
struct Inspecting {
    provider: Arc<CryptoProvider>,
}

macro_rules! handshake_signatures {
    () => {
        fn verify_tls12_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signature: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, rustls::Error> {
            verify_tls12_signature(
                message,
                certificate,
                signature,
                &self.provider.signature_verification_algorithms,
            )
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signature: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, rustls::Error> {
            verify_tls13_signature(
                message,
                certificate,
                signature,
                &self.provider.signature_verification_algorithms,
            )
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            self.provider
                .signature_verification_algorithms
                .supported_schemes()
        }
    };
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let found = CertHash::of(certificate);
        if bool::from(found.0.ct_eq(&self.hash.0)) {
            Ok(ServerCertVerified::assertion())
        } else {
            let other = rustls::OtherError(Arc::new(AnotherCertificate {
                found,
                expected: self.hash,
            }));
            Err(rustls::Error::InvalidCertificate(CertificateError::Other(other)))
        }
    }

    handshake_signatures!();
}

impl ServerCertVerifier for Inspecting {
    fn verify_server_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    handshake_signatures!();
}
