//! The license files and the options file behind the pools of a daemon, read at the start, on demand, and sorted anew each day.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use licensing_api::alert::Alert;
use licensing_api::{ErrorCode, Problem};
use licensing_core::pool::PoolSet;
use licensing_core::seat::SeatRules;
use licensing_store::{Clock, SeatService};
use tokio::sync::{Mutex, watch};
use tokio_util::sync::CancellationToken;

use super::options::{self, Options};
use crate::config::{Config, DataFolder};
use crate::installed::Installed;

/// How often it is looked whether a new day has begun. A jump of the clock is noticed as well.
const DAY_CHECK: Duration = Duration::from_secs(30);

/// The license files of a daemon.
pub(super) struct Licenses {
    vendor: String,
    config: Config,
    data: DataFolder,
    clock: Arc<dyn Clock>,
    read: Mutex<Read>,
    /// What is odd about the options file.
    alert: watch::Sender<Option<Alert>>,
}

#[derive(Clone)]
struct Read {
    installed: Arc<Installed>,
    options: Option<Arc<Options>>,
    day: Date,
}

impl Read {
    /// Pools and rules of the day, and the alert about the options file.
    fn work_out(&self, vendor: &str, config: &Config) -> (PoolSet, SeatRules, Option<Alert>) {
        let pools = self.installed.pools(vendor, config, self.day);
        let Some(options) = &self.options else {
            return (pools, SeatRules::default(), None);
        };
        let (rules, findings) = options.bind(&pools, &self.installed, self.day);
        let alert = options::tell(options.path(), &findings);
        (pools, rules, alert)
    }
}

impl Licenses {
    /// Reads the files for the first time and gives pools and rules too. Blocks.
    pub(super) fn open(
        vendor: &str,
        config: &Config,
        data: &DataFolder,
        clock: Arc<dyn Clock>,
    ) -> std::io::Result<(Self, PoolSet, SeatRules)> {
        let installed = Arc::new(Installed::read(data)?);
        let options = Options::read(data, vendor, &installed)?.map(Arc::new);
        let day = clock.date(clock.wall());
        let read = Read {
            installed,
            options,
            day,
        };
        let (pools, rules, alert) = read.work_out(vendor, config);
        let licenses = Self {
            vendor: vendor.to_owned(),
            config: config.clone(),
            data: data.clone(),
            clock,
            read: Mutex::new(read),
            alert: watch::Sender::new(alert),
        };
        Ok((licenses, pools, rules))
    }

    /// Reads the files again and serves accordingly. A file that cannot be read is served as it was.
    ///
    /// # Errors
    /// If the folder cannot be read or the seats refuse; then everything stays as it was.
    pub(super) async fn reread(&self, seats: &SeatService) -> Result<(), Problem> {
        let mut read = self.read.lock().await;
        let (data, before) = (self.data.clone(), Arc::clone(&read.installed));
        let vendor = self.vendor.clone();
        let found = tokio::task::spawn_blocking(move || {
            let installed = Installed::read_again(&data, &before)?;
            let options = Options::read(&data, &vendor, &installed)?;
            std::io::Result::Ok((installed, options))
        })
        .await;
        let unreadable = |error: &dyn std::fmt::Display| {
            let folder = self.data.licenses();
            Problem::new(
                ErrorCode::FileOpenFailed,
                format!("The folder {} cannot be read: {error}.", folder.display()),
            )
        };
        let (installed, options) = found
            .map_err(|error| unreadable(&error))?
            .map_err(|error| unreadable(&error))?;
        let next = Read {
            installed: Arc::new(installed),
            options: options.map(Arc::new),
            day: self.today(),
        };
        self.serve(&mut read, next, seats).await
    }

    /// Sorts the pools anew on each new day: what expired makes way for what follows it.
    pub(super) async fn follow_the_days(&self, seats: &SeatService, stopping: CancellationToken) {
        loop {
            tokio::select! {
                () = stopping.cancelled() => return,
                () = tokio::time::sleep(DAY_CHECK) => {}
            }
            let mut read = self.read.lock().await;
            if self.today() != read.day {
                let next = Read {
                    day: self.today(),
                    ..read.clone()
                };
                if let Err(problem) = self.serve(&mut read, next, seats).await {
                    tracing::warn!(
                        detail = problem.detail,
                        "the pools of the new day cannot be served yet"
                    );
                }
            }
        }
    }

    /// What is odd about the options file; none when nothing is.
    pub(super) fn alert(&self) -> Option<Alert> {
        self.alert.borrow().clone()
    }

    async fn serve(&self, read: &mut Read, next: Read, seats: &SeatService) -> Result<(), Problem> {
        let (vendor, config, files) = (self.vendor.clone(), self.config.clone(), next.clone());
        let (pools, rules, alert) = tokio::task::spawn_blocking(move || files.work_out(&vendor, &config))
            .await
            .map_err(|error| Problem::new(ErrorCode::UnknownError, error.to_string()))?;
        let number = pools.pools.len();
        seats
            .replace_pools(pools, rules)
            .await
            .map_err(|error| error.problem())?;
        self.alert.send_replace(alert);
        tracing::info!(vendor = self.vendor, pools = number, day = %next.day, "the license files are served as they are now");
        *read = next;
        Ok(())
    }

    fn today(&self) -> Date {
        self.clock.date(self.clock.wall())
    }
}
