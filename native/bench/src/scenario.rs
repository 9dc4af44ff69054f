//! What is measured, one function for each line or group of lines of the table.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use licensing_api::Secret;
use licensing_api::license_file::ImportLicenseFile;
use licensing_api::operation::op;
use licensing_client::{AdminClient, ConnectOptions, Credentials, Trust};
use licensing_protocol::licensing::HeartbeatRequest;
use licensing_testbed::{Increment, Server, ServerBuilder, license_text};
use tokio::task::JoinSet;

use crate::floor;
use crate::load::{self, Product};
use crate::machine::{children, forget_peak, peak_kib, resident_kib};
use crate::one_client;
use crate::powershell::PowerShell;
use crate::table::Figure;

/// Vendor of all licenses that are measured.
pub(crate) const VENDOR: &str = "ACME";
/// Feature that is checked out.
pub(crate) const FEATURE: &str = "BENCH_STD_CCU";
const SEATS: u32 = 1_000_000;

fn server() -> Result<Server> {
    ServerBuilder::new()
        .license(
            "bench.lic",
            &license_text(VENDOR, &[Increment::new(FEATURE, SEATS)]),
        )
        // All clients have the address of this machine.
        .setting("licensing.checkouts_per_second", "1000000")
        .start()
}

/// Port of the vendor daemon of [`VENDOR`].
pub(crate) fn port(server: &Server) -> Result<u16> {
    server
        .endpoints()
        .vendors
        .get(VENDOR)
        .copied()
        .context("the vendor daemon is not listed")
}

/// Process id of the vendor daemon: the child of the manager.
fn daemon_process(server: &Server) -> Result<u32> {
    let daemons = children(server.endpoints().process_id)?;
    daemons.first().copied().context("the manager has no child")
}

/// Clients, and the least share of the commits of a bare SQLite in the same run that they are to reach together.
const SHARES: [(u32, f64); 3] = [(1, 0.60), (8, 0.90), (64, 0.90)];

/// Checkouts a second of a bare SQLite by the number of checkouts in a commit.
pub(crate) type BareRates = BTreeMap<u32, f64>;

/// What the machine can do without us.
pub(crate) fn floors(seconds: u64) -> Result<(Vec<Figure>, BareRates)> {
    let folder = tempfile::tempdir()?;
    let time = Duration::from_secs(seconds);
    let mut figures = Vec::new();
    let mut rates = BareRates::new();
    let rate = floor::fdatasync_rate(folder.path(), time)?;
    figures.push(Figure::floor(
        "fdatasync of a small append, one by one",
        format!("{rate:.0}/s ({:.0} µs)", 1e6 / rate),
    ));
    for (batch, _) in SHARES {
        let rate = floor::sqlite_rate(folder.path(), batch, time)?;
        figures.push(Figure::floor(
            format!("bare SQLite, WAL, FULL, {batch} checkouts to a commit"),
            format!("{rate:.0} checkouts/s"),
        ));
        rates.insert(batch, rate);
    }
    Ok((figures, rates))
}

/// The changes of so many clients as a share of what a bare SQLite of the same run commits.
fn share(clients: u32, cycles: f64, bare: &BareRates) -> Option<Figure> {
    let (_, aim) = SHARES.into_iter().find(|(known, _)| *known == clients)?;
    // A cycle is two changes, each of them durable.
    let share = 2.0 * cycles / bare.get(&clients)?;
    Some(Figure::aimed(
        format!("of the commits of a bare SQLite in this run, {clients} clients"),
        format!("{:.0} %", share * 100.0),
        format!("≥ {:.0} %", aim * 100.0),
        share >= aim,
    ))
}

/// Durable cycles of checkout and checkin at 1, 8 and 64 clients; as shares too, where `bare` has what they are of.
pub(crate) async fn cycles(seconds: u64, bare: &BareRates) -> Result<Vec<Figure>> {
    let server = server()?;
    let port = port(&server)?;
    let mut figures = Vec::new();
    for (clients, aim) in [(1_u32, Some(2_000.0)), (8, None), (64, Some(10_000.0))] {
        let time = Duration::from_secs(seconds);
        let outcomes = match clients {
            1 => load::alone(move || load::cycles(port, FEATURE, 1, time)).await?,
            clients => load::cycles(port, FEATURE, clients as usize, time).await?,
        };
        let p99 = outcomes.milliseconds(0.99);
        let value = format!(
            "{:.0} cycles/s, p50 {:.2} ms, p99 {p99:.2} ms",
            outcomes.rate,
            outcomes.milliseconds(0.5)
        );
        let name = format!("durable, audited checkout + checkin, {clients} clients");
        figures.push(match aim {
            Some(aim) if clients == 64 => {
                let met = outcomes.rate >= aim && p99 <= 10.0;
                Figure::aimed(name, value, format!("≥ {aim:.0}/s, p99 ≤ 10 ms"), met)
            }
            Some(aim) => Figure::aimed(name, value, format!("≥ {aim:.0}/s"), outcomes.rate >= aim),
            None => Figure::floor(name, value),
        });
        if clients == 1 {
            let (session, parts) = one_client::parts(port, FEATURE, Duration::from_secs(seconds)).await?;
            figures.extend(parts);
            // A lone product speaks over a session.
            figures.extend(share(clients, session, bare));
        } else {
            figures.extend(share(clients, outcomes.rate, bare));
        }
    }
    server.stop()?;
    Ok(figures)
}

/// Heartbeats, one lease to a message.
pub(crate) async fn heartbeats(seconds: u64) -> Result<Vec<Figure>> {
    let server = server()?;
    let port = port(&server)?;
    let single = load::heartbeats(port, FEATURE, 64, Duration::from_secs(seconds)).await?;
    let figure = Figure::floor(
        "heartbeats, one lease to a message, 64 clients",
        format!("{:.0}/s, p99 {:.2} ms", single.rate, single.milliseconds(0.99)),
    );
    let (rate, leases) = batched_heartbeats(port, Duration::from_secs(seconds)).await?;
    server.stop()?;
    Ok(vec![
        figure,
        Figure::aimed(
            format!("heartbeats, {leases} leases to a message, 8 clients"),
            format!("{rate:.0}/s"),
            "≥ 40000/s",
            rate >= 40_000.0,
        ),
    ])
}

async fn batched_heartbeats(port: u16, time: Duration) -> Result<(f64, usize)> {
    const LEASES: usize = 100;
    let mut tasks = JoinSet::new();
    for client in 0..8 {
        tasks.spawn(async move {
            let mut product = load::connect(port).await?;
            let lease_ids = hold(&mut product, client, LEASES).await?;
            let start = Instant::now();
            let mut beats = 0_usize;
            while start.elapsed() < time {
                product
                    .heartbeat(HeartbeatRequest {
                        lease_ids: lease_ids.clone(),
                        ..Default::default()
                    })
                    .await?;
                beats += LEASES;
            }
            anyhow::Ok(beats as f64 / start.elapsed().as_secs_f64())
        });
    }
    let mut rate = 0.0;
    while let Some(finished) = tasks.join_next().await {
        rate += finished??;
    }
    Ok((rate, LEASES))
}

async fn hold(product: &mut Product, client: usize, leases: usize) -> Result<Vec<Vec<u8>>> {
    let mut ids = Vec::with_capacity(leases);
    for number in 0..leases {
        let lease = load::checkout(product, FEATURE, &format!("user-{client}-{number}")).await?;
        ids.push(lease.lease_id);
    }
    Ok(ids)
}

/// From the start of the program to the first seat.
pub(crate) async fn cold_start() -> Result<Vec<Figure>> {
    let mut server = ServerBuilder::new()
        .license(
            "bench.lic",
            &license_text(VENDOR, &[Increment::new(FEATURE, SEATS)]),
        )
        .prepare()?;
    let mut times = Vec::new();
    for _ in 0..5 {
        let start = Instant::now();
        server.start_again()?;
        let mut product = load::connect(port(&server)?).await?;
        load::checkout(&mut product, FEATURE, "first").await?;
        times.push(start.elapsed().as_secs_f64());
        drop(product);
        server.end()?;
    }
    times.sort_by(f64::total_cmp);
    let median = times[times.len() / 2];
    Ok(vec![Figure::aimed(
        "cold start of manager and daemon to the first grant, median of 5",
        format!("{median:.2} s"),
        "≤ 1 s",
        median <= 1.0,
    )])
}

fn administrator(server: &Server) -> Result<AdminClient> {
    let (account, password) = server.administrator();
    let mut options = ConnectOptions::new(format!("https://{}", server.endpoints().web_services).parse()?);
    options.trust = Trust::CertHash(server.endpoints().cert_hash.parse()?);
    options.credentials = Credentials::Basic {
        account: account.to_owned(),
        password: Secret::new(password),
    };
    Ok(AdminClient::connect(options)?)
}

/// Import of a license file of ten thousand signed lines through the web services.
pub(crate) async fn import() -> Result<Vec<Figure>> {
    let server = server()?;
    let client = administrator(&server)?;
    let increments: Vec<_> = (0..10_000)
        .map(|number| {
            let version = format!("{}.0101", 2016 + number / 1000);
            Increment::new(&format!("FEATURE{}_STD_CCU", number % 1000), 10).version(&version)
        })
        .collect();
    let content = server.issuer().sign(&license_text(VENDOR, &increments));
    let request = ImportLicenseFile {
        file_name: "large.lic".to_owned(),
        content: STANDARD.encode(&content),
        overwrite: false,
    };
    let start = Instant::now();
    let imported = client.call::<op::ImportLicenseFile>(&request).await?;
    let time = start.elapsed().as_secs_f64();
    ensure!(
        imported.file.increments == 10_000,
        "only {} lines were taken",
        imported.file.increments
    );
    server.stop()?;
    Ok(vec![Figure::aimed(
        "import of a license file of 10,000 signed lines, until it is served",
        format!("{time:.2} s"),
        "≤ 0.5 s",
        time <= 0.5,
    )])
}

/// What an administrator waits for in PowerShell.
pub(crate) fn powershell(powershell: &PowerShell) -> Result<Vec<Figure>> {
    let import = powershell.import_milliseconds()?;
    let increments: Vec<_> = (0..1000)
        .map(|number| Increment::new(&format!("FEATURE{number}_STD_CCU"), 10))
        .collect();
    let server = ServerBuilder::new()
        .license("bench.lic", &license_text(VENDOR, &increments))
        .start()?;
    let (inventory, rows) = powershell.inventory(&server)?;
    ensure!(rows == 1000, "{rows} rows instead of 1000");
    server.stop()?;
    Ok(vec![
        Figure::aimed(
            "Import-Module LicensingAdmin over an empty PowerShell",
            format!("{import:.0} ms"),
            "≤ 100 ms",
            import <= 100.0,
        ),
        Figure::aimed(
            "Get-LicenseInventory of 1,000 pools",
            format!("{inventory:.0} ms"),
            "≤ 150 ms",
            inventory <= 150.0,
        ),
    ])
}

/// Checks out a hundred thousand seats, each for a user of its own.
async fn check_out_many(server: &Server) -> Result<()> {
    const LEASES: usize = 100_000;
    let daemon_port = port(server)?;
    let mut tasks = JoinSet::new();
    for client in 0..64 {
        tasks.spawn(async move {
            let mut product = load::connect(daemon_port).await?;
            hold(&mut product, client, LEASES / 64 + 1).await
        });
    }
    while let Some(finished) = tasks.join_next().await {
        finished??;
    }
    Ok(())
}

/// The module with a list of a hundred thousand holders.
pub(crate) async fn holders(powershell: &PowerShell) -> Result<Vec<Figure>> {
    let server = server()?;
    check_out_many(&server).await?;
    let programs = [server.endpoints().process_id, daemon_process(&server)?];
    let mut before = 0;
    for process in programs {
        before += resident_kib(process).context("memory of the server")?;
        forget_peak(process)?;
    }
    let list = powershell.holders(&server)?;
    ensure!(list.rows >= 100_000, "{} rows instead of 100,000", list.rows);
    let peaks = programs.map(|process| peak_kib(process).unwrap_or(0));
    let grown = peaks.iter().sum::<u64>().saturating_sub(before) as f64 / 1024.0;
    server.stop()?;
    let rate = list.rows as f64 / list.seconds;
    let kept = list.kept_kib * 1024.0 / 1e6;
    Ok(vec![
        Figure::aimed(
            "Get-LicenseUsage of 100,000 holders",
            format!(
                "{rate:.0} objects/s, {:.0} MB while held",
                list.held_kib * 1024.0 / 1e6
            ),
            "≥ 20,000 objects/s",
            rate >= 20_000.0,
        ),
        Figure::floor(
            "memory of manager and vendor daemon at most meanwhile, over that before",
            format!("{grown:.0} MiB"),
        ),
        Figure::aimed(
            "memory of PowerShell after the list was let go of, over that before",
            format!("{kept:.0} MB"),
            "≤ 20 MB",
            kept <= 20.0,
        ),
    ])
}

/// A hundred thousand leases: their memory, and the restart with them.
pub(crate) async fn many_leases() -> Result<Vec<Figure>> {
    let mut server = server()?;
    let empty = resident_kib(daemon_process(&server)?).context("memory of the daemon")?;
    check_out_many(&server).await?;
    let full = resident_kib(daemon_process(&server)?).context("memory of the daemon")?;
    let mebibytes = (full.saturating_sub(empty)) as f64 / 1024.0;
    server.end()?;
    let start = Instant::now();
    server.start_again()?;
    let mut product = load::connect(port(&server)?).await?;
    load::checkout(&mut product, FEATURE, "after").await?;
    let restart = start.elapsed().as_secs_f64();
    drop(product);
    server.stop()?;
    Ok(vec![
        Figure::aimed(
            "memory of 100,000 leases over the empty daemon",
            format!("{mebibytes:.0} MiB"),
            "≤ 50 MB",
            mebibytes <= 47.7,
        ),
        Figure::aimed(
            "restart with 100,000 leases to the first grant",
            format!("{restart:.2} s"),
            "≤ 2 s",
            restart <= 2.0,
        ),
    ])
}
