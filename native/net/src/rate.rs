//! How many requests one address may make.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use licensing_api::{ErrorCode, Problem};
use parking_lot::Mutex;

use crate::network_of;

/// Requests that an address may make at once after a pause.
const BURST: f64 = 1000.0;

/// Requests a second that it may make for ever.
const PER_SECOND: f64 = 500.0;

/// Most addresses remembered. An address that is not remembered has its whole burst.
const MAX_ADDRESSES: usize = 10_000;

/// A bucket of requests for each address (one /64 network of IPv6).
#[derive(Debug, Default)]
pub struct RateLimit {
    buckets: Mutex<HashMap<IpAddr, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl Bucket {
    fn refilled(self, now: Instant) -> Self {
        let gained = now.saturating_duration_since(self.at).as_secs_f64() * PER_SECOND;
        Self {
            left: (self.left + gained).min(BURST),
            at: now,
        }
    }
}

impl RateLimit {
    /// Takes one request out of the bucket of the address.
    ///
    /// # Errors
    /// `TooManyRequests` when it is empty.
    pub fn take(&self, address: IpAddr, now: Instant) -> Result<(), Problem> {
        let address = network_of(address);
        let mut buckets = self.buckets.lock();
        if buckets.len() >= MAX_ADDRESSES && !buckets.contains_key(&address) {
            // A bucket that is full again says nothing. If all are in use the table starts anew, which is cheaper
            // than looking for the oldest each time and harms nobody.
            buckets.retain(|_, bucket| {
                now.saturating_duration_since(bucket.at) < Duration::from_secs_f64(BURST / PER_SECOND)
            });
            if buckets.len() >= MAX_ADDRESSES {
                buckets.clear();
            }
        }
        let full = Bucket { left: BURST, at: now };
        let bucket = buckets.entry(address).or_insert(full);
        *bucket = bucket.refilled(now);
        if bucket.left < 1.0 {
            return Err(Problem::new(
                ErrorCode::TooManyRequests,
                "This address makes more requests than the server takes from one.",
            )
            .retry_after(1));
        }
        bucket.left -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_burst_and_then_its_rate() {
        let rate = RateLimit::default();
        let now = Instant::now();
        let address = IpAddr::from([192, 0, 2, 1]);
        let taken = |now| (0..5000).filter(|_| rate.take(address, now).is_ok()).count();
        assert_eq!(taken(now), 1000);
        assert_eq!(taken(now + Duration::from_secs(1)), 500);
        assert!(rate.take(IpAddr::from([192, 0, 2, 2]), now).is_ok());
    }

    #[test]
    fn the_table_stays_bounded() {
        let rate = RateLimit::default();
        let now = Instant::now();
        for number in 0..(MAX_ADDRESSES as u32 + 5) {
            assert!(rate.take(IpAddr::from(number.to_be_bytes()), now).is_ok());
        }
        let buckets = rate.buckets.lock();
        assert!(buckets.len() <= MAX_ADDRESSES);
    }
}
