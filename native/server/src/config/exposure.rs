//! Whether others than the service's account can look into the data folder.

use licensing_api::alert::{Alert, AlertCode};

use super::DataFolder;

impl DataFolder {
    /// The alert `DataFolderOpen` where the folder lets others in. On Windows its access list decides, which this does not
    /// read.
    ///
    /// It does not say so of a folder that cannot be looked at: that is reported by whatever needs it.
    pub fn exposure(&self) -> Option<Alert> {
        self.mode().and_then(|mode| alert_about(self, mode))
    }

    #[cfg(unix)]
    fn mode(&self) -> Option<u32> {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(self.root()).ok()?.permissions().mode();
        Some(mode & 0o777)
    }

    #[cfg(not(unix))]
    fn mode(&self) -> Option<u32> {
        None
    }
}

fn alert_about(data: &DataFolder, mode: u32) -> Option<Alert> {
    if mode & 0o077 == 0 {
        return None;
    }
    Some(
        Alert::new(AlertCode::DataFolderOpen)
            .with("folder", data.root().display())
            .with("mode", format!("{mode:04o}")),
    )
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_folder_that_lets_others_in_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::new(folder.path());
        for (mode, is_reported) in [(0o700, false), (0o750, true), (0o711, true)] {
            std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(data.exposure().is_some(), is_reported, "{mode:o}");
        }
    }
}
