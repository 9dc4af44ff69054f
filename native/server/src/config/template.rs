//! The configuration file that `init` writes.

use std::net::IpAddr;

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

/// Text of a configuration file with these choices; every other setting stands there as a comment with its default.
pub fn config_text(choices: &ConfigChoices) -> String {
    let ConfigChoices {
        host_name,
        listen,
        port,
        vendor_port,
        web_port,
    } = choices;
    let host_name = toml::Value::from(host_name.as_str());
    format!(
        r#"# Configuration of the license server; docs/operations.md explains every setting.
# Settings that stand here as comments have the value that the comment shows.
# The environment comes before this file: LICENSINGD_LICENSING__PORT=27001.

# Name that license files are bound to and the certificate is made out to.
host_name = {host_name}

# The license manager and its vendor daemons.
[licensing]
# Off loopback (127.0.0.1, ::1) these ports speak TLS and products need a token.
listen = "{listen}"
# Port of the manager; 0 takes any free one.
port = {port}
# Port of the first vendor daemon, the others follow; 0 takes any free one for each.
vendor_port = {vendor_port}
# Ports of certain vendors, before PORT= of their VENDOR lines: {{ ACME = 7280 }}
#vendor_ports = {{}}
# Products send a heartbeat this often; a lease ends after its lifetime without one.
#heartbeat_seconds = 300
#lifetime_seconds = 900
# Vendors served although nobody can verify their signatures. Raises a standing alert.
#accept_unverified = []
# Vendors whose increments count apart when their vendor strings differ.
#vendor_string_pools = ["CITRIX"]
# Whether DOMAIN\name and name@domain are the same user as name.
#fold_domains = true
# An assigned seat is free again this long after its last use, where the license says nothing.
#assignment_days = 90
# Vendors whose daemons always run and bring the start-up and the diagnostics license, so that products find the server
# before any license file is installed.
#startup_vendors = ["CITRIX"]
# Who may check out without a product token or client certificate: "never", "loopback" or "always".
#anonymous = "loopback"
# Authorities whose client certificates do in place of a token; PEM, in the data folder: "tls/clients.pem"
#client_ca = ""
# Vendors that allow it: when all seats of a feature are out, requests are granted all the same for so many days, and
# again only so many days after that. Raises a standing alert.
#burst = ["CITRIX"]
#burst_days = 15
#burst_rearm_days = 180
# Whether each vendor daemon writes its debug log, log/<VENDOR>.log in the data folder.
#debug_log = false

# The web services: HTTPS, always.
[web]
listen = "{listen}"
port = {web_port}
# Further names and addresses for a certificate made by the server.
#certificate_names = []
# Whether /metrics is shown to everybody who can connect, without credentials.
#anonymous_metrics = false

# Bounds, for each port by itself.
[limits]
#connections = 32768
# From one address, or one /64 network of IPv6.
#connections_per_address = 8192
# Connections that have not made a request yet; then the oldest is closed.
#pending_connections = 1024
# Time for the TLS handshake and the first request.
#first_request_seconds = 10
# Time for the header and the body of each further request.
#request_seconds = 30
# A connection without any request for this time is closed.
#idle_seconds = 1800
# Time that requests under way get when the server ends.
#drain_seconds = 5

# The log goes to the standard error.
[log]
# A filter such as "info" or "info,licensing_server=debug"; RUST_LOG comes before it.
#level = "info"
#json = false
"#
    )
}
