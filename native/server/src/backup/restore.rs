//! Checking an archive, and making a data folder from it.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::Path;

use anyhow::{Context, bail};
use licensing_files::make_private_folder;
use licensing_files::{Existing, Readers, durable};

use super::manifest::{self, Entry, Manifest, digest};
use super::signature::{self, ServerKey};
use crate::config::DataFolder;
use crate::verify::verify_databases;

/// Longest name of an entry, in bytes.
const MAX_NAME_BYTES: u64 = 4096;

/// Checks every file of an archive against its SHA-256, and every database: pages, rows, audit and counts. With a key, also
/// that the server with this key made it.
///
/// # Errors
/// If the archive cannot be read, anything in it is not as it was saved, or another one made it; the file is named.
pub fn verify(archive: &Path, made_by: Option<ServerKey>) -> anyhow::Result<Manifest> {
    let folder = tempfile::Builder::new().prefix(".restore-").tempdir()?;
    unpack(archive, made_by, &DataFolder::new(folder.path()))
}

/// Makes the data folder of a server from an archive, after checking it like [`verify`].
///
/// # Errors
/// As [`verify`], or if the folder is not empty or cannot be written; then no server is in it.
pub fn restore(archive: &Path, made_by: Option<ServerKey>, data: &DataFolder) -> anyhow::Result<Manifest> {
    let root = data.root();
    if root.exists() && fs::read_dir(root)?.next().is_some() {
        bail!(
            "{} is not empty: a server is only restored into a folder of its own",
            root.display()
        );
    }
    make_private_folder(root).with_context(|| format!("{} cannot be made", root.display()))?;
    // Inside, as the folder may be a file system of its own.
    let staging = tempfile::Builder::new().prefix(".restore-").tempdir_in(root)?;
    let copy = DataFolder::new(staging.path());
    let manifest = unpack(archive, made_by, &copy)?;
    let config = copy.config_file();
    let mut parts = Vec::new();
    for entry in fs::read_dir(copy.root())? {
        parts.push(entry?.path());
    }
    // Where there is a configuration, everything else is there.
    parts.sort_by_key(|part| *part == config);
    for part in parts {
        let name = part.file_name().context("a part has no name")?;
        durable::rename(&part, &root.join(name))?;
    }
    Ok(manifest)
}

/// What the reader of archives says of a file that is none repeats the bytes of the file; what the disk says stays.
fn not_an_archive(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::Other => io::Error::other("it is no archive that licensingd backup made"),
        _ => error,
    }
}

/// Whether a file begins as an archive does, with a manifest. What is behind it is checked where the archive is used.
///
/// # Errors
/// If it does not, or cannot be read.
pub(super) fn check_beginning(file: &Path) -> anyhow::Result<()> {
    check_extensions(file)?;
    let mut content = tar::Archive::new(BufReader::new(File::open(file)?));
    let text = first_entry(&mut content.entries()?)?;
    read_manifest(&text)?;
    Ok(())
}

/// The text of the manifest, which is the first entry.
fn first_entry<R: Read>(entries: &mut tar::Entries<'_, R>) -> anyhow::Result<Vec<u8>> {
    let first = entries.next().context("it is empty")?;
    read_text(
        first.map_err(not_an_archive)?,
        manifest::NAME,
        manifest::MAX_BYTES,
    )
}

/// Unpacks into an empty folder and checks everything.
pub(super) fn unpack(
    archive: &Path,
    made_by: Option<ServerKey>,
    folder: &DataFolder,
) -> anyhow::Result<Manifest> {
    let named = || format!("{} cannot be used", archive.display());
    for part in folder.folders() {
        make_private_folder(&part)?;
    }
    check_extensions(archive).with_context(named)?;
    let mut content = tar::Archive::new(BufReader::new(File::open(archive).with_context(named)?));
    let mut entries = content.entries().with_context(named)?;
    let text = first_entry(&mut entries).with_context(named)?;
    let mut manifest = read_manifest(&text).with_context(named)?;
    for expected in &manifest.files {
        let missing = || format!("{} is missing or cannot be read", expected.path);
        let entry = entries.next().with_context(missing).with_context(named)?;
        let entry = entry.with_context(missing).with_context(named)?;
        unpack_file(entry, expected, folder.root()).with_context(named)?;
    }
    if let Some(entry) = entries.next() {
        let signature = read_text(entry.with_context(named)?, signature::NAME, signature::MAX_BYTES);
        let signature = signature
            .context("it contains more than its manifest lists")
            .with_context(named)?;
        manifest.signer = Some(signature::signer(&signature, &text).with_context(named)?);
    }
    if entries.next().is_some() {
        bail!("{}: it contains more than its manifest lists", named());
    }
    if let Some(made_by) = made_by {
        signature::require(manifest.signer, made_by).with_context(named)?;
    }
    check_databases(&manifest, folder).with_context(named)?;
    Ok(manifest)
}

/// Refuses what would be read into memory as a whole before anything of an entry is known: names without end, and
/// extensions that no backup has. What else may be wrong is found where the entries are read.
fn check_extensions(archive: &Path) -> anyhow::Result<()> {
    let mut content = tar::Archive::new(File::open(archive)?);
    for entry in content.entries_with_seek()?.raw(true) {
        let Ok(entry) = entry else { return Ok(()) };
        let kind = entry.header().entry_type();
        let is_name = kind.is_gnu_longname() || kind.is_gnu_longlink();
        let is_foreign =
            kind.is_pax_local_extensions() || kind.is_pax_global_extensions() || kind.is_gnu_sparse();
        if is_foreign || (is_name && entry.size() > MAX_NAME_BYTES) {
            bail!("it has an extension that no backup has, or a name that is too long");
        }
    }
    Ok(())
}

fn read_text(entry: tar::Entry<'_, impl Read>, name: &str, bytes: u64) -> anyhow::Result<Vec<u8>> {
    if entry.path()? != Path::new(name) {
        bail!("{name} is not in its place");
    }
    let mut text = Vec::new();
    entry.take(bytes).read_to_end(&mut text)?;
    Ok(text)
}

fn read_manifest(text: &[u8]) -> anyhow::Result<Manifest> {
    let manifest: Manifest =
        serde_json::from_slice(text).with_context(|| format!("{} is damaged", manifest::NAME))?;
    if ![manifest::FORM, manifest::FORM_WITHOUT_SIGNATURE].contains(&manifest.form) {
        bail!(
            "it has form {}, this version reads forms up to {}",
            manifest.form,
            manifest::FORM
        );
    }
    match manifest.files.iter().find(|entry| !entry.is_known()) {
        Some(entry) => bail!("{:?} is no file that a backup saves", entry.path),
        None => Ok(manifest),
    }
}

fn unpack_file(mut entry: tar::Entry<'_, impl Read>, expected: &Entry, root: &Path) -> anyhow::Result<()> {
    let path = &expected.path;
    if entry.path()? != Path::new(path) || entry.header().entry_type() != tar::EntryType::Regular {
        bail!("{path} is damaged: something else is in its place");
    }
    let target = root.join(path);
    if let Some(folder) = target.parent() {
        make_private_folder(folder)?;
    }
    let mut found = (0, String::new());
    durable::write_with(&target, Readers::Owner, Existing::Refuse, |file| {
        found = digest(&mut entry, file)?;
        Ok(())
    })
    .with_context(|| format!("{path} cannot be unpacked"))?;
    if found != (expected.bytes, expected.sha256.clone()) {
        bail!("{path} is damaged: its SHA-256 is not that of the manifest");
    }
    Ok(())
}

fn check_databases(manifest: &Manifest, folder: &DataFolder) -> anyhow::Result<()> {
    let verified = verify_databases(folder)?;
    for (file, outcome) in verified.files() {
        let name = file.strip_prefix(folder.root()).unwrap_or(file);
        let counts = match outcome {
            Ok(counts) => counts,
            Err(reason) => bail!("{} is damaged: {reason}", name.display()),
        };
        let said = manifest
            .files
            .iter()
            .find(|entry| Path::new(&entry.path) == name)
            .and_then(|entry| entry.counts);
        if said != Some(counts) {
            bail!("{} holds {counts}, which is not what was saved", name.display());
        }
    }
    remove_traces(&folder.state())?;
    Ok(())
}

/// What SQLite leaves beside a database that was only read.
fn remove_traces(state: &Path) -> io::Result<()> {
    for entry in fs::read_dir(state)? {
        let path = entry?.path();
        let name = path.to_string_lossy();
        let is_log = name.ends_with(".db-wal") || name.ends_with(".history-wal");
        let is_empty_log = is_log && fs::metadata(&path)?.len() == 0;
        if is_empty_log || name.ends_with(".db-shm") || name.ends_with(".history-shm") {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_would_be_read_as_a_whole_is_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tar");
        let bytes = vec![b'x'; 1024 * 1024];
        for kind in [tar::EntryType::GNULongName, tar::EntryType::XHeader] {
            let mut archive = tar::Builder::new(File::create(&path).unwrap());
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(kind);
            header.set_size(bytes.len() as u64);
            header.set_cksum();
            archive.append(&header, bytes.as_slice()).unwrap();
            archive.finish().unwrap();
            let error = format!("{:#}", verify(&path, None).unwrap_err());
            assert!(error.contains("extension that no backup has"), "{error}");
        }
    }
}
