//! The certificate of the server: made at first start, pinned by clients with its hash, renewed before it ends,
//! replaceable by PEM files while the server runs.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use licensing_api::alert::Alert;
use licensing_api::server::Certificate;
use licensing_files::regular;
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use super::stamp::Stamp;
use super::{CertificateFiles, ServerTls, TlsError, alerts, details, next, self_signed};

/// How long before its end a certificate of our own is replaced by a new one.
const RENEW_BEFORE_END: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Largest file that is read as a hash.
const MAX_HASH_BYTES: usize = 4096;

/// How often the files are looked at for changes.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Why a certificate cannot be made or used.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A file cannot be read or written.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Only one file of the pair is there.
    #[error("{missing} is missing although the other file of the pair exists; put both in place, or remove the other one to have a new pair created", missing = missing.display())]
    HalfAPair {
        /// The file that is not there.
        missing: PathBuf,
    },
    /// A pair that was sent cannot be used.
    #[error("{0}")]
    Refused(String),
    /// No certificate was announced.
    #[error("no certificate was announced")]
    NothingAnnounced,
    /// A new certificate could not be made.
    #[error("a certificate could not be made: {0}")]
    Making(String),
    /// The certificate cannot be read.
    #[error("the certificate {0}; put another one in the tls folder")]
    Unusable(String),
    /// The files cannot be used.
    #[error(transparent)]
    Pair(#[from] TlsError),
}

/// The certificate and key the server answers with, and the care for them.
#[derive(Debug)]
pub struct ServerCertificate {
    pub(super) files: CertificateFiles,
    names: Vec<String>,
    tls: ServerTls,
    watched: Mutex<Watched>,
}

#[derive(Debug)]
struct Watched {
    stamp: Stamp,
    /// Why the files in the folder are not the ones in use; none while they are.
    refused: Option<String>,
}

impl ServerCertificate {
    /// Opens the pair in the `tls` folder, or makes one for `names` (the host name first) and the loopback names if
    /// there is none.
    ///
    /// # Errors
    /// When the files cannot be read, are no PEM, or do not belong together.
    pub fn open_or_make(files: &CertificateFiles, names: &[String]) -> Result<Self, CertificateError> {
        next::finish_switch(files)?;
        match (files.certificate.exists(), files.key.exists()) {
            (true, true) => {}
            (false, false) => self_signed::make(files, names, Timestamp::now())?,
            // Our own first start was interrupted between the two files.
            (false, true) if files.own_hash.exists() => {
                self_signed::make(files, names, Timestamp::now())?;
            }
            (true, false) => {
                return Err(CertificateError::HalfAPair {
                    missing: files.key.clone(),
                });
            }
            (false, true) => {
                return Err(CertificateError::HalfAPair {
                    missing: files.certificate.clone(),
                });
            }
        }
        let stamp = Stamp::of(files);
        let this = Self {
            files: files.clone(),
            names: names.to_vec(),
            tls: ServerTls::open(&files.certificate, &files.key)?,
            watched: Mutex::new(Watched { stamp, refused: None }),
        };
        this.renew_if_due(Timestamp::now())?;
        Ok(this)
    }

    /// What the ports are served with; follows every replacement.
    pub fn tls(&self) -> &ServerTls {
        &self.tls
    }

    /// What `GetCertificate` answers.
    ///
    /// # Errors
    /// When the certificate has parts that cannot be read.
    pub fn details(&self) -> Result<Certificate, CertificateError> {
        let mut details = details::describe(&self.tls.certificate()).map_err(CertificateError::Unusable)?;
        details.next_cert_hash = self.next_hash();
        Ok(details)
    }

    /// Reads the files again. Connections that exist keep what they have.
    ///
    /// # Errors
    /// When the files are not usable; the certificate in use stays, and [`Self::alerts`] tells of it.
    pub fn reload(&self) -> Result<(), CertificateError> {
        let stamp = Stamp::of(&self.files);
        let before = self.tls.certificate_hash();
        let outcome = self.tls.reload();
        let mut watched = self.watched.lock();
        watched.stamp = stamp;
        watched.refused = outcome.as_ref().err().map(ToString::to_string);
        outcome?;
        let after = self.tls.certificate_hash();
        if after != before {
            tracing::info!(cert_hash = after, "the certificate of the server was replaced");
        }
        Ok(())
    }

    /// Makes a new certificate if the one in use is our own and ends within 30 days. Says whether it did.
    ///
    /// # Errors
    /// When a new one cannot be made or read; the one in use stays.
    pub fn renew_if_due(&self, now: Timestamp) -> Result<bool, CertificateError> {
        let due = self.details()?.not_after.duration_since(now) < RENEW_BEFORE_END;
        if !due || !self.is_our_own() {
            return Ok(false);
        }
        self_signed::make(&self.files, &self.names, now)?;
        self.reload()?;
        Ok(true)
    }

    /// Active alerts about the certificate.
    pub fn alerts(&self, now: Timestamp) -> Vec<Alert> {
        let refused = {
            let watched = self.watched.lock();
            watched.refused.clone()
        };
        match self.details() {
            Ok(details) => alerts::alerts(&details, self.is_our_own(), refused.as_deref(), now),
            Err(error) => vec![alerts::refused(&error.to_string())],
        }
    }

    /// Watches the files and the end of validity until `stop`.
    pub async fn keep_current(self: Arc<Self>, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            let this = Arc::clone(&self);
            let looked = tokio::task::spawn_blocking(move || this.look(Timestamp::now())).await;
            match looked {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => {
                    tracing::warn!(%error, "the certificate in the tls folder is not used; the earlier one stays");
                }
                Err(error) => tracing::error!(%error, "looking at the tls folder failed"),
            }
        }
    }

    /// One look at the files: reads them again when they changed, renews when due. Says whether the certificate is
    /// another one now.
    ///
    /// # Errors
    /// When the files are not usable, or a renewal fails; the certificate in use stays.
    pub fn look(&self, now: Timestamp) -> Result<bool, CertificateError> {
        let before = self.tls.certificate_hash();
        let stamp = Stamp::of(&self.files);
        let changed = {
            let watched = self.watched.lock();
            watched.stamp != stamp
        };
        if changed {
            self.reload()?;
        }
        self.renew_if_due(now)?;
        Ok(self.tls.certificate_hash() != before)
    }

    /// Any certificate other than the one whose hash we wrote down is an operator's, and not ours to renew.
    fn is_our_own(&self) -> bool {
        regular::read_text(&self.files.own_hash, MAX_HASH_BYTES)
            .is_ok_and(|hash| hash.trim() == self.tls.certificate_hash())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use jiff::Span;
    use jiff::tz::TimeZone;

    use super::*;

    fn open(root: &std::path::Path) -> Result<ServerCertificate, CertificateError> {
        let folder = root.join("tls");
        fs::create_dir_all(&folder).unwrap();
        ServerCertificate::open_or_make(
            &CertificateFiles::in_folder(&folder),
            &["lic01.example.test".to_owned()],
        )
    }

    fn hash(certificate: &ServerCertificate) -> String {
        certificate.tls().certificate_hash()
    }

    fn later(days: i64) -> Timestamp {
        Timestamp::now()
            .to_zoned(TimeZone::UTC)
            .checked_add(Span::new().days(days))
            .unwrap()
            .timestamp()
    }

    #[test]
    fn makes_a_pair_once_and_keeps_it() {
        let folder = tempfile::tempdir().unwrap();
        let first = open(folder.path()).unwrap();
        let again = open(folder.path()).unwrap();
        assert_eq!(hash(&first), hash(&again));
        let details = first.details().unwrap();
        assert_eq!(details.cert_hash.len(), 64);
        assert_eq!(details.thumbprint.len(), 40);
        assert_eq!(
            details.dns_names,
            ["lic01.example.test", "localhost", "127.0.0.1", "::1"]
        );
        assert!(details.subject.contains("lic01.example.test"));
        assert!(details.not_before < Timestamp::now());
        assert!(details.not_after > later(729));
        assert!(first.alerts(Timestamp::now()).is_empty());
    }

    #[test]
    fn renews_its_own_certificate_only_near_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let certificate = open(folder.path()).unwrap();
        let before = hash(&certificate);
        assert!(!certificate.renew_if_due(later(690)).unwrap());
        assert_eq!(certificate.alerts(later(690))[0].code, "CertificateRenewalDue");
        assert!(certificate.renew_if_due(later(705)).unwrap());
        assert_ne!(hash(&certificate), before);
        assert!(certificate.details().unwrap().not_after > later(1400));
    }

    #[test]
    fn leaves_the_certificate_of_an_operator_alone_and_warns() {
        let folder = tempfile::tempdir().unwrap();
        open(folder.path()).unwrap();
        fs::remove_file(folder.path().join("tls/self-signed.sha256")).unwrap();
        let certificate = open(folder.path()).unwrap();
        assert!(!certificate.renew_if_due(later(720)).unwrap());
        assert_eq!(certificate.alerts(later(720))[0].code, "CertificateExpires");
        assert_eq!(certificate.alerts(later(732))[0].code, "CertificateExpired");
    }

    #[test]
    fn keeps_the_earlier_pair_while_the_files_do_not_fit() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let certificate = open(one.path()).unwrap();
        let other = open(two.path()).unwrap();
        let before = hash(&certificate);

        fs::copy(
            two.path().join("tls/server.crt"),
            one.path().join("tls/server.crt"),
        )
        .unwrap();
        assert!(certificate.look(Timestamp::now()).is_err());
        assert_eq!(hash(&certificate), before);
        assert_eq!(
            certificate.alerts(Timestamp::now())[0].code,
            "CertificateFilesRefused"
        );

        fs::copy(
            two.path().join("tls/server.key"),
            one.path().join("tls/server.key"),
        )
        .unwrap();
        certificate.look(Timestamp::now()).unwrap();
        assert_eq!(hash(&certificate), hash(&other));
        assert!(certificate.alerts(Timestamp::now()).is_empty());
    }

    #[test]
    fn half_a_pair_is_refused_and_junk_is_no_panic() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("tls")).unwrap();
        fs::write(folder.path().join("tls/server.crt"), "junk").unwrap();
        let half = open(folder.path());
        assert!(matches!(half, Err(CertificateError::HalfAPair { .. })));
        fs::write(folder.path().join("tls/server.key"), "junk").unwrap();
        let junk = open(folder.path());
        assert!(matches!(junk, Err(CertificateError::Pair(_))));
    }
}
