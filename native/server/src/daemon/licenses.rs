//! The license files behind the pools of a daemon, read at the start, on demand, and sorted anew each day.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use licensing_api::{ErrorCode, Problem};
use licensing_core::pool::PoolSet;
use licensing_core::seat::SeatRules;
use licensing_store::{Clock, SeatService};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

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
}

struct Read {
    installed: Arc<Installed>,
    day: Date,
}

impl Licenses {
    /// Reads the files for the first time and gives the pools too. Blocks.
    pub(super) fn open(
        vendor: &str,
        config: &Config,
        data: &DataFolder,
        clock: Arc<dyn Clock>,
    ) -> std::io::Result<(Self, PoolSet)> {
        let installed = Installed::read(data)?;
        let day = clock.date(clock.wall());
        let pools = installed.pools(vendor, config, day);
        let licenses = Self {
            vendor: vendor.to_owned(),
            config: config.clone(),
            data: data.clone(),
            clock,
            read: Mutex::new(Read {
                installed: Arc::new(installed),
                day,
            }),
        };
        Ok((licenses, pools))
    }

    /// Reads the files again and serves accordingly. A file that cannot be read is served as it was.
    ///
    /// # Errors
    /// If the folder cannot be read or the seats refuse; then everything stays as it was.
    pub(super) async fn reread(&self, seats: &SeatService) -> Result<(), Problem> {
        let mut read = self.read.lock().await;
        let (data, before) = (self.data.clone(), Arc::clone(&read.installed));
        let installed = tokio::task::spawn_blocking(move || Installed::read_again(&data, &before)).await;
        let unreadable = |error: &dyn std::fmt::Display| {
            let folder = self.data.licenses();
            Problem::new(
                ErrorCode::FileOpenFailed,
                format!("The folder {} cannot be read: {error}.", folder.display()),
            )
        };
        let installed = installed
            .map_err(|error| unreadable(&error))?
            .map_err(|error| unreadable(&error))?;
        self.serve(&mut read, Arc::new(installed), seats).await
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
                let installed = Arc::clone(&read.installed);
                if let Err(problem) = self.serve(&mut read, installed, seats).await {
                    tracing::warn!(
                        detail = problem.detail,
                        "the pools of the new day cannot be served yet"
                    );
                }
            }
        }
    }

    async fn serve(
        &self,
        read: &mut Read,
        installed: Arc<Installed>,
        seats: &SeatService,
    ) -> Result<(), Problem> {
        let day = self.today();
        let (vendor, config, files) = (self.vendor.clone(), self.config.clone(), Arc::clone(&installed));
        let pools = tokio::task::spawn_blocking(move || files.pools(&vendor, &config, day))
            .await
            .map_err(|error| Problem::new(ErrorCode::UnknownError, error.to_string()))?;
        let number = pools.pools.len();
        seats
            .replace_pools(pools, SeatRules::default())
            .await
            .map_err(|error| error.problem())?;
        tracing::info!(vendor = self.vendor, pools = number, %day, "the license files are served as they are now");
        *read = Read { installed, day };
        Ok(())
    }

    fn today(&self) -> Date {
        self.clock.date(self.clock.wall())
    }
}
