//! What `cargo xtask test NAME` chooses.

use std::path::Path;

use xtask::suite::Choice;

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn workspace() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(
        root,
        "tests/Revoke.Tests.ps1",
        "Describe 'Revoke-License' {\n    It 'takes seats back' {",
    );
    write(
        root,
        "tests/Sessions.Tests.ps1",
        "Describe 'Connect-LicenseServer' {",
    );
    write(
        root,
        "native/api/Cargo.toml",
        "[package]\nname = \"licensing-api\"\n",
    );
    write(
        root,
        "native/api/src/names.rs",
        "fn revoke_helper() {}\n#[test]\nfn names_are_unique() {}\n",
    );
    write(
        root,
        "native/store/Cargo.toml",
        "[package]\nname = \"licensing-store\"\n",
    );
    write(
        root,
        "native/store/tests/it/revoke.rs",
        "#[tokio::test]\nasync fn ends_a_lease() {}\n",
    );
    folder
}

fn chosen(name: &str) -> (Vec<String>, Vec<String>, Vec<String>) {
    let folder = workspace();
    let choice = Choice::of(folder.path(), name).unwrap();
    let files = |paths: &std::collections::BTreeSet<std::path::PathBuf>| {
        paths
            .iter()
            .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
            .collect()
    };
    (
        choice.packages.iter().cloned().collect(),
        files(&choice.whole_files),
        files(&choice.files),
    )
}

#[test]
fn a_subject_is_found_in_both_languages() {
    let (packages, whole, some) = chosen("revoke");
    assert_eq!(packages, ["licensing-store"]);
    assert_eq!(whole, ["Revoke.Tests.ps1"]);
    assert!(some.is_empty());
}

#[test]
fn a_single_test_is_found_by_its_name() {
    assert_eq!(chosen("names_are_unique").0, ["licensing-api"]);
    assert_eq!(chosen("revoke::ends_a").0, ["licensing-store"]);
    assert_eq!(chosen("takes seats").2, ["Revoke.Tests.ps1"]);
}

#[test]
fn a_file_of_powershell_tests_is_run_alone() {
    let (packages, whole, some) = chosen("Sessions.Tests.ps1");
    assert!(packages.is_empty() && some.is_empty());
    assert_eq!(whole, ["Sessions.Tests.ps1"]);
}

#[test]
fn what_matches_nothing_chooses_nothing() {
    let folder = workspace();
    assert!(Choice::of(folder.path(), "no_such_test").unwrap().is_empty());
}
