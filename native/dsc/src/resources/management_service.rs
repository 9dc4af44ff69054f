//! The license management service.

use licensing_api::OperationId;

use crate::description::{Change, Compare, Property, Read, Resource, Take};

/// The license management service, and what is sent beside the compliance part of uploads.
pub(super) static MANAGEMENT_SERVICE: Resource = Resource {
    name: "ManagementService",
    summary: "The license management service of a license server: what is uploaded, where to and when.",
    noun: "the license management service",
    reads: &[Read::rows(OperationId::GetManagementService), Read::rows(OperationId::GetCeipOption)],
    create: None,
    updates: &[
        Change {
            operation: OperationId::SetManagementService,
            verb: "Change",
            fields: &[
                ("enabled", Take::Property("enabled")),
                ("destination", Take::Property("destination")),
                ("certHash", Take::Property("certHash")),
                ("uploadTime", Take::Property("uploadTime")),
                ("includeUserHashes", Take::Property("includeUserHashes")),
                (
                    "disasterRecoveryPartner",
                    Take::Property("disasterRecoveryPartner"),
                ),
                ("registrationCode", Take::Property("registrationCode")),
            ],
        },
        Change {
            operation: OperationId::SetCeipOption,
            verb: "Change",
            fields: &[("ceipOption", Take::Property("ceipOption"))],
        },
    ],
    delete: None,
    replaces: false,
    ends: None,
    properties: &[
        Property::setting("enabled"),
        Property::setting("destination")
            .compared(Compare::Destination)
            .help("Address of the receiver; an empty text for none."),
        Property::setting("certHash")
            .compared(Compare::Hash)
            .help("Pinned hash of the receiver's certificate; an empty text for none."),
        Property::setting("uploadTime")
            .compared(Compare::TimeOfDay)
            .help("Local time of the daily upload, `hh:mm`; an empty text for 24 hours after the one before."),
        Property::setting("includeUserHashes"),
        Property::setting("disasterRecoveryPartner").compared(Compare::IgnoreCase).help(
            "GUID of the server that this one stands in for, or that stands in for this one; an empty text for none.",
        ),
        Property::secret(
            "registrationCode",
            OperationId::SetManagementService,
            "organization",
        )
        .help("One-time code that registers the server at the receiver. It is used where the server is not registered."),
        Property::setting("ceipOption"),
        Property::read_only("status"),
        Property::read_only("serverGuid"),
        Property::read_only("organization"),
        Property::read_only("lastSuccess"),
        Property::read_only("waiting"),
    ],
};
