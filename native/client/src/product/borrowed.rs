//! Seats that were borrowed, also by an earlier run of the product.

use std::sync::Arc;

use jiff::Timestamp;
use licensing_api::{ErrorCode, Problem};
use licensing_protocol::licensing as wire;
use licensing_ticket::TicketKind;

use super::connection::Connection;
use super::lease::LeaseState;
use super::tickets::{Sort, Tickets};

/// Seats that stay out until the end of their period, or until they are given back.
#[derive(Clone, PartialEq, Eq)]
pub struct Borrowed {
    /// Names the loan among others; may be shown, and gives no right to anything.
    pub id: String,
    /// Feature.
    pub feature: String,
    /// Version of the pool the seats came from.
    pub version: String,
    /// Seats.
    pub count: u32,
    /// User they were lent to.
    pub user: String,
    /// Host they were lent to.
    pub host: String,
    /// When they were lent.
    pub since: Timestamp,
    /// When they come back by themselves.
    pub until: Timestamp,
    /// The right to give them back.
    lease_id: Vec<u8>,
}

/// The right to give them back is not shown.
impl std::fmt::Debug for Borrowed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Borrowed")
            .field("id", &self.id)
            .field("feature", &self.feature)
            .field("version", &self.version)
            .field("count", &self.count)
            .field("user", &self.user)
            .field("host", &self.host)
            .field("since", &self.since)
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}

/// What is borrowed by way of these tickets.
pub(super) async fn list(tickets: Option<&Arc<Tickets>>) -> Result<Vec<Borrowed>, Problem> {
    let Some(tickets) = tickets else {
        return Ok(Vec::new());
    };
    let found = tickets.valid(Sort::Borrow).await?.into_iter();
    let mut borrowed: Vec<Borrowed> = found
        .filter_map(|found| {
            let subject = found.ticket.subject();
            let TicketKind::Borrow { lease, .. } = found.ticket.kind() else {
                return None;
            };
            Some(Borrowed {
                id: hex::encode(lease),
                feature: subject.feature.clone(),
                version: subject.version.as_str().to_owned(),
                count: found.count(),
                user: subject.holder.user.clone(),
                host: subject.holder.host.clone(),
                since: found.ticket.issued_at(),
                until: found.ticket.valid_until(),
                lease_id: found.lease_id?,
            })
        })
        .collect();
    borrowed.sort_by(|a, b| (&a.feature, a.since).cmp(&(&b.feature, b.since)));
    Ok(borrowed)
}

impl Connection {
    pub(super) async fn return_borrowed(self: &Arc<Self>, borrowed: &Borrowed) -> Result<bool, Problem> {
        let Some(tickets) = &self.tickets else {
            return Err(Problem::new(
                ErrorCode::InvalidRequest,
                "Without a folder for tickets nothing is borrowed here.",
            )
            .about("ticketFolder"));
        };
        let request = wire::CheckinRequest {
            lease_id: borrowed.lease_id.clone(),
            ..Default::default()
        };
        let was_held = self.checkin_by(request).await?;
        self.leases.end_by_id(&borrowed.lease_id, LeaseState::CheckedIn);
        tickets.remove_borrowed(&borrowed.lease_id).await?;
        Ok(was_held)
    }
}
