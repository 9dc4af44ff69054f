//! What the alerts keep, in one file that is replaced as a whole.

use jiff::Timestamp;
use licensing_api::alert::{AlertLevel, AlertRouteKind};
use licensing_delivery::{Target, TargetKind};
use licensing_management::alert::{AlertBook, Happened, Record, Silence};
use serde::{Deserialize, Serialize};

/// Most messages that wait; the oldest give way.
pub(super) const MOST_QUEUED: usize = 10_000;

/// Where alerts are sent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Route {
    pub(super) name: String,
    pub(super) kind: AlertRouteKind,
    pub(super) address: String,
    pub(super) level: AlertLevel,
    pub(super) enabled: bool,
    #[serde(default)]
    pub(super) silenced_codes: Vec<String>,
    #[serde(default)]
    pub(super) silenced_features: Vec<String>,
    pub(super) locale: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) secret: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) cert_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) delivered: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) last_error: Option<String>,
}

/// A message that waits.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Queued {
    pub(super) id: i64,
    pub(super) route: String,
    pub(super) happened: Happened,
    pub(super) record: Record,
    pub(super) attempts: u32,
    pub(super) due: Timestamp,
}

/// Everything that survives a restart.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct State {
    pub(super) routes: Vec<Route>,
    pub(super) book: AlertBook,
    pub(super) queue: Vec<Queued>,
    pub(super) last_id: i64,
}

impl State {
    /// Puts a message into the queue of each of these routes. The oldest messages give way where too many wait.
    pub(super) fn enqueue(
        &mut self,
        routes: Vec<String>,
        happened: Happened,
        record: &Record,
        now: Timestamp,
    ) {
        for route in routes {
            self.last_id += 1;
            self.queue.push(Queued {
                id: self.last_id,
                route,
                happened,
                record: record.clone(),
                attempts: 0,
                due: now,
            });
        }
        let excess = self.queue.len().saturating_sub(MOST_QUEUED);
        self.queue.drain(..excess);
    }
}

impl Route {
    pub(super) fn silence(&self) -> Silence {
        Silence {
            level: self.level,
            codes: self.silenced_codes.clone(),
            features: self.silenced_features.clone(),
        }
    }

    pub(super) fn target(&self) -> Target {
        Target {
            kind: kind(self.kind),
            address: self.address.clone(),
            secret: self.secret.clone(),
            cert_hash: self.cert_hash.clone(),
        }
    }
}

pub(super) fn kind(kind: AlertRouteKind) -> TargetKind {
    match kind {
        AlertRouteKind::Mail => TargetKind::Mail,
        AlertRouteKind::Webhook => TargetKind::Webhook,
    }
}
