//! Which port a vendor daemon gets.

use std::collections::BTreeSet;

use crate::config::LicensingConfig;

use super::license_scan::NamedVendor;

/// Port that is written down for a vendor's daemon: in the configuration, else in its VENDOR line.
pub(super) fn written(config: &LicensingConfig, vendor: &NamedVendor) -> Option<u16> {
    let configured = config
        .vendor_ports
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(&vendor.name));
    configured.map(|(_, port)| *port).or(vendor.port)
}

/// Port for a vendor's daemon, 0 for any free one: the one written down, else the lowest from `vendor_port` on that
/// nobody else has.
pub(super) fn choose(config: &LicensingConfig, vendor: &NamedVendor, taken: &BTreeSet<u16>) -> u16 {
    if let Some(port) = written(config, vendor) {
        return port;
    }
    if config.vendor_port == 0 {
        return 0;
    }
    (config.vendor_port..=u16::MAX)
        .find(|port| !taken.contains(port) && *port != config.port)
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vendor(name: &str, port: Option<u16>) -> NamedVendor {
        NamedVendor {
            name: name.to_owned(),
            port,
        }
    }

    #[test]
    fn the_first_gets_the_documented_port_and_the_others_follow() {
        let config = LicensingConfig::default();
        assert_eq!(choose(&config, &vendor("ACME", None), &BTreeSet::new()), 7279);
        assert_eq!(
            choose(&config, &vendor("BOLT", None), &BTreeSet::from([7279, 7280])),
            7281
        );
    }

    #[test]
    fn the_configuration_comes_before_the_line_and_the_line_before_the_order() {
        let mut config = LicensingConfig::default();
        assert_eq!(
            choose(&config, &vendor("ACME", Some(7300)), &BTreeSet::new()),
            7300
        );
        config.vendor_ports.insert("acme".to_owned(), 7400);
        assert_eq!(
            choose(&config, &vendor("ACME", Some(7300)), &BTreeSet::new()),
            7400
        );
    }

    #[test]
    fn zero_means_any_free_port() {
        let config = LicensingConfig {
            vendor_port: 0,
            ..LicensingConfig::default()
        };
        assert_eq!(choose(&config, &vendor("ACME", None), &BTreeSet::new()), 0);
    }
}
