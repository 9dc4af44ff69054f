//! All that a product says over one stream: each message has an id, and answers come in any order.

use std::collections::HashMap;
use std::sync::Arc;

use licensing_api::{ErrorCode, Problem};
use licensing_protocol::licensing as wire;
use licensing_protocol::licensing::session_reply::Body as Answer;
use licensing_protocol::licensing::session_request::Body as Question;
use licensing_protocol::licensing::vendor_daemon_client::VendorDaemonClient;
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::task::JoinHandle;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;
use tonic::{Request, Status, Streaming};

use super::exchange::Attempt;
use crate::address::Address;
use crate::problems;

/// Questions under way at a time, those that may wait in the queue not counted: fewer than a daemon works on, so that
/// none is left unread.
const UNDER_WAY: usize = 128;

/// Questions under way that may wait in the queue; a daemon answers others meanwhile.
const WAITING: usize = 1024;

/// Questions that are written and not yet on the way.
const OUTGOING: usize = 64;

/// An open stream. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Session {
    outgoing: mpsc::Sender<wire::SessionRequest>,
    open: Arc<Open>,
    ordinary: Arc<Semaphore>,
    queueing: Arc<Semaphore>,
    reader: JoinHandle<()>,
}

/// What the reader shares with those who wait.
#[derive(Debug)]
struct Open {
    address: Address,
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    last_id: u64,
    /// By id. Each has room for the latest answer, which is all that counts.
    questions: HashMap<u64, watch::Sender<Option<Answer>>>,
    /// Why there will be no more answers.
    lost: Option<Attempt>,
}

/// Waits for the answers to one question. When it is dropped they are not wanted any more.
#[derive(Debug)]
pub(super) struct Answers {
    id: u64,
    latest: watch::Receiver<Option<Answer>>,
    open: Arc<Open>,
    _permit: OwnedSemaphorePermit,
}

impl Session {
    /// Opens the stream; none when the server has no such thing. `authorized` adds what a request needs besides.
    pub(super) async fn open<F>(
        mut client: VendorDaemonClient<Channel>,
        address: &Address,
        authorized: F,
    ) -> Result<Option<Self>, Status>
    where
        F: FnOnce(ReceiverStream<wire::SessionRequest>) -> Request<ReceiverStream<wire::SessionRequest>>,
    {
        let (outgoing, messages) = mpsc::channel(OUTGOING);
        let replies = match client.session(authorized(ReceiverStream::new(messages))).await {
            Ok(replies) => replies.into_inner(),
            Err(status) if status.code() == tonic::Code::Unimplemented => return Ok(None),
            Err(status) => return Err(status),
        };
        let open = Arc::new(Open {
            address: address.clone(),
            waiting: Mutex::default(),
        });
        let reader = tokio::spawn(read(replies, Arc::clone(&open)));
        Ok(Some(Self {
            outgoing,
            open,
            ordinary: Arc::new(Semaphore::new(UNDER_WAY)),
            queueing: Arc::new(Semaphore::new(WAITING)),
            reader,
        }))
    }

    /// Whether there will be no more answers.
    pub(super) fn is_lost(&self) -> bool {
        self.open.waiting().lost.is_some()
    }

    /// Asks; the answers come to whom this returns.
    pub(super) async fn ask(&self, question: Question) -> Result<Answers, Attempt> {
        let room = if may_wait(&question) {
            &self.queueing
        } else {
            &self.ordinary
        };
        let permit = Arc::clone(room).acquire_owned().await;
        let answers = self.open.expect(permit.map_err(|_| self.open.loss())?)?;
        let request = wire::SessionRequest {
            id: answers.id,
            body: Some(question),
        };
        match self.outgoing.send(request).await {
            Ok(()) => Ok(answers),
            Err(_) => Err(self.open.loss()),
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.reader.abort();
        let why = problems::unreachable(&self.open.address, "the connection was given up");
        self.open.lose(Attempt::Lost(why));
    }
}

impl Open {
    fn expect(self: &Arc<Self>, permit: OwnedSemaphorePermit) -> Result<Answers, Attempt> {
        let mut waiting = self.waiting();
        if let Some(lost) = &waiting.lost {
            return Err(lost.clone());
        }
        waiting.last_id += 1;
        let id = waiting.last_id;
        let (sender, latest) = watch::channel(None);
        waiting.questions.insert(id, sender);
        Ok(Answers {
            id,
            latest,
            open: Arc::clone(self),
            _permit: permit,
        })
    }

    fn hand_on(&self, id: u64, answer: Answer) {
        let mut waiting = self.waiting();
        // An answer that nobody waits for any more is no mistake of the server.
        if is_last(&answer) {
            if let Some(question) = waiting.questions.remove(&id) {
                question.send_replace(Some(answer));
            }
        } else if let Some(question) = waiting.questions.get(&id) {
            question.send_replace(Some(answer));
        }
    }

    fn lose(&self, why: Attempt) {
        let mut waiting = self.waiting();
        waiting.lost.get_or_insert(why);
        waiting.questions.clear();
    }

    fn loss(&self) -> Attempt {
        let lost = self.waiting().lost.clone();
        lost.unwrap_or_else(|| ended(&self.address))
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // Every holder of this lock leaves the map whole at each step.
        self.waiting.lock()
    }
}

impl Answers {
    /// The next answer; of several that came since the last one only the latest.
    pub(super) async fn next(&mut self) -> Result<Answer, Attempt> {
        if self.latest.changed().await.is_err() {
            return Err(self.open.loss());
        }
        let latest = self.latest.borrow_and_update().clone();
        match latest {
            Some(Answer::Failure(failure)) => Err(self.refused(failure)),
            Some(answer) => Ok(answer),
            None => Err(self.open.loss()),
        }
    }

    fn refused(&self, failure: wire::Failure) -> Attempt {
        let Some(code) = ErrorCode::from_name(&failure.code) else {
            let detail = format!("{} ({}).", failure.detail, failure.code);
            return Attempt::Final(problems::not_understood(&self.open.address, detail));
        };
        let mut problem = Problem::new(code, failure.detail).advise(failure.action);
        problem.retry_after = (failure.retry_after_seconds != 0).then_some(failure.retry_after_seconds);
        if problems::is_passing(&problem) {
            Attempt::Lost(problem)
        } else {
            Attempt::Final(problem)
        }
    }
}

impl Drop for Answers {
    fn drop(&mut self) {
        self.open.waiting().questions.remove(&self.id);
    }
}

fn ended(address: &Address) -> Attempt {
    Attempt::Lost(problems::unreachable(address, "the session has ended"))
}

fn may_wait(question: &Question) -> bool {
    match question {
        Question::Checkout(request) => request.queue,
        Question::Checkin(_) | Question::Heartbeat(_) => false,
    }
}

/// Whether no other answer follows.
fn is_last(answer: &Answer) -> bool {
    match answer {
        Answer::Checkout(reply) => !matches!(reply.outcome, Some(wire::checkout_reply::Outcome::Queued(_))),
        Answer::Checkin(_) | Answer::Heartbeat(_) | Answer::Failure(_) => true,
    }
}

async fn read(mut replies: Streaming<wire::SessionReply>, open: Arc<Open>) {
    let end = loop {
        match replies.message().await {
            Ok(Some(wire::SessionReply { id, body: Some(body) })) => open.hand_on(id, body),
            Ok(Some(wire::SessionReply { body: None, .. })) => {
                break Attempt::Final(problems::not_understood(&open.address, "An answer says nothing."));
            }
            Ok(None) => break ended(&open.address),
            Err(status) => break Attempt::of_stream(&open.address, &status),
        }
    };
    open.lose(end);
}
