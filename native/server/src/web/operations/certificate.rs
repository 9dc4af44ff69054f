//! The certificate of the server: shown, replaced without a restart, and announced before it is.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use licensing_api::operation::op;
use licensing_api::server::{Certificate, GetCertificate, SetCertificate};
use licensing_api::text::sentence;
use licensing_api::{ErrorCode, Problem, Secret};
use licensing_net::tls::{CertificateError, ServerCertificate};
use p12_keystore::{KeyStore, Pkcs12ImportPolicy};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use serde_json::json;
use zeroize::Zeroizing;

use crate::blocking::blocking;
use crate::web::WebServices;
use crate::web::dispatch::{Call, Handler};

/// Chain and key, both in PEM form.
struct Pair {
    chain: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
}

impl Handler for op::GetCertificate {
    async fn handle(services: &WebServices, _: &Call, _: GetCertificate) -> Result<Certificate, Problem> {
        details(&services.setup.certificate).await
    }
}

impl Handler for op::SetCertificate {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: SetCertificate,
    ) -> Result<Certificate, Problem> {
        let caller = call.caller()?;
        let certificate = services.setup.certificate.clone();
        let next = request.next;
        let pair = blocking(move || pair(request)).await??;
        if let Some(pair) = pair {
            let (pair, hash) = blocking(move || {
                let hash = ServerCertificate::checked(&pair.chain, &pair.key)?;
                Ok::<(Pair, String), CertificateError>((pair, hash))
            })
            .await?
            .map_err(problem)?;
            services
                .accounts
                .record_change(caller, "AnnounceCertificate", hash, json!({}))
                .await?;
            let certificate = certificate.clone();
            blocking(move || certificate.announce(&pair.chain, &pair.key))
                .await?
                .map_err(problem)?;
        }
        if !next {
            let hash = details(&certificate)
                .await?
                .next_cert_hash
                .ok_or_else(|| problem(CertificateError::NothingAnnounced))?;
            services
                .accounts
                .record_change(caller, "SetCertificate", hash, json!({}))
                .await?;
            let switched = certificate.clone();
            blocking(move || switched.use_next()).await?.map_err(problem)?;
        }
        details(&certificate).await
    }
}

/// What the certificate says. The one that was announced is read from its files.
async fn details(certificate: &Arc<ServerCertificate>) -> Result<Certificate, Problem> {
    let certificate = Arc::clone(certificate);
    blocking(move || certificate.details())
        .await?
        .map_err(|error| Problem::new(ErrorCode::UnknownError, format!("{error}.")))
}

fn problem(error: CertificateError) -> Problem {
    let code = match &error {
        CertificateError::File { .. } => ErrorCode::StorageUnavailable,
        CertificateError::Refused(_)
        | CertificateError::NothingAnnounced
        | CertificateError::HalfAPair { .. }
        | CertificateError::Making(_)
        | CertificateError::Unusable(_)
        | CertificateError::Pair(_) => ErrorCode::InvalidRequest,
    };
    let advice = match &error {
        CertificateError::NothingAnnounced => "Announce a certificate first, with -Next.",
        _ => "Send a certificate that is valid now, with its chain, and the key that belongs to it.",
    };
    Problem::new(code, sentence(&error))
        .about("certificate")
        .advise(advice)
}

fn invalid(detail: &str) -> Problem {
    Problem::new(ErrorCode::InvalidRequest, detail).about("certificate")
}

/// What the request brings; none where it only switches.
fn pair(request: SetCertificate) -> Result<Option<Pair>, Problem> {
    let brings = request.certificate.is_some() || request.key.is_some() || request.pfx.is_some();
    if request.use_next {
        return match brings || request.next {
            true => Err(invalid(
                "useNext uses the certificate that was announced, and takes no other.",
            )),
            false => Ok(None),
        };
    }
    match (request.certificate, request.key, request.pfx) {
        (Some(chain), Some(key), None) => Ok(Some(Pair {
            chain: certificates_only(chain.as_bytes())?,
            key: Zeroizing::new(key.expose().as_bytes().to_vec()),
        })),
        (None, None, Some(pfx)) => of_pfx(&pfx, request.password.as_ref()).map(Some),
        _ => Err(invalid(
            "A request brings certificate and key in PEM form, or a PFX file, or useNext.",
        )),
    }
}

/// Leaves out whatever stands beside certificates, so that no key lies in the file that others may read.
fn certificates_only(text: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut chain = String::new();
    for certificate in CertificateDer::pem_slice_iter(text) {
        let certificate = certificate.map_err(|_| invalid("The certificate is not written in PEM form."))?;
        chain.push_str(&encoded("CERTIFICATE", &certificate));
    }
    Ok(chain.into_bytes())
}

fn encoded(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut pem = format!("-----BEGIN {label}-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        pem.push_str(line);
        pem.push('\n');
        rest = after;
    }
    pem.push_str(&format!("-----END {label}-----\n"));
    pem
}

fn of_pfx(pfx: &Secret, password: Option<&Secret>) -> Result<Pair, Problem> {
    let bytes = STANDARD
        .decode(pfx.expose().trim())
        .map(Zeroizing::new)
        .map_err(|_| invalid("pfx is not the bytes of a file in base64."))?;
    let password = password.map(Secret::expose).unwrap_or_default();
    let store = KeyStore::from_pkcs12(&bytes, password, Pkcs12ImportPolicy::Relaxed).map_err(|error| {
        invalid(&format!(
            "The PFX file cannot be read with this password: {error}."
        ))
    })?;
    let (_, chain) = store
        .private_key_chain()
        .ok_or_else(|| invalid("The PFX file holds no key with its certificate."))?;
    Ok(Pair {
        chain: chain
            .certs()
            .iter()
            .map(|one| encoded("CERTIFICATE", one.as_der()))
            .collect::<String>()
            .into_bytes(),
        key: Zeroizing::new(encoded("PRIVATE KEY", chain.key().as_der()).into_bytes()),
    })
}
