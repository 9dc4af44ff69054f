//! Making an archive.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use jiff::Timestamp;
use licensing_files::make_private_folder;
use licensing_files::{Existing, Readers, durable, regular};
use licensing_store::{UsageHistory, copy_database, segment_files, segment_folder};

use super::manifest::{self, Entry, Manifest};
use super::signature;
use crate::allocation::without_secrets;
use crate::config::{Config, DataFolder};
use crate::management::ManagementFolder;
use crate::register::databases;
use crate::verify::verify_databases;

/// Saves the server in `data` to the new file `output`: databases, license and options files, issuers, configuration,
/// and with `with_keys` certificate, its key and the key of tickets. Each database is of one instant, checked before it is saved; the server
/// may run meanwhile.
///
/// # Errors
/// If there is no server, something cannot be read or is damaged, or the archive exists or cannot be written. Then there
/// is no archive.
pub fn back_up(data: &DataFolder, config: &Path, output: &Path, with_keys: bool) -> anyhow::Result<Manifest> {
    if !config.is_file() {
        bail!("{} does not exist: there is no server to save", config.display());
    }
    if output.exists() {
        bail!("{} exists: an archive is never replaced", output.display());
    }
    let parent = match output.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    let output = parent.join(output.file_name().context("the archive needs a name")?);
    let staging = tempfile::Builder::new()
        .prefix(".backup-")
        .tempdir_in(parent)
        .with_context(|| format!("nothing can be written to {}", parent.display()))?;
    let copy = DataFolder::new(staging.path());
    for folder in [copy.state(), copy.licenses(), copy.trust(), copy.tls()] {
        make_private_folder(&folder)?;
    }
    collect(data, config, &copy, with_keys)?;
    let mut manifest = describe(&copy)?;
    let text = serde_json::to_vec_pretty(&manifest)?;
    let signed = signature::sign(data, &text)?;
    durable::write_with(&output, Readers::Owner, Existing::Refuse, |file| {
        let signature = signed.as_ref().map(|(entry, _)| entry.as_slice());
        write(&manifest, &text, signature, copy.root(), file)
    })
    .with_context(|| format!("{} cannot be written", output.display()))?;
    manifest.signer = signed.map(|(_, key)| key);
    Ok(manifest)
}

/// Puts a copy of everything into the folder.
fn collect(data: &DataFolder, config: &Path, copy: &DataFolder, with_keys: bool) -> anyhow::Result<()> {
    copy_file(config, &copy.config_file())?;
    let mut folders = vec![(data.licenses(), copy.licenses()), (data.trust(), copy.trust())];
    if with_keys {
        folders.push((data.tls(), copy.tls()));
        // A server that has not run yet has no key of tickets, and one without accounts for NTLM has no other.
        for (from, to) in [
            (data.ticket_key(), copy.ticket_key()),
            (data.ntlm_key(), copy.ntlm_key()),
        ] {
            if from.exists() {
                copy_file(&from, &to)?;
            }
        }
    }
    copy_management(data, copy, with_keys)?;
    for (from, to) in folders {
        for file in files_in(&from)? {
            copy_own_file(&file, &to.join(name_of(&file)?))?;
        }
    }
    copy_client_ca(data, config, copy)?;
    for file in databases(&data.state())? {
        copy_database(&file, &copy.state().join(name_of(&file)?))?;
        // After the database: every segment that it knows of is there then.
        copy_segments(&file, copy)?;
        let history = UsageHistory::beside(&file);
        if history.exists() {
            copy_database(&history, &copy.state().join(name_of(&history)?))?;
        }
    }
    Ok(())
}

/// The sealed segments of the audit of a database.
fn copy_segments(database: &Path, copy: &DataFolder) -> anyhow::Result<()> {
    let to = segment_folder(&copy.state().join(name_of(database)?));
    for segment in segment_files(database)? {
        make_private_folder(&to)?;
        copy_file(&segment, &to.join(name_of(&segment)?))?;
    }
    Ok(())
}

/// What the license management service keeps. Without its key a restored server has to be registered again.
fn copy_management(data: &DataFolder, copy: &DataFolder, with_keys: bool) -> anyhow::Result<()> {
    let (from, to) = (
        ManagementFolder::new(data.management()),
        ManagementFolder::new(copy.management()),
    );
    // A server that has not run yet has nothing.
    if !from.state_file().exists() {
        return Ok(());
    }
    make_private_folder(&copy.management())?;
    // Before the uploads: one that is made meanwhile is in the archive ahead of the state, as after a crash.
    copy_file(&from.state_file(), &to.state_file())?;
    copy_waiting(&from.waiting(), &to.waiting())?;
    if data.allocations().exists() {
        copy_allocations(&data.allocations(), &copy.allocations(), with_keys)?;
    }
    if with_keys {
        for (from, to) in from.secret_files().iter().zip(to.secret_files()) {
            copy_file(from, &to)?;
        }
        // The secrets of webhooks are in it. A server that has seen no alert has none.
        if data.alerts().exists() {
            copy_file(&data.alerts(), &copy.alerts())?;
        }
    }
    Ok(())
}

/// What is kept of allocations. The secrets of access codes, which prove the answers to request files, are like keys:
/// whoever has one can ask for seats of the order.
fn copy_allocations(from: &Path, to: &Path, with_keys: bool) -> anyhow::Result<()> {
    if with_keys {
        return copy_own_file(from, to);
    }
    let named = || format!("{} cannot be copied", from.display());
    let mut kept = Vec::new();
    regular::open_own(from)
        .and_then(|mut content| content.read_to_end(&mut kept))
        .with_context(named)?;
    let kept = without_secrets(&kept).with_context(named)?;
    fs::write(to, kept).with_context(named)
}

/// Uploads that wait for the receiver. One that is gone when it is copied was delivered meanwhile.
fn copy_waiting(from: &Path, to: &Path) -> anyhow::Result<()> {
    if !from.exists() {
        return Ok(());
    }
    make_private_folder(to)?;
    for file in files_in(from)? {
        match regular::open(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            opened => copy(opened, &file, &to.join(name_of(&file)?))?,
        }
    }
    Ok(())
}

/// The authorities of client certificates, which are no secret: without them a restored server would not start.
fn copy_client_ca(data: &DataFolder, config: &Path, copy: &DataFolder) -> anyhow::Result<()> {
    // A configuration that cannot be read names none.
    let Some(file) = Config::load(config)
        .ok()
        .and_then(|config| data.client_ca(&config))
    else {
        return Ok(());
    };
    let is_of_tls_folder = file.parent() == Some(data.tls().as_path());
    if is_of_tls_folder && file != data.certificate_files().key && file.is_file() {
        copy_file(&file, &copy.tls().join(name_of(&file)?))?;
    }
    Ok(())
}

fn copy_file(from: &Path, to: &Path) -> anyhow::Result<()> {
    copy(regular::open(from), from, to)
}

/// As [`copy_file`], for folders to which files are added by hand: an archive must not get what a link points to
/// elsewhere.
fn copy_own_file(from: &Path, to: &Path) -> anyhow::Result<()> {
    copy(regular::open_own(from), from, to)
}

fn copy(opened: io::Result<File>, from: &Path, to: &Path) -> anyhow::Result<()> {
    opened
        .and_then(|mut content| {
            let mut copy = File::create_new(to)?;
            io::copy(&mut content, &mut copy)
        })
        .map(drop)
        .with_context(|| format!("{} cannot be copied", from.display()))
}

fn name_of(file: &Path) -> anyhow::Result<&str> {
    file.file_name()
        .and_then(|name| name.to_str())
        .with_context(|| format!("the name of {} is not Unicode", file.display()))
}

/// The files of a folder, without those that are being written or hidden.
fn files_in(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        // Folders are not part of it; whatever else is there is copied, or is an error that names it.
        if !path.is_dir() && !name_of(&path)?.starts_with('.') {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Checks the copies of the databases, and describes every file of the folder.
fn describe(copy: &DataFolder) -> anyhow::Result<Manifest> {
    let verified = verify_databases(copy)?;
    let mut files = vec![Entry::of(
        "licensingd.toml".to_owned(),
        &copy.config_file(),
        None,
    )?];
    for (folder, name) in [
        (copy.licenses(), "licenses"),
        (copy.trust(), "trust"),
        (copy.tls(), "tls"),
        (copy.management(), "management"),
        (
            ManagementFolder::new(copy.management()).waiting(),
            manifest::WAITING,
        ),
    ] {
        // A server that has not run yet has no folder of the license management service.
        if !folder.exists() {
            continue;
        }
        for file in files_in(&folder)? {
            files.push(Entry::of(format!("{name}/{}", name_of(&file)?), &file, None)?);
        }
    }
    for key in [copy.ticket_key(), copy.ntlm_key()] {
        if key.exists() {
            files.push(Entry::of(format!("state/{}", name_of(&key)?), &key, None)?);
        }
    }
    for (file, outcome) in verified.files() {
        let name = name_of(file)?;
        match outcome {
            Ok(counts) => {
                files.push(Entry::of(format!("state/{name}"), file, Some(counts))?);
                for segment in segment_files(file)? {
                    let name = name_of(&segment)?;
                    files.push(Entry::of(format!("state/audit/{name}"), &segment, None)?);
                }
                let history = UsageHistory::beside(file);
                if history.exists() {
                    let name = name_of(&history)?;
                    files.push(Entry::of(format!("state/{name}"), &history, None)?);
                }
            }
            Err(reason) => bail!("state/{name} is damaged and was not saved: {reason}"),
        }
    }
    Ok(Manifest {
        form: manifest::FORM,
        server_version: env!("CARGO_PKG_VERSION").to_owned(),
        created: Timestamp::now(),
        files,
        signer: None,
    })
}

fn write(
    manifest: &Manifest,
    text: &[u8],
    signature: Option<&[u8]>,
    folder: &Path,
    file: &mut File,
) -> io::Result<()> {
    let mut archive = tar::Builder::new(file);
    let modified = u64::try_from(manifest.created.as_second()).unwrap_or(0);
    let header = |bytes: u64| {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Regular);
        header.set_size(bytes);
        header.set_mode(0o600);
        header.set_mtime(modified);
        header
    };
    archive.append_data(&mut header(text.len() as u64), manifest::NAME, text)?;
    for entry in &manifest.files {
        let content = File::open(folder.join(&entry.path))?;
        archive.append_data(&mut header(entry.bytes), &entry.path, content)?;
    }
    if let Some(signature) = signature {
        archive.append_data(&mut header(signature.len() as u64), signature::NAME, signature)?;
    }
    archive.finish()
}
