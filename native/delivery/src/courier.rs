//! Takes messages from a queue, sends them, and tries again what was not taken.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::config::MailConfig;
use crate::message::{Message, Target, TargetKind};
use crate::webhook::Headers;
use crate::{mail, webhook};

/// How often the queue is looked at although nobody has said that there is something new.
const LOOK: Duration = Duration::from_secs(10);
/// Pause after the first failed try; each further one doubles it.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// Longest pause between two tries.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(6);
/// Tries after which a message is given up: about a week.
const MOST_TRIES: u32 = 36;
/// Messages that are taken from the queue at a time: more than one target that does not answer is likely to have waiting.
const AT_A_TIME: usize = 1000;
/// Time for one try.
const TRY: Duration = Duration::from_secs(60);
/// A target whose try failed after so long gets no further one while others wait.
const SLOW: Duration = Duration::from_secs(10);
/// No further message of what was taken from the queue is tried after so long: what is new meanwhile gets its turn.
const ROUND: Duration = Duration::from_secs(10);
/// Targets that messages are sent to at the same time.
const TARGETS: usize = 8;
/// Longest reason that is kept, in characters: a mail server may say anything.
const LONGEST_REASON: usize = 500;

/// How a try to deliver ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    /// It was taken.
    Delivered,
    /// It is tried again then.
    Later {
        /// When.
        due: Timestamp,
        /// Why it was not taken.
        reason: String,
    },
    /// It is given up: the target is gone, or was tried long enough.
    GivenUp {
        /// Why it was not taken.
        reason: String,
    },
}

/// A message that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its number in the queue.
    pub id: i64,
    /// How often it was tried.
    pub attempts: u32,
    /// Key of its target.
    pub target: String,
    /// The message as it is stored.
    pub message: String,
}

/// A queue of messages that outlives a crash. What blocks is called on threads for that.
pub trait Outbox: Send + Sync + 'static {
    /// The mail server to send by, as it is configured now.
    fn mail(&self) -> MailConfig;

    /// Messages that are due, the oldest first.
    ///
    /// # Errors
    /// When the queue cannot be read.
    fn due(&self, now: Timestamp, most: usize) -> anyhow::Result<Vec<Waiting>>;

    /// A message, and where it goes; none when its target is gone.
    ///
    /// # Errors
    /// When it cannot be read.
    fn open(&self, waiting: &Waiting) -> anyhow::Result<Option<(Target, Message)>>;

    /// Notes how tries ended, each with the number of its message: all of them, or none.
    ///
    /// # Errors
    /// When that cannot be made durable.
    fn tried(&self, tries: &[(i64, Tried)]) -> anyhow::Result<()>;

    /// Ends when there is something new.
    fn changed(&self) -> impl Future<Output = ()> + Send;
}

/// Delivers what is in a queue.
pub struct Courier<O> {
    way: Way<O>,
    /// How tries ended that could not be noted. Without it, a message that was taken would be sent again every few seconds until
    /// the disk has room again.
    unnoted: HashMap<i64, Tried>,
}

impl<O: Outbox> Courier<O> {
    /// For this queue.
    pub fn new(outbox: Arc<O>, headers: Headers) -> Self {
        Self {
            way: Way { outbox, headers },
            unnoted: HashMap::new(),
        }
    }

    /// Delivers until `stopping`.
    pub async fn run(mut self, stopping: CancellationToken) {
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
                () = self.way.outbox.changed() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// Tries what is due, at several targets at the same time; says whether there may be more.
    async fn deliver_due(&mut self) -> anyhow::Result<bool> {
        let due = self
            .way
            .blocking(|outbox| outbox.due(Timestamp::now(), AT_A_TIME))
            .await?;
        let mut more = due.len() == AT_A_TIME;
        let ids: HashSet<i64> = due.iter().map(|waiting| waiting.id).collect();
        self.unnoted.retain(|id, _| ids.contains(id));
        let mut tries = Vec::new();
        let mut targets: HashMap<String, Vec<Waiting>> = HashMap::new();
        for waiting in due {
            match self.known(waiting.id) {
                Some(how) => tries.push((waiting.id, how)),
                None => targets.entry(waiting.target.clone()).or_default().push(waiting),
            }
        }
        let mut failed = self.note(&mut tries).await.err();
        let (ended, mut outcomes) = mpsc::unbounded_channel();
        // What is under way ends with this.
        let mut senders = self.way.send_to_each(targets, &ended);
        drop(ended);
        // What ends while others are noted is noted together.
        while outcomes.recv_many(&mut tries, AT_A_TIME).await > 0 {
            let noted = self.note(&mut tries).await;
            failed = failed.or(noted.err());
        }
        while let Some(left) = senders.join_next().await {
            more |= left.context("sending failed")?;
        }
        match failed {
            Some(error) => Err(error),
            None => Ok(more),
        }
    }

    /// Notes how tries ended, and takes them away; they are remembered where that fails.
    async fn note(&mut self, tries: &mut Vec<(i64, Tried)>) -> anyhow::Result<()> {
        let tries = std::mem::take(tries);
        if tries.is_empty() {
            return Ok(());
        }
        let ended = tries.clone();
        let noted = self.way.blocking(move |outbox| outbox.tried(&ended)).await;
        if noted.is_err() {
            self.unnoted.extend(tries);
        }
        noted
    }

    /// How the last try of a message ended, if that could not be noted yet; none when it is to be tried.
    fn known(&mut self, id: i64) -> Option<Tried> {
        let how = self.unnoted.remove(&id)?;
        let is_due = matches!(&how, Tried::Later { due, .. } if *due <= Timestamp::now());
        (!is_due).then_some(how)
    }
}

/// How messages get from a queue to their targets.
struct Way<O> {
    outbox: Arc<O>,
    headers: Headers,
}

impl<O> Clone for Way<O> {
    fn clone(&self) -> Self {
        Self {
            outbox: Arc::clone(&self.outbox),
            headers: self.headers,
        }
    }
}

impl<O: Outbox> Way<O> {
    /// Starts sending to each of these targets, to some at a time; each says whether messages were left.
    fn send_to_each(
        &self,
        targets: HashMap<String, Vec<Waiting>>,
        ended: &mpsc::UnboundedSender<(i64, Tried)>,
    ) -> JoinSet<bool> {
        let begun = Instant::now();
        let places = Arc::new(Semaphore::new(TARGETS));
        let mut senders = JoinSet::new();
        for messages in targets.into_values() {
            let (way, ended, places) = (self.clone(), ended.clone(), Arc::clone(&places));
            senders.spawn(async move {
                // The error would be that nobody gives out places any more.
                let _place = places.acquire_owned().await;
                way.send_in_order(messages, begun, &ended).await
            });
        }
        senders
    }

    /// Tries messages of one target, the first in any case; says whether some were left.
    async fn send_in_order(
        &self,
        messages: Vec<Waiting>,
        begun: Instant,
        ended: &mpsc::UnboundedSender<(i64, Tried)>,
    ) -> bool {
        let mut left = messages.len();
        for waiting in messages {
            let (id, since) = (waiting.id, Instant::now());
            let how = self.try_once(waiting).await;
            left -= 1;
            // Each of its messages would keep its place from all others for a minute.
            let is_silent = how != Tried::Delivered && since.elapsed() >= SLOW;
            // Whoever notes it waits until all have ended.
            let _ = ended.send((id, how));
            if is_silent || begun.elapsed() >= ROUND {
                break;
            }
        }
        left > 0
    }

    async fn try_once(&self, waiting: Waiting) -> Tried {
        let (id, attempts) = (waiting.id, waiting.attempts);
        match self.deliver(waiting).await {
            Ok(how) => how,
            Err(error) => {
                let how = again(attempts, Timestamp::now(), &format!("{error:#}"));
                tracing::warn!(
                    delivery = id,
                    attempts = attempts.saturating_add(1),
                    given_up = matches!(how, Tried::GivenUp { .. }),
                    error = format!("{error:#}"),
                    "a message was not delivered"
                );
                how
            }
        }
    }

    async fn deliver(&self, waiting: Waiting) -> anyhow::Result<Tried> {
        let opened = self.blocking(move |outbox| outbox.open(&waiting)).await?;
        let Some((target, message)) = opened else {
            return Ok(Tried::GivenUp {
                reason: "the target is gone".to_owned(),
            });
        };
        send(&self.outbox.mail(), self.headers, &target, &message).await?;
        Ok(Tried::Delivered)
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&O) -> anyhow::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        let outbox = Arc::clone(&self.outbox);
        tokio::task::spawn_blocking(move || work(&outbox)).await?
    }
}

/// Sends one message now.
///
/// # Errors
/// When it was not taken, or not in time.
pub async fn send(
    mail_server: &MailConfig,
    headers: Headers,
    target: &Target,
    message: &Message,
) -> anyhow::Result<()> {
    let sending = async {
        match target.kind {
            TargetKind::Mail => mail::send(mail_server, target, message).await,
            TargetKind::Webhook => webhook::send(headers, target, message).await,
        }
    };
    tokio::time::timeout(TRY, sending)
        .await
        .context("it took too long")?
}

/// The last instant at which a message may be due that was put off by a clock that was right: no pause is longer. One that is due
/// later was put off by a clock that was ahead, and is due now.
pub fn latest_due(now: Timestamp) -> Timestamp {
    now.checked_add(LONGEST_PAUSE).unwrap_or(Timestamp::MAX)
}

/// When a message that was not delivered is tried again.
fn again(attempts: u32, now: Timestamp, reason: &str) -> Tried {
    let reason: String = reason.chars().take(LONGEST_REASON).collect();
    if attempts >= MOST_TRIES - 1 {
        return Tried::GivenUp { reason };
    }
    let doubled = 2_i32.saturating_pow(attempts.min(16));
    let pause = FIRST_PAUSE
        .checked_mul(doubled)
        .map_or(LONGEST_PAUSE, |pause| pause.min(LONGEST_PAUSE));
    Tried::Later {
        due: now.checked_add(pause).unwrap_or(Timestamp::MAX),
        reason,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Condvar, Mutex};

    use super::*;

    const HEADERS: Headers = Headers {
        delivery: "delivery",
        signature: "signature",
    };

    /// One message, whose end can be noted at the third time only.
    #[derive(Default)]
    struct FullDisk {
        opened: AtomicUsize,
        noted: AtomicUsize,
    }

    impl Outbox for FullDisk {
        fn mail(&self) -> MailConfig {
            MailConfig::default()
        }

        fn due(&self, _: Timestamp, _: usize) -> anyhow::Result<Vec<Waiting>> {
            Ok(vec![Waiting {
                id: 7,
                attempts: 0,
                target: "one".to_owned(),
                message: String::new(),
            }])
        }

        fn open(&self, _: &Waiting) -> anyhow::Result<Option<(Target, Message)>> {
            self.opened.fetch_add(1, Ordering::SeqCst);
            Ok(None)
        }

        fn tried(&self, _: &[(i64, Tried)]) -> anyhow::Result<()> {
            match self.noted.fetch_add(1, Ordering::SeqCst) {
                0 | 1 => anyhow::bail!("the disk is full"),
                _ => Ok(()),
            }
        }

        async fn changed(&self) {
            std::future::pending().await
        }
    }

    #[tokio::test]
    async fn what_cannot_be_noted_is_not_tried_again_meanwhile() {
        let outbox = Arc::new(FullDisk::default());
        let mut courier = Courier::new(Arc::clone(&outbox), HEADERS);
        courier.deliver_due().await.unwrap_err();
        courier.deliver_due().await.unwrap_err();
        assert!(!courier.deliver_due().await.unwrap());
        assert_eq!(outbox.opened.load(Ordering::SeqCst), 1);
        courier.deliver_due().await.unwrap();
        assert_eq!(
            outbox.opened.load(Ordering::SeqCst),
            2,
            "it was noted, and forgotten"
        );
    }

    /// Two targets. Neither takes its first message before the other has been turned to.
    #[derive(Default)]
    struct Together {
        opened: Mutex<Vec<i64>>,
        both: Condvar,
        tried: Mutex<Vec<(i64, Tried)>>,
    }

    impl Outbox for Together {
        fn mail(&self) -> MailConfig {
            MailConfig::default()
        }

        fn due(&self, _: Timestamp, _: usize) -> anyhow::Result<Vec<Waiting>> {
            let waiting = |(id, target): (i64, &str)| Waiting {
                id,
                attempts: 0,
                target: target.to_owned(),
                message: String::new(),
            };
            Ok([(1, "one"), (2, "one"), (3, "two")].map(waiting).to_vec())
        }

        fn open(&self, waiting: &Waiting) -> anyhow::Result<Option<(Target, Message)>> {
            let mut opened = self.opened.lock().unwrap();
            opened.push(waiting.id);
            self.both.notify_all();
            let waited = self
                .both
                .wait_timeout_while(opened, SLOW / 2, |opened| opened.len() < 2);
            anyhow::ensure!(!waited.unwrap().1.timed_out(), "the other target has to wait");
            Ok(None)
        }

        fn tried(&self, tries: &[(i64, Tried)]) -> anyhow::Result<()> {
            self.tried.lock().unwrap().extend_from_slice(tries);
            Ok(())
        }

        async fn changed(&self) {
            std::future::pending().await
        }
    }

    #[tokio::test]
    async fn targets_do_not_wait_for_each_other_and_keep_the_order_of_their_messages() {
        let outbox = Arc::new(Together::default());
        let mut courier = Courier::new(Arc::clone(&outbox), HEADERS);
        assert!(!courier.deliver_due().await.unwrap());
        let opened = outbox.opened.lock().unwrap().clone();
        let first = |wanted| opened.iter().position(|id| *id == wanted).unwrap();
        assert!(first(1) < first(2), "{opened:?}");
        assert!(first(3) < first(2), "{opened:?}");
        let tried = outbox.tried.lock().unwrap().clone();
        assert_eq!(tried.len(), 3, "{tried:?}");
        let gone = |how: &Tried| matches!(how, Tried::GivenUp { .. });
        assert!(tried.iter().all(|(_, how)| gone(how)), "{tried:?}");
    }

    #[test]
    fn pauses_grow_and_end() {
        let now = Timestamp::UNIX_EPOCH;
        let later = |pause| Tried::Later {
            due: now + pause,
            reason: String::new(),
        };
        let at = |attempts| again(attempts, now, "");
        assert_eq!(at(0), later(FIRST_PAUSE));
        assert_eq!(at(3), later(SignedDuration::from_secs(240)));
        assert_eq!(at(20), later(LONGEST_PAUSE));
        assert_eq!(
            at(MOST_TRIES),
            Tried::GivenUp {
                reason: String::new()
            }
        );
        assert_eq!(at(u32::MAX), at(MOST_TRIES));
        let long = "ü".repeat(LONGEST_REASON + 1);
        let reason = "ü".repeat(LONGEST_REASON);
        assert_eq!(again(MOST_TRIES, now, &long), Tried::GivenUp { reason });
    }
}
