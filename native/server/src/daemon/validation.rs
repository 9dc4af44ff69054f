//! What a request must look like before anybody looks at what it means.

use std::net::IpAddr;

use licensing_api::{ErrorCode, Problem};
use licensing_protocol::licensing as wire;
use licensing_seats::seat::{CheckoutRequest, FieldError, Holder, LeaseId, RequestKey, check_name};

/// Most leases of one heartbeat.
pub(super) const HEARTBEAT_LEASES: usize = 10_000;
/// Most tickets that one heartbeat renews; which of them are wanted further is asked with the next one.
const RENEWED_TICKETS: usize = 256;

/// A checkout with all its fields within their bounds, made over a connection from `peer`. A request without a key gets
/// one of its own.
pub(super) fn checkout(request: wire::CheckoutRequest, peer: IpAddr) -> Result<CheckoutRequest, Problem> {
    let holder = request.holder.ok_or_else(|| invalid("holder", "is missing"))?;
    let request_key = if request.request_key.is_empty() {
        RequestKey::from_bytes(random()?)
    } else {
        RequestKey::from_slice(&request.request_key)
            .ok_or_else(|| invalid("request_key", "must have 16 bytes, or none"))?
    };
    let checkout = CheckoutRequest {
        request_key,
        feature: request.feature,
        version: request.version,
        // A product that names no number wants one seat.
        count: request.count.max(1),
        holder: Holder {
            user: holder.user,
            host: holder.host,
            display: holder.display,
            vendor_data: holder.vendor_data,
            product: holder.product,
            process_id: holder.process_id,
            project: holder.project,
            address: Some(peer.to_canonical()),
        },
        queue: request.queue,
        borrow_seconds: request.borrow_seconds,
        caller: String::new(),
    };
    for (field, name) in [
        ("holder.user", &checkout.holder.user),
        ("holder.host", &checkout.holder.host),
    ] {
        if name.is_empty() {
            return Err(invalid(field, "is missing"));
        }
    }
    checkout
        .check()
        .map_err(|FieldError { field, problem }| invalid(field, &problem))?;
    Ok(checkout)
}

/// What a checkin is about.
#[derive(Debug)]
pub(super) enum Checkin {
    /// A lease.
    Lease(LeaseId),
    /// Whatever has become of a request.
    Request(RequestKey),
}

/// The lease or the request of a checkin.
pub(super) fn checkin(request: &wire::CheckinRequest) -> Result<Checkin, Problem> {
    if request.request_key.is_empty() {
        return LeaseId::from_slice(&request.lease_id)
            .map(Checkin::Lease)
            .ok_or_else(|| invalid("lease_id", "must have 16 bytes"));
    }
    if !request.lease_id.is_empty() {
        return Err(invalid("request_key", "must not be given beside lease_id"));
    }
    RequestKey::from_slice(&request.request_key)
        .map(Checkin::Request)
        .ok_or_else(|| invalid("request_key", "must have 16 bytes, or none"))
}

/// What a heartbeat is about.
#[derive(Debug)]
pub(super) struct Heartbeat {
    /// All leases.
    pub(super) leases: Vec<LeaseId>,
    /// Those whose tickets are renewed, with their positions among all.
    pub(super) renewed: Vec<(u32, LeaseId)>,
}

/// The leases of a heartbeat, and the first of those that want new tickets.
pub(super) fn heartbeat(request: &wire::HeartbeatRequest) -> Result<Heartbeat, Problem> {
    if request.lease_ids.len() > HEARTBEAT_LEASES {
        return Err(invalid(
            "lease_ids",
            &format!("must not be more than {HEARTBEAT_LEASES}"),
        ));
    }
    let leases = request.lease_ids.iter().map(|id| LeaseId::from_slice(id));
    let leases: Vec<_> = leases
        .collect::<Option<_>>()
        .ok_or_else(|| invalid("lease_ids", "must have 16 bytes each"))?;
    let wanted = request.renew_tickets.iter().take(RENEWED_TICKETS);
    let renewed = wanted.map(|position| {
        let lease = leases.get(usize::try_from(*position).ok()?)?;
        Some((*position, *lease))
    });
    let renewed = renewed
        .collect::<Option<_>>()
        .ok_or_else(|| invalid("renew_tickets", "must be positions in lease_ids"))?;
    Ok(Heartbeat { leases, renewed })
}

/// The feature that a status is wanted of; empty for all.
pub(super) fn status(request: wire::StatusRequest) -> Result<String, Problem> {
    check_name("feature", &request.feature)
        .map_err(|FieldError { field, problem }| invalid(field, &problem))?;
    Ok(request.feature)
}

fn random() -> Result<[u8; 16], Problem> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        Problem::new(
            ErrorCode::UnknownError,
            format!("There is no randomness: {error}."),
        )
    })?;
    Ok(bytes)
}

fn invalid(field: &str, text: &str) -> Problem {
    Problem::new(ErrorCode::InvalidRequest, format!("{field} {text}.")).about(field)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::net::Ipv4Addr;

    use super::*;

    const PEER: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn request() -> wire::CheckoutRequest {
        wire::CheckoutRequest {
            request_key: vec![7; 16],
            feature: "cad".to_owned(),
            holder: Some(wire::Holder {
                user: "ann".to_owned(),
                host: "pc".to_owned(),
                ..Default::default()
            }),
            ..Default::default()
        }
    }

    fn refused(change: impl FnOnce(&mut wire::CheckoutRequest)) -> String {
        let mut request = request();
        change(&mut request);
        let problem = checkout(request, PEER).expect_err("it is out of bounds");
        assert_eq!(problem.code, ErrorCode::InvalidRequest);
        problem.target
    }

    #[test]
    fn a_count_of_zero_is_one_seat() {
        assert_eq!(checkout(request(), PEER).unwrap().count, 1);
    }

    #[test]
    fn requests_without_a_key_are_different_requests() {
        let without = || {
            checkout(
                wire::CheckoutRequest {
                    request_key: Vec::new(),
                    ..request()
                },
                PEER,
            )
            .unwrap()
        };
        assert_ne!(without().request_key, without().request_key);
    }

    #[test]
    fn a_field_out_of_bounds_is_named() {
        assert_eq!(
            refused(|request| request.request_key = vec![0; 15]),
            "request_key"
        );
        assert_eq!(
            refused(|request| request.request_key = vec![0; 17]),
            "request_key"
        );
        assert_eq!(refused(|request| request.feature.clear()), "feature");
        assert_eq!(refused(|request| request.feature = "f".repeat(257)), "feature");
        assert_eq!(refused(|request| request.version = "1".repeat(65)), "version");
        assert_eq!(refused(|request| request.count = u32::MAX), "count");
        assert_eq!(refused(|request| request.holder = None), "holder");
        let holder =
            |change: fn(&mut wire::Holder)| refused(|request| change(request.holder.as_mut().unwrap()));
        assert_eq!(holder(|holder| holder.user = "a\nb".to_owned()), "holder.user");
        assert_eq!(
            holder(|holder| holder.host = "\u{1b}[2J".to_owned()),
            "holder.host"
        );
        assert_eq!(
            holder(|holder| holder.display = "\u{0}".to_owned()),
            "holder.display"
        );
        assert_eq!(
            holder(|holder| holder.vendor_data = "é".repeat(129)),
            "holder.vendor_data"
        );
        assert_eq!(
            holder(|holder| holder.project = "p\n".to_owned()),
            "holder.project"
        );
        assert_eq!(
            holder(|holder| holder.product = "p".repeat(257)),
            "holder.product"
        );
    }

    #[test]
    fn a_checkin_names_a_lease_or_a_request() {
        let checkin = |lease: usize, request: usize| {
            checkin(&wire::CheckinRequest {
                lease_id: vec![1; lease],
                request_key: vec![2; request],
            })
        };
        assert!(matches!(checkin(16, 0), Ok(Checkin::Lease(_))));
        assert!(matches!(checkin(0, 16), Ok(Checkin::Request(_))));
        for (lease, request) in [(15, 0), (0, 0), (0, 15), (0, 17), (16, 16)] {
            checkin(lease, request).expect_err("too short, too long, or both");
        }
    }

    #[test]
    fn lease_ids_have_their_length_and_number() {
        let beat = |lease_ids| {
            heartbeat(&wire::HeartbeatRequest {
                lease_ids,
                ..Default::default()
            })
        };
        assert_eq!(
            beat(vec![vec![1; 16]; HEARTBEAT_LEASES]).unwrap().leases.len(),
            HEARTBEAT_LEASES
        );
        beat(vec![vec![1; 16]; HEARTBEAT_LEASES + 1]).expect_err("too many");
        beat(vec![vec![1; 16], Vec::new()]).expect_err("an empty one");
        let renew = |renew_tickets| {
            heartbeat(&wire::HeartbeatRequest {
                lease_ids: vec![vec![1; 16], vec![2; 16]],
                renew_tickets,
            })
        };
        assert_eq!(
            renew(vec![1]).unwrap().renewed,
            [(1, LeaseId::from_bytes([2; 16]))]
        );
        renew(vec![2]).expect_err("there is no third lease");
        let many = renew(vec![0; RENEWED_TICKETS + 1]).unwrap();
        assert_eq!(many.renewed.len(), RENEWED_TICKETS);
    }
}
