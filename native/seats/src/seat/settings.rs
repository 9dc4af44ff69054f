//! What an administrator may set about seats.

use std::time::Duration;

use jiff::tz::TimeZone;

use super::BurstTerms;

/// Settings of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatSettings {
    /// How often products are told to send a heartbeat.
    pub heartbeat: Duration,
    /// Without a heartbeat a lease ends after this time. At least two heartbeats, so that one may be lost.
    pub lifetime: Duration,
    /// Whether `DOMAIN\name` and `name@domain` are the same user as `name`.
    pub fold_domains: bool,
    /// How long the assignment of a seat to a user or device lasts after its last use, where the license says nothing.
    pub assignment: Duration,
    /// How requests are granted for a time when everything is out; none when they never are.
    pub burst: Option<BurstTerms>,
    /// Zone of the server's local time: the days of licenses are days there.
    pub zone: TimeZone,
    /// For how long the request keys of leases that have ended are remembered.
    pub remember_keys: Duration,
    /// How many of them at most.
    pub remembered_keys: usize,
    /// For how long the place in the queue of a product that is gone is kept.
    pub queue_kept: Duration,
    /// Most requests that wait.
    pub queue_places: usize,
    /// Most requests that wait for one feature.
    pub queue_places_per_feature: usize,
    /// Most requests that wait of one address, and of one token or certificate.
    pub queue_places_per_caller: usize,
    /// Most seats that these wait for together.
    pub queue_seats_per_caller: u64,
    /// Number of the newest denials that are kept.
    pub kept_denials: u64,
}

impl Default for SeatSettings {
    fn default() -> Self {
        let heartbeat = Duration::from_secs(5 * 60);
        Self {
            heartbeat,
            lifetime: heartbeat * 3,
            fold_domains: true,
            assignment: Duration::from_secs(90 * 24 * 60 * 60),
            burst: None,
            zone: TimeZone::UTC,
            remember_keys: Duration::from_secs(15 * 60),
            remembered_keys: 262_144,
            queue_kept: Duration::from_secs(60),
            queue_places: 10_000,
            queue_places_per_feature: 1_000,
            queue_places_per_caller: 250,
            queue_seats_per_caller: 10_000,
            kept_denials: 10_000,
        }
    }
}

impl SeatSettings {
    /// User name as it is compared: case never matters, the domain only where it is kept.
    pub fn user_key(&self, user: &str) -> String {
        let name = if self.fold_domains {
            Self::without_domain(user)
        } else {
            user
        };
        name.to_lowercase()
    }

    /// `name` of `DOMAIN\name` and `name@domain`.
    pub fn without_domain(user: &str) -> &str {
        let name = user.rsplit_once('\\').map_or(user, |(_, name)| name);
        name.split_once('@').map_or(name, |(name, _)| name)
    }
}
