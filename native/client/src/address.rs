//! Addresses of license servers, in the forms in which people write them.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use licensing_api::{ErrorCode, Problem};
use rustls_pki_types::ServerName;

/// Port of the web services.
pub const DEFAULT_WEB_SERVICES_PORT: u16 = 8083;

/// Port of the license manager.
pub const DEFAULT_LICENSE_PORT: u16 = 27000;

/// Longest address that is looked at, in bytes: a host name has at most 253.
const MAXIMUM_LENGTH: usize = 300;

/// Where the web services of a license server are: a host and a port, always over TLS.
///
/// Read from `https://host:port/`, `host:port` or `host` alone; IPv6 addresses in brackets, or bare when no port
/// follows. Without a port it is 8083. Anything else, `http://` included, is [`ErrorCode::InvalidAddress`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    host: String,
    port: u16,
}

impl Address {
    /// An address from its parts; `host` without brackets.
    ///
    /// # Errors
    /// `InvalidAddress` when the host is no host name or IP address, or the port is 0.
    pub fn new(host: &str, port: u16) -> Result<Self, Problem> {
        let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        if port == 0 {
            return Err(invalid(&host, "port 0 cannot be connected to"));
        }
        match ServerName::try_from(host.as_str()) {
            Ok(_) => Ok(Self { host, port }),
            Err(_) => Err(invalid(
                &host,
                "the host is neither a host name nor an IP address",
            )),
        }
    }

    /// Reads an address whose port is `default_port` when it names none.
    ///
    /// # Errors
    /// `InvalidAddress`, with the text as its target.
    pub fn parse(text: &str, default_port: u16) -> Result<Self, Problem> {
        let problem = |detail: &str| invalid(text, detail);
        if text.len() > MAXIMUM_LENGTH {
            let shown: String = text.chars().take(60).collect();
            return Err(invalid(&shown, "the address is longer than any host name can be"));
        }
        let rest = match text.trim().split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => rest,
            Some(_) => return Err(problem("only https is spoken")),
            None => text.trim(),
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.is_empty() {
            return Err(problem("the host is missing"));
        }
        if authority.contains(['/', '?', '#', '@']) {
            return Err(problem("nothing but a host and a port may be given"));
        }
        let (host, port) =
            split_port(authority).ok_or_else(|| problem("host and port cannot be told apart"))?;
        let port = match port {
            None => default_port,
            Some(digits) => {
                port_number(digits).ok_or_else(|| problem("the port is not a number from 1 to 65535"))?
            }
        };
        Self::new(host, port).map_err(|found| found.about(text))
    }

    /// Host name or IP address, lower case, without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// TCP port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The same host with another port.
    #[must_use]
    pub fn with_port(&self, port: u16) -> Self {
        Self {
            host: self.host.clone(),
            port,
        }
    }

    /// `host:port`, IPv6 in brackets.
    pub fn authority(&self) -> String {
        if self.host.parse::<Ipv6Addr>().is_ok() {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// Whether the host is this machine by its very name or number, so that nothing leaves it.
    pub fn is_loopback(&self) -> bool {
        match self.host.parse::<IpAddr>() {
            Ok(ip) => ip.to_canonical().is_loopback(),
            Err(_) => self.host == "localhost",
        }
    }

    /// The name that a certificate is checked against.
    pub(crate) fn server_name(&self) -> Result<ServerName<'static>, Problem> {
        ServerName::try_from(self.host.clone()).map_err(|_| invalid(&self.host, "no name for a certificate"))
    }
}

impl FromStr for Address {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        Self::parse(text, DEFAULT_WEB_SERVICES_PORT)
    }
}

/// `https://host:port/`, as `Get-LicLocation` shows it.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "https://{}/", self.authority())
    }
}

fn invalid(text: &str, detail: &str) -> Problem {
    Problem::new(ErrorCode::InvalidAddress, format!("{text:?}: {detail}.")).about(text)
}

fn split_port(authority: &str) -> Option<(&str, Option<&str>)> {
    if let Some(bracketed) = authority.strip_prefix('[') {
        let (host, after) = bracketed.split_once(']')?;
        host.parse::<Ipv6Addr>().ok()?;
        return match after {
            "" => Some((host, None)),
            _ => Some((host, Some(after.strip_prefix(':')?))),
        };
    }
    match authority.split_once(':') {
        None => Some((authority, None)),
        Some((_, rest)) if rest.contains(':') => Some((authority, None)),
        Some((host, port)) => Some((host, Some(port))),
    }
}

/// `u16::from_str` would take a sign.
fn port_number(digits: &str) -> Option<u16> {
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok().filter(|port| *port != 0)
}
