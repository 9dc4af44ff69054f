//! Keeps one vendor daemon running.

use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use jiff::Timestamp;
use licensing_api::Problem;
use licensing_api::server::{DaemonState, VendorDaemon};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::process::{self, DaemonProcess};
use crate::control::{ControlClient, ControlSecret, DaemonSettings, ManagerRequest, daemon_down};

/// Shortest and longest pause before a daemon is started again.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(30));
/// After serving for this time the pauses begin with the shortest again.
const STABLE: Duration = Duration::from_secs(60);
/// Pause between two looks whether a daemon answers.
const PROBE_PAUSE: Duration = Duration::from_secs(3);
/// Time for its answer.
const PROBE_TIME: Duration = Duration::from_secs(4);
/// Answers that may fail to come one after the other before it is killed.
const PROBES: u32 = 3;
/// Time beyond the drain time until a daemon that should end is killed.
const STOP_SLACK: Duration = Duration::from_secs(5);

/// How a daemon is.
#[derive(Debug, Clone)]
pub(super) struct Status {
    pub(super) daemon: VendorDaemon,
    /// Why it does not run; empty when it does.
    pub(super) reason: String,
    /// Starts that have come to an end, good or bad.
    pub(super) attempts: u64,
    control: Option<ControlClient>,
}

/// Makes the settings of the next start: for this port, with this secret.
pub(super) type MakeSettings = dyn Fn(u16, bool, ControlSecret) -> DaemonSettings + Send + Sync;

/// What one daemon is started with.
pub(super) struct Launch {
    pub(super) executable: PathBuf,
    pub(super) vendor: String,
    /// Port wanted; 0 for any free one.
    pub(super) port: u16,
    pub(super) drain: Duration,
    pub(super) settings: Box<MakeSettings>,
}

/// A daemon that is kept running.
pub(super) struct Supervisor {
    pub(super) wanted_port: u16,
    status: watch::Receiver<Status>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Supervisor {
    /// Starts a daemon and keeps it running. `changed` is called whenever its status changes.
    pub(super) fn start(launch: Launch, changed: Arc<dyn Fn() + Send + Sync>) -> Self {
        let wanted_port = launch.port;
        let daemon = VendorDaemon {
            vendor: launch.vendor.clone(),
            state: DaemonState::Starting,
            port: launch.port,
            process_id: None,
            restarts: 0,
            since: None,
        };
        let (sender, status) = watch::channel(Status {
            daemon,
            reason: String::new(),
            attempts: 0,
            control: None,
        });
        let stop = CancellationToken::new();
        let keeper = Keeper {
            launch,
            status: sender,
            stop: stop.clone(),
            changed,
        };
        Self {
            wanted_port,
            status,
            stop,
            task: tokio::spawn(keeper.keep()),
        }
    }

    /// How it is now.
    pub(super) fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    /// Asks the running daemon.
    ///
    /// # Errors
    /// `CitrixLicensingVendorOrServiceDown` if it does not run.
    pub(super) fn control(&self) -> Result<ControlClient, Problem> {
        let status = self.status();
        status
            .control
            .ok_or_else(|| daemon_down(&status.daemon.vendor, &status.reason))
    }

    /// A future that ends when the first start has come to an end, good or bad.
    pub(super) fn first_attempt(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut status = self.status.clone();
        async move {
            // The sender only goes away when the daemon is stopped for good.
            let _ = status.wait_for(|status| status.attempts > 0).await;
        }
    }

    /// Has the daemon end. The caller awaits the task.
    pub(super) fn stop(self) -> JoinHandle<()> {
        self.stop.cancel();
        self.task
    }
}

struct Keeper {
    launch: Launch,
    status: watch::Sender<Status>,
    stop: CancellationToken,
    changed: Arc<dyn Fn() + Send + Sync>,
}

impl Keeper {
    async fn keep(self) {
        let mut pauses = pauses();
        loop {
            let started = tokio::select! {
                started = self.attempt() => started,
                () = self.stop.cancelled() => break,
            };
            let reason = match started {
                Err(reason) => reason,
                Ok(process) => {
                    let since = Instant::now();
                    let Some(reason) = self.watch(process).await else {
                        break;
                    };
                    if since.elapsed() >= STABLE {
                        pauses = self::pauses();
                    }
                    reason
                }
            };
            let pause = pauses.next().unwrap_or(PAUSES.1);
            tracing::error!(
                vendor = self.launch.vendor,
                reason,
                ?pause,
                "the vendor daemon is down"
            );
            self.update(|status| {
                status.daemon.state = DaemonState::BackOff;
                status.daemon.process_id = None;
                status.daemon.since = None;
                status.attempts += 1;
                status.control = None;
                status.reason = reason;
            });
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.stop.cancelled() => break,
            }
            self.update(|status| {
                status.daemon.state = DaemonState::Starting;
                status.daemon.restarts += 1;
            });
        }
        self.update(|status| {
            status.daemon.state = DaemonState::Stopped;
            status.daemon.process_id = None;
            status.control = None;
            status.attempts += 1;
            "it was stopped".clone_into(&mut status.reason);
        });
        tracing::info!(vendor = self.launch.vendor, "the vendor daemon has ended");
    }

    /// Waits until a daemon serves no more, and says why; none when it has ended because it should.
    async fn watch(&self, mut process: DaemonProcess) -> Option<String> {
        tokio::select! {
            ended = process.wait() => Some(ended_unexpectedly(ended)),
            () = self.falls_silent() => {
                process.stop(Duration::ZERO).await;
                Some("it did not answer any more".to_owned())
            }
            () = self.stop.cancelled() => {
                process.stop(self.launch.drain + STOP_SLACK).await;
                None
            }
        }
    }

    /// Ends when the daemon lives but answers no more.
    async fn falls_silent(&self) {
        let mut missed = 0;
        while missed < PROBES {
            tokio::time::sleep(PROBE_PAUSE).await;
            let control = self.status.borrow().control.clone();
            let Some(control) = control else { continue };
            match tokio::time::timeout(PROBE_TIME, control.tell(ManagerRequest::Health, Vec::new())).await {
                Ok(Ok(())) => missed = 0,
                Ok(Err(_)) | Err(_) => missed += 1,
            }
        }
    }

    async fn attempt(&self) -> Result<DaemonProcess, String> {
        let secret = ControlSecret::generate().map_err(|error| error.to_string())?;
        // A daemon that may have any port keeps the one it had, so that products find it where it was.
        let before = self.status.borrow().daemon.port;
        let any_port_will_do = self.launch.port == 0;
        let settings = (self.launch.settings)(before, any_port_will_do, secret.clone());
        let process = process::start(&self.launch.executable, &settings).await?;
        let control = ControlClient::new(&self.launch.vendor, process.control_port, &secret)
            .map_err(|problem| problem.detail)?;
        tracing::info!(
            vendor = self.launch.vendor,
            port = process.port,
            pid = process.process_id,
            "the vendor daemon serves"
        );
        self.update(|status| {
            status.daemon.state = DaemonState::Running;
            status.daemon.port = process.port;
            status.daemon.process_id = Some(process.process_id);
            status.daemon.since = Some(Timestamp::now());
            status.attempts += 1;
            status.control = Some(control);
            status.reason.clear();
        });
        Ok(process)
    }

    fn update(&self, change: impl FnOnce(&mut Status)) {
        self.status.send_modify(change);
        (self.changed)();
    }
}

fn ended_unexpectedly(ended: std::io::Result<ExitStatus>) -> String {
    ended.map_or_else(
        |error| error.to_string(),
        |status| format!("it ended unexpectedly: {status}"),
    )
}

fn pauses() -> impl Iterator<Item = Duration> + Send {
    ExponentialBuilder::default()
        .with_min_delay(PAUSES.0)
        .with_max_delay(PAUSES.1)
        .with_jitter()
        .without_max_times()
        .build()
}
