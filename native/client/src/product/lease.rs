//! Seats in use.

use std::sync::Arc;

use jiff::Timestamp;
use licensing_api::Problem;
use licensing_protocol::licensing as wire;
use tokio::sync::watch;

use super::connection::Connection;

/// What was given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseInfo {
    /// Feature.
    pub feature: String,
    /// Version of the pool the seats came from.
    pub version: String,
    /// Seats.
    pub count: u32,
    /// How many of them are overdraft.
    pub overdraft: u32,
    /// A heartbeat is due at least this often, in seconds.
    pub heartbeat_seconds: u32,
    /// Without a heartbeat the lease ends after this time, in seconds.
    pub lifetime_seconds: u32,
    /// When it was given out.
    pub since: Option<Timestamp>,
    /// When the license itself expires; none when it is permanent.
    pub license_expires: Option<Timestamp>,
    /// Whether an answer had got lost and the server gave the same lease once more.
    pub repeated_request: bool,
}

impl LeaseInfo {
    pub(crate) fn read(lease: &wire::Lease) -> Self {
        let instant = |at: prost_types::Timestamp| Timestamp::new(at.seconds, at.nanos).ok();
        Self {
            feature: lease.feature.clone(),
            version: lease.version.clone(),
            count: lease.count,
            overdraft: lease.overdraft,
            heartbeat_seconds: lease.heartbeat_seconds,
            lifetime_seconds: lease.lifetime_seconds,
            since: lease.since.and_then(instant),
            license_expires: lease.license_expires.and_then(instant),
            repeated_request: lease.repeated_request,
        }
    }
}

/// Whether a lease still holds its seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaseState {
    /// It does, as far as the server last said.
    Held,
    /// The server said that it ended: too long without a heartbeat, or revoked.
    Ended,
    /// Given back.
    CheckedIn,
}

/// Seats in use. Dropping it gives them back in the background, as well as that goes; [`Lease::checkin`] tells
/// whether it went.
#[derive(Debug)]
pub struct Lease {
    pub(super) id: Vec<u8>,
    pub(super) info: LeaseInfo,
    pub(super) state: watch::Receiver<LeaseState>,
    pub(super) connection: Arc<Connection>,
}

impl Lease {
    /// What was given out.
    pub fn info(&self) -> &LeaseInfo {
        &self.info
    }

    /// Whether it still holds its seats.
    pub fn state(&self) -> LeaseState {
        *self.state.borrow()
    }

    /// Waits until the lease holds its seats no more.
    pub async fn ended(&self) -> LeaseState {
        let mut state = self.state.clone();
        match state.wait_for(|state| *state != LeaseState::Held).await {
            Ok(state) => *state,
            Err(_) => self.state(),
        }
    }

    /// Gives the seats back. True when they were still held. May be repeated after a failure, and doing so when
    /// they were given back already is no error.
    ///
    /// # Errors
    /// `CommunicationError`, `Timeout` and whatever the server reports; then the lease goes on, and ends by
    /// itself when its heartbeats stop.
    pub async fn checkin(&self) -> Result<bool, Problem> {
        match self.state() {
            LeaseState::Held => self.connection.checkin(&self.id).await,
            LeaseState::Ended | LeaseState::CheckedIn => Ok(false),
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.state() == LeaseState::Held {
            self.connection.abandon(std::mem::take(&mut self.id));
        }
    }
}
