//! Names under which license files may be stored.

use std::fmt;

/// Longest name in bytes.
const MAX_BYTES: usize = 200;

/// Names that Windows gives to devices, whatever extension follows.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul"];

/// Devices that have a number.
const NUMBERED_DEVICES: &[&str] = &["com", "lpt"];

/// A name without folder that is safe on every platform.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileName(String);

/// Why a text is no such name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFileName {
    /// Not a `.lic` file.
    #[error("does not end in .lic")]
    Extension,
    /// Longer than 200 bytes.
    #[error("is longer than 200 bytes")]
    TooLong,
    /// Begins or ends in a way that systems treat specially.
    #[error("begins with a dot or blank, or has one before .lic")]
    Edge,
    /// Something else than letters, digits, `-`, `_`, `.` and blanks, such as the separators of folders.
    #[error("has other characters than letters, digits, '-', '_', '.' and blanks")]
    Character,
    /// The name of a device.
    #[error("is the name of a device on Windows")]
    Device,
}

impl FileName {
    /// Checks a name that came from outside.
    ///
    /// # Errors
    /// When it is not safe; the rule that it breaks.
    pub fn parse(text: &str) -> Result<Self, InvalidFileName> {
        if text.len() > MAX_BYTES {
            return Err(InvalidFileName::TooLong);
        }
        let is_plain = |char: char| char.is_alphanumeric() || matches!(char, '-' | '_' | '.' | ' ');
        if !text.chars().all(is_plain) {
            return Err(InvalidFileName::Character);
        }
        let Some(stem) = text
            .len()
            .checked_sub(4)
            .and_then(|end| text.split_at_checked(end))
            .filter(|(_, end)| end.eq_ignore_ascii_case(".lic"))
            .map(|(stem, _)| stem)
        else {
            return Err(InvalidFileName::Extension);
        };
        let is_edge = |char: char| matches!(char, '.' | ' ');
        if stem.is_empty() || stem.starts_with(is_edge) || stem.ends_with(is_edge) {
            return Err(InvalidFileName::Edge);
        }
        if is_device(stem) {
            return Err(InvalidFileName::Device);
        }
        Ok(Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_device(stem: &str) -> bool {
    let first = stem
        .split('.')
        .next()
        .unwrap_or_default()
        .trim_end()
        .to_lowercase();
    DEVICES.contains(&first.as_str())
        || NUMBERED_DEVICES.iter().any(|device| {
            // Windows takes the superscripts for digits.
            let is_number = |number: &str| {
                let mut digits = number.chars();
                let digit = digits.next();
                digit.is_some_and(|digit| digit.is_ascii_digit() || matches!(digit, '¹' | '²' | '³'))
                    && digits.next().is_none()
            };
            first.strip_prefix(device).is_some_and(is_number)
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn usual_names_are_taken() {
        for name in [
            "a.lic",
            "ACME 2026-11.LIC",
            "Lizenz für Büro.lic",
            "a.b_c.lic",
            "console.lic",
        ] {
            assert!(FileName::parse(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn ways_out_of_the_folder_are_refused() {
        for name in [
            "",
            ".lic",
            "a",
            "a.txt",
            "../a.lic",
            "..\\a.lic",
            "/etc/a.lic",
            "C:a.lic",
            "a/b.lic",
            "a\\b.lic",
            "a\0.lic",
            "a\n.lic",
            ".a.lic",
            " a.lic",
            "a .lic",
            "a..lic",
            "con.lic",
            "COM1.lic",
            "COM¹.lic",
            "lpt³.x.lic",
            "com0.lic",
            "a.lic.",
            "a.%6cic",
            "nul.x.lic",
            "%2e%2e.lic",
            "a:stream.lic",
            "a.lic/",
            "a.lic ",
            "~a.lic",
        ] {
            assert!(FileName::parse(name).is_err(), "{name:?}");
        }
        assert!(FileName::parse(&format!("{}.lic", "a".repeat(300))).is_err());
    }

    proptest! {
        #[test]
        fn whatever_is_taken_stays_in_the_folder(text in "(?s).{0,60}") {
            if let Ok(name) = FileName::parse(&text) {
                let path = std::path::Path::new("folder").join(name.as_str());
                prop_assert_eq!(path.components().count(), 2);
                prop_assert_eq!(path.parent(), Some(std::path::Path::new("folder")));
            }
        }
    }
}
