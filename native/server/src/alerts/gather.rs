//! Where alerts come from: the parts of the server, and the rules over licenses, seats and the machine.

use std::path::Path;
use std::sync::Arc;

use jiff::{Timestamp, Zoned};
use licensing_api::Problem;
use licensing_api::alert::{Alert, AlertCode};
use licensing_api::inventory::InventoryRow;
use licensing_delivery::MailConfig;
use licensing_management::alert::{Machine, SerialPlace, Thresholds, of_licenses, of_machine};
use licensing_net::tls::ServerCertificate;

use crate::blocking::blocking;
use crate::config::{Config, DataFolder, LiveConfig};
use crate::control::DaemonDirectory;
use crate::installed::{Installed, InstalledFiles};
use crate::license_folder::LicenseFolder;
use crate::management::ManagementService;

/// What is asked about alerts. Cloning gives another handle on the same.
#[derive(Clone)]
pub struct AlertSources {
    /// Settings.
    pub config: LiveConfig,
    /// Where everything is kept.
    pub data: DataFolder,
    /// The vendor daemons.
    pub daemons: DaemonDirectory,
    /// The license files as they were read.
    pub installed: InstalledFiles,
    /// The license folder.
    pub licenses: LicenseFolder,
    /// The license management service.
    pub management: ManagementService,
    /// The certificate of the server.
    pub certificate: Arc<ServerCertificate>,
}

/// What holds now.
pub(super) struct Gathered {
    pub(super) alerts: Vec<Alert>,
    /// The pools that the alerts are about.
    pub(super) pools: Arc<Vec<InventoryRow>>,
    /// Whether all that know of seats have answered.
    pub(super) answered: bool,
}

impl AlertSources {
    /// Every alert that holds now.
    pub(super) async fn gather(&self) -> Gathered {
        let mut alerts = self.daemons.alerts().await;
        alerts.extend(self.licenses.alerts().await);
        alerts.extend(self.management.alerts());
        alerts.extend(self.certificate.alerts(Timestamp::now()));
        let config = self.config.now();
        let (pools, answered) = self.pools().await;
        let pools = Arc::new(pools);
        match self.of_files(Arc::clone(&pools), thresholds(&config)).await {
            Ok(found) => alerts.extend(found),
            Err(problem) => alerts.push(
                Alert::new(AlertCode::LicenseFolderUnreadable)
                    .saying(problem.detail)
                    .advise(problem.action),
            ),
        }
        Gathered {
            alerts,
            pools,
            answered,
        }
    }

    /// The mail server to send by.
    pub fn mail(&self) -> MailConfig {
        let mut mail = self.config.now().mail.clone();
        mail.password_file = self.data.root().join(&mail.password_file);
        mail
    }

    /// The pools of every vendor whose daemon answers, and whether all did; that one does not is an alert of its own.
    async fn pools(&self) -> (Vec<InventoryRow>, bool) {
        let (mut pools, mut answered) = (Vec::new(), true);
        for (_, answer) in self.daemons.inventories("").await {
            match answer {
                Ok(rows) => pools.extend(rows),
                Err(_) => answered = false,
            }
        }
        (pools, answered)
    }

    async fn of_files(
        &self,
        pools: Arc<Vec<InventoryRow>>,
        thresholds: Thresholds,
    ) -> Result<Vec<Alert>, Problem> {
        let (installed, data) = (self.installed.clone(), self.data.clone());
        blocking(move || {
            let serials = installed
                .read()
                .map(|installed| serials(&installed))
                .map_err(|error| {
                    let detail = format!("The license folder cannot be read: {error}.");
                    Problem::new(licensing_api::ErrorCode::StorageUnavailable, detail)
                })?;
            let mut alerts = of_licenses(&pools, &serials, &thresholds, Zoned::now().date());
            let machine = Machine {
                disk_free: free_bytes(data.root()),
            };
            alerts.extend(of_machine(machine, &thresholds));
            alerts.extend(data.exposure());
            Ok(alerts)
        })
        .await?
    }
}

/// From when on something is worth an alert.
pub(crate) fn thresholds(config: &Config) -> Thresholds {
    Thresholds {
        nearly_out_percent: config.alerts.nearly_out_percent,
        nearly_out_features: config.alerts.nearly_out_features.clone(),
        disk_free_mib: config.alerts.disk_free_mib,
    }
}

/// Serial numbers of all lines that grant seats.
fn serials(installed: &Installed) -> Vec<SerialPlace> {
    let of_file = |file: &Arc<crate::installed::InstalledLicenseFile>| {
        let name = file.name.clone();
        let lines: Vec<SerialPlace> = file
            .file
            .increments()
            .filter_map(|(_, increment)| {
                let license = &increment.license;
                let serial = license.attribute("SN")?.value.as_ref()?;
                Some(SerialPlace {
                    serial: serial.text.clone(),
                    feature: license.feature.value.clone(),
                    file: name.clone(),
                })
            })
            .collect();
        lines
    };
    installed.files.iter().flat_map(of_file).collect()
}

/// Bytes that are free on the disk of a folder; none where that cannot be known.
#[cfg(unix)]
pub(crate) fn free_bytes(folder: &Path) -> Option<u64> {
    let figures = rustix::fs::statvfs(folder).ok()?;
    Some(figures.f_bavail.saturating_mul(figures.f_frsize))
}

/// Bytes that are free on the disk of a folder; none where that cannot be known.
#[cfg(not(unix))]
pub(crate) fn free_bytes(_: &Path) -> Option<u64> {
    None
}
