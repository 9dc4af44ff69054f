//! What products ask a vendor daemon.

use std::sync::Arc;

use jiff::Timestamp;
use licensing_api::Problem;
use licensing_net::RateLimit;
use licensing_protocol::licensing as wire;
use licensing_seats::seat::{Denial, Lease};
use licensing_store::SeatService;
use tokio_util::sync::CancellationToken;

use super::calendar::end_of;
use super::open_sessions::OpenSessions;
use super::signed_lines::SignedLines;
use super::tickets::Tickets;
use super::validation;
use crate::product_access::{ProductAccess, RatedCaller};

/// Answers products, one call or one message of a session at a time.
#[derive(Clone)]
pub(super) struct Products {
    pub(super) vendor: String,
    /// How often products are asked for a heartbeat.
    pub(super) heartbeat_seconds: u32,
    pub(super) seats: SeatService,
    pub(super) tickets: Arc<Tickets>,
    pub(super) lines: Arc<SignedLines>,
    pub(super) access: Arc<ProductAccess>,
    /// How many checkouts a caller may ask for.
    pub(super) rate: Arc<RateLimit<RatedCaller>>,
    pub(super) sessions: OpenSessions,
    pub(super) stopping: CancellationToken,
}

/// What a product wants to have with its seats.
#[derive(Debug)]
pub(super) struct Wants {
    grace_ticket: bool,
    /// Signed lines, but for those that it has already.
    lines: Option<Vec<Vec<u8>>>,
}

impl Wants {
    /// What a request wants.
    pub(super) fn of(request: &mut wire::CheckoutRequest) -> Self {
        let known = std::mem::take(&mut request.known_lines);
        Self {
            grace_ticket: request.grace_ticket,
            lines: request.wants_lines.then_some(known),
        }
    }
}

impl Products {
    pub(super) async fn check_in(
        &self,
        request: &wire::CheckinRequest,
    ) -> Result<wire::CheckinReply, Problem> {
        let was_held = match validation::checkin(request)? {
            validation::Checkin::Lease(lease) => self.seats.checkin(lease).await,
            validation::Checkin::Request(key) => self.seats.give_up(key).await,
        };
        let was_held = was_held.map_err(|error| error.problem())?;
        Ok(wire::CheckinReply { was_held })
    }

    pub(super) fn beat(&self, request: &wire::HeartbeatRequest) -> Result<wire::HeartbeatReply, Problem> {
        let validation::Heartbeat { leases, renewed } = validation::heartbeat(request)?;
        let ended = self.seats.heartbeat(&leases);
        let wanted: Vec<_> = renewed.iter().map(|(_, lease)| *lease).collect();
        let tickets = renewed.iter().zip(self.tickets.renewed(&wanted));
        let tickets = tickets.filter_map(|((position, _), ticket)| {
            ticket.map(|grace_ticket| wire::RenewedTicket {
                position: *position,
                grace_ticket,
            })
        });
        Ok(wire::HeartbeatReply {
            ended,
            heartbeat_seconds: self.heartbeat_seconds,
            tickets: tickets.collect(),
        })
    }

    /// A lease as it is answered, decided at `at`: with the ticket of borrowed seats, or a grace ticket where one is
    /// wanted and may be given, and the signed lines where they are wanted.
    pub(super) fn lease_reply(
        &self,
        mut lease: Lease,
        at: Timestamp,
        wants: &Wants,
        repeated: bool,
    ) -> wire::Lease {
        let mut reply = lease_on_the_wire(&lease, repeated);
        if let Some(known) = &wants.lines {
            reply.lines = self.lines.shown(&lease.feature, known);
        }
        let Some(terms) = lease.ticket.take() else {
            return reply;
        };
        let ticket = match lease.borrowed_until {
            Some(until) => self.tickets.borrow(*terms, at, &lease.id, until),
            None if wants.grace_ticket => self.tickets.grace(*terms, at),
            None => None,
        };
        let place = match lease.borrowed_until {
            Some(_) => &mut reply.borrow_ticket,
            None => &mut reply.grace_ticket,
        };
        *place = ticket.unwrap_or_default();
        reply
    }
}

fn lease_on_the_wire(lease: &Lease, repeated_request: bool) -> wire::Lease {
    wire::Lease {
        lease_id: lease.id.as_bytes().to_vec(),
        feature: lease.feature.clone(),
        version: lease.version.clone(),
        count: lease.count,
        overdraft: lease.overdraft,
        heartbeat_seconds: seconds(lease.heartbeat),
        lifetime_seconds: seconds(lease.lifetime),
        since: Some(instant_on_the_wire(lease.since)),
        license_expires: lease.license_expires.and_then(end_of).map(instant_on_the_wire),
        repeated_request,
        grace_ticket: String::new(),
        borrow_ticket: String::new(),
        borrowed_until: lease.borrowed_until.map(instant_on_the_wire),
        lines: Vec::new(),
    }
}

pub(super) fn denial_on_the_wire(denial: Denial) -> wire::Denial {
    wire::Denial {
        number: denial.reason.number(),
        reason: format!("{:?}", denial.reason),
        text: denial.detail,
        action: denial.reason.action().to_owned(),
    }
}

pub(super) fn seconds(time: std::time::Duration) -> u32 {
    u32::try_from(time.as_secs()).unwrap_or(u32::MAX)
}

fn instant_on_the_wire(instant: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: instant.as_second(),
        nanos: instant.subsec_nanosecond(),
    }
}
