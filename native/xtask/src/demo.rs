//! `cargo xtask demo`: the whole way once, from an order to seats in use, to a license that is installed twice, and to seats that
//! the server allocates itself.

mod allocation;
mod insight;
mod products;
mod program;
mod show;
mod site;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use allocation::Order;
use anyhow::{Context, Result};
use insight::Insight;
use products::Products;
use site::Site;

use crate::powershell::{self, Found, PowerShell};
use crate::{build, workspace};

/// Builds everything, runs a license server with ten products in a temporary folder, and shows inventory and usage. Then
/// everything is removed again, also after a failure and on Ctrl-C. With `keep` it stays until Ctrl-C.
///
/// # Errors
/// When a step fails.
pub async fn run(keep: bool) -> Result<bool> {
    let mut interrupted = Box::pin(interruption());
    let kept = AtomicBool::new(false);
    let outcome = tokio::select! {
        outcome = walk(keep, &kept) => outcome.map(|()| true),
        // Ctrl-C is how a demo that was kept is meant to end.
        signal = &mut interrupted => signal.map(|()| kept.load(Ordering::Relaxed)),
    };
    println!("\nEverything was stopped and removed.");
    outcome
}

/// Dropping the future at any point stops the programs and removes the folder.
async fn walk(keep: bool, kept: &AtomicBool) -> Result<()> {
    let started = Instant::now();
    let mut steps = Steps::default();

    steps.next("Build the license server, the command line and the PowerShell module");
    let powershell = match powershell::find().await {
        Found::PowerShell(powershell) => Some(powershell),
        Found::Missing(reasons) => {
            without_powershell(&reasons)?;
            None
        }
    };
    let programs = build(powershell.as_ref()).await?;

    steps.next("Make an issuer of licenses");
    let mut site = Site::new(programs)?;
    site.make_issuer().await?;

    steps.next("Make a license server that trusts it, and start it on free loopback ports");
    site.make_server().await?;
    site.start_server().await?;

    steps.next("Issue a license file from an order, and import it");
    site.issue().await?;
    site.import().await?;

    steps.next("Start ten products that each hold a seat");
    let mut products = Products::start(&site).await?;

    steps.next(match &powershell {
        Some(_) => "Look at it in PowerShell",
        None => "Look at it with the licensing command",
    });
    match &powershell {
        Some(powershell) => show::in_powershell(powershell, &site).await?,
        None => show::in_shell(&site).await?,
    }

    let insight = vendor(powershell.as_ref(), &site, &mut products, &mut steps).await?;

    if keep {
        show::how_to_connect(powershell.as_ref(), &site);
        kept.store(true, Ordering::Relaxed);
        std::future::pending::<()>().await;
    }

    steps.next("Clean up");
    products.stop().await?;
    insight.stop().await?;
    site.stop().await?;
    println!("   All seats are back, and the servers have ended in good order.");
    println!("\nDone in {} s.", started.elapsed().as_secs());
    Ok(())
}

/// Insight Services: what they find on two servers, and the seats that they have for this one.
async fn vendor(
    powershell: Option<&PowerShell>,
    site: &Site,
    products: &mut Products,
    steps: &mut Steps,
) -> Result<Insight> {
    steps.next("Find the same license file on a second server, with Insight Services");
    let insight = Insight::start(site).await?;
    match powershell {
        Some(powershell) => insight.in_powershell(powershell, site).await?,
        None => insight.in_shell(site).await?,
    }

    steps.next("Allocate seats that were bought: over the connection, and by files for a site without one");
    let order = Order::load(&insight, site).await?;
    match powershell {
        Some(powershell) => order.in_powershell(powershell, &insight, site).await?,
        None => order.in_shell(&insight, site).await?,
    }
    products.add(site, "karin", "ws-301", allocation::FEATURE).await?;
    Ok(insight)
}

/// Where the built programs are.
async fn build(powershell: Option<&PowerShell>) -> Result<PathBuf> {
    match powershell {
        Some(powershell) => {
            build::everything(powershell, "Debug", &workspace::out()).await?;
            Ok(workspace::out().join("bin"))
        }
        None => {
            build::programs().await?;
            Ok(workspace::target().join("debug"))
        }
    }
}

fn without_powershell(reasons: &[String]) -> Result<()> {
    println!("   There is no PowerShell 7.4 or later here:");
    for reason in reasons {
        println!("     {reason}");
    }
    println!("   The demo shows the same through the licensing command instead.");
    if workspace::in_ci() {
        anyhow::bail!("with CI=true a missing PowerShell is a failure");
    }
    Ok(())
}

#[derive(Default)]
struct Steps {
    number: usize,
}

impl Steps {
    fn next(&mut self, title: &str) {
        self.number += 1;
        println!("\n{}. {title}", self.number);
    }
}

async fn interruption() -> Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).context("no signals can be received")?;
        let mut hangup = signal(SignalKind::hangup()).context("no signals can be received")?;
        tokio::select! {
            pressed = tokio::signal::ctrl_c() => pressed.context("Ctrl-C cannot be received")?,
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c()
        .await
        .context("Ctrl-C cannot be received")?;
    Ok(())
}
