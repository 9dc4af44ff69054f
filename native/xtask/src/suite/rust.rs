//! The Rust tests: with nextest where it is installed, else with cargo alone.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result};
use tokio::process::Command;

use crate::bench::cargo;
use crate::child;
use crate::counts::Counts;
use crate::workspace;

/// Runs all tests whose name contains the filter.
///
/// # Errors
/// When cargo cannot be started.
pub(super) async fn run(filter: Option<&str>) -> Result<Counts> {
    if has_nextest().await {
        nextest(filter).await
    } else {
        cargo_test(&["--all-targets"], filter).await
    }
}

/// Runs the examples in the documentation, which nextest does not know.
///
/// # Errors
/// When cargo cannot be started.
pub(super) async fn documentation(filter: Option<&str>) -> Result<Counts> {
    cargo_test(&["--doc"], filter).await
}

async fn has_nextest() -> bool {
    let mut asking = command(&["nextest", "--version"]);
    let status = asking
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .await;
    status.is_ok_and(|status| status.success())
}

async fn nextest(filter: Option<&str>) -> Result<Counts> {
    let report = report();
    if report.exists() {
        std::fs::remove_file(&report).with_context(|| format!("{} cannot be removed", report.display()))?;
    }
    let mut tests = command(&[
        "nextest",
        "run",
        "--workspace",
        "--no-fail-fast",
        "--no-tests=pass",
    ]);
    tests.args(filter);
    let (succeeded, output) = child::tee(&mut tests).await?;
    let mut counts = match std::fs::read_to_string(&report) {
        Ok(text) => Counts::from_junit(&text)?,
        // Nothing was run: it did not compile, or the filter fits nothing.
        Err(_) => Counts::default(),
    };
    // With a filter nextest calls everything else skipped, too.
    if filter.is_none() {
        counts.skipped += skipped(&output);
    }
    Ok(at_least_one_failure(counts, succeeded))
}

async fn cargo_test(kind: &[&str], filter: Option<&str>) -> Result<Counts> {
    let mut tests = command(&["test", "--workspace", "--no-fail-fast"]);
    tests.args(kind).args(filter);
    let (succeeded, output) = child::tee(&mut tests).await?;
    Ok(at_least_one_failure(Counts::from_cargo_test(&output), succeeded))
}

/// A run that fails without a failed test, such as one that does not compile, is a failure all the same.
fn at_least_one_failure(mut counts: Counts, succeeded: bool) -> Counts {
    if !succeeded && counts.failed == 0 {
        counts += Counts::FAILURE;
    }
    counts
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(cargo());
    command
        .current_dir(workspace::root())
        .args(arguments)
        // Built together with the tests; tests that need it would build it once more with features of its own.
        .env("LICENSING_LICENSINGD", workspace::program("licensingd"));
    command
}

fn report() -> PathBuf {
    workspace::target()
        .join("nextest")
        .join("default")
        .join("junit.xml")
}

/// The number before "skipped" in nextest's summary; the report does not name tests that were left out.
fn skipped(output: &str) -> u64 {
    let summary = output
        .lines()
        .rev()
        .find(|line| line.trim_start().starts_with("Summary ["));
    let part = summary.and_then(|line| line.rsplit(", ").find(|part| part.ends_with(" skipped")));
    part.and_then(|part| part.split(' ').next()?.parse().ok())
        .unwrap_or(0)
}
