//! What the machine can be recognised by in a license file.

use std::io;
use std::net::IpAddr;

use getifaddrs::{InterfaceFlags, getifaddrs};
use licensing_license_file::license_file::HostIdentity;

/// Addresses of the machine's network interfaces, those of loopback left out: every machine has them, so they tell
/// none from another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MachineAddresses {
    ethernet: Vec<[u8; 6]>,
    internet: Vec<IpAddr>,
}

impl MachineAddresses {
    /// These addresses, in order. Ethernet addresses of zeros, as tunnels have them, are left out.
    pub fn new(mut ethernet: Vec<[u8; 6]>, mut internet: Vec<IpAddr>) -> Self {
        ethernet.retain(|address| *address != [0; 6]);
        ethernet.sort_unstable();
        ethernet.dedup();
        internet.sort_unstable();
        internet.dedup();
        Self { ethernet, internet }
    }

    /// Asks the operating system; nothing goes over the network.
    ///
    /// # Errors
    /// If the operating system does not tell.
    pub fn read() -> io::Result<Self> {
        let (mut ethernet, mut internet) = (Vec::new(), Vec::new());
        for interface in getifaddrs()? {
            if interface.flags.contains(InterfaceFlags::LOOPBACK) {
                continue;
            }
            ethernet.extend(interface.address.mac_addr());
            internet.extend(interface.address.ip_addr());
        }
        Ok(Self::new(ethernet, internet))
    }

    /// The machine with these addresses, by its configured name and the one it gives itself.
    pub fn identity(&self, host_name: &str) -> HostIdentity {
        let own_name = gethostname::gethostname().to_string_lossy().into_owned();
        let mut identity = HostIdentity::named(host_name);
        for name in HostIdentity::named(&own_name).host_names {
            let known = |one: &String| one.eq_ignore_ascii_case(&name);
            if !name.is_empty() && !identity.host_names.iter().any(known) {
                identity.host_names.push(name);
            }
        }
        identity.ethernet_addresses.clone_from(&self.ethernet);
        identity.internet_addresses.clone_from(&self.internet);
        identity
    }
}
