//! `licensingd verify`: whether what is stored is whole.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use licensing_store::{UsageHistory, verify_history};
use serde::{Deserialize, Serialize};

use crate::accounts::Accounts;
use crate::config::DataFolder;
use crate::folder_lock::FolderLock;
use crate::register::{self, databases};

/// What was found.
#[derive(Debug, Default)]
pub struct Verified {
    files: Vec<(PathBuf, Result<Counts, String>)>,
}

/// What a database that is whole holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Audit records.
    pub audit_records: u64,
    /// Leases held; none where there are no leases.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub leases: Option<u64>,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} audit records", self.audit_records)?;
        match self.leases {
            Some(leases) => write!(f, ", {leases} leases"),
            None => Ok(()),
        }
    }
}

impl Verified {
    /// Whether everything is whole.
    pub fn is_sound(&self) -> bool {
        self.files.iter().all(|(_, outcome)| outcome.is_ok())
    }

    /// Each database with what it holds, or what is wrong with it.
    pub fn files(&self) -> impl Iterator<Item = (&Path, Result<Counts, &str>)> {
        self.files
            .iter()
            .map(|(file, outcome)| (file.as_path(), outcome.as_ref().copied().map_err(String::as_str)))
    }
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (file, outcome) in &self.files {
            match outcome {
                Ok(counts) => writeln!(f, "whole    {}: {counts}", file.display())?,
                Err(reason) => {
                    writeln!(f, "DAMAGED  {}: {reason}", file.display())?;
                    writeln!(
                        f,
                        "         Restore this file from the last good backup, or go on without what is lost: licensingd run \
                         --accept-loss"
                    )?;
                }
            }
        }
        Ok(())
    }
}

/// Checks each database of the folder: the pages of the file, the checksum of each row, and the chain of the audit from
/// its first record on.
///
/// # Errors
/// If a server runs in the folder, or there is nothing to check.
pub fn verify(data: &DataFolder) -> anyhow::Result<Verified> {
    // A running server would change what is being looked at. Where its folder does not exist, none runs.
    let _lock = match data.run().is_dir() {
        true => Some(FolderLock::take(&data.manager_lock(), Duration::ZERO)?),
        false => None,
    };
    let mut verified = verify_databases(data)?;
    for loss in register::check(data)? {
        let file = data.state().join(&loss.file);
        verified
            .files
            .retain(|(known, outcome)| *known != file || outcome.is_err());
        verified.files.push((file, Err(loss.text)));
    }
    Ok(verified)
}

/// The same for a folder that no server uses, such as a copy.
///
/// # Errors
/// If the folder cannot be read.
pub(crate) fn verify_databases(data: &DataFolder) -> anyhow::Result<Verified> {
    let server = data.server_database();
    let check = |file: PathBuf| {
        let outcome = if file == server {
            verify_accounts(&file)
        } else {
            licensing_store::verify(&file)
                .map(|report| Counts {
                    audit_records: report.records,
                    leases: Some(report.leases),
                })
                .map_err(|error| error.to_string())
        };
        (file, outcome)
    };
    let mut verified = Verified::default();
    for file in databases(&data.state())? {
        let history = UsageHistory::beside(&file);
        verified.files.push(check(file));
        if history.exists()
            && let Err(error) = verify_history(&history)
        {
            verified.files.push((history, Err(error.to_string())));
        }
    }
    Ok(verified)
}

fn verify_accounts(file: &Path) -> Result<Counts, String> {
    // The host name only matters for accounts that are shown, and none is.
    let accounts = Accounts::open(file, "localhost").map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .map_err(|error| error.to_string())?;
    let audit_records = runtime
        .block_on(accounts.verify_record())
        .map_err(|problem| problem.detail)?;
    Ok(Counts {
        audit_records,
        leases: None,
    })
}
