//! The files that follow from the descriptions are what the descriptions say.

use std::fs;
use std::path::{Path, PathBuf};

use licensing_dsc::class::{classes, names, tables};

/// With this set to 1 the files are written again instead of compared.
const UPDATE: &str = "LICENSING_UPDATE_DOCS";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Puts the lines between the line `from` and the line `to`, or compares.
fn check(path: &str, from: &str, to: &str, lines: &str) {
    let file = root().join(path);
    let committed = fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{path}: {error}"))
        .replace("\r\n", "\n");
    let start = committed
        .find(&format!("{from}\n"))
        .unwrap_or_else(|| panic!("{path} has no line {from:?}"))
        + from.len()
        + 1;
    let end = start
        + committed[start..]
            .find(&format!("{to}\n"))
            .unwrap_or_else(|| panic!("{path} has no line {to:?}"));
    let generated = format!("{}{lines}{}", &committed[..start], &committed[end..]);
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        fs::write(&file, generated).unwrap();
    } else {
        assert!(
            committed == generated,
            "{path} is not what the descriptions say: run cargo xtask generate and commit it"
        );
    }
}

#[test]
fn the_classes_of_the_module_are_up_to_date() {
    check(
        "module/LicensingAdminDsc/LicensingAdminDsc.psm1",
        "#region Resources",
        "#endregion",
        &format!("\n{}\n", classes()),
    );
}

#[test]
fn the_manifest_of_the_module_exports_every_resource() {
    check(
        "module/LicensingAdminDsc/LicensingAdminDsc.psd1",
        "    DscResourcesToExport = @(",
        "    )",
        &names(),
    );
}

#[test]
fn the_page_of_the_resources_is_up_to_date() {
    check(
        "docs/dsc.md",
        "<!-- resources -->",
        "<!-- end of resources -->",
        &tables(),
    );
}
