//! Clocks, and what a wall clock is worth.

use std::time::Instant;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, civil::Date};
use licensing_api::alert::{Alert, AlertCode};
use licensing_seats::Moment;

/// By how much the wall clock may differ from the course of time before it counts as a jump.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(120);

/// How far ahead of the end of the run before the wall clock may be at a start without being doubted.
const FAR_AHEAD: SignedDuration = SignedDuration::from_hours(31 * 24);

/// For how long it is doubted then, in milliseconds of the monotonic clock: time to set a wrong clock right.
const DOUBT_MS: u64 = 60 * 60 * 1000;

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
///
/// At a start far ahead of the run before, either the server was off for long or its clock is wrong. The trusted time
/// then goes on from where it was until the clock is set right, or an hour has passed in which nobody has done so.
#[derive(Debug)]
pub(crate) struct WallGuard {
    trusted: Timestamp,
    trusted_at_ms: u64,
    /// Latest trusted time of this and all earlier runs.
    high: Timestamp,
    jumped: Option<Jump>,
    /// Until when, on the monotonic clock, a wall clock far ahead at the start is doubted.
    doubted_until_ms: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Jump {
    since: Timestamp,
    by: SignedDuration,
}

impl WallGuard {
    /// Begins with the latest time of earlier runs, if there were any.
    pub(crate) fn new(clock: &dyn Clock, stored: Option<Timestamp>) -> Self {
        let (wall, monotonic_ms) = (clock.wall(), clock.monotonic_ms());
        let far_from = stored.filter(|stored| wall.duration_since(*stored) > FAR_AHEAD);
        let high = far_from.unwrap_or_else(|| stored.map_or(wall, |stored| stored.max(wall)));
        let mut guard = Self {
            trusted: high,
            trusted_at_ms: monotonic_ms,
            high,
            jumped: None,
            doubted_until_ms: far_from.map(|_| monotonic_ms.saturating_add(DOUBT_MS)),
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

    /// The active alert, as long as the wall clock does not agree with the course of time.
    pub(crate) fn alert(&self) -> Option<Alert> {
        let jump = self.jumped?;
        let (direction, seconds) = match jump.by.as_secs() {
            seconds if seconds < 0 => ("back", seconds.unsigned_abs()),
            seconds => ("ahead", seconds.unsigned_abs()),
        };
        let action = if self.doubted_until_ms.is_some() {
            "Set the clock right. If it is right because the server was off for so long, do nothing: it is accepted \
             within an hour."
        } else {
            "Set the clock right. Until it is, licenses expire by the later of the clock and the latest time that was \
             accepted."
        };
        Some(
            Alert::new(AlertCode::ClockJumped)
                .saying(format!(
                    "The wall clock is {seconds} seconds {direction} of the time that has passed. No seat was taken \
                     back because of it."
                ))
                .advise(action)
                .since(jump.since),
        )
    }

    /// Seconds of the jump that stands, for the audit.
    pub(crate) fn jump_seconds(&self) -> Option<i64> {
        self.jumped.map(|jump| jump.by.as_secs())
    }

    fn compare(&mut self, wall: Timestamp) {
        let by = wall.duration_since(self.trusted);
        let (ahead, trusted) = match self.doubted_until_ms {
            None => (TOLERANCE, false),
            Some(until) => (FAR_AHEAD, self.trusted_at_ms >= until),
        };
        if (-TOLERANCE..=ahead).contains(&by) || (trusted && by.is_positive()) {
            self.trusted = wall;
            self.jumped = None;
            self.doubted_until_ms = None;
        } else {
            let since = self.jumped.map_or(wall, |jump| jump.since);
            self.jumped = Some(Jump { since, by });
        }
    }
}
