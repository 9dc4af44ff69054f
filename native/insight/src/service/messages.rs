//! What administrators are told, and where.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use licensing_api::{ErrorCode, Problem};
use licensing_client::CertHash;
use licensing_delivery::{TargetKind, is_address};
use licensing_management::compliance::{FindingRecord, FindingState};
use serde::{Deserialize, Serialize};

use super::{Insight, to_json};
use crate::storage::{Change, Delivery, Kind, StorageError};

/// Where findings are delivered to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// How.
    pub kind: TargetKind,
    /// Mail address or URL.
    pub address: String,
    /// Organization whose findings are wanted; none for those of all.
    pub organization: Option<String>,
    /// Secret that webhooks are signed with.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub secret: Option<String>,
    /// Pinned hash of the certificate of a webhook; what the operating system trusts unless given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cert_hash: Option<String>,
}

impl Target {
    /// What it is kept under.
    pub fn key(&self) -> String {
        format!(
            "{}\n{}",
            self.organization.as_deref().unwrap_or_default(),
            self.address
        )
    }
}

/// What is delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// `Opened`, `Reopened` or `Resolved`.
    pub event: String,
    /// Short title.
    pub title: String,
    /// What to do.
    pub action: String,
    /// The finding.
    pub finding: FindingRecord,
}

/// What has happened to a finding; none when it is not worth a message.
fn event(before: Option<&FindingRecord>, now: &FindingRecord) -> Option<&'static str> {
    match (before.map(|before| before.state), now.state) {
        (None, FindingState::Open) => Some("Opened"),
        (Some(FindingState::Resolved | FindingState::Acknowledged), FindingState::Open) => Some("Reopened"),
        (Some(FindingState::Open | FindingState::Acknowledged), FindingState::Resolved) => Some("Resolved"),
        _ => None,
    }
}

/// What is to be told of a finding, and to whom.
struct News {
    event: &'static str,
    organizations: BTreeSet<String>,
    /// Whether also to the targets that want the findings of all organizations.
    for_operators: bool,
}

impl News {
    fn concerns(&self, target: &Target) -> bool {
        match &target.organization {
            Some(wanted) => self.organizations.contains(wanted),
            None => self.for_operators,
        }
    }
}

impl Insight {
    /// Keeps a target, in place of one with the same address.
    ///
    /// # Errors
    /// When the organization does not exist, address or certificate hash will not do, or the storage fails.
    pub fn add_target(&self, target: &Target) -> Result<(), Problem> {
        if let Some(organization) = &target.organization {
            self.require_organization(organization)?;
        }
        if !is_address(target.kind, &target.address) {
            return Err(Problem::new(
                ErrorCode::InvalidRequest,
                format!(
                    "'{}' is neither a mail address nor an https:// address.",
                    target.address
                ),
            ));
        }
        // With one that is none every message would fail, a week long.
        if let Some(hash) = &target.cert_hash {
            hash.parse::<CertHash>()?;
        }
        self.storage.change(
            &[],
            &[Change::Put {
                kind: Kind::Target,
                key: target.key(),
                organization: target.organization.clone(),
                value: to_json(Kind::Target, target)?,
            }],
        )?;
        Ok(())
    }

    /// The target of a message; none when it was removed.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn target(&self, key: &str) -> Result<Option<Target>, StorageError> {
        self.item(Kind::Target, key)
    }

    /// Messages about findings that have changed, and about open ones that concern further organizations.
    pub(super) fn messages_about(
        &self,
        before: &BTreeMap<String, FindingRecord>,
        now: &BTreeMap<String, FindingRecord>,
        at: Timestamp,
    ) -> Result<Vec<Delivery>, StorageError> {
        let mut deliveries = Vec::new();
        let mut targets: Option<Vec<Target>> = None;
        for (key, record) in now {
            let Some(news) = self.news(before.get(key), record)? else {
                continue;
            };
            if targets.is_none() {
                targets = Some(self.items(Kind::Target, None)?);
            }
            for target in targets.iter().flatten().filter(|target| news.concerns(target)) {
                let message = Message {
                    event: news.event.to_owned(),
                    title: record.finding.kind.title().to_owned(),
                    action: record.finding.kind.action().to_owned(),
                    finding: self.as_seen_by(record.clone(), target.organization.as_deref())?,
                };
                deliveries.push(Delivery {
                    id: 0,
                    target: target.key(),
                    message: to_json(Kind::Target, &message)?,
                    attempts: 0,
                    due: at,
                });
            }
        }
        Ok(deliveries)
    }

    /// What is to be told of a finding; none when it is nothing new.
    fn news(
        &self,
        before: Option<&FindingRecord>,
        now: &FindingRecord,
    ) -> Result<Option<News>, StorageError> {
        if let Some(event) = event(before, now) {
            return Ok(Some(News {
                event,
                organizations: self.organizations(now)?,
                for_operators: true,
            }));
        }
        let Some(before) = before.filter(|before| {
            now.state == FindingState::Open && before.finding.servers != now.finding.servers
        }) else {
            return Ok(None);
        };
        let known = self.organizations(before)?;
        let mut organizations = self.organizations(now)?;
        organizations.retain(|organization| !known.contains(organization));
        Ok((!organizations.is_empty()).then_some(News {
            event: "Opened",
            organizations,
            for_operators: false,
        }))
    }

    /// Organizations whose servers a finding concerns.
    fn organizations(&self, record: &FindingRecord) -> Result<BTreeSet<String>, StorageError> {
        let mut organizations = BTreeSet::new();
        for server in &record.finding.servers {
            organizations.extend(self.server(*server)?.map(|known| known.organization));
        }
        Ok(organizations)
    }
}
