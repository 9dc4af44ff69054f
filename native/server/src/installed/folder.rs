//! Reading the license folder.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use licensing_api::license_file::MAX_LICENSE_FILE_BYTES;
use licensing_license_file::license_file::{LicenseFile, parse};

use crate::config::DataFolder;

/// Most license files that are read.
pub const MAX_LICENSE_FILES: usize = 10_000;

/// One file of the folder.
#[derive(Debug)]
pub struct ReadFile {
    /// Name without folder.
    pub name: String,
    /// What it says, or why it cannot be read.
    pub content: io::Result<LicenseFile>,
}

/// The license files of the folder, in the order of their names, read but not verified.
#[derive(Debug, Default)]
pub struct Folder {
    /// The files.
    pub files: Vec<ReadFile>,
    /// What could not be read, in words.
    pub complaints: Vec<String>,
}

impl Folder {
    /// Reads every `*.lic` of the folder.
    ///
    /// # Errors
    /// If the folder itself cannot be read.
    pub fn read(data: &DataFolder) -> io::Result<Self> {
        let mut folder = Self::default();
        let mut paths = files_ending(&data.licenses(), "lic")?;
        if paths.len() > MAX_LICENSE_FILES {
            folder
                .complaints
                .push(format!("there are more than {MAX_LICENSE_FILES} license files"));
            paths.truncate(MAX_LICENSE_FILES);
        }
        for path in paths {
            let content = read_bounded(&path, MAX_LICENSE_FILE_BYTES).map(|bytes| parse(&bytes));
            if let Err(error) = &content {
                folder
                    .complaints
                    .push(format!("{} cannot be read: {error}", path.display()));
            }
            folder.files.push(ReadFile {
                name: file_name(&path),
                content,
            });
        }
        Ok(folder)
    }
}

/// Files of a folder whose names end so, sorted.
pub(super) fn files_ending(folder: &Path, end: &str) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let fits = path
            .extension()
            .and_then(OsStr::to_str)
            .is_some_and(|found| found.eq_ignore_ascii_case(end));
        if fits && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Content of a file that is not larger than allowed.
pub(crate) fn read_bounded(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?
        .take(limit as u64 + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it is larger than {limit} bytes"),
        ));
    }
    Ok(bytes)
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
