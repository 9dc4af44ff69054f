//! Where accounts have signed in from.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use licensing_net::network_of;

use super::Failures;

/// How long an address from which an account signed in is known for it.
const KNOWN_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// Most addresses that are known for one account. Only who has the password adds one.
const MAX_ADDRESSES: usize = 64;

/// An account at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) account: String,
    pub(super) address: IpAddr,
}

impl Pair {
    pub(super) fn new(account: &str, address: IpAddr) -> Self {
        Self {
            account: account.to_owned(),
            address: network_of(address),
        }
    }
}

#[derive(Debug)]
struct Known {
    signed_in: Instant,
    failures: Failures,
}

/// Bounded by the number of accounts that exist.
#[derive(Debug, Default)]
pub(super) struct KnownAddresses(HashMap<String, HashMap<IpAddr, Known>>);

impl KnownAddresses {
    /// The failures of the account at the address, if it is known there.
    pub(super) fn get(&mut self, pair: &Pair, now: Instant) -> Option<&mut Failures> {
        let known = self.0.get_mut(&pair.account)?.get_mut(&pair.address)?;
        (now.saturating_duration_since(known.signed_in) < KNOWN_FOR).then_some(&mut known.failures)
    }

    /// The account has signed in from the address.
    pub(super) fn remember(&mut self, pair: &Pair, now: Instant) {
        let addresses = self.0.entry(pair.account.clone()).or_default();
        if addresses.len() >= MAX_ADDRESSES && !addresses.contains_key(&pair.address) {
            let oldest = addresses.iter().min_by_key(|(_, known)| known.signed_in);
            if let Some(oldest) = oldest.map(|(address, _)| *address) {
                addresses.remove(&oldest);
            }
        }
        let fresh = || Known {
            signed_in: now,
            failures: Failures::default(),
        };
        addresses.entry(pair.address).or_insert_with(fresh).signed_in = now;
    }

    /// Forgets the failures of the account at all addresses that are known for it.
    pub(super) fn forgive(&mut self, account: &str) {
        for known in self.0.get_mut(account).into_iter().flat_map(HashMap::values_mut) {
            known.failures = Failures::default();
        }
    }

    #[cfg(test)]
    pub(super) fn of(&self, account: &str) -> usize {
        self.0.get(account).map_or(0, HashMap::len)
    }
}
