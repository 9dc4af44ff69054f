//! The configuration of a running server, and what of it can change without a restart.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use super::{Config, ConfigError, LicensingConfig};

/// The configuration as it is now. Clones share it.
#[derive(Debug, Clone)]
pub struct LiveConfig(Arc<RwLock<Arc<Config>>>);

impl LiveConfig {
    /// Begins with this one.
    pub fn new(config: Config) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(config))))
    }

    /// As it is now.
    pub fn now(&self) -> Arc<Config> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Another one from now on.
    pub fn replace(&self, config: Config) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
    }
}

/// What a configuration that was read again changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Reloaded {
    /// What is in effect from now on.
    pub config: Config,
    /// Names of settings that have changed and are in effect.
    pub applied: Vec<&'static str>,
    /// Names of settings that have changed and wait for a restart.
    pub waiting: Vec<&'static str>,
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
        let mut reloaded = Reloaded {
            config: self.clone(),
            applied: Vec::new(),
            waiting: Vec::new(),
        };
        // Every setting is named here, so that a new one is not forgotten.
        let Self {
            host_name,
            licensing,
            web,
            limits,
            log,
        } = next;
        reloaded.waits("host_name", &self.host_name, &host_name);
        reloaded.waits("web", &self.web, &web);
        // The manager has bounded them by what the system allows.
        reloaded.waits("limits", &self.limits, &limits);
        reloaded.waits("log", &self.log, &log);
        reloaded.licensing(&self.licensing, licensing);
        reloaded
    }
}

impl Reloaded {
    fn licensing(&mut self, now: &LicensingConfig, next: LicensingConfig) {
        let LicensingConfig {
            listen,
            port,
            vendor_port,
            vendor_ports,
            heartbeat_seconds,
            lifetime_seconds,
            accept_unverified,
            vendor_string_pools,
            fold_domains,
            assignment_days,
            startup_vendors,
            anonymous,
            client_ca,
            burst,
            burst_days,
            burst_rearm_days,
            debug_log,
        } = next;
        self.waits("licensing.listen", &now.listen, &listen);
        self.waits("licensing.port", &now.port, &port);
        self.waits("licensing.vendor_port", &now.vendor_port, &vendor_port);
        self.waits(
            "licensing.heartbeat_seconds",
            &now.heartbeat_seconds,
            &heartbeat_seconds,
        );
        self.waits(
            "licensing.lifetime_seconds",
            &now.lifetime_seconds,
            &lifetime_seconds,
        );
        self.waits("licensing.fold_domains", &now.fold_domains, &fold_domains);
        self.waits(
            "licensing.assignment_days",
            &now.assignment_days,
            &assignment_days,
        );
        let Self { config, applied, .. } = self;
        let licensing = &mut config.licensing;
        let mut apply = |name, changed: bool| {
            if changed {
                applied.push(name);
            }
        };
        apply(
            "licensing.vendor_ports",
            set(&mut licensing.vendor_ports, vendor_ports),
        );
        apply(
            "licensing.accept_unverified",
            set(&mut licensing.accept_unverified, accept_unverified),
        );
        apply(
            "licensing.vendor_string_pools",
            set(&mut licensing.vendor_string_pools, vendor_string_pools),
        );
        apply(
            "licensing.startup_vendors",
            set(&mut licensing.startup_vendors, startup_vendors),
        );
        apply("licensing.anonymous", set(&mut licensing.anonymous, anonymous));
        apply("licensing.client_ca", set(&mut licensing.client_ca, client_ca));
        apply("licensing.burst", set(&mut licensing.burst, burst));
        apply("licensing.burst_days", set(&mut licensing.burst_days, burst_days));
        apply(
            "licensing.burst_rearm_days",
            set(&mut licensing.burst_rearm_days, burst_rearm_days),
        );
        apply("licensing.debug_log", set(&mut licensing.debug_log, debug_log));
    }

    fn waits<T: PartialEq>(&mut self, name: &'static str, now: &T, next: &T) {
        if now != next {
            self.waiting.push(name);
        }
    }
}

/// Says whether that changes anything.
fn set<T: PartialEq>(place: &mut T, value: T) -> bool {
    let changed = *place != value;
    *place = value;
    changed
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_can_change_does_and_what_cannot_is_named() {
        let now = Config::default();
        assert!(now.followed_by(now.clone()).applied.is_empty());
        let mut next = now.clone();
        next.licensing.debug_log = true;
        next.licensing.accept_unverified.insert("BOLT".to_owned());
        next.licensing.heartbeat_seconds = 60;
        next.host_name = "elsewhere.example.com".to_owned();
        let reloaded = now.followed_by(next.clone());
        assert_eq!(
            reloaded.applied,
            ["licensing.accept_unverified", "licensing.debug_log"]
        );
        assert_eq!(reloaded.waiting, ["host_name", "licensing.heartbeat_seconds"]);
        let mut expected = now;
        expected.licensing.debug_log = true;
        expected.licensing.accept_unverified = next.licensing.accept_unverified;
        assert_eq!(reloaded.config, expected);
    }
}
