//! Findings by mail and webhook, from the queue in the storage.

use std::sync::Arc;

use anyhow::Context;
use jiff::Timestamp;
use licensing_delivery::{Courier, Headers, MailConfig, Outbox, Tried, Waiting};

use crate::service::{Insight, Message, Target};

/// Headers of webhooks.
const HEADERS: Headers = Headers {
    delivery: "insight-delivery",
    signature: "insight-signature",
};

/// The queue of findings.
pub struct FindingOutbox {
    insight: Arc<Insight>,
    mail: MailConfig,
}

/// What delivers findings, by this mail server.
pub fn courier(insight: Arc<Insight>, mail: MailConfig) -> Courier<FindingOutbox> {
    Courier::new(Arc::new(FindingOutbox { insight, mail }), HEADERS)
}

impl Outbox for FindingOutbox {
    fn mail(&self) -> MailConfig {
        self.mail.clone()
    }

    fn due(&self, now: Timestamp, most: usize) -> anyhow::Result<Vec<Waiting>> {
        let due = self.insight.storage().due(now, most)?.into_iter();
        Ok(due
            .map(|delivery| Waiting {
                id: delivery.id,
                attempts: delivery.attempts,
                target: delivery.target,
                message: delivery.message,
            })
            .collect())
    }

    fn open(
        &self,
        waiting: &Waiting,
    ) -> anyhow::Result<Option<(licensing_delivery::Target, licensing_delivery::Message)>> {
        let Some(target) = self.insight.target(&waiting.target)? else {
            return Ok(None);
        };
        let message: Message = serde_json::from_str(&waiting.message).context("the message is damaged")?;
        Ok(Some((destination(target), in_both_forms(waiting, &message))))
    }

    fn tried(&self, tries: &[(i64, Tried)]) -> anyhow::Result<()> {
        Ok(self.insight.storage().tried(tries)?)
    }

    async fn changed(&self) {
        self.insight.queued().await;
    }
}

fn destination(target: Target) -> licensing_delivery::Target {
    licensing_delivery::Target {
        kind: target.kind,
        address: target.address,
        secret: target.secret,
        cert_hash: target.cert_hash,
    }
}

fn in_both_forms(waiting: &Waiting, message: &Message) -> licensing_delivery::Message {
    licensing_delivery::Message {
        id: format!("finding-{}", waiting.id),
        subject: format!(
            "[{:?}] {}: {}",
            message.finding.finding.severity, message.event, message.title
        ),
        text: text(message),
        body: waiting.message.clone(),
    }
}

fn text(message: &Message) -> String {
    let record = &message.finding;
    let finding = &record.finding;
    let servers: Vec<String> = finding.servers.iter().map(ToString::to_string).collect();
    let mut lines = vec![
        format!("{} ({})", message.title, message.event),
        String::new(),
        finding.detail.clone(),
        message.action.clone(),
        String::new(),
        format!("Subject:  {}", finding.subject),
        format!("Servers:  {}", servers.join(", ")),
        format!("Since:    {}", finding.since),
    ];
    if let Some(until) = finding.until {
        lines.push(format!("Until:    {until}"));
    }
    lines.push(format!("Key:      {}", finding.key));
    lines.push(String::new());
    lines.push("Evidence:".to_owned());
    for piece in &finding.evidence {
        lines.push(format!(
            "  {} server {} upload {} {} = {}",
            piece.created, piece.server_guid, piece.upload_id, piece.field, piece.value
        ));
    }
    lines.push(String::new());
    lines.join("\r\n")
}
