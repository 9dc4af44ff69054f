//! One GUID with two histories.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::Timestamp;

use super::finding::{Evidence, Finding, FindingKind, key};
use super::rows::UploadRow;
use super::standing::bounded;
use crate::id::ServerGuid;

/// Uploads that come after one another of the same fork: what hangs on one upload.
#[derive(Debug, Clone, Copy)]
struct Branch<'a> {
    first: &'a UploadRow,
    last: &'a UploadRow,
    from: Timestamp,
    to: Timestamp,
}

/// What branches hang on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fork<'a> {
    /// Nothing: they begin with a first upload.
    Beginning,
    /// Uploads that are not there.
    BeforeAll,
    /// This upload.
    After(&'a str),
}

/// Finds servers whose history forks into two that go on side by side: two machines run from copies of one data folder. A
/// history that forks once and of which only one branch goes on later is a server restored from a backup, and none. The
/// upload at which it forked may be kept no longer: what follows uploads that are not there counts as one fork.
pub fn cloned_servers(uploads: &[UploadRow]) -> Vec<Finding> {
    let mut servers: BTreeMap<ServerGuid, Vec<&UploadRow>> = BTreeMap::new();
    for row in uploads {
        servers.entry(row.server).or_default().push(row);
    }
    let mut findings = Vec::new();
    for (server, mut rows) in servers {
        rows.sort_unstable_by(|a, b| (a.sequence, &a.integrity).cmp(&(b.sequence, &b.integrity)));
        rows.dedup_by(|a, b| a.integrity == b.integrity);
        findings.extend(of_server(server, &rows));
    }
    findings
}

fn of_server(server: ServerGuid, rows: &[&UploadRow]) -> Option<Finding> {
    let branches = branches(rows);
    let known: HashSet<&str> = rows.iter().map(|row| row.integrity.as_str()).collect();
    let mut forks: BTreeMap<Fork<'_>, Vec<Branch<'_>>> = BTreeMap::new();
    for (previous, branch) in branches {
        let fork = match previous {
            None => Fork::Beginning,
            Some(previous) if known.contains(previous) => Fork::After(previous),
            Some(_) => Fork::BeforeAll,
        };
        forks.entry(fork).or_default().push(branch);
    }
    let mut since: Option<Timestamp> = None;
    let mut newest: Option<Timestamp> = None;
    let mut evidence = BTreeSet::new();
    for twins in forks.values().filter(|branches| branches.len() > 1) {
        for (index, a) in twins.iter().enumerate() {
            for b in &twins[index + 1..] {
                let (from, to) = (a.from.max(b.from), a.to.min(b.to));
                // Each has gone on after the other had begun.
                if from > to {
                    continue;
                }
                since = Some(since.map_or(from, |known| known.min(from)));
                newest = newest.max(Some(to));
                for row in [a.first, a.last, b.first, b.last] {
                    evidence.insert(Evidence {
                        server_guid: server,
                        created: row.created,
                        upload_id: row.upload_id,
                        field: "/previous".to_owned(),
                        value: row.previous.clone().unwrap_or_default(),
                    });
                }
            }
        }
    }
    let (since, newest) = (since?, newest?);
    let kind = FindingKind::ClonedServer;
    let latest = rows.iter().map(|row| row.created).max()?;
    Some(Finding {
        key: key(kind, &[&server.to_string()]),
        kind,
        severity: kind.severity(),
        subject: server.to_string(),
        servers: vec![server],
        since,
        // Over when one of the two has been gone for two daily uploads of the other.
        until: (latest.duration_since(newest) > jiff::SignedDuration::from_hours(48)).then_some(newest),
        detail: format!("Two copies of server {server} have sent different uploads since {since}."),
        evidence: bounded(evidence.into_iter().collect()),
    })
}

/// For each upload with what follows it: the upload before, and the branch that begins with it. Rows are sorted by sequence
/// number, so that what follows stands behind.
fn branches<'a>(rows: &[&'a UploadRow]) -> Vec<(Option<&'a str>, Branch<'a>)> {
    let mut following: BTreeMap<&str, Branch<'a>> = BTreeMap::new();
    let mut branches = Vec::with_capacity(rows.len());
    for &row in rows.iter().rev() {
        let mut branch = Branch {
            first: row,
            last: row,
            from: row.created,
            to: row.created,
        };
        if let Some(next) = following.get(row.integrity.as_str()) {
            branch.to = branch.to.max(next.to);
            branch.last = next.last;
        }
        if let Some(previous) = row.previous.as_deref() {
            following
                .entry(previous)
                .and_modify(|known| {
                    if (branch.to, &branch.last.integrity) > (known.to, &known.last.integrity) {
                        *known = branch;
                    }
                })
                .or_insert(branch);
        }
        branches.push((row.previous.as_deref(), branch));
    }
    branches
}
