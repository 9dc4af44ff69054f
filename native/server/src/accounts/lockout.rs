//! Growing delays after failed sign-ins.
//!
//! An attempt is counted before its password is checked, and the count is taken back when the password was right, so
//! that attempts in parallel cannot pass one limit together.

mod known;
mod sketch;

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use known::{KnownAddresses, Pair};
use sketch::{Previous, Sketch};

/// Failures of one account that cost nothing.
const FREE_FOR_ACCOUNT: u32 = 5;

/// Failures from one address that cost nothing. More than for an account: many people may share an address.
const FREE_FOR_ADDRESS: u32 = 20;

/// Delay after the last free failure; each further one doubles it.
const FIRST: Duration = Duration::from_secs(4);

/// Longest delay.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// Longest delay of an account at an address from which it has signed in before: whoever shares that address with an
/// administrator must not be able to keep them out.
const LONGEST_WHERE_KNOWN: Duration = Duration::from_secs(60);

/// Failures are forgotten when none was added for this long.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(60 * 60);

/// Remembers failures. It knows accounts by the key of their name, whether they exist or not, so that its answers
/// tell nothing about that.
///
/// An account that has signed in from an address has a count of its own there, and neither the failures of others at
/// that address nor its own failures elsewhere delay it. For everybody else the account and the address count.
#[derive(Debug, Default)]
pub(super) struct LockOut {
    tables: Mutex<Tables>,
}

#[derive(Debug, Default)]
struct Tables {
    accounts: Sketch<String>,
    addresses: Sketch<IpAddr>,
    known: KnownAddresses,
    /// Accounts that were reset, and when. Bounded by the number of accounts that exist.
    forgiven: HashMap<String, Instant>,
}

/// Failures of one account, of one address, or of one account at one address.
#[derive(Debug, Clone, Copy, Default)]
struct Failures {
    count: u32,
    last: Option<Instant>,
}

/// An attempt whose password is being checked. It counts as a failure until [`LockOut::succeeded`] or
/// [`LockOut::undecided`] takes that back.
#[derive(Debug)]
pub(super) struct Attempt {
    pair: Pair,
    before: Before,
}

/// What was counted before an attempt.
#[derive(Debug)]
enum Before {
    Known(Failures),
    Stranger { account: Previous, address: Previous },
}

impl LockOut {
    /// How long the next attempt has to wait; none when it may be made.
    pub(super) fn delay(&self, account: &str, address: IpAddr, now: Instant) -> Option<Duration> {
        let pair = Pair::new(account, address);
        self.with(|tables| tables.delay(&pair, now))
    }

    /// Whether the account has signed in from the address during the last day.
    pub(super) fn knows(&self, account: &str, address: IpAddr, now: Instant) -> bool {
        let pair = Pair::new(account, address);
        self.with(|tables| tables.known.get(&pair, now).is_some())
    }

    /// Counts an attempt, before its password is checked.
    ///
    /// # Errors
    /// How long it has to wait; then it is not counted.
    pub(super) fn begin(&self, account: &str, address: IpAddr, now: Instant) -> Result<Attempt, Duration> {
        let pair = Pair::new(account, address);
        self.with(|tables| {
            if let Some(delay) = tables.delay(&pair, now) {
                return Err(delay);
            }
            let before = match tables.known.get(&pair, now) {
                Some(failures) => {
                    let before = *failures;
                    failures.add(now);
                    Before::Known(before)
                }
                None => Before::Stranger {
                    account: tables.accounts.add(&pair.account, now),
                    address: tables.addresses.add(&pair.address, now),
                },
            };
            Ok(Attempt { pair, before })
        })
    }

    /// The password of the attempt was right: it was no failure, and the address is known for the account from now on.
    /// No earlier failure is forgotten: otherwise whoever guesses could go on each time the right person signs in.
    pub(super) fn succeeded(&self, attempt: &Attempt, now: Instant) {
        self.with(|tables| {
            tables.take_back(attempt, now);
            tables.known.remember(&attempt.pair, now);
        });
    }

    /// Nobody could say whether the password of the attempt was right: it was no failure, and makes no address known.
    pub(super) fn undecided(&self, attempt: &Attempt, now: Instant) {
        self.with(|tables| tables.take_back(attempt, now));
    }

    /// A request with a password that was found right a short while ago.
    pub(super) fn seen(&self, account: &str, address: IpAddr, now: Instant) {
        let pair = Pair::new(account, address);
        self.with(|tables| tables.known.remember(&pair, now));
    }

    /// Forgets the failures of an account, wherever they came from. For an hour only failures of the account itself delay
    /// it: whoever asked for this may sit behind an address that has too many.
    pub(super) fn reset(&self, account: &str, now: Instant) {
        self.with(|tables| {
            tables.accounts.forget(&account.to_owned());
            tables.known.forgive(account);
            tables.forgiven.retain(|_, since| is_recent(*since, now));
            tables.forgiven.insert(account.to_owned(), now);
        });
    }

    fn with<T>(&self, work: impl FnOnce(&mut Tables) -> T) -> T {
        work(&mut self.tables.lock())
    }
}

impl Tables {
    fn take_back(&mut self, attempt: &Attempt, now: Instant) {
        match &attempt.before {
            Before::Known(before) => {
                if let Some(failures) = self.known.get(&attempt.pair, now) {
                    failures.take_back(before);
                }
            }
            Before::Stranger { account, address } => {
                self.accounts.take_back(&attempt.pair.account, account);
                self.addresses.take_back(&attempt.pair.address, address);
            }
        }
    }

    fn delay(&mut self, pair: &Pair, now: Instant) -> Option<Duration> {
        if let Some(failures) = self.known.get(pair, now) {
            return failures.remaining(FREE_FOR_ACCOUNT, LONGEST_WHERE_KNOWN, now);
        }
        let of_account = self.accounts.remaining(&pair.account, FREE_FOR_ACCOUNT, now);
        if self
            .forgiven
            .get(&pair.account)
            .is_some_and(|since| is_recent(*since, now))
        {
            return of_account;
        }
        let of_address = self.addresses.remaining(&pair.address, FREE_FOR_ADDRESS, now);
        of_account.max(of_address)
    }
}

fn is_recent(since: Instant, now: Instant) -> bool {
    now.saturating_duration_since(since) < FORGOTTEN_AFTER
}

impl Failures {
    fn remaining(&self, free: u32, longest: Duration, now: Instant) -> Option<Duration> {
        let last = self.last?;
        if !is_recent(last, now) {
            return None;
        }
        let over = self.count.checked_sub(free)?;
        let delay = FIRST.saturating_mul(1 << over.min(16)).min(longest);
        let left = (last + delay).saturating_duration_since(now);
        Some(left).filter(|left| !left.is_zero())
    }

    fn add(&mut self, now: Instant) {
        if self.last.is_none_or(|last| !is_recent(last, now)) {
            self.count = 0;
        }
        self.count = self.count.saturating_add(1);
        self.last = Some(now);
    }

    /// Undoes an [`Self::add`]. Failures that were added since stay, with their time.
    fn take_back(&mut self, before: &Self) {
        self.count = self.count.saturating_sub(1);
        if self.count == before.count {
            self.last = before.last;
        }
    }
}

#[cfg(test)]
mod tests;
