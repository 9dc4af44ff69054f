//! Many connections. A process may not have as many open files, so several daemons and several clients hold them.

use std::process::Stdio;

use anyhow::{Context, Result, bail, ensure};
use licensing_testbed::{Increment, Server, ServerBuilder, license_text};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

use crate::load::{self, Product};
use crate::machine::{children, resident_kib};
use crate::table::Figure;

/// Connections that one daemon and one client hold.
const TO_A_DAEMON: usize = 7_500;
const FEATURE: &str = "BENCH_STD_CCU";
/// Connections that are made at a time.
const AT_A_TIME: usize = 16;

/// Memory of a license server that holds these connections, with a lease each.
pub(crate) async fn memory(wanted: usize) -> Result<Vec<Figure>> {
    let daemons = wanted.div_ceil(TO_A_DAEMON).max(1);
    let server = server(daemons)?;
    let processes = children(server.endpoints().process_id)?;
    ensure!(
        processes.len() == daemons,
        "{} daemons instead of {daemons}",
        processes.len()
    );
    let resident = || -> Result<u64> {
        let each = processes.iter().map(|process| resident_kib(*process));
        each.sum::<Option<u64>>().context("memory of the daemons")
    };
    let empty = resident()?;
    let mut holders = Vec::new();
    let mut left = wanted;
    for port in server.endpoints().vendors.values() {
        let share = left.min(TO_A_DAEMON);
        left -= share;
        holders.push(Holder::start(*port, share).await?);
    }
    let full = resident()?;
    for holder in holders {
        holder.end().await?;
    }
    server.stop()?;
    let mebibytes = full.saturating_sub(empty) as f64 / 1024.0;
    Ok(vec![Figure::aimed(
        format!("memory of {wanted} connections with a lease each, over {daemons} empty daemons"),
        format!("{mebibytes:.0} MiB"),
        "≤ 300 MB",
        mebibytes <= 286.0,
    )])
}

fn server(daemons: usize) -> Result<Server> {
    let mut builder = ServerBuilder::new()
        .setting("limits.connections", &(TO_A_DAEMON + 100).to_string())
        .setting("limits.connections_per_address", &(TO_A_DAEMON + 100).to_string());
    for number in 1..=daemons {
        let text = license_text(&format!("ACME{number}"), &[Increment::new(FEATURE, 1_000_000)]);
        builder = builder.license(&format!("bench{number}.lic"), &text);
    }
    builder.start()
}

/// Another process of this program that holds connections.
struct Holder(Child);

impl Holder {
    async fn start(port: u16, connections: usize) -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args([
                "--hold",
                &port.to_string(),
                "--connections",
                &connections.to_string(),
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let stdout = child.stdout.take().context("the client has no output")?;
        match BufReader::new(stdout).lines().next_line().await? {
            Some(line) if line == connections.to_string() => Ok(Self(child)),
            other => bail!("the client says {other:?} instead of {connections}"),
        }
    }

    async fn end(mut self) -> Result<()> {
        drop(self.0.stdin.take());
        let status = self.0.wait().await?;
        ensure!(status.success(), "a client ended with {status}");
        Ok(())
    }
}

/// Makes these connections with a lease each, says how many there are, and holds them until its input ends.
pub(crate) async fn hold(port: u16, connections: usize) -> Result<()> {
    let mut tasks = JoinSet::new();
    for first in 0..AT_A_TIME {
        tasks.spawn(async move {
            let mut held: Vec<Product> = Vec::new();
            for number in (first..connections).step_by(AT_A_TIME) {
                let mut product = load::connect(port)
                    .await
                    .with_context(|| format!("connection {number}"))?;
                load::checkout(&mut product, FEATURE, &format!("user-{number}")).await?;
                held.push(product);
            }
            anyhow::Ok(held)
        });
    }
    let mut held = Vec::new();
    while let Some(finished) = tasks.join_next().await {
        held.extend(finished??);
    }
    let mut stdout = tokio::io::stdout();
    stdout.write_all(format!("{}\n", held.len()).as_bytes()).await?;
    stdout.flush().await?;
    tokio::io::stdin().read_to_end(&mut Vec::new()).await?;
    Ok(())
}
