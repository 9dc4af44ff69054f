//! Where the contents of uploads come from.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use licensing_api::inventory::PoolStatus;
use licensing_api::management::CeipChoice;
use licensing_api::{ErrorCode, Problem};
use licensing_license_file::license_file::LicenseDate;
use licensing_management::upload::{
    DiagnosticReport, FeatureSample, InstalledLicense, LicenseTypeQuantity, ProductSeen, StatisticsReport,
};
use licensing_management::usage::Hour;
use sha2::{Digest as _, Sha256};

use crate::config::LiveConfig;
use crate::control::{DaemonDirectory, UsageWindow};
use crate::installed::{Installed, InstalledFiles};

/// What is known of the installation, apart from the service's own state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// 16 hexadecimal digits of a hash over the host identities.
    pub hardware_id: String,
    /// Host name that license files are bound to.
    pub host_name: String,
    /// Lines with seats.
    pub licenses: Vec<InstalledLicense>,
    /// Use.
    pub features: Vec<FeatureSample>,
    /// Products.
    pub products: Vec<ProductSeen>,
    /// Most days that are left of a burst; none when there is none.
    pub burst_days_left: Option<u32>,
    /// By how many seconds the wall clock was set.
    pub clock_jump_seconds: i64,
    /// Statistics that name nothing.
    pub statistics: Option<StatisticsReport>,
    /// The diagnostic part.
    pub diagnostic: Option<DiagnosticReport>,
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// First hour.
    pub from: Hour,
    /// First hour after the window.
    pub to: Hour,
    /// Salt of the hashes of names; none when no hashes are wanted.
    pub salt: Option<zeroize::Zeroizing<[u8; 32]>>,
    /// What is wanted beside the compliance part.
    pub ceip: CeipChoice,
}

/// Gives the contents of an upload.
pub trait Source: Send + Sync + 'static {
    /// Reads the window.
    fn read(&self, wanted: Wanted) -> BoxFuture<'_, Result<Contents, Problem>>;

    /// Host name that license files are bound to.
    fn host_name(&self) -> String;

    /// Whether the configuration file switches the service off.
    fn is_forbidden(&self) -> bool;
}

/// The server with its vendor daemons.
pub struct ServerSource {
    /// Settings.
    pub config: LiveConfig,
    /// The vendor daemons.
    pub daemons: DaemonDirectory,
    /// The license files.
    pub installed: InstalledFiles,
}

impl Source for ServerSource {
    fn read(&self, wanted: Wanted) -> BoxFuture<'_, Result<Contents, Problem>> {
        self.contents(wanted).boxed()
    }

    fn host_name(&self) -> String {
        self.config.now().host_name.clone()
    }

    fn is_forbidden(&self) -> bool {
        !self.config.now().management.enabled
    }
}

impl ServerSource {
    async fn contents(&self, wanted: Wanted) -> Result<Contents, Problem> {
        let files = self.installed.clone();
        let installed = tokio::task::spawn_blocking(move || files.read())
            .await
            .map_err(|error| Problem::new(ErrorCode::InternalError, error.to_string()))?
            .map_err(|error| Problem::new(ErrorCode::FileOpenFailed, error.to_string()))?;
        let config = self.config.now();
        let mut contents = Contents {
            hardware_id: hardware_id(&installed, &config.host_name),
            host_name: config.host_name.clone(),
            ..Contents::default()
        };
        let window = UsageWindow {
            from: wanted.from,
            to: wanted.to,
            with_holders: wanted.salt.is_some(),
        };
        let vendors = self.daemons.vendors();
        for daemon in &vendors {
            // A vendor that does not answer fails the whole: an upload without its use would be wrong for ever.
            let mut report = self.daemons.report_usage(&daemon.vendor, &window).await?;
            if let Some(salt) = &wanted.salt {
                add_hashes(&mut report.features, &report.holders, salt);
            }
            contents
                .licenses
                .extend(licenses(&installed, &daemon.vendor, &config));
            contents.features.extend(report.features);
            contents.products.extend(report.products);
            contents.burst_days_left = contents.burst_days_left.max(report.burst_days_left);
            if report.clock_jump_seconds.unsigned_abs() > contents.clock_jump_seconds.unsigned_abs() {
                contents.clock_jump_seconds = report.clock_jump_seconds;
            }
        }
        if wanted.ceip != CeipChoice::None {
            contents.statistics = Some(statistics(&contents));
        }
        if wanted.ceip == CeipChoice::Diagnostic {
            contents.diagnostic = Some(diagnostic(&installed, vendors.len()));
        }
        Ok(contents)
    }
}

fn licenses(
    installed: &Arc<Installed>,
    vendor: &str,
    config: &crate::config::Config,
) -> Vec<InstalledLicense> {
    let today = Timestamp::now().to_zoned(TimeZone::system()).date();
    let mut rows = Vec::new();
    for pool in installed.pools(vendor, config, today).pools {
        if pool.identity.is_built_in() {
            continue;
        }
        for increment in &pool.increments {
            rows.push(InstalledLicense {
                serial_number: increment.serial_number.clone(),
                vendor: pool.identity.vendor.clone(),
                feature: pool.identity.feature.clone(),
                sa_date: pool.identity.version.date().map(|version| version.date),
                version: pool.identity.version.clone(),
                count: increment.count,
                overdraft: increment.overdraft,
                expires: match increment.expires {
                    LicenseDate::Day(day) => Some(day),
                    LicenseDate::Permanent => None,
                },
                license_type: increment.license_type.clone(),
                serving: increment.status(today) == PoolStatus::Serving,
            });
        }
    }
    rows
}

/// A hash over everything that license files can be bound to here, so that it changes when the server moves.
fn hardware_id(installed: &Installed, host_name: &str) -> String {
    let identity = installed.addresses.identity(host_name);
    let mut hash = Sha256::new();
    hash.update(b"licensing hardware 1\n");
    for address in &identity.ethernet_addresses {
        hash.update(address);
    }
    hash.update(host_name.to_lowercase());
    hex::encode(&hash.finalize()[..8])
}

/// 32 hexadecimal digits that nobody without the salt can turn back into a name.
fn name_hash(salt: &[u8; 32], kind: &[u8], name: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(salt)
        .unwrap_or_else(|_| unreachable!("HMAC takes keys of every length"));
    mac.update(kind);
    mac.update(name.to_lowercase().as_bytes());
    hex::encode(&mac.finalize().into_bytes()[..16])
}

fn add_hashes(features: &mut [FeatureSample], holders: &[(String, String, String)], salt: &[u8; 32]) {
    let (mut users, mut devices) = (BTreeMap::new(), BTreeMap::new());
    for (feature, user, device) in holders {
        for (sets, kind, name) in [
            (&mut users, &b"user\n"[..], user),
            (&mut devices, b"device\n", device),
        ] {
            let set: &mut BTreeSet<String> = sets.entry(feature.to_lowercase()).or_default();
            if !name.is_empty() {
                set.insert(name_hash(salt, kind, name));
            }
        }
    }
    for sample in features {
        let of = |sets: &BTreeMap<String, BTreeSet<String>>| {
            sets.get(&sample.feature.to_lowercase())
                .map(|set| set.iter().cloned().collect())
                .unwrap_or_default()
        };
        (sample.user_hashes, sample.device_hashes) = (of(&users), of(&devices));
    }
}

fn statistics(contents: &Contents) -> StatisticsReport {
    let mut types: BTreeMap<String, LicenseTypeQuantity> = BTreeMap::new();
    let mut type_of = BTreeMap::new();
    for license in &contents.licenses {
        let name = license.license_type.clone().unwrap_or_default();
        type_of.insert(license.feature.to_lowercase(), name.clone());
        let quantity = types.entry(name.clone()).or_insert(LicenseTypeQuantity {
            license_type: name,
            installed: 0,
            used_max: 0,
        });
        quantity.installed += u64::from(license.count.unwrap_or(0));
    }
    for sample in &contents.features {
        let name = type_of.get(&sample.feature.to_lowercase());
        if let Some(quantity) = name.and_then(|name| types.get_mut(name)) {
            quantity.used_max += u64::from(sample.count_used_max);
        }
    }
    StatisticsReport {
        license_types: types.into_values().collect(),
    }
}

fn diagnostic(installed: &Installed, daemons: usize) -> DiagnosticReport {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    DiagnosticReport {
        operating_system: std::env::consts::OS.to_owned(),
        architecture: std::env::consts::ARCH.to_owned(),
        processors: std::thread::available_parallelism().map_or(1, |number| count(number.get())),
        license_files: count(installed.files.len()),
        vendor_daemons: count(daemons),
    }
}
