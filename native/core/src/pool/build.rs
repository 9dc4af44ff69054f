//! From lines to pools.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;
use licensing_api::inventory::{PoolStatus, SignatureState};

use crate::license_file::{
    HostIdentity, Increment, IncrementKeyword, License, LicenseFile, LicenseVersion, LineKind,
};

use super::{Pool, PoolId, PoolIdentity, PoolIncrement, PoolSet};

/// A license file as it lies on the server.
#[derive(Debug, Clone, Copy)]
pub struct InstalledFile<'a> {
    /// Name without folder.
    pub name: &'a str,
    /// What it says.
    pub file: &'a LicenseFile,
    /// Signature state of each line, by its position in `file.lines`. What is absent counts as not signed.
    pub signatures: &'a [Option<SignatureState>],
}

/// What pools depend on besides the files.
#[derive(Debug, Clone, Copy)]
pub struct PoolContext<'a> {
    /// Vendor whose pools are wanted.
    pub vendor: &'a str,
    /// The machine.
    pub host: &'a HostIdentity,
    /// The day. Pools are to be built anew when it changes: an expired FEATURE makes way for the next one.
    pub today: Date,
    /// Whether increments whose signature only their vendor could verify are granted all the same.
    pub accept_unverified: bool,
    /// Whether increments with different vendor strings count apart.
    pub vendor_string_pools: bool,
}

/// A line that grants seats by itself, but adds nothing here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoredLine {
    /// File it stands in.
    pub file: String,
    /// Physical line it begins at.
    pub line: u32,
    /// Feature it names.
    pub feature: String,
    /// Why, in a sentence.
    pub reason: String,
}

struct Candidate {
    keyword: IncrementKeyword,
    identity: PoolIdentity,
    increment: PoolIncrement,
    sort: u8,
    newest: Option<Date>,
    content: String,
}

/// Order in which pools are tried: `sort=` overrides, then FEATURE before INCREMENT, uncounted before counted, older
/// versions before newer ones, the newest ISSUED or START first, at last the order of files and lines.
type Rank = (u8, bool, bool, LicenseVersion, Reverse<Option<Date>>, usize);

pub(super) fn build(files: &[InstalledFile<'_>], context: &PoolContext<'_>) -> PoolSet {
    let mut ignored = Vec::new();
    let mut candidates = Vec::new();
    for installed in files {
        let host_matches = installed.file.is_made_out_to(context.host);
        for (index, line) in installed.file.lines.iter().enumerate() {
            let LineKind::Increment(increment) = &line.kind else {
                continue;
            };
            if !increment
                .license
                .vendor
                .value
                .eq_ignore_ascii_case(context.vendor)
            {
                continue;
            }
            let signature = installed
                .signatures
                .get(index)
                .copied()
                .flatten()
                .unwrap_or(SignatureState::Missing);
            candidates.push(candidate(
                installed.name,
                line.at.line,
                increment,
                signature,
                host_matches,
                context,
            ));
        }
    }
    let candidates = keep_one(candidates, context.today, &mut ignored, |candidate| {
        Some((
            candidate.content.clone(),
            "The same line is installed already; it counts once.",
        ))
    });
    let candidates = keep_one(
        candidates,
        context.today,
        &mut ignored,
        |candidate| match candidate.keyword {
            IncrementKeyword::Feature => Some((
                candidate.identity.feature.to_lowercase(),
                "Of several FEATURE lines of one name only the first counts.",
            )),
            IncrementKeyword::Increment => None,
        },
    );
    PoolSet {
        pools: group(candidates),
        ignored,
    }
}

/// Keeps the first line of each key; one that cannot serve (any more) makes way for the next that can. `key` also
/// says why the others are left out; lines without a key all stay.
fn keep_one(
    candidates: Vec<Candidate>,
    today: Date,
    ignored: &mut Vec<IgnoredLine>,
    key: impl Fn(&Candidate) -> Option<(String, &'static str)>,
) -> Vec<Candidate> {
    let serves = |candidate: &Candidate| {
        matches!(
            candidate.increment.status(today),
            PoolStatus::Serving | PoolStatus::NotStarted
        )
    };
    let mut chosen: HashMap<String, usize> = HashMap::new();
    for (index, candidate) in candidates.iter().enumerate() {
        let Some((key, _)) = key(candidate) else { continue };
        let first = chosen.entry(key).or_insert(index);
        if !serves(&candidates[*first]) && serves(candidate) {
            *first = index;
        }
    }
    let mut kept = Vec::with_capacity(candidates.len());
    for (index, candidate) in candidates.into_iter().enumerate() {
        match key(&candidate) {
            Some((key, reason)) if chosen.get(&key) != Some(&index) => {
                ignored.push(ignore(&candidate, reason));
            }
            Some(_) | None => kept.push(candidate),
        }
    }
    kept
}

fn group(candidates: Vec<Candidate>) -> Vec<Pool> {
    let mut pools: Vec<(Rank, Pool)> = Vec::new();
    let mut by_id: HashMap<PoolId, usize> = HashMap::new();
    for (order, candidate) in candidates.into_iter().enumerate() {
        let rank: Rank = (
            candidate.sort,
            candidate.keyword != IncrementKeyword::Feature,
            candidate.increment.count.is_some(),
            candidate.identity.version.clone(),
            Reverse(candidate.newest),
            order,
        );
        match by_id.get(&candidate.identity.id()) {
            Some(index) => {
                let (best, pool) = &mut pools[*index];
                if rank < *best {
                    *best = rank;
                }
                pool.increments.push(candidate.increment);
            }
            None => {
                by_id.insert(candidate.identity.id(), pools.len());
                pools.push((
                    rank,
                    Pool {
                        identity: Arc::new(candidate.identity),
                        increments: vec![candidate.increment],
                    },
                ));
            }
        }
    }
    pools.sort_by(|a, b| a.0.cmp(&b.0));
    pools.into_iter().map(|(_, pool)| pool).collect()
}

fn ignore(candidate: &Candidate, reason: &str) -> IgnoredLine {
    IgnoredLine {
        file: candidate.increment.file.clone(),
        line: candidate.increment.line,
        feature: candidate.identity.feature.clone(),
        reason: reason.to_owned(),
    }
}

fn candidate(
    file: &str,
    line: u32,
    increment: &Increment,
    signature: SignatureState,
    host_matches: Option<bool>,
    context: &PoolContext<'_>,
) -> Candidate {
    let license = &increment.license;
    let terms = &license.terms;
    let text = terms.vendor_string.text.as_str();
    Candidate {
        keyword: increment.keyword,
        identity: PoolIdentity::of(license, context.vendor_string_pools),
        increment: PoolIncrement {
            count: license.count.value,
            overdraft: license.overdraft(),
            expires: license.expires.value,
            starts: terms.start,
            signature,
            accepted_unverified: context.accept_unverified,
            // Counted seats without a SERVER line belong to no server, hence not to this one.
            host_matches: host_matches.unwrap_or(license.count.value.is_none()),
            host_ids: terms.host_ids.clone(),
            serial_number: terms.serial_number.clone(),
            vendor_string: (!text.is_empty()).then(|| text.to_owned()),
            license_type: terms.vendor_string.license_type().map(str::to_owned),
            file: file.to_owned(),
            line,
        },
        sort: terms.sort,
        newest: terms.issued.max(terms.start),
        content: content(increment.keyword, license),
    }
}

/// What the publisher said in a line, without the signatures and what the administrator may edit: the same file under
/// two names, or merged into another one, must not double the seats.
fn content(keyword: IncrementKeyword, license: &License) -> String {
    let mut words = vec![
        match keyword {
            IncrementKeyword::Feature => "FEATURE".to_owned(),
            IncrementKeyword::Increment => "INCREMENT".to_owned(),
        },
        license.feature.value.clone(),
        license.vendor.value.clone(),
        license.version.value.canonical(),
        license.expires.value.to_string(),
        license
            .count
            .value
            .map_or_else(|| "uncounted".to_owned(), |count| count.to_string()),
        license
            .key
            .as_ref()
            .map(|key| key.value.clone())
            .unwrap_or_default(),
    ];
    let mut attributes: Vec<String> = license
        .attributes
        .iter()
        .filter(|attribute| {
            let keyword = attribute.keyword.value.as_str();
            !attribute.is_administrators() && !keyword.contains("SIGN") && keyword != "AUTH"
        })
        .map(|attribute| {
            let value = attribute.value.as_ref().map_or("", |value| value.text.as_str());
            format!(
                "{}={}",
                attribute.keyword.value,
                value.split_whitespace().collect::<Vec<_>>().join(" ")
            )
        })
        .collect();
    attributes.sort();
    words.append(&mut attributes);
    words.join("\u{1f}").to_lowercase()
}
