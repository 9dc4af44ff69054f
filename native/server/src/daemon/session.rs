//! One stream for all that a product says: messages are answered as they are ready, each with its `id`.

use std::net::IpAddr;
use std::sync::Arc;

use futures_util::{Stream, StreamExt};
use licensing_api::{ErrorCode, Problem};
use licensing_protocol::licensing as wire;
use licensing_protocol::licensing::session_reply::Body as Reply;
use licensing_protocol::licensing::session_request::Body as Asked;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};

use super::products::Products;
use super::turns::{CheckedOut, Turn, Waited};
use crate::grpc_status;
use crate::product_access::Caller;

/// Messages of one session that are answered at a time, those that wait for seats not counted; further ones wait unread.
const UNDER_WAY: usize = 256;

type Replies = mpsc::Sender<Result<wire::SessionReply, Status>>;

/// Answers a session until the product ends it, its token ends, or the server does.
pub(super) fn serve(
    products: Products,
    caller: Caller,
    peer: IpAddr,
    requests: Streaming<wire::SessionRequest>,
) -> impl Stream<Item = Result<wire::SessionReply, Status>> + Send {
    let (replies, stream) = mpsc::channel(UNDER_WAY);
    tokio::spawn(read(products, caller, peer, requests, replies));
    ReceiverStream::new(stream)
}

async fn read(
    products: Products,
    caller: Caller,
    peer: IpAddr,
    mut requests: Streaming<wire::SessionRequest>,
    replies: Replies,
) {
    let permits = Arc::new(Semaphore::new(UNDER_WAY));
    let mut under_way = JoinSet::new();
    let end = loop {
        let (permit, next) = tokio::select! {
            read = read_next(&permits, &mut requests) => read,
            () = replies.closed() => return,
            () = products.stopping.cancelled() => {
                break Some(Problem::new(ErrorCode::ServerStopping, "The vendor daemon is stopping."));
            }
        };
        let request = match next {
            Some(Ok(request)) => request,
            // The product has said all it wanted, or is gone.
            Some(Err(_)) | None => break None,
        };
        if !products.access.still_holds(peer, &caller) {
            break Some(Problem::new(
                ErrorCode::AuthorizationFailed,
                "The product token or the client certificate has ended.",
            ));
        }
        under_way.spawn(serve_one(
            products.clone(),
            caller.clone(),
            peer,
            request,
            replies.clone(),
            permit,
        ));
        while under_way.try_join_next().is_some() {}
    };
    // What was begun is answered before the end, unless nobody is there to hear it.
    let answered = async { while under_way.join_next().await.is_some() {} };
    tokio::select! {
        () = answered => {}
        () = replies.closed() => return,
    }
    if let Some(problem) = end {
        let _ = replies.send(Err(grpc_status::status(&problem))).await;
    }
}

/// The next message, as soon as there is room to answer it.
async fn read_next(
    permits: &Arc<Semaphore>,
    requests: &mut Streaming<wire::SessionRequest>,
) -> (
    Option<OwnedSemaphorePermit>,
    Option<Result<wire::SessionRequest, Status>>,
) {
    // The semaphore is never closed.
    let permit = Arc::clone(permits).acquire_owned().await.ok();
    (permit, requests.next().await)
}

/// Answers one message. A request that waits for seats is answered at once, whenever its place changes, and at its
/// turn, and makes room for others meanwhile.
async fn serve_one(
    products: Products,
    caller: Caller,
    peer: IpAddr,
    request: wire::SessionRequest,
    replies: Replies,
    permit: Option<OwnedSemaphorePermit>,
) {
    let id = request.id;
    let tell = async |body: Reply| {
        let reply = wire::SessionReply { id, body: Some(body) };
        // A product that is gone wants no answer.
        let _ = replies.send(Ok(reply)).await;
    };
    match answer(&products, peer, &caller, request.body).await {
        Ok(Answer::Reply(body)) => tell(body).await,
        Ok(Answer::Waits(mut turn)) => {
            tell(Reply::Checkout(turn.queued())).await;
            drop(permit);
            let last = loop {
                match products.wait(&mut turn, peer, &caller).await {
                    Ok(Waited::Moved(reply)) => tell(Reply::Checkout(reply)).await,
                    Ok(Waited::Answer(reply)) => break Reply::Checkout(reply),
                    Err(problem) => break failed(problem),
                }
            };
            tell(last).await;
        }
        Err(problem) => tell(failed(problem)).await,
    }
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
    })
}
