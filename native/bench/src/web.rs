//! The web services: inventories over connections that stay open, beside checkouts.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use hdrhistogram::Histogram;
use licensing_testbed::{Increment, Server, ServerBuilder, license_text};
use tokio::task::JoinSet;

use crate::load::{self, Outcomes};
use crate::scenario::{self, FEATURE, VENDOR};
use crate::table::Figure;

const POOLS: usize = 1000;

/// Connections that ask.
const CONNECTIONS: usize = 8;

/// Inventories in a second that are asked for beside checkouts.
const BESIDE: u32 = 1000;

fn server() -> Result<Server> {
    let mut increments = vec![Increment::new(FEATURE, 1_000_000)];
    increments.extend((1..POOLS).map(|number| Increment::new(&format!("F{number:05}_STD_CCU"), 10)));
    ServerBuilder::new()
        .license("bench.lic", &license_text(VENDOR, &increments))
        .setting("web.requests_per_second", "1000000")
        .setting("licensing.checkouts_per_second", "1000000")
        .start()
}

/// Takes whole inventories over connections that stay open, as fast as they come, or so many in a second. The clients take gzip.
/// What they get is not looked at: reading it is the client's work, and the client shares the machine.
async fn inventories(server: &Server, time: Duration, each_second: Option<u32>) -> Result<Outcomes> {
    let url = format!("https://{}/v1/inventory", server.endpoints().web_services);
    let (account, password) = server.administrator();
    let mut tasks = JoinSet::new();
    let mut clients = Vec::new();
    // Another one that is installed already will do as well.
    rustls::crypto::ring::default_provider().install_default().ok();
    for _ in 0..CONNECTIONS {
        // The server is this machine's and was just started by us.
        let client = reqwest::Client::builder()
            .danger_accept_invalid_certs(true)
            .pool_max_idle_per_host(1)
            .build()?;
        let request = client.get(&url).basic_auth(account, Some(password));
        let whole = request.try_clone().context("a request without a body")?;
        let first = whole.send().await?.error_for_status()?.text().await?;
        ensure!(
            first.matches("_STD_CCU").count() >= POOLS,
            "the inventory is not whole"
        );
        clients.push((client, request.header("accept-encoding", "gzip").build()?));
    }
    let pause = each_second.map(|number| Duration::from_secs(CONNECTIONS as u64) / number);
    let start = Instant::now();
    for (client, request) in clients {
        tasks.spawn(async move {
            let mut latency = Histogram::<u64>::new(3)?;
            let mut pace = pause.map(tokio::time::interval);
            while start.elapsed() < time {
                if let Some(pace) = &mut pace {
                    pace.tick().await;
                }
                let request = request.try_clone().context("a request without a body")?;
                let before = Instant::now();
                client.execute(request).await?.error_for_status()?.bytes().await?;
                latency.record(before.elapsed().as_micros().try_into()?)?;
            }
            anyhow::Ok(latency)
        });
    }
    load::gather(tasks, start).await
}

/// The figures.
pub(crate) async fn figures(seconds: u64) -> Result<Vec<Figure>> {
    let time = Duration::from_secs(seconds);
    let server = server()?;
    let port = scenario::port(&server)?;
    let undisturbed = inventories(&server, time, None).await?;
    let alone = load::cycles(port, FEATURE, 8, time).await?;
    let (beside, asked) = tokio::join!(
        load::cycles(port, FEATURE, 8, time),
        inventories(&server, time, Some(BESIDE))
    );
    let (beside, asked) = (beside?, asked?);
    server.stop()?;
    let p99 = undisturbed.milliseconds(0.99);
    let cost = 100.0 * (1.0 - beside.rate / alone.rate);
    Ok(vec![
        Figure::aimed(
            format!("inventory of {POOLS} pools, {CONNECTIONS} connections, TLS, Basic, gzip"),
            format!(
                "{:.0}/s, p50 {:.2} ms, p99 {p99:.2} ms",
                undisturbed.rate,
                undisturbed.milliseconds(0.5)
            ),
            "≥ 1000/s, p99 ≤ 20 ms",
            undisturbed.rate >= 1_000.0 && p99 <= 20.0,
        ),
        Figure::aimed(
            format!("the same beside checkouts of 8 clients, {BESIDE} in a second asked for"),
            format!("{:.0}/s, p99 {:.2} ms", asked.rate, asked.milliseconds(0.99)),
            "≥ 1000/s, p99 ≤ 20 ms",
            asked.rate >= 0.99 * f64::from(BESIDE) && asked.milliseconds(0.99) <= 20.0,
        ),
        Figure::aimed(
            "these checkouts",
            format!(
                "{:.0} cycles/s instead of {:.0} ({cost:.1} % less)",
                beside.rate, alone.rate
            ),
            "≥ 5000/s, ≤ 5 % less",
            beside.rate >= 5_000.0 && cost <= 5.0,
        ),
    ])
}
