//! Active alerts about the certificate.

use jiff::{SignedDuration, Timestamp};
use licensing_api::alert::{Alert, AlertCode};
use licensing_api::server::Certificate;

/// How long before a change of the certificate it is announced.
const ANNOUNCE: SignedDuration = SignedDuration::from_hours(60 * 24);

/// What an administrator should know: `own` is a certificate that the server renews by itself, `refused` why the
/// files in the folder are not used.
pub(crate) fn alerts(
    certificate: &Certificate,
    own: bool,
    refused: Option<&str>,
    now: Timestamp,
) -> Vec<Alert> {
    let mut alerts = Vec::new();
    if let Some(reason) = refused {
        alerts.push(self::refused(reason));
    }
    let until = |code| Alert::new(code).with("until", certificate.not_after);
    let left = certificate.not_after.duration_since(now);
    if left.is_negative() {
        alerts.push(until(AlertCode::CertificateExpired).since(certificate.not_after));
    } else if left < ANNOUNCE && own {
        alerts.push(until(AlertCode::CertificateRenewalDue));
    } else if left < ANNOUNCE {
        alerts.push(until(AlertCode::CertificateExpires));
    }
    if let Some(hash) = &certificate.next_cert_hash {
        alerts.push(Alert::new(AlertCode::CertificateAnnounced).with("hash", hash));
    }
    alerts
}

/// The files in the folder are not used.
pub(crate) fn refused(reason: &str) -> Alert {
    Alert::new(AlertCode::CertificateFilesRefused).with("reason", reason)
}
