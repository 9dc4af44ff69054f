//! All vendor daemons of this server.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};
use licensing_api::alert::{Alert, AlertCode};
use licensing_api::server::{DaemonState, VendorDaemon};
use licensing_api::{ErrorCode, Problem};
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::watch;

use super::license_scan::{self, NamedVendor, Scan};
use super::ports::{self, GivenPorts};
use super::supervisor::{Launch, Supervisor};
use crate::config::{DataFolder, LiveConfig};
use crate::control::{
    ChangedFiles, ControlClient, DaemonGateway, DaemonHealth, DaemonSettings, ManagerRequest, ProductToken,
    daemon_down,
};
use crate::installed::InstalledFiles;
use crate::product_access::ProductAccess;

/// Most tokens that open the licensing ports.
const PRODUCT_TOKENS: usize = 10_000;

/// The daemons and what they are started with. Cloning gives another handle on the same.
#[derive(Clone)]
pub(super) struct Daemons {
    shared: Arc<Shared>,
}

struct Shared {
    config: LiveConfig,
    data: DataFolder,
    installed: InstalledFiles,
    executable: PathBuf,
    /// By name in capitals.
    running: Mutex<BTreeMap<String, Supervisor>>,
    complaints: Mutex<Vec<String>>,
    /// Why no license that is locked to an address of the machine is served.
    no_interfaces: Mutex<Option<String>>,
    tokens: Arc<Mutex<Vec<ProductToken>>>,
    access: Arc<ProductAccess>,
    changes: watch::Sender<u64>,
    rereading: tokio::sync::Mutex<bool>,
    ports: Mutex<GivenPorts>,
}

impl Daemons {
    /// No daemon yet.
    ///
    /// # Errors
    /// When the record of the ports that daemons were given cannot be read.
    pub(super) fn new(
        config: LiveConfig,
        data: DataFolder,
        installed: InstalledFiles,
        executable: PathBuf,
        access: Arc<ProductAccess>,
    ) -> std::io::Result<Self> {
        let ports = Mutex::new(GivenPorts::open(&data)?);
        Ok(Self {
            shared: Arc::new(Shared {
                access,
                ports,
                config,
                installed,
                data,
                executable,
                running: Mutex::default(),
                complaints: Mutex::default(),
                no_interfaces: Mutex::default(),
                tokens: Arc::default(),
                changes: watch::channel(0).0,
                rereading: tokio::sync::Mutex::new(true),
            }),
        })
    }

    /// Who may use the licensing ports, as the daemons know it.
    pub(super) fn access(&self) -> &Arc<ProductAccess> {
        &self.shared.access
    }

    /// Tells when the status of a daemon changes.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.shared.changes.subscribe()
    }

    fn running(&self) -> MutexGuard<'_, BTreeMap<String, Supervisor>> {
        self.shared.running.lock()
    }

    /// Brings the daemons in line with the license files; those that stay read them again.
    async fn reread(&self) -> Result<(), Problem> {
        let rereading = self.shared.rereading.lock().await;
        if !*rereading {
            return Err(Problem::new(
                ErrorCode::ServerStopping,
                "The daemons are being stopped.",
            ));
        }
        let scan = self.scan().await?;
        for complaint in &scan.complaints {
            tracing::warn!(complaint, "a part of the license files is not used");
        }
        self.shared.complaints.lock().clone_from(&scan.complaints);
        if let Some(why) = &scan.no_interfaces {
            tracing::warn!(
                why,
                "licenses that are locked to an address of this machine are not served"
            );
        }
        self.shared.no_interfaces.lock().clone_from(&scan.no_interfaces);
        for ended in self.stop_where(|key, supervisor| !self.is_wanted(key, supervisor, &scan)) {
            // A panic in there is reported by its own message.
            let _ = ended.await;
        }
        let changed = ChangedFiles {
            config: Some((*self.shared.config.now()).clone()),
            verdict: self.shared.installed.verdict(),
        };
        let changed = serde_json::to_vec(&changed)
            .map_err(|error| Problem::new(ErrorCode::UnknownError, error.to_string()))?;
        let staying: Vec<_> = self.running().values().map(Supervisor::control).collect();
        let starting = self.start_missing(&scan.vendors)?;
        // Whoever is down reads the files at its next start anyhow.
        let answers = join_all(staying.into_iter().flatten().map(|control| {
            let changed = changed.clone();
            async move { control.tell(ManagerRequest::Reread, changed).await }
        }));
        let (answers, _) = tokio::join!(answers, join_all(starting));
        answers.into_iter().collect()
    }

    async fn scan(&self) -> Result<Scan, Problem> {
        let installed = self.shared.installed.clone();
        let always = self.shared.config.now().licensing.startup_vendors.clone();
        let unreadable = |error: &dyn std::fmt::Display| {
            let folder = self.shared.data.licenses();
            let detail = format!("The folder {} cannot be read: {error}.", folder.display());
            Problem::new(ErrorCode::FileOpenFailed, detail)
        };
        let scan = tokio::task::spawn_blocking(move || {
            let installed = installed.read()?;
            std::io::Result::Ok(license_scan::scan(&installed, &always))
        });
        scan.await
            .map_err(|error| unreadable(&error))?
            .map_err(|error| unreadable(&error))
    }

    fn is_wanted(&self, key: &str, supervisor: &Supervisor, scan: &Scan) -> bool {
        let Some(vendor) = scan
            .vendors
            .iter()
            .find(|vendor| vendor.name.to_ascii_uppercase() == key)
        else {
            return false;
        };
        // A daemon that got its port by order keeps it; a port that is written down must be the one it has.
        ports::written(&self.shared.config.now().licensing, vendor)
            .is_none_or(|port| port == supervisor.wanted_port)
    }

    fn start_missing(
        &self,
        vendors: &[NamedVendor],
    ) -> Result<Vec<impl Future<Output = ()> + use<>>, Problem> {
        let mut running = self.running();
        let mut starting = Vec::new();
        for vendor in vendors {
            let key = vendor.name.to_ascii_uppercase();
            if running.contains_key(&key) {
                continue;
            }
            let written = vendors.iter().filter_map(|vendor| vendor.port);
            let taken = running
                .values()
                .map(|supervisor| supervisor.wanted_port)
                .chain(written)
                .collect();
            let config = self.shared.config.now();
            let port = self
                .shared
                .ports
                .lock()
                .choose(&config.licensing, vendor, &taken)
                .map_err(|error| {
                    let detail = format!("The port of {} cannot be recorded: {error}.", vendor.name);
                    Problem::new(ErrorCode::StorageUnavailable, detail).about(&*vendor.name)
                })?;
            let supervisor = self.start(vendor, port);
            starting.push(supervisor.first_attempt());
            running.insert(key, supervisor);
        }
        Ok(starting)
    }

    fn start(&self, vendor: &NamedVendor, port: u16) -> Supervisor {
        let shared = &self.shared;
        let (config, data, name) = (shared.config.clone(), shared.data.clone(), vendor.name.clone());
        let tokens = Arc::clone(&shared.tokens);
        let settings = move |port, any_port_will_do, control_secret| DaemonSettings {
            vendor: name.clone(),
            data: data.root().to_owned(),
            config: (*config.now()).clone(),
            port,
            any_port_will_do,
            control_secret,
            product_tokens: tokens.lock().clone(),
        };
        let launch = Launch {
            executable: shared.executable.clone(),
            vendor: vendor.name.clone(),
            port,
            drain: shared.config.now().limits.drain(),
            settings: Box::new(settings),
        };
        let changes = shared.changes.clone();
        Supervisor::start(
            launch,
            Arc::new(move || changes.send_modify(|number| *number += 1)),
        )
    }

    fn stop_where(&self, is_over: impl Fn(&str, &Supervisor) -> bool) -> Vec<tokio::task::JoinHandle<()>> {
        let mut running = self.running();
        let over: Vec<_> = running
            .iter()
            .filter(|(key, supervisor)| is_over(key, supervisor))
            .map(|(key, _)| key.clone())
            .collect();
        over.into_iter()
            .filter_map(|key| running.remove(&key))
            .map(Supervisor::stop)
            .collect()
    }

    /// Ends all daemons and waits for it; none is started afterwards.
    pub(super) async fn stop(&self) {
        *self.shared.rereading.lock().await = false;
        join_all(self.stop_where(|_, _| true)).await;
    }

    /// Has every running daemon carry out a manager request.
    pub(super) async fn tell_all(&self, asked: ManagerRequest, request: &[u8]) -> Result<(), Problem> {
        let controls: Vec<_> = self
            .running()
            .values()
            .filter_map(|supervisor| supervisor.control().ok())
            .collect();
        let answers = join_all(controls.into_iter().map(|control| {
            let request = request.to_vec();
            async move { control.tell(asked, request).await }
        }));
        answers.await.into_iter().collect()
    }

    fn control(&self, vendor: &str) -> Result<ControlClient, Problem> {
        match self.running().get(&vendor.to_ascii_uppercase()) {
            Some(supervisor) => supervisor.control(),
            None => Err(daemon_down(vendor, "no license file names it")),
        }
    }

    fn own_alerts(&self) -> Vec<Alert> {
        let mut alerts = Vec::new();
        for supervisor in self.running().values() {
            let status = supervisor.status();
            // One that failed is down while it is started again, too; the reason goes when it serves.
            let is_down = match status.daemon.state {
                DaemonState::BackOff => true,
                DaemonState::Starting => !status.reason.is_empty(),
                DaemonState::Running | DaemonState::Stopped => false,
            };
            if is_down {
                let detail = format!(
                    "{}: {}.",
                    status.daemon.vendor,
                    status.reason.trim_end_matches('.')
                );
                alerts.push(
                    Alert::new(AlertCode::VendorDaemonDown)
                        .saying(detail)
                        .about(status.daemon.vendor),
                );
            }
        }
        if let Some(why) = &*self.shared.no_interfaces.lock() {
            alerts.push(Alert::new(AlertCode::NetworkInterfacesUnreadable).saying(why));
        }
        for complaint in self.shared.complaints.lock().iter() {
            alerts.push(
                Alert::new(AlertCode::LicenseFileNotUsed)
                    .saying(format!("{complaint}."))
                    .about(complaint),
            );
        }
        alerts
    }
}

impl DaemonGateway for Daemons {
    fn vendors(&self) -> Vec<VendorDaemon> {
        let mut daemons: Vec<_> = self
            .running()
            .values()
            .map(|supervisor| supervisor.status().daemon)
            .collect();
        // A product that names no vendor takes the first one. It means the one whose seats were installed, not one that
        // runs for its start-up license alone.
        let config = self.shared.config.now();
        daemons.sort_by_key(|daemon| {
            (
                config.licensing.brings_startup_licenses(&daemon.vendor),
                daemon.port,
            )
        });
        daemons
    }

    fn execute<'a>(
        &'a self,
        vendor: &'a str,
        operation: &'a str,
        request: Vec<u8>,
        actor: &'a str,
        time_limit: Duration,
    ) -> BoxFuture<'a, Result<Vec<u8>, Problem>> {
        async move {
            let control = self.control(vendor)?;
            control.ask(operation, request, actor, time_limit).await
        }
        .boxed()
    }

    fn reread(&self) -> BoxFuture<'_, Result<(), Problem>> {
        Self::reread(self).boxed()
    }

    fn set_product_tokens(&self, tokens: Vec<ProductToken>) -> BoxFuture<'_, Result<(), Problem>> {
        async move {
            if tokens.len() > PRODUCT_TOKENS {
                let detail = format!(
                    "There may be {PRODUCT_TOKENS} product tokens, not {}.",
                    tokens.len()
                );
                return Err(Problem::new(ErrorCode::InvalidRequest, detail));
            }
            let request = serde_json::to_vec(&tokens)
                .map_err(|error| Problem::new(ErrorCode::InvalidRequest, error.to_string()))?;
            self.shared.access.set_tokens(&tokens);
            *self.shared.tokens.lock() = tokens;
            self.tell_all(ManagerRequest::SetProductTokens, &request).await
        }
        .boxed()
    }

    fn alerts(&self) -> BoxFuture<'_, Vec<Alert>> {
        async move {
            let mut alerts = self.own_alerts();
            let controls: Vec<_> = self
                .running()
                .values()
                .filter_map(|supervisor| supervisor.control().ok())
                .collect();
            let answers = join_all(controls.iter().map(|control| {
                let asked = ManagerRequest::Health;
                control.ask(asked.name(), Vec::new(), "", asked.time_limit())
            }));
            for answer in answers.await {
                let health = answer.and_then(|answer| {
                    serde_json::from_slice::<DaemonHealth>(&answer)
                        .map_err(|error| Problem::new(ErrorCode::UnknownError, error.to_string()))
                });
                match health {
                    Ok(health) => alerts.extend(health.alerts),
                    Err(problem) => alerts.push(
                        Alert::new(AlertCode::VendorDaemonDown)
                            .saying(problem.detail)
                            .advise(problem.action)
                            .about(problem.target),
                    ),
                }
            }
            alerts
        }
        .boxed()
    }
}
