//! License files of allocations on this server.

use std::io;

use licensing_api::{ErrorCode, Problem};
use licensing_management::exchange::Allocated;
use serde_json::json;

use crate::accounts::{Accounts, Actor};
use crate::blocking::blocking;
use crate::config::DataFolder;
use crate::control::DaemonDirectory;
use crate::installed::InstalledFiles;
use crate::license_folder::LicenseFolder;

/// What license files are installed and removed with.
#[derive(Clone)]
pub(crate) struct Installer {
    /// Where everything is kept.
    pub(crate) data: DataFolder,
    /// The accounts, whose audit records changes.
    pub(crate) accounts: Accounts,
    /// The license folder.
    pub(crate) licenses: LicenseFolder,
    /// The license files as they are read.
    pub(crate) installed: InstalledFiles,
    /// The vendor daemons.
    pub(crate) daemons: DaemonDirectory,
}

impl Installer {
    /// Makes sure that files can be written before seats are asked for.
    ///
    /// # Errors
    /// `NoWriteAccess`.
    pub(super) async fn check_write_access(&self) -> Result<(), Problem> {
        let folder = self.data.licenses();
        blocking(move || tempfile::tempfile_in(folder))
            .await?
            .map(drop)
            .map_err(|error| {
                tracing::error!(%error, "the license folder cannot be written to");
                Problem::new(ErrorCode::NoWriteAccess, format!("{error}.")).about("licenses")
            })
    }

    /// Serial numbers of what is installed.
    ///
    /// # Errors
    /// `StorageUnavailable`.
    pub(super) async fn serial_numbers(&self) -> Result<Vec<String>, Problem> {
        let files = self.files().await?;
        let mut found: Vec<String> = files
            .into_iter()
            .flat_map(|(_, serials)| serials)
            .flatten()
            .collect();
        found.sort();
        found.dedup();
        Ok(found)
    }

    /// The file all of whose lines have this serial number.
    ///
    /// # Errors
    /// `StorageUnavailable`.
    async fn file_of(&self, serial: &str) -> Result<Option<String>, Problem> {
        let files = self.files().await?;
        Ok(files
            .into_iter()
            .find(|(_, serials)| {
                !serials.is_empty() && serials.iter().all(|one| one.as_deref() == Some(serial))
            })
            .map(|(name, _)| name))
    }

    /// Names of the files with the serial numbers of their lines.
    async fn files(&self) -> Result<Vec<(String, Vec<Option<String>>)>, Problem> {
        let installed = self.installed.clone();
        let installed = blocking(move || installed.read()).await?.map_err(unreadable)?;
        let files = installed.files.iter().map(|file| {
            let lines = file.file.increments();
            let serials = lines.map(|(_, increment)| increment.license.terms.serial_number.clone());
            (file.name.clone(), serials.collect())
        });
        Ok(files.collect())
    }

    /// Installs the license file of an allocation, in place of the one that it renews; gives its name. Repeating it does
    /// no harm.
    ///
    /// # Errors
    /// `LicenseWriteFailed`, `InvalidLicenseFile`, and those of the audit.
    pub(super) async fn install(&self, actor: Actor, allocated: &Allocated) -> Result<String, Problem> {
        if let Some(there) = self.file_of(&allocated.serial_number).await? {
            return Ok(there);
        }
        let renewed = match &allocated.replaces {
            Some(serial) => self.file_of(serial).await?,
            None => None,
        };
        let overwrite = renewed.is_some();
        let name = renewed.unwrap_or_else(|| allocated.file_name.clone());
        let bytes = allocated.license_file.clone().into_bytes();
        let checked = self
            .licenses
            .check_import(name.clone(), bytes, overwrite)
            .await
            .map_err(unwritten)?;
        let file = &checked.file;
        let detail = json!({
            "sha256": file.sha256,
            "size": file.size,
            "replaced": checked.replaces,
            "allocation": allocated.fulfillment_id,
            "entitlement": allocated.entitlement_id,
            "count": allocated.count,
        });
        self.accounts
            .record_import_by(actor, file.file_name.clone(), file.sha256.clone(), detail)
            .await?;
        let changed = checked.carry_out().await.map_err(unwritten)?;
        self.reread().await;
        drop(changed);
        Ok(name)
    }

    /// Removes the license file of an allocation; gives the SHA-256 that it had, none when it was not there any more.
    ///
    /// # Errors
    /// `LicenseWriteFailed`, and those of the audit.
    pub(super) async fn remove(&self, actor: Actor, serial: &str) -> Result<Option<String>, Problem> {
        let Some(name) = self.file_of(serial).await? else {
            return Ok(None);
        };
        let checked = self.licenses.check_removal(name.clone()).await?;
        let sha256 = checked.sha256.clone();
        let detail = json!({ "sha256": sha256, "returned": serial });
        self.accounts.record_removal_by(actor, name, detail).await?;
        let changed = checked.carry_out().await.map_err(unwritten)?;
        self.reread().await;
        drop(changed);
        Ok(sha256)
    }

    /// A daemon that does not serve the file yet says so in its alerts.
    async fn reread(&self) {
        if let Err(problem) = self.daemons.reread().await {
            tracing::warn!(
                detail = problem.detail,
                "not every vendor daemon serves an allocated file yet"
            );
        }
    }
}

fn unreadable(error: io::Error) -> Problem {
    Problem::new(
        ErrorCode::StorageUnavailable,
        format!("The license folder cannot be read: {error}."),
    )
    .about("licenses")
}

/// What failures of the license folder are called for allocations.
fn unwritten(problem: Problem) -> Problem {
    match problem.code {
        ErrorCode::FileWriteFailed | ErrorCode::FileAlreadyExists | ErrorCode::StorageUnavailable => {
            Problem::new(ErrorCode::LicenseWriteFailed, problem.detail).about(problem.target)
        }
        _ => problem,
    }
}
