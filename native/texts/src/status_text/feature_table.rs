//! `lmstat -i`: what the license files say, without asking who uses it.

use std::fmt::Write as _;

use licensing_license_file::license_file::LicenseDate;

use super::clean::word;

/// A FEATURE or INCREMENT line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureLine {
    /// Feature.
    pub feature: String,
    /// Version.
    pub version: String,
    /// Seats; none when uncounted.
    pub count: Option<u32>,
    /// Vendor.
    pub vendor: String,
    /// Last valid day.
    pub expires: LicenseDate,
}

/// The table, in the order of columns that newer tools print: vendor before expiry. Columns never run together: a
/// value too wide for its column pushes the others aside.
pub fn feature_table(lines: &[FeatureLine]) -> String {
    let mut text =
        "NOTE: lmstat -i does not give information from the server,\n      but only reads the license \
                    file.  For this reason,\n      lmstat -a is recommended instead.\n\n"
            .to_owned();
    row(
        &mut text,
        ["Feature", "Version", "#licenses", "Vendor", "Expires"],
    );
    row(
        &mut text,
        ["_______", "_________", "_________", "______", "________"],
    );
    for line in lines {
        let expires = match line.expires {
            LicenseDate::Permanent => "permanent(no expiration date)".to_owned(),
            day @ LicenseDate::Day(_) => day.to_string(),
        };
        let count = line.count.unwrap_or(0).to_string();
        row(
            &mut text,
            [
                &word(&line.feature),
                &word(&line.version),
                &count,
                &word(&line.vendor),
                &expires,
            ],
        );
    }
    text
}

fn row(text: &mut String, [feature, version, count, vendor, expires]: [&str; 5]) {
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "{feature:<31} {version:<11} {count:<12} {vendor:<12} {expires}"
    );
}
