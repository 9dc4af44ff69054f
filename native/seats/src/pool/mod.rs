//! Pools: increments that count together, what they grant on a day, and in which order they are tried.

mod build;
mod built_in;
mod candidate;
mod effects;
mod fate;
mod group;
mod identity;
mod installed;
mod lines;
mod most_seats;
mod package;
mod sort_out;
mod substitutes;
mod supersede;
mod upgrade;
mod validity;

use std::sync::Arc;

use jiff::civil::Date;
use licensing_api::inventory::{PoolStatus, SignatureState};

use licensing_license_file::license_file::{HostId, LicenseDate};

pub use built_in::{STARTUP_CONNECTIONS, diagnostics_feature, startup_feature};
pub use effects::effects;
pub use fate::{ComponentSeats, IgnoredLine, LineFate, LineNote, LinePlace, NoEffect};
pub use identity::{PoolId, PoolIdentity, SuiteMembership};
pub use installed::{InstalledFile, PoolContext};
pub use substitutes::satisfied_features;
use validity::Validity;

/// All pools of one vendor, in the order in which a checkout tries them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PoolSet {
    /// Pools in the order in which they are tried.
    pub pools: Vec<Pool>,
    /// Lines that have no effect, and why.
    pub ignored: Vec<IgnoredLine>,
    /// What lines do to each other, in the order in which it was found out.
    pub notes: Vec<LineNote>,
}

impl PoolSet {
    /// Sorts the increments of one vendor's files into pools.
    pub fn build(files: &[InstalledFile<'_>], context: &PoolContext<'_>) -> Self {
        build::build(files, context)
    }
}

/// Increments that count together.
#[derive(Debug, Clone, PartialEq)]
pub struct Pool {
    /// What they have in common.
    pub identity: Arc<PoolIdentity>,
    /// The increments, in the order of their files and lines.
    pub increments: Vec<PoolIncrement>,
}

/// What one FEATURE, INCREMENT or UPGRADE line adds to a pool. It keeps its own dates: the pool shrinks when one passes.
#[derive(Debug, Clone, PartialEq)]
pub struct PoolIncrement {
    /// Seats; none when uncounted.
    pub count: Option<u32>,
    /// Seats beyond the count.
    pub overdraft: u32,
    /// Last valid day.
    pub expires: LicenseDate,
    /// First valid day; none when it starts at once.
    pub starts: Option<Date>,
    /// Day on which it was issued, where it says so.
    pub issued: Option<Date>,
    /// What it says to whoever reads it (NOTICE).
    pub notice: Option<String>,
    /// Whether its signature holds.
    pub signature: SignatureState,
    /// Whether it may be granted although its signature cannot be verified, because the configuration says so.
    pub accepted_unverified: bool,
    /// Whether its file is bound to this machine.
    pub host_matches: bool,
    /// Machines that may use it; empty when any may.
    pub host_ids: Vec<HostId>,
    /// Serial number.
    pub serial_number: Option<String>,
    /// Vendor string.
    pub vendor_string: Option<String>,
    /// License type, LT of the vendor string.
    pub license_type: Option<String>,
    /// Seconds that seats stay out after checkin (LINGER); 0 for none.
    pub linger_seconds: u32,
    /// File it comes from; empty for what the server brings itself.
    pub file: String,
    /// Physical line it begins at.
    pub line: u32,
}

impl PoolIncrement {
    /// Whether and why it gives seats on a day.
    pub fn status(&self, today: Date) -> PoolStatus {
        self.validity().status(today)
    }

    fn validity(&self) -> Validity {
        Validity {
            expires: self.expires,
            starts: self.starts,
            signature: self.signature,
            accepted_unverified: self.accepted_unverified,
            host_matches: self.host_matches,
        }
    }
}

/// What a pool may give out on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Capacity {
    /// Seats bought; none when uncounted.
    pub count: Option<u32>,
    /// Seats beyond them.
    pub overdraft: u32,
}

impl Capacity {
    /// Nothing.
    pub const NONE: Self = Self {
        count: Some(0),
        overdraft: 0,
    };

    /// Seats including overdraft; none when uncounted.
    pub fn total(self) -> Option<u32> {
        self.count.map(|count| count.saturating_add(self.overdraft))
    }

    /// Whether nothing at all can be given out.
    pub fn is_none(self) -> bool {
        self.total() == Some(0)
    }
}

impl Pool {
    /// What it may give out on a day: the sum over the increments that serve then.
    pub fn capacity(&self, today: Date) -> Capacity {
        let serving = || {
            self.increments
                .iter()
                .filter(|i| i.status(today) == PoolStatus::Serving)
        };
        if serving().any(|increment| increment.count.is_none()) {
            return Capacity {
                count: None,
                overdraft: 0,
            };
        }
        let (mut count, mut overdraft) = (0u32, 0u32);
        for increment in serving() {
            count = count.saturating_add(increment.count.unwrap_or(0));
            overdraft = overdraft.saturating_add(increment.overdraft);
        }
        Capacity {
            count: Some(count),
            overdraft,
        }
    }

    /// Whether it serves on a day, and if not, the reason nearest to serving.
    pub fn status(&self, today: Date) -> PoolStatus {
        self.increments
            .iter()
            .map(|increment| increment.status(today))
            .min_by_key(|status| match status {
                PoolStatus::Serving => 0,
                PoolStatus::NotStarted => 1,
                PoolStatus::Expired => 2,
                PoolStatus::WrongHost => 3,
                PoolStatus::Refused => 4,
            })
            .unwrap_or(PoolStatus::Refused)
    }

    /// The worst signature state among its increments.
    pub fn signature(&self) -> SignatureState {
        self.increments
            .iter()
            .map(|increment| increment.signature)
            .max_by_key(|state| match state {
                SignatureState::Valid => 0,
                SignatureState::Unverifiable => 1,
                SignatureState::Missing => 2,
                SignatureState::UnknownIssuer => 3,
                SignatureState::Invalid => 4,
            })
            .unwrap_or(SignatureState::Missing)
    }

    /// Last valid day of the increment that ends first among those that have not ended; of the last one when all
    /// have. None when nothing expires.
    pub fn first_expiry(&self, today: Date) -> Option<Date> {
        let days = || {
            self.increments
                .iter()
                .filter_map(|increment| match increment.expires {
                    LicenseDate::Day(day) => Some(day),
                    LicenseDate::Permanent => None,
                })
        };
        let permanent = self
            .increments
            .iter()
            .any(|increment| increment.expires == LicenseDate::Permanent);
        days()
            .filter(|day| *day >= today)
            .min()
            .or_else(|| if permanent { None } else { days().max() })
    }

    /// Last day on which it has seats at all, as far as is known on `today`; none when that never ends.
    pub fn last_expiry(&self, today: Date) -> Option<Date> {
        let serving = self
            .increments
            .iter()
            .filter(|i| i.status(today) == PoolStatus::Serving);
        let mut last = None;
        for increment in serving {
            match increment.expires {
                LicenseDate::Permanent => return None,
                LicenseDate::Day(day) => last = last.max(Some(day)),
            }
        }
        last
    }

    /// Seconds that seats stay out after checkin, as the publisher says: the longest time of its increments, since nobody
    /// can tell which of them a seat came from.
    pub fn linger_seconds(&self) -> u32 {
        let increments = self.increments.iter();
        increments
            .map(|increment| increment.linger_seconds)
            .max()
            .unwrap_or(0)
    }

    /// Whether it counts at all.
    pub fn is_uncounted(&self) -> bool {
        self.increments.iter().any(|increment| increment.count.is_none())
    }
}
