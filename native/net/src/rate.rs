//! How many requests one address, or another caller, may make.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use licensing_api::{ErrorCode, Problem};
use parking_lot::Mutex;

use crate::network_of;

/// Most callers remembered. One that is not remembered has its whole burst.
const MAX_CALLERS: usize = 10_000;

/// Longest time after which a caller is told to try again, in seconds.
const LONGEST_RETRY: u32 = 30;

/// A bucket of requests for each caller, which is an address (one /64 network of IPv6) unless another key is chosen.
#[derive(Debug)]
pub struct RateLimit<K = IpAddr> {
    buckets: Mutex<HashMap<K, Bucket>>,
    burst: f64,
    per_second: f64,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    /// Refused requests that were told a time which has not come yet.
    told: f64,
    at: Instant,
}

impl<K: Eq + Hash> RateLimit<K> {
    /// A caller may make `burst` requests at once after a pause, and `per_second` for ever.
    #[must_use]
    pub fn new(burst: u32, per_second: u32) -> Self {
        Self {
            buckets: Mutex::default(),
            burst: burst.into(),
            per_second: per_second.max(1).into(),
        }
    }

    /// Takes one request out of the bucket of a caller.
    ///
    /// # Errors
    /// `TooManyRequests` when it is empty, with the seconds until there is one again for this request: those that were
    /// refused before it are let through first, so that they do not all come back at once.
    pub fn take_of(&self, caller: K, now: Instant) -> Result<(), Problem> {
        let mut buckets = self.buckets.lock();
        if buckets.len() >= MAX_CALLERS && !buckets.contains_key(&caller) {
            // A bucket that is full again says nothing. If all are in use the table starts again, which is cheaper
            // than looking for the oldest each time and harms nobody.
            buckets.retain(|_, bucket| {
                now.saturating_duration_since(bucket.at)
                    < Duration::from_secs_f64(self.burst / self.per_second)
            });
            if buckets.len() >= MAX_CALLERS {
                buckets.clear();
            }
        }
        let bucket = buckets.entry(caller).or_insert(Bucket {
            left: self.burst,
            told: 0.0,
            at: now,
        });
        let gained = now.saturating_duration_since(bucket.at).as_secs_f64() * self.per_second;
        *bucket = Bucket {
            left: (bucket.left + gained).min(self.burst),
            told: (bucket.told - gained).max(0.0),
            at: now,
        };
        if bucket.left < 1.0 {
            bucket.told = (bucket.told + 1.0).min(self.per_second * f64::from(LONGEST_RETRY));
            let seconds = (bucket.told / self.per_second).ceil() as u32;
            return Err(Problem::new(
                ErrorCode::TooManyRequests,
                "This address or token makes more requests than the server takes from one.",
            )
            .retry_after(seconds.clamp(1, LONGEST_RETRY)));
        }
        bucket.left -= 1.0;
        Ok(())
    }
}

impl RateLimit {
    /// An address may make this many requests a second for ever, and twice as many at once after a pause.
    #[must_use]
    pub fn per_second(requests: u32) -> Self {
        Self::new(requests.saturating_mul(2), requests)
    }

    /// Takes one request out of the bucket of an address.
    ///
    /// # Errors
    /// As [`Self::take_of`].
    pub fn take(&self, address: IpAddr, now: Instant) -> Result<(), Problem> {
        self.take_of(network_of(address), now)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_address_has_its_burst_and_then_its_rate() {
        let rate = RateLimit::per_second(500);
        let now = Instant::now();
        let address = IpAddr::from([192, 0, 2, 1]);
        let taken = |now| (0..5000).filter(|_| rate.take(address, now).is_ok()).count();
        assert_eq!(taken(now), 1000);
        assert_eq!(taken(now + Duration::from_secs(1)), 500);
        assert!(rate.take(IpAddr::from([192, 0, 2, 2]), now).is_ok());
    }

    #[test]
    fn who_is_refused_is_told_when_there_is_room_for_them() {
        let rate = RateLimit::new(10, 100);
        let now = Instant::now();
        let ask = |now| {
            let answer = rate.take_of("caller", now);
            answer.map_err(|problem| problem.retry_after.unwrap_or_default())
        };
        assert_eq!((0..10).filter(|_| ask(now).is_ok()).count(), 10);
        let told: Vec<_> = (0..250).filter_map(|_| ask(now).err()).collect();
        let at = |second| told.iter().filter(|told| **told == second).count();
        assert_eq!((at(1), at(2), at(3)), (100, 100, 50));
        // Those who were told one second come then.
        let later = now + Duration::from_secs(1);
        assert_eq!((0..10).filter(|_| ask(later).is_ok()).count(), 10);
        assert_eq!(ask(later), Err(2));
        for _ in 0..100_000 {
            assert!(ask(later).unwrap_err() <= LONGEST_RETRY);
        }
        assert!(ask(later + Duration::from_secs(60)).is_ok());
    }

    #[test]
    fn the_table_stays_bounded() {
        let rate = RateLimit::per_second(500);
        let now = Instant::now();
        for number in 0..(MAX_CALLERS as u32 + 5) {
            assert!(rate.take(IpAddr::from(number.to_be_bytes()), now).is_ok());
        }
        let buckets = rate.buckets.lock();
        assert!(buckets.len() <= MAX_CALLERS);
    }
}
