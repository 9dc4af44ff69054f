//! Which vendors the license files name.

use std::collections::BTreeMap;

use licensing_license_file::license_file::{LicenseFile, LineKind};

use crate::config::vendor_name;
use crate::installed::Installed;

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
    /// Why the network interfaces cannot be read; none when they can.
    pub(super) no_interfaces: Option<String>,
}

/// Looks for the VENDOR lines of all files. Vendors that always have a daemon come last, so that those with licenses get
/// the ports they had.
pub(super) fn scan<'a>(installed: &Installed, always: impl IntoIterator<Item = &'a String>) -> Scan {
    let mut scan = Scan {
        vendors: Vec::new(),
        complaints: installed.complaints.clone(),
        no_interfaces: installed.no_interfaces.clone(),
    };
    let mut seen = BTreeMap::new();
    for installed in &installed.files {
        look_at(&installed.name, &installed.file, &mut seen, &mut scan);
    }
    for name in always {
        if !seen.contains_key(&name.to_ascii_uppercase()) {
            scan.vendors.push(NamedVendor {
                name: name.clone(),
                port: None,
            });
        }
    }
    scan
}

fn look_at(name_of_file: &str, file: &LicenseFile, seen: &mut BTreeMap<String, usize>, scan: &mut Scan) {
    for line in &file.lines {
        let LineKind::Vendor(vendor) = &line.kind else {
            continue;
        };
        let name = vendor.name.value.clone();
        if let Err(why) = vendor_name(&name) {
            scan.complaints.push(format!(
                "{}, line {}: the vendor {name:?} {why}",
                name_of_file, line.at.line
            ));
            continue;
        }
        let port = vendor
            .port
            .as_ref()
            .map(|port| port.value)
            .filter(|port| *port != 0);
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::config::DataFolder;

    fn scan_of(files: &[(&str, &str)]) -> Scan {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::new(folder.path());
        std::fs::create_dir(data.licenses()).unwrap();
        std::fs::create_dir(data.trust()).unwrap();
        for (name, text) in files {
            std::fs::write(data.licenses().join(name), text).unwrap();
        }
        scan(&Installed::read(&data).unwrap(), &[])
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
    fn vendors_that_always_have_a_daemon_come_behind_those_with_files() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::new(folder.path());
        std::fs::create_dir(data.licenses()).unwrap();
        std::fs::create_dir(data.trust()).unwrap();
        std::fs::write(
            data.licenses().join("a.lic"),
            "VENDOR Citrix PORT=7300\nVENDOR ACME\n",
        )
        .unwrap();
        let always = ["BOLT".to_owned(), "CITRIX".to_owned()];
        let found = scan(&Installed::read(&data).unwrap(), &always);
        assert_eq!(
            found.vendors,
            [
                vendor("Citrix", Some(7300)),
                vendor("ACME", None),
                vendor("BOLT", None)
            ]
        );
    }

    #[test]
    fn junk_names_nobody_and_hides_nobody() {
        let found = scan_of(&[("a.lic", "\u{0}\u{1}VENDOR\n\\\n"), ("b.lic", "VENDOR ACME\n")]);
        assert_eq!(found.vendors, [vendor("ACME", None)]);
    }
}
