//! What lies in the license folder, read and verified: the one way from files to pools for manager, daemons and web
//! services. Each process parses and verifies a file once, and again only when it has changed.

mod folder;
mod issuers;
pub(crate) mod options_file;
mod shared;
mod signatures;
mod verdict;

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use jiff::civil::Date;
use licensing_api::inventory::SignatureState;
use licensing_license_file::license_file::{HostIdentity, LicenseFile, parse};
use licensing_license_file::signing::TrustStore;
use licensing_seats::pool::{InstalledFile, PoolContext, PoolSet};

use crate::config::{Config, DataFolder};

pub use folder::MAX_LICENSE_FILES;
pub use licensing_machine::MachineAddresses;
pub use shared::InstalledFiles;
pub use verdict::Verdict;

use folder::{Folder, ReadFile};
pub(crate) use issuers::issuer_files;
use issuers::read_issuers;
use signatures::signatures;

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
/// they may be bound to.
#[derive(Debug, Clone, Default)]
pub struct Installed {
    /// The files.
    pub files: Vec<Arc<InstalledLicenseFile>>,
    /// The issuers.
    pub trust: TrustStore,
    /// Addresses of the machine.
    pub addresses: MachineAddresses,
    /// Why the addresses of the machine cannot be read; none when they can.
    pub no_interfaces: Option<String>,
    /// What could not be read, in words.
    pub complaints: Vec<String>,
}

impl InstalledLicenseFile {
    /// Verifies a file.
    pub fn verify(name: String, file: LicenseFile, trust: &TrustStore) -> Self {
        let signatures = signatures(&file, trust);
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
        Self::read_again(data, &Self::default(), None)
    }

    /// As [`Self::read`]; a license file that is there and cannot be read stays as it was before. The file of `verdict`
    /// need not be verified again.
    ///
    /// # Errors
    /// If a folder itself cannot be read.
    pub fn read_again(data: &DataFolder, before: &Self, verdict: Option<&Verdict>) -> io::Result<Self> {
        let (trust, mut complaints) = read_issuers(data)?;
        let folder = Folder::read(data)?;
        let known: HashMap<&str, _> = before
            .files
            .iter()
            .map(|file| (file.name.as_str(), file))
            .collect();
        let verified = |name, file: LicenseFile| {
            let known = verdict.and_then(|verdict| verdict.signatures(&file, &trust));
            let states = known.unwrap_or_else(|| signatures(&file, &trust));
            Some(Arc::new(InstalledLicenseFile {
                name,
                file,
                signatures: states,
            }))
        };
        let file_of = |ReadFile { name, content }| match (content, known.get(name.as_str())) {
            // Parsing and verifying cost most: what has not changed is kept as it is.
            (Ok(bytes), Some(&known)) if bytes == known.file.source() && trust == before.trust => {
                Some(Arc::clone(known))
            }
            (Ok(bytes), Some(_) | None) => verified(name, parse(&bytes)),
            (Err(_), Some(known)) => verified(name, known.file.clone()),
            (Err(_), None) => None,
        };
        let files = folder.files.into_iter().filter_map(file_of).collect();
        complaints.extend(folder.complaints);
        let mut no_interfaces = None;
        let addresses = MachineAddresses::read().unwrap_or_else(|error| {
            no_interfaces = Some(without_interfaces(&error));
            before.addresses.clone()
        });
        Ok(Self {
            files,
            trust,
            addresses,
            no_interfaces,
            complaints,
        })
    }

    /// The same with another content of one file, or without it: what the folder would be after a change.
    #[must_use]
    pub fn changed(&self, name: &str, content: Option<Arc<InstalledLicenseFile>>) -> Self {
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
        let files: Vec<_> = self.files.iter().map(|file| file.as_installed()).collect();
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

/// What is said when licenses that are locked to an address of the machine cannot be served.
fn without_interfaces(error: &io::Error) -> String {
    format!(
        "No license that is locked to an Ethernet or IP address of this machine is served: {error}. Under systemd, \
         RestrictAddressFamilies= has to include AF_NETLINK."
    )
}

#[cfg(test)]
mod tests;
