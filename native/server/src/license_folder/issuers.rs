//! The issuers whose signatures count: what their coming and going changes, before it is done.

use std::path::PathBuf;
use std::sync::Arc;

use licensing_api::inventory::SignatureState;
use licensing_api::issuer::{ChangedIssuer, Issuer};
use licensing_api::patterns::Patterns;
use licensing_api::{ErrorCode, Problem};
use licensing_files::{Existing, Readers, durable};
use licensing_license_file::signing::{TrustStore, TrustedIssuer};
use licensing_seats::wildcard::Wildcards;
use tokio::sync::OwnedMutexGuard;

use super::{ChangedFolder, LicenseFolder, assess, today};
use crate::installed::{Installed, InstalledLicenseFile, issuer_files};

/// Most characters of the name of an issuer that become the name of its file.
const NAME_CHARACTERS: usize = 60;

/// A change of the issuers that was checked and only has to be carried out. Nobody else can change the folders while it
/// lives.
#[derive(Debug)]
pub struct CheckedIssuer {
    path: PathBuf,
    /// Text to write; none to remove the file.
    text: Option<String>,
    /// What the change comes to.
    pub changed: ChangedIssuer,
    _changing: OwnedMutexGuard<()>,
}

impl LicenseFolder {
    /// Lists the issuers.
    ///
    /// # Errors
    /// `StorageUnavailable` when the folders cannot be read.
    pub async fn issuers(&self, names: Patterns) -> Result<Vec<Issuer>, Problem> {
        self.blocking(move |this| {
            let installed = this.installed()?;
            let names = Wildcards::new(&names);
            let files = this.issuer_files()?.into_iter();
            Ok(files
                .filter(|(_, issuer)| names.matches(issuer.issuer()))
                .map(|(file, issuer)| row(&installed, file, &issuer))
                .collect())
        })
        .await
    }

    /// Checks that an issuer can be trusted from now on; nothing is changed yet.
    ///
    /// # Errors
    /// `InvalidRequest` for a text that is no file of an issuer, `IssuerExists`.
    pub async fn check_issuer(&self, text: String) -> Result<CheckedIssuer, Problem> {
        let changing = Arc::clone(&self.changing).lock_owned().await;
        self.blocking(move |this| {
            let issuer = TrustedIssuer::from_text(&text).map_err(|error| {
                Problem::new(
                    ErrorCode::InvalidRequest,
                    format!("The text is not usable: {error}."),
                )
                .about("content")
                .advise("Send the .pub file that licensing authority init has written.")
            })?;
            let files = this.issuer_files()?;
            if let Some((file, _)) = files.iter().find(|(_, known)| known.key_id() == issuer.key_id()) {
                return Err(Problem::new(
                    ErrorCode::IssuerExists,
                    format!("{file} has the key {}.", issuer.key_id()),
                )
                .about(issuer.key_id().to_string()));
            }
            let installed = this.installed()?;
            let mut trust = installed.trust.clone();
            trust.add(issuer.clone());
            let after = verified_again(&installed, trust);
            let file = file_name(&issuer);
            Ok(CheckedIssuer {
                path: this.data.trust().join(&file),
                text: Some(text),
                changed: ChangedIssuer {
                    issuer: row(&after, file, &issuer),
                    effects: assess::differences(&installed, &after, &this.config.now(), today()),
                },
                _changing: changing,
            })
        })
        .await
    }

    /// Checks what it would mean not to trust an issuer any more; nothing is changed yet.
    ///
    /// # Errors
    /// `IssuerNotFound`.
    pub async fn check_issuer_removal(&self, key_id: String) -> Result<CheckedIssuer, Problem> {
        let changing = Arc::clone(&self.changing).lock_owned().await;
        self.blocking(move |this| {
            let files = this.issuer_files()?;
            let found = files
                .into_iter()
                .find(|(_, known)| known.key_id().to_string().eq_ignore_ascii_case(key_id.trim()));
            let Some((file, issuer)) = found else {
                let shown: String = key_id.chars().filter(|one| !one.is_control()).take(40).collect();
                let detail = "No file of the trust folder has this key.";
                return Err(Problem::new(ErrorCode::IssuerNotFound, detail).about(shown));
            };
            let installed = this.installed()?;
            let mut trust = TrustStore::new();
            for other in installed
                .trust
                .issuers()
                .filter(|other| other.key_id() != issuer.key_id())
            {
                trust.add(other.clone());
            }
            let after = verified_again(&installed, trust);
            Ok(CheckedIssuer {
                path: this.data.trust().join(&file),
                text: None,
                changed: ChangedIssuer {
                    issuer: row(&installed, file, &issuer),
                    effects: assess::differences(&installed, &after, &this.config.now(), today()),
                },
                _changing: changing,
            })
        })
        .await
    }

    fn issuer_files(&self) -> Result<Vec<(String, TrustedIssuer)>, Problem> {
        issuer_files(&self.data).map_err(|error| {
            Problem::new(
                ErrorCode::StorageUnavailable,
                format!("The trust folder cannot be read: {error}."),
            )
            .about("trust")
        })
    }
}

impl CheckedIssuer {
    /// Changes the trust folder. It stays closed to other changes until the guard that is returned goes.
    ///
    /// # Errors
    /// `StorageUnavailable`; the folder is then as it was.
    pub async fn carry_out(self) -> Result<ChangedFolder, Problem> {
        let (path, text) = (self.path, self.text);
        crate::blocking::blocking(move || match text {
            Some(text) => durable::write(&path, text.as_bytes(), Readers::Usual, Existing::Refuse),
            None => durable::remove(&path),
        })
        .await?
        .map_err(|error| {
            Problem::new(
                ErrorCode::StorageUnavailable,
                format!("The trust folder cannot be changed: {error}."),
            )
            .about("trust")
        })?;
        Ok(ChangedFolder {
            _changing: self._changing,
        })
    }
}

/// The same files, as they are with these issuers.
fn verified_again(installed: &Installed, trust: TrustStore) -> Installed {
    let mut after = installed.clone();
    after.files = installed
        .files
        .iter()
        .map(|file| {
            let verified = InstalledLicenseFile::verify(file.name.clone(), file.file.clone(), &trust);
            Arc::new(verified)
        })
        .collect();
    after.trust = trust;
    after
}

fn row(installed: &Installed, file_name: String, issuer: &TrustedIssuer) -> Issuer {
    let key = issuer.key_id();
    let lines = installed.files.iter().flat_map(|file| {
        let states = file.signatures.iter();
        file.file.lines.iter().zip(states)
    });
    let signed = lines.filter(|(line, state)| {
        **state == Some(SignatureState::Valid)
            && installed
                .trust
                .issuer_of(&line.kind)
                .is_some_and(|issuer| issuer.key_id() == key)
    });
    Issuer {
        key_id: key.to_string(),
        issuer: issuer.issuer().to_owned(),
        vendors: issuer.vendors().to_vec(),
        lines: u32::try_from(signed.count()).unwrap_or(u32::MAX),
        file_name,
    }
}

/// A name that no other issuer has, made of its own and its key.
fn file_name(issuer: &TrustedIssuer) -> String {
    let plain: String = issuer
        .issuer()
        .to_lowercase()
        .chars()
        .map(|one| if one.is_ascii_alphanumeric() { one } else { '-' })
        .take(NAME_CHARACTERS)
        .collect();
    let parts: Vec<&str> = plain.split('-').filter(|part| !part.is_empty()).collect();
    let mut parts = parts;
    let key = issuer.key_id().to_string();
    parts.push(&key);
    format!("{}.pub", parts.join("-"))
}
