//! Unpacks archives without writing anywhere but into the given folder.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::read::GzDecoder;
use zip::ZipArchive;

/// All files together; PowerShell has about 200 MB.
const MAXIMUM_BYTES: u64 = 2 << 30;

/// Files; PowerShell has about 700.
const MAXIMUM_ENTRIES: usize = 50_000;

/// Unpacks `archive`, whose `name` tells its kind, into `folder`.
///
/// Links and devices are refused: PowerShell's archives have none, and they are how a hostile archive writes elsewhere.
///
/// # Errors
/// When the archive is damaged, too large, or has an entry that leads out of the folder.
pub fn unpack(archive: &Path, name: &str, folder: &Path) -> Result<()> {
    let file = File::open(archive).with_context(|| format!("{} cannot be read", archive.display()))?;
    if name.ends_with(".tar.gz") {
        unpack_tar(GzDecoder::new(file), folder)
    } else if name.ends_with(".zip") {
        unpack_zip(file, folder)
    } else {
        bail!("neither .tar.gz nor .zip")
    }
}

fn unpack_tar(reader: impl Read, folder: &Path) -> Result<()> {
    let mut archive = tar::Archive::new(reader);
    let mut space = Space::default();
    for entry in archive.entries().context("the archive is damaged")? {
        let mut entry = entry.context("the archive is damaged")?;
        let path = entry.path().context("an entry has no path")?.into_owned();
        let place = inside(folder, &path)?;
        match entry.header().entry_type() {
            tar::EntryType::Directory => directory(&place)?,
            tar::EntryType::Regular => write(&mut entry, &place, &mut space)?,
            other => bail!("{} is {other:?}, not a file or folder", path.display()),
        }
    }
    Ok(())
}

fn unpack_zip(file: File, folder: &Path) -> Result<()> {
    let mut archive = ZipArchive::new(file).context("the archive is damaged")?;
    let mut space = Space::default();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).context("the archive is damaged")?;
        let path = PathBuf::from(entry.name().context("an entry has no name")?.replace('\\', "/"));
        let place = inside(folder, &path)?;
        if entry.is_dir() {
            directory(&place)?;
        } else if entry.is_file() {
            write(&mut entry, &place, &mut space)?;
        } else {
            bail!("{} is not a file or folder", path.display());
        }
    }
    Ok(())
}

/// What has been unpacked so far.
#[derive(Default)]
struct Space {
    bytes: u64,
    entries: usize,
}

fn write(entry: &mut impl Read, place: &Path, space: &mut Space) -> Result<()> {
    space.entries += 1;
    if space.entries > MAXIMUM_ENTRIES {
        bail!("more than {MAXIMUM_ENTRIES} files");
    }
    if let Some(parent) = place.parent() {
        directory(parent)?;
    }
    let mut file = File::create_new(place).with_context(|| format!("{} cannot be made", place.display()))?;
    let left = MAXIMUM_BYTES - space.bytes;
    let copied = io::copy(&mut entry.take(left + 1), &mut file)
        .with_context(|| format!("{} cannot be unpacked", place.display()))?;
    if copied > left {
        bail!("more than {MAXIMUM_BYTES} bytes");
    }
    space.bytes += copied;
    Ok(())
}

fn directory(place: &Path) -> Result<()> {
    std::fs::create_dir_all(place).with_context(|| format!("{} cannot be made", place.display()))
}

/// The place of an entry, which must be below the folder by its very spelling.
fn inside(folder: &Path, path: &Path) -> Result<PathBuf> {
    let mut place = folder.to_path_buf();
    for component in path.components() {
        match component {
            Component::Normal(name) => place.push(name),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
                bail!("{} leads out of the archive", path.display())
            }
        }
    }
    Ok(place)
}
