//! The gRPC service of the licensing port.

use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::ConnectInfo;
use futures_util::Stream;
use licensing_api::{ErrorCode, Problem};
use licensing_protocol::licensing as wire;
use licensing_protocol::licensing::vendor_daemon_server::{VendorDaemon, VendorDaemonServer};
use tonic::{Request, Response, Status, Streaming};

use super::products::Products;
use super::{session, validation};
use crate::grpc_status;
use crate::product_access::Caller;

/// Largest message: a heartbeat of the most leases, each of 16 bytes with its field header and perhaps its position.
pub(super) const MESSAGE_BYTES: usize = validation::HEARTBEAT_LEASES * 24 + 1024;
/// Path of the stream.
pub(super) const SESSION_PATH: &str = "/licensing.v1.VendorDaemon/Session";

/// The routes of the licensing port, behind the check of the product token.
pub(super) fn router(products: Products) -> Router {
    let access = Arc::clone(&products.access);
    let service = VendorDaemonServer::new(products).max_decoding_message_size(MESSAGE_BYTES);
    access.guard(tonic::service::Routes::new(service).into_axum_router())
}

#[tonic::async_trait]
impl VendorDaemon for Products {
    type SessionStream = Pin<Box<dyn Stream<Item = Result<wire::SessionReply, Status>> + Send>>;

    async fn checkout(
        &self,
        request: Request<wire::CheckoutRequest>,
    ) -> Result<Response<wire::CheckoutReply>, Status> {
        match peer(&request).and_then(|peer| Ok((peer, caller(&request)?))) {
            Ok((peer, caller)) => answer(self.check_out(request.into_inner(), peer, &caller).await),
            Err(problem) => Err(grpc_status::status(&problem)),
        }
    }

    async fn checkin(
        &self,
        request: Request<wire::CheckinRequest>,
    ) -> Result<Response<wire::CheckinReply>, Status> {
        answer(self.check_in(request.get_ref()).await)
    }

    async fn heartbeat(
        &self,
        request: Request<wire::HeartbeatRequest>,
    ) -> Result<Response<wire::HeartbeatReply>, Status> {
        answer(self.beat(request.get_ref()))
    }

    async fn status(
        &self,
        request: Request<wire::StatusRequest>,
    ) -> Result<Response<wire::StatusReply>, Status> {
        answer(self.tell_status(request.into_inner()).await)
    }

    async fn session(
        &self,
        request: Request<Streaming<wire::SessionRequest>>,
    ) -> Result<Response<Self::SessionStream>, Status> {
        let caller = caller(&request).map_err(|problem| grpc_status::status(&problem))?;
        let peer = peer(&request).map_err(|problem| grpc_status::status(&problem))?;
        let open = self.sessions.enter(peer);
        let open = open.map_err(|problem| grpc_status::status(&problem))?;
        Ok(Response::new(Box::pin(session::serve(
            self.clone(),
            caller,
            peer,
            request.into_inner(),
            open,
        ))))
    }
}

/// Where a request comes from, as the connection shows it.
fn peer<T>(request: &Request<T>) -> Result<IpAddr, Problem> {
    let connection = request.extensions().get::<ConnectInfo<SocketAddr>>();
    connection.map(|ConnectInfo(peer)| peer.ip()).ok_or_else(|| {
        Problem::new(
            ErrorCode::AuthorizationFailed,
            "The address of the caller is not known.",
        )
    })
}

/// Who is asking: the guard in front of every route has found out.
fn caller<T>(request: &Request<T>) -> Result<Caller, Problem> {
    let caller = request.extensions().get::<Caller>().cloned();
    caller.ok_or_else(|| Problem::new(ErrorCode::AuthorizationFailed, "The caller is not known."))
}

fn answer<T>(outcome: Result<T, Problem>) -> Result<Response<T>, Status> {
    outcome
        .map(Response::new)
        .map_err(|problem| grpc_status::status(&problem))
}
