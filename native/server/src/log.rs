//! The log, on the standard error.

use anyhow::Context;
use tracing_subscriber::EnvFilter;

use crate::config::LogConfig;

/// Starts logging. The variable `RUST_LOG` comes before the configuration.
///
/// # Errors
/// If the filter is not understood, or logging has been started before.
pub fn start(config: &LogConfig) -> anyhow::Result<()> {
    let filter = match std::env::var(EnvFilter::DEFAULT_ENV) {
        Ok(filter) if !filter.is_empty() => EnvFilter::try_new(filter).context("RUST_LOG is not valid")?,
        Ok(_) | Err(_) => EnvFilter::try_new(&config.level).context("log.level is not valid")?,
    };
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = if config.json {
        log.json().try_init()
    } else {
        log.with_ansi(false).try_init()
    };
    started.map_err(|error| anyhow::anyhow!("the log cannot be started: {error}"))
}
