//! Licenses that are older than a product version requires.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Bounds;
use super::finding::{Evidence, Finding, FindingKind, key};
use super::product_version::ProductVersion;
use super::rows::{LicenseRow, ProductRow, UploadRow};
use super::standing::{Occurrences, bounded, latest};
use crate::id::ServerGuid;

/// The Subscription Advantage date that a product version requires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VersionRequirement {
    /// Vendor daemon; empty for any.
    #[serde(default)]
    pub vendor: String,
    /// Feature that the product takes.
    pub feature: String,
    /// First product version that requires it, such as `2.4`.
    pub product_version: String,
    /// Earliest Subscription Advantage date that allows it.
    pub required_date: Date,
}

impl VersionRequirement {
    fn concerns(&self, vendor: &str, feature: &str) -> bool {
        (self.vendor.is_empty() || self.vendor.eq_ignore_ascii_case(vendor))
            && self.feature.eq_ignore_ascii_case(feature)
    }

    /// Whether a product needs a license of at least [`Self::required_date`].
    fn applies_to(&self, row: &ProductRow) -> bool {
        self.concerns(&row.vendor, &row.feature)
            && ProductVersion::parse(&self.product_version).is_some_and(|first| {
                ProductVersion::of_product(&row.product).is_some_and(|version| version >= first)
            })
    }
}

/// Server, vendor, feature, and license version with product.
type Case = (ServerGuid, String, String, String);

/// Finds products that got a seat of a license whose Subscription Advantage date is before the one their version requires.
///
/// The license server refuses a product that asks for a later date than its license has; this finds the products that ask for less
/// than they should. It stands while the server still has the license and the product was seen not long ago.
pub fn legacy_licenses(
    uploads: &[UploadRow],
    licenses: &[LicenseRow],
    products: &[ProductRow],
    requirements: &[VersionRequirement],
    bounds: &Bounds,
) -> Vec<Finding> {
    let latest = latest(uploads);
    let mut cases: BTreeMap<Case, (Occurrences, Timestamp, &ProductRow, Date)> = BTreeMap::new();
    for row in products {
        let Some(date) = row.license_version.date() else {
            continue;
        };
        let required = requirements
            .iter()
            .filter(|requirement| requirement.applies_to(row))
            .map(|requirement| requirement.required_date)
            .max();
        let Some(required) = required.filter(|required| date.date < *required) else {
            continue;
        };
        let case = (
            row.server,
            row.vendor.to_lowercase(),
            row.feature.to_lowercase(),
            format!("{}/{}", row.license_version.canonical(), row.product),
        );
        let (occurrences, last_seen, known, _) = cases.entry(case).or_insert_with(|| {
            (
                Occurrences::new(row.sequence, row.created),
                row.last_seen,
                row,
                required,
            )
        });
        occurrences.add(row.sequence, row.created, evidence(row));
        *last_seen = (*last_seen).max(row.last_seen);
        if (row.sequence, row.upload_id) < (known.sequence, known.upload_id) {
            *known = row;
        }
    }
    let mut findings: Vec<Finding> = cases
        .into_iter()
        .map(|((server, ..), (occurrences, last_seen, row, required))| {
            let until = latest
                .get(&server)
                .filter(|now| {
                    let forgotten = now.created.duration_since(last_seen) > bounds.product_memory;
                    forgotten || !is_installed(licenses, row, now)
                })
                .map(|now| now.created);
            finding(server, row, required, until, occurrences)
        })
        .collect();
    findings.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    findings
}

/// Whether an upload lists the license that gave the seat.
fn is_installed(licenses: &[LicenseRow], row: &ProductRow, upload: &UploadRow) -> bool {
    licenses.iter().any(|license| {
        license.upload_id == upload.upload_id
            && license.vendor.eq_ignore_ascii_case(&row.vendor)
            && license.feature.eq_ignore_ascii_case(&row.feature)
            && license.version == row.license_version
            && license.serving
    })
}

fn evidence(row: &ProductRow) -> Evidence {
    Evidence {
        server_guid: row.server,
        created: row.created,
        upload_id: row.upload_id,
        field: format!("/products/{}/licenseVersion", row.index),
        value: row.license_version.to_string(),
    }
}

fn finding(
    server: ServerGuid,
    row: &ProductRow,
    required: Date,
    until: Option<Timestamp>,
    occurrences: Occurrences,
) -> Finding {
    let kind = FindingKind::LegacyLicense;
    Finding {
        key: key(
            kind,
            &[
                &server.to_string(),
                &row.vendor,
                &row.feature,
                &row.license_version.canonical(),
                &row.product,
            ],
        ),
        kind,
        severity: kind.severity(),
        subject: row.feature.clone(),
        servers: vec![server],
        since: occurrences.since(),
        until,
        detail: format!(
            "{} requires a license of {required} or later; a license {} {} gave it a seat.",
            row.product, row.feature, row.license_version
        ),
        evidence: bounded(occurrences.evidence),
    }
}
