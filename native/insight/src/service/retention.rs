//! Dropping what is old, by a clock that may be wrong.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Insight, from_json, to_json};
use crate::storage::{Change, Kind, StorageError};

/// A clock that has gone so much further than the program has run was set, or the program was out of use for that long.
const GAP: SignedDuration = SignedDuration::from_hours(7 * 24);
/// For how long the program runs without dropping anything after that, in seconds: time for somebody to read the log and to set
/// the clock.
const HOLD_SECONDS: u64 = 7 * 24 * 60 * 60;
/// Key of the guard as it is kept.
const KEY: &str = "guard";

/// Holds the dropping of old uploads while the clock may be far ahead: what it drops never comes back.
///
/// It is kept from look to look, over restarts of the program, so that neither a restart nor what arrives by a wrong clock makes
/// it forget what the clock was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DropGuard {
    /// The clock at the last look.
    looked: Timestamp,
    /// How long the program has to run yet before anything is dropped.
    hold_seconds: u64,
    /// The clock at the look after which it went far ahead; none when nothing is held because of that.
    ahead_since: Option<Timestamp>,
}

impl DropGuard {
    /// For a first look: how far the clock has gone is not known, so that it holds.
    pub fn new(now: Timestamp) -> Self {
        Self {
            looked: now,
            hold_seconds: HOLD_SECONDS,
            ahead_since: None,
        }
    }

    /// Looks at the clock; says whether old uploads may be dropped now. `ran` is how long the program has run since the look
    /// before, or since it started if that is later, by a clock that never steps.
    pub fn look(&mut self, now: Timestamp, ran: Duration) -> bool {
        let expected = self.looked.saturating_add(ran).unwrap_or(Timestamp::MAX);
        if now.duration_since(expected) > GAP {
            self.hold_seconds = HOLD_SECONDS;
            self.ahead_since = self.ahead_since.or(Some(self.looked));
        } else {
            self.hold_seconds = self.hold_seconds.saturating_sub(ran.as_secs());
        }
        self.looked = now;
        if self.hold_seconds > 0 {
            return false;
        }
        self.ahead_since = None;
        true
    }
}

impl Insight {
    /// Drops what is older than the retention, and looks at the servers that it was of. While the clock may be far ahead
    /// nothing is dropped. `running` is how long the program has run, by a clock that never steps.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn drop_old(&self, now: Timestamp, running: Duration) -> Result<u64, StorageError> {
        let Ok(before) = now.checked_sub(self.retention) else {
            return Ok(0);
        };
        // Taken before anything can fail: time that counts for less than it was holds for longer.
        let ran = running.saturating_sub(std::mem::replace(&mut *self.looked_at_clock.lock(), running));
        let mut guard = match self.storage.item(Kind::Retention, KEY)? {
            Some(text) => from_json(Kind::Retention, &text)?,
            None => DropGuard::new(now),
        };
        let may_drop = guard.look(now, ran);
        let change = Change::Put {
            kind: Kind::Retention,
            key: KEY.to_owned(),
            organization: None,
            value: to_json(Kind::Retention, &guard)?,
        };
        self.storage.change(&[], &[change])?;
        if may_drop {
            return self.storage.drop_before(before);
        }
        match guard.ahead_since {
            Some(since) => tracing::error!(
                %now,
                %since,
                seconds_left = guard.hold_seconds,
                "old uploads are not dropped for now: the clock went more than 7 days ahead; see that it is right before this ends"
            ),
            None => tracing::debug!(
                seconds_left = guard.hold_seconds,
                "old uploads are not dropped: the clock has not been known for 7 days"
            ),
        }
        Ok(0)
    }
}
