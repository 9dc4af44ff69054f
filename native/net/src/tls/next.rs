//! The certificate that follows: announced, so that clients that pin the hash can be told both, then switched to without
//! a restart.

use licensing_files::{Existing, Readers, durable};
use zeroize::Zeroizing;

use super::server_tls::{check, read, read_pem};
use super::{CertificateError, CertificateFiles, ServerCertificate, details};

impl ServerCertificate {
    /// The hash of a pair, in PEM form, that can be announced.
    ///
    /// # Errors
    /// `Refused` when it cannot be served with.
    pub fn checked(chain: &[u8], key: &[u8]) -> Result<String, CertificateError> {
        let own = check(chain, key).map_err(CertificateError::Refused)?;
        let described = details::describe(&own).map_err(CertificateError::Unusable)?;
        if described.not_after < jiff::Timestamp::now() {
            return Err(CertificateError::Refused(format!(
                "the certificate ended at {}",
                described.not_after
            )));
        }
        Ok(details::cert_hash(&own))
    }

    /// Keeps a pair, in PEM form, as the one that follows. Gives its hash.
    ///
    /// # Errors
    /// As [`Self::checked`], and when it cannot be written; what was announced before stays then.
    pub fn announce(&self, chain: &[u8], key: &[u8]) -> Result<String, CertificateError> {
        let hash = Self::checked(chain, key)?;
        write(&self.files.next_key, key, Readers::Owner)?;
        write(&self.files.next_certificate, chain, Readers::Usual)?;
        Ok(hash)
    }

    /// Serves with the pair that was announced from now on. Connections that exist keep what they have.
    ///
    /// # Errors
    /// `NothingAnnounced`, and when the files cannot be put in place; the certificate in use stays then.
    pub fn use_next(&self) -> Result<(), CertificateError> {
        let files = &self.files;
        if !files.next_certificate.exists() || !files.next_key.exists() {
            return Err(CertificateError::NothingAnnounced);
        }
        read(&files.next_certificate, &files.next_key)?;
        rename(&files.next_key, &files.key)?;
        rename(&files.next_certificate, &files.certificate)?;
        self.reload()
    }

    /// Hash of the certificate that was announced.
    pub(super) fn next_hash(&self) -> Option<String> {
        let files = &self.files;
        if !files.next_certificate.exists() {
            return None;
        }
        let chain = read_pem(&files.next_certificate).ok()?;
        let key = read_pem(&files.next_key).ok()?;
        check(&chain, &key).ok().map(|own| details::cert_hash(&own))
    }
}

/// Ends a switch that a crash has interrupted between its two files: the key is in place, its certificate is not.
pub(super) fn finish_switch(files: &CertificateFiles) -> Result<(), CertificateError> {
    if !files.next_certificate.exists() || files.next_key.exists() {
        return Ok(());
    }
    let text = |file| read_pem(file).unwrap_or_else(|_| Zeroizing::new(Vec::new()));
    let fits = check(&text(&files.next_certificate), &text(&files.key)).is_ok();
    match fits {
        true => rename(&files.next_certificate, &files.certificate),
        false => Ok(()),
    }
}

fn write(path: &std::path::Path, content: &[u8], readers: Readers) -> Result<(), CertificateError> {
    durable::write(path, content, readers, Existing::Replace).map_err(|source| CertificateError::File {
        path: path.to_owned(),
        source,
    })
}

fn rename(from: &std::path::Path, to: &std::path::Path) -> Result<(), CertificateError> {
    durable::rename(from, to).map_err(|source| CertificateError::File {
        path: from.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use super::*;

    fn open(folder: &std::path::Path) -> ServerCertificate {
        fs::create_dir_all(folder).unwrap();
        ServerCertificate::open_or_make(
            &CertificateFiles::in_folder(folder),
            &["lic01.example.test".to_owned()],
        )
        .unwrap()
    }

    fn hash(certificate: &ServerCertificate) -> String {
        certificate.tls().certificate_hash()
    }

    #[test]
    fn a_certificate_is_announced_and_then_used() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (used, other) = (open(one.path()), open(two.path()));
        let before = hash(&used);
        assert!(matches!(used.use_next(), Err(CertificateError::NothingAnnounced)));
        let pair = |name: &str| fs::read(two.path().join(name)).unwrap();
        let announced = used.announce(&pair("server.crt"), &pair("server.key")).unwrap();
        assert_eq!(announced, hash(&other));
        assert_eq!(
            (hash(&used), used.details().unwrap().next_cert_hash),
            (before, Some(announced))
        );
        used.use_next().unwrap();
        assert_eq!(
            (hash(&used), used.details().unwrap().next_cert_hash),
            (hash(&other), None)
        );
        assert_eq!(
            hash(&open(one.path())),
            hash(&other),
            "it is in use after a restart, too"
        );
    }

    #[test]
    fn a_pair_that_does_not_fit_changes_nothing() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let used = open(one.path());
        open(two.path());
        let (certificate, key) = (two.path().join("server.crt"), one.path().join("server.key"));
        let refused = used.announce(&fs::read(certificate).unwrap(), &fs::read(key).unwrap());
        assert!(matches!(refused, Err(CertificateError::Refused(_))));
        assert!(used.announce(b"junk", b"junk").is_err());
        assert_eq!(used.details().unwrap().next_cert_hash, None);
    }

    #[test]
    fn a_switch_that_was_interrupted_is_finished_at_the_next_start() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        open(one.path());
        let other = open(two.path());
        fs::copy(two.path().join("server.key"), one.path().join("server.key")).unwrap();
        fs::copy(two.path().join("server.crt"), one.path().join("next.crt")).unwrap();
        assert_eq!(hash(&open(one.path())), hash(&other));
    }
}
