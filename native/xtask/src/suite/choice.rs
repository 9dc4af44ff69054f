//! Which crates and files of tests a name concerns, found in their text, so that nothing else is compiled or started.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// What a name given to `cargo xtask test` concerns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// Packages with Rust tests whose path or name matches.
    pub packages: BTreeSet<String>,
    /// Files of PowerShell tests that run as a whole, because their own name matches.
    pub whole_files: BTreeSet<PathBuf>,
    /// Files of PowerShell tests in which the name of a test matches.
    pub files: BTreeSet<PathBuf>,
}

impl Choice {
    /// Looks for a name below the root of the workspace; the case of the names of PowerShell tests is ignored.
    ///
    /// # Errors
    /// When a folder or file cannot be read.
    pub fn of(root: &Path, name: &str) -> Result<Self> {
        let mut choice = Self::default();
        let lower = name.to_lowercase();
        let suffix = ".tests.ps1";
        for path in entries(&root.join("tests"))? {
            let file = file_name(&path).to_lowercase();
            let Some(subject) = file.strip_suffix(suffix) else {
                continue;
            };
            if subject.contains(lower.strip_suffix(suffix).unwrap_or(&lower)) {
                choice.whole_files.insert(path);
            } else if names_in_pester(&read(&path)?)
                .iter()
                .any(|test| test.contains(&lower))
            {
                choice.files.insert(path);
            }
        }
        if !lower.ends_with(suffix) {
            for folder in entries(&root.join("native"))? {
                if folder.join("Cargo.toml").is_file() && has_rust_test(&folder, name)? {
                    choice.packages.insert(package_name(&folder)?);
                }
            }
        }
        Ok(choice)
    }

    /// Whether nothing matches.
    pub fn is_empty(&self) -> bool {
        self.packages.is_empty() && self.whole_files.is_empty() && self.files.is_empty()
    }
}

/// Titles after Describe, Context and It, in lower case.
fn names_in_pester(text: &str) -> Vec<String> {
    let title = |line: &str| {
        let line = line.trim_start();
        ["Describe ", "Context ", "It "]
            .iter()
            .find_map(|word| line.strip_prefix(word))
            .map(str::to_lowercase)
    };
    text.lines().filter_map(title).collect()
}

/// Whether the name of a test, as nextest shows it (`module::file::function`), contains the name.
fn has_rust_test(package: &Path, name: &str) -> Result<bool> {
    let mut open = vec![package.join("src"), package.join("tests")];
    while let Some(folder) = open.pop() {
        if !folder.is_dir() {
            continue;
        }
        for path in entries(&folder)? {
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && tests_in_rust(package, &path)?
                    .iter()
                    .any(|test| test.contains(name))
            {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Path of the module and name of each test function of a file.
fn tests_in_rust(package: &Path, path: &Path) -> Result<Vec<String>> {
    let text = read(path)?;
    let relative = path.strip_prefix(package).unwrap_or(path).with_extension("");
    let module = relative
        .iter()
        .map(|part| part.to_string_lossy())
        .filter(|part| !["src", "tests", "it", "mod", "lib", "main"].contains(&part.as_ref()))
        .collect::<Vec<_>>()
        .join("::");
    let mut tests = Vec::new();
    let mut is_test = false;
    for line in text.lines().map(str::trim_start) {
        if line.starts_with("#[") {
            is_test |= line.contains("test]") || line.contains("test(");
        } else if let Some((_, rest)) = line.split_once("fn ") {
            if is_test {
                let function = rest.split(['(', '<']).next().unwrap_or_default();
                tests.push(format!("{module}::tests::{function}"));
                tests.push(format!("{module}::{function}"));
            }
            is_test = false;
        }
    }
    // Tests of a macro such as proptest! have no attribute of their own.
    if text.contains("proptest!") {
        tests.extend(
            text.lines()
                .filter_map(|line| line.trim_start().strip_prefix("fn "))
                .map(|rest| format!("{module}::{}", rest.split('(').next().unwrap_or_default())),
        );
    }
    Ok(tests)
}

fn package_name(folder: &Path) -> Result<String> {
    let manifest = read(&folder.join("Cargo.toml"))?;
    manifest
        .lines()
        .find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
        .map(str::to_owned)
        .with_context(|| format!("{} has a Cargo.toml without a name", folder.display()))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = || format!("{} cannot be read", folder.display());
    let mut paths = std::fs::read_dir(folder)
        .with_context(failed)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .with_context(failed)?;
    paths.sort();
    Ok(paths)
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
