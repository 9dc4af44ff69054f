//! Finds PowerShell 7.4 or later, or fetches it.

pub mod archive;
pub mod release;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use semver::Version;
use tokio::process::Command;

use crate::{child, workspace};

/// The module needs at least this.
const FLOOR: Version = Version::new(7, 4, 0);

/// Longest time to wait for a PowerShell to tell its version.
const PROBE: Duration = Duration::from_secs(60);

/// .NET without the system's library of languages; bare systems lack it.
const INVARIANT: &str = "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT";

/// A PowerShell that was seen to run.
#[derive(Debug, Clone)]
pub struct PowerShell {
    /// The program.
    pub program: PathBuf,
    /// Its version.
    pub version: Version,
    /// It runs only without the system's library of languages.
    invariant: bool,
}

/// What the search came to.
#[derive(Debug)]
pub enum Found {
    /// This one.
    PowerShell(PowerShell),
    /// None, and why, one reason for each place.
    Missing(Vec<String>),
}

impl Found {
    /// The PowerShell, or the reasons as an error.
    ///
    /// # Errors
    /// When there is none.
    pub fn into_result(self) -> Result<PowerShell> {
        match self {
            Self::PowerShell(powershell) => Ok(powershell),
            Self::Missing(reasons) => Err(anyhow!(
                "no PowerShell {FLOOR} or later:\n  {}",
                reasons.join("\n  ")
            )),
        }
    }
}

impl PowerShell {
    /// A command line that reads no profile and asks nothing; what to run is still to be added.
    pub fn command(&self) -> Command {
        command(&self.program, self.invariant)
    }

    /// Looks whether this program is a PowerShell that will do.
    ///
    /// # Errors
    /// When it cannot be run, says no version, or is too old.
    pub async fn probe(program: &Path) -> Result<Self> {
        let (version, invariant) = match version(program, false).await {
            Ok(version) => (version, false),
            Err(first) => (version(program, true).await.map_err(|_| first)?, true),
        };
        if version < FLOOR {
            bail!(
                "{} is version {version}, and {FLOOR} or later is needed",
                program.display()
            );
        }
        Ok(Self {
            program: program.to_owned(),
            version,
            invariant,
        })
    }
}

/// Looks in `$LICENSING_PWSH`, then in the search path, then into what was fetched before; else fetches the newest 7.6.
pub async fn find() -> Found {
    let mut reasons = Vec::new();
    if let Some(program) = std::env::var_os("LICENSING_PWSH").filter(|value| !value.is_empty()) {
        match PowerShell::probe(Path::new(&program)).await {
            Ok(powershell) => return Found::PowerShell(powershell),
            Err(error) => reasons.push(format!("$LICENSING_PWSH: {error:#}")),
        }
    }
    let name = format!("pwsh{}", std::env::consts::EXE_SUFFIX);
    match in_search_path(&name, std::env::var_os("PATH")) {
        None => reasons.push("there is no pwsh in the search path".to_owned()),
        Some(program) => match PowerShell::probe(&program).await {
            Ok(powershell) => return Found::PowerShell(powershell),
            Err(error) => reasons.push(format!("in the search path: {error:#}")),
        },
    }
    let folder = workspace::target().join("powershell");
    match release::fetch(&folder, &release::Source::from_environment()).await {
        Ok(program) => match PowerShell::probe(&program).await {
            Ok(powershell) => return Found::PowerShell(powershell),
            Err(error) => reasons.push(format!("the official archive: {error:#}")),
        },
        Err(error) => reasons.push(format!("the official archive: {error:#}")),
    }
    Found::Missing(reasons)
}

fn in_search_path(name: &str, path: Option<OsString>) -> Option<PathBuf> {
    std::env::split_paths(&path?)
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}

fn command(program: &Path, invariant: bool) -> Command {
    let mut command = Command::new(program);
    command
        .args(["-NoLogo", "-NoProfile", "-NonInteractive"])
        .current_dir(workspace::root())
        .env("POWERSHELL_TELEMETRY_OPTOUT", "1")
        .env("POWERSHELL_UPDATECHECK", "Off");
    // build.ps1 runs cargo.
    workspace::without_package(&mut command);
    if invariant {
        command.env(INVARIANT, "1");
    }
    command
}

async fn version(program: &Path, invariant: bool) -> Result<Version> {
    let mut asking = command(program, invariant);
    asking.args(["-Command", "$PSVersionTable.PSVersion.ToString()"]);
    let said = tokio::time::timeout(PROBE, child::output(&mut asking))
        .await
        .with_context(|| {
            format!(
                "{} did not tell its version in {} s",
                program.display(),
                PROBE.as_secs()
            )
        })??;
    Version::parse(said.trim())
        .with_context(|| format!("{} is no PowerShell: {:?}", program.display(), said.trim()))
}
