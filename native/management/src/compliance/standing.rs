//! What rules share: the latest upload of each server, and evidence that stays small.

use std::collections::HashMap;

use jiff::Timestamp;

use super::finding::Evidence;
use super::rows::UploadRow;
use crate::id::ServerGuid;

/// Most pieces of evidence of one finding: the first ones, and the latest.
const MAX_EVIDENCE: usize = 16;

/// The latest upload of each server, by sequence number.
pub(super) fn latest(uploads: &[UploadRow]) -> HashMap<ServerGuid, &UploadRow> {
    let mut latest: HashMap<ServerGuid, &UploadRow> = HashMap::new();
    for row in uploads {
        latest
            .entry(row.server)
            .and_modify(|known| {
                // The id decides between the two uploads of a cloned server, so that the order of arrival does not.
                if (row.sequence, row.upload_id) > (known.sequence, known.upload_id) {
                    *known = row;
                }
            })
            .or_insert(row);
    }
    latest
}

/// The uploads of each server, by sequence number.
pub(super) fn histories(uploads: &[UploadRow]) -> HashMap<ServerGuid, Vec<&UploadRow>> {
    let mut histories: HashMap<ServerGuid, Vec<&UploadRow>> = HashMap::new();
    for row in uploads {
        histories.entry(row.server).or_default().push(row);
    }
    for history in histories.values_mut() {
        history.sort_unstable_by_key(|row| (row.sequence, row.upload_id));
    }
    histories
}

/// Sorts and bounds evidence: the first half and the latest half are kept.
pub(super) fn bounded(mut evidence: Vec<Evidence>) -> Vec<Evidence> {
    evidence.sort_unstable_by(|a, b| (a.created, a).cmp(&(b.created, b)));
    evidence.dedup();
    if evidence.len() > MAX_EVIDENCE {
        let latest = evidence.split_off(evidence.len() - MAX_EVIDENCE / 2);
        evidence.truncate(MAX_EVIDENCE / 2);
        evidence.extend(latest);
    }
    evidence
}

/// What one server did wrong in some of its uploads.
#[derive(Debug)]
pub(super) struct Occurrences {
    first: (u64, Timestamp),
    last: u64,
    pub(super) evidence: Vec<Evidence>,
}

impl Occurrences {
    pub(super) fn new(sequence: u64, created: Timestamp) -> Self {
        Self {
            first: (sequence, created),
            last: sequence,
            evidence: Vec::new(),
        }
    }

    /// Adds one upload.
    pub(super) fn add(&mut self, sequence: u64, created: Timestamp, evidence: Evidence) {
        self.first = self.first.min((sequence, created));
        self.last = self.last.max(sequence);
        self.evidence.push(evidence);
    }

    /// When it was first so.
    pub(super) fn since(&self) -> Timestamp {
        self.first.1
    }

    /// When it was no longer so: the first upload of the server after the last of them. `history` is sorted by sequence number.
    pub(super) fn until(&self, history: &[&UploadRow]) -> Option<Timestamp> {
        history
            .iter()
            .find(|row| row.sequence > self.last)
            .map(|row| row.created)
    }
}
