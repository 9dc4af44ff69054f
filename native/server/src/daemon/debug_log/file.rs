//! A log file of bounded size.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use licensing_files::regular;

/// Size from which on a file is put aside.
pub(super) const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// Files that were put aside, `.1` the newest.
const KEPT: u32 = 4;

/// The file that is written to. While it is open, no other daemon writes to it.
#[derive(Debug)]
pub(super) struct LogFile {
    path: PathBuf,
    file: File,
    bytes: u64,
    max_bytes: u64,
    _lock: File,
}

impl LogFile {
    /// Opens the file, or makes it. One that is not appended to is put aside first, if there is anything in it.
    ///
    /// # Errors
    /// Whatever the file system answers; [`io::ErrorKind::WouldBlock`] when another daemon writes to it.
    pub(super) fn open(path: &Path, append: bool, max_bytes: u64) -> io::Result<Self> {
        let lock = open(&beside(path, "lock")?)?;
        lock.try_lock()?;
        if !append && fs::metadata(path).is_ok_and(|found| found.len() > 0) {
            put_aside(path)?;
        }
        let file = open(path)?;
        Ok(Self {
            path: path.to_owned(),
            bytes: file.metadata()?.len(),
            file,
            max_bytes,
            _lock: lock,
        })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is time for another file.
    pub(super) fn is_full(&self) -> bool {
        self.bytes >= self.max_bytes
    }

    /// Puts the file aside and begins another.
    ///
    /// # Errors
    /// Whatever the file system answers; the file goes on then.
    pub(super) fn turn(&mut self) -> io::Result<()> {
        put_aside(&self.path)?;
        self.file = open(&self.path)?;
        self.bytes = 0;
        Ok(())
    }

    /// Appends text.
    ///
    /// # Errors
    /// Whatever the file system answers; a part may have been written.
    pub(super) fn write(&mut self, text: &str) -> io::Result<()> {
        self.file.write_all(text.as_bytes())?;
        self.bytes += text.len() as u64;
        Ok(())
    }
}

fn open(path: &Path) -> io::Result<File> {
    regular::require_regular_or_nothing(path)?;
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn beside(path: &Path, suffix: &str) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut name = name.to_owned();
    name.push(".");
    name.push(suffix);
    Ok(path.with_file_name(name))
}

fn put_aside(path: &Path) -> io::Result<()> {
    for number in (1..KEPT).rev() {
        let older = beside(path, &(number + 1).to_string())?;
        match fs::rename(beside(path, &number.to_string())?, older) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    fs::rename(path, beside(path, "1")?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_full_file_is_put_aside_and_the_oldest_goes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ACME.log");
        let mut log = LogFile::open(&path, true, 10).unwrap();
        for number in 0..9 {
            log.write(&format!("line {number}...\n")).unwrap();
            assert!(log.is_full());
            log.turn().unwrap();
        }
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(read("ACME.log"), "");
        assert_eq!(read("ACME.log.1"), "line 8...\n");
        assert_eq!(read("ACME.log.4"), "line 5...\n");
        assert!(!folder.path().join("ACME.log.5").exists());
    }

    #[test]
    fn a_file_is_appended_to_or_put_aside_and_has_one_writer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ACME.log");
        let mut first = LogFile::open(&path, true, MAX_BYTES).unwrap();
        first.write("first\n").unwrap();
        let taken = LogFile::open(&path, true, MAX_BYTES).unwrap_err();
        assert_eq!(taken.kind(), io::ErrorKind::WouldBlock);
        drop(first);
        LogFile::open(&path, true, MAX_BYTES)
            .unwrap()
            .write("second\n")
            .unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "first\nsecond\n");
        LogFile::open(&path, false, MAX_BYTES).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "");
        assert_eq!(
            fs::read_to_string(folder.path().join("ACME.log.1")).unwrap(),
            "first\nsecond\n"
        );
    }
}
