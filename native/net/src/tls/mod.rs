//! Certificates of the server and of its clients.

mod alerts;
mod certificate;
mod client_certificates;
mod details;
mod files;
mod next;
mod self_signed;
mod server_tls;
mod stamp;

pub use certificate::{CertificateError, ServerCertificate};
pub use client_certificates::{ClientTrust, PeerCertificate};
pub use files::CertificateFiles;
pub use server_tls::{ServerTls, TlsError};
