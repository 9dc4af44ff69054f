//! HOSTID of a feature line: the machines, users and displays that may use it.

use licensing_license_file::host_address::AddressPattern;
use licensing_license_file::license_file::HostId;

use super::Holder;
use crate::pool::Pool;

impl Holder {
    /// Whether a machine that a feature line is locked to can be told to be the holder's. What a server cannot see, such
    /// as the hardware of the client, never matches.
    pub fn may_use(&self, pool: &Pool) -> bool {
        // HOSTID is a pooling key: all increments of a pool have the same.
        let ids = pool
            .increments
            .first()
            .map_or(&[][..], |increment| &increment.host_ids);
        ids.is_empty()
            || ids.iter().any(|id| match id {
                HostId::Any | HostId::Id(_) => true,
                HostId::HostName(name) => name.eq_ignore_ascii_case(&self.host),
                HostId::Display(display) => *display == self.display,
                HostId::User(user) => *user == self.user,
                HostId::Internet(pattern) => AddressPattern::parse(pattern)
                    .zip(self.address.or_else(|| self.host.parse().ok()))
                    .is_some_and(|(pattern, address)| pattern.matches(address)),
                HostId::Demo | HostId::Hex(_) | HostId::Other { .. } => false,
            })
    }
}
