//! A crate alone is built with the same features of its dependencies as the whole workspace, so that nothing is compiled twice.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Crates that are built alone most often: by `cargo xtask`, by tests of one crate, and by tests that need a program.
const ALONE: &[&str] = &[
    "xtask",
    "licensing-cli",
    "licensing-client",
    "licensing-ffi",
    "licensing-server",
    "licensing-store",
];

/// Features of each dependency, by name and version; a dependency may be built in several ways.
fn features(edges: &str, selection: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--edges", edges, "--prefix", "none"])
        .args(["--format", "{p}\t{f}"])
        .args(selection)
        .current_dir(xtask::workspace::root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let line = line.trim_end_matches(" (*)");
        let Some((package, features)) = line.split_once('\t') else {
            continue;
        };
        // Macros run while compiling; their features are chosen apart.
        if !package.contains("(proc-macro)") && !package.contains(" (/") {
            found
                .entry(package.to_owned())
                .or_default()
                .insert(features.to_owned());
        }
    }
    found
}

#[test]
fn a_crate_alone_gets_the_features_of_the_workspace() {
    let workspace = features("normal,build,dev", &["--workspace"]);
    let mut missing = Vec::new();
    for package in ALONE {
        for (dependency, alone) in features("normal,build", &["--package", package]) {
            let together = &workspace[&dependency];
            if !alone.is_subset(together) {
                missing.push(format!(
                    "{package}: {dependency} with {alone:?} instead of {together:?}"
                ));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "add these features to native/features/Cargo.toml:\n{}",
        missing.join("\n")
    );
}
