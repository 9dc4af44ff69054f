//! When the next upload is due: a state machine that takes events and gives a time.
//!
//! It counts on a clock that never steps, so that setting the system clock neither makes a burst of uploads nor skips one.
//! The wall clock only turns a time of day into a delay, and dates what is shown.

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use serde::{Deserialize, Serialize};

/// From the start of the server, or from switching the service on, to the first upload: 5 minutes.
pub const FIRST_MS: u64 = 5 * 60 * 1000;
/// From an upload to the next, and from a failed one to the next try: 24 hours.
pub const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// Without success for this long, counted while the service is on and the server runs, uploads are overdue: 48 hours.
pub const OVERDUE_MS: u64 = 2 * DAY_MS;
/// Longest time that a receiver may put the next try off for: 7 days.
pub const MAX_RETRY_AFTER_MS: u64 = 7 * DAY_MS;

/// One reading of the clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds on a clock that never steps; its zero has no meaning beyond one run of the server.
    pub monotonic_ms: u64,
    /// What the wall clock shows.
    pub wall: Timestamp,
    /// The same in the server's local time.
    pub local: DateTime,
}

/// Whether uploads are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Switch {
    /// An administrator has switched the service off.
    Disabled,
    /// Nobody has said where to.
    #[default]
    NoDestination,
    /// They are.
    On,
}

/// What an administrator decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Settings {
    /// Whether uploads are made.
    pub switch: Switch,
    /// Local time of day of the daily upload; none for 24 hours after the one before.
    pub upload_time: Option<Time>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The server has started.
    Started,
    /// An administrator has decided.
    Configured(Settings),
    /// An upload begins, because it is due or because an administrator wants it.
    Begun {
        /// Whether an administrator wants it.
        manual: bool,
    },
    /// The upload that had begun succeeded.
    Succeeded,
    /// The upload that had begun failed.
    Failed {
        /// Why.
        reason: String,
        /// How long the receiver wants to be left alone, in milliseconds.
        retry_after_ms: Option<u64>,
    },
    /// Uploads that went to the receiver as a file were settled.
    Settled,
    /// Time has passed.
    Ticked,
}

/// How an upload ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum UploadResult {
    /// The receiver has it.
    Succeeded,
    /// It failed, and why.
    Failed(String),
    /// The service was switched off or given another destination, or the server ended.
    Cancelled,
}

/// The last upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastUpload {
    /// When it ended, by the wall clock.
    pub at: Timestamp,
    /// How it ended.
    pub result: UploadResult,
    /// Whether an administrator had started it.
    pub manual: bool,
}

/// What survives a restart.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedSchedule {
    /// What an administrator has decided.
    pub settings: Settings,
    /// The next upload, by the wall clock; it is shown. The start of the server sets another.
    pub next: Option<Timestamp>,
    /// The last upload.
    pub last: Option<LastUpload>,
    /// When the last upload succeeded.
    pub last_success: Option<Timestamp>,
    /// Time without success, in milliseconds, counted while the service is on and the server runs.
    pub waited_ms: u64,
    /// Whether an upload is under way, and an administrator started it.
    pub running_manual: Option<bool>,
}

/// When the next upload is due.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schedule {
    saved: SavedSchedule,
    /// The next upload on the clock that never steps.
    next_ms: Option<u64>,
    /// What was due when a manual upload began.
    put_off: Option<(u64, Timestamp)>,
    /// Up to when time without success has been counted.
    counted_ms: Option<u64>,
}

impl Schedule {
    /// What was saved, or the default for a new data folder. Nothing is due before [`Event::Started`].
    pub fn restore(saved: SavedSchedule) -> Self {
        Self {
            saved,
            ..Self::default()
        }
    }

    /// What survives a restart.
    pub fn saved(&self) -> &SavedSchedule {
        &self.saved
    }

    /// When the next upload is due on the clock that never steps; none while one is under way or none will be made.
    pub fn next_ms(&self) -> Option<u64> {
        self.next_ms
    }

    /// Whether an upload is due.
    pub fn is_due(&self, now: Moment) -> bool {
        self.next_ms.is_some_and(|next| next <= now.monotonic_ms)
    }

    /// Whether an upload is under way.
    pub fn is_running(&self) -> bool {
        self.saved.running_manual.is_some()
    }

    /// Whether no upload has succeeded for [`OVERDUE_MS`].
    pub fn is_overdue(&self) -> bool {
        self.saved.settings.switch == Switch::On && self.saved.waited_ms >= OVERDUE_MS
    }

    /// Takes an event. Gives false for one that does not fit: an upload that begins while another is under way or while none
    /// may be made, and the end of an upload that is not under way.
    pub fn on(&mut self, event: Event, now: Moment) -> bool {
        self.count(now);
        match event {
            Event::Started => self.started(now),
            Event::Configured(settings) => self.configured(settings, now),
            Event::Begun { manual } => return self.begun(manual),
            Event::Succeeded => return self.succeeded(now),
            Event::Failed {
                reason,
                retry_after_ms,
            } => return self.failed(reason, retry_after_ms, now),
            Event::Settled => self.arrived(now),
            Event::Ticked => {}
        }
        true
    }

    fn count(&mut self, now: Moment) {
        if self.saved.settings.switch == Switch::On {
            let since = self.counted_ms.unwrap_or(now.monotonic_ms);
            let passed = now.monotonic_ms.saturating_sub(since);
            self.saved.waited_ms = self.saved.waited_ms.saturating_add(passed);
        }
        self.counted_ms = Some(now.monotonic_ms);
    }

    fn started(&mut self, now: Moment) {
        self.counted_ms = Some(now.monotonic_ms);
        self.cancel(now);
        self.put_off = None;
        self.rest();
        if self.saved.settings.switch == Switch::On {
            self.due_in(FIRST_MS, now);
        }
    }

    fn configured(&mut self, settings: Settings, now: Moment) {
        let before = self.saved.settings;
        self.saved.settings = settings;
        match (before.switch, settings.switch) {
            (Switch::On, Switch::On) => {
                if before.upload_time != settings.upload_time
                    && !self.is_running()
                    && let Some(time) = settings.upload_time
                {
                    self.due_in(until(time, now, FIRST_MS), now);
                }
            }
            (Switch::Disabled | Switch::NoDestination, Switch::On) => {
                self.saved.waited_ms = 0;
                self.due_in(FIRST_MS, now);
            }
            (_, Switch::Disabled | Switch::NoDestination) => {
                self.cancel(now);
                self.put_off = None;
                self.rest();
            }
        }
    }

    fn begun(&mut self, manual: bool) -> bool {
        if self.saved.settings.switch != Switch::On || self.is_running() {
            return false;
        }
        self.saved.running_manual = Some(manual);
        self.put_off = self.next_ms.zip(self.saved.next);
        self.rest();
        true
    }

    fn succeeded(&mut self, now: Moment) -> bool {
        let Some(manual) = self.saved.running_manual.take() else {
            return false;
        };
        self.ended(UploadResult::Succeeded, manual, now);
        self.arrived(now);
        self.put_off = None;
        let delay = match self.saved.settings.upload_time {
            // At least half a day later, so that a manual upload takes the place of the one of the same day.
            Some(time) => until(time, now, DAY_MS / 2),
            None => DAY_MS,
        };
        self.due_in(delay, now);
        true
    }

    /// The receiver has got something, whichever way it went.
    fn arrived(&mut self, now: Moment) {
        self.saved.last_success = Some(now.wall);
        self.saved.waited_ms = 0;
    }

    fn failed(&mut self, reason: String, retry_after_ms: Option<u64>, now: Moment) -> bool {
        let Some(manual) = self.saved.running_manual.take() else {
            return false;
        };
        self.ended(UploadResult::Failed(reason), manual, now);
        let wanted = retry_after_ms.unwrap_or(0).min(MAX_RETRY_AFTER_MS);
        match self.put_off.take() {
            // What an administrator tries beside the schedule does not move it, unless the receiver asks for rest.
            Some((next_ms, next)) if manual && next_ms > now.monotonic_ms.saturating_add(wanted) => {
                self.next_ms = Some(next_ms);
                self.saved.next = Some(next);
            }
            Some(_) | None => self.due_in(DAY_MS.max(wanted), now),
        }
        true
    }

    fn cancel(&mut self, now: Moment) {
        if let Some(manual) = self.saved.running_manual.take() {
            self.ended(UploadResult::Cancelled, manual, now);
        }
    }

    fn ended(&mut self, result: UploadResult, manual: bool, now: Moment) {
        self.saved.last = Some(LastUpload {
            at: now.wall,
            result,
            manual,
        });
    }

    fn rest(&mut self) {
        self.next_ms = None;
        self.saved.next = None;
    }

    fn due_in(&mut self, delay_ms: u64, now: Moment) {
        self.next_ms = Some(now.monotonic_ms.saturating_add(delay_ms));
        let delay = jiff::SignedDuration::from_millis(i64::try_from(delay_ms).unwrap_or(i64::MAX));
        self.saved.next = Some(now.wall.saturating_add(delay).unwrap_or(Timestamp::MAX));
    }
}

/// Milliseconds until it is that time of day, at least `at_least`. A day counts 24 hours: where the local time changes by an
/// hour, the upload after the next one is on time again.
fn until(time: Time, now: Moment, at_least: u64) -> u64 {
    let of_day = |time: Time| {
        let seconds =
            i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
        u64::try_from(seconds * 1000 + i64::from(time.millisecond())).unwrap_or(0)
    };
    let (wanted, shown) = (of_day(time), of_day(now.local.time()));
    let ahead = (wanted + DAY_MS - shown) % DAY_MS;
    if ahead >= at_least { ahead } else { ahead + DAY_MS }
}
