//! Tickets for products: what they may go on with while this server cannot be reached.

use jiff::Timestamp;
use licensing_seats::seat::{LeaseId, TicketTerms};
use licensing_store::SeatService;
use licensing_ticket::{InvalidTicket, Ticket, TicketSigner, TicketSubject};

use super::calendar::end_of;

/// Gives tickets for leases that are held.
#[derive(Debug)]
pub(super) struct Tickets {
    signer: TicketSigner,
    /// Host name of this server.
    server: String,
    seats: SeatService,
}

impl Tickets {
    pub(super) fn new(signer: TicketSigner, server: String, seats: SeatService) -> Self {
        Self {
            signer,
            server,
            seats,
        }
    }

    /// Public key that products check tickets with.
    pub(super) fn public_key(&self) -> [u8; 32] {
        self.signer.public_key()
    }

    /// A grace ticket from now on for each lease; none for one that is not held or whose license allows no grace.
    pub(super) fn renewed(&self, leases: &[LeaseId]) -> Vec<Option<String>> {
        let (now, terms) = self.seats.ticket_terms(leases);
        let sign = |terms: TicketTerms| self.grace(terms, now);
        terms.into_iter().map(|terms| terms.and_then(sign)).collect()
    }

    /// A grace ticket for a lease that was decided at `at`; none when its license allows no grace.
    pub(super) fn grace(&self, terms: TicketTerms, at: Timestamp) -> Option<String> {
        let license_ends = terms.license_expires.and_then(end_of);
        let hours = terms.grace_hours;
        self.sign(Ticket::grace(self.subject(terms), at, hours, license_ends))
    }

    /// A ticket to take the seats of a lease along with that was decided at `at`.
    pub(super) fn borrow(
        &self,
        terms: TicketTerms,
        at: Timestamp,
        lease: &LeaseId,
        until: Timestamp,
    ) -> Option<String> {
        let license_ends = terms.license_expires.and_then(end_of);
        let ticket = Ticket::borrow(self.subject(terms), at, lease.public(), until, license_ends);
        self.sign(ticket)
    }

    fn subject(&self, terms: TicketTerms) -> TicketSubject {
        TicketSubject {
            feature: terms.feature,
            version: terms.version,
            count: terms.count,
            holder: terms.holder,
            server: self.server.clone(),
        }
    }

    fn sign(&self, ticket: Result<Ticket, InvalidTicket>) -> Option<String> {
        match ticket {
            Ok(ticket) => Some(self.signer.sign(&ticket)),
            Err(error) => {
                tracing::debug!(%error, "no ticket is given");
                None
            }
        }
    }
}
