//! Folders for the account of the program alone.

use std::fs;
use std::io;
use std::path::Path;

/// Creates a folder, with those above it, that only its owner may enter. One that exists already is made so, too.
///
/// On Windows a new folder inherits its access list; the folder above has to be for the account alone.
///
/// # Errors
/// Whatever the file system answers.
pub fn make_private_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        // A folder that was there already, or whose mode the umask changed.
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
    }
    #[cfg(not(unix))]
    fs::create_dir_all(folder)
}
