//! What the time of one client's cycle goes into: the commits without the network, and the network without the commits.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use hdrhistogram::Histogram;
use jiff::Zoned;
use licensing_api::inventory::SignatureState;
use licensing_license_file::license_file::{self, HostIdentity};
use licensing_seats::pool::{InstalledFile, PoolContext, PoolSet};
use licensing_seats::seat::{CheckoutRequest, Decision, Holder, RequestKey};
use licensing_store::{SeatService, SeatServiceOptions, SystemClock};
use licensing_testbed::{Increment, license_text};

use crate::load::{self, Outcomes};
use crate::table::Figure;

const VENDOR: &str = "ACME";

/// The rate of cycles over a session, and the parts of a cycle of one client, each by itself.
pub(crate) async fn parts(port: u16, feature: &str, time: Duration) -> Result<(f64, Vec<Figure>)> {
    let folder = tempfile::tempdir()?;
    let commits = in_process(folder.path(), feature, time).await?;
    let name = feature.to_owned();
    let ways = load::alone(move || async move { load::heartbeats(port, &name, 1, time).await }).await?;
    let name = feature.to_owned();
    let session = load::alone(move || async move { load::session_cycles(port, &name, time).await }).await?;
    let figures = vec![
        Figure::aimed(
            "the same over a session stream, as the client library speaks, 1 client",
            format!(
                "{:.0} cycles/s, p50 {:.2} ms, p99 {:.2} ms",
                session.rate,
                session.milliseconds(0.5),
                session.milliseconds(0.99)
            ),
            "≥ 2000/s",
            session.rate >= 2_000.0,
        ),
        Figure::floor(
            "of it: checkout + checkin within the daemon, without the network, 1 caller",
            format!("{:.0} cycles/s, {:.0} µs each", commits.rate, 1e6 / commits.rate),
        ),
        Figure::floor(
            "of it: a request there and back, without the disk (heartbeat), 1 client",
            format!("{:.0}/s, {:.0} µs each", ways.rate, 1e6 / ways.rate),
        ),
    ];
    Ok((session.rate, figures))
}

/// Cycles of one caller of the seat service in this process.
async fn in_process(folder: &Path, feature: &str, time: Duration) -> Result<Outcomes> {
    let options = SeatServiceOptions::new(
        folder.join("seats.db"),
        VENDOR,
        pools(feature),
        Arc::new(SystemClock::new()),
    );
    let service = SeatService::start(options)?;
    let mut latency = Histogram::<u64>::new(3)?;
    let start = Instant::now();
    while start.elapsed() < time {
        let before = Instant::now();
        let Decision::Granted(lease) = service.checkout(request(feature)?).await? else {
            bail!("a seat of {feature} is not granted");
        };
        latency.record(before.elapsed().as_micros().try_into()?)?;
        service.checkin(lease.id).await?;
    }
    let rate = latency.len() as f64 / start.elapsed().as_secs_f64();
    service.shutdown().await?;
    Ok(Outcomes { rate, latency })
}

pub(crate) fn request(feature: &str) -> Result<CheckoutRequest> {
    let mut key = [0; 16];
    getrandom::fill(&mut key)
        .ok()
        .context("the operating system provides no random numbers")?;
    Ok(CheckoutRequest {
        request_key: RequestKey::from_bytes(key),
        feature: feature.to_owned(),
        version: String::new(),
        count: 1,
        holder: Holder {
            user: "user-0".to_owned(),
            host: "host-0".to_owned(),
            product: "bench".to_owned(),
            ..Holder::default()
        },
        queue: false,
        borrow_seconds: 0,
        caller: String::new(),
    })
}

pub(crate) fn pools(feature: &str) -> PoolSet {
    let text = license_text(VENDOR, &[Increment::new(feature, 1_000_000)]);
    let file = license_file::parse(text.as_bytes());
    let signatures = vec![Some(SignatureState::Valid); file.lines.len()];
    PoolSet::build(
        &[InstalledFile {
            name: "bench.lic",
            file: &file,
            signatures: &signatures,
        }],
        &PoolContext {
            vendor: VENDOR,
            host: &HostIdentity::named("localhost"),
            today: Zoned::now().date(),
            accept_unverified: false,
            vendor_string_pools: false,
        },
    )
}
