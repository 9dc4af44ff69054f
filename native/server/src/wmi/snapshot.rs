//! The rows that are given out, taken again only after a while: however often clients ask, the vendor daemons are asked
//! once in that time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use licensing_api::inventory::InventoryRow;
use licensing_texts::catalog::{self, Locale};
use licensing_wsman::{Class, Namespace, Schema, Snapshot, SnapshotProblem, Source, SourceError, Table};
use tokio::sync::Mutex;

use super::classes::{self, SCHEMA};
use super::rows::{ServerFacts, Tables};
use crate::blocking::blocking;
use crate::config::LiveConfig;
use crate::control::DaemonDirectory;
use crate::installed::InstalledFiles;

/// Account under which the daemons are asked; their records show it.
const ACTOR: &str = "WS-Management";

/// How long a failure is repeated before the daemons are asked again.
const FAILURE: Duration = Duration::from_secs(1);

/// How long the rows of the other daemons are given before one that is down is asked again. It may take seconds to find
/// out that it is still down.
const INCOMPLETE: Duration = Duration::from_secs(5);

/// Pools and lines as they were a short while ago.
pub(super) struct Pools {
    pub(super) config: LiveConfig,
    pub(super) installed: InstalledFiles,
    pub(super) daemons: DaemonDirectory,
    pub(super) started: Timestamp,
    pub(super) licensing_port: u16,
    pub(super) web_services_port: u16,
    pub(super) taken: Mutex<Option<Taken>>,
}

/// What was taken last, and when.
type Taken = (Instant, Result<Arc<Tables>, String>);

impl Pools {
    /// The tables, taken again if they are too old. Whoever comes meanwhile waits for the same.
    async fn tables(&self) -> Result<Arc<Tables>, SourceError> {
        let mut last = self.taken.lock().await;
        let refresh = Duration::from_secs(u64::from(self.config.now().wsman.refresh_seconds));
        let known = last.as_ref().filter(|(at, taken)| {
            let lasts = match taken {
                Ok(tables) if tables.snapshot.problems.is_empty() => refresh,
                Ok(_) => refresh.min(INCOMPLETE),
                Err(_) => FAILURE,
            };
            at.elapsed() < lasts
        });
        if let Some((_, taken)) = known {
            return taken.clone().map_err(SourceError::Unavailable);
        }
        let taken = self.take().await;
        if let Err(reason) = &taken {
            tracing::warn!(reason, "the pools cannot be shown over WS-Management");
        }
        *last = Some((Instant::now(), taken.clone()));
        taken.map_err(SourceError::Unavailable)
    }

    async fn take(&self) -> Result<Arc<Tables>, String> {
        let config = self.config.now();
        let as_of = Timestamp::now();
        let (pools, problems) = self.inventory().await?;
        let server = ServerFacts {
            host_name: config.host_name.clone(),
            licensing_port: self.licensing_port,
            web_services_port: self.web_services_port,
            started: self.started,
            refresh_seconds: config.wsman.refresh_seconds,
            snapshot: Arc::new(Snapshot {
                taken: as_of,
                problems,
            }),
        };
        let installed = self.installed.clone();
        let tables = blocking(move || {
            let installed = installed.read()?;
            std::io::Result::Ok(Tables::new(&pools, &installed, &server))
        })
        .await
        .map_err(|problem| problem.detail)?
        .map_err(|error| format!("The license folder cannot be read: {error}."))?;
        Ok(Arc::new(tables))
    }

    /// The pools of all vendors, and one problem for each daemon that does not answer; only when none answers, the whole
    /// fails.
    async fn inventory(&self) -> Result<(Vec<InventoryRow>, Vec<SnapshotProblem>), String> {
        let answers = self.daemons.inventories(ACTOR).await;
        let asked = answers.len();
        let (mut pools, mut problems) = (Vec::new(), Vec::new());
        for (vendor, answer) in answers {
            match answer {
                Ok(rows) => pools.extend(rows),
                Err(problem) => problems.push(SnapshotProblem {
                    code: problem.code.name().to_owned(),
                    text: format!(
                        "The vendor daemon {vendor} does not answer, its pools are missing: {}",
                        problem.detail
                    ),
                }),
            }
        }
        for problem in &problems {
            tracing::warn!(problem.text, "pools are missing over WS-Management");
        }
        if let Some(problem) = problems.first().filter(|_| problems.len() == asked) {
            return Err(problem.text.clone());
        }
        for pool in &mut pools {
            catalog::localize(pool, Locale::ENGLISH);
        }
        Ok((pools, problems))
    }
}

impl Source for Pools {
    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    async fn rows(&self, _: &'static Namespace, class: &'static Class) -> Result<Table, SourceError> {
        let tables = self.tables().await?;
        let table = match class.name {
            name if name == classes::CITRIX_POOL.name => &tables.citrix_pools,
            name if name == classes::CITRIX_LICENSE.name => &tables.citrix_licenses,
            name if name == classes::CITRIX_SERVER.name => &tables.citrix_server,
            name if name == classes::POOL.name => &tables.pools,
            name if name == classes::LICENSE.name => &tables.licenses,
            name if name == classes::SERVER.name => &tables.server,
            name => return Err(SourceError::Unavailable(format!("The class {name} has no rows."))),
        };
        Ok(table.clone().of(Arc::clone(&tables.snapshot)))
    }

    fn vendor(&self) -> &str {
        "Licensing Services"
    }

    fn version(&self) -> &str {
        env!("CARGO_PKG_VERSION")
    }
}
