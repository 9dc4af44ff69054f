//! Keys and certificates made for one test.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// A certificate for loopback and its key.
pub(crate) struct Identity {
    pub(crate) certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

fn parameters(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut parameters = CertificateParams::new(names).expect("names");
    parameters
        .distinguished_name
        .push(DnType::CommonName, "licensing test");
    parameters
}

/// Signed by itself, as a server makes one at its first start.
pub(crate) fn self_signed() -> Identity {
    let key = KeyPair::generate().expect("a key");
    let certificate = parameters(&["localhost", "127.0.0.1"])
        .self_signed(&key)
        .expect("a certificate");
    Identity {
        certificate: certificate.der().clone(),
        key: key.into(),
    }
}

/// An authority and its certificate in PEM form.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    pub(crate) pem: String,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut authority = parameters(&[]);
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer =
            CertifiedIssuer::self_signed(authority, KeyPair::generate().expect("a key")).expect("authority");
        let pem = issuer.pem();
        Self { issuer, pem }
    }

    pub(crate) fn issue(&self, names: &[&str], valid: bool) -> Identity {
        let key = KeyPair::generate().expect("a key");
        let mut leaf = parameters(names);
        if !valid {
            leaf.not_before = rcgen::date_time_ymd(2001, 1, 1);
            leaf.not_after = rcgen::date_time_ymd(2002, 1, 1);
        }
        let certificate = leaf.signed_by(&key, &self.issuer).expect("a certificate");
        Identity {
            certificate: certificate.der().clone(),
            key: key.into(),
        }
    }
}

impl Authority {
    /// Certificate and key of a product, as PEM text.
    pub(crate) fn client(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().expect("a key");
        let mut leaf = parameters(&[]);
        leaf.distinguished_name.push(DnType::CommonName, name);
        leaf.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
        let certificate = leaf.signed_by(&key, &self.issuer).expect("a certificate");
        (certificate.pem(), key.serialize_pem())
    }
}

impl Identity {
    pub(crate) fn server_config(&self, protocols: &[&[u8]]) -> Arc<ServerConfig> {
        let mut config = builder()
            .with_single_cert(vec![self.certificate.clone()], self.key.clone_key())
            .expect("certificate and key fit");
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        Arc::new(config)
    }

    /// Shows this certificate but signs with the key of another.
    pub(crate) fn impostor(&self, other: &Identity) -> Arc<ServerConfig> {
        let key = ring::sign::any_supported_type(&other.key).expect("a key");
        let shown = Arc::new(CertifiedKey::new(vec![self.certificate.clone()], key));
        Arc::new(builder().with_cert_resolver(Arc::new(Always(shown))))
    }
}

fn builder() -> rustls::ConfigBuilder<ServerConfig, rustls::server::WantsServerCert> {
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
}

#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesServerCert for Always {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}
