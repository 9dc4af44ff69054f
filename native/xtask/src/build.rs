//! Building through `build.ps1`, or with cargo alone where there is no PowerShell.

use std::path::Path;

use anyhow::Result;
use tokio::process::Command;

use crate::powershell::PowerShell;
use crate::{child, workspace};

/// Builds library, programs and module into `out`.
///
/// # Errors
/// When the build fails.
pub async fn everything(powershell: &PowerShell, configuration: &str, out: &Path) -> Result<()> {
    child::run(&mut script(powershell, &[], configuration, out)).await
}

/// Builds the module into `out`, beside the native library and the programs that an earlier build has put there.
///
/// # Errors
/// When the build fails, or there is no native library yet.
pub async fn module(powershell: &PowerShell, out: &Path) -> Result<()> {
    child::run(&mut script(powershell, &["-ModuleOnly"], "Debug", out)).await
}

fn script(powershell: &PowerShell, switches: &[&str], configuration: &str, out: &Path) -> Command {
    let script = workspace::root().join("build.ps1");
    let mut command = powershell.command();
    command
        .arg("-File")
        .arg(script)
        .args(switches)
        .args(["-Configuration", configuration, "-OutputPath"])
        .arg(out);
    command
}

/// Builds library and programs only, with the same features as `build.ps1`.
///
/// # Errors
/// When the build fails.
pub async fn programs() -> Result<()> {
    let mut command = workspace::cargo();
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
