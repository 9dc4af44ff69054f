//! A license server, its administrator, and its processes.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::process::Command;
use std::str::FromStr;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use licensing_api::Secret;
use licensing_api::alert::{ActiveAlert, GetAlerts};
use licensing_api::operation::op;
use licensing_api::server::{DaemonState, GetServerInfo, VendorDaemon};
use licensing_api::usage::{GetUsage, UsageRow};
use licensing_client::{Address, AdminClient, CertHash, ConnectOptions, Credentials, Trust};
use licensing_testbed::{Endpoints, Increment, Server, ServerBuilder, license_text, licensingd};
use tokio::task::block_in_place;

use crate::{Dice, Product};

/// Vendor of the proofs.
pub const VENDOR: &str = "ACME";
/// Feature of the proofs.
pub const FEATURE: &str = "cad";

/// Far longer than anything here takes: only a hang reaches it.
const HANG: Duration = Duration::from_secs(120);
/// Pause between two looks at a condition.
const LOOK: Duration = Duration::from_millis(20);

/// Text of a license file with so many seats that never expire.
pub fn cad(seats: u32) -> String {
    license_text(VENDOR, &[Increment::new(FEATURE, seats).attributes("BORROW")])
}

/// What is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kill {
    /// The vendor daemon; its manager starts another one.
    Daemon,
    /// The manager; its daemon ends by itself.
    Manager,
    /// First the daemon, then at once the manager.
    Both,
}

/// A license server. Use it on a runtime with several threads: starting and stopping block.
#[derive(Debug)]
pub struct Site {
    /// The processes.
    pub server: Server,
}

impl Site {
    /// Starts it.
    ///
    /// # Errors
    /// If it does not come to serve.
    pub fn start(builder: ServerBuilder) -> anyhow::Result<Self> {
        let server = block_in_place(|| flooded(builder).start())?;
        Ok(Self { server })
    }

    /// As [`Self::start`], without the start.
    ///
    /// # Errors
    /// If the data folder cannot be made.
    pub fn prepare(builder: ServerBuilder) -> anyhow::Result<Self> {
        let server = block_in_place(|| flooded(builder).prepare())?;
        Ok(Self { server })
    }

    /// Starts it again.
    ///
    /// # Errors
    /// If it does not come to serve.
    pub fn start_again(&mut self) -> anyhow::Result<()> {
        block_in_place(|| self.server.start_again())
    }

    /// Has it end in good order.
    ///
    /// # Errors
    /// If it does not.
    pub fn end(&mut self) -> anyhow::Result<()> {
        let status = block_in_place(|| self.server.end())?;
        ensure!(status.success(), "it ended with {status}\n{}", self.server.log());
        Ok(())
    }

    /// Address of the daemon of [`VENDOR`].
    ///
    /// # Errors
    /// If it does not serve.
    pub fn daemon(&self) -> anyhow::Result<SocketAddr> {
        self.daemon_of(VENDOR)
    }

    /// Address of the daemon of a vendor.
    ///
    /// # Errors
    /// If it does not serve.
    pub fn daemon_of(&self, vendor: &str) -> anyhow::Result<SocketAddr> {
        let endpoints = self.endpoints()?;
        let port = endpoints.vendors.get(vendor);
        let port = port.with_context(|| format!("{vendor} is not served\n{}", self.server.log()))?;
        Ok(SocketAddr::from(([127, 0, 0, 1], *port)))
    }

    /// Where it listens now.
    ///
    /// # Errors
    /// If it does not run.
    pub fn endpoints(&self) -> anyhow::Result<Endpoints> {
        self.server.current_endpoints()
    }

    /// A product that is connected.
    ///
    /// # Errors
    /// If the daemon does not serve.
    pub async fn product(&self) -> anyhow::Result<Product> {
        Product::connect(self.daemon()?).await
    }

    /// The administrator, connected with the certificate that is shown now.
    ///
    /// # Errors
    /// If the server does not run.
    pub fn administrator(&self) -> anyhow::Result<AdminClient> {
        let endpoints = self.endpoints()?;
        let (account, password) = self.server.administrator();
        let mut options = ConnectOptions::new(Address::from_str(&endpoints.web_services.to_string())?);
        options.trust = Trust::CertHash(CertHash::from_str(&endpoints.cert_hash)?);
        options.credentials = Credentials::Basic {
            account: account.to_owned(),
            password: Secret::new(password.to_owned()),
        };
        Ok(AdminClient::connect(options)?)
    }

    /// Who holds a seat.
    ///
    /// # Errors
    /// If the server cannot say.
    pub async fn usage(&self) -> anyhow::Result<Vec<UsageRow>> {
        let request = GetUsage::default();
        Ok(self.administrator()?.call::<op::GetUsage>(&request).await?.items)
    }

    /// Active alerts.
    ///
    /// # Errors
    /// If the server cannot say.
    pub async fn alerts(&self) -> anyhow::Result<Vec<ActiveAlert>> {
        let request = GetAlerts::default();
        Ok(self.administrator()?.call::<op::GetAlerts>(&request).await?.items)
    }

    /// The daemon of [`VENDOR`] as the administrator sees it.
    ///
    /// # Errors
    /// If the server cannot say.
    pub async fn vendor_daemon(&self) -> anyhow::Result<VendorDaemon> {
        let request = GetServerInfo::default();
        let info = self.administrator()?.call::<op::GetServerInfo>(&request).await?;
        let daemon = info
            .vendor_daemons
            .into_iter()
            .find(|daemon| daemon.vendor == VENDOR);
        daemon.context("there is no daemon")
    }

    /// Waits until a daemon of [`VENDOR`] serves that is not the process `not`.
    ///
    /// # Errors
    /// If that never happens.
    pub async fn daemon_serves(&self, not: Option<u32>) -> anyhow::Result<u32> {
        let deadline = Instant::now() + HANG;
        loop {
            if let Ok(daemon) = self.vendor_daemon().await
                && daemon.state == DaemonState::Running
                && let Some(process) = daemon.process_id
                && Some(process) != not
            {
                let port = daemon.port;
                block_in_place(|| {
                    self.server
                        .wait_for(|endpoints| endpoints.vendors.get(VENDOR) == Some(&port))
                })?;
                return Ok(process);
            }
            if Instant::now() > deadline {
                bail!("no daemon serves\n{}", self.server.log());
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Waits until the alerts are as wanted.
    ///
    /// # Errors
    /// If that never happens.
    pub async fn alerts_become(
        &self,
        wanted: impl Fn(&[ActiveAlert]) -> bool,
    ) -> anyhow::Result<Vec<ActiveAlert>> {
        let deadline = Instant::now() + HANG;
        loop {
            let alerts = self.alerts().await;
            if let Ok(alerts) = &alerts
                && wanted(alerts)
            {
                return Ok(alerts.clone());
            }
            if Instant::now() > deadline {
                bail!("the alerts never became so: {alerts:?}\n{}", self.server.log());
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Kills as `kill -9` does. After the manager is gone nothing is started again.
    ///
    /// # Errors
    /// If there is nothing to kill.
    #[cfg(unix)]
    pub async fn kill(&mut self, what: Kill) -> anyhow::Result<()> {
        let daemon = self.vendor_daemon().await?.process_id;
        self.kill_process(what, daemon)
    }

    /// As [`Self::kill`], with the process that [`Self::daemon_serves`] gave: nothing is asked before.
    ///
    /// # Errors
    /// If there is nothing to kill.
    #[cfg(unix)]
    pub fn kill_process(&mut self, what: Kill, daemon: Option<u32>) -> anyhow::Result<()> {
        if what != Kill::Manager {
            let process = daemon.and_then(|process| rustix::process::Pid::from_raw(process.cast_signed()));
            let process = process.context("no daemon runs")?;
            rustix::process::kill_process(process, rustix::process::Signal::KILL)?;
        }
        if what != Kill::Daemon {
            block_in_place(|| self.server.kill())?;
        }
        Ok(())
    }

    /// `licensingd verify`, while it does not run: pages and audit of each database.
    ///
    /// # Errors
    /// What it says when something is damaged.
    pub fn verify(&self) -> anyhow::Result<String> {
        licensingd_says(&[
            "verify".as_ref(),
            "--data".as_ref(),
            self.server.data().as_os_str(),
        ])
    }
}

/// What a command of `licensingd` says.
///
/// # Errors
/// The same, if it fails.
pub fn licensingd_says(arguments: &[&OsStr]) -> anyhow::Result<String> {
    let ended = block_in_place(|| {
        Command::new(licensingd()?)
            .args(arguments)
            .output()
            .context("licensingd cannot be started")
    })?;
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&ended.stdout),
        String::from_utf8_lossy(&ended.stderr)
    );
    ensure!(ended.status.success(), "{said}");
    Ok(said)
}

impl Kill {
    /// Any.
    pub fn any(dice: &mut Dice) -> Self {
        match dice.u8(..3) {
            0 => Self::Daemon,
            1 => Self::Manager,
            _ => Self::Both,
        }
    }
}

/// Memory of a process in KiB, without the files that are mapped into it: the code of a debug build is several times that of a
/// release.
#[cfg(target_os = "linux")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// In use now.
    pub now: u64,
    /// Most that was in use.
    pub most: u64,
}

#[cfg(target_os = "linux")]
impl Memory {
    /// Of a process that runs.
    ///
    /// # Errors
    /// If there is no such process.
    pub fn of(process: u32) -> anyhow::Result<Self> {
        let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
        let figure = |name: &str| -> anyhow::Result<u64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|line| line.split_whitespace().next());
            Ok(number.context("it has no memory")?.parse()?)
        };
        let mapped = figure("RssFile:")? + figure("RssShmem:")?;
        Ok(Self {
            now: figure("VmRSS:")?.saturating_sub(mapped),
            most: figure("VmHWM:")?.saturating_sub(mapped),
        })
    }
}

/// Ends soon, and takes as much from one address as this machine can send.
fn flooded(builder: ServerBuilder) -> ServerBuilder {
    let builder = builder.setting("limits.drain_seconds", "1");
    builder.setting("licensing.checkouts_per_second", "1000000")
}
