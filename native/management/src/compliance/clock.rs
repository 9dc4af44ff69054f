//! Clocks that lie.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::Bounds;
use super::finding::{Evidence, Finding, FindingKind, key};
use super::rows::UploadRow;
use super::standing::{Occurrences, bounded, histories};
use crate::id::ServerGuid;

/// Finds servers whose clock differs from the receiver's at the time of sending, whose uploads were made in the future, whose
/// clock went back between two uploads, or who say themselves that their clock was set.
pub fn clocks_that_lie(uploads: &[UploadRow], bounds: &Bounds) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (server, rows) in histories(uploads) {
        if let Some(lies) = lies(&rows, bounds.clock_tolerance) {
            let until = lies.until(&rows);
            findings.push(finding(server, lies, until, bounds));
        }
    }
    findings.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    findings
}

/// What is wrong with the clock in the uploads of one server, in their order; none when nothing is.
fn lies(rows: &[&UploadRow], tolerance: SignedDuration) -> Option<Occurrences> {
    let mut lies: Option<Occurrences> = None;
    let mut add = |row: &UploadRow, field: &str, value: String| {
        lies.get_or_insert_with(|| Occurrences::new(row.sequence, row.created))
            .add(row.sequence, row.created, evidence(row, field, value));
    };
    let tolerated = tolerance.as_secs().unsigned_abs();
    for row in rows {
        if let Some(offset) = row.clock_offset_seconds
            && offset.unsigned_abs() > tolerated
        {
            add(row, "/created", format!("{} ({offset:+} seconds)", row.created));
        }
        let from_the_future = row
            .received
            .is_some_and(|received| row.created.duration_since(received) > tolerance);
        if from_the_future {
            add(row, "/created", row.created.to_string());
        }
        if row.clock_jump_seconds.unsigned_abs() > tolerated {
            add(
                row,
                "/server/clock/jumpSeconds",
                row.clock_jump_seconds.to_string(),
            );
        }
    }
    let before: HashMap<&str, &UploadRow> = rows.iter().map(|row| (row.integrity.as_str(), *row)).collect();
    for row in rows {
        let previous = row.previous.as_deref().and_then(|hash| before.get(hash));
        if previous.is_some_and(|previous| row.created < previous.created) {
            add(row, "/created", row.created.to_string());
        }
    }
    lies
}

fn finding(server: ServerGuid, lies: Occurrences, until: Option<Timestamp>, bounds: &Bounds) -> Finding {
    let kind = FindingKind::WrongClock;
    Finding {
        key: key(kind, &[&server.to_string()]),
        kind,
        severity: kind.severity(),
        subject: server.to_string(),
        servers: vec![server],
        since: lies.since(),
        until,
        detail: format!(
            "The clock of server {server} differs by more than {} minutes, or was set.",
            bounds.clock_tolerance.as_mins()
        ),
        evidence: bounded(lies.evidence),
    }
}

fn evidence(row: &UploadRow, field: &str, value: String) -> Evidence {
    Evidence {
        server_guid: row.server,
        created: row.created,
        upload_id: row.upload_id,
        field: field.to_owned(),
        value,
    }
}
