//! Names as they may stand in status text.

/// A name that may contain blanks.
pub(super) fn name(text: &str) -> String {
    let clean: String = text
        .chars()
        .map(|c| if breaks_lines(c) { '?' } else { c })
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

fn breaks_lines(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}
