//! The life cycle of a finding: open, acknowledged, resolved, open again.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::finding::Finding;

/// Where a finding stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum FindingState {
    /// The cause stands, and nobody has looked at it.
    Open,
    /// The cause stands, and an administrator has given a reason.
    Acknowledged,
    /// The cause is gone.
    Resolved,
}

/// A finding with its life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FindingRecord {
    /// What was found, as of the latest evaluation.
    pub finding: Finding,
    /// Where it stands.
    pub state: FindingState,
    /// When it got there.
    pub changed: Timestamp,
    /// When it was first found.
    pub found: Timestamp,
    /// How often its cause came back.
    pub reopened: u32,
    /// Reason of the last acknowledgement.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// Who acknowledged it last.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub acknowledged_by: Option<String>,
}

/// A change of a finding that is not possible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LifeError {
    /// A reason must be given.
    #[error("an acknowledgement needs a reason of 1 to 1024 bytes")]
    NoReason,
    /// Its cause is gone already.
    #[error("finding {0} is resolved; there is nothing to acknowledge")]
    Resolved(String),
}

/// Longest reason, in bytes.
const MAX_REASON_BYTES: usize = 1024;

impl FindingRecord {
    /// A finding that was not known before.
    pub fn new(finding: Finding, now: Timestamp) -> Self {
        let state = if finding.is_standing() {
            FindingState::Open
        } else {
            FindingState::Resolved
        };
        Self {
            finding,
            state,
            changed: now,
            found: now,
            reopened: 0,
            reason: None,
            acknowledged_by: None,
        }
    }

    /// Takes notice of it. It stays acknowledged until its cause is gone; when the cause comes back, or concerns a further
    /// server, it is open again.
    ///
    /// # Errors
    /// Without a reason, or when it is resolved.
    pub fn acknowledge(&mut self, by: &str, reason: &str, now: Timestamp) -> Result<(), LifeError> {
        let reason = reason.trim();
        if reason.is_empty() || reason.len() > MAX_REASON_BYTES {
            return Err(LifeError::NoReason);
        }
        match self.state {
            FindingState::Resolved => Err(LifeError::Resolved(self.finding.key.clone())),
            FindingState::Open | FindingState::Acknowledged => {
                self.state = FindingState::Acknowledged;
                self.changed = now;
                self.reason = Some(reason.to_owned());
                self.acknowledged_by = Some(by.to_owned());
                Ok(())
            }
        }
    }

    /// What an evaluation says of the same key now; none when it no longer finds it at all. True when the state changed. An
    /// acknowledgement was given for the servers that were known then: another one opens the finding again.
    pub fn observe(&mut self, finding: Option<Finding>, now: Timestamp) -> bool {
        let standing = finding.as_ref().is_some_and(Finding::is_standing);
        let grown = finding
            .iter()
            .flat_map(|finding| &finding.servers)
            .any(|server| !self.finding.servers.contains(server));
        match finding {
            Some(finding) => self.finding = finding,
            None => self.finding.until = self.finding.until.or(Some(now)),
        }
        let next = match (self.state, standing) {
            (FindingState::Acknowledged, true) if grown => {
                self.reopened = self.reopened.saturating_add(1);
                FindingState::Open
            }
            (FindingState::Resolved, true) => {
                self.reopened = self.reopened.saturating_add(1);
                FindingState::Open
            }
            (state @ (FindingState::Open | FindingState::Acknowledged), true) => state,
            (_, false) => FindingState::Resolved,
        };
        let changed = next != self.state;
        if changed {
            self.state = next;
            self.changed = now;
        }
        changed
    }
}

/// Brings records up to a whole evaluation; gives the keys of those that are new or whose state changed, sorted. Findings
/// whose cause was gone before they were first found are kept as resolved.
pub fn reconcile(
    records: &mut BTreeMap<String, FindingRecord>,
    findings: Vec<Finding>,
    now: Timestamp,
) -> Vec<String> {
    let mut found: BTreeMap<String, Finding> = findings
        .into_iter()
        .map(|finding| (finding.key.clone(), finding))
        .collect();
    let mut changed = Vec::new();
    for (key, record) in records.iter_mut() {
        if record.observe(found.remove(key), now) {
            changed.push(key.clone());
        }
    }
    for (key, finding) in found {
        changed.push(key.clone());
        records.insert(key, FindingRecord::new(finding, now));
    }
    changed.sort_unstable();
    changed
}
