//! Until when leases are held, and the clocks that end them.
//!
//! A lease held by heartbeats lives by the monotonic clock. One that lingers or is borrowed ends at an instant of the
//! trusted clock, across restarts too; the wheel of deadlines only knows the monotonic clock, so the table of leases
//! keeps how far the two are apart.

use std::time::Duration;

use crate::Moment;
use crate::seat::ledger::millis;

use super::LeaseTerm;
use super::held::Held;

/// By how much the clocks may drift apart before deadlines are worked out again, in milliseconds.
const DRIFT_MS: u64 = 1000;

/// Milliseconds by which the trusted clock, since 1970, is ahead of the monotonic one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lead(i64);

impl Lead {
    pub(super) fn at(now: Moment) -> Self {
        let monotonic_ms = i64::try_from(now.monotonic_ms).unwrap_or(i64::MAX);
        Self(now.trusted.as_millisecond().saturating_sub(monotonic_ms))
    }

    /// Takes the lead of now when it differs by more than the clocks may drift; tells whether it did.
    pub(super) fn follow(&mut self, now: Moment) -> bool {
        let lead = Self::at(now);
        let drifted = lead.0.abs_diff(self.0) >= DRIFT_MS;
        if drifted {
            *self = lead;
        }
        drifted
    }

    /// When a lease ends if nothing is heard of it, on the monotonic clock.
    pub(super) fn deadline(self, held: &Held, lifetime: Duration) -> u64 {
        match held.term {
            LeaseTerm::Heartbeats => held.heard_ms.saturating_add(millis(lifetime)),
            LeaseTerm::Lingering { until_ms } | LeaseTerm::Borrowed { until_ms } => {
                self.monotonic_ms(until_ms)
            }
        }
    }

    /// An instant of the trusted clock on the monotonic one; 0 when it is before that began.
    fn monotonic_ms(self, trusted_ms: i64) -> u64 {
        u64::try_from(trusted_ms.saturating_sub(self.0)).unwrap_or(0)
    }
}
