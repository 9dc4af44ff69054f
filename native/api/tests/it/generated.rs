//! The files of the PowerShell module that follow from the table are what the table says.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{cmdlets, snap_in, views};

/// With this set to 1 the files are written again instead of compared.
const UPDATE: &str = "LICENSING_UPDATE_DOCS";

/// The folder of the module.
pub(crate) fn module() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../module/LicensingAdmin")
}

/// A text of the module, with the line ends of Unix.
pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        .replace("\r\n", "\n")
}

fn check(path: &Path, committed: &str, generated: &str) {
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        fs::write(path, generated).expect("the file can be written");
    } else {
        assert!(
            committed == generated,
            "{} is not what the table says: run cargo xtask generate and commit it",
            path.display()
        );
    }
}

/// Replaces the lines between the line `from` and the line `to`.
fn between(text: &str, from: &str, to: &str, lines: &str) -> String {
    let start = text
        .find(&format!("{from}\n"))
        .unwrap_or_else(|| panic!("no line {from:?}"))
        + from.len()
        + 1;
    let end = start
        + text[start..]
            .find(&format!("{to}\n"))
            .unwrap_or_else(|| panic!("no line {to:?}"));
    format!("{}{lines}{}", &text[..start], &text[end..])
}

#[test]
fn the_views_of_the_module_are_up_to_date() {
    let path = module().join("LicensingAdmin.Format.ps1xml");
    let committed = fs::read_to_string(&path)
        .unwrap_or_default()
        .replace("\r\n", "\n");
    check(&path, &committed, &views::format_file());
}

#[test]
fn the_module_shows_the_same_characters_as_escapes() {
    let path = module().join("Source/ShownText.cs");
    let committed = read(&path);
    let ranges: String = licensing_api::text::INVISIBLE
        .iter()
        .map(|(first, last)| {
            format!(
                "            (0x{:04X}, 0x{:04X}),\n",
                u32::from(*first),
                u32::from(*last)
            )
        })
        .collect();
    let from =
        "            // Ranges of INVISIBLE in native/api/src/text.rs; cargo xtask generate writes them.";
    let generated = between(&committed, from, "            // End of the ranges.", &ranges);
    check(&path, &committed, &generated);
}

#[test]
fn the_manifest_exports_every_command() {
    let path = module().join("LicensingAdmin.psd1");
    let committed = read(&path);
    let list: String = cmdlets::exported()
        .iter()
        .map(|name| format!("        '{name}'\n"))
        .collect();
    let generated = between(&committed, "    FunctionsToExport    = @(", "    )", &list);
    check(&path, &committed, &generated);
}

#[test]
fn the_about_topic_lists_every_command() {
    let path = module().join("en-US/about_LicensingAdmin.help.txt");
    let committed = read(&path);
    let generated = between(&committed, "COMMANDS", "WORDS", &cmdlets::topic());
    check(&path, &committed, &generated);
}

#[test]
fn the_page_of_the_snap_in_is_up_to_date() {
    let path = snap_in::file();
    let committed = fs::read_to_string(&path)
        .unwrap_or_default()
        .replace("\r\n", "\n");
    check(&path, &committed, &snap_in::page());
}
