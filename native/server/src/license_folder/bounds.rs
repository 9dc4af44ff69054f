//! How large a license file may be, and how large its explanation becomes.

use std::collections::HashSet;

use licensing_api::finding::{Finding, Severity};
use licensing_api::license_file::{LicenseFileExplanation, MAX_LICENSE_FILE_BYTES};
use licensing_api::{ErrorCode, Problem};
use licensing_license_file::license_file::{LicenseFile, LineKind, PublisherLine};

/// Bytes of a text whose explanation takes neither memory nor time worth speaking of.
pub(crate) const SHORT_TEXT: usize = 16 * 1024;

/// Most lines of a license file. A line takes some hundred bytes in memory, however short it is.
const MAX_LINES: usize = 100_000;

/// Most SERVER lines of a license file: every signature covers all of them.
const MAX_SERVERS: usize = 16;

/// Most vendors that a license file names: each has pools of its own.
const MAX_VENDORS: usize = 64;

/// Most rows of each list of an explanation.
const MAX_ROWS: usize = 10_000;

/// Bytes of text in each list of an explanation, some 50 bytes a row for its field names included.
const MAX_TEXT: usize = 1024 * 1024;

/// Longest text of one row, in bytes.
const MAX_ROW_TEXT: usize = 4096;

/// Whether a file of this size is taken at all, before it is read.
///
/// # Errors
/// `RequestTooLarge` with the bound.
pub(super) fn check(bytes: &[u8]) -> Result<(), Problem> {
    let too_large = |bound: usize, what: &str| {
        let detail = format!("A license file may have up to {bound} {what}.");
        Err(Problem::new(ErrorCode::RequestTooLarge, detail))
    };
    if bytes.len() > MAX_LICENSE_FILE_BYTES {
        return too_large(MAX_LICENSE_FILE_BYTES, "bytes");
    }
    let ends = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r'));
    if ends.count() > MAX_LINES {
        return too_large(MAX_LINES, "lines");
    }
    Ok(())
}

/// Whether what a file says is taken: what one line costs must not depend on how many others there are.
///
/// # Errors
/// `RequestTooLarge` with the bound.
pub(super) fn check_content(file: &LicenseFile) -> Result<(), Problem> {
    let too_many = |bound: usize, what: &str| {
        let detail = format!("A license file may have up to {bound} {what}.");
        Err(Problem::new(ErrorCode::RequestTooLarge, detail))
    };
    if file.servers().nth(MAX_SERVERS).is_some() {
        return too_many(MAX_SERVERS, "SERVER lines");
    }
    let mut vendors = HashSet::new();
    for line in &file.lines {
        let vendor = match &line.kind {
            LineKind::Vendor(vendor) => Some(vendor.name.value.as_str()),
            kind => PublisherLine::of(kind).map(PublisherLine::vendor),
        };
        vendors.extend(vendor.map(str::to_ascii_uppercase));
        if vendors.len() > MAX_VENDORS {
            return too_many(MAX_VENDORS, "vendors");
        }
    }
    Ok(())
}

/// The explanation with the rows that fit; a finding about the whole file says what was left out.
pub(super) fn bounded(mut explanation: LicenseFileExplanation) -> LicenseFileExplanation {
    let left_out = [
        bound("lines", &mut explanation.lines, |line| {
            (&mut line.text, line.feature.len())
        }),
        bound("findings", &mut explanation.findings, |finding| {
            (&mut finding.text, finding.action.len())
        }),
        bound("changes", &mut explanation.effects, |effect| {
            (&mut effect.text, effect.feature.len() + effect.vendor.len())
        }),
    ];
    let left_out: Vec<String> = left_out.into_iter().flatten().collect();
    if !left_out.is_empty() {
        let note = Finding::new(
            Severity::Information,
            0,
            format!("The explanation leaves out {}.", left_out.join(", ")),
            "Split the file to have all of it explained; an import takes it whole.",
        );
        explanation.findings.insert(0, note);
    }
    explanation
}

/// Keeps the first rows that fit, with texts that are cut where they are too long. Says what was left out.
fn bound<T>(name: &str, rows: &mut Vec<T>, texts: impl Fn(&mut T) -> (&mut String, usize)) -> Option<String> {
    let all = rows.len();
    rows.truncate(MAX_ROWS);
    let mut used = 0;
    let mut kept = rows.len();
    for (index, row) in rows.iter_mut().enumerate() {
        let (text, others) = texts(row);
        cut(text);
        used += text.len() + others + 50;
        if used > MAX_TEXT {
            kept = index;
            break;
        }
    }
    rows.truncate(kept);
    rows.shrink_to_fit();
    (kept < all).then(|| format!("{} of {all} {name}", all - kept))
}

fn cut(text: &mut String) {
    if text.len() > MAX_ROW_TEXT {
        let end = text.floor_char_boundary(MAX_ROW_TEXT);
        text.truncate(end);
        text.push('…');
        text.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use licensing_api::license_file::ExplainedLine;
    use licensing_license_file::license_file::parse;

    use super::*;

    fn explained(rows: usize, text: &str) -> LicenseFileExplanation {
        let line = |number| ExplainedLine {
            line: number,
            keyword: String::new(),
            text: text.to_owned(),
            feature: String::new(),
            signature: None,
        };
        bounded(LicenseFileExplanation {
            file_name: "a.lic".to_owned(),
            acceptable: false,
            lines: (1..=rows as u32).map(line).collect(),
            findings: Vec::new(),
            effects: Vec::new(),
        })
    }

    #[test]
    fn an_explanation_is_bounded_and_says_so() {
        assert!(explained(100, "short").findings.is_empty());
        let many = explained(50_000, "short");
        assert_eq!(many.lines.len(), MAX_ROWS);
        assert!(
            many.findings[0].text.contains("40000 of 50000 lines"),
            "{:?}",
            many.findings
        );
        for (rows, text) in [(50_000, "x".repeat(500)), (100, "ü".repeat(1_000_000))] {
            let large = explained(rows, &text);
            assert!(serde_json::to_vec(&large).unwrap().len() < 2 * MAX_TEXT);
        }
    }

    #[test]
    fn a_file_has_bounded_servers_and_vendors() {
        let check = |text: &str| check_content(&parse(text.as_bytes())).map_err(|problem| problem.detail);
        let servers = |number| "SERVER a ANY\n".repeat(number);
        let vendors = |number: usize| -> String {
            let line = |number| format!("INCREMENT cad v{number} 1 permanent 1\n");
            (0..number).map(line).collect()
        };
        assert_eq!(check(&servers(MAX_SERVERS)), Ok(()));
        assert!(
            check(&servers(MAX_SERVERS + 1))
                .unwrap_err()
                .contains("SERVER lines")
        );
        assert_eq!(check(&vendors(MAX_VENDORS)), Ok(()));
        assert!(check(&vendors(MAX_VENDORS + 1)).unwrap_err().contains("vendors"));
        assert_eq!(check(&"VENDOR acme\nVENDOR ACME\n".repeat(1_000)), Ok(()));
    }

    #[test]
    fn a_file_has_bounded_lines() {
        assert!(check(&b"x\n".repeat(MAX_LINES)).is_ok());
        let problem = check(&b"x\n".repeat(MAX_LINES + 1)).unwrap_err();
        assert_eq!(problem.code, ErrorCode::RequestTooLarge);
    }
}
