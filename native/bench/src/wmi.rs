//! WS-Management: queries, many instances, and what clients without pause cost checkouts.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use hdrhistogram::Histogram;
use licensing_api::Secret;
use licensing_client::{Address, Trust, WmiClient, WmiLogon, WmiOptions};
use licensing_testbed::{Increment, Server, ServerBuilder, license_text};
use tokio::task::JoinSet;

use crate::load::{self, Outcomes};
use crate::machine::resident_kib;
use crate::scenario::{self, FEATURE, VENDOR};
use crate::table::Figure;

const NAMESPACE: &str = "ROOT\\CitrixLicensing";
const PROJECTED: &str = "SELECT PLD,Count,InUseCount FROM Citrix_GT_License_Pool WHERE PLD='BENCH_STD_CCU'";
const EVERYTHING: &str = "SELECT * FROM Citrix_GT_License_Pool";

/// Pools of the large license file.
const POOLS: u32 = 10_000;

fn server(features: u32) -> Result<Server> {
    let mut increments = vec![Increment::new(FEATURE, 1_000_000)];
    increments.extend((1..features).map(|number| Increment::new(&format!("F{number:05}_STD_CCU"), 10)));
    ServerBuilder::new()
        .license("bench.lic", &license_text(VENDOR, &increments))
        .setting("wsman.enabled", "true")
        .setting("wsman.port", "0")
        .setting("wsman.requests_per_second", "1000000")
        .start()
}

fn client(server: &Server) -> Result<WmiClient> {
    let endpoints = server.endpoints();
    let address = endpoints.wsman.context("the server offers no WS-Management")?;
    let (account, password) = server.administrator();
    Ok(WmiClient::new(WmiOptions {
        address: Address::new(&address.ip().to_string(), address.port())?,
        trust: Some(Trust::CertHash(endpoints.cert_hash.parse()?)),
        account: account.to_owned(),
        password: Secret::new(password),
        logon: WmiLogon::Basic,
        timeout: Duration::from_secs(30),
    })?)
}

/// Projected queries on connections that stay open, for this time.
async fn queries(client: &WmiClient, connections: usize, time: Duration) -> Result<Outcomes> {
    let mut tasks = JoinSet::new();
    let mut sessions = Vec::new();
    for _ in 0..connections {
        let mut session = client.open().await?;
        ensure!(
            session.instances(NAMESPACE, PROJECTED).await?.len() == 1,
            "the query selects one pool"
        );
        sessions.push(session);
    }
    let start = Instant::now();
    for mut session in sessions {
        tasks.spawn(async move {
            let mut latency = Histogram::<u64>::new(3)?;
            while start.elapsed() < time {
                let before = Instant::now();
                session.instances(NAMESPACE, PROJECTED).await?;
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
    let mut figures = vec![rate(time).await?];
    figures.extend(many_instances().await?);
    figures.push(cost_for_checkouts(time).await?);
    Ok(figures)
}

async fn rate(time: Duration) -> Result<Figure> {
    let server = server(1)?;
    let outcomes = queries(&client(&server)?, 8, time).await?;
    let p99 = outcomes.milliseconds(0.99);
    server.stop()?;
    Ok(Figure::aimed(
        "WS-Management: projected queries, 8 connections, TLS, Basic",
        format!(
            "{:.0}/s, p50 {:.2} ms, p99 {p99:.2} ms",
            outcomes.rate,
            outcomes.milliseconds(0.5)
        ),
        "≥ 2000/s, p99 ≤ 10 ms",
        outcomes.rate >= 2_000.0 && p99 <= 10.0,
    ))
}

async fn many_instances() -> Result<Vec<Figure>> {
    let server = server(POOLS)?;
    let client = client(&server)?;
    let process = server.endpoints().process_id;
    let mut session = client.open().await?;
    let enumerate = async |session: &mut licensing_client::WmiSession| -> Result<Duration> {
        let start = Instant::now();
        let found = session.instances(NAMESPACE, EVERYTHING).await?.len();
        ensure!(found == POOLS as usize, "{found} instances instead of {POOLS}");
        Ok(start.elapsed())
    };
    // The first one takes the snapshot as well.
    let first = enumerate(&mut session).await?;
    let before = resident_kib(process).context("the memory of the server is not known")?;
    let mut longest = Duration::ZERO;
    for _ in 0..20 {
        longest = longest.max(enumerate(&mut session).await?);
    }
    let after = resident_kib(process).context("the memory of the server is not known")?;
    server.stop()?;
    let grown = after.saturating_sub(before);
    Ok(vec![
        Figure::aimed(
            format!("WS-Management: {POOLS} instances enumerated, slowest of 20"),
            format!(
                "{:.2} s (with the snapshot {:.2} s)",
                longest.as_secs_f64(),
                first.as_secs_f64()
            ),
            "≤ 0.5 s",
            longest.as_secs_f64() <= 0.5,
        ),
        Figure::aimed(
            "the memory of the server after these 20, compared with after the first",
            format!("{grown} KiB more"),
            "≤ 4096 KiB",
            grown <= 4096,
        ),
    ])
}

/// Queries of clients that would be on other machines: they take what time of the processor is left.
fn elsewhere(client: &WmiClient, connections: usize, time: Duration) -> Result<Outcomes> {
    #[cfg(target_os = "linux")]
    rustix::process::nice(19)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(queries(client, connections, time))
}

async fn cost_for_checkouts(time: Duration) -> Result<Figure> {
    let server = server(100)?;
    let port = scenario::port(&server)?;
    let client = client(&server)?;
    let alone = load::cycles(port, FEATURE, 8, time).await?;
    let asking = std::thread::spawn(move || elsewhere(&client, 50, time + Duration::from_secs(2)));
    tokio::time::sleep(Duration::from_secs(1)).await;
    let beside = load::cycles(port, FEATURE, 8, time).await?;
    let asked = tokio::task::spawn_blocking(move || asking.join()).await?;
    let asked = asked.map_err(|_| anyhow::anyhow!("the clients panicked"))??;
    server.stop()?;
    let cost = 100.0 * (1.0 - beside.rate / alone.rate);
    Ok(Figure::aimed(
        "checkouts beside 50 clients of WS-Management without pause, which share the machine at the lowest priority",
        format!(
            "{:.0} cycles/s instead of {:.0} ({cost:.1} % less), beside {:.0} queries/s",
            beside.rate, alone.rate, asked.rate
        ),
        "≤ 5 % less",
        cost <= 5.0,
    ))
}
