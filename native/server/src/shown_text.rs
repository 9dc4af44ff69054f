//! Texts of callers that are repeated.

/// Most characters of a text that are repeated.
const MOST: usize = 80;

/// What is shown of a text that need not be a name of anything: its beginning, without control characters.
pub(crate) fn shown_text(text: &str) -> String {
    text.chars().filter(|one| !one.is_control()).take(MOST).collect()
}
