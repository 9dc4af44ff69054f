//! `cargo xtask bench`: measures what was built for release.

use anyhow::Result;
use tokio::process::Command;

use crate::powershell::{self, Found};
use crate::{build, child, workspace};

/// Builds for release and runs the measuring program with these arguments. Without PowerShell the figures of the module are
/// left out, and the program says so.
///
/// # Errors
/// When something cannot be built, or the program fails.
pub async fn run(arguments: &[String]) -> Result<bool> {
    let release = workspace::target().join("release");
    let mut build = workspace::cargo();
    // As build.ps1 does, and the measuring program beside it: nothing of what both need compiles twice.
    build.args([
        "build",
        "--release",
        "--workspace",
        "--exclude",
        "xtask",
        "--lib",
        "--bins",
    ]);
    child::run(&mut build).await?;
    let program = |name: &str| release.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let mut bench = Command::new(program("licensing-bench"));
    bench
        .current_dir(workspace::root())
        .env("LICENSING_LICENSINGD", program("licensingd"));
    if let Found::PowerShell(powershell) = powershell::find().await {
        let out = workspace::target().join("bench");
        build::everything(&powershell, "Release", &out).await?;
        bench
            .arg("--pwsh")
            .arg(&powershell.program)
            .arg("--module")
            .arg(out.join("LicensingAdmin"));
    }
    child::run(bench.args(arguments)).await?;
    Ok(true)
}
