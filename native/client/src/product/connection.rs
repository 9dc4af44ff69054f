//! The connection to a vendor daemon with the leases it keeps alive.

use std::sync::Arc;

use licensing_api::{ErrorCode, Problem};
use licensing_protocol::licensing as wire;
use licensing_protocol::licensing::session_reply::Body as Answer;
use licensing_protocol::licensing::session_request::Body as Question;
use tokio::runtime::Handle;
use tokio::sync::Notify;

use super::heartbeat;
use super::lease::LeaseState;
use super::leases::{Kept, Leases};
use super::link::Links;
use super::options::ProductOptions;
use super::pin::IssuerPin;
use super::tickets::{Sort, Tickets};
use super::{FeatureStatus, VendorStatus};
use crate::problems;

#[derive(Debug)]
pub(super) struct Connection {
    pub(super) options: ProductOptions,
    pub(super) links: Links,
    pub(super) leases: Leases,
    /// None for products that want no tickets.
    pub(super) tickets: Option<Arc<Tickets>>,
    /// None for products that accept what the server accepts.
    pub(super) pin: Option<Arc<IssuerPin>>,
    /// Tells the heartbeats that there is a new lease.
    pub(super) changed: Arc<Notify>,
    pub(super) runtime: Handle,
}

impl Connection {
    /// Connects, or where the server is out of reach makes do with the tickets at hand.
    pub(super) async fn open(options: ProductOptions) -> Result<Arc<Self>, Problem> {
        let pin = IssuerPin::of(&options).await.map(Arc::new);
        let tickets = Tickets::open(&options, pin.clone()).await?;
        let connection = Arc::new(Self {
            links: Links::new(&options)?,
            options,
            leases: Leases::default(),
            tickets,
            pin,
            changed: Arc::default(),
            runtime: Handle::current(),
        });
        if let Err(problem) = connection.links.get(&connection.options).await
            && !(problems::is_outage(&problem) && connection.has_tickets().await?)
        {
            return Err(problem);
        }
        let beats = heartbeat::beat(Arc::downgrade(&connection), Arc::clone(&connection.changed));
        connection.runtime.spawn(beats);
        Ok(connection)
    }

    async fn has_tickets(&self) -> Result<bool, Problem> {
        let Some(tickets) = &self.tickets else {
            return Ok(false);
        };
        for sort in [Sort::Grace, Sort::Borrow] {
            if !tickets.valid(sort).await?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Gives the seats of a lease back.
    pub(super) async fn checkin(self: &Arc<Self>, number: u64) -> Result<bool, Problem> {
        let Some(id) = self.leases.id(number) else {
            return Ok(self.leases.end(number, LeaseState::CheckedIn).is_some());
        };
        let was_held = self.checkin_by(wire::CheckinRequest {
            lease_id: id.clone(),
            ..Default::default()
        });
        let was_held = was_held.await?;
        let ended = self.leases.end(number, LeaseState::CheckedIn);
        if let (Some(tickets), Some(kept)) = (&self.tickets, ended) {
            if kept.standing.borrow().borrowed {
                tickets.remove_borrowed(&id).await?;
            }
            self.end_ticket(kept).await;
        }
        Ok(was_held)
    }

    pub(super) async fn checkin_by(&self, request: wire::CheckinRequest) -> Result<bool, Problem> {
        let reply = self.ask(Question::Checkin(request), self.options.timeout).await?;
        match reply.answer {
            Answer::Checkin(reply) => Ok(reply.was_held),
            Answer::Checkout(_) | Answer::Heartbeat(_) | Answer::Failure(_) => {
                Err(self.misunderstood("The answer to a checkin is of another kind."))
            }
        }
    }

    /// Ends a lease here and, where it `gives_back` seats that the server knows of, tells the server in the
    /// background; when that fails they come back at the end of their lifetime. True when it was held until now.
    pub(super) fn abandon(self: &Arc<Self>, number: u64, gives_back: bool) -> bool {
        let Some(kept) = self.leases.end(number, LeaseState::CheckedIn) else {
            return false;
        };
        if let Some(lease_id) = kept.id.clone().filter(|_| gives_back) {
            let connection = Arc::clone(self);
            let request = wire::CheckinRequest {
                lease_id,
                ..Default::default()
            };
            self.runtime.spawn(async move {
                if connection.checkin_by(request).await.is_ok() {
                    connection.end_ticket(kept).await;
                }
            });
        }
        true
    }

    /// The grace ticket of seats that were given back helps nobody any more, unless another lease goes by it. A file
    /// that cannot be removed ends by itself.
    async fn end_ticket(&self, kept: Kept) {
        if let (Some(tickets), Some(reacquisition)) = (&self.tickets, kept.reacquisition)
            && !self.leases.share_ticket(&reacquisition.options)
        {
            let _ = tickets.remove_grace(&reacquisition.options).await;
        }
    }

    pub(super) async fn status(&self, feature: &str) -> Result<VendorStatus, Problem> {
        let reply = self.ask_status(feature).await?;
        let features = reply.features.into_iter().map(|pool| FeatureStatus {
            feature: pool.feature,
            version: pool.version,
            count: pool.count,
            overdraft: pool.overdraft,
            in_use: pool.in_use,
        });
        Ok(VendorStatus {
            vendor: reply.vendor,
            version: reply.version,
            serving: reply.serving,
            reason: reply.reason,
            features: features.collect(),
        })
    }

    pub(super) fn misunderstood(&self, detail: &str) -> Problem {
        problems::not_understood(&self.options.manager, detail)
    }
}

/// The key of a new request.
pub(super) fn random_key() -> Result<[u8; 16], Problem> {
    let mut key = [0; 16];
    getrandom::fill(&mut key).map_err(|error| {
        let detail = format!("No random bytes for the request: {error}.");
        Problem::new(ErrorCode::InternalError, detail)
    })?;
    Ok(key)
}
