//! What pools are built from.

use jiff::civil::Date;
use licensing_api::inventory::SignatureState;
use licensing_license_file::license_file::{HostIdentity, LicenseFile};

/// A license file as it lies on the server.
#[derive(Debug, Clone, Copy)]
pub struct InstalledFile<'a> {
    /// Name without folder.
    pub name: &'a str,
    /// What it says.
    pub file: &'a LicenseFile,
    /// Signature state of each line, by its position in `file.lines`. What is absent counts as not signed.
    pub signatures: &'a [Option<SignatureState>],
}

/// What pools depend on besides the files.
#[derive(Debug, Clone, Copy)]
pub struct PoolContext<'a> {
    /// Vendor whose pools are wanted.
    pub vendor: &'a str,
    /// The machine.
    pub host: &'a HostIdentity,
    /// The day. Pools are to be built again when it changes: an expired FEATURE makes way for the next one.
    pub today: Date,
    /// Whether increments whose signature only their vendor could verify are granted all the same.
    pub accept_unverified: bool,
    /// Whether increments with different vendor strings count apart.
    pub vendor_string_pools: bool,
}
