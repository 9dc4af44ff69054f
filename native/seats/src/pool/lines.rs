//! The lines of one vendor that grant or combine something, each judged on a day.

use jiff::civil::Date;
use licensing_api::inventory::{PoolStatus, SignatureState};

use licensing_license_file::license_file::{Attribute, LicenseDate, PublisherLine, Terms};

use super::{IgnoredLine, InstalledFile, LinePlace, NoEffect, PoolContext, Validity};

/// A line of the vendor, and whether it holds on the day.
pub(super) struct JudgedLine<'a> {
    pub(super) place: LinePlace,
    pub(super) says: PublisherLine<'a>,
    pub(super) validity: Validity,
    pub(super) status: PoolStatus,
}

impl JudgedLine<'_> {
    /// Whether it has its effect on the day.
    pub(super) fn serves(&self) -> bool {
        self.status == PoolStatus::Serving
    }

    /// The line as one that has no effect.
    pub(super) fn ignored(&self, reason: NoEffect) -> IgnoredLine {
        IgnoredLine {
            file: self.place.file.clone(),
            line: self.place.line,
            keyword: self.says.keyword(),
            feature: self.says.name().to_owned(),
            reason,
        }
    }
}

/// All lines of the vendor, in the order of their files and lines.
pub(super) fn lines_of<'a>(files: &[InstalledFile<'a>], context: &PoolContext<'_>) -> Vec<JudgedLine<'a>> {
    let mut lines = Vec::new();
    for installed in files {
        let host_matches = installed.file.is_made_out_to(context.host);
        for (index, line) in installed.file.lines.iter().enumerate() {
            let Some(says) = PublisherLine::of(&line.kind) else {
                continue;
            };
            if !says.vendor().eq_ignore_ascii_case(context.vendor) {
                continue;
            }
            let signature = installed.signatures.get(index).copied().flatten();
            let validity = validity(says, signature, host_matches, context);
            lines.push(JudgedLine {
                place: LinePlace {
                    file: installed.name.to_owned(),
                    line: line.at.line,
                },
                says,
                status: validity.status(context.today),
                validity,
            });
        }
    }
    lines
}

fn validity(
    says: PublisherLine<'_>,
    signature: Option<SignatureState>,
    host_matches: Option<bool>,
    context: &PoolContext<'_>,
) -> Validity {
    let license = says.license();
    // Counted seats without a SERVER line belong to no server, hence not to this one. A package has no seats itself.
    let needs_no_server = license.is_none_or(|license| license.count.value.is_none());
    Validity {
        expires: license.map_or(LicenseDate::Permanent, |license| license.expires.value),
        starts: says.terms().start,
        signature: signature.unwrap_or(SignatureState::Missing),
        accepted_unverified: context.accept_unverified,
        host_matches: host_matches.unwrap_or(needs_no_server),
    }
}

/// The later one of the days a line was issued and starts.
pub(super) fn newest(terms: &Terms) -> Option<Date> {
    terms.issued.max(terms.start)
}

/// What the publisher said in a line, without the signatures and what the administrator may edit: the same file under
/// two names, or merged into another one, must not double the seats.
pub(super) fn content(says: PublisherLine<'_>) -> String {
    let mut words = vec![
        says.keyword().to_owned(),
        says.name().to_owned(),
        says.vendor().to_owned(),
    ];
    match says {
        PublisherLine::Increment(increment) => words.push(increment.license.version.value.canonical()),
        PublisherLine::Upgrade(upgrade) => {
            words.push(upgrade.from_version.value.canonical());
            words.push(upgrade.license.version.value.canonical());
        }
        PublisherLine::Package(package) => words.push(package.version.value.canonical()),
    }
    if let Some(license) = says.license() {
        words.push(license.expires.value.to_string());
        let count = license.count.value;
        words.push(count.map_or_else(|| "uncounted".to_owned(), |count| count.to_string()));
    }
    words.push(says.key().map(|key| key.value.clone()).unwrap_or_default());
    let mut attributes: Vec<String> = says
        .places()
        .0
        .iter()
        .filter(|attribute| !attribute.is_administrators() && !is_signature(attribute))
        .map(|attribute| {
            let value = attribute.value.as_ref().map_or("", |value| value.text.as_str());
            format!(
                "{}={}",
                attribute.keyword.value,
                value.split_whitespace().collect::<Vec<_>>().join(" ")
            )
        })
        .collect();
    attributes.sort();
    words.append(&mut attributes);
    words.join("\u{1f}").to_lowercase()
}

/// Whether an attribute is a signature of the line. SUPERSEDE_SIGN names those of others.
pub(super) fn is_signature(attribute: &Attribute) -> bool {
    let keyword = attribute.keyword.value.to_ascii_uppercase();
    keyword == "AUTH" || keyword.contains("SIGN") && keyword != "SUPERSEDE_SIGN"
}
