//! A license manager and a vendor daemon that the test steers. They run on a runtime of their own, so that they can
//! be killed as a process is: at once, with all their connections.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use futures_util::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use licensing_api::Problem;
use licensing_client::{Address, ProductOptions};
use licensing_protocol::licensing as wire;
use licensing_protocol::licensing::checkout_reply::Outcome;
use licensing_protocol::licensing::license_manager_server::{LicenseManager, LicenseManagerServer};
use licensing_protocol::licensing::session_reply::Body as Answer;
use licensing_protocol::licensing::session_request::Body as Question;
use licensing_protocol::licensing::vendor_daemon_server::{VendorDaemon, VendorDaemonServer};
use licensing_ticket::{Ticket, TicketHolder, TicketSigner, TicketSubject};
use rustls::ServerConfig;
use tokio::io::DuplexStream;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Notify, mpsc};
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
    /// By the key of the checkout.
    GivenUp(Vec<u8>),
    Heartbeat(Vec<Vec<u8>>),
}

/// How grace tickets are given.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grace {
    pub(crate) lasts: SignedDuration,
    /// The key they are signed with.
    pub(crate) seed: [u8; 32],
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
    /// Streams are not known.
    pub(crate) calls_only: bool,
    /// Keys of the requests that wait, in fair order.
    pub(crate) queue: Vec<Vec<u8>>,
    /// How long a call that waits is held.
    pub(crate) hold: Duration,
    pub(crate) grace: Option<Grace>,
    /// Seats that are out without heartbeats.
    pub(crate) borrowed: Vec<Vec<u8>>,
    /// Checkouts in the order in which they came in are answered the other way round, two at a time.
    pub(crate) swap_answers: bool,
    /// Refusals are for good.
    pub(crate) excluded: bool,
    /// Signed lines that are shown with every lease to products that want them.
    pub(crate) lines: Vec<wire::SignedLine>,
    /// Streams that were opened.
    pub(crate) sessions: u32,
    /// Keys of requests that were given up: their checkout may come later.
    given_up: Vec<Vec<u8>>,
    last_lease: u32,
}

#[derive(Clone)]
struct Daemon {
    truth: Arc<Mutex<Truth>>,
    asked: mpsc::UnboundedSender<Asked>,
    freed: Arc<Notify>,
}

pub(crate) struct LicenseServer {
    pub(crate) truth: Arc<Mutex<Truth>>,
    asked: mpsc::UnboundedReceiver<Asked>,
    sender: mpsc::UnboundedSender<Asked>,
    freed: Arc<Notify>,
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
            hold: Duration::from_secs(20),
            ..Truth::default()
        };
        let (sender, asked) = mpsc::unbounded_channel();
        let at = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
        let mut server = Self {
            truth: Arc::new(Mutex::new(truth)),
            asked,
            sender,
            freed: Arc::default(),
            tls,
            // Nobody else may come by it while the server is down.
            manager: at(licensing_testbed::free_port().expect("a port")),
            daemon: at(0),
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
            freed: Arc::clone(&self.freed),
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

    /// Sets the number of seats, and those who wait look again.
    pub(crate) fn set_seats(&self, seats: u32) {
        self.truth().seats = seats;
        self.freed.notify_waiters();
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

fn authorization<T>(request: &Request<T>) -> Option<String> {
    let value = request.metadata().get("authorization")?;
    Some(value.to_str().expect("text").to_owned())
}

fn on_the_wire(at: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: at.as_second(),
        nanos: at.subsec_nanosecond(),
    }
}

fn queued(position: usize) -> wire::CheckoutReply {
    reply(Outcome::Queued(wire::Queued {
        position: position as u32,
        kept_seconds: 60,
    }))
}

fn reply(outcome: Outcome) -> wire::CheckoutReply {
    wire::CheckoutReply {
        outcome: Some(outcome),
    }
}

impl Truth {
    fn decide(&mut self, request: &wire::CheckoutRequest) -> wire::CheckoutReply {
        let repeated = self.leases.contains_key(&request.request_key);
        let ahead = self
            .queue
            .iter()
            .position(|key| *key == request.request_key)
            .unwrap_or(self.queue.len());
        let free = (self.seats as usize).saturating_sub(self.leases.len());
        let given_up = self.given_up.contains(&request.request_key);
        if !repeated && (free <= ahead || given_up) {
            if request.queue && !given_up {
                if ahead == self.queue.len() {
                    self.queue.push(request.request_key.clone());
                }
                return queued(ahead + 1);
            }
            let number = if self.excluded { -38 } else { -4 };
            return reply(Outcome::Denial(wire::Denial {
                number,
                reason: "AllSeatsTaken".to_owned(),
                text: "All seats are taken.".to_owned(),
                action: "Wait for a seat.".to_owned(),
            }));
        }
        self.queue.retain(|key| *key != request.request_key);
        let mut fresh = vec![self.last_lease as u8; 16];
        fresh[12..].copy_from_slice(&self.last_lease.to_be_bytes());
        if !repeated {
            self.last_lease += 1;
        }
        let lease_id = self
            .leases
            .entry(request.request_key.clone())
            .or_insert(fresh)
            .clone();
        reply(Outcome::Lease(self.lease(request, lease_id, repeated)))
    }

    fn shown(&self, request: &wire::CheckoutRequest) -> Vec<wire::SignedLine> {
        let lines = self.lines.iter().filter(|_| request.wants_lines);
        let shown = lines.map(|line| match request.known_lines.contains(&line.id) {
            true => wire::SignedLine {
                id: line.id.clone(),
                ..Default::default()
            },
            false => line.clone(),
        });
        shown.collect()
    }

    fn lease(&mut self, request: &wire::CheckoutRequest, lease_id: Vec<u8>, repeated: bool) -> wire::Lease {
        let now = Timestamp::now();
        let holder = request.holder.clone().expect("a holder");
        let subject = TicketSubject {
            feature: request.feature.clone(),
            version: "2026.0401".parse().expect("a version"),
            count: request.count,
            holder: TicketHolder {
                user: holder.user,
                host: holder.host,
                display: holder.display,
                vendor_data: holder.vendor_data,
            },
            server: "licserver".to_owned(),
        };
        let borrowed = SignedDuration::from_secs(request.borrow_seconds as i64);
        let borrowed_until = (request.borrow_seconds > 0).then(|| now + borrowed);
        let mut lease = wire::Lease {
            lease_id: lease_id.clone(),
            feature: request.feature.clone(),
            version: "2026.0401".to_owned(),
            count: request.count,
            overdraft: 0,
            heartbeat_seconds: self.heartbeat_seconds,
            lifetime_seconds: self.heartbeat_seconds * 3,
            since: Some(prost_types::Timestamp {
                seconds: 1_800_000_000,
                nanos: 0,
            }),
            repeated_request: repeated,
            borrowed_until: borrowed_until.map(on_the_wire),
            lines: self.shown(request),
            ..Default::default()
        };
        if let Some(grace) = self.grace {
            let signer = TicketSigner::from_seed(&grace.seed);
            if let Some(until) = borrowed_until {
                let ticket = Ticket::borrow(subject, now, [lease_id[0]; 16], until, None).expect("a ticket");
                lease.borrow_ticket = signer.sign(&ticket);
                self.borrowed.push(lease_id);
            } else if request.grace_ticket {
                let ticket = Ticket::grace(subject, now, 720, Some(now + grace.lasts)).expect("a ticket");
                lease.grace_ticket = signer.sign(&ticket);
            }
        }
        lease
    }
}

impl Daemon {
    fn truth(&self) -> MutexGuard<'_, Truth> {
        self.truth.lock().expect("no panic")
    }

    async fn decide(
        &self,
        request: &wire::CheckoutRequest,
        authorization: Option<String>,
    ) -> Result<wire::CheckoutReply, Status> {
        let asked = Asked::Checkout {
            key: request.request_key.clone(),
            feature: request.feature.clone(),
            user: request
                .holder
                .clone()
                .map(|holder| holder.user)
                .unwrap_or_default(),
            authorization,
        };
        let _ = self.asked.send(asked);
        let hang = self.truth().hang;
        if hang {
            std::future::pending::<()>().await;
        }
        let mut truth = self.truth();
        if let Some(problem) = &truth.failure {
            let details = serde_json::to_vec(problem).expect("JSON");
            return Err(Status::with_details(
                Code::Unavailable,
                problem.detail.clone(),
                details.into(),
            ));
        }
        let reply = truth.decide(request);
        if truth.lose_answers > 0 {
            truth.lose_answers -= 1;
            return Err(Status::unavailable("the answer got lost"));
        }
        Ok(reply)
    }

    fn give_back(&self, request: wire::CheckinRequest) -> wire::CheckinReply {
        let mut truth = self.truth();
        let before = (truth.leases.len(), truth.queue.len());
        if request.lease_id.is_empty() {
            truth.queue.retain(|key| *key != request.request_key);
            truth.leases.remove(&request.request_key);
            truth.given_up.push(request.request_key.clone());
            let _ = self.asked.send(Asked::GivenUp(request.request_key));
        } else {
            truth.leases.retain(|_, lease| *lease != request.lease_id);
            truth.borrowed.retain(|lease| *lease != request.lease_id);
            let _ = self.asked.send(Asked::Checkin(request.lease_id));
        }
        let was_held = (truth.leases.len(), truth.queue.len()) < before;
        self.freed.notify_waiters();
        wire::CheckinReply { was_held }
    }

    fn beat(&self, request: wire::HeartbeatRequest) -> wire::HeartbeatReply {
        let ids = request.lease_ids;
        let truth = self.truth();
        let is_gone = |id: &Vec<u8>| !truth.leases.values().any(|lease| lease == id);
        let ended = ids
            .iter()
            .enumerate()
            .filter(|(_, id)| is_gone(id))
            .map(|(at, _)| at as u32)
            .collect();
        let heartbeat_seconds = truth.heartbeat_seconds;
        let tickets = request.renew_tickets.iter().filter_map(|position| {
            let grace = truth.grace?;
            let now = Timestamp::now();
            let options = licensing_client::CheckoutOptions::new("ACME_CAD");
            let subject = TicketSubject {
                feature: "ACME_CAD".to_owned(),
                version: "2026.0401".parse().expect("a version"),
                count: 1,
                holder: TicketHolder {
                    user: options.user,
                    host: options.host,
                    ..TicketHolder::default()
                },
                server: "licserver".to_owned(),
            };
            let ticket = Ticket::grace(subject, now, 720, Some(now + grace.lasts)).expect("a ticket");
            Some(wire::RenewedTicket {
                position: *position,
                grace_ticket: TicketSigner::from_seed(&grace.seed).sign(&ticket),
            })
        });
        let tickets = tickets.collect();
        let _ = self.asked.send(Asked::Heartbeat(ids));
        wire::HeartbeatReply {
            ended,
            heartbeat_seconds,
            tickets,
        }
    }

    /// Answers one message of a stream; a request that waits has two answers or more.
    async fn answer(
        self,
        request: wire::SessionRequest,
        authorization: Option<String>,
        replies: mpsc::Sender<Result<wire::SessionReply, Status>>,
    ) {
        let id = request.id;
        let say = async |body| {
            let _ = replies
                .send(Ok(wire::SessionReply { id, body: Some(body) }))
                .await;
        };
        match request.body.expect("a question") {
            Question::Checkin(request) => say(Answer::Checkin(self.give_back(request))).await,
            Question::Heartbeat(request) => say(Answer::Heartbeat(self.beat(request))).await,
            Question::Checkout(request) => {
                // From before the decision on, so that no seat that comes free right after it is missed.
                let mut freed = self.freed.notified();
                match self.decide(&request, authorization).await {
                    Ok(mut reply) => loop {
                        let waits = matches!(reply.outcome, Some(Outcome::Queued(_)));
                        say(Answer::Checkout(reply)).await;
                        if !waits {
                            return;
                        }
                        freed.await;
                        freed = self.freed.notified();
                        let given_up = !self.truth().queue.contains(&request.request_key);
                        if given_up {
                            return;
                        }
                        reply = self.truth().decide(&request);
                    },
                    Err(status) => match serde_json::from_slice::<Problem>(status.details()) {
                        Ok(problem) => {
                            let failure = wire::Failure {
                                code: problem.code.name().to_owned(),
                                detail: problem.detail,
                                action: problem.action,
                                retry_after_seconds: 0,
                            };
                            say(Answer::Failure(failure)).await;
                        }
                        // The whole stream ends, as connections do.
                        Err(_) => {
                            let _ = replies.send(Err(status)).await;
                        }
                    },
                }
            }
        }
    }
}

#[tonic::async_trait]
impl VendorDaemon for Daemon {
    type SessionStream = ReceiverStream<Result<wire::SessionReply, Status>>;

    async fn checkout(
        &self,
        request: Request<wire::CheckoutRequest>,
    ) -> Result<Response<wire::CheckoutReply>, Status> {
        let authorization = authorization(&request);
        let request = request.into_inner();
        // From before the decision on, so that no seat that comes free right after it is missed.
        let mut freed = self.freed.notified();
        let mut reply = self.decide(&request, authorization).await?;
        let hold = self.truth().hold;
        let end = tokio::time::Instant::now() + hold;
        while matches!(reply.outcome, Some(Outcome::Queued(_))) {
            if tokio::time::timeout_at(end, freed).await.is_err() {
                break;
            }
            freed = self.freed.notified();
            reply = self.truth().decide(&request);
        }
        Ok(Response::new(reply))
    }

    async fn checkin(
        &self,
        request: Request<wire::CheckinRequest>,
    ) -> Result<Response<wire::CheckinReply>, Status> {
        Ok(Response::new(self.give_back(request.into_inner())))
    }

    async fn heartbeat(
        &self,
        request: Request<wire::HeartbeatRequest>,
    ) -> Result<Response<wire::HeartbeatReply>, Status> {
        Ok(Response::new(self.beat(request.into_inner())))
    }

    async fn status(
        &self,
        _request: Request<wire::StatusRequest>,
    ) -> Result<Response<wire::StatusReply>, Status> {
        let truth = self.truth();
        let feature = wire::FeatureStatus {
            feature: "ACME_CAD".to_owned(),
            version: "2026.0401".to_owned(),
            count: truth.seats,
            overdraft: 0,
            in_use: truth.leases.len() as u32,
        };
        let key = truth
            .grace
            .map(|grace| TicketSigner::from_seed(&grace.seed).public_key().to_vec());
        Ok(Response::new(wire::StatusReply {
            vendor: "ACME".to_owned(),
            version: "1.2.3".to_owned(),
            serving: true,
            reason: String::new(),
            features: vec![feature],
            ticket_key: key.unwrap_or_default(),
        }))
    }

    async fn session(
        &self,
        request: Request<tonic::Streaming<wire::SessionRequest>>,
    ) -> Result<Response<Self::SessionStream>, Status> {
        let calls_only = self.truth().calls_only;
        if calls_only {
            return Err(Status::unimplemented("there are no streams here"));
        }
        self.truth().sessions += 1;
        let authorization = authorization(&request);
        let mut messages = request.into_inner();
        let (replies, stream) = mpsc::channel(8);
        let daemon = self.clone();
        tokio::spawn(async move {
            let mut first = None;
            while let Some(Ok(request)) = messages.next().await {
                let answer = daemon
                    .clone()
                    .answer(request, authorization.clone(), replies.clone());
                let swap = daemon.truth().swap_answers;
                match (swap, first.take()) {
                    (false, _) => drop(tokio::spawn(answer)),
                    (true, None) => first = Some(answer),
                    (true, Some(earlier)) => {
                        answer.await;
                        earlier.await;
                    }
                }
            }
        });
        Ok(Response::new(ReceiverStream::new(stream)))
    }
}
