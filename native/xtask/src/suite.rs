//! `cargo xtask test`: everything that can be tested here.

mod choice;
mod pester;
mod rust;

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::counts::Counts;
use crate::powershell::{self, Found};
use crate::workspace;
pub use choice::Choice;

/// Runs the Rust tests, which include the C examples, and the PowerShell tests; with a name only those that match it. The
/// last line it prints says how many tests passed, failed and were skipped. True when none failed.
///
/// # Errors
/// When no test matches the name, cargo cannot be run, or a report cannot be read.
pub async fn run(filter: Option<&str>) -> Result<bool> {
    let mut stages = Vec::new();
    let mut unrun = None;
    let files = match filter {
        None => {
            stages.push(("Rust", rust::run(&rust::Scope::Everything).await?));
            stages.push(("Rust examples in the documentation", rust::documentation().await?));
            pester::files()?.into_iter().map(|file| (file, None)).collect()
        }
        Some(name) => {
            let choice = Choice::of(&workspace::root(), name)?;
            if choice.is_empty() {
                bail!("no test matches '{name}'");
            }
            if !choice.packages.is_empty() {
                let packages = choice.packages.into_iter().collect();
                let scope = rust::Scope::Matching(packages, name.to_owned());
                stages.push(("Rust", rust::run(&scope).await?));
            }
            let whole = choice.whole_files.into_iter().map(|file| (file, None));
            let part = choice.files.into_iter().map(|file| (file, Some(name.to_owned())));
            whole.chain(part).collect::<Vec<(PathBuf, Option<String>)>>()
        }
    };
    if !files.is_empty() {
        let (counts, missing) = match powershell::find().await {
            Found::PowerShell(powershell) => pester::run(&powershell, &files).await?,
            Found::Missing(reasons) => pester::nothing_ran(&files, &reasons),
        };
        stages.push(("PowerShell", counts));
        unrun = missing;
    }

    println!();
    let mut all = Counts::default();
    for (stage, counts) in stages {
        println!("{stage:<36} {counts}");
        all += counts;
    }
    if let Some(unrun) = unrun {
        println!("\n{unrun}");
        if workspace::in_ci() {
            println!("With CI=true this is a failure.");
            all += Counts::FAILURE;
        }
    }
    println!("{all}");
    Ok(all.failed == 0)
}
