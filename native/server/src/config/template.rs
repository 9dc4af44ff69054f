//! The configuration file that `init` writes.

use std::collections::BTreeMap;
use std::net::IpAddr;

use licensing_settings::{Section, template, text_of};

use super::Config;

/// What is written down instead of left at its default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigChoices {
    /// Name that license files are bound to.
    pub host_name: String,
    /// Address of all ports.
    pub listen: IpAddr,
    /// Port of the manager.
    pub port: u16,
    /// Port of the first vendor daemon.
    pub vendor_port: u16,
    /// Port of the web services.
    pub web_port: u16,
}

impl Default for ConfigChoices {
    fn default() -> Self {
        let config = Config::default();
        Self {
            host_name: config.host_name,
            listen: config.licensing.listen,
            port: config.licensing.port,
            vendor_port: config.licensing.vendor_port,
            web_port: config.web.port,
        }
    }
}

const HEAD: &str = "Configuration of the license server; docs/settings.md explains every setting.
Settings that stand here as comments have the value that the comment shows.
Environment variables take precedence: LICENSINGD_LICENSING__PORT=27001 is port in [licensing].";

/// Text of a configuration file with these choices; every other setting stands there as a comment with its default.
pub fn config_text(choices: &ConfigChoices) -> String {
    let ConfigChoices {
        host_name,
        listen,
        port,
        vendor_port,
        web_port,
    } = choices;
    let written = BTreeMap::from([
        ("host_name", text_of(host_name)),
        ("licensing.listen", text_of(listen)),
        ("licensing.port", text_of(port)),
        ("licensing.vendor_port", text_of(vendor_port)),
        ("web.listen", text_of(listen)),
        ("web.port", text_of(web_port)),
    ]);
    template(HEAD, &Config::describe(), &written)
}
