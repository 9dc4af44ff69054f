//! The license files and the options file behind the pools of a daemon, read at the start, on demand, and sorted again each day.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use licensing_api::alert::Alert;
use licensing_api::{ErrorCode, Problem};
use licensing_seats::pool::PoolSet;
use licensing_seats::seat::SeatRules;
use licensing_store::{Clock, SeatService};
use tokio::sync::{Mutex, watch};
use tokio_util::sync::CancellationToken;

use super::debug_log::{self, DebugLog, Plan, ServedSeats};
use super::options::{self, LogPlace, Options};
use super::signed_lines::SignedLines;
use crate::blocking::blocking;
use crate::config::{Config, DataFolder};
use crate::installed::{Installed, Verdict};

/// How often it is looked whether a new day has begun. A jump of the clock is noticed as well.
const DAY_CHECK: Duration = Duration::from_secs(30);

/// The license files of a daemon.
pub(super) struct Licenses {
    vendor: String,
    data: DataFolder,
    clock: Arc<dyn Clock>,
    log: Arc<DebugLog>,
    read: Mutex<Read>,
    /// What is odd about the options file.
    alerts: watch::Sender<Vec<Alert>>,
    /// By what is served.
    config: watch::Sender<Arc<Config>>,
    /// What products can check seats by.
    lines: Arc<SignedLines>,
}

/// What was read, and what it came to.
struct Read {
    files: Files,
    outcome: Outcome,
}

#[derive(Clone)]
struct Files {
    config: Arc<Config>,
    installed: Arc<Installed>,
    options: Options,
    day: Date,
}

/// What the files come to on their day.
struct Outcome {
    pools: PoolSet,
    rules: SeatRules,
    alerts: Vec<Alert>,
    /// Names of the license files.
    names: Vec<String>,
    /// Path of the options file.
    options: Option<String>,
}

impl Files {
    /// Reads what is in the folders; a file that cannot be read stays as it was before.
    fn read(
        vendor: &str,
        config: Arc<Config>,
        data: &DataFolder,
        before: (&Installed, &Options),
        verdict: Option<&Verdict>,
        day: Date,
    ) -> io::Result<Self> {
        let installed = Installed::read_again(data, before.0, verdict)?;
        let options = Options::read(data, vendor, &installed, before.1)?;
        Ok(Self {
            config,
            installed: Arc::new(installed),
            options,
            day,
        })
    }

    fn work_out(&self, vendor: &str, data: &DataFolder) -> Outcome {
        let mut pools = self.installed.pools(vendor, &self.config, self.day);
        if self.config.licensing.brings_startup_licenses(vendor) {
            pools.add_built_in(vendor, self.day);
        }
        let logs = LogPlace {
            folder: &data.log(),
            is_on: self.config.licensing.debug_log,
        };
        let (rules, findings) = self.options.bind(&pools, &self.installed, self.day, &logs);
        Outcome {
            names: self
                .installed
                .files
                .iter()
                .map(|file| file.name.clone())
                .collect(),
            options: self.options.path().map(|path| path.display().to_string()),
            alerts: options::alerts(&self.options, &findings),
            rules,
            pools,
        }
    }
}

impl Read {
    fn served(&self) -> ServedSeats<'_> {
        ServedSeats {
            pools: &self.outcome.pools,
            rules: &self.outcome.rules,
            files: &self.outcome.names,
            options: self.outcome.options.as_deref(),
            day: self.files.day,
        }
    }
}

impl Licenses {
    /// Reads the files for the first time and gives pools and rules too. Blocks.
    pub(super) fn open(
        vendor: &str,
        config: &Arc<Config>,
        data: &DataFolder,
        clock: Arc<dyn Clock>,
        log: Arc<DebugLog>,
    ) -> io::Result<(Self, PoolSet, SeatRules)> {
        let day = clock.date(clock.wall());
        let nothing = (&Installed::default(), &Options::default());
        let files = Files::read(vendor, Arc::clone(config), data, nothing, None, day)?;
        let outcome = files.work_out(vendor, data);
        let (pools, rules) = (outcome.pools.clone(), outcome.rules.clone());
        log.follow(Plan::of(config, data, vendor, &rules));
        let licenses = Self {
            vendor: vendor.to_owned(),
            data: data.clone(),
            clock,
            log,
            alerts: watch::Sender::new(outcome.alerts.clone()),
            config: watch::Sender::new(Arc::clone(config)),
            lines: Arc::new(SignedLines::new(vendor, Arc::clone(&files.installed), day)),
            read: Mutex::new(Read { files, outcome }),
        };
        Ok((licenses, pools, rules))
    }

    /// Has the debug log begin: the daemon serves on this port from now on.
    pub(super) async fn say_started(&self, port: u16) {
        let read = self.read.lock().await;
        let host = &read.files.config.host_name;
        debug_log::started(&self.log, &self.vendor, host, port, read.served());
    }

    /// Reads the files again and serves accordingly, by another configuration if there is one. A file that cannot be
    /// read is served as it was.
    ///
    /// # Errors
    /// If the folder cannot be read or the seats refuse; then everything stays as it was.
    pub(super) async fn reread(
        &self,
        config: Option<Arc<Config>>,
        verdict: Option<Verdict>,
        seats: &SeatService,
    ) -> Result<(), Problem> {
        let mut read = self.read.lock().await;
        let config = config.unwrap_or_else(|| Arc::clone(&read.files.config));
        let (data, vendor, day) = (self.data.clone(), self.vendor.clone(), self.today());
        let before = (Arc::clone(&read.files.installed), read.files.options.clone());
        let files = blocking(move || {
            let before = (&*before.0, &before.1);
            Files::read(&vendor, config, &data, before, verdict.as_ref(), day)
        });
        let files = files.await?.map_err(|error| {
            let folder = self.data.licenses();
            let detail = format!("The folder {} cannot be read: {error}.", folder.display());
            Problem::new(ErrorCode::FileOpenFailed, detail)
        })?;
        let before = self.serve(&mut read, files, seats).await?;
        debug_log::reread(&self.log, &before.pools, read.served());
        Ok(())
    }

    /// Sorts the pools again on each new day: what expired makes way for what follows it.
    pub(super) async fn follow_the_days(&self, seats: &SeatService, stopping: CancellationToken) {
        loop {
            tokio::select! {
                () = stopping.cancelled() => return,
                () = tokio::time::sleep(DAY_CHECK) => {}
            }
            let mut read = self.read.lock().await;
            let day = self.today();
            if day != read.files.day {
                let files = Files {
                    day,
                    ..read.files.clone()
                };
                match self.serve(&mut read, files, seats).await {
                    Ok(_) => debug_log::today(&self.log, &read.outcome.pools, day),
                    Err(problem) => tracing::warn!(
                        detail = problem.detail,
                        "the pools of the new day cannot be served yet"
                    ),
                }
            }
        }
    }

    /// What is odd about the options file; none when nothing is.
    pub(super) fn alerts(&self) -> Vec<Alert> {
        self.alerts.borrow().clone()
    }

    /// The signed lines of the files by which is served.
    pub(super) fn lines(&self) -> Arc<SignedLines> {
        Arc::clone(&self.lines)
    }

    /// The configuration by which is served.
    pub(super) fn config(&self) -> Arc<Config> {
        Arc::clone(&self.config.borrow())
    }

    /// Serves by these files; gives what was served before.
    async fn serve(&self, read: &mut Read, files: Files, seats: &SeatService) -> Result<Outcome, Problem> {
        let (vendor, data, worked) = (self.vendor.clone(), self.data.clone(), files.clone());
        let outcome = blocking(move || worked.work_out(&vendor, &data)).await?;
        seats
            .replace_pools(outcome.pools.clone(), outcome.rules.clone())
            .await
            .map_err(|error| error.problem())?;
        self.alerts.send_replace(outcome.alerts.clone());
        self.config.send_replace(Arc::clone(&files.config));
        self.lines.follow(Arc::clone(&files.installed), files.day);
        let plan = Plan::of(&files.config, &self.data, &self.vendor, &outcome.rules);
        self.log.follow(plan);
        tracing::info!(
            vendor = self.vendor,
            pools = outcome.pools.pools.len(),
            day = %files.day,
            "the license files are served as they are now"
        );
        read.files = files;
        Ok(std::mem::replace(&mut read.outcome, outcome))
    }

    fn today(&self) -> Date {
        self.clock.date(self.clock.wall())
    }
}
