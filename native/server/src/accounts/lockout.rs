//! Growing delays after failed sign-ins, for each account and for each address.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use licensing_net::network_of;
use parking_lot::Mutex;

/// Failures of one account that cost nothing.
const FREE_FOR_ACCOUNT: u32 = 5;

/// Failures from one address that cost nothing. More than for an account: many people may share an address.
const FREE_FOR_ADDRESS: u32 = 20;

/// Delay after the last free failure; each further one doubles it.
const FIRST: Duration = Duration::from_secs(4);

/// Longest delay.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// Failures are forgotten when none was added for this long.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(60 * 60);

/// How long an address from which an account signed in is known for it.
const KNOWN_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// Most entries in each table. When one is full, the entry that was used longest ago makes room.
const MAX_ENTRIES: usize = 10_000;

/// Remembers failures. It knows accounts by the key of their name, whether they exist or not, so that its answers
/// tell nothing about that.
#[derive(Debug, Default)]
pub(super) struct LockOut {
    tables: Mutex<Tables>,
}

#[derive(Debug, Default)]
struct Tables {
    accounts: HashMap<String, Failures>,
    addresses: HashMap<IpAddr, Failures>,
    /// Where accounts signed in lately. The delay of the account does not hold there, only that of the address:
    /// otherwise anybody could keep an administrator out by failing in their name.
    known: HashMap<(String, IpAddr), Instant>,
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Instant,
}

impl LockOut {
    /// How long the next attempt has to wait; none when it may be made.
    pub(super) fn delay(&self, account: &str, address: IpAddr, now: Instant) -> Option<Duration> {
        let address = network_of(address);
        let tables = self.tables.lock();
        let of_address = tables
            .addresses
            .get(&address)
            .and_then(|failures| failures.remaining(FREE_FOR_ADDRESS, now));
        let is_known = tables
            .known
            .get(&(account.to_owned(), address))
            .is_some_and(|last| now.saturating_duration_since(*last) < KNOWN_FOR);
        let of_account = tables
            .accounts
            .get(account)
            .filter(|_| !is_known)
            .and_then(|failures| failures.remaining(FREE_FOR_ACCOUNT, now));
        of_address.max(of_account)
    }

    /// Counts a failure. Says how long the next attempt has to wait now.
    pub(super) fn failed(&self, account: &str, address: IpAddr, now: Instant) -> Option<Duration> {
        let address = network_of(address);
        {
            let mut tables = self.tables.lock();
            count(&mut tables.accounts, account.to_owned(), now);
            count(&mut tables.addresses, address, now);
        }
        self.delay(account, address, now)
    }

    /// Knows the address for the account from now on. No failure is forgotten: otherwise whoever guesses could go on
    /// each time the right person signs in, and one good password would open a way to guess others.
    pub(super) fn succeeded(&self, account: &str, address: IpAddr, now: Instant) {
        let mut tables = self.tables.lock();
        let key = (account.to_owned(), network_of(address));
        make_room(&mut tables.known, &key, |last| *last);
        tables.known.insert(key, now);
    }
}

impl Failures {
    fn remaining(&self, free: u32, now: Instant) -> Option<Duration> {
        let since = now.saturating_duration_since(self.last);
        if since >= FORGOTTEN_AFTER {
            return None;
        }
        let over = self.count.checked_sub(free)?;
        let delay = FIRST.saturating_mul(1 << over.min(16)).min(LONGEST);
        delay.checked_sub(since).filter(|left| !left.is_zero())
    }
}

fn count<K: Hash + Eq + Clone>(table: &mut HashMap<K, Failures>, key: K, now: Instant) {
    make_room(table, &key, |failures| failures.last);
    let failures = table.entry(key).or_insert(Failures { count: 0, last: now });
    if now.saturating_duration_since(failures.last) >= FORGOTTEN_AFTER {
        failures.count = 0;
    }
    failures.count = failures.count.saturating_add(1);
    failures.last = now;
}

fn make_room<K: Hash + Eq + Clone, V>(table: &mut HashMap<K, V>, key: &K, used: impl Fn(&V) -> Instant) {
    if table.len() < MAX_ENTRIES || table.contains_key(key) {
        return;
    }
    let oldest = table
        .iter()
        .min_by_key(|(_, value)| used(value))
        .map(|(key, _)| key.clone());
    if let Some(oldest) = oldest {
        table.remove(&oldest);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn delays_grow_and_end() {
        let lockout = LockOut::default();
        let start = Instant::now();
        for _ in 0..FREE_FOR_ACCOUNT {
            assert_eq!(lockout.delay("\\ann", address(1), start), None);
            lockout.failed("\\ann", address(1), start);
        }
        let first = lockout.delay("\\ann", address(2), start).unwrap();
        let second = lockout.failed("\\ann", address(3), start).unwrap();
        assert!(second > first, "{second:?} after {first:?}");
        assert_eq!(lockout.delay("\\ann", address(2), start + second), None);
        for _ in 0..100 {
            lockout.failed("\\ann", address(4), start);
        }
        assert_eq!(lockout.delay("\\ann", address(2), start), Some(LONGEST));
        assert_eq!(lockout.delay("\\ann", address(2), start + FORGOTTEN_AFTER), None);
    }

    #[test]
    fn an_address_that_tries_many_accounts_waits_for_all_of_them() {
        let lockout = LockOut::default();
        let start = Instant::now();
        for attempt in 0..FREE_FOR_ADDRESS {
            lockout.failed(&format!("\\user{attempt}"), address(1), start);
        }
        assert!(lockout.delay("\\other", address(1), start).is_some());
        assert!(lockout.delay("\\other", address(2), start).is_none());
        lockout.succeeded("\\mine", address(1), start);
        assert!(lockout.delay("\\other", address(1), start).is_some());
    }

    #[test]
    fn nobody_can_keep_an_administrator_out_from_where_he_works() {
        let lockout = LockOut::default();
        let start = Instant::now();
        lockout.succeeded("\\ann", address(1), start);
        for attempt in 0..50 {
            lockout.failed("\\ann", address(100 + attempt), start);
        }
        assert!(lockout.delay("\\ann", address(1), start).is_none());
        assert!(lockout.delay("\\ann", address(2), start).is_some());
    }

    #[test]
    fn tables_stay_bounded() {
        let lockout = LockOut::default();
        let start = Instant::now();
        for number in 0..(MAX_ENTRIES as u32 + 50) {
            let account = format!("\\user{number}");
            lockout.failed(&account, IpAddr::from(number.to_be_bytes()), start);
        }
        let tables = lockout.tables.lock();
        assert_eq!(tables.accounts.len(), MAX_ENTRIES);
        assert_eq!(tables.addresses.len(), MAX_ENTRIES);
    }
}
