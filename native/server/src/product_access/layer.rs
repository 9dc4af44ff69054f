//! The check in front of every call on a licensing port.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use http::Extensions;
use http::header::AUTHORIZATION;
use licensing_api::Problem;
use licensing_net::tls::PeerCertificate;
use tonic::metadata::MetadataMap;

use super::{Caller, ProductAccess, Shown};
use crate::grpc_status;

impl ProductAccess {
    /// Puts the check before every route; routes find the [`Caller`] among the extensions of a request.
    pub fn guard(self: &Arc<Self>, router: Router) -> Router {
        router.layer(middleware::from_fn_with_state(Arc::clone(self), check))
    }

    /// Whether the caller of an unguarded route would come in through the guard.
    pub fn knows(&self, metadata: &MetadataMap, extensions: &Extensions) -> bool {
        let authorization = metadata.get(AUTHORIZATION.as_str()).map(|value| value.as_bytes());
        self.admit(shown(authorization, extensions)).is_ok()
    }
}

/// The token of an `Authorization` header; empty, which is no token, for any other scheme.
fn bearer(header: &[u8]) -> &str {
    let text = std::str::from_utf8(header).unwrap_or_default();
    let split = text
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    split.map_or("", |(_, token)| token)
}

/// Where a request comes from; without an address nobody is taken for the machine itself.
fn address_of(extensions: &Extensions) -> IpAddr {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip())
}

fn shown<'a>(authorization: Option<&'a [u8]>, extensions: &'a Extensions) -> Shown<'a> {
    Shown {
        peer: address_of(extensions),
        bearer: authorization.map(bearer),
        certificate: extensions.get::<Arc<PeerCertificate>>(),
    }
}

fn admit(access: &ProductAccess, request: &Request) -> Result<Caller, Problem> {
    let authorization = request
        .headers()
        .get(AUTHORIZATION)
        .map(http::HeaderValue::as_bytes);
    access.admit(shown(authorization, request.extensions()))
}

async fn check(State(access): State<Arc<ProductAccess>>, mut request: Request, next: Next) -> Response {
    match admit(&access, &request) {
        Ok(caller) => {
            tracing::debug!(%caller, path = request.uri().path(), "a product is calling");
            request.extensions_mut().insert(caller);
            grpc_status::blame_malformed(next.run(request).await).await
        }
        Err(problem) => grpc_status::status(&problem).into_http(),
    }
}
