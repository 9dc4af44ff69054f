//! Active alerts about the certificate.

use jiff::{SignedDuration, Timestamp};
use licensing_api::alert::{Alert, AlertLevel};
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
    let left = certificate.not_after.duration_since(now);
    if left.is_negative() {
        alerts.push(Alert {
            code: "CertificateExpired".to_owned(),
            level: AlertLevel::Alarm,
            title: "The certificate of the web services has expired.".to_owned(),
            detail: format!("It ended at {}.", certificate.not_after),
            action: "Put a new certificate and its key in the tls folder.".to_owned(),
            since: Some(certificate.not_after),
        });
    } else if left < ANNOUNCE && own {
        alerts.push(Alert {
            code: "CertificateRenewalDue".to_owned(),
            level: AlertLevel::Info,
            title: "The certificate of the web services will be renewed.".to_owned(),
            detail: format!(
                "It ends at {}; 30 days before that the server makes a new one, with a new hash.",
                certificate.not_after
            ),
            action: "After the renewal, give clients that pin the hash the new one.".to_owned(),
            since: None,
        });
    } else if left < ANNOUNCE {
        alerts.push(Alert {
            code: "CertificateExpires".to_owned(),
            level: AlertLevel::Alert,
            title: "The certificate of the web services ends soon.".to_owned(),
            detail: format!("It ends at {}.", certificate.not_after),
            action: "Put a new certificate and its key in the tls folder.".to_owned(),
            since: None,
        });
    }
    alerts
}

/// The files in the folder are not used.
pub(crate) fn refused(reason: &str) -> Alert {
    Alert {
        code: "CertificateFilesRefused".to_owned(),
        level: AlertLevel::Alert,
        title: "The files in the tls folder are not used.".to_owned(),
        detail: format!("{reason}. The earlier certificate stays in use."),
        action: "Put a certificate and the key that belongs to it in place, both in PEM form.".to_owned(),
        since: None,
    }
}
