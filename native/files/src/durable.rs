//! Replacing a file so that after a crash either the old or the new content is there, whole.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Who may read a file that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// The owner alone: keys and other secrets.
    Owner,
    /// Whom the folder lets in, whatever the umask.
    Usual,
}

/// Whether a file of that name may be there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It is replaced.
    Replace,
    /// The write fails with [`io::ErrorKind::AlreadyExists`].
    Refuse,
}

/// Writes `content` to `path` through a temporary file beside it: written, synced, renamed, folder synced.
///
/// # Errors
/// Whatever the file system answers; the file at `path` is then as it was before.
pub fn write(path: &Path, content: &[u8], readers: Readers, existing: Existing) -> io::Result<()> {
    write_with(path, readers, existing, |file| file.write_all(content))
}

/// As [`write()`], for content that is made while it is written.
///
/// # Errors
/// As [`write()`], and what `content` answers.
pub fn write_with(
    path: &Path,
    readers: Readers,
    existing: Existing,
    content: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let folder = folder_of(path).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    // A temporary file that a crash leaves is found by its name and swept at the next start.
    let mut file = temporary().tempfile_in(folder)?;
    set_mode(file.as_file(), readers)?;
    content(file.as_file_mut())?;
    file.as_file().sync_all()?;
    match existing {
        Existing::Replace => file.persist(path)?,
        Existing::Refuse => file.persist_noclobber(path)?,
    };
    sync_folder_of(path)
}

/// Checks that a small file could be written to `path` now: writes one beside it, and removes it again.
///
/// # Errors
/// Whatever the file system answers.
pub fn require_writable(path: &Path) -> io::Result<()> {
    let folder = folder_of(path).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut file = temporary().tempfile_in(folder)?;
    file.as_file_mut().write_all(&[0; 512])?;
    file.as_file().sync_all()?;
    file.close()
}

/// Renames a file or folder so that it keeps its new name after a crash.
///
/// # Errors
/// Whatever the file system answers.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    sync_folder_of(to)
}

/// Removes a file so that it stays removed after a crash.
///
/// # Errors
/// Whatever the file system answers.
pub fn remove(path: &Path) -> io::Result<()> {
    fs::remove_file(path)?;
    sync_folder_of(path)
}

/// Removes temporary files that a crash left in `folder`.
///
/// # Errors
/// When the folder cannot be read or a left-over cannot be removed.
pub fn sweep(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if name
            .to_str()
            .is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX))
        {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// The folder of a file. That of a bare name is the working folder, which the name does not say.
fn folder_of(path: &Path) -> Option<&Path> {
    path.parent().map(|folder| match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    })
}

const PREFIX: &str = ".writing-";
const SUFFIX: &str = ".tmp";

/// A file for the owner alone.
fn temporary() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX).rand_bytes(16);
    builder
}

/// The mode does not depend on the umask of whoever started the program.
#[cfg(unix)]
fn set_mode(file: &File, readers: Readers) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = match readers {
        Readers::Owner => 0o600,
        Readers::Usual => 0o644,
    };
    file.set_permissions(fs::Permissions::from_mode(mode))
}

// On Windows files inherit the access list of their folder.
#[cfg(not(unix))]
fn set_mode(_: &File, _: Readers) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn sync_folder_of(path: &Path) -> io::Result<()> {
    match folder_of(path) {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

// Windows has no handle to sync a folder with; NTFS journals the rename.
#[cfg(not(unix))]
fn sync_folder_of(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_bare_name_is_one_in_the_working_folder() {
        assert_eq!(folder_of(Path::new("a.lic")), Some(Path::new(".")));
        assert_eq!(folder_of(Path::new("b/a.lic")), Some(Path::new("b")));
        assert_eq!(folder_of(Path::new("/")), None);
    }

    #[test]
    fn refuses_or_replaces_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lic");
        write(&path, b"one", Readers::Usual, Existing::Refuse).unwrap();
        let again = write(&path, b"two", Readers::Usual, Existing::Refuse).unwrap_err();
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"one");
        write(&path, b"two", Readers::Usual, Existing::Replace).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_check_beforehand_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        require_writable(&folder.path().join("secret")).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        require_writable(&folder.path().join("gone/secret")).unwrap_err();
    }

    #[test]
    fn sweeps_only_its_own_left_overs() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".writing-0011.tmp"), b"half").unwrap();
        fs::write(folder.path().join("kept.lic"), b"whole").unwrap();
        sweep(folder.path()).unwrap();
        let names: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(names, ["kept.lic"]);
    }

    #[cfg(unix)]
    #[test]
    fn secrets_are_for_the_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("server.key");
        write(&path, b"secret", Readers::Owner, Existing::Replace).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
