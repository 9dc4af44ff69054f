//! Asking until there is an answer: over the stream or by calls, again when the answer got lost.

use std::future::Future;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use licensing_api::Problem;
use licensing_protocol::licensing as wire;
use licensing_protocol::licensing::checkout_reply::Outcome;
use licensing_protocol::licensing::session_reply::Body as Answer;
use licensing_protocol::licensing::session_request::Body as Question;
use parking_lot::Mutex;
use tokio::time::Instant;
use tonic::Status;

use super::connection::Connection;
use super::link::Link;
use super::session::Answers;
use crate::address::Address;
use crate::problems;

/// Shortest and longest pause between two attempts.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));

/// How long a daemon holds a call that waits in the queue before it answers where the request stands.
const HELD_CALL: Duration = Duration::from_secs(30);

/// Why one attempt gave no answer.
#[derive(Debug, Clone)]
pub(super) enum Attempt {
    /// The answer may have got lost: ask again.
    Lost(Problem),
    /// Asking again would not help.
    Final(Problem),
}

impl Attempt {
    pub(super) fn into_problem(self) -> Problem {
        match self {
            Self::Lost(problem) | Self::Final(problem) => problem,
        }
    }

    fn problem(&self) -> &Problem {
        match self {
            Self::Lost(problem) | Self::Final(problem) => problem,
        }
    }

    pub(super) fn of_call(address: &Address, status: &Status) -> Self {
        let problem = problems::of_status(address, status);
        if problems::is_loss(status) {
            Self::Lost(problem)
        } else {
            Self::Final(problem)
        }
    }

    /// Streams that break report more codes than calls do, always without a word of the server.
    pub(super) fn of_stream(address: &Address, status: &Status) -> Self {
        let broken = matches!(status.code(), tonic::Code::Unknown | tonic::Code::Internal);
        if broken && status.details().is_empty() {
            Self::Lost(problems::of_status(address, status))
        } else {
            Self::of_call(address, status)
        }
    }
}

/// An answer, and where further ones to the same question come from.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) answer: Answer,
    /// Only while the request waits in the queue of a session.
    pub(super) more: Option<Answers>,
}

impl Connection {
    /// Asks until there is an answer, the server's refusal, or no time left.
    pub(super) async fn ask(&self, question: Question, patience: Duration) -> Result<Reply, Problem> {
        self.persist(patience, held(&question), || self.attempt(question.clone()))
            .await
    }

    /// What the daemon says about itself.
    pub(super) async fn ask_status(&self, feature: &str) -> Result<wire::StatusReply, Problem> {
        let attempt = || async {
            let link = self.link().await?;
            let request = self.links.authorized(wire::StatusRequest {
                feature: feature.to_owned(),
            });
            let mut client = link.client.clone();
            self.limited(&link, self.options.attempt_timeout, async {
                let reply = client.status(request).await;
                reply
                    .map(tonic::Response::into_inner)
                    .map_err(|status| Attempt::of_call(&link.address, &status))
            })
            .await
        };
        self.persist(self.options.timeout, Duration::ZERO, attempt).await
    }

    /// Tries for as long as `patience`; an attempt that the server holds on purpose may take longer by `held`.
    async fn persist<A, F>(
        &self,
        patience: Duration,
        held: Duration,
        attempt: impl FnMut() -> F,
    ) -> Result<A, Problem>
    where
        F: Future<Output = Result<A, Attempt>>,
    {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(PAUSES.0)
            .with_max_delay(PAUSES.1)
            .with_jitter()
            .without_max_times();
        let began = Instant::now();
        let last = Mutex::new(None);
        let answer = attempt
            .retry(pauses)
            .when(|failure| matches!(failure, Attempt::Lost(_)) && began.elapsed() < patience)
            .notify(|failure: &Attempt, _| *last.lock() = Some(failure.problem().clone()));
        match tokio::time::timeout(patience + held, answer).await {
            Ok(outcome) => outcome.map_err(Attempt::into_problem),
            Err(_) => {
                let last = last.lock().take();
                Err(last.unwrap_or_else(|| problems::timed_out(&self.options.manager, "the call", patience)))
            }
        }
    }

    async fn attempt(&self, question: Question) -> Result<Reply, Attempt> {
        let link = self.link().await?;
        let limit = self.options.attempt_timeout;
        match link.session.clone() {
            Some(session) => {
                let asking = async {
                    let mut answers = session.ask(question).await?;
                    let answer = answers.next().await?;
                    let more = is_queued(&answer).then_some(answers);
                    Ok(Reply { answer, more })
                };
                self.limited(&link, limit, asking).await
            }
            None => {
                let limit = limit + held(&question);
                let calling = async {
                    let answer = self.call(&link, question).await;
                    let answer = answer.map_err(|status| Attempt::of_call(&link.address, &status))?;
                    Ok(Reply { answer, more: None })
                };
                self.limited(&link, limit, calling).await
            }
        }
    }

    /// Runs one attempt for so long at most. A connection that gave no answer is not used again.
    async fn limited<A>(
        &self,
        link: &Link,
        limit: Duration,
        attempt: impl Future<Output = Result<A, Attempt>>,
    ) -> Result<A, Attempt> {
        let outcome = tokio::time::timeout(limit, attempt).await.unwrap_or_else(|_| {
            let manager = &self.options.manager;
            Err(Attempt::Lost(problems::timed_out(manager, "an answer", limit)))
        });
        if matches!(outcome, Err(Attempt::Lost(_))) {
            self.links.forget(link.number).await;
        }
        outcome
    }

    async fn call(&self, link: &Link, question: Question) -> Result<Answer, Status> {
        let mut client = link.client.clone();
        Ok(match question {
            Question::Checkout(request) => {
                let reply = client.checkout(self.links.authorized(request)).await?;
                Answer::Checkout(reply.into_inner())
            }
            Question::Checkin(request) => {
                let reply = client.checkin(self.links.authorized(request)).await?;
                Answer::Checkin(reply.into_inner())
            }
            Question::Heartbeat(request) => {
                let reply = client.heartbeat(self.links.authorized(request)).await?;
                Answer::Heartbeat(reply.into_inner())
            }
        })
    }

    async fn link(&self) -> Result<Link, Attempt> {
        self.links.get(&self.options).await.map_err(|problem| {
            if problems::is_passing(&problem) {
                Attempt::Lost(problem)
            } else {
                Attempt::Final(problem)
            }
        })
    }
}

fn is_queued(answer: &Answer) -> bool {
    match answer {
        Answer::Checkout(reply) => matches!(reply.outcome, Some(Outcome::Queued(_))),
        Answer::Checkin(_) | Answer::Heartbeat(_) | Answer::Failure(_) => false,
    }
}

/// How much longer than usual a call may take because the server holds it.
fn held(question: &Question) -> Duration {
    match question {
        Question::Checkout(request) if request.queue => HELD_CALL,
        Question::Checkout(_) | Question::Checkin(_) | Question::Heartbeat(_) => Duration::ZERO,
    }
}
