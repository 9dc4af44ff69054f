//! Which file of the license folder is the options file of a vendor, and what was probably meant where none is.

use std::io;
use std::path::{Path, PathBuf};

use licensing_files::regular::is_there;
use licensing_license_file::license_file::LineKind;

use super::Installed;
use crate::config::DataFolder;

/// Most names of the folder that are looked at.
const MAX_NAMES: usize = 100_000;

/// Endings that editors and file managers add to, or make of, `.opt`.
const NEAR_ENDINGS: [&str; 7] = [
    ".opt.txt", ".opt.rtf", ".opts", ".option", ".options", "_opt.txt", " .opt",
];

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing that looks like an options file of the vendor. `elsewhere` is the path that a VENDOR line names, whose
    /// file is not in the folder.
    Nothing { elsewhere: Option<String> },
    /// This file, or whatever is at this place. `instead_of` is the usual name when it is spelled in another way.
    At {
        path: PathBuf,
        instead_of: Option<String>,
    },
    /// Files that were probably meant, and cannot be taken for it.
    Meant { wanted: String, names: Vec<String> },
}

/// Looks for `<VENDOR>.opt`, then for the file that `options=` of the VENDOR line names. Upper and lower case are the same
/// where only one file has the name. The folder in `options=` is not looked at: license files come from outside, and must
/// not make the server read anything else.
///
/// # Errors
/// When the folder cannot be read.
pub(crate) fn find(data: &DataFolder, vendor: &str, installed: &Installed) -> io::Result<Found> {
    let folder = data.licenses();
    let usual = format!("{vendor}.opt");
    let named = named_by_vendor_line(vendor, installed);
    let names = names_in(&folder)?;
    for wanted in std::iter::once(&usual).chain(named.as_ref().map(|(name, _)| name)) {
        let exact = folder.join(wanted);
        if is_there(&exact) {
            return Ok(Found::At {
                path: exact,
                instead_of: None,
            });
        }
        let same: Vec<&String> = names
            .iter()
            .filter(|name| name.to_lowercase() == wanted.to_lowercase())
            .collect();
        match same.as_slice() {
            [] => {}
            [one] => {
                return Ok(Found::At {
                    path: folder.join(one),
                    instead_of: Some(wanted.clone()),
                });
            }
            several => {
                return Ok(Found::Meant {
                    wanted: wanted.clone(),
                    names: several.iter().map(|name| (*name).clone()).collect(),
                });
            }
        }
    }
    let near: Vec<String> = names.into_iter().filter(|name| is_near(name, vendor)).collect();
    if near.is_empty() {
        return Ok(Found::Nothing {
            elsewhere: named.map(|(_, path)| path),
        });
    }
    Ok(Found::Meant {
        wanted: usual,
        names: near,
    })
}

/// Whether a name was probably meant to be `<VENDOR>.opt`.
fn is_near(name: &str, vendor: &str) -> bool {
    let (name, vendor) = (name.trim().to_lowercase(), vendor.to_lowercase());
    let Some(ending) = name.strip_prefix(&vendor) else {
        return false;
    };
    ending.trim() == ".opt" || NEAR_ENDINGS.contains(&ending)
}

fn names_in(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)?.take(MAX_NAMES) {
        if let Ok(name) = entry?.file_name().into_string() {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Name of the file that `options=` of the VENDOR line means, and the whole path.
fn named_by_vendor_line(vendor: &str, installed: &Installed) -> Option<(String, String)> {
    let lines = installed.files.iter().flat_map(|file| &file.file.lines);
    let named = lines.filter_map(|line| match &line.kind {
        LineKind::Vendor(line) if line.name.value.eq_ignore_ascii_case(vendor) => line.options.as_ref(),
        _ => None,
    });
    named
        .filter_map(|path| Some((path.value.rsplit(['/', '\\']).next()?, &path.value)))
        .find(|(name, _)| !name.is_empty() && !name.starts_with('.') && !name.contains([':', '\0']))
        .map(|(name, path)| (name.to_owned(), path.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_were_meant_are_recognized() {
        for name in [
            "ACME.opt.txt",
            "acme.OPT.TXT",
            "ACME.opts",
            "ACME.options",
            "ACME.opt ",
            "acme_opt.txt",
        ] {
            assert!(is_near(name, "ACME"), "{name}");
        }
        for name in [
            "ACME.opt.bak",
            "ACME.opt~",
            "ACMED.opt",
            "ACME.lic",
            "other.opt.txt",
            "ACME.txt",
        ] {
            assert!(!is_near(name, "ACME"), "{name}");
        }
    }
}
