//! Counts that cannot be.

use std::collections::BTreeMap;

use super::finding::{Evidence, Finding, FindingKind, key};
use super::rows::{UploadRow, UsageRow};
use super::standing::{Occurrences, bounded, histories};
use crate::id::ServerGuid;

/// Server, vendor, feature and version.
type Case = (ServerGuid, String, String, String);

/// Finds features of which more seats were in use than could be given out at any time of the window, overdraft included;
/// windows in which seats were supplied beyond the installed ones (burst) have no bound.
pub fn impossible_counts(uploads: &[UploadRow], usage: &[UsageRow]) -> Vec<Finding> {
    let histories = histories(uploads);
    let mut cases: BTreeMap<Case, (Occurrences, &UsageRow, u32)> = BTreeMap::new();
    for row in usage {
        let Some(limit) = row.limit.filter(|limit| row.used_max > *limit) else {
            continue;
        };
        let case = (
            row.server,
            row.vendor.to_lowercase(),
            row.feature.to_lowercase(),
            row.version.canonical(),
        );
        let (occurrences, worst, worst_limit) = cases
            .entry(case)
            .or_insert_with(|| (Occurrences::new(row.sequence, row.created), row, limit));
        // The most seats too many; the id decides between equals, so that the order of rows does not.
        if (row.used_max - limit, row.upload_id) > (worst.used_max - *worst_limit, worst.upload_id) {
            (*worst, *worst_limit) = (row, limit);
        }
        occurrences.add(
            row.sequence,
            row.created,
            Evidence {
                server_guid: row.server,
                created: row.created,
                upload_id: row.upload_id,
                field: format!("/features/{}/countUsedMax", row.index),
                value: row.used_max.to_string(),
            },
        );
    }
    let mut findings: Vec<Finding> = cases
        .into_iter()
        .map(
            |((server, vendor, feature, version), (occurrences, worst, limit))| {
                let kind = FindingKind::ImpossibleCount;
                Finding {
                    key: key(kind, &[&server.to_string(), &vendor, &feature, &version]),
                    kind,
                    severity: kind.severity(),
                    subject: worst.feature.clone(),
                    servers: vec![server],
                    since: occurrences.since(),
                    until: histories
                        .get(&server)
                        .and_then(|history| occurrences.until(history)),
                    detail: format!(
                        "{} seats of {} {} were in use; at most {limit} could be given out.",
                        worst.used_max, worst.feature, worst.version
                    ),
                    evidence: bounded(occurrences.evidence),
                }
            },
        )
        .collect();
    findings.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    findings
}
