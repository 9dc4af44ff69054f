//! Serial numbers that their vendor has taken back.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::finding::{Evidence, Finding, FindingKind, key};
use super::rows::{LicenseRow, UploadRow};
use super::standing::{Occurrences, bounded, histories};
use crate::id::ServerGuid;

/// A serial number that its vendor has taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rescission {
    /// Vendor daemon; empty for any.
    #[serde(default)]
    pub vendor: String,
    /// Serial number.
    pub serial_number: String,
    /// From when on it must not be used.
    pub effective: Timestamp,
    /// When this was withdrawn; none while it stands.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub withdrawn: Option<Timestamp>,
    /// Why, in the vendor's words.
    #[serde(default)]
    pub reason: String,
}

impl Rescission {
    fn forbids(&self, row: &LicenseRow) -> bool {
        (self.vendor.is_empty() || self.vendor.eq_ignore_ascii_case(&row.vendor))
            && row.created >= self.effective
            && self.withdrawn.is_none_or(|withdrawn| row.created < withdrawn)
    }

    /// Whether it still forbids what it forbade in an earlier upload.
    fn stands(&self) -> bool {
        self.withdrawn.is_none()
    }
}

/// Server, vendor and serial number.
type Case = (ServerGuid, String, String);

/// A rescinded serial number that gave seats.
struct Use {
    occurrences: Occurrences,
    /// Whether it must still not be used.
    stands: bool,
    /// When that was withdrawn at last.
    withdrawn: Option<Timestamp>,
}

/// Finds rescinded serial numbers that still give seats, one finding for each server. It is over when the server lists the
/// number no more, or the rescission is withdrawn.
pub fn rescinded_licenses(
    uploads: &[UploadRow],
    licenses: &[LicenseRow],
    rescissions: &[Rescission],
) -> Vec<Finding> {
    let histories = histories(uploads);
    let by_serial = by_serial(rescissions);
    let mut cases: BTreeMap<Case, Use> = BTreeMap::new();
    for row in licenses.iter().filter(|row| row.serving) {
        let serial = in_lower_case(row.serial_number.as_deref().unwrap_or_default());
        let Some(known) = by_serial.get(&serial) else {
            continue;
        };
        let forbidding: Vec<_> = known.iter().filter(|one| one.forbids(row)).collect();
        if forbidding.is_empty() {
            continue;
        }
        let withdrawn = forbidding.iter().filter_map(|one| one.withdrawn).max();
        let case = cases
            .entry((row.server, row.vendor.to_lowercase(), serial))
            .or_insert_with(|| Use {
                occurrences: Occurrences::new(row.sequence, row.created),
                stands: false,
                withdrawn: None,
            });
        // Another one that begins later is none that stands.
        case.stands |= forbidding.iter().any(|one| one.stands());
        case.withdrawn = case.withdrawn.max(withdrawn);
        case.occurrences.add(row.sequence, row.created, evidence(row));
    }
    let mut findings: Vec<Finding> = cases
        .into_iter()
        .map(|(case, found)| {
            let gone = histories
                .get(&case.0)
                .and_then(|history| found.occurrences.until(history));
            finding(case, found, gone)
        })
        .collect();
    findings.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    findings
}

fn by_serial(rescissions: &[Rescission]) -> HashMap<String, Vec<&Rescission>> {
    let mut by_serial: HashMap<String, Vec<&Rescission>> = HashMap::new();
    for rescission in rescissions {
        by_serial
            .entry(in_lower_case(&rescission.serial_number))
            .or_default()
            .push(rescission);
    }
    by_serial
}

fn in_lower_case(serial: &str) -> String {
    serial.trim().to_lowercase()
}

fn evidence(row: &LicenseRow) -> Evidence {
    Evidence {
        server_guid: row.server,
        created: row.created,
        upload_id: row.upload_id,
        field: format!("/licenses/{}/serialNumber", row.index),
        value: row.serial_number.clone().unwrap_or_default(),
    }
}

/// `gone` is when the server listed the number no more.
fn finding((server, vendor, serial): Case, found: Use, gone: Option<Timestamp>) -> Finding {
    let kind = FindingKind::RescindedLicense;
    let subject = serial.to_uppercase();
    Finding {
        key: key(kind, &[&server.to_string(), &vendor, &serial]),
        kind,
        severity: kind.severity(),
        servers: vec![server],
        since: found.occurrences.since(),
        until: match found.withdrawn {
            Some(withdrawn) if !found.stands => Some(gone.map_or(withdrawn, |gone| gone.min(withdrawn))),
            _ => gone,
        },
        detail: format!("Serial number {subject} was rescinded by its vendor and gives seats."),
        subject,
        evidence: bounded(found.occurrences.evidence),
    }
}
