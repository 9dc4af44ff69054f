//! Collects what is noticed while reading, within bounds.

use licensing_api::finding::{Finding, Severity};

use crate::license_file::Position;

/// Most errors, and most other findings, that are listed for one file: no flood of warnings hides an error.
pub(super) const MAX_FINDINGS: usize = 1000;

/// Most words, attributes and list items that are kept for one file: bounds the memory that a file can take.
pub(super) const MAX_ITEMS: usize = 500_000;

/// Findings, and how much may still be kept.
pub(super) struct Notes {
    findings: Vec<Finding>,
    errors: usize,
    others: usize,
    left_out: u64,
    items_left: usize,
}

impl Notes {
    pub(super) fn new() -> Self {
        Self {
            findings: Vec::new(),
            errors: 0,
            others: 0,
            left_out: 0,
            items_left: MAX_ITEMS,
        }
    }

    /// Asks to keep so many items; false when the file has used up what it may.
    pub(super) fn take_items(&mut self, count: usize) -> bool {
        match self.items_left.checked_sub(count) {
            Some(left) => {
                self.items_left = left;
                true
            }
            None => false,
        }
    }

    /// Worth knowing.
    pub(super) fn information(&mut self, at: Position, number: Option<i32>, text: String, action: &str) {
        self.add(Severity::Information, at, number, text, action);
    }

    /// Odd, but the line is used.
    pub(super) fn warning(&mut self, at: Position, number: Option<i32>, text: String, action: &str) {
        self.add(Severity::Warning, at, number, text, action);
    }

    /// The line is not used.
    pub(super) fn error(&mut self, at: Position, number: Option<i32>, text: String, action: &str) {
        self.add(Severity::Error, at, number, text, action);
    }

    fn add(&mut self, severity: Severity, at: Position, number: Option<i32>, text: String, action: &str) {
        let listed = if severity == Severity::Error {
            &mut self.errors
        } else {
            &mut self.others
        };
        if *listed >= MAX_FINDINGS {
            self.left_out += 1;
            return;
        }
        *listed += 1;
        self.findings.push(Finding {
            severity,
            line: at.line,
            column: at.column,
            number,
            text,
            action: action.to_owned(),
        });
    }

    /// The findings in the order of the file.
    pub(super) fn finish(mut self) -> Vec<Finding> {
        self.findings
            .sort_by_key(|finding| (finding.line, finding.column));
        if self.left_out > 0 {
            self.findings.push(Finding::new(
                Severity::Warning,
                0,
                format!("{} further findings are not listed.", self.left_out),
                "Correct what is listed, then read the file again.",
            ));
        }
        self.findings
    }
}

/// Text of a file for a message: shortened, and without control characters that a terminal would obey.
pub(in crate::license_file) fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut characters = text.chars();
    let mut result: String = characters
        .by_ref()
        .take(LONGEST)
        .map(|character| {
            if character.is_control() {
                '\u{fffd}'
            } else {
                character
            }
        })
        .collect();
    if characters.next().is_some() {
        result.push('…');
    }
    result
}
