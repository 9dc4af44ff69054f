//! Findings by mail and webhook, from a durable queue: at least once, until it is delivered or given up.

mod mail;
mod webhook;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::config::MailConfig;
use crate::service::{Insight, Message, Target, TargetKind};
use crate::storage::{Delivery, Tried};

use mail::Mail;

/// How often the queue is looked at although nobody has said that there is something new.
const LOOK: Duration = Duration::from_secs(10);
/// Pause after the first failed try; each further one doubles it.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// Longest pause.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(6);
/// Tries after which a message is given up: about a week.
const MOST_TRIES: u32 = 36;
/// Messages that are taken from the queue at a time.
const AT_A_TIME: usize = 50;
/// Time for one try.
const TRY: Duration = Duration::from_secs(60);

/// Delivers what is in the queue.
pub struct Courier {
    insight: Arc<Insight>,
    mail: Option<Mail>,
}

impl Courier {
    /// With this mail server.
    ///
    /// # Errors
    /// When its settings cannot be used.
    pub fn new(insight: Arc<Insight>, config: &MailConfig) -> anyhow::Result<Self> {
        Ok(Self {
            insight,
            mail: Mail::open(config)?,
        })
    }

    /// Delivers until `stopping`.
    pub async fn run(self, stopping: CancellationToken) {
        loop {
            let more = tokio::select! {
                // What is under way then is tried again after the next start.
                () = stopping.cancelled() => return,
                outcome = self.deliver_due() => outcome.unwrap_or_else(|error| {
                    tracing::error!(error = format!("{error:#}"), "the queue of messages cannot be used");
                    false
                }),
            };
            if more {
                continue;
            }
            tokio::select! {
                () = stopping.cancelled() => return,
                () = self.insight.queued() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// Tries what is due; says whether there may be more.
    async fn deliver_due(&self) -> anyhow::Result<bool> {
        let insight = Arc::clone(&self.insight);
        let due =
            tokio::task::spawn_blocking(move || insight.storage().due(Timestamp::now(), AT_A_TIME)).await??;
        let more = due.len() == AT_A_TIME;
        for delivery in due {
            let how = match self.deliver(&delivery).await {
                Ok(how) => how,
                Err(error) => {
                    let how = again(&delivery, Timestamp::now());
                    tracing::warn!(
                        delivery = delivery.id,
                        attempts = delivery.attempts + 1,
                        given_up = how == Tried::GivenUp,
                        error = format!("{error:#}"),
                        "a message was not delivered"
                    );
                    how
                }
            };
            let insight = Arc::clone(&self.insight);
            tokio::task::spawn_blocking(move || insight.storage().tried(delivery.id, &how)).await??;
        }
        Ok(more)
    }

    async fn deliver(&self, delivery: &Delivery) -> anyhow::Result<Tried> {
        let insight = Arc::clone(&self.insight);
        let key = delivery.target.clone();
        let target: Option<Target> = tokio::task::spawn_blocking(move || insight.target(&key)).await??;
        let Some(target) = target else {
            return Ok(Tried::GivenUp);
        };
        let message: Message = serde_json::from_str(&delivery.message).context("the message is damaged")?;
        let sending = async {
            match target.kind {
                TargetKind::Mail => match &self.mail {
                    Some(mail) => mail.send(delivery.id, &target, &message).await,
                    None => anyhow::bail!("no mail server is configured; set server under [mail]"),
                },
                TargetKind::Webhook => webhook::send(delivery, &target).await,
            }
        };
        tokio::time::timeout(TRY, sending)
            .await
            .context("it took too long")??;
        Ok(Tried::Delivered)
    }
}

/// When a message that was not delivered is tried again.
fn again(delivery: &Delivery, now: Timestamp) -> Tried {
    if delivery.attempts + 1 >= MOST_TRIES {
        return Tried::GivenUp;
    }
    let doubled = 2_i32.saturating_pow(delivery.attempts.min(16));
    let pause = FIRST_PAUSE
        .checked_mul(doubled)
        .map_or(LONGEST_PAUSE, |pause| pause.min(LONGEST_PAUSE));
    Tried::Later(now.checked_add(pause).unwrap_or(Timestamp::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let now = Timestamp::UNIX_EPOCH;
        let at = |attempts| {
            again(
                &Delivery {
                    id: 1,
                    target: String::new(),
                    message: String::new(),
                    attempts,
                    due: now,
                },
                now,
            )
        };
        assert_eq!(at(0), Tried::Later(now + FIRST_PAUSE));
        assert_eq!(at(3), Tried::Later(now + SignedDuration::from_secs(240)));
        assert_eq!(at(20), Tried::Later(now + LONGEST_PAUSE));
        assert_eq!(at(MOST_TRIES), Tried::GivenUp);
    }
}
