//! Libraries that are loaded into a program before it starts, and put themselves between it and the system.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

/// Compiles `<name>/<name>.c` of this crate with the system's C compiler, and gives the library. It lies in the folder
/// of the running program.
///
/// # Errors
/// If there is no C compiler, or it does not like the text.
pub fn library(name: &str) -> anyhow::Result<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(name)
        .join(format!("{name}.c"));
    let running = std::env::current_exe().context("the running program does not find itself")?;
    let library = running.with_file_name(format!("{name}.so"));
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    // Other proofs compile it at the same time.
    let own = running.with_file_name(format!("{name}.{}.so", std::process::id()));
    let compiled = Command::new(&compiler)
        .args([
            "-std=gnu11",
            "-O1",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-shared",
            "-fPIC",
            "-o",
        ])
        .args([&own, &source])
        .args(["-ldl", "-lpthread"])
        .output()
        .with_context(|| format!("{} cannot be started", compiler.display()))?;
    ensure!(
        compiled.status.success(),
        "{} cannot be compiled: {}",
        source.display(),
        String::from_utf8_lossy(&compiled.stderr)
    );
    std::fs::rename(&own, &library)?;
    Ok(library)
}
