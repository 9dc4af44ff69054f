//! Which port a vendor daemon gets.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;

use licensing_files::{Existing, Readers, durable};

use crate::config::{DataFolder, LicensingConfig};

use super::license_scan::NamedVendor;

/// Port that is written down for a vendor's daemon: in the configuration, else in its VENDOR line.
pub(super) fn written(config: &LicensingConfig, vendor: &NamedVendor) -> Option<u16> {
    let configured = config
        .vendor_ports
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(&vendor.name));
    configured.map(|(_, port)| *port).or(vendor.port)
}

/// Ports that daemons were given because none was written down for them. They are kept over restarts: products and firewalls
/// know a vendor by its port, which must not depend on which other vendors there are.
#[derive(Debug, Default)]
pub(super) struct GivenPorts {
    file: Option<PathBuf>,
    /// By name in capitals.
    ports: BTreeMap<String, u16>,
}

impl GivenPorts {
    /// Reads what was given before.
    ///
    /// # Errors
    /// When the file is there and cannot be read, or is not what was written.
    pub(super) fn open(data: &DataFolder) -> io::Result<Self> {
        let file = data.vendor_ports();
        let ports = match std::fs::read(&file) {
            Ok(text) => serde_json::from_slice(&text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(error),
        };
        let file = Some(file);
        Ok(Self { file, ports })
    }

    /// Port for a vendor's daemon, 0 for any free one: the one written down, else the one it had before, else the lowest from
    /// `vendor_port` on that nobody else has or had. A port that is given is remembered.
    ///
    /// # Errors
    /// When it cannot be remembered.
    pub(super) fn choose(
        &mut self,
        config: &LicensingConfig,
        vendor: &NamedVendor,
        taken: &BTreeSet<u16>,
    ) -> io::Result<u16> {
        if let Some(port) = written(config, vendor) {
            return Ok(port);
        }
        if config.vendor_port == 0 {
            return Ok(0);
        }
        let key = vendor.name.to_ascii_uppercase();
        let is_free = |port: &u16| !taken.contains(port) && *port != config.port;
        if let Some(port) = self.ports.get(&key).copied().filter(is_free) {
            return Ok(port);
        }
        let chosen = (config.vendor_port..=u16::MAX)
            .find(|port| is_free(port) && !self.ports.values().any(|given| given == port))
            .unwrap_or(0);
        if chosen != 0 {
            self.ports.insert(key, chosen);
            self.save()?;
        }
        Ok(chosen)
    }

    fn save(&self) -> io::Result<()> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let text = serde_json::to_vec_pretty(&self.ports)?;
        durable::write(file, &text, Readers::Owner, Existing::Replace)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn vendor(name: &str, port: Option<u16>) -> NamedVendor {
        NamedVendor {
            name: name.to_owned(),
            port,
        }
    }

    fn choose(config: &LicensingConfig, vendor: &NamedVendor, taken: &[u16]) -> u16 {
        let taken = taken.iter().copied().collect();
        GivenPorts::default().choose(config, vendor, &taken).unwrap()
    }

    #[test]
    fn the_first_gets_the_documented_port_and_the_others_follow() {
        let config = LicensingConfig::default();
        assert_eq!(choose(&config, &vendor("ACME", None), &[]), 7279);
        assert_eq!(choose(&config, &vendor("BOLT", None), &[7279, 7280]), 7281);
    }

    #[test]
    fn the_configuration_comes_before_the_line_and_the_line_before_the_order() {
        let mut config = LicensingConfig::default();
        assert_eq!(choose(&config, &vendor("ACME", Some(7300)), &[]), 7300);
        config.vendor_ports.insert("acme".to_owned(), 7400);
        assert_eq!(choose(&config, &vendor("ACME", Some(7300)), &[]), 7400);
    }

    #[test]
    fn zero_means_any_free_port() {
        let config = LicensingConfig {
            vendor_port: 0,
            ..LicensingConfig::default()
        };
        assert_eq!(choose(&config, &vendor("ACME", None), &[]), 0);
    }

    #[test]
    fn a_port_once_given_stays_with_its_vendor_over_restarts() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::new(folder.path());
        std::fs::create_dir(data.state()).unwrap();
        let config = LicensingConfig::default();
        let none = BTreeSet::new();
        let mut ports = GivenPorts::open(&data).unwrap();
        let bolt = ports.choose(&config, &vendor("BOLT", None), &none).unwrap();
        assert_eq!(bolt, 7279);

        // At the next start another vendor comes first.
        let mut ports = GivenPorts::open(&data).unwrap();
        let acme = ports.choose(&config, &vendor("ACME", None), &none).unwrap();
        assert_eq!(acme, 7280);
        assert_eq!(ports.choose(&config, &vendor("bolt", None), &none).unwrap(), bolt);

        // Somebody else has it written down: another one has to do, and is kept.
        let taken = BTreeSet::from([7279]);
        let moved = ports.choose(&config, &vendor("BOLT", None), &taken).unwrap();
        assert_eq!(moved, 7281);
        let mut ports = GivenPorts::open(&data).unwrap();
        assert_eq!(
            ports.choose(&config, &vendor("BOLT", None), &none).unwrap(),
            moved
        );
    }

    #[test]
    fn a_damaged_record_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::new(folder.path());
        std::fs::create_dir(data.state()).unwrap();
        std::fs::write(data.vendor_ports(), "{").unwrap();
        assert!(GivenPorts::open(&data).is_err());
    }
}
