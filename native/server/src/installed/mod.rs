//! What lies in the license folder, read and verified: the one way from files to pools for manager, daemons and web
//! services.

mod folder;
mod issuers;
mod machine;

use std::io;

use jiff::civil::Date;
use licensing_api::inventory::SignatureState;
use licensing_license_file::license_file::{HostIdentity, LicenseFile};
use licensing_license_file::signing::TrustStore;
use licensing_seats::pool::{InstalledFile, PoolContext, PoolSet};

use crate::config::{Config, DataFolder};

pub(crate) use folder::read_bounded;
pub use folder::{Folder, MAX_LICENSE_FILES, ReadFile};
pub use issuers::read_issuers;
pub use machine::MachineAddresses;

/// One license file whose signatures were looked at.
#[derive(Debug, Clone)]
pub struct InstalledLicenseFile {
    /// Name without folder.
    pub name: String,
    /// What it says.
    pub file: LicenseFile,
    /// Signature state of each line, by its position in `file.lines`.
    pub signatures: Vec<Option<SignatureState>>,
}

/// All license files of the folder, in the order of their names, the issuers they were verified with, and the machine
/// they may be made out to.
#[derive(Debug, Clone, Default)]
pub struct Installed {
    /// The files.
    pub files: Vec<InstalledLicenseFile>,
    /// The issuers.
    pub trust: TrustStore,
    /// Addresses of the machine.
    pub addresses: MachineAddresses,
    /// What could not be read, in words.
    pub complaints: Vec<String>,
}

impl InstalledLicenseFile {
    /// Verifies a file.
    pub fn verify(name: String, file: LicenseFile, trust: &TrustStore) -> Self {
        let signatures = trust.verify(&file);
        Self {
            name,
            file,
            signatures,
        }
    }

    /// As pools and explanations take it.
    pub fn as_installed(&self) -> InstalledFile<'_> {
        InstalledFile {
            name: &self.name,
            file: &self.file,
            signatures: &self.signatures,
        }
    }
}

impl Installed {
    /// Reads license files and issuers. What cannot be read is complained about and does not hide the rest.
    ///
    /// # Errors
    /// If a folder itself cannot be read.
    pub fn read(data: &DataFolder) -> io::Result<Self> {
        Self::read_again(data, &Self::default())
    }

    /// As [`Self::read`]; a license file that is there and cannot be read stays as it was before.
    ///
    /// # Errors
    /// If a folder itself cannot be read.
    pub fn read_again(data: &DataFolder, before: &Self) -> io::Result<Self> {
        let (trust, mut complaints) = read_issuers(data)?;
        let folder = Folder::read(data)?;
        let known = |name: &str| before.files.iter().find(|file| file.name == name);
        let mut files = Vec::new();
        for ReadFile { name, content } in folder.files {
            match (content, known(&name)) {
                // Verifying costs most: what has not changed is not verified again.
                (Ok(file), Some(known)) if file.source() == known.file.source() && trust == before.trust => {
                    files.push(known.clone());
                }
                (Ok(file), Some(_) | None) => files.push(InstalledLicenseFile::verify(name, file, &trust)),
                (Err(_), Some(known)) => {
                    files.push(InstalledLicenseFile::verify(name, known.file.clone(), &trust));
                }
                (Err(_), None) => {}
            }
        }
        complaints.extend(folder.complaints);
        let addresses = MachineAddresses::read().unwrap_or_else(|error| {
            complaints.push(format!(
                "the network interfaces of this machine cannot be read: {error}"
            ));
            before.addresses.clone()
        });
        Ok(Self {
            files,
            trust,
            addresses,
            complaints,
        })
    }

    /// The same with another content of one file, or without it: what the folder would be after a change.
    #[must_use]
    pub fn changed(&self, name: &str, content: Option<InstalledLicenseFile>) -> Self {
        let mut changed = self.clone();
        changed.files.retain(|file| file.name != name);
        changed.files.extend(content);
        changed.files.sort_by(|one, other| one.name.cmp(&other.name));
        changed
    }

    /// The machine, as license files name it.
    pub fn host(&self, config: &Config) -> HostIdentity {
        self.addresses.identity(&config.host_name)
    }

    /// The pools of one vendor on a day.
    pub fn pools(&self, vendor: &str, config: &Config, today: Date) -> PoolSet {
        let files: Vec<_> = self
            .files
            .iter()
            .map(InstalledLicenseFile::as_installed)
            .collect();
        let context = PoolContext {
            vendor,
            host: &self.host(config),
            today,
            accept_unverified: config.licensing.accepts_unverified(vendor),
            vendor_string_pools: config.licensing.pools_by_vendor_string(vendor),
        };
        PoolSet::build(&files, &context)
    }
}

#[cfg(test)]
mod tests;
