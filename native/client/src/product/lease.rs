//! Seats in use.

use std::sync::Arc;

use jiff::Timestamp;
use licensing_api::Problem;
use licensing_protocol::licensing as wire;
use licensing_ticket::Ticket;
use tokio::sync::watch;

use super::connection::Connection;
use super::standing::Standing;

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
    /// A heartbeat is due at least this often, in seconds; 0 when none is, since a ticket stands for the lease.
    pub heartbeat_seconds: u32,
    /// Without a heartbeat the lease ends after this time, in seconds; 0 as above.
    pub lifetime_seconds: u32,
    /// When it was given out.
    pub since: Option<Timestamp>,
    /// When the license itself expires; none when it is permanent, or not known as a ticket stands for the lease.
    pub license_expires: Option<Timestamp>,
    /// Whether an answer had got lost and the server gave the same lease once more.
    pub repeated_request: bool,
    /// When borrowed seats come back by themselves; none unless they are borrowed.
    pub borrowed_until: Option<Timestamp>,
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
            borrowed_until: lease.borrowed_until.and_then(instant),
        }
    }

    /// Of a lease that a ticket stands for.
    pub(crate) fn by_ticket(ticket: &Ticket, count: u32, borrowed: bool) -> Self {
        let subject = ticket.subject();
        Self {
            feature: subject.feature.clone(),
            version: subject.version.as_str().to_owned(),
            count,
            overdraft: 0,
            heartbeat_seconds: 0,
            lifetime_seconds: 0,
            since: Some(ticket.issued_at()),
            license_expires: None,
            repeated_request: false,
            borrowed_until: borrowed.then(|| ticket.valid_until()),
        }
    }
}

/// Whether a lease still holds its seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaseState {
    /// It does, as far as the server last said, or since they are borrowed.
    Held,
    /// The server did not answer the last heartbeat, and no ticket stands in: it keeps the seats until
    /// [`Lease::unconfirmed_until`], and is asked once more before the lease ends.
    Unconfirmed,
    /// The server cannot be reached: the product goes on by a grace ticket until [`Lease::grace_until`], and back to
    /// the server by itself when that answers again.
    Grace,
    /// It ended: too long without a heartbeat, revoked, refused after an outage, or its ticket is over.
    Ended,
    /// Given back.
    CheckedIn,
}

impl LeaseState {
    /// Whether the seats may be used.
    pub fn is_usable(self) -> bool {
        match self {
            Self::Held | Self::Unconfirmed | Self::Grace => true,
            Self::Ended | Self::CheckedIn => false,
        }
    }
}

/// Seats in use. Dropping it gives them back in the background, as well as that goes, unless they are borrowed;
/// [`Lease::checkin`] tells whether it went.
#[derive(Debug)]
pub struct Lease {
    pub(super) number: u64,
    pub(super) info: LeaseInfo,
    pub(super) standing: watch::Receiver<Standing>,
    /// Whether a checkin gives the seats back: not where it uses seats that were borrowed before.
    pub(super) returns: bool,
    pub(super) connection: Arc<Connection>,
}

impl Lease {
    /// What was given out, when it was.
    pub fn info(&self) -> &LeaseInfo {
        &self.info
    }

    /// Whether it still holds its seats.
    pub fn state(&self) -> LeaseState {
        self.standing.borrow().now()
    }

    /// Until when the product may go on although the server cannot be reached; none while it is reached.
    pub fn grace_until(&self) -> Option<Timestamp> {
        let standing = *self.standing.borrow();
        match standing.state {
            LeaseState::Grace => standing.until.map(|until| until.at),
            LeaseState::Held | LeaseState::Unconfirmed | LeaseState::Ended | LeaseState::CheckedIn => None,
        }
    }

    /// Since when the server has not confirmed the seats; none unless the state is [`LeaseState::Unconfirmed`].
    pub fn unconfirmed_since(&self) -> Option<Timestamp> {
        let standing = *self.standing.borrow();
        let since = standing.unconfirmed_since.or(standing.kept.map(|kept| kept.at));
        since.filter(|_| standing.now() == LeaseState::Unconfirmed)
    }

    /// Until when the server keeps the seats without hearing of them; none unless the state is
    /// [`LeaseState::Unconfirmed`].
    pub fn unconfirmed_until(&self) -> Option<Timestamp> {
        let standing = *self.standing.borrow();
        let until = standing.kept.map(|kept| kept.at);
        until.filter(|_| standing.now() == LeaseState::Unconfirmed)
    }

    /// Until when the ticket at hand would help if the server could not be reached from now on; none without one.
    pub fn ticket_until(&self) -> Option<Timestamp> {
        self.standing.borrow().until.map(|until| until.at)
    }

    /// Waits until the lease holds its seats no more.
    pub async fn ended(&self) -> LeaseState {
        let mut state = self.state();
        while state.is_usable() {
            state = self.changed(state).await;
        }
        state
    }

    /// Waits until the state is another than `from`.
    pub async fn changed(&self, from: LeaseState) -> LeaseState {
        let mut standing = self.standing.clone();
        match standing.wait_for(|standing| standing.now() != from).await {
            Ok(standing) => standing.now(),
            Err(_) => self.state(),
        }
    }

    /// Gives the seats back. True when they were still held. May be repeated after a failure, and doing so when
    /// they were given back already is no error.
    ///
    /// A lease that uses seats which were borrowed before leaves them borrowed:
    /// [`crate::ProductClient::return_borrowed`] gives those back. In grace nothing is waited for: the server is told
    /// when it can be.
    ///
    /// # Errors
    /// `CommunicationError`, `Timeout` and whatever the server reports; then the lease goes on, and ends by
    /// itself when its heartbeats stop.
    pub async fn checkin(&self) -> Result<bool, Problem> {
        match self.state() {
            LeaseState::Held | LeaseState::Unconfirmed if self.returns => {
                self.connection.checkin(self.number).await
            }
            LeaseState::Held | LeaseState::Unconfirmed | LeaseState::Grace => {
                Ok(self.connection.abandon(self.number, self.returns))
            }
            LeaseState::Ended | LeaseState::CheckedIn => Ok(false),
        }
    }
}

impl Lease {
    /// As dropping it, but waits until the server knows: gives back what would be given back then.
    pub async fn release(&self) {
        if self.returns && self.info.borrowed_until.is_none() {
            // Who drops a lease does not ask how that went.
            let _ = self.checkin().await;
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let gives_back = self.returns && self.info.borrowed_until.is_none();
        self.connection.abandon(self.number, gives_back);
    }
}
