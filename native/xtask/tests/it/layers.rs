//! The layers of the workspace: rules take bytes and instants as arguments, so no crate of rules can reach a file, a
//! socket, a database or a clock.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Crates of rules, with the crates of this workspace that each may depend on, directly or not.
const RULES: &[(&str, &[&str])] = &[
    ("licensing-license-file", &["licensing-api"]),
    ("licensing-management", &["licensing-api"]),
    ("licensing-reports", &["licensing-api"]),
    ("licensing-texts", &["licensing-api", "licensing-license-file"]),
    (
        "licensing-seats",
        &[
            "licensing-api",
            "licensing-license-file",
            "licensing-texts",
            "licensing-ticket",
        ],
    ),
];

/// Crates that do I/O or wait.
const IO: &[&str] = &[
    "tokio",
    "mio",
    "socket2",
    "rusqlite",
    "libsqlite3-sys",
    "rustix",
    "hyper",
    "axum",
    "tonic",
    "reqwest",
    "rustls",
    "async-io",
    "polling",
    "tempfile",
    "gethostname",
    "getifaddrs",
];

/// What reads a clock, a file, a socket or the environment although it needs no dependency.
const CALLS: &[&str] = &[
    "Timestamp::now",
    "Zoned::now",
    "SystemTime::now",
    "Instant::now",
    "std::fs",
    "std::net::Tcp",
    "std::net::Udp",
    "std::env",
    "std::thread",
    "std::process",
    "TimeZone::system",
    "getrandom::",
];

/// Every crate that each crate has among its normal dependencies, directly or not, as Cargo resolves them.
struct Dependencies {
    direct: BTreeMap<String, BTreeSet<String>>,
    names: BTreeMap<String, String>,
}

impl Dependencies {
    fn read() -> Self {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--locked", "--offline"])
            .current_dir(xtask::workspace::root())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let names = array(&metadata["packages"])
            .map(|package| (text(&package["id"]), text(&package["name"])))
            .collect();
        let direct = array(&metadata["resolve"]["nodes"])
            .map(|node| {
                let normal = array(&node["deps"])
                    .filter(|dependency| array(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null()))
                    .map(|dependency| text(&dependency["pkg"]))
                    .collect();
                (text(&node["id"]), normal)
            })
            .collect();
        Self { direct, names }
    }

    fn of(&self, name: &str) -> BTreeSet<&str> {
        let start = self.names.iter().find(|(_, found)| *found == name).unwrap().0;
        let mut found = BTreeSet::new();
        let mut open = vec![start];
        while let Some(id) = open.pop() {
            for dependency in &self.direct[id] {
                if found.insert(self.names[dependency].as_str()) {
                    open.push(dependency);
                }
            }
        }
        found
    }
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().unwrap().iter()
}

#[test]
fn rules_depend_on_nothing_that_does_io() {
    let dependencies = Dependencies::read();
    for (name, _) in RULES {
        let all = dependencies.of(name);
        let io: Vec<_> = IO.iter().filter(|io| all.contains(**io)).collect();
        assert!(io.is_empty(), "{name} depends on {io:?}");
    }
    // The walk does find such dependencies where they are.
    let store = dependencies.of("licensing-store");
    assert!(store.contains("rusqlite") && store.contains("tokio"), "{store:?}");
}

#[test]
fn rules_depend_inward() {
    let dependencies = Dependencies::read();
    for (name, allowed) in RULES {
        let own: Vec<_> = dependencies
            .of(name)
            .into_iter()
            .filter(|found| found.starts_with("licensing-") && !allowed.contains(found))
            .collect();
        assert!(own.is_empty(), "{name} depends on {own:?}");
    }
}

#[test]
fn license_server_and_receiver_share_rules_and_tools_alone() {
    let dependencies = Dependencies::read();
    let insight = dependencies.of("licensing-insight");
    assert!(insight.contains("licensing-management"), "{insight:?}");
    assert!(!insight.contains("licensing-server"), "{insight:?}");
    assert!(!dependencies.of("licensing-server").contains("licensing-insight"));
}

#[test]
fn rules_read_no_clock_and_open_nothing() {
    let native = xtask::workspace::root().join("native");
    for (name, _) in RULES {
        let folder = name.trim_start_matches("licensing-");
        let mut files = Vec::new();
        collect(&native.join(folder).join("src"), &mut files);
        assert!(!files.is_empty(), "{name}");
        for (path, text) in files {
            let product = text.split("#[cfg(test)]").next().unwrap();
            for call in CALLS {
                assert!(!product.contains(call), "{path} uses {call}");
            }
        }
    }
}

fn collect(folder: &Path, files: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push((
                path.display().to_string(),
                std::fs::read_to_string(&path).unwrap(),
            ));
        }
    }
}
