//! A server of one's own and a product that talks to it.

use std::net::SocketAddr;

use licensing_protocol::licensing::checkout_reply::Outcome;
use licensing_protocol::licensing::license_manager_client::LicenseManagerClient;
use licensing_protocol::licensing::vendor_daemon_client::VendorDaemonClient;
use licensing_protocol::licensing::{
    CheckinRequest, CheckoutRequest, Denial, DiscoverReply, DiscoverRequest, Holder, Lease, StatusReply,
    StatusRequest,
};
use licensing_testbed::{Increment, Server, ServerBuilder, license_text};
use tonic::transport::{Channel, Endpoint};

pub(crate) const VENDOR: &str = "ACME";

pub(crate) fn builder() -> ServerBuilder {
    ServerBuilder::new().program(env!("CARGO_BIN_EXE_licensingd"))
}

pub(crate) fn acme(seats: u32) -> String {
    license_text(VENDOR, &[Increment::new("cad", seats)])
}

/// A server with seats of one feature, `cad`.
pub(crate) async fn server_with(seats: u32) -> Server {
    start(builder().license("acme.lic", &acme(seats))).await
}

pub(crate) async fn start(builder: ServerBuilder) -> Server {
    tokio::task::spawn_blocking(move || builder.start())
        .await
        .unwrap()
        .unwrap()
}

/// Ends a server without warning and starts it again.
pub(crate) async fn kill_and_start(mut server: Server) -> Server {
    tokio::task::spawn_blocking(move || {
        server.kill().unwrap();
        server.start_again().unwrap();
        server
    })
    .await
    .unwrap()
}

pub(crate) fn daemon_address(server: &Server) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], server.endpoints().vendors[VENDOR]))
}

pub(crate) async fn channel(address: SocketAddr) -> Channel {
    Endpoint::from_shared(format!("http://{address}"))
        .unwrap()
        .connect()
        .await
        .unwrap()
}

pub(crate) async fn daemon(server: &Server) -> VendorDaemonClient<Channel> {
    VendorDaemonClient::new(channel(daemon_address(server)).await)
}

pub(crate) async fn discover(address: SocketAddr) -> DiscoverReply {
    let mut manager = LicenseManagerClient::new(channel(address).await);
    manager
        .discover(DiscoverRequest::default())
        .await
        .unwrap()
        .into_inner()
}

pub(crate) fn request(key: u8) -> CheckoutRequest {
    CheckoutRequest {
        request_key: vec![key; 16],
        feature: "cad".to_owned(),
        count: 1,
        holder: Some(Holder {
            user: format!("user{key}"),
            host: format!("host{key}"),
            product: "test 1.0".to_owned(),
            process_id: 7,
            ..Holder::default()
        }),
        ..CheckoutRequest::default()
    }
}

pub(crate) async fn check_out(client: &mut VendorDaemonClient<Channel>, key: u8) -> Result<Lease, Denial> {
    match client.checkout(request(key)).await.unwrap().into_inner().outcome {
        Some(Outcome::Lease(lease)) => Ok(lease),
        Some(Outcome::Denial(denial)) => Err(denial),
        other => panic!("neither lease nor denial: {other:?}"),
    }
}

pub(crate) async fn check_in(client: &mut VendorDaemonClient<Channel>, lease: &Lease) -> bool {
    let request = CheckinRequest {
        lease_id: lease.lease_id.clone(),
        ..Default::default()
    };
    client.checkin(request).await.unwrap().into_inner().was_held
}

pub(crate) async fn status(client: &mut VendorDaemonClient<Channel>) -> StatusReply {
    client
        .status(StatusRequest::default())
        .await
        .unwrap()
        .into_inner()
}

pub(crate) async fn in_use(client: &mut VendorDaemonClient<Channel>) -> u32 {
    status(client)
        .await
        .features
        .iter()
        .map(|feature| feature.in_use)
        .sum()
}
