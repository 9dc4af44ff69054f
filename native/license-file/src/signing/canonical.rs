//! The text that a signature covers.

use std::collections::BTreeSet;

use super::SIGNATURE_KEYWORD;
use crate::license_file::{
    Attribute, IncrementKeyword, License, LicenseFile, LineKind, Package, PublisherLine, Spanned,
    blank_separated,
};

/// First line of every covered text.
pub(super) const HEADER: &str = "licensing-line 1\n";

/// The machines that a file is bound to: the host ids of its SERVER lines, each once, in one order and spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileBinding(BTreeSet<String>);

impl FileBinding {
    /// Host ids of the SERVER lines of a file.
    pub fn of(file: &LicenseFile) -> Self {
        Self(
            file.servers()
                .map(|server| server.host_id.value.canonical())
                .collect(),
        )
    }
}

/// What a signature covers of one line that grants or combines something.
///
/// One field a line, so that no two different license lines have the same text: no field can hold a line end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanonicalLine(String);

impl CanonicalLine {
    /// The covered text of a FEATURE, INCREMENT, UPGRADE or PACKAGE line; none for other lines.
    pub fn of(line: &LineKind, binding: &FileBinding) -> Option<Self> {
        let mut text = Writer(String::from(HEADER));
        for host in &binding.0 {
            text.field("host", host);
        }
        match PublisherLine::of(line)? {
            PublisherLine::Increment(increment) => {
                text.field(
                    "line",
                    match increment.keyword {
                        IncrementKeyword::Feature => "FEATURE",
                        IncrementKeyword::Increment => "INCREMENT",
                    },
                );
                text.license(&increment.license, None);
            }
            PublisherLine::Upgrade(upgrade) => {
                text.field("line", "UPGRADE");
                text.license(&upgrade.license, Some(upgrade.from_version.value.as_str()));
            }
            PublisherLine::Package(package) => {
                text.field("line", "PACKAGE");
                text.package(package);
            }
        }
        Some(Self(text.0))
    }

    /// The bytes that are signed.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The same as text, to be looked at.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

struct Writer(String);

impl Writer {
    /// A field as it is.
    fn field(&mut self, name: &str, value: &str) {
        self.0.push_str(name);
        self.0.push(' ');
        self.0.push_str(value);
        self.0.push('\n');
    }

    /// A field in which blanks of any kind and number count as one: how a line is wrapped is nobody's business.
    fn wrapped(&mut self, name: &str, value: &str) {
        self.0.push_str(name);
        for word in blank_separated(value) {
            self.0.push(' ');
            self.0.push_str(word);
        }
        self.0.push('\n');
    }

    fn license(&mut self, license: &License, from_version: Option<&str>) {
        self.field("feature", &license.feature.value);
        self.field("vendor", &license.vendor.value);
        if let Some(version) = from_version {
            self.field("from-version", version);
        }
        self.field("version", license.version.value.as_str());
        self.field("expires", &license.expires.value.to_string());
        match license.count.value {
            Some(count) => self.field("count", &count.to_string()),
            None => self.field("count", "uncounted"),
        }
        self.rest(license.key.as_ref(), &license.attributes);
    }

    fn package(&mut self, package: &Package) {
        self.field("feature", &package.name.value);
        self.field("vendor", &package.vendor.value);
        self.field("version", package.version.value.as_str());
        self.rest(package.key.as_ref(), &package.attributes);
    }

    fn rest(&mut self, key: Option<&Spanned<String>>, attributes: &[Attribute]) {
        if let Some(key) = key {
            self.field("key", &key.value);
        }
        for attribute in attributes {
            let keyword = attribute.keyword.value.as_str();
            if keyword.eq_ignore_ascii_case(SIGNATURE_KEYWORD) || attribute.is_administrators() {
                continue;
            }
            match &attribute.value {
                Some(value) => self.wrapped("set", &format!("{keyword} {}", value.text)),
                None => self.wrapped("flag", keyword),
            }
        }
    }
}
