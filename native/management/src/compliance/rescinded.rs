//! Serial numbers that their vendor has taken back.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::finding::{Evidence, Finding, FindingKind, key};
use super::rows::{LicenseRow, UploadRow};
use super::standing::{Occurrences, bounded, latest};
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
}

/// Server, vendor and serial number.
type Case = (ServerGuid, String, String);

/// Finds rescinded serial numbers that still give seats, one finding for each server. It is over when the server lists the
/// number no more, or the rescission is withdrawn.
pub fn rescinded_licenses(
    uploads: &[UploadRow],
    licenses: &[LicenseRow],
    rescissions: &[Rescission],
) -> Vec<Finding> {
    let latest = latest(uploads);
    let mut by_serial: HashMap<String, Vec<&Rescission>> = HashMap::new();
    for rescission in rescissions {
        by_serial
            .entry(rescission.serial_number.trim().to_lowercase())
            .or_default()
            .push(rescission);
    }
    let mut cases: BTreeMap<Case, (Occurrences, bool, Option<Timestamp>)> = BTreeMap::new();
    for row in licenses.iter().filter(|row| row.serving) {
        let serial = row
            .serial_number
            .as_deref()
            .unwrap_or_default()
            .trim()
            .to_lowercase();
        let Some(known) = by_serial.get(&serial) else {
            continue;
        };
        let forbidding: Vec<_> = known.iter().filter(|one| one.forbids(row)).collect();
        if forbidding.is_empty() {
            continue;
        }
        let stands = known.iter().any(|one| {
            one.withdrawn.is_none() && (one.vendor.is_empty() || one.vendor.eq_ignore_ascii_case(&row.vendor))
        });
        let withdrawn = forbidding.iter().filter_map(|one| one.withdrawn).max();
        let (occurrences, _, over) = cases
            .entry((row.server, row.vendor.to_lowercase(), serial))
            .or_insert_with(|| (Occurrences::new(row.sequence, row.created), stands, None));
        *over = (*over).max(withdrawn);
        occurrences.add(
            row.sequence,
            row.created,
            Evidence {
                server_guid: row.server,
                created: row.created,
                upload_id: row.upload_id,
                field: format!("/licenses/{}/serialNumber", row.index),
                value: row.serial_number.clone().unwrap_or_default(),
            },
        );
    }
    let mut findings: Vec<Finding> = cases
        .into_iter()
        .map(|((server, vendor, serial), (occurrences, stands, withdrawn))| {
            let kind = FindingKind::RescindedLicense;
            let gone = occurrences.until(latest.get(&server));
            let subject = serial.to_uppercase();
            Finding {
                key: key(kind, &[&server.to_string(), &vendor, &serial]),
                kind,
                severity: kind.severity(),
                servers: vec![server],
                since: occurrences.since(),
                until: if stands { gone } else { gone.or(withdrawn) },
                detail: format!("Serial number {subject} was rescinded by its vendor and gives seats."),
                subject,
                evidence: bounded(occurrences.evidence),
            }
        })
        .collect();
    findings.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    findings
}
