//! What is known of each alert while it lasts: one message for one cause, and one when it is over.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use licensing_api::alert::{Alert, AlertLevel};
use serde::{Deserialize, Serialize};

/// Most alerts that are kept.
const MOST: usize = 5_000;

/// An alert that lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// What is told of it now.
    pub alert: Alert,
    /// When it was seen first.
    pub first_seen: Timestamp,
    /// When it was seen last.
    pub last_seen: Timestamp,
    /// The most urgent step that was told.
    pub step: u32,
    /// The most urgent level that was told.
    pub level: AlertLevel,
    /// Who acknowledged it, and when.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub acknowledged: Option<(String, Timestamp)>,
}

impl Record {
    /// An alert that is seen for the first time.
    pub fn new(alert: Alert, now: Timestamp) -> Self {
        Self {
            first_seen: alert.since.unwrap_or(now).min(now),
            last_seen: now,
            step: alert.step,
            level: alert.level,
            acknowledged: None,
            alert,
        }
    }
}

/// What has happened to an alert and is worth a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Happened {
    /// It is new.
    Raised,
    /// It has become more urgent.
    Worsened,
    /// It is over.
    Over,
}

/// All alerts that last. The same sequence of observations gives the same book and the same messages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AlertBook(BTreeMap<String, Record>);

fn key(code: &str, subject: &str) -> String {
    format!("{code}\n{subject}")
}

impl AlertBook {
    /// Takes over what is raised now. What is not among it and was seen last before `calm` is over; so a condition that
    /// comes and goes makes one message. Gives what is worth one.
    pub fn observe(
        &mut self,
        raised: Vec<Alert>,
        now: Timestamp,
        calm: SignedDuration,
    ) -> Vec<(Happened, Record)> {
        let mut happened = Vec::new();
        for alert in raised {
            let key = key(&alert.code, &alert.subject);
            if let Some(record) = self.0.get_mut(&key) {
                record.last_seen = now;
                let worse = alert.step > record.step || alert.level > record.level;
                record.alert = alert;
                if worse {
                    record.step = record.step.max(record.alert.step);
                    record.level = record.level.max(record.alert.level);
                    // Who acknowledged it has acknowledged something less urgent.
                    record.acknowledged = None;
                    happened.push((Happened::Worsened, record.clone()));
                }
                continue;
            }
            if self.0.len() >= MOST {
                continue;
            }
            let record = Record::new(alert, now);
            happened.push((Happened::Raised, record.clone()));
            self.0.insert(key, record);
        }
        self.0.retain(|_, record| {
            // Seen in the future means that the clock was ahead then. How long ago that was nobody knows.
            let is_over = now.duration_since(record.last_seen).abs() > calm;
            if is_over {
                happened.push((Happened::Over, record.clone()));
            }
            !is_over
        });
        happened
    }

    /// Acknowledges an alert. None when it is not active.
    pub fn acknowledge(
        &mut self,
        code: &str,
        subject: &str,
        account: &str,
        now: Timestamp,
    ) -> Option<&Record> {
        let record = self.0.get_mut(&key(code, subject))?;
        record.acknowledged = Some((account.to_owned(), now));
        Some(record)
    }

    /// What is known of an alert.
    pub fn get(&self, code: &str, subject: &str) -> Option<&Record> {
        self.0.get(&key(code, subject))
    }

    /// All alerts that last.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.0.values()
    }
}
