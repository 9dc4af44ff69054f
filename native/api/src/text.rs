//! Characters that make a text look like another one, and sentences of what other parts report.

use std::borrow::Cow;
use std::fmt::Display;

/// Ranges of characters that show nothing, or change how their neighbours are shown: format characters of Unicode (among
/// them direction marks and zero-width characters), line and paragraph separators, fillers and variation selectors.
pub const INVISIBLE: &[(char, char)] = &[
    ('\u{00AD}', '\u{00AD}'),
    ('\u{034F}', '\u{034F}'),
    ('\u{0600}', '\u{0605}'),
    ('\u{061C}', '\u{061C}'),
    ('\u{06DD}', '\u{06DD}'),
    ('\u{070F}', '\u{070F}'),
    ('\u{0890}', '\u{0891}'),
    ('\u{08E2}', '\u{08E2}'),
    ('\u{115F}', '\u{1160}'),
    ('\u{17B4}', '\u{17B5}'),
    ('\u{180B}', '\u{180F}'),
    ('\u{200B}', '\u{200F}'),
    ('\u{2028}', '\u{202E}'),
    ('\u{2060}', '\u{206F}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{FE00}', '\u{FE0F}'),
    ('\u{FEFF}', '\u{FEFF}'),
    ('\u{FFA0}', '\u{FFA0}'),
    ('\u{FFF0}', '\u{FFFB}'),
    ('\u{110BD}', '\u{110BD}'),
    ('\u{110CD}', '\u{110CD}'),
    ('\u{13430}', '\u{1343F}'),
    ('\u{1BCA0}', '\u{1BCA3}'),
    ('\u{1D173}', '\u{1D17A}'),
    ('\u{E0000}', '\u{E0FFF}'),
];

/// What a part of a program reports, such as "the document cannot be read", as a sentence of its own.
pub fn sentence(report: &dyn Display) -> String {
    let text = report.to_string();
    let mut characters = text.chars();
    let first = characters.next().map(char::to_uppercase);
    let mut sentence: String = first.into_iter().flatten().chain(characters).collect();
    sentence.push('.');
    sentence
}

/// Whether the character is a control character, or shows nothing, or changes how others are shown. Names that people
/// compare by eye have none of them.
pub fn is_deceptive(character: char) -> bool {
    character.is_control()
        || (!character.is_ascii()
            && INVISIBLE
                .iter()
                .any(|(first, last)| (*first..=*last).contains(&character)))
}

/// The text with each deceptive character as its escape, such as `\u{202e}`, so that it can be shown.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(is_deceptive) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_deceptive(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_made_a_sentence() {
        assert_eq!(sentence(&"the text is no document"), "The text is no document.");
        assert_eq!(sentence(&""), ".");
    }

    #[test]
    fn what_cannot_be_seen_is_shown_as_an_escape() {
        assert_eq!(escaped("Jürgen Ольга 山田"), "Jürgen Ольга 山田");
        assert_eq!(
            escaped("ann\u{202E}nimda\u{200B}\t"),
            "ann\\u{202e}nimda\\u{200b}\\t"
        );
        for character in [
            '\0',
            '\u{7f}',
            '\u{85}',
            '\u{2066}',
            '\u{FEFF}',
            '\u{E0041}',
            '\u{061C}',
        ] {
            assert!(is_deceptive(character), "{character:?}");
        }
    }
}
