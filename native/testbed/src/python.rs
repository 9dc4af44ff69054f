//! Programs of the Python package index, in virtual environments beside the tests.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A Python that can run these modules: a virtual environment in `folder` with these packages, made once. None where it
/// cannot be made.
pub fn python_with(folder: &Path, packages: &[&str], module: &str) -> Option<PathBuf> {
    let has = |python: &Path| {
        Command::new(python)
            .args(["-c", &format!("import {module}")])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    let python = folder.join("bin").join("python");
    if has(&python) {
        return Some(python);
    }
    let made = Command::new("python3")
        .args(["-m", "venv"])
        .arg(folder)
        .status()
        .is_ok_and(|status| status.success())
        && Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
            .args(packages)
            .status()
            .is_ok_and(|status| status.success());
    (made && has(&python)).then_some(python)
}
