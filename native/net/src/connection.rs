//! One connection from its first byte to its end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use http::header::{CONNECTION, HOST};
use http::{Request, Response, StatusCode, Version};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use crate::ConnectionSlot;
use crate::activity::{Activity, Over};
use crate::admission::Ticket;
use crate::bodies::{BoundedBody, CountedBody};
use crate::port::{Port, PortProtocol};
use crate::stalled_writer::StalledWriter;
use crate::tls::PeerCertificate;

/// Requests under way on one connection.
const STREAMS: u32 = 128;
/// Bytes of all header fields of a request.
const HEADER_BYTES: u32 = 16 * 1024;
/// What a header field takes besides its name and value: `: ` and the end of the line.
const HEADER_OVERHEAD: usize = 4;
/// Header fields of a request.
const HEADER_FIELDS: usize = 64;
/// Buffer of a connection: the most that an unread request header can take.
const BUFFER_BYTES: usize = 64 * 1024;
/// How often a quiet HTTP/2 connection is asked whether its peer is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(60);
/// How long the peer has to answer that.
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(20);
/// How long a connection without requests stays open after its peer was told that it ends.
const SETTLED: Duration = Duration::from_millis(500);
/// Streams that a peer may reset before they were looked at.
const RESET_STREAMS: usize = 32;
/// `grpc-status` of a call without valid credentials.
const GRPC_UNAUTHENTICATED: &[u8] = b"16";

enum End {
    Cut(&'static str),
    Graceful,
}

pub(crate) async fn run(stream: TcpStream, peer: SocketAddr, ticket: Ticket, port: Arc<Port>) {
    let limits = &port.options.limits;
    let deadline = Instant::now() + limits.first_request();
    // Fails only on a connection that is gone already.
    let _ = stream.set_nodelay(true);
    let stream = StalledWriter::new(stream, limits.request());
    let ticket = Arc::new(ticket);
    match port.options.tls.with(peer) {
        None => serve(stream, Peer::new(peer, None), ticket, deadline, &port).await,
        // Apart, so that thousands of connections without TLS do not each keep room for it.
        Some(tls) => Box::pin(over_tls(tls, stream, peer, ticket, deadline, &port)).await,
    }
}

async fn over_tls(
    tls: &Arc<ServerConfig>,
    stream: StalledWriter,
    peer: SocketAddr,
    ticket: Arc<Ticket>,
    deadline: Instant,
    port: &Arc<Port>,
) {
    let handshake = TlsAcceptor::from(Arc::clone(tls)).accept(stream);
    let stream = tokio::select! {
        stream = tokio::time::timeout_at(deadline, handshake) => stream,
        () = ticket.evicted() => return,
        () = port.stopping.cancelled() => return,
    };
    match stream {
        Ok(Ok(stream)) => {
            let certificate = stream.get_ref().1.peer_certificates().map(PeerCertificate::of);
            let peer = match certificate {
                None => Peer::new(peer, None),
                Some(Some(certificate)) => Peer::new(peer, Some(certificate)),
                Some(None) => {
                    tracing::debug!(port = port.options.name, %peer, "the client's certificate cannot be read");
                    return;
                }
            };
            serve(stream, peer, ticket, deadline, port).await;
        }
        Ok(Err(error)) => {
            tracing::debug!(port = port.options.name, %peer, %error, "TLS handshake failed");
        }
        Err(_) => tracing::debug!(port = port.options.name, %peer, "TLS handshake took too long"),
    }
}

/// Who is at the other end.
#[derive(Debug, Clone)]
struct Peer {
    address: SocketAddr,
    certificate: Option<Arc<PeerCertificate>>,
    slot: ConnectionSlot,
}

impl Peer {
    fn new(address: SocketAddr, certificate: Option<PeerCertificate>) -> Self {
        Self {
            address,
            certificate: certificate.map(Arc::new),
            slot: ConnectionSlot::default(),
        }
    }
}

async fn serve<S>(stream: S, peer: Peer, ticket: Arc<Ticket>, deadline: Instant, port: &Arc<Port>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let activity = Activity::new(port.undelivered.share());
    let service = service_fn({
        let (activity, ticket, port) = (Arc::clone(&activity), Arc::clone(&ticket), Arc::clone(port));
        let peer = peer.clone();
        move |request| {
            answer(
                request,
                peer.clone(),
                Arc::clone(&activity),
                Arc::clone(&ticket),
                Arc::clone(&port),
            )
        }
    });
    let builder = builder(port);
    let peer = peer.address;
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let end = tokio::select! {
        result = connection.as_mut() => {
            if let Err(error) = result {
                tracing::debug!(port = port.options.name, %peer, %error, "connection ended");
            }
            return;
        }
        end = watch(&activity, &ticket, deadline, port) => end,
    };
    match end {
        End::Cut(reason) => tracing::debug!(port = port.options.name, %peer, reason, "connection cut"),
        End::Graceful => {
            connection.as_mut().graceful_shutdown();
            // However it ends: answers under way had their time, and a peer that says nothing is not waited for.
            tokio::select! {
                _ = connection => {}
                () = tokio::time::sleep(port.options.limits.drain()) => {}
                () = activity.settled_for(SETTLED) => {}
            }
        }
    }
}

/// Ends when the connection has to end although its peer goes on.
async fn watch(activity: &Activity, ticket: &Ticket, deadline: Instant, port: &Port) -> End {
    tokio::select! {
        () = activity.first_request() => {}
        () = tokio::time::sleep_until(deadline) => return End::Cut("no request in time"),
        () = ticket.evicted() => return End::Cut("made room for others"),
        () = port.stopping.cancelled() => return End::Graceful,
    }
    let limits = &port.options.limits;
    tokio::select! {
        over = activity.over(limits.idle(), limits.request()) => match over {
            Over::Idle => End::Graceful,
            Over::Stalled => End::Cut("an answer was not taken"),
        },
        () = ticket.evicted() => End::Cut("made room for others"),
        () = port.stopping.cancelled() => End::Graceful,
    }
}

async fn answer(
    request: Request<Incoming>,
    peer: Peer,
    activity: Arc<Activity>,
    ticket: Arc<Ticket>,
    port: Arc<Port>,
) -> Result<Response<CountedBody>, Infallible> {
    let under_way = activity.begin();
    let options = &port.options;
    if let Some(status) = refused(&request) {
        let body = CountedBody::begin(Body::empty(), &activity, under_way).await;
        let mut response = Response::new(body);
        *response.status_mut() = status;
        response
            .headers_mut()
            .insert(CONNECTION, http::HeaderValue::from_static("close"));
        return Ok(response);
    }
    let streaming = options.streaming_paths.contains(&request.uri().path());
    let mut request = request.map(|body| {
        if streaming {
            Body::new(body)
        } else {
            Body::new(BoundedBody::new(
                body,
                options.body_bytes,
                options.limits.request(),
            ))
        }
    });
    request.extensions_mut().insert(ConnectInfo(peer.address));
    request.extensions_mut().insert(peer.slot);
    if let Some(certificate) = peer.certificate {
        request.extensions_mut().insert(certificate);
    }
    let response = port.router.clone().oneshot(request).await?;
    if !lacks_credentials(&response) {
        ticket.establish();
    }
    let (head, body) = response.into_parts();
    let body = CountedBody::begin(body, &activity, under_way).await;
    Ok(Response::from_parts(head, body))
}

/// What no port takes, whoever asks: more header than the bound, and a request of HTTP/1 that names no host or of any
/// version that names several, which another server in front may have understood differently.
fn refused(request: &Request<Incoming>) -> Option<StatusCode> {
    let headers = request.headers();
    let bytes: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + HEADER_OVERHEAD)
        .sum();
    if bytes + request.uri().path().len() + request.uri().query().map_or(0, str::len) > HEADER_BYTES as usize
    {
        return Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    }
    let hosts = headers.get_all(HOST).iter().count();
    let lacks_host = request.version() == Version::HTTP_11 && hosts == 0;
    (lacks_host || hosts > 1).then_some(StatusCode::BAD_REQUEST)
}

/// Whether the caller was turned away as a stranger; strangers go on having to make room for others.
fn lacks_credentials(response: &Response<Body>) -> bool {
    let grpc_status = response
        .headers()
        .get("grpc-status")
        .map(http::HeaderValue::as_bytes);
    response.status() == StatusCode::UNAUTHORIZED || grpc_status == Some(GRPC_UNAUTHENTICATED)
}

fn builder(port: &Port) -> auto::Builder<TokioExecutor> {
    let limits = &port.options.limits;
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.request())
        .max_buf_size(BUFFER_BYTES)
        .max_headers(HEADER_FIELDS);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE_TIMEOUT)
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(HEADER_BYTES)
        .max_pending_accept_reset_streams(RESET_STREAMS)
        .max_local_error_reset_streams(RESET_STREAMS)
        .max_send_buf_size(BUFFER_BYTES);
    match port.options.protocol {
        PortProtocol::Http => builder,
        PortProtocol::Http2 => builder.http2_only(),
    }
}
