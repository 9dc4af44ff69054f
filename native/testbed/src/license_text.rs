//! Texts of license files, not signed yet.

use std::fmt::Write;

/// One INCREMENT line.
#[derive(Debug, Clone)]
pub struct Increment {
    feature: String,
    count: u32,
    version: String,
    expires: String,
    attributes: String,
}

impl Increment {
    /// Seats of version 1.0 that never expire.
    pub fn new(feature: &str, count: u32) -> Self {
        Self {
            feature: feature.to_owned(),
            count,
            version: "1.0".to_owned(),
            expires: "permanent".to_owned(),
            attributes: String::new(),
        }
    }

    /// Another version, such as `2026.0401`.
    #[must_use]
    pub fn version(mut self, version: &str) -> Self {
        version.clone_into(&mut self.version);
        self
    }

    /// A last day, such as `31-dec-2030`.
    #[must_use]
    pub fn expires(mut self, last_day: &str) -> Self {
        last_day.clone_into(&mut self.expires);
        self
    }

    /// Further words of the line, such as `OVERDRAFT=2 SN=1`.
    #[must_use]
    pub fn attributes(mut self, words: &str) -> Self {
        words.clone_into(&mut self.attributes);
        self
    }
}

/// A license file of one vendor for any host.
pub fn license_text(vendor: &str, increments: &[Increment]) -> String {
    let mut text = format!("SERVER this_host ANY\nVENDOR {vendor}\nUSE_SERVER\n");
    for Increment {
        feature,
        count,
        version,
        expires,
        attributes,
    } in increments
    {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "INCREMENT {feature} {vendor} {version} {expires} {count} {attributes}"
        );
    }
    text
}
