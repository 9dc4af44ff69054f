//! One serial number on two servers.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use licensing_api::LicenseVersion;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Bounds;
use super::finding::{Evidence, Finding, FindingKind, key};
use super::rows::{LicenseRow, UploadRow, UsageRow};
use super::standing::{bounded, latest};
use crate::id::{ServerGuid, UploadId};

/// Two servers that may have the same serial numbers installed: one stands in when the other fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DisasterRecoveryPair {
    /// One of the two.
    pub first: ServerGuid,
    /// The other.
    pub second: ServerGuid,
}

impl DisasterRecoveryPair {
    fn is_of(&self, a: ServerGuid, b: ServerGuid) -> bool {
        (self.first, self.second) == (a, b) || (self.first, self.second) == (b, a)
    }
}

/// The pairs of which each server names the other as its partner.
pub fn mutual_pairs(partners: &[(ServerGuid, ServerGuid)]) -> Vec<DisasterRecoveryPair> {
    partners
        .iter()
        .filter(|(server, partner)| server < partner && partners.contains(&(*partner, *server)))
        .map(|&(first, second)| DisasterRecoveryPair { first, second })
        .collect()
}

/// After this long without use at the same time the alert about a disaster recovery pair is over.
const QUIET: SignedDuration = SignedDuration::from_hours(24);

/// Consecutive uploads of one server that all list a serial number.
#[derive(Debug)]
struct Stay {
    server: ServerGuid,
    from: Timestamp,
    to: Timestamp,
    last_sequence: u64,
    /// First and last upload: id, instant, place in the list.
    ends: [(UploadId, Timestamp, u32); 2],
    /// Use in each upload.
    uses: Vec<Use>,
}

/// Hours between the first and the last with a seat in use, in one upload.
#[derive(Debug, Clone, Copy)]
struct Use {
    upload_id: UploadId,
    created: Timestamp,
    /// Place in the list of features.
    index: u32,
    from: Timestamp,
    until: Timestamp,
}

impl Use {
    fn evidence(&self, server: ServerGuid) -> [Evidence; 2] {
        [("usedFrom", self.from), ("usedUntil", self.until)].map(|(field, at)| Evidence {
            server_guid: server,
            created: self.created,
            upload_id: self.upload_id,
            field: format!("/features/{}/{field}", self.index),
            value: at.to_string(),
        })
    }
}

/// Hours in which two servers gave out seats.
#[derive(Debug)]
struct Together {
    /// Begin of the first.
    from: Timestamp,
    /// End of the last.
    to: Timestamp,
    /// What says so.
    evidence: Vec<Evidence>,
}

/// Finds serial numbers that were installed and giving seats on two servers at the same time.
///
/// A server is known to have a serial number from the first to the last of consecutive uploads that list it, so a server
/// that moved is none: its old place lists the number no more after the new one has begun. Between the servers of a
/// disaster recovery pair only use at the same time counts, and it is an alert, not a violation.
///
/// The rows may be those of one serial number; `uploads` must have the latest upload of each server in them, and `usage`
/// the rows of the features concerned.
pub fn duplicates(
    uploads: &[UploadRow],
    licenses: &[LicenseRow],
    usage: &[UsageRow],
    pairs: &[DisasterRecoveryPair],
    bounds: &Bounds,
) -> Vec<Finding> {
    let latest = latest(uploads);
    let uses = by_feature(usage);
    let mut findings = Vec::new();
    for ((vendor, serial), rows) in by_serial(licenses) {
        // What one server alone has is on no two; most serial numbers are such.
        let first = rows.first().map(|row| row.server);
        if rows.iter().all(|row| Some(row.server) == first) {
            continue;
        }
        let stays = stays(&rows, &uses);
        let mut outside = Overlaps::default();
        let mut within: BTreeMap<(ServerGuid, ServerGuid), Overlaps> = BTreeMap::new();
        for (index, a) in stays.iter().enumerate() {
            for b in &stays[index + 1..] {
                if a.server == b.server {
                    continue;
                }
                let current = |stay: &Stay| {
                    latest
                        .get(&stay.server)
                        .is_none_or(|row| row.sequence <= stay.last_sequence)
                };
                let ended = [a, b]
                    .into_iter()
                    .filter(|stay| !current(stay))
                    .filter_map(|stay| latest.get(&stay.server).map(|row| row.created))
                    .max();
                if pairs.iter().any(|pair| pair.is_of(a.server, b.server)) {
                    if let Some(together) = used_together(a, b) {
                        let quiet = a.to.min(b.to).duration_since(together.to) > QUIET;
                        let overlaps = within
                            .entry((a.server.min(b.server), a.server.max(b.server)))
                            .or_default();
                        overlaps.add(together.from, ended.or(quiet.then_some(together.to)), [a, b]);
                        overlaps.evidence.extend(together.evidence);
                    }
                } else if let Some(from) = overlap(a, b, bounds) {
                    outside.add(from, ended, [a, b]);
                }
            }
        }
        if let Some(finding) = outside.finding(FindingKind::DuplicateLicense, &vendor, &serial) {
            findings.push(finding);
        }
        for (_, overlaps) in within {
            findings.extend(overlaps.finding(FindingKind::DuplicateInDisasterRecovery, &vendor, &serial));
        }
    }
    findings.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    findings
}

/// Rows that give seats, by vendor and serial number.
fn by_serial(licenses: &[LicenseRow]) -> BTreeMap<(String, String), Vec<&LicenseRow>> {
    let mut serials: BTreeMap<(String, String), Vec<&LicenseRow>> = BTreeMap::new();
    for row in licenses.iter().filter(|row| row.serving) {
        let Some(serial) = row
            .serial_number
            .as_deref()
            .map(str::trim)
            .filter(|serial| !serial.is_empty())
        else {
            continue;
        };
        serials
            .entry((row.vendor.to_lowercase(), serial.to_lowercase()))
            .or_default()
            .push(row);
    }
    serials
}

/// Vendor and feature in lower case, and canonical version.
type FeatureVersion = (String, String, String);

fn feature_version(vendor: &str, feature: &str, version: &LicenseVersion) -> FeatureVersion {
    (vendor.to_lowercase(), feature.to_lowercase(), version.canonical())
}

/// Rows with use, by what they are the use of.
fn by_feature(usage: &[UsageRow]) -> BTreeMap<FeatureVersion, Vec<&UsageRow>> {
    let mut features: BTreeMap<FeatureVersion, Vec<&UsageRow>> = BTreeMap::new();
    for row in usage.iter().filter(|row| row.used.is_some()) {
        let key = feature_version(&row.vendor, &row.feature, &row.version);
        features.entry(key).or_default().push(row);
    }
    features
}

fn stays(rows: &[&LicenseRow], usage: &BTreeMap<FeatureVersion, Vec<&UsageRow>>) -> Vec<Stay> {
    let mut sorted = rows.to_vec();
    sorted.sort_unstable_by_key(|row| (row.server, row.sequence, row.upload_id, row.index));
    let features: BTreeSet<FeatureVersion> = rows
        .iter()
        .map(|row| feature_version(&row.vendor, &row.feature, &row.version))
        .collect();
    let mut uses: BTreeMap<UploadId, Vec<Use>> = BTreeMap::new();
    for row in features.iter().filter_map(|feature| usage.get(feature)).flatten() {
        if let Some((from, until)) = row.used {
            uses.entry(row.upload_id).or_default().push(Use {
                upload_id: row.upload_id,
                created: row.created,
                index: row.index,
                from,
                until,
            });
        }
    }
    let mut stays: Vec<Stay> = Vec::new();
    for row in sorted {
        let end = (row.upload_id, row.created, row.index);
        let used = uses.get(&row.upload_id).into_iter().flatten().copied();
        match stays.last_mut() {
            Some(stay)
                if stay.server == row.server
                    && (row.sequence == stay.last_sequence || row.sequence == stay.last_sequence + 1) =>
            {
                stay.last_sequence = row.sequence;
                stay.from = stay.from.min(row.created);
                stay.to = stay.to.max(row.created);
                if stay.ends[1].0 != row.upload_id {
                    stay.ends[1] = end;
                    stay.uses.extend(used);
                }
            }
            Some(_) | None => stays.push(Stay {
                server: row.server,
                from: row.created,
                to: row.created,
                last_sequence: row.sequence,
                ends: [end, end],
                uses: used.collect(),
            }),
        }
    }
    stays
}

/// Begin of the time in which both had it.
fn overlap(a: &Stay, b: &Stay, bounds: &Bounds) -> Option<Timestamp> {
    let (from, to) = (a.from.max(b.from), a.to.min(b.to));
    let clear =
        |earlier: Timestamp, later: Timestamp| later.duration_since(earlier) >= bounds.overlap_tolerance;
    (from <= to && clear(a.from, b.to) && clear(b.from, a.to)).then_some(from)
}

/// Hours in which both gave out seats; none when there are none.
fn used_together(a: &Stay, b: &Stay) -> Option<Together> {
    let mut together: Option<Together> = None;
    for one in &a.uses {
        for other in &b.uses {
            let (from, to) = (one.from.max(other.from), one.until.min(other.until));
            if from >= to {
                continue;
            }
            let known = together.get_or_insert_with(|| Together {
                from,
                to,
                evidence: Vec::new(),
            });
            known.from = known.from.min(from);
            known.to = known.to.max(to);
            known.evidence.extend(one.evidence(a.server));
            known.evidence.extend(other.evidence(b.server));
        }
    }
    together
}

/// All overlaps of one serial number.
#[derive(Debug, Default)]
struct Overlaps {
    servers: BTreeSet<ServerGuid>,
    since: Option<Timestamp>,
    /// Whether one of them stands, and when the last of the others ended.
    stands: bool,
    ended: Option<Timestamp>,
    evidence: BTreeSet<Evidence>,
}

impl Overlaps {
    fn add(&mut self, from: Timestamp, ended: Option<Timestamp>, stays: [&Stay; 2]) {
        self.since = Some(self.since.map_or(from, |since| since.min(from)));
        self.stands |= ended.is_none();
        self.ended = self.ended.max(ended);
        for stay in stays {
            self.servers.insert(stay.server);
            for (upload_id, created, index) in stay.ends {
                self.evidence.insert(Evidence {
                    server_guid: stay.server,
                    created,
                    upload_id,
                    field: format!("/licenses/{index}/serialNumber"),
                    value: String::new(),
                });
            }
        }
    }

    fn finding(self, kind: FindingKind, vendor: &str, serial: &str) -> Option<Finding> {
        let since = self.since?;
        let servers: Vec<ServerGuid> = self.servers.into_iter().collect();
        let subject = serial.to_uppercase();
        // Where a serial number stands is known, but not yet in which letters it is shown.
        let evidence = self.evidence.into_iter().map(|piece| {
            if piece.value.is_empty() {
                let value = subject.clone();
                Evidence { value, ..piece }
            } else {
                piece
            }
        });
        let evidence = bounded(evidence.collect());
        let names: Vec<String> = servers.iter().map(ToString::to_string).collect();
        let mut parts = vec![vendor, serial];
        if kind == FindingKind::DuplicateInDisasterRecovery {
            parts.extend(names.iter().map(String::as_str));
        }
        Some(Finding {
            key: key(kind, &parts),
            kind,
            severity: kind.severity(),
            detail: match kind {
                FindingKind::DuplicateInDisasterRecovery => format!(
                    "Servers {} gave out seats of serial number {subject} at the same time since {since}.",
                    names.join(" and ")
                ),
                _ => format!(
                    "Serial number {subject} has been installed on {} servers at the same time since {since}.",
                    servers.len()
                ),
            },
            subject,
            servers,
            since,
            until: if self.stands { None } else { self.ended },
            evidence,
        })
    }
}
