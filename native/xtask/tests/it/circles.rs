//! The modules of a crate do not depend on each other in circles.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Folders of modules that form one whole: the story of a request runs through all parts of the ledger, a product's
/// connection, leases and tickets know each other, and so do the two ways to sign in on a connection.
const WHOLE: &[&str] = &["seats/src/seat", "client/src/product", "wsman/src/http"];

type Graph = BTreeMap<String, BTreeSet<String>>;

/// Which top-level modules of a crate name which others.
fn graph(source: &Path) -> Graph {
    let mut graph = Graph::new();
    let mut open = vec![(source.to_path_buf(), None::<String>)];
    while let Some((folder, module)) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
            let module = module.clone().unwrap_or_else(|| stem.clone());
            if path.is_dir() {
                open.push((path, Some(module)));
            } else if !["lib", "main", "tests"].contains(&stem.as_str()) {
                let text = std::fs::read_to_string(&path).unwrap();
                graph.entry(module).or_default().extend(named(&code(&text)));
            }
        }
    }
    let modules: BTreeSet<String> = graph.keys().cloned().collect();
    for (module, named) in &mut graph {
        named.retain(|other| other != module && modules.contains(other));
    }
    graph
}

/// A file without its comments and its tests, which may use whatever they like.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.collect::<Vec<_>>().join("\n")
}

/// What stands behind `crate::`, also within braces.
fn named(text: &str) -> BTreeSet<String> {
    named_behind(text, "crate::")
}

/// What stands behind a path, also within braces.
fn named_behind(text: &str, path: &str) -> BTreeSet<String> {
    let word = |text: &str| {
        text.chars()
            .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
            .collect::<String>()
    };
    let mut found = BTreeSet::new();
    for part in text.split(path).skip(1) {
        match part.strip_prefix('{') {
            Some(list) => {
                let list = list.split('}').next().unwrap_or_default();
                found.extend(list.split(',').map(|name| word(name.trim_start())));
            }
            None => {
                found.insert(word(part));
            }
        }
    }
    found
}

/// Which modules of a folder name which of their siblings behind `super::`.
fn siblings(folder: &Path) -> Graph {
    let mut graph = Graph::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let file = if path.is_dir() { path.join("mod.rs") } else { path };
        if ["mod", "lib", "main", "tests"].contains(&stem.as_str()) || !file.is_file() {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        // What stands further up is none of this folder.
        let code = code(&text).replace("super::super::", "");
        graph
            .entry(stem)
            .or_default()
            .extend(named_behind(&code, "super::"));
    }
    let modules: BTreeSet<String> = graph.keys().cloned().collect();
    for (module, named) in &mut graph {
        named.retain(|other| other != module && modules.contains(other));
    }
    graph
}

/// Modules that can be reached from themselves.
fn circles(graph: &Graph) -> Vec<&str> {
    let reaches = |from: &str| {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&str> = graph[from].iter().map(String::as_str).collect();
        while let Some(module) = open.pop() {
            if seen.insert(module) {
                open.extend(graph[module].iter().map(String::as_str));
            }
        }
        seen
    };
    graph
        .keys()
        .map(String::as_str)
        .filter(|module| reaches(module).contains(module))
        .collect()
}

#[test]
fn a_circle_is_found() {
    let graph = |pairs: &[(&str, &[&str])]| -> Graph {
        pairs
            .iter()
            .map(|(from, to)| ((*from).to_owned(), to.iter().map(|to| (*to).to_owned()).collect()))
            .collect()
    };
    assert!(circles(&graph(&[("a", &["b"]), ("b", &[])])).is_empty());
    assert_eq!(
        circles(&graph(&[("a", &["b"]), ("b", &["c"]), ("c", &["b"])])),
        ["b", "c"]
    );
    assert_eq!(
        named("use crate::{one, two::Three};\ncrate::four::five()"),
        BTreeSet::from(["one", "two", "four"].map(str::to_owned))
    );
}

fn sources() -> Vec<PathBuf> {
    let crates = std::fs::read_dir(xtask::workspace::root().join("native")).unwrap();
    crates
        .map(|entry| entry.unwrap().path().join("src"))
        .filter(|source| source.is_dir())
        .collect()
}

fn add_circles(found: &mut Vec<String>, folder: &Path, graph: &Graph) {
    for module in circles(graph) {
        found.push(format!("{}: {module} → {:?}", folder.display(), graph[module]));
    }
}

#[test]
fn no_crate_has_modules_in_a_circle() {
    let mut found = Vec::new();
    for source in sources() {
        add_circles(&mut found, &source, &graph(&source));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn no_folder_has_modules_in_a_circle() {
    let mut found = Vec::new();
    let mut open = sources();
    while let Some(folder) = open.pop() {
        let entries = std::fs::read_dir(&folder).unwrap();
        open.extend(
            entries
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.is_dir()),
        );
        if !WHOLE.iter().any(|whole| folder.ends_with(whole)) {
            add_circles(&mut found, &folder, &siblings(&folder));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
