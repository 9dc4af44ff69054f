//! From bytes to logical lines.

use licensing_api::finding::Severity;

use crate::license_file::{Physical, PhysicalLines, Position, utf16_as_utf8};

use super::directive::{self, Reading};
use super::findings::{BAD_SYNTAX, Complaint, Findings, UNKNOWN_WORD};
use super::model::{OptionLine, OptionLineKind, OptionsFile};
use super::restriction;
use super::words::{self, Segment, is_blank};

/// Longest logical line that is read, in bytes.
const MAX_LINE_BYTES: usize = 1024 * 1024;
/// Longer lines are cut by other vendor daemons.
const USUAL_LINE_CHARACTERS: usize = 4_000;

/// Reads an options file. Text is UTF-8, or UTF-16 as some programs on Windows save it; a line that is neither is read
/// as Windows-1252. Never fails: what cannot be read is kept and reported, with what it was meant to restrict.
pub fn parse(bytes: &[u8]) -> OptionsFile {
    let decoded = utf16_as_utf8(bytes);
    let utf16 = decoded.is_some().then(|| bytes.to_vec());
    let bytes = decoded.as_deref().unwrap_or(bytes);
    let mut findings = Findings::default();
    let mut lines = Vec::new();
    let mut physical = PhysicalLines::new(bytes);
    while let Some(first) = physical.next() {
        let mut gathered = Gathered::begin(bytes, &first);
        while gathered.continues {
            let Some(next) = physical.next() else {
                break;
            };
            gathered.join(bytes, &next);
        }
        lines.push(gathered.finish(&mut findings));
    }
    OptionsFile {
        lines,
        findings: findings.finish(),
        utf16,
    }
}

/// Physical lines that make one logical line.
struct Gathered {
    raw: Vec<u8>,
    first_line: u32,
    physical_lines: u32,
    segments: Vec<Segment>,
    continues: bool,
    comment: Option<OptionLineKind>,
}

impl Gathered {
    fn begin(bytes: &[u8], first: &Physical<'_>) -> Self {
        let comment = match first.text.trim_start_matches(is_blank).chars().next() {
            Some('#') => Some(OptionLineKind::Comment),
            Some('*') => Some(OptionLineKind::SwitchedOff),
            _ => None,
        };
        let mut this = Self {
            raw: raw_of(bytes, first).to_vec(),
            first_line: first.number,
            physical_lines: 1,
            segments: Vec::new(),
            continues: false,
            comment,
        };
        if this.comment.is_none() {
            this.segment(first);
        }
        this
    }

    /// Adds a physical line. Comments are taken out before lines are joined.
    fn join(&mut self, bytes: &[u8], next: &Physical<'_>) {
        self.raw.extend_from_slice(raw_of(bytes, next));
        self.physical_lines += 1;
        if !next.text.trim_start_matches(is_blank).starts_with('#') {
            self.segment(next);
        }
    }

    fn segment(&mut self, physical: &Physical<'_>) {
        let text = physical.text.trim_end_matches(is_blank);
        let (text, continues) = match text.strip_suffix('\\') {
            Some(text) => (text, true),
            None => (text, false),
        };
        self.continues = continues;
        self.segments.push(Segment {
            line: physical.number,
            text: text.to_owned(),
        });
    }

    fn finish(self, findings: &mut Findings) -> OptionLine {
        let mut at = Position {
            line: self.first_line,
            column: 1,
        };
        let kind = match self.comment {
            Some(kind) => kind,
            None if self.raw.len() > MAX_LINE_BYTES => {
                findings.add(Severity::Error, Some(BAD_SYNTAX), too_long(at));
                OptionLineKind::Malformed
            }
            None => read(&self.segments, &mut at, findings),
        };
        let restricts = match kind {
            OptionLineKind::Unknown | OptionLineKind::Malformed => {
                restriction::meant(&joined(&self.segments))
            }
            OptionLineKind::Blank
            | OptionLineKind::Comment
            | OptionLineKind::SwitchedOff
            | OptionLineKind::Option(_) => None,
        };
        OptionLine {
            at,
            physical_lines: self.physical_lines,
            raw: self.raw,
            kind,
            restricts,
        }
    }
}

fn joined(segments: &[Segment]) -> String {
    let texts: Vec<&str> = segments.iter().map(|segment| segment.text.as_str()).collect();
    texts.join(" ")
}

fn raw_of<'a>(bytes: &'a [u8], physical: &Physical<'_>) -> &'a [u8] {
    bytes
        .get(physical.span.start..physical.span.end)
        .unwrap_or_default()
}

fn read(segments: &[Segment], at: &mut Position, findings: &mut Findings) -> OptionLineKind {
    let words = match words::split(segments) {
        Ok(words) => words,
        Err(complaint) => {
            findings.add(Severity::Error, Some(BAD_SYNTAX), complaint);
            return OptionLineKind::Malformed;
        }
    };
    let Some(first) = words.first() else {
        return OptionLineKind::Blank;
    };
    *at = first.at;
    let characters: usize = segments.iter().map(|segment| segment.text.chars().count()).sum();
    if characters > USUAL_LINE_CHARACTERS {
        findings.add(Severity::Information, None, longer_than_usual(*at, characters));
    }
    match directive::read(&words) {
        Reading::Understood(directive, remarks) => {
            for remark in remarks {
                findings.add(Severity::Warning, None, remark);
            }
            OptionLineKind::Option(directive)
        }
        Reading::Unknown => {
            findings.add(Severity::Warning, Some(UNKNOWN_WORD), unknown(*at, segments));
            OptionLineKind::Unknown
        }
        Reading::Bad(complaint) => {
            findings.add(Severity::Error, Some(BAD_SYNTAX), complaint);
            OptionLineKind::Malformed
        }
    }
}

/// Of a line that begins with no option. Its text is not repeated: it may be anything, such as a key that was put into
/// the wrong file, and findings are shown to every administrator.
fn unknown(at: Position, segments: &[Segment]) -> Complaint {
    match restriction::meant(&joined(segments)) {
        Some(meant) => Complaint {
            at,
            text: format!(
                "The line begins with no option; {} was probably meant, so it is not passed over.",
                meant.option
            ),
            action: format!("Write {}, or write # in front of the line.", meant.option),
        },
        None => Complaint {
            at,
            text: "The line begins with no option and has no effect.".to_owned(),
            action: "Check the spelling, or write # in front of the line.".to_owned(),
        },
    }
}

fn too_long(at: Position) -> Complaint {
    Complaint {
        at,
        text: format!("The line is longer than {MAX_LINE_BYTES} bytes and has no effect."),
        action: "Write several shorter lines; GROUP and HOST_GROUP lines of one name add up.".to_owned(),
    }
}

fn longer_than_usual(at: Position, characters: usize) -> Complaint {
    Complaint {
        at,
        text: format!(
            "The line has {characters} characters; other license servers read {USUAL_LINE_CHARACTERS}."
        ),
        action: "Nothing here; write several shorter lines if the file is used elsewhere too.".to_owned(),
    }
}
