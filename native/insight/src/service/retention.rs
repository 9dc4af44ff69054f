//! Dropping what is old, by a clock that may be wrong.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Insight;
use crate::storage::StorageError;

/// So long nothing arrives at a receiver only when it is out of use, or its clock was set.
const GAP: SignedDuration = SignedDuration::from_hours(7 * 24);
/// For how long nothing is dropped after such a gap: time for somebody to read the log and to set the clock.
const HOLD: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Holds the dropping of old uploads while the clock may be far ahead: what it drops never comes back.
#[derive(Debug, Clone, Default)]
pub struct DropGuard {
    /// The clock at the last look, and how long the program had run.
    last: Option<(Timestamp, Duration)>,
    /// How long the program had run when the clock was last seen far ahead.
    held: Option<Duration>,
}

impl DropGuard {
    /// Whether old uploads may be dropped now. `newest` is when the latest upload arrived, `running` how long the program has
    /// run, by a clock that never steps.
    pub fn may_drop(&mut self, now: Timestamp, newest: Option<Timestamp>, running: Duration) -> bool {
        let is_late = newest.is_some_and(|newest| now.duration_since(newest) > GAP);
        let has_stepped = self.last.is_some_and(|(then, ran)| {
            let passed = running.saturating_sub(ran);
            let expected = then.saturating_add(passed).unwrap_or(Timestamp::MAX);
            now.duration_since(expected) > GAP
        });
        self.last = Some((now, running));
        if is_late || has_stepped {
            self.held = Some(running);
        }
        self.held
            .is_none_or(|since| running.saturating_sub(since) >= HOLD)
    }
}

impl Insight {
    /// Drops what is older than the retention, and looks at the servers that it was of. While the clock may be far ahead
    /// nothing is dropped.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn drop_old(&self, now: Timestamp, running: Duration) -> Result<u64, StorageError> {
        let Ok(before) = now.checked_sub(self.retention) else {
            return Ok(0);
        };
        let newest = self.storage.contacts()?.into_values().max();
        if self.drop_guard.lock().may_drop(now, newest, running) {
            return self.storage.drop_before(before);
        }
        tracing::error!(
            %now,
            newest = newest.map(tracing::field::display),
            "old uploads are not dropped: the clock went more than 7 days ahead without an upload; set it right, or wait 7 days"
        );
        Ok(0)
    }
}
