//! Host ids: what a license is bound to, and whether a machine is that.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Identity of a machine, a dongle, a display …
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum HostId {
    /// Locks nothing.
    Any,
    /// For demonstrations; uncounted lines only.
    Demo,
    /// Bare hex digits: 8 for a "long" id, 12 for an Ethernet address; upper case.
    Hex(String),
    /// `HOSTNAME=`.
    HostName(String),
    /// `DISPLAY=`.
    Display(String),
    /// `USER=`.
    User(String),
    /// `ID=`, dashes removed.
    Id(String),
    /// `INTERNET=`, with `*` for any octet.
    Internet(String),
    /// Any other `TYPE=value`.
    Other {
        /// Type in upper case.
        kind: String,
        /// Value as written.
        value: String,
    },
}

/// The text is no host id (license manager error -198).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a host id: hex digits, ANY, DEMO, or TYPE=value is expected")]
pub struct InvalidHostId(pub String);

/// What a machine is known by. Whoever starts the server fills it in; what is not given does not match.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HostIdentity {
    /// Host names, compared without regard to case.
    pub host_names: Vec<String>,
    /// Ethernet addresses.
    pub ethernet_addresses: Vec<[u8; 6]>,
    /// "Long" host ids of systems that have one.
    pub long_ids: Vec<u32>,
    /// Addresses of its network interfaces.
    pub internet_addresses: Vec<IpAddr>,
    /// Further ids as type and value, such as `VM_UUID`; compared without regard to case.
    pub others: Vec<(String, String)>,
}

impl HostIdentity {
    /// A machine known by its host name alone: as given, and its first label when it is a full domain name.
    pub fn named(host_name: &str) -> Self {
        let mut host_names = vec![host_name.to_owned()];
        if let Some((label, _)) = host_name.split_once('.') {
            // An address has no short name.
            if host_name.parse::<IpAddr>().is_err() && !label.is_empty() {
                host_names.push(label.to_owned());
            }
        }
        Self {
            host_names,
            ..Self::default()
        }
    }
}

impl HostId {
    /// Whether the machine is the one this id names. Ids of a user, a display or a dongle name no machine and never match.
    pub fn matches(&self, machine: &HostIdentity) -> bool {
        match self {
            Self::Any | Self::Demo | Self::Id(_) => true,
            Self::Hex(digits) => matches_hex(digits, machine),
            Self::HostName(name) => machine
                .host_names
                .iter()
                .any(|own| own.eq_ignore_ascii_case(name)),
            Self::Internet(pattern) => machine
                .internet_addresses
                .iter()
                .any(|address| matches_address(pattern, *address)),
            Self::Other { kind, value } => machine.others.iter().any(|(own_kind, own_value)| {
                own_kind.eq_ignore_ascii_case(kind) && own_value.eq_ignore_ascii_case(value)
            }),
            Self::Display(_) | Self::User(_) => false,
        }
    }

    /// One spelling for every id that means the same: types in upper case, host names in lower case.
    pub fn canonical(&self) -> String {
        match self {
            Self::HostName(name) => format!("HOSTNAME={}", name.to_ascii_lowercase()),
            Self::Other { kind, value } => format!("{kind}={}", value.to_ascii_uppercase()),
            Self::Any
            | Self::Demo
            | Self::Hex(_)
            | Self::Display(_)
            | Self::User(_)
            | Self::Id(_)
            | Self::Internet(_) => self.to_string(),
        }
    }
}

fn matches_hex(digits: &str, machine: &HostIdentity) -> bool {
    match digits.len() {
        12 => machine
            .ethernet_addresses
            .iter()
            .any(|address| hex::encode_upper(address) == digits),
        _ => u32::from_str_radix(digits, 16).is_ok_and(|id| machine.long_ids.contains(&id)),
    }
}

fn matches_address(pattern: &str, address: IpAddr) -> bool {
    if let Ok(wanted) = pattern.parse::<IpAddr>() {
        return wanted == address;
    }
    let IpAddr::V4(address) = address else {
        return false;
    };
    let parts: Vec<&str> = pattern.split('.').collect();
    parts.len() == 4
        && parts
            .iter()
            .zip(address.octets())
            .all(|(part, octet)| *part == "*" || part.parse::<u8>().is_ok_and(|wanted| wanted == octet))
}

impl FromStr for HostId {
    type Err = InvalidHostId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidHostId(text.chars().take(80).collect());
        if text.eq_ignore_ascii_case("ANY") {
            return Ok(Self::Any);
        }
        if text.eq_ignore_ascii_case("DEMO") {
            return Ok(Self::Demo);
        }
        let Some((kind, value)) = text.split_once('=') else {
            let hex =
                !text.is_empty() && text.len() <= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            return if hex {
                Ok(Self::Hex(text.to_ascii_uppercase()))
            } else {
                Err(invalid())
            };
        };
        let kind_is_word = kind
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if kind.is_empty() || value.is_empty() || !kind_is_word {
            return Err(invalid());
        }
        let value = value.to_owned();
        Ok(match kind.to_ascii_uppercase().as_str() {
            "HOSTNAME" => Self::HostName(value),
            "DISPLAY" => Self::Display(value),
            "USER" => Self::User(value),
            "ID" => Self::Id(value.replace('-', "")),
            "INTERNET" => Self::Internet(value),
            kind => Self::Other {
                kind: kind.to_owned(),
                value,
            },
        })
    }
}

impl fmt::Display for HostId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("ANY"),
            Self::Demo => f.write_str("DEMO"),
            Self::Hex(digits) => f.write_str(digits),
            Self::HostName(name) => write!(f, "HOSTNAME={name}"),
            Self::Display(name) => write!(f, "DISPLAY={name}"),
            Self::User(name) => write!(f, "USER={name}"),
            Self::Id(number) => write!(f, "ID={number}"),
            Self::Internet(pattern) => write!(f, "INTERNET={pattern}"),
            Self::Other { kind, value } => write!(f, "{kind}={value}"),
        }
    }
}
