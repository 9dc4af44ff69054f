//! The Rust tests.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result};
use tokio::process::Command;

use crate::child;
use crate::counts::Counts;
use crate::workspace;

/// Which Rust tests run.
pub(super) enum Scope {
    /// Those of the whole workspace.
    Everything,
    /// Those of some packages whose name contains a text.
    Matching(Vec<String>, String),
}

impl Scope {
    fn arguments(&self) -> Vec<String> {
        match self {
            Self::Everything => vec!["--workspace".to_owned()],
            Self::Matching(packages, _) => packages
                .iter()
                .flat_map(|package| ["--package".to_owned(), package.clone()])
                .collect(),
        }
    }

    fn filter(&self) -> Option<&str> {
        match self {
            Self::Everything => None,
            Self::Matching(_, filter) => Some(filter),
        }
    }
}

/// Runs tests with nextest where it is installed, else with cargo alone.
///
/// # Errors
/// When cargo cannot be started.
pub(super) async fn run(scope: &Scope) -> Result<Counts> {
    if has_nextest().await {
        nextest(scope).await
    } else {
        cargo_test("--all-targets", scope).await
    }
}

/// Runs the examples in the documentation, which nextest does not know.
///
/// # Errors
/// When cargo cannot be started.
pub(super) async fn documentation() -> Result<Counts> {
    cargo_test("--doc", &Scope::Everything).await
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

async fn nextest(scope: &Scope) -> Result<Counts> {
    let report = store().join("default").join("junit.xml");
    if report.exists() {
        std::fs::remove_file(&report).with_context(|| format!("{} cannot be removed", report.display()))?;
    }
    let mut tests = command(&["nextest", "run", "--no-fail-fast", "--no-tests=pass"]);
    tests
        .args(scope.arguments())
        .arg("--config-file")
        .arg(configuration()?)
        .args(scope.filter());
    let (succeeded, output) = child::tee(&mut tests).await?;
    let mut counts = match std::fs::read_to_string(&report) {
        Ok(text) => Counts::from_junit(&text)?,
        // Nothing was run: it did not compile, or the filter matches nothing.
        Err(_) => Counts::default(),
    };
    // With a filter nextest calls everything else skipped, too.
    if scope.filter().is_none() {
        counts.skipped += skipped(&output);
    }
    Ok(at_least_one_failure(counts, succeeded))
}

/// The configuration of nextest with its reports below cargo's target folder; by itself it always uses `target` in the root
/// of the workspace.
fn configuration() -> Result<PathBuf> {
    let source = workspace::root().join(".config").join("nextest.toml");
    let text =
        std::fs::read_to_string(&source).with_context(|| format!("{} cannot be read", source.display()))?;
    let store = store();
    std::fs::create_dir_all(&store).with_context(|| format!("{} cannot be made", store.display()))?;
    let file = store.join("nextest.toml");
    let folder = serde_json::to_string(&store)?;
    std::fs::write(&file, format!("store.dir = {folder}\n{text}"))
        .with_context(|| format!("{} cannot be written", file.display()))?;
    Ok(file)
}

async fn cargo_test(kind: &str, scope: &Scope) -> Result<Counts> {
    let mut tests = command(&["test", "--no-fail-fast", kind]);
    tests.args(scope.arguments()).args(scope.filter());
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
    let mut command = workspace::cargo();
    command
        .args(arguments)
        // Built together with the tests; tests that need it would build it once more with features of its own.
        .env("LICENSING_LICENSINGD", workspace::program("licensingd"));
    command
}

/// Where nextest keeps its reports.
fn store() -> PathBuf {
    workspace::target().join("nextest")
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
