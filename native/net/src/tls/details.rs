//! What is written in a certificate.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use licensing_api::server::Certificate;
use rustls_pki_types::CertificateDer;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;
use x509_parser::time::ASN1Time;

/// SHA-256 of the DER form, 64 upper-case hex digits.
pub(crate) fn cert_hash(der: &CertificateDer<'_>) -> String {
    hex::encode_upper(Sha256::digest(der))
}

/// Reads the fields that administrators compare.
pub(crate) fn describe(der: &CertificateDer<'_>) -> Result<Certificate, String> {
    let (_, parsed) =
        X509Certificate::from_der(der).map_err(|error| format!("is no X.509 certificate: {error}"))?;
    Ok(Certificate {
        cert_hash: cert_hash(der),
        thumbprint: hex::encode_upper(Sha1::digest(der)),
        subject: parsed.subject().to_string(),
        issuer: parsed.issuer().to_string(),
        serial_number: hex::encode_upper(parsed.raw_serial()),
        not_before: instant(&parsed.validity().not_before)?,
        not_after: instant(&parsed.validity().not_after)?,
        dns_names: names(&parsed),
        raw_data: STANDARD.encode(der),
        next_cert_hash: None,
    })
}

fn instant(time: &ASN1Time) -> Result<Timestamp, String> {
    Timestamp::from_second(time.timestamp())
        .map_err(|error| format!("has a date that cannot be used: {error}"))
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else {
        return Vec::new();
    };
    extension
        .value
        .general_names
        .iter()
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            GeneralName::IPAddress(bytes) => address(bytes),
            _ => None,
        })
        .collect()
}

fn address(bytes: &[u8]) -> Option<String> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(std::net::Ipv4Addr::from(four).to_string());
    }
    let sixteen = <[u8; 16]>::try_from(bytes).ok()?;
    Some(std::net::Ipv6Addr::from(sixteen).to_string())
}
