//! Which vendors the license files name.

use std::collections::BTreeMap;

use licensing_core::license_file::{LicenseFile, LineKind};

use crate::installed::Folder;

/// Longest vendor name that gets a daemon.
const VENDOR_NAME_BYTES: usize = 64;

/// A vendor that wants a daemon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedVendor {
    /// Name as first spelled.
    pub(super) name: String,
    /// `PORT=` of its line.
    pub(super) port: Option<u16>,
}

/// What a look at the license folder found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Scan {
    /// Vendors in the order of file names and lines. Names that differ in case alone are one vendor.
    pub(super) vendors: Vec<NamedVendor>,
    /// Files and names that could not be used, in words.
    pub(super) complaints: Vec<String>,
}

/// Looks for the VENDOR lines of all files.
pub(super) fn scan(folder: Folder) -> Scan {
    let mut scan = Scan {
        vendors: Vec::new(),
        complaints: folder.complaints,
    };
    let mut seen = BTreeMap::new();
    for read in folder.files {
        // What cannot be read is among the complaints.
        if let Ok(file) = read.content {
            look_at(&read.name, file, &mut seen, &mut scan);
        }
    }
    scan
}

fn look_at(name_of_file: &str, file: LicenseFile, seen: &mut BTreeMap<String, usize>, scan: &mut Scan) {
    for line in file.lines {
        let LineKind::Vendor(vendor) = line.kind else {
            continue;
        };
        let name = vendor.name.value;
        if let Err(why) = check_name(&name) {
            scan.complaints.push(format!(
                "{}, line {}: the vendor {name:?} {why}",
                name_of_file, line.at.line
            ));
            continue;
        }
        let port = vendor.port.map(|port| port.value).filter(|port| *port != 0);
        match seen.get(&name.to_ascii_uppercase()) {
            Some(&index) => {
                if let Some(known) = scan.vendors.get_mut(index) {
                    known.port = known.port.or(port);
                }
            }
            None => {
                seen.insert(name.to_ascii_uppercase(), scan.vendors.len());
                scan.vendors.push(NamedVendor { name, port });
            }
        }
    }
}

/// A vendor's name becomes part of file names, hence is no more than a word.
fn check_name(name: &str) -> Result<(), &'static str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() || name.len() > VENDOR_NAME_BYTES || !name.chars().all(plain) || name.starts_with('-')
    {
        return Err("gets no daemon: a name has 1 to 64 letters, digits, '_' or '-'");
    }
    if name.eq_ignore_ascii_case("server") {
        return Err("gets no daemon: the name belongs to the server itself");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::config::DataFolder;

    fn scan_of(files: &[(&str, &str)]) -> Scan {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::new(folder.path());
        std::fs::create_dir(data.licenses()).unwrap();
        for (name, text) in files {
            std::fs::write(data.licenses().join(name), text).unwrap();
        }
        scan(Folder::read(&data).unwrap())
    }

    fn vendor(name: &str, port: Option<u16>) -> NamedVendor {
        NamedVendor {
            name: name.to_owned(),
            port,
        }
    }

    #[test]
    fn vendors_come_in_the_order_of_files_and_lines() {
        let found = scan_of(&[
            ("b.lic", "SERVER this_host ANY\nVENDOR ACME\n"),
            (
                "a.lic",
                "SERVER this_host ANY\nVENDOR BOLT PORT=7300\nDAEMON CORK\n",
            ),
            ("c.txt", "VENDOR NOBODY\n"),
        ]);
        assert_eq!(
            found.vendors,
            [
                vendor("BOLT", Some(7300)),
                vendor("CORK", None),
                vendor("ACME", None)
            ]
        );
        assert_eq!(found.complaints, Vec::<String>::new());
    }

    #[test]
    fn one_vendor_in_several_spellings_gets_one_daemon() {
        let found = scan_of(&[("a.lic", "VENDOR Acme\n"), ("b.LIC", "VENDOR ACME port=7301\n")]);
        assert_eq!(found.vendors, [vendor("Acme", Some(7301))]);
    }

    #[test]
    fn a_name_that_is_no_word_gets_no_daemon() {
        let found = scan_of(&[("a.lic", "VENDOR ../../etc/x\nVENDOR Server\nVENDOR ACME\n")]);
        assert_eq!(found.vendors, [vendor("ACME", None)]);
        assert_eq!(found.complaints.len(), 2, "{:?}", found.complaints);
    }

    #[test]
    fn junk_names_nobody_and_hides_nobody() {
        let found = scan_of(&[("a.lic", "\u{0}\u{1}VENDOR\n\\\n"), ("b.lic", "VENDOR ACME\n")]);
        assert_eq!(found.vendors, [vendor("ACME", None)]);
    }
}
