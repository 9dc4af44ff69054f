//! What lies in the license folder at one moment.

use std::collections::BTreeSet;
use std::io;

use jiff::Timestamp;
use licensing_api::inventory::SignatureState;
use licensing_api::license_file::LicenseFileInfo;
use sha2::{Digest, Sha256};

use crate::config::DataFolder;
use crate::installed::{Installed, InstalledLicenseFile};

/// SHA-256 of the bytes of a file, hex.
pub(super) fn sha256(file: &InstalledLicenseFile) -> String {
    hex::encode(Sha256::digest(file.file.source()))
}

/// A file as an administrator sees it.
pub(super) fn info(file: &InstalledLicenseFile, installed: Timestamp) -> LicenseFileInfo {
    LicenseFileInfo {
        file_name: file.name.clone(),
        size: file.file.source().len() as u64,
        sha256: sha256(file),
        installed,
        vendors: vendors_of(file),
        increments: u32::try_from(file.file.increments().count()).unwrap_or(u32::MAX),
        signature: worst_signature(file),
        findings: file.file.findings.clone(),
    }
}

/// When a file was put in place.
pub(super) fn installed_at(data: &DataFolder, name: &str) -> io::Result<Timestamp> {
    let modified = std::fs::symlink_metadata(data.licenses().join(name))?.modified()?;
    Timestamp::try_from(modified).map_err(io::Error::other)
}

fn worst_signature(file: &InstalledLicenseFile) -> Option<SignatureState> {
    file.signatures
        .iter()
        .flatten()
        .copied()
        .max_by_key(|state| match state {
            SignatureState::Valid => 0,
            SignatureState::Unverifiable => 1,
            SignatureState::Missing => 2,
            SignatureState::UnknownIssuer => 3,
            SignatureState::Invalid => 4,
        })
}

/// Vendors that the VENDOR lines of a file name, in the order of the lines.
fn vendors_of(file: &InstalledLicenseFile) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for vendor in file.file.vendors() {
        let name = &vendor.name.value;
        if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            names.push(name.clone());
        }
    }
    names
}

/// Vendors that any file names, each once, in upper case.
pub(super) fn vendors(installed: &Installed) -> BTreeSet<String> {
    installed
        .files
        .iter()
        .flat_map(|file| vendors_of(file))
        .map(|name| name.to_ascii_uppercase())
        .collect()
}

/// How a name is spelled in the folder, if a file of that name is there, readable or not. Upper and lower case are the
/// same: they are on Windows and macOS, and two files that differ in nothing else would only confuse.
pub(super) fn spelling(data: &DataFolder, name: &str) -> io::Result<Option<String>> {
    let wanted = name.to_lowercase();
    if !wanted.ends_with(".lic") {
        return Ok(None);
    }
    for entry in std::fs::read_dir(data.licenses())? {
        let entry = entry?;
        let Ok(found) = entry.file_name().into_string() else {
            continue;
        };
        if found.to_lowercase() == wanted && !entry.path().is_dir() {
            return Ok(Some(found));
        }
    }
    Ok(None)
}
