//! The PowerShell tests, each file in a PowerShell of its own against the built module.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use futures_util::{StreamExt, stream};
use tokio::process::Command;

use crate::counts::Counts;
use crate::powershell::PowerShell;
use crate::{build, child, workspace};

/// The version that is fetched from the PowerShell Gallery where there is none.
const PESTER: &str = "5.7.1";

/// Files that are run at a time. Each starts servers of its own; more would have tests wait for the processor.
const AT_ONCE: usize = 2;

/// A file of tests, and what the names of tests have to contain; none for all of them.
type Chosen = (PathBuf, Option<String>);

/// Builds the module and runs files. Besides the counts it returns what did not run because a program is missing, if anything.
///
/// # Errors
/// When a program cannot be started or a report cannot be read.
pub(super) async fn run(powershell: &PowerShell, files: &[Chosen]) -> Result<(Counts, Option<String>)> {
    println!(
        "\nPowerShell {} ({})",
        powershell.version,
        powershell.program.display()
    );
    if let Err(error) = build::everything(powershell, "Debug", &workspace::out()).await {
        eprintln!("The module cannot be built: {error:#}");
        println!(
            "{}",
            did_not_run(files, &["the module cannot be built".to_owned()])
        );
        return Ok((Counts::FAILURE, None));
    }
    let modules = workspace::target().join("powershell-modules");
    if let Err(error) = provide_pester(powershell, &modules).await {
        return Ok((
            Counts::default(),
            Some(did_not_run(files, &[format!("no Pester: {error:#}")])),
        ));
    }
    let reports = workspace::target().join("pester");
    std::fs::create_dir_all(&reports).with_context(|| format!("{} cannot be made", reports.display()))?;
    if let [only] = files {
        let mut tests = tests_of(powershell, only, &reports, &modules)?;
        let (succeeded, _) = child::tee(&mut tests).await?;
        return Ok((counted(only, &reports, succeeded)?, None));
    }
    // The longest first, so that none of them is left over in the end.
    let mut files: Vec<&Chosen> = files.iter().collect();
    files.sort_by_key(|(file, _)| std::cmp::Reverse(std::fs::metadata(file).map_or(0, |file| file.len())));
    let mut runs = stream::iter(files.into_iter().map(async |file| {
        let mut tests = tests_of(powershell, file, &reports, &modules)?;
        let (succeeded, text) = child::captured(&mut tests).await?;
        anyhow::Ok((file, succeeded, text))
    }))
    .buffer_unordered(AT_ONCE);
    let mut counts = Counts::default();
    while let Some(run) = runs.next().await {
        let (file, succeeded, text) = run?;
        println!("\n── {}\n{text}", name(file));
        counts += counted(file, &reports, succeeded)?;
    }
    Ok((counts, None))
}

/// What to say when there is no PowerShell.
pub(super) fn nothing_ran(files: &[Chosen], reasons: &[String]) -> (Counts, Option<String>) {
    let text = did_not_run(files, reasons);
    let text = format!("{text}\nInstall PowerShell 7.4 or later and set LICENSING_PWSH to its program.");
    (Counts::default(), Some(text))
}

fn did_not_run(files: &[Chosen], reasons: &[String]) -> String {
    let mut text = String::from("!! THE POWERSHELL TESTS DID NOT RUN !!\n");
    for (file, _) in files {
        text.push_str(&format!("   {}\n", file.display()));
    }
    text.push_str("because:\n");
    for reason in reasons {
        text.push_str(&format!("   {reason}\n"));
    }
    text.truncate(text.trim_end().len());
    text
}

/// All files of PowerShell tests.
///
/// # Errors
/// When their folder cannot be read.
pub(super) fn files() -> Result<Vec<PathBuf>> {
    let folder = workspace::root().join("tests");
    let mut files = Vec::new();
    let Ok(entries) = std::fs::read_dir(&folder) else {
        return Ok(files);
    };
    for entry in entries {
        let path = entry
            .with_context(|| format!("{} cannot be read", folder.display()))?
            .path();
        if path.to_string_lossy().ends_with(".Tests.ps1") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn name((file, _): &Chosen) -> String {
    file.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn report(file: &Chosen, reports: &Path) -> PathBuf {
    reports.join(format!("{}.xml", name(file)))
}

/// What runs the tests of a file.
fn tests_of(powershell: &PowerShell, chosen: &Chosen, reports: &Path, modules: &Path) -> Result<Command> {
    let (file, filter) = chosen;
    let report = report(chosen, reports);
    if report.exists() {
        std::fs::remove_file(&report).with_context(|| format!("{} cannot be removed", report.display()))?;
    }
    let mut tests = with_modules(powershell.command(), modules);
    tests
        .arg("-File")
        .arg(
            workspace::root()
                .join("native")
                .join("xtask")
                .join("run-pester.ps1"),
        )
        .arg("-Path")
        .arg(file)
        .arg("-Report")
        .arg(&report)
        .args(filter.iter().flat_map(|filter| ["-Filter", filter]))
        .env("LICENSING_OUT", workspace::out())
        .env("LICENSING_MODULE", workspace::out().join("LicensingAdmin"))
        .env("LICENSING_PROGRAMS", workspace::out().join("bin"))
        .env("LICENSING_PWSH", &powershell.program);
    Ok(tests)
}

/// Counts from the report of a file that was run.
fn counted(chosen: &Chosen, reports: &Path, succeeded: bool) -> Result<Counts> {
    let report = report(chosen, reports);
    let mut counts = match std::fs::read_to_string(&report) {
        Ok(text) => Counts::from_junit(&text).with_context(|| format!("{}", report.display()))?,
        Err(_) => Counts::default(),
    };
    let empty = counts == Counts::default() && chosen.1.is_none();
    if counts.failed == 0 && (!succeeded || empty) {
        eprintln!("{} did not run to its end.", name(chosen));
        counts += Counts::FAILURE;
    }
    Ok(counts)
}

/// Makes sure that there is a Pester 5: the one at hand, or one from the PowerShell Gallery below `modules`.
async fn provide_pester(powershell: &PowerShell, modules: &Path) -> Result<()> {
    let check = "Import-Module Pester -MinimumVersion 5.0 -ErrorAction Stop";
    let mut looking = with_modules(powershell.command(), modules);
    looking.args(["-Command", check]);
    if child::output(&mut looking).await.is_ok() {
        return Ok(());
    }
    println!("Fetching Pester {PESTER} from the PowerShell Gallery …");
    std::fs::create_dir_all(modules).with_context(|| format!("{} cannot be made", modules.display()))?;
    let fetch = format!(
        "$ErrorActionPreference = 'Stop'; Save-PSResource -Name Pester -Version {PESTER} -Repository PSGallery \
         -Path $env:LICENSING_PESTER -TrustRepository"
    );
    let mut fetching = powershell.command();
    fetching
        .args(["-Command", &fetch])
        .env("LICENSING_PESTER", modules);
    child::output(&mut fetching)
        .await
        .context("it cannot be fetched from the PowerShell Gallery")?;
    Ok(())
}

fn with_modules(mut command: Command, modules: &Path) -> Command {
    let mut paths = vec![modules.to_path_buf()];
    if let Some(given) = std::env::var_os("PSModulePath") {
        paths.extend(std::env::split_paths(&given));
    }
    // A path with the separator in its name cannot be written into the variable; then the given ones stand alone.
    if let Ok(joined) = std::env::join_paths(paths) {
        command.env("PSModulePath", joined);
    }
    command
}
