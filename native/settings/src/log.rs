//! The log, on the standard error, as the settings of a program say.

use tracing_subscriber::EnvFilter;

/// Why logging cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// A filter is not understood.
    #[error("{place} is not valid")]
    Filter {
        /// Where it stands.
        place: &'static str,
        /// What is not understood.
        source: tracing_subscriber::filter::ParseError,
    },
    /// Logging has been started before.
    #[error("the log cannot be started: {0}")]
    Started(String),
}

/// Starts logging with a filter, as lines of text or JSON objects. The variable `RUST_LOG` comes before the filter.
///
/// # Errors
/// If the filter is not understood, or logging has been started before.
pub fn start(level: &str, json: bool) -> Result<(), LogError> {
    let parsed =
        |filter: &str, place| EnvFilter::try_new(filter).map_err(|source| LogError::Filter { place, source });
    let filter = match std::env::var(EnvFilter::DEFAULT_ENV) {
        Ok(filter) if !filter.is_empty() => parsed(&filter, "RUST_LOG")?,
        Ok(_) | Err(_) => parsed(level, "log.level")?,
    };
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = if json {
        log.json().try_init()
    } else {
        log.with_ansi(false).try_init()
    };
    started.map_err(|error| LogError::Started(error.to_string()))
}
