//! Values that may stand in a license file.

use super::problem::Problems;
use crate::license_file::HostId;

/// Longest text of one value, in characters.
const LONGEST_TEXT: usize = 1000;

/// Longest feature name that other license servers take.
const LONGEST_NAME: usize = 30;

/// A name of a feature, package or vendor: letters, digits, `_` and `-`.
pub(super) fn name(field: &str, value: &str, problems: &mut Problems) -> String {
    let good = !value.is_empty()
        && value.len() <= LONGEST_NAME
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if !good {
        problems.add(
            field,
            format!("'{value}' is not a name: 1 to {LONGEST_NAME} letters, digits, _ and - are expected"),
        );
    }
    value.to_owned()
}

/// A text that goes into quotes.
pub(super) fn text(field: &str, value: &str, problems: &mut Problems) -> String {
    if value.trim().is_empty() {
        problems.add(field, "the text is empty");
    } else if value.chars().count() > LONGEST_TEXT {
        problems.add(
            field,
            format!("the text is longer than {LONGEST_TEXT} characters"),
        );
    } else if value.contains('"') || value.chars().any(char::is_control) {
        problems.add(field, "quotes, line ends and control characters are not possible");
    } else if value.trim() != value {
        problems.add(field, "blanks at the beginning or end are not possible");
    } else if value.ends_with('\\') || value.contains("\\ ") {
        problems.add(field, "a \\ at the end or before a blank is not possible");
    }
    value.to_owned()
}

/// A part of a vendor string or a list: no separators.
pub(super) fn part(field: &str, value: &str, problems: &mut Problems) -> String {
    let bad = |character: char| {
        character.is_whitespace()
            || character.is_control()
            || matches!(character, '"' | ';' | ',' | '=' | '\\' | '{' | '}')
    };
    if value.is_empty() || value.contains(bad) {
        problems.add(
            field,
            format!("'{value}' may not be empty or have blanks, quotes, or any of ; , = \\ {{ }}"),
        );
    }
    value.to_owned()
}

/// A host id, which is one word of its line: nothing may follow it that a reader takes for another word or line.
pub(super) fn host_id(field: &str, id: &HostId, problems: &mut Problems) -> String {
    let bad = |character: char| {
        character.is_whitespace()
            || character.is_control()
            || matches!(character, '"' | '#' | '\\' | '{' | '}')
    };
    let text = id.to_string();
    if text.contains(bad) {
        problems.add(
            field,
            "blanks, line ends, quotes, and any of # \\ { } are not possible",
        );
    }
    text
}
