//! Findings of the reader, bounded in number.

use licensing_api::finding::{Finding, Severity};

use crate::license_file::Position;

/// Most findings that are kept for one file; what comes after is only counted.
const MAX_FINDINGS: usize = 1_000;

/// License manager error number of bad syntax.
pub(super) const BAD_SYNTAX: i32 = -2;
/// License manager error number of an unknown word.
pub(super) const UNKNOWN_WORD: i32 = -90;

/// Why a line could not be read, and what to do.
#[derive(Debug)]
pub(super) struct Complaint {
    pub(super) at: Position,
    pub(super) text: String,
    pub(super) action: String,
}

/// Findings so far.
#[derive(Debug, Default)]
pub(super) struct Findings {
    kept: Vec<Finding>,
    left_out: usize,
}

impl Findings {
    pub(super) fn add(&mut self, severity: Severity, number: Option<i32>, complaint: Complaint) {
        if self.kept.len() == MAX_FINDINGS {
            self.left_out += 1;
            return;
        }
        self.kept.push(Finding {
            severity,
            line: complaint.at.line,
            column: complaint.at.column,
            number,
            text: complaint.text,
            action: complaint.action,
        });
    }

    pub(super) fn finish(mut self) -> Vec<Finding> {
        if self.left_out > 0 {
            self.kept.push(Finding::new(
                Severity::Warning,
                0,
                format!("{} more findings are not shown.", self.left_out),
                "Correct the ones shown, then read the file again.",
            ));
        }
        self.kept
    }
}
