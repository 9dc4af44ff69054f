//! Certificates that clients show: which authorities count, and who a certificate is of.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use licensing_api::text::is_deceptive;
use parking_lot::RwLock;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::UnixTime;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, RootCertStore, SignatureScheme};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;

use super::TlsError;
use super::server_tls::read_pem;

/// Longest name of a caller, in characters.
const NAME_CHARACTERS: usize = 256;

/// The authorities whose client certificates count. Clones share them: a change shows in every port at once.
#[derive(Debug, Clone)]
pub struct ClientTrust {
    current: Arc<RwLock<Current>>,
    provider: Arc<CryptoProvider>,
}

#[derive(Debug)]
struct Current {
    /// Rises with each change.
    generation: u64,
    /// None: no client is asked for a certificate.
    verifier: Option<Arc<dyn ClientCertVerifier>>,
}

/// A certificate that a client has shown and proved to be its own.
pub struct PeerCertificate {
    chain: Vec<CertificateDer<'static>>,
    name: String,
    not_after: Timestamp,
    /// Generation of the authorities that it was last found good by.
    good_by: AtomicU64,
}

impl fmt::Debug for PeerCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PeerCertificate")
            .field("name", &self.name)
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}

impl PartialEq for PeerCertificate {
    fn eq(&self, other: &Self) -> bool {
        self.chain == other.chain
    }
}

impl Eq for PeerCertificate {}

impl PeerCertificate {
    /// Whom it is of: the common name, else the first of its alternative names.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// From the chain of a handshake; none when it cannot be read.
    pub(crate) fn of(chain: &[CertificateDer<'_>]) -> Option<Self> {
        let (_, parsed) = X509Certificate::from_der(chain.first()?).ok()?;
        Some(Self {
            name: name_of(&parsed),
            not_after: Timestamp::from_second(parsed.validity().not_after.timestamp()).ok()?,
            chain: chain.iter().map(|part| part.clone().into_owned()).collect(),
            good_by: AtomicU64::new(0),
        })
    }
}

impl ClientTrust {
    /// No authority: clients are not asked for certificates.
    pub fn nobody() -> Self {
        Self {
            current: Arc::new(RwLock::new(Current {
                generation: 1,
                verifier: None,
            })),
            provider: Arc::new(ring::default_provider()),
        }
    }

    /// The authorities of a PEM file, with their lists of revoked certificates; nobody without one.
    ///
    /// # Errors
    /// If it cannot be read, holds no certificate of an authority, or a list that is none.
    pub fn open(file: Option<&Path>) -> Result<Self, TlsError> {
        let trust = Self::nobody();
        trust.read(file)?;
        Ok(trust)
    }

    /// Reads authorities and lists again. Who has shown a certificate that none of them has signed, or that was revoked, is a
    /// stranger from the next call on.
    ///
    /// # Errors
    /// As [`Self::open`]; then the earlier ones go on to count.
    pub fn read(&self, file: Option<&Path>) -> Result<(), TlsError> {
        let verifier = file.map(|file| verifier(file, &self.provider)).transpose()?;
        let mut current = self.current.write();
        current.generation += 1;
        current.verifier = verifier;
        Ok(())
    }

    /// Whether a certificate still counts: it has not ended, and one of the authorities of now has signed it.
    pub fn still_trusts(&self, certificate: &PeerCertificate) -> bool {
        if Timestamp::now() > certificate.not_after {
            return false;
        }
        let current = self.current.read();
        if certificate.good_by.load(Ordering::Relaxed) == current.generation {
            return true;
        }
        let Some((end, intermediates)) = certificate.chain.split_first() else {
            return false;
        };
        let good = current.verifier.as_ref().is_some_and(|verifier| {
            verifier
                .verify_client_cert(end, intermediates, UnixTime::now())
                .is_ok()
        });
        if good {
            certificate.good_by.store(current.generation, Ordering::Relaxed);
        }
        good
    }

    fn verifier(&self) -> Option<Arc<dyn ClientCertVerifier>> {
        let current = self.current.read();
        current.verifier.clone()
    }
}

impl ClientCertVerifier for ClientTrust {
    fn offer_client_auth(&self) -> bool {
        self.verifier().is_some()
    }

    fn client_auth_mandatory(&self) -> bool {
        // A token does as well.
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        // Strangers need not know whose certificates count.
        &[]
    }

    fn verify_client_cert(
        &self,
        end: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        match self.verifier() {
            Some(verifier) => verifier.verify_client_cert(end, intermediates, now),
            None => Err(CertificateError::UnknownIssuer.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

fn verifier(file: &Path, provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let unreadable = |text: String| TlsError::Unreadable {
        file: PathBuf::from(file),
        text,
    };
    let mut roots = RootCertStore::empty();
    let text = read_pem(file).map_err(unreadable)?;
    let authorities = CertificateDer::pem_slice_iter(&text)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| unreadable(error.to_string()))?;
    for authority in authorities {
        roots
            .add(authority)
            .map_err(|error| unreadable(error.to_string()))?;
    }
    let revoked = CertificateRevocationListDer::pem_slice_iter(&text)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| unreadable(error.to_string()))?;
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
    builder
        .with_crls(revoked)
        // An authority without a list has revoked nothing.
        .allow_unknown_revocation_status()
        .allow_unauthenticated()
        .build()
        .map_err(|error| unreadable(error.to_string()))
}

fn name_of(certificate: &X509Certificate<'_>) -> String {
    let common = certificate
        .subject()
        .iter_common_name()
        .find_map(|name| name.as_str().ok())
        .map(str::to_owned);
    let alternative = || {
        let names = certificate.subject_alternative_name().ok().flatten()?;
        names.value.general_names.iter().find_map(|name| match name {
            GeneralName::DNSName(name) | GeneralName::RFC822Name(name) | GeneralName::URI(name) => {
                Some((*name).to_owned())
            }
            _ => None,
        })
    };
    let name = common.filter(|name| !name.is_empty()).or_else(alternative);
    // It goes into logs and records.
    let name = name.unwrap_or_default();
    let clean = name.chars().filter(|letter| !is_deceptive(*letter));
    clean.take(NAME_CHARACTERS).collect()
}
