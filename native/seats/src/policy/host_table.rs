//! Hosts by name or address.

use std::collections::HashMap;
use std::net::IpAddr;

use licensing_license_file::host_address::{AddressMask, AddressPattern};
use licensing_license_file::options_file::FqdnMatching;

use super::Identity;

/// A host as an options file names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum HostEntry {
    /// Name in lower case.
    Name(String),
    /// Address, possibly with `*`: of the connection, or given as the name of the host.
    Address(AddressPattern),
    /// Address of the connection alone, which a product cannot choose.
    Connection(AddressPattern),
}

impl HostEntry {
    /// Reads a name or an address; none for a name with `*`, which could never match.
    pub(super) fn parse(text: &str) -> Option<Self> {
        match AddressPattern::parse(text) {
            Some(pattern) => Some(Self::Address(pattern)),
            None if text.contains('*') => None,
            None => Some(Self::Name(text.to_lowercase())),
        }
    }
}

/// Values by host.
#[derive(Debug, Clone)]
pub(super) struct HostTable<T> {
    matching: FqdnMatching,
    names: HashMap<String, Vec<T>>,
    /// By first label, those of the names that have more than one.
    first_labels: HashMap<String, Vec<T>>,
    /// Names that begin with a dot: whole domains.
    domains: HashMap<String, Vec<T>>,
    addresses: AddressTable<T>,
    connections: AddressTable<T>,
}

/// Values by address.
#[derive(Debug, Clone)]
struct AddressTable<T> {
    masks: Vec<AddressMask>,
    values: HashMap<AddressPattern, Vec<T>>,
}

impl<T: Copy> HostTable<T> {
    pub(super) fn new(matching: FqdnMatching) -> Self {
        Self {
            matching,
            names: HashMap::new(),
            first_labels: HashMap::new(),
            domains: HashMap::new(),
            addresses: AddressTable::new(),
            connections: AddressTable::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
            && self.domains.is_empty()
            && self.addresses.values.is_empty()
            && self.connections.values.is_empty()
    }

    pub(super) fn add(&mut self, entry: HostEntry, value: T) {
        match entry {
            HostEntry::Address(pattern) => self.addresses.add(pattern, value),
            HostEntry::Connection(pattern) => self.connections.add(pattern, value),
            HostEntry::Name(name) => {
                if self.matching == FqdnMatching::Lenient {
                    match name.split_once('.') {
                        Some(("", _)) => self.domains.entry(name.clone()).or_default().push(value),
                        Some((label, _)) => {
                            self.first_labels.entry(label.to_owned()).or_default().push(value);
                        }
                        None => {}
                    }
                }
                self.names.entry(name).or_default().push(value);
            }
        }
    }

    /// Calls for each value of a host; a value that was added more than once may come more than once.
    pub(super) fn each(&self, identity: &Identity<'_>, take: &mut impl FnMut(T)) {
        self.each_name(&identity.host, take);
        for address in identity.addresses.into_iter().flatten() {
            self.addresses.each(address, take);
        }
        // Seats that were taken before addresses were stored have none but this.
        if let Some(address) = identity.addresses.into_iter().flatten().next() {
            self.connections.each(address, take);
        }
    }

    fn each_name(&self, host: &str, take: &mut impl FnMut(T)) {
        if self.names.is_empty() || host.is_empty() {
            return;
        }
        give(self.names.get(host), take);
        if self.matching == FqdnMatching::Exact {
            return;
        }
        match host.split_once('.') {
            None => give(self.first_labels.get(host), take),
            Some((label, _)) => give(self.names.get(label), take),
        }
        if !self.domains.is_empty() {
            for (index, _) in host.match_indices('.').filter(|(index, _)| *index > 0) {
                give(self.domains.get(&host[index..]), take);
            }
        }
    }
}

impl<T: Copy> AddressTable<T> {
    fn new() -> Self {
        Self {
            masks: Vec::new(),
            values: HashMap::new(),
        }
    }

    fn add(&mut self, pattern: AddressPattern, value: T) {
        let mask = pattern.mask();
        if !self.masks.contains(&mask) {
            self.masks.push(mask);
        }
        self.values.entry(pattern).or_default().push(value);
    }

    fn each(&self, address: IpAddr, take: &mut impl FnMut(T)) {
        for mask in &self.masks {
            if let Some(pattern) = mask.pattern_of(address) {
                give(self.values.get(&pattern), take);
            }
        }
    }
}

pub(super) fn give<T: Copy>(values: Option<&Vec<T>>, take: &mut impl FnMut(T)) {
    for value in values.into_iter().flatten() {
        take(*value);
    }
}
