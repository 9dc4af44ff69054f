//! A restore that waits for the next start: unpacked and checked beside the data, then put in its place.
//!
//! The parts are moved one by one. Each step leaves a state from which the same steps go on, so that a crash in between
//! costs nothing; what was there before is kept aside.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use jiff::Timestamp;
use licensing_files::{Existing, Readers, durable, make_private_folder, regular};
use serde::{Deserialize, Serialize};

use super::manifest::Manifest;
use super::restore::unpack;
use crate::allocation::with_secrets_of;
use crate::config::{Config, DataFolder};
use crate::configuration::changed_from_afar;
use crate::folder_lock::FolderLock;

/// Largest note about a restore.
const MAX_NOTE_BYTES: usize = 4096;
/// Largest file that a server keeps.
const MAX_KEPT_BYTES: usize = 64 * 1024 * 1024;
/// How long a predecessor that is about to end is waited for.
const PREDECESSOR: Duration = Duration::from_secs(2);
/// Secrets that an archive may not have, and that a server keeps then.
const KEPT: &[(&str, &[&str])] = &[
    ("state", &["ticket.key", "ntlm.key"]),
    ("management", &["server.key", "names.salt", "alerts.json"]),
];

/// Folders that are restored although nothing is in them.
const EMPTY: &[&str] = &["licenses", "trust"];

/// What is restored, and where that goes which was there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pending {
    /// Name of the archive.
    pub backup: String,
    /// Folder of what was there.
    pub aside: PathBuf,
}

/// The restore that waits, if one does.
pub(super) fn waiting(data: &DataFolder) -> Option<Pending> {
    let text = regular::read_text(&data.restore_note(), MAX_NOTE_BYTES).ok()?;
    serde_json::from_str(&text).ok()
}

/// Unpacks and checks an archive, and notes that it is to be restored. `config` is the configuration file of the server.
///
/// # Errors
/// If anything in it is not as it was saved, it changes settings that are only changed on the server itself, or nothing can
/// be written; then no restore waits.
pub(super) fn stage(
    data: &DataFolder,
    config: &Path,
    backup: &str,
    archive: &Path,
    now: Timestamp,
) -> anyhow::Result<Manifest> {
    cancel(data)?;
    let staged = DataFolder::new(data.restore());
    make_private_folder(staged.root())?;
    let manifest = unpack(archive, None, &staged)
        .and_then(|manifest| require_own_settings(config, &staged).map(|()| manifest))
        .inspect_err(|_| {
            // What is left of it has no note, and the next try begins anew.
            let _ = fs::remove_dir_all(staged.root());
        })?;
    let note = Pending {
        backup: backup.to_owned(),
        aside: data
            .root()
            .join(format!("before-restore-{}", now.strftime("%Y%m%d-%H%M%S"))),
    };
    let text = serde_json::to_vec(&note)?;
    durable::write(&data.restore_note(), &text, Readers::Owner, Existing::Replace)?;
    Ok(manifest)
}

/// Refuses what a change of settings from afar would be refused for: an archive may come from anybody.
fn require_own_settings(config: &Path, staged: &DataFolder) -> anyhow::Result<()> {
    let (now, next) = (Config::load(config)?, Config::load(&staged.config_file())?);
    match changed_from_afar(&now, &next)? {
        None => Ok(()),
        Some(name) => bail!(
            "its {name} is another one, which is only changed on the server itself: set it there as the archive has it, or \
             restore there with licensingd restore"
        ),
    }
}

/// Takes back the restore that waits, and gives it.
pub(super) fn cancel(data: &DataFolder) -> io::Result<Option<Pending>> {
    let before = waiting(data);
    if data.restore_note().exists() {
        durable::remove(&data.restore_note())?;
    }
    if data.restore().exists() {
        fs::remove_dir_all(data.restore())?;
    }
    Ok(before)
}

/// Carries out the restore that waits, before anything of the data is opened. Gives what was done; none without one.
///
/// `record` is to put it into the audit of what was restored. A restore waits until that is done: after a crash there may be two
/// records of it, but never none.
///
/// # Errors
/// If a server runs in the folder, a part cannot be moved, or there is no record of it; the next try goes on from there.
pub fn finish_restore(
    data: &DataFolder,
    record: impl FnOnce(&Pending) -> anyhow::Result<()>,
) -> anyhow::Result<Option<Pending>> {
    let Some(pending) = waiting(data) else {
        return Ok(None);
    };
    let _lock = FolderLock::take(&data.manager_lock(), PREDECESSOR)?;
    let staged = data.restore();
    make_private_folder(&pending.aside)?;
    keep_secrets(data, &DataFolder::new(&staged))?;
    set_aside(&data.register(), &pending.aside)?;
    if staged.is_dir() {
        for entry in fs::read_dir(&staged)? {
            let part = entry?.path();
            let name = part.file_name().context("a part has no name")?.to_owned();
            // An archive without keys has no certificate, and nothing of what only a running server has.
            let may_be_empty = EMPTY.iter().any(|folder| name == *folder);
            if !may_be_empty && part.is_dir() && fs::read_dir(&part)?.next().is_none() {
                continue;
            }
            set_aside(&data.root().join(&name), &pending.aside)?;
            durable::rename(&part, &data.root().join(&name))
                .with_context(|| format!("{} cannot be put in place", part.display()))?;
        }
        fs::remove_dir_all(&staged)?;
    }
    record(&pending).context("it cannot be recorded in the audit")?;
    durable::remove(&data.restore_note())?;
    Ok(Some(pending))
}

/// Gives what is restored the secrets that the server has and the archive does not.
fn keep_secrets(data: &DataFolder, staged: &DataFolder) -> anyhow::Result<()> {
    for (folder, names) in KEPT {
        let (from, to) = (data.root().join(folder), staged.root().join(folder));
        for name in *names {
            let (own, restored) = (from.join(name), to.join(name));
            if own.exists() && to.is_dir() && !restored.exists() {
                let content = regular::read(&own, MAX_KEPT_BYTES)?;
                durable::write(&restored, &content, Readers::Owner, Existing::Refuse)?;
            }
        }
    }
    let (own, restored) = (data.allocations(), staged.allocations());
    if own.exists() && restored.exists() {
        let content = with_secrets_of(
            &regular::read(&restored, MAX_KEPT_BYTES)?,
            &regular::read(&own, MAX_KEPT_BYTES)?,
        )
        .with_context(|| format!("the secrets in {} cannot be kept", own.display()))?;
        durable::write(&restored, &content, Readers::Owner, Existing::Replace)?;
    }
    Ok(())
}

fn set_aside(part: &Path, aside: &Path) -> anyhow::Result<()> {
    let name = part.file_name().context("a part has no name")?;
    let target = aside.join(name);
    // What lies there already was set aside before a crash.
    if !part.exists() || target.exists() {
        return Ok(());
    }
    durable::rename(part, &target).with_context(|| format!("{} cannot be set aside", part.display()))
}
