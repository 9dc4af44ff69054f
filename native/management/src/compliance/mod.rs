//! What is prohibited or cannot be true, found from the rows of uploads.
//!
//! Every rule is a function of a set of rows: it gives the same findings in whatever order the uploads arrived. A receiver
//! may hand a rule only the rows that matter, such as those of one serial number; a license server hands it its own.

mod clock;
mod cloned;
mod counts;
mod duplicates;
mod finding;
mod legacy;
mod life;
mod product_version;
mod rescinded;
mod rows;
mod silent;
mod standing;

use jiff::{SignedDuration, Timestamp};

pub use clock::clocks_that_lie;
pub use cloned::cloned_servers;
pub use counts::impossible_counts;
pub use duplicates::{DisasterRecoveryPair, duplicates, mutual_pairs};
pub use finding::{Evidence, Finding, FindingKind, Severity};
pub use legacy::{VersionRequirement, legacy_licenses};
pub use life::{FindingRecord, FindingState, LifeError, reconcile};
pub use product_version::ProductVersion;
pub use rescinded::{Rescission, rescinded_licenses};
pub use rows::{LicenseRow, ProductRow, Rows, UploadRow, UsageRow};
pub use silent::{never_heard, silent_servers};

/// Bounds that the rules apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// A server without an upload for this long is silent.
    pub silent_after: SignedDuration,
    /// Clocks may differ by this much.
    pub clock_tolerance: SignedDuration,
    /// Two servers must both have had a serial number for this long on either side of the overlap. It keeps clocks that
    /// differ a little from making a move look like a duplicate.
    pub overlap_tolerance: SignedDuration,
    /// A product that was not seen for this long no longer counts as in use.
    pub product_memory: SignedDuration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            silent_after: SignedDuration::from_hours(48),
            clock_tolerance: SignedDuration::from_mins(15),
            overlap_tolerance: SignedDuration::from_mins(15),
            product_memory: SignedDuration::from_hours(30 * 24),
        }
    }
}

/// What is known beside the rows of uploads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Knowledge {
    /// Serial numbers that were rescinded.
    pub rescissions: Vec<Rescission>,
    /// Dates that product versions require.
    pub requirements: Vec<VersionRequirement>,
    /// Servers that may have the same serial numbers.
    pub pairs: Vec<DisasterRecoveryPair>,
}

/// Applies all rules but [`silent_servers`], which needs the time and is for receivers alone. Findings are sorted by their key.
pub fn evaluate(rows: &Rows, knowledge: &Knowledge, bounds: &Bounds) -> Vec<Finding> {
    let mut findings = duplicates(
        &rows.uploads,
        &rows.licenses,
        &rows.usage,
        &knowledge.pairs,
        bounds,
    );
    findings.extend(legacy_licenses(
        &rows.uploads,
        &rows.licenses,
        &rows.products,
        &knowledge.requirements,
        bounds,
    ));
    findings.extend(rescinded_licenses(
        &rows.uploads,
        &rows.licenses,
        &knowledge.rescissions,
    ));
    findings.extend(impossible_counts(&rows.uploads, &rows.usage));
    findings.extend(cloned_servers(&rows.uploads));
    findings.extend(clocks_that_lie(&rows.uploads, bounds));
    findings.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    findings
}

/// As [`evaluate`], with the servers that are silent at `now`.
pub fn evaluate_at(rows: &Rows, knowledge: &Knowledge, bounds: &Bounds, now: Timestamp) -> Vec<Finding> {
    let mut findings = evaluate(rows, knowledge, bounds);
    findings.extend(silent_servers(&rows.uploads, bounds, now));
    findings.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    findings
}
