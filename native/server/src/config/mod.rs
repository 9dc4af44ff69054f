//! The configuration file, the environment over it, and the folders of the data.

mod data_folder;
mod exposure;
mod live;
mod template;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use licensing_delivery::MailConfig;
use licensing_files::regular;
use licensing_management::usage::{MIN_SAMPLE_DAYS, SAMPLE_MINUTES, Sampling};
use licensing_net::Limits;
use licensing_seats::seat::BurstTerms;
use licensing_settings::file::{self, MAX_CONFIG_BYTES, NotValid};
use serde::{Deserialize, Serialize};

pub use data_folder::DataFolder;
pub use live::{LiveConfig, Reloaded};
pub use template::{ConfigChoices, config_text};

/// Prefix of the environment variables that override the file: `LICENSINGD_LICENSING__PORT=27001`.
pub const ENVIRONMENT_PREFIX: &str = "LICENSINGD_";

licensing_settings::settings! {
    /// Everything an administrator can set. Unknown names are errors, so that a misspelled setting is never ignored.
    pub struct Config = "What concerns the whole server." {
        host_name: String = gethostname::gethostname().to_string_lossy().into_owned(), AfterRestart,
            "Name that license files are bound to and the certificate is made for. License files are also recognized by the name that the machine gives itself and by the Ethernet and IP addresses of its interfaces, loopback excluded.",
            shown "the machine's name",
            allowed "1 to 255 characters" if |name, _| (1..=255).contains(&name.len()) && !name.chars().any(char::is_control);
        [licensing]: LicensingConfig;
        [web]: WebConfig;
        [management]: ManagementConfig;
        [usage]: UsageConfig;
        [audit]: AuditConfig;
        [alerts]: AlertsConfig;
        [mail]: MailConfig;
        [fulfilment]: FulfilmentConfig;
        [directory]: DirectoryConfig;
        [openid]: OpenIdConfig;
        [wsman]: WsmanConfig;
        [limits]: Limits;
        [log]: LogConfig;
    }
}

/// Days that a setting may say.
const DAYS: RangeInclusive<u32> = 1..=3650;

/// Requests or checkouts a second that a setting may say.
const REQUESTS: RangeInclusive<u32> = 1..=1_000_000;

licensing_settings::settings! {
    /// Settings of the manager and the vendor daemons.
    pub struct LicensingConfig = "The license manager and its vendor daemons." {
        listen: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST), AfterRestart,
            "Address that license manager and vendor daemons listen on. Off loopback (127.0.0.1, ::1) these ports speak TLS, and products need a token or a client certificate.";
        port: u16 = 27000, AfterRestart, "Port of the license manager; 0 takes any free one.";
        vendor_port: u16 = 7279, AfterRestart,
            "Port of the first vendor daemon, the others follow; 0 takes any free one for each.";
        vendor_ports: BTreeMap<String, u16> = BTreeMap::new(), AtOnce,
            "Ports of certain vendors, such as { ACME = 7280 }. They take precedence over PORT= of a VENDOR line, and that over vendor_port.";
        heartbeat_seconds: u32 = 300, AfterRestart,
            "Seconds between the heartbeats that products are asked for.",
            allowed "1 to 86400" if |seconds, _| (1..=86_400).contains(seconds);
        lifetime_seconds: u32 = 900, AfterRestart,
            "Seconds without a heartbeat after which a lease ends. One heartbeat may be lost.",
            allowed "at least twice heartbeat_seconds, at most 604800"
                if |seconds, section| (2 * section.heartbeat_seconds.min(302_400)..=604_800).contains(seconds);
        accept_unverified: BTreeSet<String> = BTreeSet::new(), AtOnce,
            "Vendors whose increments are served although their signatures cannot be verified. Raises the alert UnverifiedLicensesAccepted.";
        vendor_string_pools: BTreeSet<String> = BTreeSet::from(["CITRIX".to_owned()]), AtOnce,
            "Vendors whose increments are pools of their own when their vendor strings differ.";
        fold_domains: bool = true, AfterRestart,
            "Whether DOMAIN\\name and name@domain are the same user as name. After a change users are told apart by the new rule; a seat assigned under another spelling stays assigned until its period ends or it is revoked.";
        assignment_days: u32 = 90, AfterRestart,
            "Days that the assignment of a seat to a user or device lasts after its last use, where the license file says nothing (LP, NUDURMIN, NUDURMAX).",
            allowed "1 to 3650" if |days, _| DAYS.contains(days);
        checkouts_per_second: u32 = 2000, AfterRestart,
            "Checkouts a second that one product token or client certificate may ask for, or one address without either; ten times as many at once after a pause. Further ones are answered with TooManyRequests and the seconds to wait.",
            allowed "1 to 1000000" if |checkouts, _| REQUESTS.contains(checkouts);
        audit_alert_per_hour: u64 = 1_000_000, AfterRestart,
            "Audit records of one vendor within an hour above which the alert AuditGrowsFast is raised.",
            allowed "1 to 1000000000" if |records, _| (1..=1_000_000_000).contains(records);
        queue_places_per_feature: usize = 1000, AfterRestart,
            "Most requests that wait for seats of one feature.",
            allowed "1 to 10000" if |places, _| (1..=10_000).contains(places);
        queue_places_per_caller: usize = 250, AfterRestart,
            "Most requests that wait of one address, and of one product token or client certificate.",
            allowed "1 to 10000" if |places, _| (1..=10_000).contains(places);
        queue_seats_per_caller: u64 = 10_000, AfterRestart,
            "Most seats that the waiting requests of one address, and of one product token or client certificate, want together.",
            allowed "1 to 10000000" if |seats, _| (1..=10_000_000).contains(seats);
        startup_vendors: BTreeSet<String> = BTreeSet::from(["CITRIX".to_owned()]), AtOnce,
            "Vendors whose daemons always run and bring the start-up and the diagnostics license, so that products find the server before any license file is installed.",
            allowed "names of 1 to 64 letters, digits, '_' or '-'"
                if |vendors, _| vendors.iter().all(|name| vendor_name(name).is_ok());
        anonymous: AnonymousAccess = AnonymousAccess::Loopback, AtOnce,
            "Who may use the licensing ports without a product token or client certificate: never (nobody), loopback (whoever connects from the machine itself) or always (everybody who can connect).";
        client_ca: PathBuf = PathBuf::new(), AtOnce,
            "PEM file with the authorities whose client certificates are accepted in place of a product token, and with their lists of revoked certificates, such as tls/clients.pem; in the data folder unless the path is absolute. Empty: no certificate is.";
        burst: BTreeSet<String> = BTreeSet::from(["CITRIX".to_owned()]), AtOnce,
            "Vendors whose terms allow burst: their requests are granted for burst_days although all seats of a feature are checked out. Raises the alert BurstActive.";
        burst_days: u32 = 15, AtOnce, "Days that a burst lasts from its first grant on.",
            allowed "1 to 3650" if |days, _| DAYS.contains(days);
        burst_rearm_days: u32 = 180, AtOnce, "Days from the end of a burst until another one may begin.",
            allowed "1 to 3650" if |days, _| DAYS.contains(days);
        debug_log: bool = false, AtOnce,
            "Whether each vendor daemon writes its debug log, log/<VENDOR>.log in the data folder.";
    }
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

licensing_settings::settings! {
    /// Settings of the web services.
    pub struct WebConfig = "The web services: HTTPS, always." {
        listen: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST), AfterRestart, "Address that the web services listen on.";
        port: u16 = 8083, AfterRestart, "Their port; 0 takes any free one.";
        certificate_names: Vec<String> = Vec::new(), AfterRestart,
            "Further names and addresses for a certificate made by the server.";
        requests_per_second: u32 = 2000, AfterRestart,
            "Requests a second that one address may make, which is one /64 network of IPv6; twice as many at once after a pause. Further ones are answered with TooManyRequests and the seconds to wait.",
            allowed "1 to 1000000" if |requests, _| REQUESTS.contains(requests);
        anonymous_metrics: bool = false, AfterRestart,
            "Whether /metrics is shown to everybody who can connect, without credentials.";
    }
}

licensing_settings::settings! {
    /// Settings of the license management service.
    pub struct ManagementConfig = "The license management service. Without a destination nothing is sent; Set-LicenseManagementService sets it." {
        enabled: bool = true, AtOnce,
            "Whether license uploads may be made at all. With false nothing is sent, whatever Set-LicenseManagementService says.";
    }
}

licensing_settings::settings! {
    /// Settings of the audit of the seats.
    pub struct AuditConfig = "The audit of the seats: old records move from the database to sealed segments in state/audit." {
        segment_records: u64 = 500_000, AtOnce,
            "Records of a segment. One is sealed when the database has so many more than the last 10,000, which always stay in it.",
            allowed "1000 to 10000000" if |records, _| (1_000..=10_000_000).contains(records);
        segment_days: u32 = 90, AtOnce,
            "Days after which records move to a segment, although they are fewer.",
            allowed "1 to 3650" if |days, _| DAYS.contains(days);
        retention_days: u32 = 1826, AtOnce,
            "Days for which segments are kept, from their last record on. A segment is removed as a whole, and the audit records that.",
            allowed "30 to 36500" if |days, _| (30..=36_500).contains(days);
    }
}

licensing_settings::settings! {
    /// Settings of the history of use.
    pub struct UsageConfig = "The history of use: exact peaks by hour, and samples. Get-LicenseUsageHistory shows it." {
        samples: bool = true, AtOnce, "Whether the seats in use are noted every sample_minutes. Peaks do not depend on it.";
        sample_minutes: u32 = 15, AtOnce, "Minutes between two samples.",
            allowed "5 to 1440" if |minutes, _| SAMPLE_MINUTES.contains(minutes);
        sample_days: u32 = 180, AtOnce, "Days for which samples are kept.",
            allowed "30 to 3650" if |days, _| (MIN_SAMPLE_DAYS..=3650).contains(days);
        history_years: u32 = 5, AtOnce, "Years for which the peaks of each hour are kept.",
            allowed "1 to 20" if |years, _| (1..=20).contains(years);
    }
}

impl UsageConfig {
    /// Whether and how often samples are taken.
    pub fn sampling(&self) -> Sampling {
        Sampling {
            enabled: self.samples,
            minutes: self.sample_minutes,
            days: self.sample_days,
        }
    }
}

licensing_settings::settings! {
    /// Settings of the alerts.
    pub struct AlertsConfig = "Alerts. New-LicenseAlertRoute says where they are sent." {
        interval_seconds: u32 = 60, AtOnce, "Seconds between two looks for alerts.",
            allowed "1 to 3600" if |seconds, _| (1..=3600).contains(seconds);
        calm_seconds: u32 = 300, AtOnce,
            "Seconds for which a condition must not have been seen until its alert is over.",
            allowed "0 to 86400" if |seconds, _| (0..=86_400).contains(seconds);
        nearly_out_percent: u32 = 90, AtOnce,
            "Percent of the installed seats of a feature in use from which on the alert SeatsNearlyOut is raised; 101 raises none.",
            allowed "1 to 101" if |percent, _| PERCENT.contains(percent);
        nearly_out_features: BTreeMap<String, u32> = BTreeMap::new(), AtOnce,
            "The same for certain features, such as { CAD_PRO_CCU = 80 }.",
            allowed "1 to 101 for each feature" if |features, _| features.values().all(|percent| PERCENT.contains(percent));
        disk_free_mib: u64 = 1024, AtOnce,
            "MiB that have to be free on the disk of the data folder; below, the alert DiskSpaceLow is raised.",
            allowed "0 to 1000000" if |mib, _| (0..=1_000_000).contains(mib);
    }
}

licensing_settings::settings! {
    /// Settings of the fulfilment.
    pub struct FulfilmentConfig = "Where seats that were bought are allocated. Without an address nothing is asked; request and answer files work all the same." {
        address: String = String::new(), AtOnce,
            "Address of the vendor's Insight Services, such as https://insight.example.com:8443.",
            allowed "empty, or an address" if |address, _| address.is_empty() || address.parse::<licensing_client::Address>().is_ok();
        cert_hash: String = String::new(), AtOnce,
            "SHA-256 hash of the one certificate to trust there; empty: what the operating system trusts.",
            allowed "empty, or 64 hexadecimal digits" if |hash, _| hash.is_empty() || hash.parse::<licensing_client::CertHash>().is_ok();
    }
}

/// Percent that a setting may say.
const PERCENT: RangeInclusive<u32> = 1..=101;

licensing_settings::settings! {
    /// Settings of the directory.
    pub struct DirectoryConfig = "The directory of users and groups, over LDAP. Without an address only accounts with a password of this server sign in." {
        url: String = String::new(), AtOnce,
            "Address, such as ldaps://dc.example.com. Without TLS (ldap://) only together with start_tls, or on this machine: passwords travel on it.",
            allowed "empty, ldaps://…, or ldap://… with start_tls or of this machine"
                if |url, section| is_safe_directory(url, section.start_tls);
        start_tls: bool = false, AtOnce, "Whether the connection of ldap:// turns to TLS before anything else is sent.";
        ca_file: PathBuf = PathBuf::new(), AtOnce,
            "PEM file with the authorities of its certificate, such as tls/directory.pem; in the data folder unless the path is absolute. Empty: those that the operating system trusts.";
        domains: Vec<String> = Vec::new(), AtOnce,
            "Names of the domain as accounts are written with it, such as [\"EXAMPLE\", \"example.com\"].";
        base: String = String::new(), AtOnce, "Where users and groups are looked for, such as dc=example,dc=com.";
        bind_dn: String = String::new(), AtOnce,
            "Distinguished name that the server searches as; empty: as nobody.";
        bind_password_file: PathBuf = PathBuf::new(), AtOnce,
            "File with its password, which only the owner can read; in the data folder unless the path is absolute.";
        user_filter: String = "(&(objectClass=person)(|(sAMAccountName={name})(uid={name})))".to_owned(), AtOnce,
            "Filter that finds a user; {name} is the name without its domain.",
            allowed "a filter with {name}" if |filter, _| filter.contains("{name}");
        group_filter: String = "(&(|(objectClass=group)(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))(cn={name}))".to_owned(), AtOnce,
            "Filter that finds a group.",
            allowed "a filter with {name}" if |filter, _| filter.contains("{name}");
        timeout_seconds: u32 = 10, AtOnce, "Longest time of each question.",
            allowed "1 to 60" if |seconds, _| (1..=60).contains(seconds);
    }
}

licensing_settings::settings! {
    /// Settings of OpenID Connect.
    pub struct OpenIdConfig = "OpenID Connect: bearer tokens of an issuer in place of tokens of this server. Without an issuer none are taken." {
        issuer: String = String::new(), AtOnce,
            "The issuer as it names itself, such as https://id.example.com/realms/main.",
            allowed "empty, or an https address" if |issuer, _| issuer.is_empty() || issuer.starts_with("https://");
        audience: String = String::new(), AtOnce,
            "Audience that tokens must be for.",
            allowed "not empty where there is an issuer"
                if |audience, section| section.issuer.is_empty() || !audience.is_empty();
        ca_file: PathBuf = PathBuf::new(), AtOnce,
            "PEM file with the authorities of its certificate; in the data folder unless the path is absolute. Empty: those that the operating system trusts.";
        account_claim: String = "sub".to_owned(), AtOnce,
            "Claim with the name of the caller, for the audit.",
            allowed "not empty" if |claim, _| !claim.is_empty();
        roles_claim: String = "roles".to_owned(), AtOnce,
            "Claim with the roles of the caller: a list, or words with blanks between; realm_access.roles is roles within realm_access.",
            allowed "not empty" if |claim, _| !claim.is_empty();
        full_roles: Vec<String> = Vec::new(), AtOnce, "Roles that give the permission Full.";
        read_only_roles: Vec<String> = Vec::new(), AtOnce, "Roles that give the permission ReadOnly.";
    }
}

/// Whether passwords are safe on the way to this address.
fn is_safe_directory(url: &str, start_tls: bool) -> bool {
    // What stands before an @ is an account, and the host comes after it.
    let host = |rest: &str| match rest.contains('@') {
        true => String::new(),
        false => rest.split(['/', ':']).next().unwrap_or_default().to_owned(),
    };
    match url.split_once("://") {
        None => url.is_empty(),
        Some(("ldaps", rest)) => !host(rest).is_empty(),
        Some(("ldap", rest)) => {
            let host = host(rest);
            let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
            !host.is_empty() && (start_tls || is_here)
        }
        Some(_) => false,
    }
}

licensing_settings::settings! {
    /// Settings of WS-Management.
    pub struct WsmanConfig = "WS-Management: the license pools for clients of Windows Management Instrumentation." {
        enabled: bool = false, AfterRestart, "Whether the service is offered, at /wsman over HTTPS.";
        listen: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST), AfterRestart, "Address that the service listens on.";
        port: u16 = 5986, AfterRestart, "Its port; 0 takes any free one.";
        plain: bool = false, AfterRestart,
            "Whether it is also offered without TLS, where clients have to sign in with NTLM or Kerberos and encrypt each body.";
        plain_port: u16 = 5985, AfterRestart, "Port without TLS; 0 takes any free one.";
        keytab: PathBuf = PathBuf::new(), AfterRestart,
            "Keytab with the keys of HTTP/host and WSMAN/host, such as tls/http.keytab; in the data folder unless the path is absolute. Empty: Kerberos is not offered.";
        requests_per_second: u32 = 5000, AfterRestart,
            "Requests a second that one address may make; twice as many at once after a pause. Further ones are answered with status 429.",
            allowed "1 to 1000000" if |requests, _| REQUESTS.contains(requests);
        refresh_seconds: u32 = 30, AtOnce,
            "How old the numbers get before they are taken again. However often clients ask, the vendor daemons are asked once in this time.",
            allowed "1 to 3600" if |seconds, _| (1..=3600).contains(seconds);
    }
}

licensing_settings::settings! {
    /// Settings of the log.
    pub struct LogConfig = "The log, which goes to the standard error; that of the vendor daemons too." {
        level: String = "info".to_owned(), AfterRestart,
            "Filter such as info or info,licensing_server=debug. The environment variable RUST_LOG takes precedence.";
        json: bool = false, AfterRestart, "Whether each line is one JSON object.";
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
    /// The file cannot be read.
    #[error("the configuration file {} cannot be read: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file, a variable or a value is not valid.
    #[error(transparent)]
    NotValid(#[from] NotValid),
}

impl Config {
    /// Reads the file, puts the environment over it, and checks the result.
    ///
    /// # Errors
    /// If the file is missing, is not understood, or a value makes no sense.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = match regular::read_text(path, MAX_CONFIG_BYTES) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(ConfigError::Missing(path.to_owned()));
            }
            Err(source) => {
                return Err(ConfigError::File {
                    path: path.to_owned(),
                    source,
                });
            }
        };
        Ok(file::read(path, &text, ENVIRONMENT_PREFIX)?)
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
