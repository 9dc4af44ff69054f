//! From what is stored to findings.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use licensing_api::{ErrorCode, Problem};
use licensing_management::compliance::{
    Finding, FindingKind, FindingRecord, Knowledge, Rows, evaluate, evaluate_at, mutual_pairs, never_heard,
    reconcile,
};
use licensing_management::id::ServerGuid;
use licensing_management::upload::SealedUpload;

use super::knowledge::Known;
use super::{Account, Insight, not_found};
use crate::storage::{About, Concerned, FindingFilter, StorageError};

/// Servers that are looked at before others get a turn, or asked for at a time.
const AT_A_TIME: usize = 256;
/// Most servers with damaged rows that are passed over; with more of them the whole storage is damaged.
const MOST_DAMAGED: usize = 16;

/// Most other servers with the same serial number that a server is compared with: what is kept of all of them has to fit into
/// memory, and each is compared with each.
const MOST_OTHERS: usize = 1000;

fn is_duplicate(kind: FindingKind) -> bool {
    matches!(
        kind,
        FindingKind::DuplicateLicense | FindingKind::DuplicateInDisasterRecovery
    )
}

/// Where servers were left out, less is seen than there is: a duplicate goes on to name the servers that it named, and stays as
/// it was where nothing is seen of it now.
fn keep_what_was_known(
    findings: &mut [Finding],
    records: &mut BTreeMap<String, FindingRecord>,
    registered: &BTreeSet<ServerGuid>,
    left_out: usize,
) {
    let mut found = BTreeSet::new();
    for finding in findings.iter_mut().filter(|finding| is_duplicate(finding.kind)) {
        found.insert(finding.key.clone());
        if finding.kind != FindingKind::DuplicateLicense {
            continue;
        }
        if let Some(known) = records.get(&finding.key) {
            let named = known
                .finding
                .servers
                .iter()
                .filter(|one| registered.contains(*one));
            let servers: BTreeSet<ServerGuid> = named.chain(&finding.servers).copied().collect();
            finding.servers = servers.into_iter().collect();
        }
        finding.detail = format!(
            "{} Only those heard of last were compared; {left_out} more servers with a serial number in common were not.",
            finding.detail
        );
    }
    records.retain(|key, record| !is_duplicate(record.finding.kind) || found.contains(key));
}

/// What a finding belongs to: findings of one scope are made from the same rows.
fn scope(finding: &Finding) -> String {
    match finding.kind {
        FindingKind::DuplicateLicense | FindingKind::DuplicateInDisasterRecovery => {
            let mut parts = finding.key.split('/').skip(1);
            let (vendor, serial) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            license_scope(vendor, serial)
        }
        FindingKind::LegacyLicense
        | FindingKind::RescindedLicense
        | FindingKind::SilentServer
        | FindingKind::ImpossibleCount
        | FindingKind::ClonedServer
        | FindingKind::WrongClock => finding.servers.first().map_or_else(String::new, server_scope),
    }
}

fn license_scope(vendor: &str, serial: &str) -> String {
    format!("license/{vendor}/{serial}")
}

fn server_scope(server: &ServerGuid) -> String {
    format!("server/{server}")
}

/// Scopes of all findings that the rows about a server can make.
fn scopes(server: ServerGuid, about: &About) -> BTreeSet<String> {
    let escaped = |text: &str| text.to_lowercase().replace('~', "~0").replace('/', "~1");
    let mut scopes = BTreeSet::from([server_scope(&server)]);
    for row in about.rows.licenses.iter().filter(|row| row.server == server) {
        if let Some(serial) = row.serial_number.as_deref().map(str::trim) {
            scopes.insert(license_scope(&escaped(&row.vendor), &escaped(serial)));
        }
    }
    scopes
}

impl Insight {
    /// Looks at a server and at those with the same serial numbers, and brings findings up to date.
    ///
    /// # Errors
    /// When the storage fails; the server is looked at again later.
    pub fn evaluate(&self, server: ServerGuid) -> Result<(), StorageError> {
        let _turn = self.evaluation.lock();
        // Before everything else: what changes after this notes the server again.
        let note = self.storage.note_of(server)?;
        // Read when it is this one's turn: what was changed while it waited counts.
        let known = self.knowledge()?;
        let now = Timestamp::now();
        let mut about = self.storage.about(server, MOST_OTHERS)?;
        let scopes = scopes(server, &about);
        self.keep_registered(&mut about)?;
        let mut findings = self.findings_about(&about, &known, &scopes, now);
        findings.extend(self.never_heard(server, &about, now)?);
        let wanted: Vec<String> = scopes.into_iter().collect();
        let mut records = self.storage.records(&wanted)?;
        let before = records.clone();
        if about.left_out > 0 {
            tracing::info!(%server, left_out = about.left_out, "too many servers have a serial number in common to compare all");
            let registered = self.registered_in(&records)?;
            keep_what_was_known(&mut findings, &mut records, &registered, about.left_out);
        }
        reconcile(&mut records, findings, now);
        let deliveries = self.messages_about(&before, &records, now)?;
        let altered: Vec<(String, FindingRecord)> = records
            .into_iter()
            .filter(|(key, record)| before.get(key) != Some(record))
            .map(|(_, record)| (scope(&record.finding), record))
            .collect();
        self.storage.save(note, &altered, &deliveries)?;
        if !deliveries.is_empty() {
            self.queued.notify_one();
        }
        Ok(())
    }

    /// Takes out what servers have sent that are no longer registered: they are gone, and what was found about them with them.
    fn keep_registered(&self, about: &mut About) -> Result<(), StorageError> {
        let servers: BTreeSet<ServerGuid> = about.rows.uploads.iter().map(|row| row.server).collect();
        for server in servers {
            if self.server(server)?.is_none() {
                about.rows.uploads.retain(|row| row.server != server);
                about.rows.licenses.retain(|row| row.server != server);
                about.rows.usage.retain(|row| row.server != server);
                about.rows.products.retain(|row| row.server != server);
                about.partners.retain(|(of, _)| *of != server);
            }
        }
        Ok(())
    }

    /// That a registered server has never sent anything, for too long.
    fn never_heard(
        &self,
        server: ServerGuid,
        about: &About,
        now: Timestamp,
    ) -> Result<Option<Finding>, StorageError> {
        if about.rows.uploads.iter().any(|row| row.server == server) {
            return Ok(None);
        }
        let known = self.server(server)?;
        Ok(known.and_then(|known| never_heard(server, known.registered, &self.bounds, now)))
    }

    /// Servers that these findings name and that are registered still.
    fn registered_in(
        &self,
        records: &BTreeMap<String, FindingRecord>,
    ) -> Result<BTreeSet<ServerGuid>, StorageError> {
        let named: BTreeSet<ServerGuid> = records
            .values()
            .flat_map(|record| record.finding.servers.iter().copied())
            .collect();
        let mut registered = BTreeSet::new();
        for server in named {
            if self.server(server)?.is_some() {
                registered.insert(server);
            }
        }
        Ok(registered)
    }

    fn findings_about(
        &self,
        about: &About,
        known: &Known,
        scopes: &BTreeSet<String>,
        now: Timestamp,
    ) -> Vec<Finding> {
        let mut pairs = known.pairs.clone();
        pairs.extend(mutual_pairs(&about.partners));
        let knowledge = Knowledge {
            pairs,
            ..known.about_rows(&about.rows)
        };
        // Of other servers only what has a serial number in common is known here; findings about them alone are made when
        // they are looked at.
        let mut findings = evaluate_at(&about.rows, &knowledge, &self.bounds, now);
        findings.retain(|finding| scopes.contains(&scope(finding)));
        findings
    }

    /// Looks at servers that are noted, until none is left or so many were looked at. One whose rows are damaged stays noted,
    /// and keeps nobody from looking at those behind it.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn evaluate_noted(&self, most: usize) -> Result<usize, StorageError> {
        let mut looked_at = 0;
        let mut damaged = BTreeSet::new();
        while looked_at < most {
            let wanted = AT_A_TIME.min(most - looked_at) + damaged.len();
            let mut noted = self.storage.noted(wanted)?;
            noted.retain(|server| !damaged.contains(server));
            if noted.is_empty() {
                break;
            }
            for server in noted {
                match self.evaluate(server) {
                    Ok(()) => {}
                    Err(error @ StorageError::Damaged(_)) if damaged.len() < MOST_DAMAGED => {
                        tracing::error!(%server, %error, "a server cannot be looked at");
                        damaged.insert(server);
                    }
                    Err(error) => return Err(error),
                }
                looked_at += 1;
            }
        }
        Ok(looked_at)
    }

    /// Whether an upload by itself shows what is prohibited or cannot be true.
    pub(super) fn is_remarkable(
        &self,
        known: &Known,
        upload: &SealedUpload,
        received: Timestamp,
        clock_offset_seconds: Option<i64>,
    ) -> bool {
        let mut rows = Rows::default();
        rows.add(upload, Some(received), clock_offset_seconds);
        // Pairs are of two servers, and there is one.
        let knowledge = known.about_rows(&rows);
        !evaluate(&rows, &knowledge, &self.bounds).is_empty()
    }

    /// Notes the registered servers that have been silent for too long since their latest upload, and have no finding that says
    /// so. Those that have never sent anything are noted with everything else that is gone through; see [`Self::note_suspects`].
    ///
    /// # Errors
    /// When the storage fails.
    pub fn note_silent(&self, now: Timestamp) -> Result<(), StorageError> {
        let Ok(since) = now.checked_sub(self.bounds.silent_after) else {
            return Ok(());
        };
        for suspects in self.storage.silent_since(since)?.chunks(AT_A_TIME) {
            let scopes: Vec<String> = suspects.iter().map(server_scope).collect();
            let known: BTreeSet<ServerGuid> = self
                .storage
                .records(&scopes)?
                .into_values()
                .filter(|record| {
                    record.finding.kind == FindingKind::SilentServer && record.finding.is_standing()
                })
                .flat_map(|record| record.finding.servers)
                .collect();
            let mut silent = Vec::new();
            for server in suspects {
                if !known.contains(server) && self.server(*server)?.is_some() {
                    silent.push(*server);
                }
            }
            self.storage.note(Concerned::Servers(&silent))?;
        }
        Ok(())
    }

    /// Goes through everything that is kept and notes the servers about which there may be findings.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn note_suspects(&self) -> Result<u64, StorageError> {
        self.storage.note_suspects()
    }

    /// The findings that a caller may see.
    ///
    /// # Errors
    /// When the server is none of theirs, or the storage fails.
    pub fn visible_findings(
        &self,
        caller: &Account,
        server: Option<&str>,
        with_resolved: bool,
    ) -> Result<Vec<FindingRecord>, Problem> {
        let servers: Option<Vec<ServerGuid>> = match (server, &caller.organization) {
            (Some(server), _) => Some(vec![self.visible_server(caller, server)?.server_guid]),
            (None, None) => None,
            (None, Some(_)) => Some(
                self.visible_servers(caller)?
                    .into_iter()
                    .map(|server| server.server_guid)
                    .collect(),
            ),
        };
        let found = self.storage.findings(FindingFilter {
            servers: servers.as_deref(),
            resolved_since: with_resolved.then_some(Timestamp::MIN),
        })?;
        found
            .into_iter()
            .map(|record| Ok(self.as_seen_by(record, caller.organization.as_deref())?))
            .collect()
    }

    /// A finding as an organization sees it: what another one gave as a reason is not for it.
    pub(super) fn as_seen_by(
        &self,
        mut record: FindingRecord,
        organization: Option<&str>,
    ) -> Result<FindingRecord, StorageError> {
        if organization.is_some() && !self.is_of_one(&record, organization)? {
            record.reason = None;
            record.acknowledged_by = None;
        }
        Ok(record)
    }

    /// Whether all servers of a finding belong to this organization.
    fn is_of_one(&self, record: &FindingRecord, organization: Option<&str>) -> Result<bool, StorageError> {
        for server in &record.finding.servers {
            let owner = self.server(*server)?.map(|known| known.organization);
            if owner.as_deref() != organization {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Acknowledges a finding. One that concerns servers of several organizations only an operator can acknowledge.
    ///
    /// # Errors
    /// When the caller knows of no such finding, it is resolved, or the reason will not do.
    pub fn acknowledge(&self, caller: &Account, key: &str, reason: &str) -> Result<FindingRecord, Problem> {
        let _turn = self.evaluation.lock();
        let unknown = || not_found(format!("No finding has the key '{key}'."));
        let mut record = self.storage.finding(key)?.ok_or_else(unknown)?;
        if let Some(organization) = &caller.organization {
            let mut is_theirs = false;
            for server in &record.finding.servers {
                is_theirs |= self
                    .server(*server)?
                    .is_some_and(|known| known.organization == *organization);
            }
            if !is_theirs {
                return Err(unknown());
            }
            if !self.is_of_one(&record, Some(organization))? {
                return Err(Problem::new(
                    ErrorCode::UserNotAuthorized,
                    "The finding concerns servers of several organizations; only an operator can acknowledge it.",
                ));
            }
        }
        record
            .acknowledge(&caller.name, reason, Timestamp::now())
            .map_err(|error| Problem::new(ErrorCode::InvalidRequest, format!("{error}.")))?;
        let scope = scope(&record.finding);
        self.storage.save(None, &[(scope, record.clone())], &[])?;
        tracing::info!(key, by = caller.name, "a finding was acknowledged");
        Ok(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn duplicate(serial: &str, servers: &[u8]) -> Finding {
        let kind = FindingKind::DuplicateLicense;
        Finding {
            key: format!("DuplicateLicense/acme/{serial}"),
            kind,
            severity: kind.severity(),
            subject: serial.to_owned(),
            servers: servers
                .iter()
                .map(|number| ServerGuid::from_random([*number; 16]))
                .collect(),
            since: Timestamp::UNIX_EPOCH,
            until: None,
            detail: "It is on several servers.".to_owned(),
            evidence: Vec::new(),
        }
    }

    #[test]
    fn duplicates_on_too_many_servers_keep_what_was_known() {
        let record = |finding: Finding| {
            let key = finding.key.clone();
            (key, FindingRecord::new(finding, Timestamp::UNIX_EPOCH))
        };
        let known = [duplicate("sn-1", &[1, 2, 3]), duplicate("sn-2", &[1, 2])];
        let mut records: BTreeMap<String, FindingRecord> = known.map(record).into_iter().collect();
        let mut findings = [duplicate("sn-1", &[3, 4])];
        let registered: BTreeSet<ServerGuid> = duplicate("", &[1, 3]).servers.into_iter().collect();
        keep_what_was_known(&mut findings, &mut records, &registered, 7);
        assert_eq!(findings[0].servers, duplicate("", &[1, 3, 4]).servers);
        assert!(findings[0].detail.contains("7 more servers"));
        let looked_at: Vec<&str> = records.keys().map(String::as_str).collect();
        assert_eq!(looked_at, ["DuplicateLicense/acme/sn-1"]);
    }
}
