//! The configuration file, and the environment over it.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use licensing_api::Secret;
use licensing_delivery::MailConfig;
use licensing_files::regular;
use licensing_management::compliance::Bounds;
use licensing_net::Limits;
use licensing_settings::file::{self, MAX_CONFIG_BYTES, NotValid};
use licensing_settings::{Section, template, text_of};

/// Prefix of the environment variables that override the file: `INSIGHTD_PORT=8444`.
pub const ENVIRONMENT_PREFIX: &str = "INSIGHTD_";

licensing_settings::settings! {
    /// Everything an administrator of Insight Services can set.
    pub struct InsightConfig = "Insight Services." {
        host_name: String = gethostname::gethostname().to_string_lossy().into_owned(), AfterRestart,
            "Name that the certificate is made for.",
            shown "the machine's name",
            allowed "1 to 255 characters" if |name, _| (1..=255).contains(&name.len()) && !name.chars().any(char::is_control);
        listen: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST), AfterRestart, "Address of the HTTPS port.";
        port: u16 = 8443, AfterRestart, "The port; 0 takes any free one.";
        certificate_names: Vec<String> = Vec::new(), AfterRestart,
            "Further names and addresses for a certificate made by the program.";
        database: Secret = Secret::default(), AfterRestart,
            "Where the state is kept: the address of a PostgreSQL database, such as postgres://insight@db.example.com/insight; empty: SQLite, state/insight.db in the data folder.";
        retention_days: u32 = 400, AfterRestart,
            "Days that uploads are kept. Findings are made from the uploads that are kept.",
            allowed "35 to 3660" if |days, _| (35..=3660).contains(days);
        silent_hours: u32 = 48, AfterRestart,
            "Hours without an upload after which a license server is silent.",
            allowed "24 to 8784" if |hours, _| (24..=8784).contains(hours);
        overlap_minutes: u32 = 15, AfterRestart,
            "Minutes that two servers must both have had a serial number before it counts as a duplicate. It keeps clocks that differ a little from making a move look like one.",
            allowed "0 to 1440" if |minutes, _| (0..=1440).contains(minutes);
        session_minutes: u32 = 15, AfterRestart,
            "Minutes that the session of a list of entitlements lasts: seats can be allocated in it.",
            allowed "1 to 1440" if |minutes, _| (1..=1440).contains(minutes);
        [postgres]: PostgresConfig;
        [mail]: MailConfig;
        [limits]: Limits;
        [log]: LogConfig;
    }
}

licensing_settings::settings! {
    /// Settings of the way to PostgreSQL.
    pub struct PostgresConfig = "PostgreSQL, where database names one. Connections that leave the machine use TLS unless the address says sslmode=disable." {
        password: Secret = Secret::default(), AfterRestart,
            "Password, unless the address has one; better in the environment or in password_file.";
        password_file: PathBuf = PathBuf::new(), AfterRestart, "File whose first line is the password.";
        ca_file: PathBuf = PathBuf::new(), AfterRestart,
            "File with the authorities, in PEM form, that may have signed the certificate of the database; empty: those that the operating system trusts.";
        connections: u16 = 8, AfterRestart, "Most connections at a time.",
            allowed "2 to 1000" if |connections, _| (2..=1000).contains(connections);
        document_days: u16 = 35, AfterRestart,
            "Days that uploads are kept word by word, beside what findings are made from; 0: not at all.",
            allowed "0 to 3660" if |days, _| (0..=3660).contains(days);
    }
}

licensing_settings::settings! {
    /// Settings of the log.
    pub struct LogConfig = "The log, which goes to the standard error." {
        level: String = "info".to_owned(), AfterRestart,
            "Filter such as info or info,licensing_insight=debug. The environment variable RUST_LOG takes precedence.";
        json: bool = false, AfterRestart, "Whether each line is one JSON object.";
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the configuration file {} cannot be read; make one with: insightd init --data DIR", path.display())]
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

impl InsightConfig {
    /// Reads the file, puts the environment over it, and checks the result.
    ///
    /// # Errors
    /// If the file cannot be read, is not understood, or a value makes no sense.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = regular::read_text(path, MAX_CONFIG_BYTES).map_err(|source| ConfigError::File {
            path: path.to_owned(),
            source,
        })?;
        Self::read(path, &text)
    }

    /// As [`Self::load`], from the text of a file.
    ///
    /// # Errors
    /// If it is not understood, or a value makes no sense.
    pub fn read(path: &Path, text: &str) -> Result<Self, ConfigError> {
        Ok(file::read(path, text, ENVIRONMENT_PREFIX)?)
    }

    /// Bounds that the rules apply.
    pub fn bounds(&self) -> Bounds {
        Bounds {
            silent_after: SignedDuration::from_hours(self.silent_hours.into()),
            overlap_tolerance: SignedDuration::from_mins(self.overlap_minutes.into()),
            ..Bounds::default()
        }
    }
}

const HEAD: &str = "Configuration of Insight Services; docs/insight.md explains every setting.
Settings that stand here as comments have the value that the comment shows.
Environment variables take precedence: INSIGHTD_MAIL__PORT=25 is port in [mail].";

/// Text of a configuration file with this host name, address, port and database; every other setting stands there as a comment.
pub fn config_text(host_name: &str, listen: IpAddr, port: u16, database: Option<&str>) -> String {
    let mut written = BTreeMap::from([
        ("host_name", text_of(&host_name.to_owned())),
        ("listen", text_of(&listen)),
        ("port", text_of(&port)),
    ]);
    if let Some(database) = database {
        written.insert("database", text_of(&database.to_owned()));
    }
    template(HEAD, &InsightConfig::describe(), &written)
}
