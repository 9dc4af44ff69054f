//! Feeds readers of foreign bytes for a time, and keeps the input on which one of them panics.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use licensing_fuzz::{Run, TARGETS, target};
use sha2::{Digest, Sha256};

/// Feeds readers of foreign bytes with changed inputs.
#[derive(Parser)]
#[command(name = "licensing-fuzz")]
struct Arguments {
    /// Readers; all of them unless given.
    targets: Vec<String>,
    /// Seconds for each reader.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Seed that takes the same inputs again.
    #[arg(long)]
    seed: Option<u64>,
    /// Folder for an input on which a reader panics.
    #[arg(long, default_value = "target/fuzz")]
    findings: PathBuf,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let mut targets = TARGETS.to_vec();
    if !arguments.targets.is_empty() {
        targets = arguments
            .targets
            .iter()
            .map(|name| target(name).with_context(|| format!("there is no reader {name}")))
            .collect::<Result<_, _>>()?;
    }
    let run = Run {
        seed: arguments.seed.unwrap_or_else(|| fastrand::u64(..)),
        inputs: u64::MAX,
        time: Duration::from_secs(arguments.seconds),
    };
    let mut code = ExitCode::SUCCESS;
    for target in targets {
        let outcome = run.feed(target);
        println!(
            "{:<14} {:>10} inputs, slowest {:>6.1} ms, seed {}",
            target.name,
            outcome.inputs,
            outcome.slowest.as_secs_f64() * 1e3,
            run.seed
        );
        if let Some(finding) = outcome.finding {
            std::fs::create_dir_all(&arguments.findings)?;
            let name = hex::encode(&Sha256::digest(&finding.input)[..8]);
            let file = arguments.findings.join(format!("{}-{name}", target.name));
            std::fs::write(&file, &finding.input)?;
            println!("  panicked: {}\n  input: {}", finding.message, file.display());
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}
