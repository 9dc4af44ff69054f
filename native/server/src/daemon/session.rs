//! One stream for all that a product says: messages are answered as they are ready, each with its `id`.
//!
//! The stream of answers does all the work when it is asked for the next one. A task of its own for each message would cost
//! a lone product two changes of the core for each checkout.

use std::net::IpAddr;

use futures_util::future::BoxFuture;
use futures_util::stream::{self, FuturesUnordered};
use futures_util::{FutureExt, Stream, StreamExt};
use licensing_api::{ErrorCode, Problem};
use licensing_protocol::licensing as wire;
use licensing_protocol::licensing::session_reply::Body as Reply;
use licensing_protocol::licensing::session_request::Body as Asked;
use tonic::{Status, Streaming};

use super::open_sessions::OpenSession;
use super::products::Products;
use super::turns::{CheckedOut, Turn, Waited};
use crate::grpc_status;
use crate::product_access::Caller;

/// Messages of one session that are answered at a time, those that wait for seats not counted; further ones wait unread.
const UNDER_WAY: usize = 256;

/// Answers a session until the product ends it, its token ends, or the server does. When the stream is dropped nobody is
/// there to hear an answer, and what was begun ends.
pub(super) fn serve(
    products: Products,
    caller: Caller,
    peer: IpAddr,
    requests: Streaming<wire::SessionRequest>,
    open: OpenSession,
) -> impl Stream<Item = Result<wire::SessionReply, Status>> + Send {
    let session = Session {
        products,
        caller,
        peer,
        requests,
        reads: true,
        last: None,
        under_way: FuturesUnordered::new(),
        answering: 0,
        _open: open,
    };
    stream::unfold(session, Session::next)
}

struct Session {
    products: Products,
    caller: Caller,
    peer: IpAddr,
    requests: Streaming<wire::SessionRequest>,
    /// Whether further messages are read. What was begun is answered in any case.
    reads: bool,
    /// What the product is answered at the end.
    last: Option<Problem>,
    under_way: FuturesUnordered<BoxFuture<'static, Step>>,
    /// Messages under way that do not wait for seats.
    answering: usize,
    _open: OpenSession,
}

/// A reply, and the request that waits for seats after it.
struct Step {
    reply: wire::SessionReply,
    waits: Option<Turn>,
    /// Whether the request had been waiting for seats before.
    waited: bool,
}

impl Session {
    async fn next(mut self) -> Option<(Result<wire::SessionReply, Status>, Self)> {
        loop {
            let has_room = self.answering < UNDER_WAY;
            tokio::select! {
                Some(step) = self.under_way.next() => {
                    let reply = self.stepped(step);
                    return Some((Ok(reply), self));
                }
                request = self.requests.next(), if self.reads && has_room => match request {
                    Some(Ok(request)) => self.begin(request),
                    // It is gone, or what it sends is no message; then nothing behind it can be read.
                    Some(Err(status)) => {
                        self.reads = false;
                        self.last = grpc_status::fault_of_stream(&status);
                    }
                    // The product has said all it wanted.
                    None => self.reads = false,
                },
                () = self.products.stopping.cancelled(), if self.reads => {
                    self.end(ErrorCode::ServerStopping, "The vendor daemon is stopping.");
                }
                else => break,
            }
        }
        let problem = self.last.take()?;
        Some((Err(grpc_status::status(&problem)), self))
    }

    fn end(&mut self, code: ErrorCode, detail: &str) {
        self.reads = false;
        self.last = Some(Problem::new(code, detail));
    }

    fn begin(&mut self, request: wire::SessionRequest) {
        if !self.products.access.still_holds(self.peer, &self.caller) {
            self.end(
                ErrorCode::AuthorizationFailed,
                "The product token or the client certificate has ended.",
            );
            return;
        }
        self.answering += 1;
        let (products, caller, peer) = (self.products.clone(), self.caller.clone(), self.peer);
        let step = async move {
            let (body, waits) = match answer(&products, peer, &caller, request.body).await {
                Ok(Answer::Reply(body)) => (body, None),
                Ok(Answer::Waits(turn)) => (Reply::Checkout(turn.queued()), Some(turn)),
                Err(problem) => (failed(problem), None),
            };
            Step {
                reply: reply(request.id, body),
                waits,
                waited: false,
            }
        };
        self.under_way.push(step.boxed());
    }

    /// Takes note of a reply. A request that waits is answered again whenever its place changes, and at its turn, and makes
    /// room for others meanwhile.
    fn stepped(&mut self, step: Step) -> wire::SessionReply {
        if !step.waited {
            self.answering -= 1;
        }
        if let Some(mut turn) = step.waits {
            let (products, caller, peer) = (self.products.clone(), self.caller.clone(), self.peer);
            let id = step.reply.id;
            let next = async move {
                let (body, waits) = match products.wait(&mut turn, peer, &caller).await {
                    Ok(Waited::Moved(reply)) => (Reply::Checkout(reply), Some(turn)),
                    Ok(Waited::Answer(reply)) => (Reply::Checkout(reply), None),
                    Err(problem) => (failed(problem), None),
                };
                Step {
                    reply: reply(id, body),
                    waits,
                    waited: true,
                }
            };
            self.under_way.push(next.boxed());
        }
        step.reply
    }
}

fn reply(id: u64, body: Reply) -> wire::SessionReply {
    let body = Some(body);
    wire::SessionReply { id, body }
}

enum Answer {
    Reply(Reply),
    Waits(Turn),
}

async fn answer(
    products: &Products,
    peer: IpAddr,
    caller: &Caller,
    asked: Option<Asked>,
) -> Result<Answer, Problem> {
    let reply = match asked {
        Some(Asked::Checkout(request)) => match products.begin_checkout(request, peer, caller).await? {
            CheckedOut::Answer(reply) => Reply::Checkout(reply),
            CheckedOut::Waits(turn) => return Ok(Answer::Waits(turn)),
        },
        Some(Asked::Checkin(request)) => Reply::Checkin(products.check_in(&request).await?),
        Some(Asked::Heartbeat(request)) => Reply::Heartbeat(products.beat(&request)?),
        None => {
            let problem = Problem::new(ErrorCode::InvalidRequest, "The message asks for nothing.");
            return Err(problem.about("body"));
        }
    };
    Ok(Answer::Reply(reply))
}

fn failed(problem: Problem) -> Reply {
    Reply::Failure(wire::Failure {
        code: problem.code.name().to_owned(),
        detail: problem.detail,
        action: problem.action,
        retry_after_seconds: problem.retry_after.unwrap_or_default(),
    })
}
