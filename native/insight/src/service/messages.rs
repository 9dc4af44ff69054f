//! What administrators are told, and where.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use licensing_api::{ErrorCode, Problem};
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
        (Some(FindingState::Resolved), FindingState::Open) => Some("Reopened"),
        (Some(FindingState::Open | FindingState::Acknowledged), FindingState::Resolved) => Some("Resolved"),
        _ => None,
    }
}

impl Insight {
    /// Keeps a target, in place of one with the same address.
    ///
    /// # Errors
    /// When the organization does not exist, the address will not do, or the storage fails.
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

    /// Messages about findings that have changed.
    pub(super) fn messages_about(
        &self,
        before: &BTreeMap<String, FindingRecord>,
        now: &BTreeMap<String, FindingRecord>,
        changed: &[String],
        at: Timestamp,
    ) -> Result<Vec<Delivery>, StorageError> {
        let mut deliveries = Vec::new();
        let events: Vec<_> = changed
            .iter()
            .filter_map(|key| Some((event(before.get(key), now.get(key)?)?, now.get(key)?)))
            .collect();
        if events.is_empty() {
            return Ok(deliveries);
        }
        let targets: Vec<Target> = self.items(Kind::Target, None)?;
        for (event, record) in events {
            let mut organizations = BTreeSet::new();
            for server in &record.finding.servers {
                organizations.extend(self.server(*server)?.map(|known| known.organization));
            }
            let concerned = targets.iter().filter(|target| {
                target
                    .organization
                    .as_ref()
                    .is_none_or(|wanted| organizations.contains(wanted))
            });
            for target in concerned {
                let message = Message {
                    event: event.to_owned(),
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
}
