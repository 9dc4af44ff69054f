//! Names as they may stand in status text.

use licensing_api::text::is_deceptive;

/// A name that may contain blanks.
pub(super) fn name(text: &str) -> String {
    let clean: String = text
        .chars()
        .map(|c| if is_deceptive(c) { '?' } else { c })
        .collect();
    match clean.trim() {
        "" => "-".to_owned(),
        trimmed => trimmed.to_owned(),
    }
}

/// A name that is one word: blanks become `_`, and nothing `-`.
pub(super) fn word(text: &str) -> String {
    name(text)
        .chars()
        .map(|c| if c.is_whitespace() { '_' } else { c })
        .collect()
}

/// A version of digits and points, as readers expect it behind `v`: what follows them is left out.
pub(super) fn version(text: &str) -> &str {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    text[..end].trim_end_matches('.')
}
