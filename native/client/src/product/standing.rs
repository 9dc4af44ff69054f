//! Whether a lease holds its seats, and until when it may without the server.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::lease::LeaseState;

/// Until when a ticket helps. Counted on both clocks: setting the time of day back does not prolong it, and neither
/// does sleeping, which the monotonic clock may not count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Until {
    pub(super) at: Timestamp,
    deadline: Instant,
}

impl Until {
    /// The instant `at`, which is `remaining` from now.
    pub(super) fn new(at: Timestamp, remaining: Duration) -> Self {
        let now = Instant::now();
        // Longer than any ticket: then the time of day alone decides.
        let far = Duration::from_secs(400 * 24 * 3600);
        Self {
            at,
            deadline: now + remaining.min(far),
        }
    }

    pub(super) fn is_over(&self) -> bool {
        Instant::now() >= self.deadline || Timestamp::now() >= self.at
    }

    /// When to look again: at the end, and now and then before it, as the time of day may have moved.
    pub(super) fn look_at(&self) -> Instant {
        self.deadline.min(Instant::now() + Duration::from_secs(60))
    }
}

/// How a lease stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    pub(super) state: LeaseState,
    pub(super) borrowed: bool,
    /// Until when it goes on without the server.
    pub(super) until: Option<Until>,
    /// Until when the server keeps the seats although it hears nothing of them, from its last word on; none where a
    /// ticket stands for them.
    pub(super) kept: Option<Until>,
    /// Since when the server did not answer; none while it does.
    pub(super) unconfirmed_since: Option<Timestamp>,
}

impl Standing {
    /// Of seats that were just given out, or that a ticket stands for.
    pub(super) fn new(borrowed: bool, until: Option<Until>) -> Self {
        Self {
            state: LeaseState::Held,
            borrowed,
            until,
            kept: None,
            unconfirmed_since: None,
        }
    }

    /// The state as of now: what lives by a ticket ends with it, whoever looks, and what the server may have ended is
    /// confirmed no more.
    pub(super) fn now(&self) -> LeaseState {
        if self.by_ticket().is_some_and(|until| until.is_over()) {
            return LeaseState::Ended;
        }
        match self.state {
            LeaseState::Held if self.is_overdue() => LeaseState::Unconfirmed,
            state => state,
        }
    }

    /// Whether the server may have ended it for want of heartbeats.
    pub(super) fn is_overdue(&self) -> bool {
        let by_server = matches!(self.state, LeaseState::Held | LeaseState::Unconfirmed);
        by_server && self.kept.is_some_and(|kept| kept.is_over())
    }

    /// The server did not answer.
    pub(super) fn doubt(&mut self) {
        if self.state == LeaseState::Held && !self.borrowed {
            self.state = LeaseState::Unconfirmed;
        }
        self.unconfirmed_since.get_or_insert_with(Timestamp::now);
    }

    /// The end of the ticket that it lives by at the moment.
    pub(super) fn by_ticket(&self) -> Option<Until> {
        let lives_by_it = match self.state {
            LeaseState::Held => self.borrowed,
            LeaseState::Grace => true,
            LeaseState::Unconfirmed | LeaseState::Ended | LeaseState::CheckedIn => false,
        };
        self.until.filter(|_| lives_by_it)
    }
}
