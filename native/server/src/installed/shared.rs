//! What the parts of one process know of the license files.

use std::io;
use std::sync::Arc;

use parking_lot::Mutex;

use super::{Installed, InstalledLicenseFile};
use crate::config::DataFolder;

/// The license files as they were read last. Clones share it, so that manager and web services parse and verify each file
/// once.
#[derive(Debug, Clone)]
pub struct InstalledFiles {
    data: DataFolder,
    last: Arc<Mutex<Arc<Installed>>>,
}

impl InstalledFiles {
    /// Nothing is read yet.
    pub fn new(data: &DataFolder) -> Self {
        Self {
            data: data.clone(),
            last: Arc::default(),
        }
    }

    /// Reads the folders; blocks. What has not changed since the last time is neither parsed nor verified again. Of several
    /// that ask at once, the later ones find what the first has read.
    ///
    /// # Errors
    /// If a folder cannot be read.
    pub fn read(&self) -> io::Result<Arc<Installed>> {
        let mut last = self.last.lock();
        let installed = Arc::new(Installed::read_again(&self.data, &last)?);
        *last = Arc::clone(&installed);
        Ok(installed)
    }

    /// Takes over a file that was verified on the basis of what was read, and then written to the folder.
    pub fn keep(&self, file: Arc<InstalledLicenseFile>, basis: &Installed) {
        let mut last = self.last.lock();
        // By other issuers it has to be verified again.
        if last.trust == basis.trust {
            let name = file.name.clone();
            *last = Arc::new(last.changed(&name, Some(file)));
        }
    }
}
