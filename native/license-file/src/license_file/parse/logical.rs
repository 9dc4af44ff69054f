//! Logical lines: comments taken out, continuation lines joined, every character still known by its place.

use std::cell::Cell;
use std::iter::Peekable;

use super::physical::{Physical, PhysicalLines};
use crate::license_file::{Position, Span};

/// Longest logical line that is read, in bytes of its joined text.
pub(super) const MAX_LOGICAL_LINE_BYTES: usize = 1024 * 1024;

/// Blanks between words. A carriage return that is no line end counts as one; blanks of other alphabets are text.
pub(super) const BLANKS: [char; 5] = [' ', '\t', '\r', '\u{b}', '\u{c}'];

/// The words of a text, as blanks separate them. Signatures see a text in the same way: a blank that would not separate
/// words here must not pass for one there.
pub(crate) fn blank_separated(text: &str) -> impl Iterator<Item = &str> {
    text.split(BLANKS).filter(|word| !word.is_empty())
}

/// What a logical line consists of.
pub(super) enum Content {
    Blank,
    Comment,
    Text(Text),
}

/// One logical line.
pub(super) struct Logical {
    pub(super) at: Position,
    pub(super) span: Span,
    pub(super) physical_lines: u32,
    pub(super) content: Content,
}

/// Joined text of a logical line.
#[derive(Default)]
pub(super) struct Text {
    /// Continuation lines joined by one blank each.
    pub(super) joined: String,
    /// Longer than is read; the rest is not in `joined`.
    pub(super) too_long: bool,
    /// The last physical line ends in `\`, but the file ends there.
    pub(super) dangling: bool,
    segments: Vec<Segment>,
    cursor: Cell<Cursor>,
}

/// Part of the joined text that stands on one physical line.
#[derive(Clone, Copy)]
struct Segment {
    /// Offset in the joined text.
    joined: usize,
    at: Position,
    byte: usize,
    single_byte: bool,
}

/// Where the last place was looked up: places are asked for in rising order, so counting goes on from here.
#[derive(Clone, Copy, Default)]
struct Cursor {
    segment: usize,
    offset: usize,
    column: u32,
}

/// Takes the next logical line.
pub(super) fn next_line(lines: &mut Peekable<PhysicalLines<'_>>) -> Option<Logical> {
    let first = lines.next()?;
    let at = Position {
        line: first.number,
        column: 1,
    };
    let trimmed = first.text.trim_matches(BLANKS);
    let alone = |content| Logical {
        at,
        span: first.span,
        physical_lines: 1,
        content,
    };
    if trimmed.is_empty() {
        return Some(alone(Content::Blank));
    }
    if trimmed.starts_with('#') {
        return Some(alone(Content::Comment));
    }
    let mut joining = Joining::default();
    let mut span = first.span;
    let mut last_number = first.number;
    let mut goes_on = joining.push(&first);
    while goes_on {
        let Some(next) = lines.next() else {
            joining.text.dangling = true;
            break;
        };
        span.end = next.span.end;
        last_number = next.number;
        // A comment line between continuation lines takes only itself; in quotes `#` is text.
        if !joining.in_quotes && next.text.trim_start_matches(BLANKS).starts_with('#') {
            continue;
        }
        goes_on = joining.push(&next);
    }
    let text = joining.text;
    let at = text.segments.first().map_or(at, |segment| segment.at);
    let physical_lines = (last_number - first.number).saturating_add(1);
    Some(Logical {
        at,
        span,
        physical_lines,
        content: Content::Text(text),
    })
}

#[derive(Default)]
struct Joining {
    text: Text,
    in_quotes: bool,
}

impl Joining {
    /// Adds a physical line; tells whether the logical line goes on after it.
    fn push(&mut self, line: &Physical<'_>) -> bool {
        let start = line.text.trim_start_matches(BLANKS);
        let skipped = line.text.len() - start.len();
        let (content, goes_on) = self.without_continuation(start.trim_end_matches(BLANKS));
        let content = content.trim_end_matches(BLANKS);
        if content.is_empty() {
            return goes_on;
        }
        let text = &mut self.text;
        if text.joined.len() + content.len() + 1 > MAX_LOGICAL_LINE_BYTES {
            text.too_long = true;
            return goes_on;
        }
        if !text.joined.is_empty() {
            text.joined.push(' ');
        }
        // What was skipped are blanks of one byte each, so bytes and columns advance alike.
        let column = u32::try_from(skipped).unwrap_or(u32::MAX).saturating_add(1);
        text.segments.push(Segment {
            joined: text.joined.len(),
            at: Position {
                line: line.number,
                column,
            },
            byte: line.text_start + skipped,
            single_byte: line.single_byte,
        });
        text.joined.push_str(content);
        if content.bytes().filter(|&byte| byte == b'"').count() % 2 == 1 {
            self.in_quotes = !self.in_quotes;
        }
        goes_on
    }

    /// Cuts off the `\` that joins lines, with a comment that may stand after it.
    fn without_continuation<'t>(&self, content: &'t str) -> (&'t str, bool) {
        if let Some(before) = content.strip_suffix('\\') {
            return (before, true);
        }
        let mut in_quotes = self.in_quotes;
        for (offset, character) in content.char_indices() {
            match character {
                '"' => in_quotes = !in_quotes,
                '\\' if !in_quotes => {
                    let after = content.get(offset + 1..).unwrap_or_default();
                    if after.starts_with(BLANKS) && after.trim_start_matches(BLANKS).starts_with('#') {
                        return (content.get(..offset).unwrap_or_default(), true);
                    }
                }
                _ => {}
            }
        }
        (content, false)
    }
}

impl Text {
    /// Where the character at this offset of the joined text stands in the file.
    pub(super) fn position(&self, offset: usize) -> Position {
        self.place(offset).0
    }

    /// Bytes of the file for `start..end` of the joined text.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        let first = self.place(start).1;
        let before = self.joined.get(..end).unwrap_or_default();
        let Some((last_start, last)) = before.char_indices().next_back() else {
            return Span {
                start: first,
                end: first,
            };
        };
        let (segment, byte) = (self.segment(last_start), self.place(last_start).1);
        let width = if segment.is_some_and(|segment| segment.single_byte) {
            1
        } else {
            last.len_utf8()
        };
        Span {
            start: first,
            end: byte + width,
        }
    }

    fn segment(&self, offset: usize) -> Option<&Segment> {
        let after = self.segments.partition_point(|segment| segment.joined <= offset);
        self.segments.get(after.checked_sub(1)?)
    }

    fn place(&self, offset: usize) -> (Position, usize) {
        let index = self
            .segments
            .partition_point(|segment| segment.joined <= offset)
            .saturating_sub(1);
        let Some(segment) = self.segments.get(index) else {
            return (Position::default(), 0);
        };
        let cursor = self.cursor.get();
        let (from, column) = if cursor.segment == index && (segment.joined..=offset).contains(&cursor.offset)
        {
            (cursor.offset, cursor.column.max(segment.at.column))
        } else {
            (segment.joined, segment.at.column)
        };
        let passed = self
            .joined
            .get(from..offset)
            .map_or(0, |text| text.chars().count());
        let column = column.saturating_add(u32::try_from(passed).unwrap_or(u32::MAX));
        self.cursor.set(Cursor {
            segment: index,
            offset,
            column,
        });
        let byte = if segment.single_byte {
            segment.byte + usize::try_from(column - segment.at.column).unwrap_or(usize::MAX)
        } else {
            segment.byte + (offset - segment.joined)
        };
        (
            Position {
                line: segment.at.line,
                column,
            },
            byte,
        )
    }
}
