//! A license manager and a vendor daemon that the test steers. They run on a runtime of their own, so that they can
//! be killed as a process is: at once, with all their connections.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use licensing_api::Problem;
use licensing_client::{Address, ProductOptions};
use licensing_protocol::licensing as wire;
use licensing_protocol::licensing::license_manager_server::{LicenseManager, LicenseManagerServer};
use licensing_protocol::licensing::vendor_daemon_server::{VendorDaemon, VendorDaemonServer};
use rustls::ServerConfig;
use tokio::io::DuplexStream;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream};
use tonic::transport::Server;
use tonic::{Code, Request, Response, Status};

/// What was asked of the daemon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    Checkout {
        key: Vec<u8>,
        feature: String,
        user: String,
        authorization: Option<String>,
    },
    Checkin(Vec<u8>),
    Heartbeat(Vec<Vec<u8>>),
}

/// State that outlives the processes, as the database of a real daemon does.
#[derive(Default)]
pub(crate) struct Truth {
    pub(crate) leases: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(crate) seats: u32,
    pub(crate) heartbeat_seconds: u32,
    /// So many answers to checkouts still get lost after the decision.
    pub(crate) lose_answers: u32,
    /// Every checkout fails with this.
    pub(crate) failure: Option<Problem>,
    /// Checkouts are never answered.
    pub(crate) hang: bool,
    pub(crate) serving: bool,
}

#[derive(Clone)]
struct Daemon {
    truth: Arc<Mutex<Truth>>,
    asked: mpsc::UnboundedSender<Asked>,
}

pub(crate) struct LicenseServer {
    pub(crate) truth: Arc<Mutex<Truth>>,
    asked: mpsc::UnboundedReceiver<Asked>,
    sender: mpsc::UnboundedSender<Asked>,
    tls: Option<Arc<ServerConfig>>,
    pub(crate) manager: SocketAddr,
    pub(crate) daemon: SocketAddr,
    running: Option<Runtime>,
}

impl LicenseServer {
    pub(crate) fn start(seats: u32) -> Self {
        Self::start_with(seats, None)
    }

    pub(crate) fn start_with(seats: u32, tls: Option<Arc<ServerConfig>>) -> Self {
        let truth = Truth {
            seats,
            heartbeat_seconds: 300,
            serving: true,
            ..Truth::default()
        };
        let (sender, asked) = mpsc::unbounded_channel();
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut server = Self {
            truth: Arc::new(Mutex::new(truth)),
            asked,
            sender,
            tls,
            manager: anywhere,
            daemon: anywhere,
            running: None,
        };
        server.run();
        server
    }

    /// Starts again: the manager on its old port, the daemon on a new one.
    pub(crate) fn run(&mut self) {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let (manager, daemon) = (
            listen(&runtime, self.manager),
            listen(&runtime, SocketAddr::from(([127, 0, 0, 1], 0))),
        );
        self.manager = manager.local_addr().expect("an address");
        self.daemon = daemon.local_addr().expect("an address");
        let truth = Arc::clone(&self.truth);
        let service = Daemon {
            truth: Arc::clone(&self.truth),
            asked: self.sender.clone(),
        };
        let manager_service = Manager {
            truth,
            port: self.daemon.port(),
        };
        let tls = self.tls.clone();
        runtime.spawn(serve(
            manager,
            tls.clone(),
            Server::builder().add_service(LicenseManagerServer::new(manager_service)),
        ));
        runtime.spawn(serve(
            daemon,
            tls,
            Server::builder().add_service(VendorDaemonServer::new(service)),
        ));
        self.running = Some(runtime);
    }

    /// As kill -9 does.
    pub(crate) fn kill(&mut self) {
        if let Some(runtime) = self.running.take() {
            runtime.shutdown_timeout(std::time::Duration::from_secs(10));
        }
    }

    pub(crate) fn options(&self) -> ProductOptions {
        let mut options = ProductOptions::new("localhost").expect("options");
        options.manager = Address::new("127.0.0.1", self.manager.port()).expect("an address");
        options
    }

    pub(crate) fn truth(&self) -> MutexGuard<'_, Truth> {
        self.truth.lock().expect("no panic")
    }

    pub(crate) async fn next(&mut self) -> Asked {
        self.asked.recv().await.expect("the server is there")
    }

    pub(crate) fn so_far(&mut self) -> Vec<Asked> {
        std::iter::from_fn(|| self.asked.try_recv().ok()).collect()
    }
}

impl Drop for LicenseServer {
    fn drop(&mut self) {
        if let Some(runtime) = self.running.take() {
            runtime.shutdown_background();
        }
    }
}

/// The port may still be in use for a moment after a kill.
fn listen(runtime: &Runtime, address: SocketAddr) -> TcpListener {
    let listener = loop {
        match std::net::TcpListener::bind(address) {
            Ok(listener) => break listener,
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => std::thread::yield_now(),
            Err(error) => panic!("{address}: {error}"),
        }
    };
    listener.set_nonblocking(true).expect("non-blocking");
    let _inside = runtime.enter();
    TcpListener::from_std(listener).expect("a listener")
}

async fn serve(
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    router: tonic::transport::server::Router,
) {
    let served = match tls {
        None => router.serve_with_incoming(TcpListenerStream::new(listener)).await,
        Some(config) => {
            let (sender, incoming) = mpsc::channel::<std::io::Result<DuplexStream>>(8);
            tokio::spawn(async move {
                let acceptor = TlsAcceptor::from(config);
                while let Ok((socket, _)) = listener.accept().await {
                    if let Ok(mut stream) = acceptor.accept(socket).await {
                        // The service takes only streams it knows; this one hands on what TLS deciphered.
                        let (mut near, far) = tokio::io::duplex(1 << 16);
                        tokio::spawn(
                            async move { tokio::io::copy_bidirectional(&mut stream, &mut near).await },
                        );
                        let _ = sender.send(Ok(far)).await;
                    }
                }
            });
            router.serve_with_incoming(ReceiverStream::new(incoming)).await
        }
    };
    served.expect("served");
}

struct Manager {
    truth: Arc<Mutex<Truth>>,
    port: u16,
}

#[tonic::async_trait]
impl LicenseManager for Manager {
    async fn discover(
        &self,
        _request: Request<wire::DiscoverRequest>,
    ) -> Result<Response<wire::DiscoverReply>, Status> {
        let serving = self.truth.lock().expect("no panic").serving;
        Ok(Response::new(wire::DiscoverReply {
            server_name: "licserver".to_owned(),
            version: "1.2.3".to_owned(),
            web_services_port: 8083,
            vendors: vec![wire::VendorEndpoint {
                vendor: "ACME".to_owned(),
                port: self.port.into(),
                serving,
            }],
        }))
    }
}

#[tonic::async_trait]
impl VendorDaemon for Daemon {
    type SessionStream = ReceiverStream<Result<wire::SessionReply, Status>>;

    async fn checkout(
        &self,
        request: Request<wire::CheckoutRequest>,
    ) -> Result<Response<wire::CheckoutReply>, Status> {
        let authorization = request
            .metadata()
            .get("authorization")
            .map(|value| value.to_str().expect("text").to_owned());
        let request = request.into_inner();
        let user = request.holder.map(|holder| holder.user).unwrap_or_default();
        let asked = Asked::Checkout {
            key: request.request_key.clone(),
            feature: request.feature.clone(),
            user,
            authorization,
        };
        let _ = self.asked.send(asked);
        let hang = self.truth.lock().expect("no panic").hang;
        if hang {
            std::future::pending::<()>().await;
        }
        let mut truth = self.truth.lock().expect("no panic");
        if let Some(problem) = &truth.failure {
            let details = serde_json::to_vec(problem).expect("JSON");
            return Err(Status::with_details(
                Code::Unavailable,
                problem.detail.clone(),
                details.into(),
            ));
        }
        let repeated = truth.leases.contains_key(&request.request_key);
        if !repeated && truth.leases.len() as u32 >= truth.seats {
            let denial = wire::Denial {
                number: -4,
                reason: "AllSeatsTaken".to_owned(),
                text: "All seats are taken.".to_owned(),
                action: "Wait for a seat.".to_owned(),
            };
            return Ok(Response::new(wire::CheckoutReply {
                outcome: Some(wire::checkout_reply::Outcome::Denial(denial)),
            }));
        }
        let fresh = vec![truth.leases.len() as u8; 16];
        let lease_id = truth.leases.entry(request.request_key).or_insert(fresh).clone();
        if truth.lose_answers > 0 {
            truth.lose_answers -= 1;
            return Err(Status::unavailable("the answer got lost"));
        }
        let lease = wire::Lease {
            lease_id,
            feature: request.feature,
            version: "2026.0401".to_owned(),
            count: request.count,
            overdraft: 0,
            heartbeat_seconds: truth.heartbeat_seconds,
            lifetime_seconds: truth.heartbeat_seconds * 3,
            since: Some(prost_types::Timestamp {
                seconds: 1_800_000_000,
                nanos: 0,
            }),
            license_expires: None,
            repeated_request: repeated,
            ..Default::default()
        };
        Ok(Response::new(wire::CheckoutReply {
            outcome: Some(wire::checkout_reply::Outcome::Lease(lease)),
        }))
    }

    async fn checkin(
        &self,
        request: Request<wire::CheckinRequest>,
    ) -> Result<Response<wire::CheckinReply>, Status> {
        let id = request.into_inner().lease_id;
        let mut truth = self.truth.lock().expect("no panic");
        let before = truth.leases.len();
        truth.leases.retain(|_, lease| *lease != id);
        let was_held = truth.leases.len() < before;
        let _ = self.asked.send(Asked::Checkin(id));
        Ok(Response::new(wire::CheckinReply { was_held }))
    }

    async fn heartbeat(
        &self,
        request: Request<wire::HeartbeatRequest>,
    ) -> Result<Response<wire::HeartbeatReply>, Status> {
        let ids = request.into_inner().lease_ids;
        let truth = self.truth.lock().expect("no panic");
        let is_gone = |id: &Vec<u8>| !truth.leases.values().any(|lease| lease == id);
        let ended = ids
            .iter()
            .enumerate()
            .filter(|(_, id)| is_gone(id))
            .map(|(at, _)| at as u32)
            .collect();
        let heartbeat_seconds = truth.heartbeat_seconds;
        let _ = self.asked.send(Asked::Heartbeat(ids));
        Ok(Response::new(wire::HeartbeatReply {
            ended,
            heartbeat_seconds,
            ..Default::default()
        }))
    }

    async fn status(
        &self,
        _request: Request<wire::StatusRequest>,
    ) -> Result<Response<wire::StatusReply>, Status> {
        let truth = self.truth.lock().expect("no panic");
        let feature = wire::FeatureStatus {
            feature: "ACME_CAD".to_owned(),
            version: "2026.0401".to_owned(),
            count: truth.seats,
            overdraft: 0,
            in_use: truth.leases.len() as u32,
        };
        Ok(Response::new(wire::StatusReply {
            vendor: "ACME".to_owned(),
            version: "1.2.3".to_owned(),
            serving: true,
            reason: String::new(),
            features: vec![feature],
            ..Default::default()
        }))
    }

    async fn session(
        &self,
        _request: Request<tonic::Streaming<wire::SessionRequest>>,
    ) -> Result<Response<Self::SessionStream>, Status> {
        Err(Status::unimplemented("not here"))
    }
}
