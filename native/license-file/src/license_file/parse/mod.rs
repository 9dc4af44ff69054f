//! Reading a license file: physical lines, comments out, continuation lines joined, words, typed lines, the whole.

mod attributes;
mod keyword;
mod license;
mod logical;
mod notes;
mod physical;
mod server;
mod token;
mod whole;

use std::iter::Peekable;
use std::sync::Arc;

use licensing_api::license_file::MAX_LICENSE_FILE_BYTES;

use keyword::Keyword;
pub(crate) use keyword::is_administrators;
pub(crate) use logical::blank_separated;
use logical::{Content, Logical, Text};
use notes::Notes;
pub(crate) use physical::{Physical, PhysicalLines, utf16_as_utf8};
use token::{Untokenised, first_word};

use super::{IncrementKeyword, LicenseFile, Line, LineKind, Position, Span};

/// Most logical lines that are read; what follows is kept as one unknown line.
const MAX_LINES: usize = 200_000;

/// Reads a license file. Any bytes have a result: what is wrong is a finding, and no bad line loses another.
///
/// Lines that are UTF-8 are read as such, others as Windows-1252; a file in UTF-16 is read as that. Larger files than
/// [`MAX_LICENSE_FILE_BYTES`] are kept, but not read.
pub fn parse(bytes: &[u8]) -> LicenseFile {
    let mut notes = Notes::new();
    let mut lines = Vec::new();
    let source: Arc<[u8]> = Arc::from(bytes);
    let fits = fits(bytes, &mut notes);
    let text: Arc<[u8]> = match utf16_as_utf8(bytes).filter(|_| fits) {
        Some(text) => {
            notes.information(
                Position::default(),
                None,
                "The file is in UTF-16.".to_owned(),
                "Nothing here; save it as UTF-8 if other license servers read it too.",
            );
            Arc::from(text)
        }
        None => Arc::clone(&source),
    };
    let bytes = &*text;
    if fits {
        let mut physical = PhysicalLines::new(bytes).peekable();
        while let Some(logical) = logical::next_line(&mut physical) {
            lines.push(line(logical, &mut notes));
            if lines.len() >= MAX_LINES {
                lines.extend(unread_rest(&mut physical, &mut notes));
            }
        }
        whole::check(&lines, &mut notes);
    } else {
        lines.push(unread(
            Position { line: 1, column: 1 },
            Span {
                start: 0,
                end: bytes.len(),
            },
        ));
    }
    LicenseFile {
        lines,
        findings: notes.finish(),
        text: Arc::clone(&text),
        source,
    }
}

fn fits(bytes: &[u8], notes: &mut Notes) -> bool {
    if bytes.len() > MAX_LICENSE_FILE_BYTES {
        notes.error(
            Position::default(),
            Some(-2),
            format!("The file is larger than {MAX_LICENSE_FILE_BYTES} bytes."),
            "Split it; each part needs its own SERVER and VENDOR lines.",
        );
        return false;
    }
    true
}

fn unread(at: Position, span: Span) -> Line {
    Line {
        at,
        physical_lines: 1,
        span,
        kind: LineKind::Unknown,
    }
}

fn unread_rest(physical: &mut Peekable<PhysicalLines<'_>>, notes: &mut Notes) -> Option<Line> {
    let first = physical.next()?;
    let at = Position {
        line: first.number,
        column: 1,
    };
    let mut line = unread(at, first.span);
    for more in physical {
        line.span.end = more.span.end;
        line.physical_lines = line.physical_lines.saturating_add(1);
    }
    notes.error(
        at,
        Some(-2),
        format!("Only {MAX_LINES} lines are read."),
        "Split the file.",
    );
    Some(line)
}

fn line(logical: Logical, notes: &mut Notes) -> Line {
    let Logical {
        at,
        span,
        physical_lines,
        content,
    } = logical;
    let kind = match content {
        Content::Blank => LineKind::Blank,
        Content::Comment => LineKind::Comment,
        Content::Text(text) => read_text(at, &text, notes),
    };
    Line {
        at,
        physical_lines,
        span,
        kind,
    }
}

fn read_text(at: Position, text: &Text, notes: &mut Notes) -> LineKind {
    if text.too_long {
        notes.error(
            at,
            Some(-2),
            format!(
                "The line is longer than {} bytes.",
                logical::MAX_LOGICAL_LINE_BYTES
            ),
            "Look whether a \\ at the end of a line is one too many.",
        );
        return LineKind::Malformed;
    }
    if text.dangling {
        notes.warning(
            at,
            Some(-2),
            "The file ends where a \\ says that the line goes on.".to_owned(),
            "Look whether the end of the file is missing.",
        );
    }
    let keyword = first_word(&text.joined).to_ascii_uppercase();
    match keyword.as_str() {
        "SERVER" | "VENDOR" | "DAEMON" | "USE_SERVER" | "FEATURE" | "INCREMENT" | "UPGRADE" | "PACKAGE" => {
            read_keyword_line(&keyword, at, text, notes).unwrap_or(LineKind::Malformed)
        }
        "FEATURESET" => {
            notes.warning(
                at,
                Some(-56),
                "FEATURESET is historic; it is kept and has no effect.".to_owned(),
                "Nothing.",
            );
            LineKind::FeatureSet
        }
        _ => other_line(at, text, notes),
    }
}

fn read_keyword_line(keyword: &str, at: Position, text: &Text, notes: &mut Notes) -> Option<LineKind> {
    let tokens = match token::tokens(text, notes) {
        Ok(tokens) => tokens,
        Err(Untokenised::OpenQuote(place)) => {
            notes.error(
                place,
                Some(-2),
                "A quote is opened and not closed.".to_owned(),
                "Use the file as it was issued; look whether a \\ at the end of a line was lost.",
            );
            return None;
        }
        Err(Untokenised::TooMany) => {
            let text = format!(
                "The file has more than {} words and list items.",
                notes::MAX_ITEMS
            );
            notes.error(at, Some(-2), text, "Split the file.");
            return None;
        }
    };
    let words = tokens.get(1..).unwrap_or_default();
    match keyword {
        "SERVER" => server::server(at, words, notes),
        "VENDOR" | "DAEMON" => server::vendor(at, words, notes),
        "FEATURE" => license::increment(IncrementKeyword::Feature, at, words, notes),
        "INCREMENT" => license::increment(IncrementKeyword::Increment, at, words, notes),
        "UPGRADE" => license::upgrade(at, words, notes),
        "PACKAGE" => license::package(at, words, notes),
        _ => {
            if let Some(extra) = words.first() {
                notes.information(
                    extra.at,
                    Some(-2),
                    "USE_SERVER takes nothing behind it.".to_owned(),
                    "Remove the rest of the line.",
                );
            }
            Some(LineKind::UseServer)
        }
    }
}

fn other_line(at: Position, text: &Text, notes: &mut Notes) -> LineKind {
    let joined = text.joined.as_str();
    if is_fragment(joined) {
        notes.warning(
            at,
            Some(-2),
            "This looks like the rest of the line above, for example part of its signature.".to_owned(),
            "Put a \\ at the end of the line above, or use the file as it was issued.",
        );
        return LineKind::Fragment;
    }
    if is_decimal(joined) {
        notes.warning(
            at,
            Some(-98),
            "This is a license in decimal format, which only its vendor can decode; it is not served."
                .to_owned(),
            "Ask the publisher for the file in the readable format.",
        );
        return LineKind::Decimal;
    }
    // Its text is not repeated: it may be anything, such as a key that was put into the wrong folder, and findings are
    // shown to every administrator.
    notes.warning(
        at,
        Some(-2),
        "This begins no line of a license file; the line is kept and has no effect.".to_owned(),
        "Remove the line, or put # in front of it.",
    );
    LineKind::Unknown
}

/// Groups of four hex digits, one long run of them, or an attribute where a keyword should be.
fn is_fragment(joined: &str) -> bool {
    let first = first_word(joined);
    if let Some((keyword, _)) = first.split_once('=') {
        return Keyword::find(keyword).is_some();
    }
    let hex = |word: &str| {
        let digits = word.trim_matches('"');
        digits.len() >= 4
            && digits.len().is_multiple_of(4)
            && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    // Only the groups before the first attribute count: the signature may be followed by another one.
    hex(first)
        && joined
            .split(logical::BLANKS)
            .take_while(|word| !word.contains('='))
            .all(|word| word.is_empty() || hex(word))
}

/// `vendor-feature-ddddd-ddddd-…` as the only word.
fn is_decimal(joined: &str) -> bool {
    if joined.contains(logical::BLANKS) {
        return false;
    }
    let parts: Vec<&str> = joined.split('-').collect();
    let digits = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.len() >= 5
        && parts.first().is_some_and(|vendor| !vendor.is_empty())
        && parts.iter().skip(2).all(digits)
}
