//! `licensingd verify`: whether what is stored is whole.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;

use crate::accounts::Accounts;
use crate::config::DataFolder;
use crate::manager::FolderLock;

/// What was found.
#[derive(Debug, Default)]
pub struct Verified {
    files: Vec<(PathBuf, Result<u64, String>)>,
}

impl Verified {
    /// Whether everything is whole.
    pub fn is_sound(&self) -> bool {
        self.files.iter().all(|(_, outcome)| outcome.is_ok())
    }
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (file, outcome) in &self.files {
            match outcome {
                Ok(records) => writeln!(f, "whole    {}: {records} audit records", file.display())?,
                Err(reason) => {
                    writeln!(f, "DAMAGED  {}: {reason}", file.display())?;
                    writeln!(f, "         Restore this file from the last good backup.")?;
                }
            }
        }
        Ok(())
    }
}

/// Checks each database of the folder: the pages of the file, and the chain of the audit from its first record on.
///
/// # Errors
/// If a server runs in the folder, or there is nothing to check.
pub fn verify(data: &DataFolder) -> anyhow::Result<Verified> {
    // A running server would change what is being looked at.
    let _lock = FolderLock::take(&data.manager_lock(), Duration::ZERO)?;
    let server = data.server_database();
    let check = |file: PathBuf| {
        let outcome = if file == server {
            verify_accounts(&file)
        } else {
            licensing_store::verify(&file)
                .map(|report| report.records)
                .map_err(|error| error.to_string())
        };
        (file, outcome)
    };
    Ok(Verified {
        files: databases(&data.state())?.into_iter().map(check).collect(),
    })
}

fn verify_accounts(file: &Path) -> Result<u64, String> {
    // The host name only matters for accounts that are shown, and none is.
    let accounts = Accounts::open(file, "localhost").map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .map_err(|error| error.to_string())?;
    runtime
        .block_on(accounts.verify_record())
        .map_err(|problem| problem.detail)
}

fn databases(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        if path.extension() == Some(OsStr::new("db")) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
