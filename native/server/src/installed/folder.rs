//! Reading the license folder.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use licensing_api::license_file::MAX_LICENSE_FILE_BYTES;
use licensing_files::regular;

use crate::config::DataFolder;

/// Most license files that are read.
pub const MAX_LICENSE_FILES: usize = 10_000;

/// One file of the folder.
#[derive(Debug)]
pub(super) struct ReadFile {
    /// Name without folder.
    pub(super) name: String,
    /// Its bytes, or why it cannot be read.
    pub(super) content: io::Result<Vec<u8>>,
}

/// The license files of the folder, in the order of their names, neither parsed nor verified.
#[derive(Debug, Default)]
pub(super) struct Folder {
    /// The files.
    pub(super) files: Vec<ReadFile>,
    /// What could not be read, in words.
    pub(super) complaints: Vec<String>,
}

impl Folder {
    /// Reads every `*.lic` of the folder.
    ///
    /// # Errors
    /// If the folder itself cannot be read.
    pub(super) fn read(data: &DataFolder) -> io::Result<Self> {
        let mut folder = Self::default();
        let mut paths = files_ending(&data.licenses(), "lic")?;
        if paths.len() > MAX_LICENSE_FILES {
            folder
                .complaints
                .push(format!("there are more than {MAX_LICENSE_FILES} license files"));
            paths.truncate(MAX_LICENSE_FILES);
        }
        for path in paths {
            let content = regular::read_own(&path, MAX_LICENSE_FILE_BYTES);
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

/// What of a folder has a name that ends so, sorted: files, and whatever else is found in their place.
pub(super) fn files_ending(folder: &Path, end: &str) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let fits = path
            .extension()
            .and_then(OsStr::to_str)
            .is_some_and(|found| found.eq_ignore_ascii_case(end));
        if fits {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
