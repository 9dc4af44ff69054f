//! The way to the database: address, password, TLS, pool.

use std::path::Path;
use std::str::FromStr as _;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use licensing_client::Trust;
use licensing_files::regular;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;
use zeroize::Zeroizing;

use crate::config::PostgresConfig;
use crate::storage::StorageError;

/// Time to reach the database and to be signed in, for each of its hosts, unless the address says another.
const CONNECT: Duration = Duration::from_secs(10);
/// Time after which a connection counts as broken that the other side acknowledges nothing of, unless the address says another.
const UNANSWERED: Duration = Duration::from_secs(60);
/// Time without traffic after which it is asked whether the other side is still there, unless the address says another.
const IDLE: Duration = Duration::from_secs(60);
/// Time to wait for a connection of the pool.
const WAIT: Duration = Duration::from_secs(30);
/// Largest file of a password, in bytes.
const MAX_PASSWORD_BYTES: usize = 64 * 1024;

/// A pool for the database at an address. What it says of the address has no password in it.
pub(super) fn pool(address: &str, settings: &PostgresConfig) -> Result<Pool, StorageError> {
    // The reason is not repeated: it may quote a part of the address, and so of a password.
    let mut config = Config::from_str(address).map_err(|_| {
        StorageError::Unavailable(
            "the setting database is no address such as postgres://insight@db.example.com/insight?sslmode=require; special \
             characters are written as %XX"
                .to_owned(),
        )
    })?;
    if config.get_password().is_none()
        && let Some(password) = password(settings)?
    {
        config.password(password.as_str());
    }
    if config.get_application_name().is_none() {
        config.application_name("insightd");
    }
    let connect = config.get_connect_timeout().copied().unwrap_or(CONNECT);
    config.connect_timeout(connect);
    // A database whose machine has gone says nothing. Left to the defaults, a question that it has taken is waited for more than
    // two hours, and one that it has not a quarter of an hour.
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(UNANSWERED);
    }
    if config.get_keepalives_idle() == Config::new().get_keepalives_idle() {
        config.keepalives_idle(IDLE);
    }
    let recycling = ManagerConfig {
        recycling_method: RecyclingMethod::Fast,
    };
    // The driver's own time ends once there is a connection, also one to a database that stands still.
    let hosts = u32::try_from(config.get_hosts().len()).unwrap_or(u32::MAX).max(1);
    let manager = if wants_tls(&config) {
        config.ssl_mode(SslMode::Require);
        Manager::from_config(config, tls(settings)?, recycling)
    } else {
        config.ssl_mode(SslMode::Disable);
        Manager::from_config(config, NoTls, recycling)
    };
    Pool::builder(manager)
        .max_size(usize::from(settings.connections))
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(WAIT))
        .create_timeout(Some(connect.saturating_mul(hosts)))
        .build()
        .map_err(|error| StorageError::Unavailable(error.to_string()))
}

/// Whether an address has a password in it, which then should stand nowhere that others see.
pub fn has_password(address: &str) -> bool {
    Config::from_str(address).is_ok_and(|config| config.get_password().is_some())
}

/// Whether the connection is protected: as the address says; if it does not, wherever it leaves this machine. There is no
/// connection that is protected only if the other side likes.
fn wants_tls(config: &Config) -> bool {
    match config.get_ssl_mode() {
        SslMode::Disable => false,
        SslMode::Require => true,
        _ => !config.get_hosts().iter().all(is_here),
    }
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost"
                || name
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

fn tls(settings: &PostgresConfig) -> Result<MakeRustlsConnect, StorageError> {
    let trust = if settings.ca_file.as_os_str().is_empty() {
        Trust::System
    } else {
        Trust::CaFile(settings.ca_file.clone())
    };
    let config = trust
        .client_config(None)
        .map_err(|problem| StorageError::Unavailable(problem.detail))?;
    Ok(MakeRustlsConnect::new(config))
}

fn password(settings: &PostgresConfig) -> Result<Option<Zeroizing<String>>, StorageError> {
    if !settings.password.is_empty() {
        return Ok(Some(Zeroizing::new(settings.password.expose().to_owned())));
    }
    let file: &Path = &settings.password_file;
    if file.as_os_str().is_empty() {
        return Ok(None);
    }
    let text = regular::read_text(file, MAX_PASSWORD_BYTES)
        .map(Zeroizing::new)
        .map_err(|error| StorageError::Unavailable(format!("{} cannot be read: {error}", file.display())))?;
    Ok(Some(Zeroizing::new(
        text.lines().next().unwrap_or_default().to_owned(),
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_that_leaves_the_machine_is_protected() {
        let protected = |address: &str| wants_tls(&Config::from_str(address).expect("a valid address"));
        assert!(protected("postgres://insight@db.example.com/insight"));
        assert!(protected("postgres://insight@127.0.0.1,db.example.com/insight"));
        assert!(protected("postgres://insight@127.0.0.1/insight?sslmode=require"));
        assert!(!protected("postgres://insight@127.0.0.1/insight"));
        assert!(!protected("postgres:///insight?host=/run/postgresql"));
        assert!(!protected("postgres://db.example.com/insight?sslmode=disable"));
    }

    #[test]
    fn an_address_that_will_not_do_is_not_repeated() {
        let error = pool("postgres://me:hunter2@[/x", &PostgresConfig::default()).expect_err("no address");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
