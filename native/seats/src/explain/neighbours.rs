//! What a line has to do with other lines of its file and of the files that are installed.

use std::collections::HashMap;

use crate::pool::InstalledFile;
use licensing_license_file::license_file::{License, PublisherLine};

/// A line somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place<'a> {
    /// Name of the file; none for the explained one.
    pub(super) file: Option<&'a str>,
    /// Physical line.
    pub(super) line: u32,
}

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.file {
            Some(file) => write!(f, "line {} of {file}", self.line),
            None => write!(f, "line {}", self.line),
        }
    }
}

/// Vendor and feature, without regard to case.
type Name = (String, String);

/// The lines around, ready to be asked about. Each answer takes no longer however many lines there are.
pub(super) struct Neighbours<'a> {
    by_serial: HashMap<(Name, Option<&'a str>), Vec<Place<'a>>>,
}

impl<'a> Neighbours<'a> {
    pub(super) fn of(file: &InstalledFile<'a>, installed: &'a [InstalledFile<'a>]) -> Self {
        let mut neighbours = Self {
            by_serial: HashMap::new(),
        };
        neighbours.add(file, None);
        for other in installed {
            neighbours.add(other, Some(other.name));
        }
        neighbours
    }

    fn add(&mut self, file: &InstalledFile<'a>, name: Option<&'a str>) {
        for line in &file.file.lines {
            let place = Place {
                file: name,
                line: line.at.line,
            };
            if let Some(license) = PublisherLine::of(&line.kind).and_then(PublisherLine::license) {
                self.add_license(license, place);
            }
        }
    }

    fn add_license(&mut self, license: &'a License, place: Place<'a>) {
        let name = name_of(license);
        let serial = license.terms.serial_number.as_deref();
        self.by_serial.entry((name, serial)).or_default().push(place);
    }

    /// The first other line of the same feature with the same serial number, and how many there are besides.
    pub(super) fn same_serial(&self, license: &License, line: u32) -> Option<(Place<'a>, usize)> {
        let serial = license.terms.serial_number.as_deref()?;
        let places = self.by_serial.get(&(name_of(license), Some(serial)))?;
        let own = Place { file: None, line };
        let first = places.iter().find(|place| **place != own)?;
        // The line itself is one of them.
        Some((*first, places.len().saturating_sub(2)))
    }

    /// The line of the other product of a purchase that carries both: XDS_… and XDT_… of one serial number.
    pub(super) fn pair(&self, license: &License) -> Option<(String, Place<'a>)> {
        let feature = license.feature.value.to_ascii_uppercase();
        let other = match feature.split_at_checked(4)? {
            ("XDS_", rest) => format!("XDT_{rest}"),
            ("XDT_", rest) => format!("XDS_{rest}"),
            _ => return None,
        };
        let serial = license.terms.serial_number.as_deref()?;
        let places = self
            .by_serial
            .get(&(key(&license.vendor.value, &other), Some(serial)))?;
        places
            .iter()
            .find(|place| place.file.is_none())
            .map(|place| (other, *place))
    }
}

fn key(vendor: &str, feature: &str) -> Name {
    (vendor.to_ascii_lowercase(), feature.to_ascii_lowercase())
}

fn name_of(license: &License) -> Name {
    key(&license.vendor.value, &license.feature.value)
}
