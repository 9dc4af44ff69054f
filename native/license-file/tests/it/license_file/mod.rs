mod edit;
mod fixtures;
mod round_trip;
mod values;
mod wild;

use licensing_license_file::license_file::{Increment, LicenseFile, LineKind, parse};

/// Reads a text.
pub(crate) fn read(text: &str) -> LicenseFile {
    parse(text.as_bytes())
}

/// The only FEATURE or INCREMENT line of a text.
pub(crate) fn increment(text: &str) -> Increment {
    let file = read(text);
    let mut increments = file.increments();
    let (_, increment) = increments
        .next()
        .unwrap_or_else(|| panic!("no increment: {:#?}", file.findings));
    assert!(increments.next().is_none(), "more than one increment");
    increment.clone()
}

/// Kinds of all lines, by name.
pub(crate) fn kinds(file: &LicenseFile) -> Vec<&'static str> {
    file.lines
        .iter()
        .map(|line| match &line.kind {
            LineKind::Blank => "blank",
            LineKind::Comment => "comment",
            LineKind::Server(_) => "server",
            LineKind::Vendor(_) => "vendor",
            LineKind::UseServer => "use_server",
            LineKind::Increment(_) => "increment",
            LineKind::Upgrade(_) => "upgrade",
            LineKind::Package(_) => "package",
            LineKind::Decimal => "decimal",
            LineKind::FeatureSet => "featureset",
            LineKind::Fragment => "fragment",
            LineKind::Unknown => "unknown",
            LineKind::Malformed => "malformed",
        })
        .collect()
}

/// Numbers of the findings, 0 for those without.
pub(crate) fn numbers(file: &LicenseFile) -> Vec<i32> {
    file.findings
        .iter()
        .map(|finding| finding.number.unwrap_or(0))
        .collect()
}
