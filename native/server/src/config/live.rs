//! The configuration of a running server, and what of it can change without a restart.

use std::path::Path;
use std::sync::Arc;

use licensing_settings::{Changes, Section};
use tokio::sync::watch;

use super::{Config, ConfigError};

/// The configuration as it is now. Clones share it.
#[derive(Debug, Clone)]
pub struct LiveConfig(watch::Sender<Arc<Config>>);

impl LiveConfig {
    /// Begins with this one.
    pub fn new(config: Config) -> Self {
        Self(watch::Sender::new(Arc::new(config)))
    }

    /// As it is now.
    pub fn now(&self) -> Arc<Config> {
        Arc::clone(&self.0.borrow())
    }

    /// Tells when there is another one.
    pub fn changes(&self) -> watch::Receiver<Arc<Config>> {
        self.0.subscribe()
    }

    /// Another one from now on.
    pub fn replace(&self, config: Config) {
        self.0.send_replace(Arc::new(config));
    }
}

/// What a configuration that was read again changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Reloaded {
    /// What is in effect from now on.
    pub config: Config,
    /// What differs from before.
    pub changes: Changes,
}

impl Config {
    /// Reads the file again beside the configuration in effect.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn reload(&self, file: &Path) -> Result<Reloaded, ConfigError> {
        Ok(self.followed_by(Self::load(file)?))
    }

    fn followed_by(&self, next: Self) -> Reloaded {
        let mut config = self.clone();
        let changes = config.follow(next);
        Reloaded { config, changes }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_can_change_does_and_what_cannot_is_named() {
        let now = Config::default();
        assert!(now.followed_by(now.clone()).changes.applied.is_empty());
        let mut next = now.clone();
        next.licensing.debug_log = true;
        next.licensing.accept_unverified.insert("BOLT".to_owned());
        next.licensing.heartbeat_seconds = 60;
        next.host_name = "elsewhere.example.com".to_owned();
        let reloaded = now.followed_by(next.clone());
        assert_eq!(
            reloaded.changes.applied,
            ["licensing.accept_unverified", "licensing.debug_log"]
        );
        assert_eq!(
            reloaded.changes.waiting,
            ["host_name", "licensing.heartbeat_seconds"]
        );
        let mut expected = now;
        expected.licensing.debug_log = true;
        expected.licensing.accept_unverified = next.licensing.accept_unverified;
        assert_eq!(reloaded.config, expected);
    }
}
