//! Servers that send nothing any more.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Bounds;
use super::finding::{Evidence, Finding, FindingKind, key};
use super::rows::UploadRow;
use crate::id::ServerGuid;

/// Finds servers whose latest upload arrived longer ago than [`Bounds::silent_after`].
pub fn silent_servers(uploads: &[UploadRow], bounds: &Bounds, now: Timestamp) -> Vec<Finding> {
    let mut contacts: BTreeMap<ServerGuid, (Timestamp, &UploadRow)> = BTreeMap::new();
    for row in uploads {
        let at = row.received.unwrap_or(row.created);
        let known = contacts.entry(row.server).or_insert((at, row));
        if (at, row.upload_id) > (known.0, known.1.upload_id) {
            *known = (at, row);
        }
    }
    let mut findings: Vec<Finding> = contacts
        .into_iter()
        .filter(|(_, (at, _))| now.duration_since(*at) > bounds.silent_after)
        .map(|(server, (at, row))| {
            let kind = FindingKind::SilentServer;
            Finding {
                key: key(kind, &[&server.to_string()]),
                kind,
                severity: kind.severity(),
                subject: server.to_string(),
                servers: vec![server],
                since: at.saturating_add(bounds.silent_after).unwrap_or(Timestamp::MAX),
                until: None,
                detail: format!("The latest upload of server {server} arrived at {at}."),
                evidence: vec![Evidence {
                    server_guid: server,
                    created: row.created,
                    upload_id: row.upload_id,
                    field: "/created".to_owned(),
                    value: row.created.to_string(),
                }],
            }
        })
        .collect();
    findings.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    findings
}

/// Finds a server that has been registered for longer than [`Bounds::silent_after`] and of which no upload is kept: there is
/// no evidence but that.
pub fn never_heard(
    server: ServerGuid,
    registered: Timestamp,
    bounds: &Bounds,
    now: Timestamp,
) -> Option<Finding> {
    if now.duration_since(registered) <= bounds.silent_after {
        return None;
    }
    let kind = FindingKind::SilentServer;
    Some(Finding {
        key: key(kind, &[&server.to_string()]),
        kind,
        severity: kind.severity(),
        subject: server.to_string(),
        servers: vec![server],
        since: registered
            .saturating_add(bounds.silent_after)
            .unwrap_or(Timestamp::MAX),
        until: None,
        detail: format!("No upload of server {server} has arrived since it registered at {registered}."),
        evidence: Vec::new(),
    })
}
