//! The folder of license files: what is in it, and changing it without ever serving a file that was not checked.

mod assess;
mod bounds;
mod contents;
mod issuers;
mod name;
mod options;

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{Timestamp, Zoned};
use licensing_api::alert::{Alert, AlertCode};
use licensing_api::license_file::{LicenseFileExplanation, LicenseFileInfo, PoolEffect};
use licensing_api::patterns::Patterns;
use licensing_api::{ErrorCode, Problem};
use licensing_files::{Existing, Readers, durable};
use licensing_license_file::license_file::parse;
use licensing_seats::explain::{ExplainContext, Explanation, explain};
use licensing_seats::wildcard::Wildcards;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::blocking::{LargeWork, blocking};
use crate::config::{Config, DataFolder, LiveConfig};

pub(crate) use bounds::SHORT_TEXT;
pub use issuers::CheckedIssuer;
pub use name::{FileName, InvalidFileName};
pub use options::{CheckedOptions, People};

use crate::installed::{Installed, InstalledFiles, InstalledLicenseFile, MAX_LICENSE_FILES};
use crate::shown_text::shown_text;
use assess::Assessment;

/// The folder of license files. Cloning gives another handle on the same.
#[derive(Debug, Clone)]
pub struct LicenseFolder {
    data: DataFolder,
    config: LiveConfig,
    /// Held from checking a file to having it in place, so that two changes never build on the same state.
    changing: Arc<Mutex<()>>,
    installed: InstalledFiles,
    explaining: LargeWork,
}

/// A change that was checked and only has to be carried out. Nobody else can change the folder while it lives.
#[derive(Debug)]
pub struct CheckedImport {
    data: DataFolder,
    name: String,
    existing: Existing,
    verified: Arc<InstalledLicenseFile>,
    installed: InstalledFiles,
    /// What the check was built on.
    basis: Arc<Installed>,
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
    pub fn open(data: &DataFolder, config: &LiveConfig, installed: &InstalledFiles) -> io::Result<Self> {
        durable::sweep(&data.licenses())?;
        Ok(Self {
            data: data.clone(),
            config: config.clone(),
            changing: Arc::default(),
            installed: installed.clone(),
            explaining: LargeWork::new()?,
        })
    }

    /// Lists installed files.
    ///
    /// # Errors
    /// `StorageUnavailable` when the folder cannot be read.
    pub async fn list(&self, names: Patterns) -> Result<Vec<LicenseFileInfo>, Problem> {
        self.blocking(move |this| {
            let installed = this.installed()?;
            let names = Wildcards::new(&names);
            installed
                .files
                .iter()
                .filter(|file| names.matches(&file.name))
                .filter_map(|file| match contents::installed_at(&this.data, &file.name) {
                    Ok(at) => Some(Ok(contents::info(file, at))),
                    // Removed since the folder was read.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                    Err(error) => Some(Err(this.unreadable(&error))),
                })
                .collect()
        })
        .await
    }

    /// Features that the installed files name, each once.
    ///
    /// # Errors
    /// `StorageUnavailable` when the folder cannot be read.
    pub async fn features(&self) -> Result<BTreeSet<String>, Problem> {
        self.blocking(|this| {
            let installed = this.installed()?;
            let increments = installed.files.iter().flat_map(|file| file.file.increments());
            Ok(increments
                .map(|(_, increment)| increment.license.feature.value.clone())
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
        bounds::check(&bytes)?;
        self.explaining(bytes.len(), move |this| {
            let installed = this.installed()?;
            let stored = this.spelling(name.as_str())?.unwrap_or_else(|| name.to_string());
            let parsed = parse(&bytes);
            // The parsed file has its own text; a large one is not kept twice.
            drop(bytes);
            bounds::check_content(&parsed)?;
            let file = Arc::new(InstalledLicenseFile::verify(stored, parsed, &installed.trust));
            let today = today();
            let assessment = assess::assess(&installed, &file, &this.config.now(), today);
            let explanation = explained(&installed, &file, &this.config.now(), today);
            let mut findings = assessment.findings;
            // Both find the lines without effect.
            let further = explanation.findings.into_iter();
            let further: Vec<_> = further.filter(|finding| !findings.contains(finding)).collect();
            findings.extend(further);
            findings.sort_by_key(|finding| (finding.line, finding.column));
            Ok(bounds::bounded(LicenseFileExplanation {
                file_name: name.to_string(),
                acceptable: assessment.refusal.is_none(),
                lines: explanation.lines,
                findings,
                effects: assessment.effects,
            }))
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
        bounds::check(&bytes)?;
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
        let installed = self.installed()?;
        let existing = self.spelling(name.as_str())?;
        if let (Some(existing), false) = (&existing, overwrite) {
            return Err(Problem::new(
                ErrorCode::FileAlreadyExists,
                format!("The server has {existing}."),
            )
            .about(existing));
        }
        if existing.is_none() && installed.files.len() >= MAX_LICENSE_FILES {
            return Err(Problem::new(
                ErrorCode::FileWriteFailed,
                format!("There are {MAX_LICENSE_FILES} license files, the most that are read."),
            )
            .about(name.to_string()));
        }
        let replaces = existing.is_some();
        let stored = existing.unwrap_or_else(|| name.to_string());
        let parsed = parse(&bytes);
        bounds::check_content(&parsed)?;
        let file = Arc::new(InstalledLicenseFile::verify(
            stored.clone(),
            parsed,
            &installed.trust,
        ));
        let Assessment {
            refusal,
            findings,
            effects,
        } = assess::assess(&installed, &file, &self.config.now(), today());
        if let Some(reason) = refusal {
            return Err(refused(name, &reason, &findings));
        }
        let mut info = contents::info(&file, Timestamp::now());
        info.findings = findings;
        Ok(CheckedImport {
            data: self.data.clone(),
            name: stored,
            verified: file,
            installed: self.installed.clone(),
            basis: installed,
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
            let installed = this.installed()?;
            let Some(stored) = this.spelling(&name)? else {
                return Err(Problem::new(
                    ErrorCode::FileNotFound,
                    "No installed license file has this name.",
                )
                .about(name));
            };
            let file = installed.files.iter().find(|file| file.name == stored);
            let sha256 = file.map(|file| contents::sha256(file));
            let after = installed.changed(&stored, None);
            Ok(CheckedRemoval {
                data: this.data.clone(),
                effects: assess::differences(&installed, &after, &this.config.now(), today()),
                name: stored,
                sha256,
                _changing: changing,
            })
        })
        .await
    }

    /// Active alerts about files of which nothing is used. The manager tells of those that cannot be read.
    pub async fn alerts(&self) -> Vec<Alert> {
        let outcome = self
            .blocking(|this| {
                let installed = this.installed()?;
                Ok(assess::unused(&installed, &this.config.now(), today()))
            })
            .await;
        match outcome {
            Ok(unused) => unused
                .into_iter()
                .map(|(name, reason)| {
                    Alert::new(AlertCode::LicenseFileNotUsed)
                        .saying(format!("{name}: {reason}"))
                        .about(name)
                })
                .collect(),
            Err(problem) => vec![
                Alert::new(AlertCode::LicenseFolderUnreadable)
                    .saying(problem.detail)
                    .advise(problem.action),
            ],
        }
    }

    fn installed(&self) -> Result<Arc<Installed>, Problem> {
        self.installed.read().map_err(|error| self.unreadable(&error))
    }

    fn spelling(&self, name: &str) -> Result<Option<String>, Problem> {
        contents::spelling(&self.data, name).map_err(|error| self.unreadable(&error))
    }

    fn unreadable(&self, error: &io::Error) -> Problem {
        tracing::error!(folder = %self.data.licenses().display(), %error, "the license folder cannot be read");
        Problem::new(
            ErrorCode::StorageUnavailable,
            format!("The license folder cannot be read: {error}."),
        )
        .about("licenses")
    }

    /// Explains a text of so many bytes; large ones one after the other.
    async fn explaining<T: Send + 'static>(
        &self,
        length: usize,
        work: impl FnOnce(&Self) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        if length <= bounds::SHORT_TEXT {
            return self.blocking(work).await;
        }
        let this = self.clone();
        self.explaining.carry_out(move || work(&this)).await?
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let this = self.clone();
        blocking(move || work(&this)).await?
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
        let (file, existing) = (Arc::clone(&self.verified), self.existing);
        let written = tokio::task::spawn_blocking(move || {
            durable::write(&path, file.file.source(), Readers::Usual, existing)
        });
        finish(written.await, &self.name)?;
        self.installed.keep(self.verified, &self.basis);
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
        let removed = tokio::task::spawn_blocking(move || durable::remove(&path));
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
        Problem::new(ErrorCode::InvalidRequest, format!("fileName {error}.")).about(shown_text(name))
    })
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

/// The file in words, beside those that would stay when it is installed.
fn explained(
    installed: &Installed,
    file: &InstalledLicenseFile,
    config: &Config,
    today: Date,
) -> Explanation {
    let others: Vec<_> = installed
        .files
        .iter()
        .filter(|other| other.name != file.name)
        .map(|file| file.as_installed())
        .collect();
    let context = ExplainContext {
        today,
        host: &installed.host(config),
        trust: &installed.trust,
        installed: &others,
        accepts_unverified: &|vendor| config.licensing.accepts_unverified(vendor),
        vendor_string_pools: &|vendor| config.licensing.pools_by_vendor_string(vendor),
    };
    explain(&file.as_installed(), &context)
}

/// The day in the server's local time, by which licenses start and end.
fn today() -> Date {
    Zoned::now().date()
}
