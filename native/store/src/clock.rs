//! Clocks, and what a wall clock is worth.

use std::time::Instant;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, civil::Date};
use licensing_api::alert::{Alert, AlertLevel};
use licensing_core::Moment;

/// By how much the wall clock may differ from the course of time before it counts as a jump.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(120);

/// The clocks of a machine.
pub trait Clock: Send + Sync + 'static {
    /// Milliseconds on a clock that never steps.
    fn monotonic_ms(&self) -> u64;

    /// The wall clock.
    fn wall(&self) -> Timestamp;

    /// The day that an instant falls on in the server's local time.
    fn date(&self, at: Timestamp) -> Date;
}

/// The clocks of this machine.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
    zone: TimeZone,
}

impl SystemClock {
    /// Reads the system's time zone once.
    pub fn new() -> Self {
        Self {
            started: Instant::now(),
            zone: TimeZone::system(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn monotonic_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn wall(&self) -> Timestamp {
        Timestamp::now()
    }

    fn date(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }
}

/// Watches the wall clock.
///
/// It follows a *trusted* time: the wall clock as long as that agrees with the course of the monotonic clock, else the
/// time it had plus what has passed since. The latest trusted time is stored, so that setting the clock back, also
/// across a restart, brings no expired license back. A jump ahead is not stored: when the clock is put right again,
/// nothing has been lost. A jump never ends a lease, leases live by the monotonic clock.
#[derive(Debug)]
pub(crate) struct WallGuard {
    trusted: Timestamp,
    trusted_at_ms: u64,
    /// Latest trusted time of this and all earlier runs.
    high: Timestamp,
    jumped: Option<Jump>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Jump {
    since: Timestamp,
    by: SignedDuration,
}

impl WallGuard {
    /// Begins with the latest time of earlier runs, if there were any.
    pub(crate) fn new(clock: &dyn Clock, stored: Option<Timestamp>) -> Self {
        let wall = clock.wall();
        let high = stored.map_or(wall, |stored| stored.max(wall));
        let mut guard = Self {
            trusted: high,
            trusted_at_ms: clock.monotonic_ms(),
            high,
            jumped: None,
        };
        guard.compare(wall);
        guard
    }

    /// Reads the clocks.
    pub(crate) fn observe(&mut self, clock: &dyn Clock) -> Moment {
        let monotonic_ms = clock.monotonic_ms();
        let wall = clock.wall();
        let passed = monotonic_ms.saturating_sub(self.trusted_at_ms);
        let passed = SignedDuration::from_millis(i64::try_from(passed).unwrap_or(i64::MAX));
        self.trusted = self.trusted.saturating_add(passed).unwrap_or(self.trusted);
        self.trusted_at_ms = self.trusted_at_ms.max(monotonic_ms);
        self.compare(wall);
        self.high = self.high.max(self.trusted);
        Moment {
            monotonic_ms,
            wall,
            trusted: self.trusted,
            today: clock.date(wall.max(self.high)),
        }
    }

    /// What to store.
    pub(crate) fn high(&self) -> Timestamp {
        self.high
    }

    /// The standing alert, as long as the wall clock does not agree with the course of time.
    pub(crate) fn alert(&self) -> Option<Alert> {
        let jump = self.jumped?;
        let (direction, seconds) = match jump.by.as_secs() {
            seconds if seconds < 0 => ("back", seconds.unsigned_abs()),
            seconds => ("ahead", seconds.unsigned_abs()),
        };
        Some(Alert {
            code: "ClockJumped".to_owned(),
            level: AlertLevel::Alert,
            title: "The clock of the license server jumped.".to_owned(),
            detail: format!(
                "The wall clock is {seconds} seconds {direction} of the time that has passed. No seat was taken \
                 back because of it."
            ),
            action:
                "Set the clock right. If it is right now, restart the vendor daemon, which then goes by it."
                    .to_owned(),
            since: Some(jump.since),
        })
    }

    /// Seconds of the jump that stands, for the audit.
    pub(crate) fn jump_seconds(&self) -> Option<i64> {
        self.jumped.map(|jump| jump.by.as_secs())
    }

    fn compare(&mut self, wall: Timestamp) {
        let by = wall.duration_since(self.trusted);
        if by.abs() <= TOLERANCE {
            self.trusted = wall;
            self.jumped = None;
        } else {
            let since = self.jumped.map_or(wall, |jump| jump.since);
            self.jumped = Some(Jump { since, by });
        }
    }
}
