//! `cargo xtask bench`: measures what was built for release.

use anyhow::Result;
use tokio::process::Command;

use crate::{child, workspace};

/// Runs the measuring program with these arguments.
///
/// # Errors
/// When it cannot be built or fails.
pub async fn run(arguments: &[String]) -> Result<bool> {
    let mut build = Command::new(cargo());
    build.current_dir(workspace::root()).args([
        "build",
        "--release",
        "--package",
        "licensing-server",
        "--package",
        "licensing-bench",
        "--bins",
    ]);
    child::run(&mut build).await?;
    let program = workspace::target()
        .join("release")
        .join(format!("licensing-bench{}", std::env::consts::EXE_SUFFIX));
    child::run(
        Command::new(program)
            .current_dir(workspace::root())
            .args(arguments),
    )
    .await?;
    Ok(true)
}

/// The cargo that runs this.
pub fn cargo() -> std::ffi::OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
