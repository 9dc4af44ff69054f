//! Tickets: signed statements of a license server that a client keeps and honours while it cannot reach the server.
//!
//! A grace ticket bridges an outage, a borrow ticket a journey. The server signs with a key of its own, not with one of
//! an issuer. Neither helps beyond the end of the license.

mod encoding;
mod sign;
mod terms;

pub use sign::{CLOCK_SKEW, MAX_TICKET_CHARACTERS, TicketError, TicketSigner, TicketVerifier, is_signed_by};
pub use terms::{
    GRACE_HOURS, InvalidTicket, MAX_FIELD_BYTES, Ticket, TicketHolder, TicketKind, TicketSubject,
};
