//! Words of a logical line: bare, quoted, or `KEYWORD=value`.

use winnow::combinator::{alt, opt, repeat};
use winnow::prelude::*;
use winnow::stream::{LocatingSlice, Location};
use winnow::token::{any, take_while};
use winnow::{ModalResult, combinator::terminated};

use super::logical::{BLANKS, Text};
use super::notes::Notes;
use crate::license_file::{Attribute, AttributeValue, Position, Span, Spanned};

type Input<'t> = LocatingSlice<&'t str>;

/// One word.
pub(super) struct Token<'t> {
    /// As it stands there, quotes included.
    pub(super) text: &'t str,
    pub(super) at: Position,
    pub(super) span: Span,
    /// The parts of `KEYWORD=value`; none for other words.
    pub(super) assignment: Option<Assignment<'t>>,
}

/// `KEYWORD=value`.
pub(super) struct Assignment<'t> {
    pub(super) keyword: &'t str,
    keyword_span: Span,
    pub(super) value: AttributeValue,
}

impl Token<'_> {
    /// The word without its outer quotes, for a place where only a plain word can stand.
    pub(super) fn word(&self) -> Spanned<String> {
        Spanned {
            value: unquoted(self.text).0.to_owned(),
            at: self.at,
            span: self.span,
        }
    }

    /// The word as an attribute: `KEYWORD=value`, or a flag.
    pub(super) fn attribute(&self) -> Attribute {
        match &self.assignment {
            Some(assignment) => Attribute {
                keyword: Spanned {
                    value: assignment.keyword.to_owned(),
                    at: self.at,
                    span: assignment.keyword_span,
                },
                value: Some(assignment.value.clone()),
            },
            None => Attribute {
                keyword: Spanned {
                    value: self.text.to_owned(),
                    at: self.at,
                    span: self.span,
                },
                value: None,
            },
        }
    }
}

/// Why a line has no tokens.
pub(super) enum Untokenised {
    /// A quote is not closed.
    OpenQuote(Position),
    /// The file has used up what may be kept of it.
    TooMany,
}

/// Splits the joined text of a line into its words.
pub(super) fn tokens<'t>(text: &'t Text, notes: &mut Notes) -> Result<Vec<Token<'t>>, Untokenised> {
    let mut input = LocatingSlice::new(text.joined.as_str());
    let mut tokens: Vec<Token<'t>> = Vec::new();
    loop {
        skip_blanks(&mut input);
        if input.is_empty() {
            return Ok(tokens);
        }
        if !notes.take_items(1) {
            return Err(Untokenised::TooMany);
        }
        let start = input.current_token_start();
        let Ok(parts) = word.parse_next(&mut input) else {
            return Err(Untokenised::OpenQuote(text.position(start)));
        };
        let end = input.previous_token_end();
        tokens.push(placed(text, &parts, start, end));
        if !input.is_empty() && !input.starts_with(BLANKS) {
            notes.warning(
                text.position(end),
                Some(-2),
                "A blank is missing after the closing quote or brace.".to_owned(),
                "Put a blank between the values.",
            );
        }
    }
}

/// The first word of a line, without splitting the rest.
pub(super) fn first_word(joined: &str) -> &str {
    joined.split(BLANKS).next().unwrap_or_default()
}

/// Text without quotes around it, and whether there were any.
fn unquoted(text: &str) -> (&str, bool) {
    match text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) if !inner.contains('"') => (inner.trim_matches(BLANKS), true),
        _ => (text, false),
    }
}

/// Places are asked for in rising order: that keeps the counting of columns linear.
fn placed<'t>(text: &'t Text, parts: &WordParts<'t>, start: usize, end: usize) -> Token<'t> {
    let at = text.position(start);
    let whole = text.joined.get(start..end).unwrap_or_default();
    let Some(keyword) = parts.keyword else {
        return Token {
            text: whole,
            at,
            span: text.span(start, end),
            assignment: None,
        };
    };
    let value_start = start + keyword.len() + 1;
    let head = text.span(start, value_start);
    let keyword_span = Span {
        start: head.start,
        end: head.end - 1,
    };
    let value_at = text.position(value_start);
    let value_span = if value_start < end {
        text.span(value_start, end)
    } else {
        Span {
            start: head.end,
            end: head.end,
        }
    };
    let (value, quoted) = unquoted(text.joined.get(value_start..end).unwrap_or_default());
    let value = AttributeValue {
        text: value.to_owned(),
        quoted,
        at: value_at,
        span: value_span,
    };
    Token {
        text: whole,
        at,
        span: Span {
            start: head.start,
            end: value_span.end,
        },
        assignment: Some(Assignment {
            keyword,
            keyword_span,
            value,
        }),
    }
}

struct WordParts<'t> {
    keyword: Option<&'t str>,
}

/// word := keyword "=" value | bare
fn word<'t>(input: &mut Input<'t>) -> ModalResult<WordParts<'t>> {
    let keyword = opt(terminated(keyword, '=')).parse_next(input)?;
    if keyword.is_some() {
        alt((quoted, braces, bare)).parse_next(input)?;
    } else {
        alt((quoted, bare)).parse_next(input)?;
    }
    Ok(WordParts { keyword })
}

/// keyword := letter or "_", then letters, digits, "_"
fn keyword<'t>(input: &mut Input<'t>) -> ModalResult<&'t str> {
    (
        take_while(1, |character: char| {
            character.is_ascii_alphabetic() || character == '_'
        }),
        take_while(0.., |character: char| {
            character.is_ascii_alphanumeric() || character == '_'
        }),
    )
        .take()
        .parse_next(input)
}

/// quoted := '"' anything but '"' '"'
fn quoted<'t>(input: &mut Input<'t>) -> ModalResult<&'t str> {
    ('"', take_while(0.., |character| character != '"'), '"')
        .take()
        .parse_next(input)
}

/// bare := anything but blanks and quotes, with quoted parts in it
fn bare<'t>(input: &mut Input<'t>) -> ModalResult<&'t str> {
    let part = alt((
        take_while(1.., |character: char| {
            character != '"' && !BLANKS.contains(&character)
        }),
        quoted,
    ));
    let found = repeat::<_, _, (), _, _>(0.., part).take().parse_next(input)?;
    // A quote that is left is one that nothing closes.
    winnow::combinator::not('"').parse_next(input)?;
    Ok(found)
}

/// braces := "{" anything balanced, blanks and quoted text included "}"
///
/// Counted instead of nested, so that no depth of braces can exhaust the stack.
fn braces<'t>(input: &mut Input<'t>) -> ModalResult<&'t str> {
    fn balanced<'t>(input: &mut Input<'t>) -> ModalResult<()> {
        '{'.void().parse_next(input)?;
        let mut depth = 1_usize;
        while depth > 0 {
            match alt((quoted.value('"'), any)).parse_next(input)? {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
        }
        Ok(())
    }
    balanced.take().parse_next(input)
}

fn skip_blanks(input: &mut Input<'_>) {
    let blanks = input.len() - input.trim_start_matches(BLANKS).len();
    // Blanks are one byte each, so the count is a place between characters.
    let _ = winnow::stream::Stream::next_slice(input, blanks);
}
