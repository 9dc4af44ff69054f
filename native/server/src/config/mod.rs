//! The configuration file, the environment over it, and the folders of the data.

mod data_folder;
mod limits;
mod live;
mod template;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use licensing_seats::seat::BurstTerms;
use serde::{Deserialize, Serialize};

pub use data_folder::DataFolder;
pub use limits::LimitsConfig;
pub use live::{LiveConfig, Reloaded};
pub use template::{ConfigChoices, config_text};

/// Prefix of the environment variables that override the file: `LICENSINGD_LICENSING__PORT=27001`.
pub const ENVIRONMENT_PREFIX: &str = "LICENSINGD_";

/// Variables of that prefix that are command-line arguments, not settings.
const ARGUMENT_VARIABLES: &[&str] = &["data", "config"];

/// Days that a setting may say.
const DAYS: RangeInclusive<u32> = 1..=3650;

/// Everything an administrator can set. Unknown names are errors, so that a misspelled setting is never ignored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Name that license files are bound to and the certificate is made out to; the machine's own name by default.
    pub host_name: String,
    /// The licensing ports.
    pub licensing: LicensingConfig,
    /// The web services.
    pub web: WebConfig,
    /// Bounds of every port.
    pub limits: LimitsConfig,
    /// What is logged.
    pub log: LogConfig,
}

/// Settings of the manager and the vendor daemons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LicensingConfig {
    /// Address that manager and vendor daemons listen on.
    pub listen: IpAddr,
    /// Port of the manager; 0 takes any free one.
    pub port: u16,
    /// Port of the first vendor daemon, the others follow; 0 takes any free one for each.
    pub vendor_port: u16,
    /// Ports of certain vendors. They come before the `PORT=` of a VENDOR line, and that before `vendor_port`.
    pub vendor_ports: BTreeMap<String, u16>,
    /// Seconds between the heartbeats that products are asked for.
    pub heartbeat_seconds: u32,
    /// Seconds without a heartbeat after which a lease ends.
    pub lifetime_seconds: u32,
    /// Vendors whose increments are served although their signatures cannot be verified. Raises a standing alert.
    pub accept_unverified: BTreeSet<String>,
    /// Vendors whose increments count apart when their vendor strings differ.
    pub vendor_string_pools: BTreeSet<String>,
    /// Whether `DOMAIN\name` and `name@domain` are the same user as `name`.
    pub fold_domains: bool,
    /// Days that the assignment of a seat to a user or device lasts after its last use, where the license says nothing.
    pub assignment_days: u32,
    /// Vendors whose products find their server before any license file is installed: their daemons always run, and
    /// bring the start-up and the diagnostics license.
    pub startup_vendors: BTreeSet<String>,
    /// Who may use the licensing ports without a product token or client certificate.
    pub anonymous: AnonymousAccess,
    /// PEM file with the authorities whose client certificates open the licensing ports, in the data folder unless the
    /// path is absolute; empty: no certificate does.
    pub client_ca: PathBuf,
    /// Vendors whose requests are granted for a time although all seats of a feature are out: those whose terms allow
    /// it. Raises a standing alert.
    pub burst: BTreeSet<String>,
    /// Days that this lasts from the first such grant on.
    pub burst_days: u32,
    /// Days from its end until it may happen again.
    pub burst_rearm_days: u32,
    /// Whether each vendor daemon writes its debug log, `log/<VENDOR>.log` in the data folder.
    pub debug_log: bool,
}

/// Who may use the licensing ports without a product token or client certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnonymousAccess {
    /// Nobody.
    Never,
    /// Whoever connects from the machine itself.
    Loopback,
    /// Everybody who can connect.
    Always,
}

/// Settings of the web services.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebConfig {
    /// Address they listen on.
    pub listen: IpAddr,
    /// Port; 0 takes any free one.
    pub port: u16,
    /// Further names and addresses that a certificate made by the server is made out to.
    pub certificate_names: Vec<String>,
    /// Whether `/metrics` is shown to everybody who can connect, without credentials.
    pub anonymous_metrics: bool,
}

/// Settings of the log, which goes to the standard error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// Filter such as `info` or `info,licensing_server=debug`; the variable `RUST_LOG` comes before it.
    pub level: String,
    /// One JSON object for each line.
    pub json: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            host_name: gethostname::gethostname().to_string_lossy().into_owned(),
            licensing: LicensingConfig::default(),
            web: WebConfig::default(),
            limits: LimitsConfig::default(),
            log: LogConfig::default(),
        }
    }
}

impl Default for LicensingConfig {
    fn default() -> Self {
        Self {
            listen: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 27000,
            vendor_port: 7279,
            vendor_ports: BTreeMap::new(),
            heartbeat_seconds: 300,
            lifetime_seconds: 900,
            accept_unverified: BTreeSet::new(),
            vendor_string_pools: BTreeSet::from(["CITRIX".to_owned()]),
            fold_domains: true,
            assignment_days: 90,
            startup_vendors: BTreeSet::from(["CITRIX".to_owned()]),
            anonymous: AnonymousAccess::Loopback,
            client_ca: PathBuf::new(),
            burst: BTreeSet::from(["CITRIX".to_owned()]),
            burst_days: 15,
            burst_rearm_days: 180,
            debug_log: false,
        }
    }
}

impl Default for WebConfig {
    fn default() -> Self {
        Self {
            listen: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 8083,
            certificate_names: Vec::new(),
            anonymous_metrics: false,
        }
    }
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            level: "info".to_owned(),
            json: false,
        }
    }
}

impl LicensingConfig {
    /// Whether increments of this vendor are served although nobody can verify their signatures.
    pub fn accepts_unverified(&self, vendor: &str) -> bool {
        names(&self.accept_unverified, vendor)
    }

    /// How requests are granted although all seats are out; none when they never are.
    pub fn burst_terms(&self, vendor: &str) -> Option<BurstTerms> {
        let days = |days: u32| Duration::from_secs(u64::from(days) * 24 * 60 * 60);
        names(&self.burst, vendor).then(|| BurstTerms {
            lasts: days(self.burst_days),
            rearm: days(self.burst_rearm_days),
        })
    }

    /// Whether the daemon of this vendor always runs and brings the start-up and the diagnostics license.
    pub fn brings_startup_licenses(&self, vendor: &str) -> bool {
        names(&self.startup_vendors, vendor)
    }

    /// Whether increments of this vendor with different vendor strings are pools of their own.
    pub fn pools_by_vendor_string(&self, vendor: &str) -> bool {
        names(&self.vendor_string_pools, vendor)
    }
}

fn names(vendors: &BTreeSet<String>, vendor: &str) -> bool {
    vendors.iter().any(|name| name.eq_ignore_ascii_case(vendor))
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// There is no such file.
    #[error("the configuration file {} does not exist; make one with: licensingd init --data DIR", .0.display())]
    Missing(PathBuf),
    /// The file or a variable is not understood.
    #[error("the configuration is not valid: {0}")]
    Unreadable(Box<figment::Error>),
    /// A value makes no sense.
    #[error("the configuration is not valid: {name}: {text}")]
    Invalid {
        /// Name of the setting.
        name: &'static str,
        /// What is wrong, and what is allowed.
        text: String,
    },
}

impl Config {
    /// Reads the file, puts the environment over it, and checks the result.
    ///
    /// # Errors
    /// If the file is missing, is not understood, or a value makes no sense.
    pub fn load(file: &Path) -> Result<Self, ConfigError> {
        if !file.is_file() {
            return Err(ConfigError::Missing(file.to_owned()));
        }
        let config: Self = Figment::from(Serialized::defaults(Self::default()))
            .merge(Toml::file_exact(file))
            .merge(
                Env::prefixed(ENVIRONMENT_PREFIX)
                    .ignore(ARGUMENT_VARIABLES)
                    .split("__"),
            )
            .extract()
            .map_err(|error| ConfigError::Unreadable(Box::new(error)))?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let invalid = |name, text: &str| {
            Err(ConfigError::Invalid {
                name,
                text: text.to_owned(),
            })
        };
        if self.host_name.is_empty()
            || self.host_name.len() > 255
            || self.host_name.chars().any(char::is_control)
        {
            return invalid("host_name", "1 to 255 characters");
        }
        let licensing = &self.licensing;
        if !(1..=86_400).contains(&licensing.heartbeat_seconds) {
            return invalid("licensing.heartbeat_seconds", "1 to 86400");
        }
        // One heartbeat may get lost without ending a lease.
        if !(2 * licensing.heartbeat_seconds..=604_800).contains(&licensing.lifetime_seconds) {
            return invalid(
                "licensing.lifetime_seconds",
                "at least twice heartbeat_seconds, at most 604800",
            );
        }
        for (name, days) in [
            ("licensing.assignment_days", licensing.assignment_days),
            ("licensing.burst_days", licensing.burst_days),
            ("licensing.burst_rearm_days", licensing.burst_rearm_days),
        ] {
            if !DAYS.contains(&days) {
                return invalid(name, "1 to 3650");
            }
        }
        if let Some(name) = licensing
            .startup_vendors
            .iter()
            .find(|name| vendor_name(name).is_err())
        {
            let text = format!("{name:?} is no vendor: a name has 1 to 64 letters, digits, '_' or '-'");
            return invalid("licensing.startup_vendors", &text);
        }
        self.limits.check()
    }
}

/// Longest vendor name that gets a daemon.
const VENDOR_NAME_BYTES: usize = 64;

/// Whether a vendor can have a daemon; if not, why. Its name becomes part of file names, hence is no more than a word.
pub(crate) fn vendor_name(name: &str) -> Result<(), &'static str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() || name.len() > VENDOR_NAME_BYTES || !name.chars().all(plain) || name.starts_with('-')
    {
        return Err("gets no daemon: a name has 1 to 64 letters, digits, '_' or '-'");
    }
    if name.eq_ignore_ascii_case("server") {
        return Err("gets no daemon: the name belongs to the server itself");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
