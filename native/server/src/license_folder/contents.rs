//! What lies in the license folder at one moment, read and verified.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use licensing_api::inventory::SignatureState;
use licensing_api::license_file::{LicenseFileInfo, MAX_LICENSE_FILE_BYTES};
use licensing_core::license_file::{HostIdentity, LicenseFile, parse};
use licensing_core::pool::{InstalledFile, PoolContext, PoolSet};
use licensing_core::signing::{MAX_TRUST_FILE_BYTES, TrustStore, TrustedIssuer};
use sha2::{Digest, Sha256};

use crate::config::{Config, DataFolder};

/// Most license files that are read.
pub(super) const MAX_FILES: usize = 10_000;

/// One license file, read and verified.
#[derive(Debug, Clone)]
pub(super) struct ReadFile {
    /// Name without folder.
    pub(super) name: String,
    /// Size in bytes.
    pub(super) size: u64,
    /// SHA-256 of the bytes, hex.
    pub(super) sha256: String,
    /// When it was put in place.
    pub(super) installed: Timestamp,
    /// What it says.
    pub(super) file: LicenseFile,
    /// Signature state of each line, by its position in `file.lines`.
    pub(super) signatures: Vec<Option<SignatureState>>,
}

impl ReadFile {
    pub(super) fn new(name: &str, bytes: &[u8], installed: Timestamp, trust: &TrustStore) -> Self {
        let file = parse(bytes);
        Self {
            name: name.to_owned(),
            size: bytes.len() as u64,
            sha256: hex::encode(Sha256::digest(bytes)),
            installed,
            signatures: trust.verify(&file),
            file,
        }
    }

    /// Vendors that its VENDOR lines name, in the order of the lines.
    pub(super) fn vendors(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for vendor in self.file.vendors() {
            let name = &vendor.name.value;
            if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                names.push(name.clone());
            }
        }
        names
    }

    /// As an administrator sees it.
    pub(super) fn info(&self) -> LicenseFileInfo {
        LicenseFileInfo {
            file_name: self.name.clone(),
            size: self.size,
            sha256: self.sha256.clone(),
            installed: self.installed,
            vendors: self.vendors(),
            increments: u32::try_from(self.file.increments().count()).unwrap_or(u32::MAX),
            signature: self.worst_signature(),
            findings: self.file.findings.clone(),
        }
    }

    fn worst_signature(&self) -> Option<SignatureState> {
        self.signatures
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
}

/// All license files, in the order of their names.
#[derive(Debug, Clone, Default)]
pub(super) struct Contents {
    pub(super) files: Vec<ReadFile>,
    /// Files that are there and cannot be read: name and reason.
    pub(super) unreadable: Vec<(String, String)>,
}

impl Contents {
    /// Reads every `*.lic` of the folder. What cannot be read does not hide the others.
    pub(super) fn read(data: &DataFolder, trust: &TrustStore) -> io::Result<Self> {
        let mut names = Vec::new();
        for entry in fs::read_dir(data.licenses())? {
            let path = entry?.path();
            let is_license = path
                .extension()
                .and_then(OsStr::to_str)
                .is_some_and(|end| end.eq_ignore_ascii_case("lic"));
            if is_license && path.is_file() {
                names.push(path);
            }
        }
        names.sort();
        let mut contents = Self::default();
        for (position, path) in names.iter().enumerate() {
            let name = path
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default();
            if position >= MAX_FILES {
                contents
                    .unreadable
                    .push((name, format!("there are more than {MAX_FILES} license files")));
                break;
            }
            match read_bounded(path) {
                Ok((bytes, installed)) => contents
                    .files
                    .push(ReadFile::new(&name, &bytes, installed, trust)),
                Err(error) => contents.unreadable.push((name, error.to_string())),
            }
        }
        Ok(contents)
    }

    /// The same with one file added or replaced.
    pub(super) fn with(&self, file: ReadFile) -> Self {
        let mut contents = self.without(&file.name);
        let position = contents.files.partition_point(|other| other.name < file.name);
        contents.files.insert(position, file);
        contents
    }

    /// The same without one file.
    pub(super) fn without(&self, name: &str) -> Self {
        let mut contents = self.clone();
        contents.files.retain(|file| file.name != name);
        contents
    }

    /// The file of this name. Upper and lower case are the same: they are on Windows and macOS, and two files that
    /// differ in nothing else would only confuse.
    pub(super) fn find(&self, name: &str) -> Option<&ReadFile> {
        let name = name.to_lowercase();
        self.files.iter().find(|file| file.name.to_lowercase() == name)
    }

    /// The spelling of a file that is there but cannot be read.
    pub(super) fn unreadable_name(&self, name: &str) -> Option<String> {
        let name = name.to_lowercase();
        self.unreadable
            .iter()
            .map(|(unreadable, _)| unreadable)
            .find(|unreadable| unreadable.to_lowercase() == name)
            .cloned()
    }

    /// Vendors that any file names, each once, in upper case.
    pub(super) fn vendors(&self) -> BTreeSet<String> {
        self.files
            .iter()
            .flat_map(ReadFile::vendors)
            .map(|name| name.to_ascii_uppercase())
            .collect()
    }

    /// The pools of one vendor on a day, by the same rules as its daemon builds them.
    pub(super) fn pools(&self, vendor: &str, config: &Config, today: Date) -> PoolSet {
        let files: Vec<_> = self
            .files
            .iter()
            .map(|file| InstalledFile {
                name: &file.name,
                file: &file.file,
                signatures: &file.signatures,
            })
            .collect();
        let accept_unverified = config
            .licensing
            .accept_unverified
            .iter()
            .any(|name| name.eq_ignore_ascii_case(vendor));
        let host = HostIdentity::named(&config.host_name);
        let context = PoolContext {
            vendor,
            host: &host,
            today,
            accept_unverified,
            vendor_string_pools: false,
        };
        PoolSet::build(&files, &context)
    }
}

fn read_bounded(path: &Path) -> io::Result<(Vec<u8>, Timestamp)> {
    let limit = MAX_LICENSE_FILE_BYTES as u64;
    let file = fs::File::open(path)?;
    let installed = Timestamp::try_from(file.metadata()?.modified()?).map_err(io::Error::other)?;
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() > MAX_LICENSE_FILE_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it is larger than {limit} bytes"),
        ));
    }
    Ok((bytes, installed))
}

/// The issuers in the trust folder. A file that cannot be used is complained about and does not hide the others.
pub(super) fn trust_store(folder: &Path) -> io::Result<(TrustStore, Vec<(String, String)>)> {
    let mut store = TrustStore::new();
    let mut unusable = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().and_then(OsStr::to_str) != Some("pub") || !path.is_file() {
            continue;
        }
        match read_issuer(&path) {
            Ok(issuer) => drop(store.add(issuer)),
            Err(reason) => {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
                unusable.push((name.unwrap_or_default(), reason));
            }
        }
    }
    Ok((store, unusable))
}

fn read_issuer(path: &Path) -> Result<TrustedIssuer, String> {
    let mut text = String::new();
    fs::File::open(path)
        .and_then(|file| {
            file.take(MAX_TRUST_FILE_BYTES as u64 + 1)
                .read_to_string(&mut text)
        })
        .map_err(|error| error.to_string())?;
    TrustedIssuer::from_text(&text).map_err(|error| error.to_string())
}
