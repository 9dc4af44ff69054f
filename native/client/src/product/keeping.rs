//! What is done with seats that were got: they are kept alive, with their tickets.

use std::sync::Arc;
use std::time::Duration;

use licensing_api::{ErrorCode, Problem};
use licensing_protocol::licensing as wire;
use tokio::sync::watch;

use super::checkout::CheckoutOptions;
use super::connection::{Connection, random_key};
use super::lease::{Lease, LeaseInfo, LeaseState};
use super::leases::{Kept, Reacquisition};
use super::pin::Proven;
use super::standing::{Standing, Until};
use super::taking::Granted;
use super::tickets::{Found, NotKept, Sort, lasts};

/// What is known of seats that are to be kept, besides what was given out.
struct Adding {
    /// How the server knows them; none while only a ticket stands for them.
    id: Option<Vec<u8>>,
    returns: bool,
    until: Option<Until>,
    /// How long their ticket was to last.
    lasts: Option<Duration>,
    proven: Option<Proven>,
}

impl Connection {
    /// Keeps what the server gave out. Borrowed seats whose ticket cannot be kept are given back.
    pub(super) async fn keep(
        self: &Arc<Self>,
        options: &CheckoutOptions,
        Granted { lease, proven }: Granted,
    ) -> Result<Lease, Problem> {
        let info = LeaseInfo::read(&lease);
        let borrowed = info.borrowed_until.is_some();
        let text = if borrowed {
            lease.borrow_ticket
        } else {
            lease.grace_ticket
        };
        let ticket = match self.keep_ticket(text, borrowed.then_some(&lease.lease_id)).await {
            Ok(ticket) => ticket,
            Err(problem) if borrowed => {
                let request = wire::CheckinRequest {
                    lease_id: lease.lease_id,
                    ..Default::default()
                };
                // The seats would come back only at the end of the period; what went wrong first is what counts.
                let _ = self.checkin_by(request).await;
                return Err(problem);
            }
            // Without a ticket it is an ordinary lease, and `ticket_until` says so.
            Err(_) => None,
        };
        let (until, lasts) = ticket.map(|found| (found.until(), lasts(&found.ticket))).unzip();
        let returns = true;
        Ok(self.add(
            options,
            info,
            Adding {
                id: Some(lease.lease_id),
                returns,
                until,
                lasts,
                proven,
            },
        ))
    }

    /// A lease that a grace ticket stands for, until the server is back.
    pub(super) fn keep_by_grace(
        self: &Arc<Self>,
        options: &CheckoutOptions,
        found: &Found,
    ) -> Result<Lease, Problem> {
        let info = LeaseInfo::by_ticket(&found.ticket, options.count.max(1), false);
        let lease = self.add(
            options,
            info,
            Adding {
                id: None,
                returns: true,
                until: Some(found.until()),
                lasts: None,
                proven: None,
            },
        );
        let reacquisition = Arc::new(Reacquisition {
            options: without_waiting(options),
            key: random_key()?,
        });
        self.leases.change(lease.number, |kept| {
            kept.reacquisition = Some(reacquisition);
            kept.standing
                .send_modify(|standing| standing.state = LeaseState::Grace);
        });
        self.changed.notify_one();
        Ok(lease)
    }

    /// Seats that were borrowed before, when they cover what is wanted: the server is not asked.
    pub(super) async fn use_borrowed(
        self: &Arc<Self>,
        options: &CheckoutOptions,
    ) -> Result<Option<Lease>, Problem> {
        let (Some(tickets), None) = (&self.tickets, options.borrow) else {
            return Ok(None);
        };
        // A folder that does not help now must not keep anybody from the server.
        let Ok(Some(found)) = tickets.find(Sort::Borrow, options).await else {
            return Ok(None);
        };
        let info = LeaseInfo::by_ticket(&found.ticket, found.count(), true);
        let until = Some(found.until());
        Ok(Some(self.add(
            options,
            info,
            Adding {
                id: found.lease_id,
                returns: false,
                until,
                lasts: None,
                proven: None,
            },
        )))
    }

    /// The grace ticket that would help with this checkout.
    pub(super) async fn grace_ticket(&self, options: &CheckoutOptions) -> Result<Option<Found>, Problem> {
        match &self.tickets {
            Some(tickets) if options.grace && options.borrow.is_none() => {
                tickets.find(Sort::Grace, options).await
            }
            Some(_) | None => Ok(None),
        }
    }

    /// Keeps a ticket that came with a lease or a heartbeat; none when there is none, or nowhere to keep it.
    pub(super) async fn keep_ticket(
        &self,
        text: String,
        borrowed: Option<&Vec<u8>>,
    ) -> Result<Option<Found>, Problem> {
        let Some(tickets) = self.tickets.as_ref().filter(|_| !text.is_empty()) else {
            return match borrowed {
                Some(_) => Err(self.misunderstood("Seats were lent without a ticket.")),
                None => Ok(None),
            };
        };
        let id = borrowed.map(Vec::as_slice);
        match tickets.keep(text.clone(), id).await {
            Ok(found) => return Ok(Some(found)),
            Err(NotKept::UnknownKey) => {}
            Err(other) => return Err(self.not_kept(other)),
        }
        // It comes over the same connection as the seats, so that it is as trustworthy as those.
        let key = self.ask_status(NO_FEATURE).await?.ticket_key;
        tickets.trust(&key).await?;
        let kept = tickets.keep(text, id).await;
        kept.map(Some).map_err(|why| self.not_kept(why))
    }

    fn not_kept(&self, why: NotKept) -> Problem {
        match why {
            NotKept::Failed(problem) => problem,
            NotKept::UnknownKey => self.misunderstood("The ticket is not signed with the key of the server."),
            NotKept::Useless(error) => {
                let detail = format!("The ticket that the server gave is of no use here: {error}.");
                Problem::new(ErrorCode::ProtocolError, detail)
            }
        }
    }

    fn add(self: &Arc<Self>, options: &CheckoutOptions, info: LeaseInfo, adding: Adding) -> Lease {
        let Adding {
            id,
            returns,
            until,
            lasts,
            proven,
        } = adding;
        let borrowed = info.borrowed_until.is_some();
        let (sender, standing) = watch::channel(Standing::new(borrowed, until));
        let mut kept = Kept {
            lifetime: Duration::from_secs(info.lifetime_seconds.into()),
            heartbeat_seconds: info.heartbeat_seconds,
            standing: sender,
            reacquisition: None,
            ticket: None,
            proven,
            id,
        };
        if kept.id.is_some() && !borrowed {
            kept.confirm();
            kept.reacquisition = random_key().ok().map(|key| {
                Arc::new(Reacquisition {
                    options: without_waiting(options),
                    key,
                })
            });
        }
        if let (Some(until), Some(lasts)) = (until, lasts.filter(|_| !borrowed)) {
            kept.set_ticket(until, lasts);
        }
        let number = self.leases.add(kept);
        self.changed.notify_one();
        Lease {
            number,
            info,
            standing,
            returns,
            connection: Arc::clone(self),
        }
    }
}

/// A status of no feature at all, for what it says besides.
const NO_FEATURE: &str = "-";

/// Seats are checked out again at once or not at all: whoever waits in a queue has none.
fn without_waiting(options: &CheckoutOptions) -> CheckoutOptions {
    CheckoutOptions {
        queue: None,
        ..options.clone()
    }
}
