//! `cargo xtask test`: everything that can be tested here.

mod pester;
mod rust;

use anyhow::Result;

use crate::counts::Counts;
use crate::powershell::{self, Found};
use crate::workspace;

/// Runs the Rust tests, which include the C example, and the PowerShell tests. The last line it prints says how many
/// tests passed, failed and were skipped. True when none failed.
///
/// # Errors
/// When cargo cannot be run or a report cannot be read.
pub async fn run(filter: Option<&str>) -> Result<bool> {
    let mut stages = vec![
        ("Rust", rust::run(filter).await?),
        (
            "Rust examples in the documentation",
            rust::documentation(filter).await?,
        ),
    ];
    let found = powershell::find().await;
    let (counts, unrun) = match found {
        Found::PowerShell(powershell) => pester::run(&powershell, filter).await?,
        Found::Missing(reasons) => pester::nothing_ran(&reasons)?,
    };
    stages.push(("PowerShell", counts));

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
