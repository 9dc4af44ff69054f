//! The words of one logical line.

use crate::license_file::Position;

use super::findings::Complaint;

/// A word of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Text without quotes.
    pub(super) text: String,
    /// Where it begins.
    pub(super) at: Position,
    /// Whether it begins with a quote.
    pub(super) quoted: bool,
}

/// One physical line without its line end and without the `\` that joins it to the next.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) line: u32,
    pub(super) text: String,
}

/// Splits joined physical lines into words at blanks and tabs. Quotes keep blanks together and may open inside a
/// word; a line break inside quotes counts as one blank.
pub(super) fn split(segments: &[Segment]) -> Result<Vec<Word>, Complaint> {
    let mut splitter = Splitter::default();
    for segment in segments {
        splitter.take(segment);
    }
    splitter.finish()
}

#[derive(Default)]
struct Splitter {
    words: Vec<Word>,
    word: Option<Word>,
    quote: Option<Position>,
}

impl Splitter {
    fn take(&mut self, segment: &Segment) {
        match &mut self.word {
            Some(word) if self.quote.is_some() => {
                let kept = word.text.trim_end_matches(is_blank).len();
                word.text.truncate(kept);
                word.text.push(' ');
            }
            _ => self.end_word(),
        }
        let mut leading = self.quote.is_some();
        for (index, character) in segment.text.chars().enumerate() {
            leading &= is_blank(character);
            if leading {
                continue;
            }
            let column = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1);
            self.character(
                character,
                Position {
                    line: segment.line,
                    column,
                },
            );
        }
    }

    fn character(&mut self, character: char, at: Position) {
        if character == '"' {
            self.quote = if self.quote.is_some() { None } else { Some(at) };
            self.word.get_or_insert(Word {
                text: String::new(),
                at,
                quoted: true,
            });
        } else if is_blank(character) && self.quote.is_none() {
            self.end_word();
        } else {
            let word = self.word.get_or_insert(Word {
                text: String::new(),
                at,
                quoted: false,
            });
            word.text.push(character);
        }
    }

    fn end_word(&mut self) {
        self.words.extend(self.word.take());
    }

    fn finish(mut self) -> Result<Vec<Word>, Complaint> {
        if let Some(at) = self.quote {
            return Err(Complaint {
                at,
                text: "The quote is not closed.".to_owned(),
                action: "Add the closing quote.".to_owned(),
            });
        }
        self.end_word();
        Ok(self.words)
    }
}

/// What separates words.
pub(super) fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\u{b}' | '\u{c}')
}
