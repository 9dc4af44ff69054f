//! Whether a file may be installed, and what that would change: the same for explaining and for importing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use licensing_api::finding::{Finding, Severity};
use licensing_api::inventory::{PoolStatus, SignatureState};
use licensing_api::license_file::PoolEffect;
use licensing_license_file::license_file::LineKind;
use licensing_seats::pool::{LineFate, NoEffect, Pool, PoolSet, effects};

use super::contents::vendors;
use crate::config::Config;
use crate::installed::{Installed, InstalledLicenseFile};

/// Most findings about lines that are not served.
const MAX_FINDINGS: usize = 1000;

/// What installing a file comes to.
pub(super) struct Assessment {
    /// Why it is not taken; none when it is.
    pub(super) refusal: Option<String>,
    /// What is odd, the reader's findings included.
    pub(super) findings: Vec<Finding>,
    /// How the pools change.
    pub(super) effects: Vec<PoolEffect>,
}

/// The pools of every vendor, by its name in upper case.
type Pools = BTreeMap<String, PoolSet>;

fn pools(installed: &Installed, config: &Config, today: Date) -> Pools {
    vendors(installed)
        .into_iter()
        .map(|vendor| {
            let pools = installed.pools(&vendor, config, today);
            (vendor, pools)
        })
        .collect()
}

/// Judges a file that is not in `before` yet, or is there under the same name with another content.
pub(super) fn assess(
    before: &Installed,
    file: &Arc<InstalledLicenseFile>,
    config: &Config,
    today: Date,
) -> Assessment {
    let after = before.changed(&file.name, Some(Arc::clone(file)));
    let (before, after) = (pools(before, config, today), pools(&after, config, today));
    let mut findings = file.file.findings.clone();
    let mut outcomes = outcomes(&after, config, today, Some((file, &mut findings)));
    let of_file = outcomes.remove(&file.name).unwrap_or_default();
    Assessment {
        refusal: refusal(file, &of_file, config),
        findings,
        effects: effects_of_all(&before, &after, today),
    }
}

/// How the pools of all vendors differ.
pub(super) fn differences(
    before: &Installed,
    after: &Installed,
    config: &Config,
    today: Date,
) -> Vec<PoolEffect> {
    effects_of_all(&pools(before, config, today), &pools(after, config, today), today)
}

fn effects_of_all(before: &Pools, after: &Pools, today: Date) -> Vec<PoolEffect> {
    let nothing = PoolSet::default();
    let all: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    all.into_iter()
        .flat_map(|vendor| {
            effects(
                before.get(vendor).unwrap_or(&nothing),
                after.get(vendor).unwrap_or(&nothing),
                today,
            )
        })
        .collect()
}

/// What becomes of the lines of one file.
#[derive(Default)]
struct Outcomes {
    /// How each line that joins a pool stands.
    statuses: Vec<PoolStatus>,
    /// Lines that add nothing because another one counts instead.
    instead: usize,
    /// Lines that would have their effect beside others that are not there.
    waiting: usize,
}

impl Outcomes {
    fn add(&mut self, reason: &NoEffect) {
        match reason {
            NoEffect::Duplicate(_)
            | NoEffect::LaterFeature(_)
            | NoEffect::LaterPackage(_)
            | NoEffect::Superseded(_) => self.instead += 1,
            NoEffect::NothingToUpgrade | NoEffect::NotEnabled | NoEffect::TooLarge => self.waiting += 1,
            NoEffect::NotServing(status) => self.statuses.push(*status),
        }
    }

    fn has(&self, status: PoolStatus) -> bool {
        self.statuses.contains(&status)
    }
}

/// The outcomes of every file that has increments in a pool, and what is to say about the lines of `reported`.
fn outcomes(
    pools: &Pools,
    config: &Config,
    today: Date,
    reported: Option<(&InstalledLicenseFile, &mut Vec<Finding>)>,
) -> BTreeMap<String, Outcomes> {
    let mut outcomes: BTreeMap<String, Outcomes> = BTreeMap::new();
    let mut findings = Vec::new();
    let reported_name = reported.as_ref().map(|(file, _)| file.name.clone());
    for pools in pools.values() {
        for line in &pools.ignored {
            outcomes.entry(line.file.clone()).or_default().add(&line.reason);
            if reported_name.as_ref() == Some(&line.file) {
                findings.push(line.finding());
            }
        }
        for note in &pools.notes {
            if matches!(note.fate, LineFate::EnabledBy(_)) {
                let outcomes = outcomes.entry(note.place.file.clone()).or_default();
                outcomes.statuses.push(PoolStatus::Serving);
            }
        }
        for pool in &pools.pools {
            for increment in &pool.increments {
                let status = increment.status(today);
                outcomes
                    .entry(increment.file.clone())
                    .or_default()
                    .statuses
                    .push(status);
                if reported_name.as_ref() == Some(&increment.file) {
                    findings.extend(not_serving(
                        pool,
                        increment.line,
                        status,
                        increment.signature,
                        config,
                    ));
                }
            }
        }
    }
    if let Some((_, all)) = reported {
        findings.truncate(MAX_FINDINGS);
        all.append(&mut findings);
        all.sort_by_key(|finding| (finding.line, finding.column));
    }
    outcomes
}

/// The installed files of which nothing is used, and why.
pub(super) fn unused(contents: &Installed, config: &Config, today: Date) -> Vec<(String, String)> {
    let outcomes = outcomes(&pools(contents, config, today), config, today, None);
    let nothing = Outcomes::default();
    contents
        .files
        .iter()
        .filter_map(|file| {
            let reason = refusal(file, outcomes.get(&file.name).unwrap_or(&nothing), config)?;
            Some((file.name.clone(), reason))
        })
        .collect()
}

/// Why an increment gives no seats today.
fn not_serving(
    pool: &Pool,
    line: u32,
    status: PoolStatus,
    signature: SignatureState,
    config: &Config,
) -> Option<Finding> {
    let feature = &pool.identity.feature;
    let (severity, number, text, action) = match status {
        PoolStatus::Serving => return None,
        PoolStatus::NotStarted => (
            Severity::Information,
            -31,
            format!("{feature} is not valid yet."),
            "Nothing: it serves from its start date on.",
        ),
        PoolStatus::Expired => (
            Severity::Warning,
            -10,
            format!("{feature} has expired."),
            "Renew it.",
        ),
        PoolStatus::WrongHost => (
            Severity::Error,
            -9,
            format!("{feature} is bound to another host than {}.", config.host_name),
            "Have it allocated to this server's host name.",
        ),
        PoolStatus::Refused => (
            Severity::Error,
            -8,
            format!("{feature} is not served: {}.", why_refused(signature)),
            "Import the file as it was issued; put the public key of its issuer into the trust folder if you trust it.",
        ),
    };
    Some(Finding {
        severity,
        line,
        column: 0,
        number: Some(number),
        text,
        action: action.to_owned(),
    })
}

fn why_refused(signature: SignatureState) -> &'static str {
    match signature {
        SignatureState::Valid => "its signature is valid, but it may not be served",
        SignatureState::Unverifiable => "only its vendor can verify its signature",
        SignatureState::Invalid => "its text was changed after it was signed",
        SignatureState::UnknownIssuer => "its issuer is not in the trust folder",
        SignatureState::Missing => "it is not signed",
    }
}

/// Why a file is not taken. A file with good and bad lines is taken for its good ones, unless a line was changed after
/// it was signed: that file is not what its issuer gave out.
fn refusal(file: &InstalledLicenseFile, outcomes: &Outcomes, config: &Config) -> Option<String> {
    let grants = |kind: &LineKind| {
        matches!(
            kind,
            LineKind::Increment(_) | LineKind::Upgrade(_) | LineKind::Package(_)
        )
    };
    if !file.file.lines.iter().any(|line| grants(&line.kind)) {
        return Some("It has no line that grants seats.".to_owned());
    }
    if file
        .signatures
        .iter()
        .flatten()
        .any(|state| *state == SignatureState::Invalid)
    {
        return Some("A line was changed after it was signed.".to_owned());
    }
    if outcomes.statuses.is_empty() && outcomes.instead == 0 && outcomes.waiting == 0 {
        return Some("No VENDOR line names the vendor of its licenses.".to_owned());
    }
    // What waits for other lines may come before them.
    if outcomes.has(PoolStatus::Serving) || outcomes.has(PoolStatus::NotStarted) || outcomes.waiting > 0 {
        return None;
    }
    Some(if outcomes.has(PoolStatus::Expired) {
        "Everything in it has expired.".to_owned()
    } else if outcomes.has(PoolStatus::WrongHost) {
        format!("It is bound to another host than {}.", config.host_name)
    } else if outcomes.has(PoolStatus::Refused) {
        "None of its signatures could be verified on this server.".to_owned()
    } else {
        "All of its lines are installed already, or superseded by installed ones.".to_owned()
    })
}
