//! The programs `licensingd` and `insightd`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, bail};

/// A program that is built beside the running test.
struct Built {
    name: &'static str,
    package: &'static str,
    /// Variable that names it, for runs without cargo.
    variable: &'static str,
}

const LICENSINGD: Built = Built {
    name: "licensingd",
    package: "licensing-server",
    variable: "LICENSING_LICENSINGD",
};

const INSIGHTD: Built = Built {
    name: "insightd",
    package: "licensing-insight",
    variable: "LICENSING_INSIGHTD",
};

/// Path of `licensingd`: what `LICENSING_LICENSINGD` names, else built by cargo beside the running test.
///
/// # Errors
/// If it is neither there nor can be built.
pub fn licensingd() -> anyhow::Result<PathBuf> {
    static PROGRAM: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let program = PROGRAM.get_or_init(|| LICENSINGD.find().map_err(|error| format!("{error:#}")));
    program.clone().map_err(anyhow::Error::msg)
}

/// Path of `insightd`: what `LICENSING_INSIGHTD` names, else built by cargo beside the running test.
///
/// # Errors
/// If it is neither there nor can be built.
pub fn insightd() -> anyhow::Result<PathBuf> {
    static PROGRAM: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let program = PROGRAM.get_or_init(|| INSIGHTD.find().map_err(|error| format!("{error:#}")));
    program.clone().map_err(anyhow::Error::msg)
}

impl Built {
    fn find(&self) -> anyhow::Result<PathBuf> {
        let Self {
            name,
            package,
            variable,
        } = self;
        if let Some(path) = std::env::var_os(variable) {
            return Ok(path.into());
        }
        let profile_folder = profile_folder()?;
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build.args(["build", "--quiet", "--package", package, "--bin", name]);
        if profile_folder.ends_with("release") {
            build.arg("--release");
        }
        build.current_dir(env!("CARGO_MANIFEST_DIR"));
        // Build scripts run again when these have changed, and what depends on them is compiled once more.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                build.env_remove(&name);
            }
        }
        let built = build.status().context("cargo cannot be started")?;
        if !built.success() {
            bail!("{name} cannot be built: cargo ended with {built}");
        }
        let program = profile_folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        if !program.is_file() {
            bail!(
                "cargo has built {name}, but not as {}; set {variable}",
                program.display()
            );
        }
        Ok(program)
    }
}

/// `target/debug` or `target/release`, where the running program or test lies.
fn profile_folder() -> anyhow::Result<PathBuf> {
    let running = std::env::current_exe().context("the running program does not find itself")?;
    let folder = running.parent().unwrap_or(Path::new("."));
    let folder = if folder.ends_with("deps") {
        folder.parent().unwrap_or(folder)
    } else {
        folder
    };
    Ok(folder.to_owned())
}
