//! Simulated products: as many connections as asked, each doing one thing after the other.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use hdrhistogram::Histogram;
use licensing_protocol::licensing::checkout_reply::Outcome;
use licensing_protocol::licensing::session_reply::Body as Reply;
use licensing_protocol::licensing::session_request::Body as Ask;
use licensing_protocol::licensing::vendor_daemon_client::VendorDaemonClient;
use licensing_protocol::licensing::{
    CheckinRequest, CheckoutReply, CheckoutRequest, HeartbeatRequest, Holder, Lease, SessionRequest,
};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::{Channel, Endpoint};

/// A connection of one simulated product.
pub(crate) type Product = VendorDaemonClient<Channel>;

/// What a run gave.
#[derive(Debug)]
pub(crate) struct Outcomes {
    /// Finished operations per second.
    pub(crate) rate: f64,
    /// Latency in microseconds.
    pub(crate) latency: Histogram<u64>,
}

impl Outcomes {
    /// Latency at this quantile in milliseconds.
    pub(crate) fn milliseconds(&self, quantile: f64) -> f64 {
        self.latency.value_at_quantile(quantile) as f64 / 1000.0
    }
}

/// Connects one product to a vendor daemon on this machine.
pub(crate) async fn connect(port: u16) -> Result<Product> {
    let endpoint = Endpoint::from_shared(format!("http://127.0.0.1:{port}"))?.tcp_nodelay(true);
    let channel = endpoint
        .connect()
        .await
        .with_context(|| format!("vendor daemon on port {port}"))?;
    Ok(VendorDaemonClient::new(channel))
}

fn request(feature: &str, user: &str) -> Result<CheckoutRequest> {
    let mut key = vec![0_u8; 16];
    getrandom::fill(&mut key).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    Ok(CheckoutRequest {
        request_key: key,
        feature: feature.to_owned(),
        count: 1,
        holder: Some(Holder {
            user: user.to_owned(),
            host: format!("host-{user}"),
            product: "bench".to_owned(),
            ..Holder::default()
        }),
        ..CheckoutRequest::default()
    })
}

/// Takes one seat for this user.
pub(crate) async fn checkout(product: &mut Product, feature: &str, user: &str) -> Result<Lease> {
    match product
        .checkout(request(feature, user)?)
        .await?
        .into_inner()
        .outcome
    {
        Some(Outcome::Lease(lease)) => Ok(lease),
        Some(Outcome::Denial(denial)) => bail!("denied: {} {}", denial.number, denial.text),
        Some(Outcome::Queued(_)) | None => bail!("the daemon gave neither lease nor denial"),
    }
}

/// Checkout and checkin in turn on `clients` connections for this time. The latency is that of the checkout.
pub(crate) async fn cycles(port: u16, feature: &str, clients: usize, time: Duration) -> Result<Outcomes> {
    let mut tasks = JoinSet::new();
    let mut products = Vec::new();
    for _ in 0..clients {
        products.push(connect(port).await?);
    }
    let start = Instant::now();
    for (number, mut product) in products.into_iter().enumerate() {
        let feature = feature.to_owned();
        tasks.spawn(async move {
            let user = format!("user-{number}");
            let mut latency = Histogram::<u64>::new(3)?;
            while start.elapsed() < time {
                let before = Instant::now();
                let lease = checkout(&mut product, &feature, &user).await?;
                latency.record(before.elapsed().as_micros().try_into()?)?;
                product
                    .checkin(CheckinRequest {
                        lease_id: lease.lease_id,
                        ..Default::default()
                    })
                    .await?;
            }
            anyhow::Ok(latency)
        });
    }
    gather(tasks, start).await
}

/// Runs a lone client on a thread of its own, as a product with one thread: what its own threads cost each other is not
/// the server's.
pub(crate) async fn alone<T, F>(client: impl FnOnce() -> F + Send + 'static) -> Result<T>
where
    F: Future<Output = Result<T>>,
    T: Send + 'static,
{
    let run = move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(client())
    };
    tokio::task::spawn_blocking(run).await?
}

/// Checkout and checkin in turn over one session stream, as client libraries speak, for this time. The latency is that
/// of the checkout.
pub(crate) async fn session_cycles(port: u16, feature: &str, time: Duration) -> Result<Outcomes> {
    let mut product = connect(port).await?;
    let (requests, outgoing) = mpsc::channel(1);
    let mut replies = product.session(ReceiverStream::new(outgoing)).await?.into_inner();
    let mut latency = Histogram::<u64>::new(3)?;
    let start = Instant::now();
    let mut id = 0;
    let mut ask = async |body| {
        id += 1;
        let body = Some(body);
        requests.send(SessionRequest { id, body }).await?;
        let reply = replies.message().await?.context("the daemon ended the session")?;
        anyhow::Ok(reply.body)
    };
    while start.elapsed() < time {
        let before = Instant::now();
        let request = request(feature, "user-0")?;
        let Some(Reply::Checkout(CheckoutReply {
            outcome: Some(Outcome::Lease(lease)),
        })) = ask(Ask::Checkout(request)).await?
        else {
            bail!("no lease is given over the session");
        };
        latency.record(before.elapsed().as_micros().try_into()?)?;
        let lease_id = lease.lease_id;
        ask(Ask::Checkin(CheckinRequest {
            lease_id,
            ..CheckinRequest::default()
        }))
        .await?;
    }
    let rate = latency.len() as f64 / start.elapsed().as_secs_f64();
    Ok(Outcomes { rate, latency })
}

/// Heartbeats of one lease each, in turn on `clients` connections.
pub(crate) async fn heartbeats(port: u16, feature: &str, clients: usize, time: Duration) -> Result<Outcomes> {
    let mut tasks = JoinSet::new();
    let mut held = Vec::new();
    for number in 0..clients {
        let mut product = connect(port).await?;
        let lease = checkout(&mut product, feature, &format!("beat-{number}")).await?;
        held.push((product, lease));
    }
    let start = Instant::now();
    for (mut product, lease) in held {
        tasks.spawn(async move {
            let mut latency = Histogram::<u64>::new(3)?;
            while start.elapsed() < time {
                let before = Instant::now();
                product
                    .heartbeat(HeartbeatRequest {
                        lease_ids: vec![lease.lease_id.clone()],
                        ..Default::default()
                    })
                    .await?;
                latency.record(before.elapsed().as_micros().try_into()?)?;
            }
            product
                .checkin(CheckinRequest {
                    lease_id: lease.lease_id,
                    ..Default::default()
                })
                .await?;
            anyhow::Ok(latency)
        });
    }
    gather(tasks, start).await
}

pub(crate) async fn gather(mut tasks: JoinSet<Result<Histogram<u64>>>, start: Instant) -> Result<Outcomes> {
    let mut latency = Histogram::<u64>::new(3)?;
    while let Some(finished) = tasks.join_next().await {
        latency.add(finished??)?;
    }
    let rate = latency.len() as f64 / start.elapsed().as_secs_f64();
    Ok(Outcomes { rate, latency })
}
