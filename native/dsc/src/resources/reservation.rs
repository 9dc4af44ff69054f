//! Seats that the options file sets aside.

use licensing_api::OperationId;

use crate::description::{Compare, Property, Read, Resource};

/// Seats of a feature for somebody. The options file makes them; here they are looked at.
pub(super) static RESERVATION: Resource = Resource {
    name: "Reservation",
    summary: "Seats that the options file sets aside for a user, host, display, group or project.",
    noun: "the reservation",
    reads: &[Read::rows(OperationId::GetReservations)],
    create: None,
    updates: &[],
    delete: None,
    replaces: false,
    ends: None,
    properties: &[
        Property::key("feature").help("Feature the seats are of."),
        Property::key("kind").help("By what the line names those it is for."),
        Property::key("name")
            .compared(Compare::IgnoreCase)
            .help("Their name."),
        Property::read_only("seats"),
        Property::read_only("inUse"),
        Property::read_only("idle"),
        Property::read_only("version"),
        Property::read_only("vendor"),
        Property::read_only("line"),
    ],
};
