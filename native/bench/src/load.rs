//! Simulated products: as many connections as asked, each doing one thing after the other.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use hdrhistogram::Histogram;
use licensing_protocol::licensing::checkout_reply::Outcome;
use licensing_protocol::licensing::vendor_daemon_client::VendorDaemonClient;
use licensing_protocol::licensing::{CheckinRequest, CheckoutRequest, HeartbeatRequest, Holder, Lease};
use tokio::task::JoinSet;
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

/// Takes one seat for this user.
pub(crate) async fn checkout(product: &mut Product, feature: &str, user: &str) -> Result<Lease> {
    let mut key = vec![0_u8; 16];
    getrandom::fill(&mut key).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    let request = CheckoutRequest {
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
    };
    match product.checkout(request).await?.into_inner().outcome {
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

async fn gather(mut tasks: JoinSet<Result<Histogram<u64>>>, start: Instant) -> Result<Outcomes> {
    let mut latency = Histogram::<u64>::new(3)?;
    while let Some(finished) = tasks.join_next().await {
        latency.add(finished??)?;
    }
    let rate = latency.len() as f64 / start.elapsed().as_secs_f64();
    Ok(Outcomes { rate, latency })
}
