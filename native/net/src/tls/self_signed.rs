//! Making a certificate of our own.

use std::path::Path;

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use licensing_files::{Existing, Readers, durable, regular};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, date_time_ymd,
};

use super::server_tls::MAX_PEM_BYTES;
use super::{CertificateError, CertificateFiles, details};

/// Validity in years.
const YEARS: i64 = 2;

/// Makes a key if there is none, and a certificate for the names given (the host name first) and the loopback names.
///
/// A key that is there is kept, so that a renewal replaces one file alone and can never leave a certificate beside a
/// key it does not belong to.
pub(crate) fn make(
    files: &CertificateFiles,
    names: &[String],
    now: Timestamp,
) -> Result<(), CertificateError> {
    let making = |error: rcgen::Error| CertificateError::Making(error.to_string());
    let key_path = &files.key;
    let key_exists = key_path.exists();
    let key = if key_exists {
        let pem = regular::read_text(key_path, MAX_PEM_BYTES).map_err(|source| CertificateError::File {
            path: key_path.clone(),
            source,
        })?;
        KeyPair::from_pem(&pem).map_err(making)?
    } else {
        KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(making)?
    };
    let certificate = parameters(names, now)?.self_signed(&key).map_err(making)?;
    let hash = details::cert_hash(certificate.der());
    write(&files.own_hash, hash.as_bytes(), Readers::Usual)?;
    if !key_exists {
        write(key_path, key.serialize_pem().as_bytes(), Readers::Owner)?;
    }
    write(&files.certificate, certificate.pem().as_bytes(), Readers::Usual)
}

/// What every certificate of ours is also made for.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

fn parameters(names: &[String], now: Timestamp) -> Result<CertificateParams, CertificateError> {
    let making = |error: rcgen::Error| CertificateError::Making(error.to_string());
    let mut all: Vec<String> = Vec::new();
    for name in names.iter().map(String::as_str).chain(LOOPBACK) {
        if !all.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            all.push(name.to_owned());
        }
    }
    let host_name = all.first().cloned().unwrap_or_default();
    let mut parameters = CertificateParams::new(all).map_err(making)?;
    parameters.distinguished_name = DistinguishedName::new();
    parameters.distinguished_name.push(DnType::CommonName, host_name);
    parameters
        .distinguished_name
        .push(DnType::OrganizationName, "Licensing Services");
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];

    let today = now.to_zoned(TimeZone::UTC).date();
    let bound = |span: Span| {
        let day = today
            .checked_add(span)
            .map_err(|error| CertificateError::Making(error.to_string()))?;
        let field =
            |value: i8| u8::try_from(value).map_err(|error| CertificateError::Making(error.to_string()));
        Ok::<_, CertificateError>(date_time_ymd(
            i32::from(day.year()),
            field(day.month())?,
            field(day.day())?,
        ))
    };
    // A day of slack, for clients whose clock is a little behind.
    parameters.not_before = bound(Span::new().days(-1))?;
    parameters.not_after = bound(Span::new().years(YEARS))?;
    Ok(parameters)
}

fn write(path: &Path, content: &[u8], readers: Readers) -> Result<(), CertificateError> {
    durable::write(path, content, readers, Existing::Replace).map_err(|source| CertificateError::File {
        path: path.to_owned(),
        source,
    })
}
