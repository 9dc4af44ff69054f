//! One stream for all that a product says: messages are answered as they are ready, each with its `id`.

use std::net::IpAddr;

use futures_util::{Stream, StreamExt};
use licensing_api::{ErrorCode, Problem};
use licensing_protocol::licensing as wire;
use licensing_protocol::licensing::session_reply::Body as Reply;
use licensing_protocol::licensing::session_request::Body as Asked;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};

use super::products::Products;
use crate::failure;
use crate::product_access::Caller;

/// Messages of one session that are answered at a time; further ones wait unread.
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
    let mut under_way = JoinSet::new();
    let end = loop {
        while under_way.len() >= UNDER_WAY {
            under_way.join_next().await;
        }
        let next = tokio::select! {
            next = requests.next() => next,
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
        let (products, replies) = (products.clone(), replies.clone());
        under_way.spawn(async move {
            let id = request.id;
            let body = answer(&products, peer, request.body).await.unwrap_or_else(failed);
            // A product that is gone wants no answer.
            let _ = replies
                .send(Ok(wire::SessionReply { id, body: Some(body) }))
                .await;
        });
        while under_way.try_join_next().is_some() {}
    };
    // What was begun is answered before the end.
    while under_way.join_next().await.is_some() {}
    if let Some(problem) = end {
        let _ = replies.send(Err(failure::status(&problem))).await;
    }
}

async fn answer(products: &Products, peer: IpAddr, asked: Option<Asked>) -> Result<Reply, Problem> {
    match asked {
        Some(Asked::Checkout(request)) => products.check_out(request, peer).await.map(Reply::Checkout),
        Some(Asked::Checkin(request)) => products.check_in(&request).await.map(Reply::Checkin),
        Some(Asked::Heartbeat(request)) => products.beat(&request).map(Reply::Heartbeat),
        None => Err(Problem::new(ErrorCode::InvalidRequest, "The message asks for nothing.").about("body")),
    }
}

fn failed(problem: Problem) -> Reply {
    Reply::Failure(wire::Failure {
        code: problem.code.name().to_owned(),
        detail: problem.detail,
        action: problem.action,
    })
}
