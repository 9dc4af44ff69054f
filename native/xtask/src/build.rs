//! Building through `build.ps1`, or with cargo alone where there is no PowerShell.

use std::path::Path;

use anyhow::Result;
use tokio::process::Command;

use crate::bench::cargo;
use crate::powershell::PowerShell;
use crate::{child, workspace};

/// Builds library, programs and module into `out`.
///
/// # Errors
/// When the build fails.
pub async fn everything(powershell: &PowerShell, configuration: &str, out: &Path) -> Result<()> {
    let script = workspace::root().join("build.ps1");
    let mut command = powershell.command();
    command
        .arg("-File")
        .arg(script)
        .args(["-Configuration", configuration, "-OutputPath"])
        .arg(out);
    child::run(&mut command).await
}

/// Builds library and programs only, with the same features as `build.ps1`.
///
/// # Errors
/// When the build fails.
pub async fn programs() -> Result<()> {
    let mut command = Command::new(cargo());
    command.current_dir(workspace::root()).args([
        "build",
        "--workspace",
        "--exclude",
        "xtask",
        "--exclude",
        "licensing-bench",
        "--lib",
        "--bins",
    ]);
    child::run(&mut command).await
}
