//! The folder of license files: what is in it, and changing it without ever serving a file that was not checked.

mod assess;
mod contents;
mod name;

use std::io;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{Timestamp, Zoned};
use licensing_api::alert::{Alert, AlertLevel};
use licensing_api::license_file::{
    LicenseFileExplanation, LicenseFileInfo, MAX_LICENSE_FILE_BYTES, PoolEffect,
};
use licensing_api::{ErrorCode, Problem};
use licensing_core::signing::TrustStore;
use licensing_core::wildcard::Wildcard;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::config::{Config, DataFolder};
use crate::durable_file::{self, Existing, Readers};

pub use name::{FileName, InvalidFileName};

use assess::Assessment;
use contents::{Contents, MAX_FILES, ReadFile};

/// The folder of license files. Cloning gives another handle on the same.
#[derive(Debug, Clone)]
pub struct LicenseFolder {
    data: DataFolder,
    config: Arc<Config>,
    /// Held from checking a file to having it in place, so that two changes never build on the same state.
    changing: Arc<Mutex<()>>,
}

/// A change that was checked and only has to be carried out. Nobody else can change the folder while it lives.
#[derive(Debug)]
pub struct CheckedImport {
    data: DataFolder,
    name: String,
    bytes: Vec<u8>,
    existing: Existing,
    /// The file as it will be installed.
    pub file: LicenseFileInfo,
    /// Whether a file of that name is replaced.
    pub replaces: bool,
    /// How the pools change.
    pub effects: Vec<PoolEffect>,
    _changing: OwnedMutexGuard<()>,
}

/// A removal that was checked and only has to be carried out. Nobody else can change the folder while it lives.
#[derive(Debug)]
pub struct CheckedRemoval {
    data: DataFolder,
    /// Name of the file as it is spelled in the folder.
    pub name: String,
    /// SHA-256 of what it holds; none when it cannot be read.
    pub sha256: Option<String>,
    /// How the pools change.
    pub effects: Vec<PoolEffect>,
    _changing: OwnedMutexGuard<()>,
}

impl LicenseFolder {
    /// The license folder of a data folder. What a crash left half-written is removed.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn open(data: &DataFolder, config: &Arc<Config>) -> io::Result<Self> {
        durable_file::sweep(&data.licenses())?;
        Ok(Self {
            data: data.clone(),
            config: Arc::clone(config),
            changing: Arc::default(),
        })
    }

    /// Lists installed files.
    ///
    /// # Errors
    /// `StorageUnavailable` when the folder cannot be read.
    pub async fn list(&self, pattern: Option<String>) -> Result<Vec<LicenseFileInfo>, Problem> {
        self.blocking(move |this| {
            let (contents, _) = this.contents()?;
            let pattern = pattern.as_deref().map(Wildcard::new);
            Ok(contents
                .files
                .iter()
                .filter(|file| pattern.as_ref().is_none_or(|pattern| pattern.matches(&file.name)))
                .map(ReadFile::info)
                .collect())
        })
        .await
    }

    /// Explains a file and what installing it would change.
    ///
    /// # Errors
    /// `InvalidRequest` for a name or size that is never taken.
    pub async fn explain(&self, name: String, bytes: Vec<u8>) -> Result<LicenseFileExplanation, Problem> {
        let name = check_name(&name)?;
        check_size(&bytes)?;
        self.blocking(move |this| {
            let (contents, trust) = this.contents()?;
            let stored = contents
                .find(name.as_str())
                .map_or_else(|| name.to_string(), |file| file.name.clone());
            let file = ReadFile::new(&stored, &bytes, Timestamp::now(), &trust);
            let assessment = assess::assess(&contents, &file, &this.config, today());
            Ok(LicenseFileExplanation {
                file_name: name.to_string(),
                acceptable: assessment.refusal.is_none(),
                lines: Vec::new(),
                findings: assessment.findings,
                effects: assessment.effects,
            })
        })
        .await
    }

    /// Checks a file for installing; nothing is changed yet.
    ///
    /// # Errors
    /// `FileAlreadyExists`, `InvalidLicenseFile` with the reasons, `InvalidRequest` for a name or size that is never
    /// taken.
    pub async fn check_import(
        &self,
        name: String,
        bytes: Vec<u8>,
        overwrite: bool,
    ) -> Result<CheckedImport, Problem> {
        let name = check_name(&name)?;
        check_size(&bytes)?;
        let changing = Arc::clone(&self.changing).lock_owned().await;
        self.blocking(move |this| this.checked_import(&name, bytes, overwrite, changing))
            .await
    }

    fn checked_import(
        &self,
        name: &FileName,
        bytes: Vec<u8>,
        overwrite: bool,
        changing: OwnedMutexGuard<()>,
    ) -> Result<CheckedImport, Problem> {
        let (contents, trust) = self.contents()?;
        let existing = contents
            .find(name.as_str())
            .map(|file| file.name.clone())
            .or_else(|| contents.unreadable_name(name.as_str()));
        if let (Some(existing), false) = (&existing, overwrite) {
            return Err(Problem::new(
                ErrorCode::FileAlreadyExists,
                format!("The server has {existing}."),
            )
            .about(existing));
        }
        if existing.is_none() && contents.files.len() >= MAX_FILES {
            return Err(Problem::new(
                ErrorCode::FileWriteFailed,
                format!("There are {MAX_FILES} license files, the most that are read."),
            )
            .about(name.to_string()));
        }
        let replaces = existing.is_some();
        let stored = existing.unwrap_or_else(|| name.to_string());
        let file = ReadFile::new(&stored, &bytes, Timestamp::now(), &trust);
        let Assessment {
            refusal,
            findings,
            effects,
        } = assess::assess(&contents, &file, &self.config, today());
        if let Some(reason) = refusal {
            return Err(refused(name, &reason, &findings));
        }
        let mut info = file.info();
        info.findings = findings;
        Ok(CheckedImport {
            data: self.data.clone(),
            name: stored,
            bytes,
            existing: if replaces {
                Existing::Replace
            } else {
                Existing::Refuse
            },
            file: info,
            replaces,
            effects,
            _changing: changing,
        })
    }

    /// Checks the removal of a file; nothing is changed yet. The name is looked up among the files that are there and
    /// never becomes a path by itself.
    ///
    /// # Errors
    /// `FileNotFound`.
    pub async fn check_removal(&self, name: String) -> Result<CheckedRemoval, Problem> {
        let changing = Arc::clone(&self.changing).lock_owned().await;
        self.blocking(move |this| {
            let (contents, _) = this.contents()?;
            let (stored, sha256) = match contents.find(&name) {
                Some(file) => (file.name.clone(), Some(file.sha256.clone())),
                None => match contents.unreadable_name(&name) {
                    Some(stored) => (stored, None),
                    None => {
                        return Err(Problem::new(
                            ErrorCode::FileNotFound,
                            "No installed license file has this name.",
                        )
                        .about(name));
                    }
                },
            };
            let after = contents.without(&stored);
            Ok(CheckedRemoval {
                data: this.data.clone(),
                effects: assess::differences(&contents, &after, &this.config, today()),
                name: stored,
                sha256,
                _changing: changing,
            })
        })
        .await
    }

    /// Standing alerts about files and issuers that are not used.
    pub async fn alerts(&self) -> Vec<Alert> {
        let outcome = self.blocking(|this| this.look()).await;
        outcome.unwrap_or_else(|problem| {
            vec![Alert {
                code: "LicenseFolderUnreadable".to_owned(),
                level: AlertLevel::Alarm,
                title: "The license folder cannot be read.".to_owned(),
                detail: problem.detail,
                action: problem.action,
                since: None,
            }]
        })
    }

    fn look(&self) -> Result<Vec<Alert>, Problem> {
        let (trust, unusable) = self.trust()?;
        let contents = Contents::read(&self.data, &trust).map_err(|error| self.unreadable(&error))?;
        let mut alerts = Vec::new();
        let not_used = |kind: &str, title: &str, name: &str, reason: &str, action: &str| Alert {
            code: kind.to_owned(),
            level: AlertLevel::Alert,
            title: title.to_owned(),
            detail: format!("{name}: {}.", reason.trim_end_matches('.')),
            action: action.to_owned(),
            since: None,
        };
        for (name, reason) in &unusable {
            alerts.push(not_used(
                "IssuerNotUsed",
                "A public key in the trust folder is not used.",
                name,
                reason,
                "Put the file there as the issuer gave it out, or remove it.",
            ));
        }
        for (name, reason) in &contents.unreadable {
            alerts.push(not_used(
                "LicenseFileNotUsed",
                "A license file is not used.",
                name,
                reason,
                "Correct or remove the file.",
            ));
        }
        for (name, reason) in assess::unused(&contents, &self.config, today()) {
            alerts.push(not_used(
                "LicenseFileNotUsed",
                "A license file is not used.",
                &name,
                &reason,
                "Look at it with Get-LicenseFile, then correct or remove it.",
            ));
        }
        Ok(alerts)
    }

    fn trust(&self) -> Result<(TrustStore, Vec<(String, String)>), Problem> {
        contents::trust_store(&self.data.trust()).map_err(|error| {
            Problem::new(
                ErrorCode::StorageUnavailable,
                format!("The trust folder cannot be read: {error}."),
            )
            .about("trust")
        })
    }

    fn contents(&self) -> Result<(Contents, TrustStore), Problem> {
        let (trust, _) = self.trust()?;
        let contents = Contents::read(&self.data, &trust).map_err(|error| self.unreadable(&error))?;
        Ok((contents, trust))
    }

    fn unreadable(&self, error: &io::Error) -> Problem {
        tracing::error!(folder = %self.data.licenses().display(), %error, "the license folder cannot be read");
        Problem::new(
            ErrorCode::StorageUnavailable,
            format!("The license folder cannot be read: {error}."),
        )
        .about("licenses")
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let this = self.clone();
        tokio::task::spawn_blocking(move || work(&this))
            .await
            .map_err(|error| {
                Problem::new(
                    ErrorCode::UnknownError,
                    format!("A task of the server ended: {error}."),
                )
            })?
    }
}

impl CheckedImport {
    /// Puts the file in place, whole or not at all. The folder stays closed to other changes until the guard that is
    /// returned goes.
    ///
    /// # Errors
    /// `FileWriteFailed`; the folder is then as it was.
    pub async fn carry_out(self) -> Result<ChangedFolder, Problem> {
        let path = self.data.licenses().join(&self.name);
        let (bytes, existing) = (self.bytes, self.existing);
        let written =
            tokio::task::spawn_blocking(move || durable_file::write(&path, &bytes, Readers::Usual, existing));
        finish(written.await, &self.name)?;
        Ok(ChangedFolder {
            _changing: self._changing,
        })
    }
}

impl CheckedRemoval {
    /// Removes the file.
    ///
    /// # Errors
    /// `FileWriteFailed`; the folder is then as it was.
    pub async fn carry_out(self) -> Result<ChangedFolder, Problem> {
        let path = self.data.licenses().join(&self.name);
        let removed = tokio::task::spawn_blocking(move || durable_file::remove(&path));
        finish(removed.await, &self.name)?;
        Ok(ChangedFolder {
            _changing: self._changing,
        })
    }
}

/// Keeps the folder closed to other changes while the daemons read it again.
#[derive(Debug)]
pub struct ChangedFolder {
    _changing: OwnedMutexGuard<()>,
}

fn finish(outcome: Result<io::Result<()>, tokio::task::JoinError>, name: &str) -> Result<(), Problem> {
    let error = match outcome {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(error)) => error.to_string(),
        Err(error) => error.to_string(),
    };
    tracing::error!(file = name, error, "the license folder could not be changed");
    Err(Problem::new(ErrorCode::FileWriteFailed, format!("{error}.")).about(name))
}

fn check_name(name: &str) -> Result<FileName, Problem> {
    FileName::parse(name).map_err(|error| {
        let shown: String = name.chars().filter(|char| !char.is_control()).take(80).collect();
        Problem::new(ErrorCode::InvalidRequest, format!("fileName {error}.")).about(shown)
    })
}

fn check_size(bytes: &[u8]) -> Result<(), Problem> {
    if bytes.len() <= MAX_LICENSE_FILE_BYTES {
        return Ok(());
    }
    Err(Problem::new(
        ErrorCode::RequestTooLarge,
        format!("A license file may have up to {MAX_LICENSE_FILE_BYTES} bytes."),
    ))
}

/// Findings that a refusal repeats.
const REPEATED_FINDINGS: usize = 5;

fn refused(name: &FileName, reason: &str, findings: &[licensing_api::finding::Finding]) -> Problem {
    use licensing_api::finding::Severity;
    let mut detail = reason.to_owned();
    let errors = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error);
    for finding in errors.take(REPEATED_FINDINGS) {
        detail.push_str(&format!(" Line {}: {}", finding.line, finding.text));
    }
    Problem::new(ErrorCode::InvalidLicenseFile, detail).about(name.to_string())
}

/// The day in the server's local time, by which licenses start and end.
fn today() -> Date {
    Zoned::now().date()
}
