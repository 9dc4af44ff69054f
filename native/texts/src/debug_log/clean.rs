//! Names as they may stand in a log.

use std::fmt::{self, Write};

use licensing_api::text::is_deceptive;

/// Text without control characters and others that deceive readers.
pub(super) struct Text<'a>(pub(super) &'a str);

/// Text between double quotes.
pub(super) struct Quoted<'a>(pub(super) &'a str);

/// A user: may contain blanks and `@`. Readers find its end at the last `@` before ` [` or two blanks and `(`, hence
/// neither may stand in it.
pub(super) struct User<'a>(pub(super) &'a str);

/// A host: readers find it between the last `@` and the next blank.
pub(super) struct Host<'a>(pub(super) &'a str);

/// Text between brackets.
pub(super) struct Bracketed<'a>(pub(super) &'a str);

fn write_clean(f: &mut fmt::Formatter<'_>, text: &str, replace: impl Fn(char) -> char) -> fmt::Result {
    text.chars().try_for_each(|character| {
        f.write_char(if is_deceptive(character) {
            '?'
        } else {
            replace(character)
        })
    })
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_clean(f, self.0, |character| character)
    }
}

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_clean(
            f,
            self.0,
            |character| if character == '"' { '\'' } else { character },
        )
    }
}

impl fmt::Display for User<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut after_blank = false;
        self.0.chars().try_for_each(|character| {
            let written = match character {
                ' ' if after_blank => '_',
                '[' => '(',
                character if is_deceptive(character) => '?',
                other => other,
            };
            after_blank = character == ' ';
            f.write_char(written)
        })
    }
}

impl fmt::Display for Host<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_clean(f, self.0, |character| match character {
            '@' => '?',
            blank if blank.is_whitespace() => '_',
            other => other,
        })
    }
}

impl fmt::Display for Bracketed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_clean(
            f,
            self.0,
            |character| if character == ']' { ')' } else { character },
        )
    }
}
