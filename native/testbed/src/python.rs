//! Programs of the Python package index, in virtual environments beside the tests.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail, ensure};

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
    // Each test is a process of its own; one of them installs for all.
    std::fs::create_dir_all(folder.parent()?).ok()?;
    let lock = std::fs::File::create(folder.with_extension("lock")).ok()?;
    lock.lock().ok()?;
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

/// A Python of at least this version with the packages of a file of requirements, in an environment in `folder` that later
/// runs find again. None where there is no such Python, which is said; with `CI` set it has to be there.
///
/// # Errors
/// When the environment or the packages cannot be had, or Python is missing where it has to be there.
pub fn python_of(
    folder: &Path,
    requirements: &Path,
    (major, minor): (u8, u8),
) -> anyhow::Result<Option<PathBuf>> {
    let system = std::env::var_os("LICENSING_PYTHON").map_or_else(|| PathBuf::from("python3"), PathBuf::from);
    let is_old = format!("import sys, venv; sys.exit(sys.version_info < ({major}, {minor}))");
    let found = Command::new(&system)
        .args(["-c", &is_old])
        .stderr(Stdio::null())
        .status();
    if !found.is_ok_and(|status| status.success()) {
        let missing = format!(
            "there is no Python {major}.{minor} or later on this machine (LICENSING_PYTHON, then python3)"
        );
        if std::env::var_os("CI").is_some() {
            bail!(missing);
        }
        eprintln!("skipped: {missing}");
        return Ok(None);
    }
    let wanted = std::fs::read_to_string(requirements)?;
    let python = folder.join("bin").join("python");
    let installed = folder.join("installed.txt");
    // Each test is a process of its own; one of them installs for all.
    let lock = std::fs::File::create(folder.with_extension("lock"))?;
    lock.lock()?;
    if std::fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(Some(python));
    }
    run(Command::new(&system).args(["-m", "venv", "--clear"]).arg(folder))?;
    run(Command::new(&python)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--only-binary=:all:",
            "-r",
        ])
        .arg(requirements))?;
    std::fs::write(&installed, wanted)?;
    Ok(Some(python))
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    ensure!(
        output.status.success(),
        "{command:?}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}
