//! What the parts of one process know of the license files.

use std::io;
use std::sync::Arc;

use parking_lot::Mutex;

use super::{Installed, InstalledLicenseFile, Verdict};
use crate::config::DataFolder;

/// The license files as they were read last. Clones share it, so that manager and web services parse and verify each file
/// once.
#[derive(Debug, Clone)]
pub struct InstalledFiles {
    data: DataFolder,
    last: Arc<Mutex<Last>>,
}

#[derive(Debug, Default)]
struct Last {
    installed: Arc<Installed>,
    /// What was found about the file that was installed last.
    verdict: Option<Verdict>,
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
        let installed = Arc::new(Installed::read_again(&self.data, &last.installed, None)?);
        last.installed = Arc::clone(&installed);
        Ok(installed)
    }

    /// Takes over a file that was verified on the basis of what was read, and then written to the folder.
    pub fn keep(&self, file: Arc<InstalledLicenseFile>, basis: &Installed) {
        let mut last = self.last.lock();
        // By other issuers it has to be verified again.
        if last.installed.trust == basis.trust {
            let name = file.name.clone();
            last.verdict = Some(Verdict::of(&file, &basis.trust));
            last.installed = Arc::new(last.installed.changed(&name, Some(file)));
        }
    }

    /// What was found about the file that was installed last, for those who read the folder because of it.
    pub fn verdict(&self) -> Option<Verdict> {
        self.last.lock().verdict.clone()
    }
}
