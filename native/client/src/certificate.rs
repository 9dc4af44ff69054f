//! Looks at the certificate of a server before it is trusted.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use licensing_api::Problem;
use licensing_api::server::Certificate;
use rustls_pki_types::CertificateDer;
use sha1::{Digest, Sha1};
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::address::Address;
use crate::problems;
use crate::trust::{CertHash, inspecting_config};

/// The certificate that the server shows in its TLS handshake. Nothing but the handshake is sent, and nothing is
/// trusted: compare the hash with the one on the server before pinning it.
///
/// # Errors
/// `CommunicationError`, `Timeout` when it takes longer than `timeout`, `InvalidCertificate` when what the server
/// shows is no X.509 certificate or it does not hold its key.
pub async fn fetch_certificate(address: &Address, timeout: Duration) -> Result<Certificate, Problem> {
    match tokio::time::timeout(timeout, peer_certificate(address)).await {
        Ok(shown) => describe(address, &shown?),
        Err(_) => Err(problems::timed_out(address, "showing the certificate", timeout)),
    }
}

async fn peer_certificate(address: &Address) -> Result<CertificateDer<'static>, Problem> {
    let connector = TlsConnector::from(Arc::new(inspecting_config(None)?));
    let socket = TcpStream::connect((address.host(), address.port()))
        .await
        .map_err(|error| problems::of_transport(address, &error))?;
    let stream = connector
        .connect(address.server_name()?, socket)
        .await
        .map_err(|error| problems::of_transport(address, &error))?;
    let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
    shown
        .map(|certificate| certificate.clone().into_owned())
        .ok_or_else(|| problems::not_understood(address, "The server showed no certificate."))
}

fn describe(address: &Address, der: &[u8]) -> Result<Certificate, Problem> {
    let unusable = |why: String| {
        let detail = format!("{}: {why}.", address.authority());
        Problem::new(licensing_api::ErrorCode::InvalidCertificate, detail).about(address.to_string())
    };
    let (_, parsed) = X509Certificate::from_der(der).map_err(|error| unusable(error.to_string()))?;
    let instant = |seconds: i64| {
        Timestamp::from_second(seconds)
            .map_err(|_| unusable("a date of the certificate is out of range".to_owned()))
    };
    let names = match parsed.subject_alternative_name() {
        Ok(Some(extension)) => extension.value.general_names.iter().filter_map(name).collect(),
        Ok(None) => Vec::new(),
        Err(error) => return Err(unusable(error.to_string())),
    };
    Ok(Certificate {
        cert_hash: CertHash::of(der).to_string(),
        thumbprint: hex::encode_upper(Sha1::digest(der)),
        subject: parsed.subject().to_string(),
        issuer: parsed.issuer().to_string(),
        serial_number: hex::encode_upper(parsed.raw_serial()),
        not_before: instant(parsed.validity().not_before.timestamp())?,
        not_after: instant(parsed.validity().not_after.timestamp())?,
        dns_names: names,
        raw_data: STANDARD.encode(der),
        next_cert_hash: None,
    })
}

/// Names and IP addresses; other kinds of alternative names name no server.
fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => match <[u8; 4]>::try_from(*bytes) {
            Ok(v4) => Some(std::net::Ipv4Addr::from(v4).to_string()),
            Err(_) => <[u8; 16]>::try_from(*bytes)
                .ok()
                .map(|v6| std::net::Ipv6Addr::from(v6).to_string()),
        },
        GeneralName::OtherName(..)
        | GeneralName::RFC822Name(_)
        | GeneralName::X400Address(_)
        | GeneralName::DirectoryName(_)
        | GeneralName::EDIPartyName(_)
        | GeneralName::URI(_)
        | GeneralName::RegisteredID(_)
        | GeneralName::Invalid(..) => None,
    }
}
