//! The license server itself.

use licensing_api::OperationId;
use licensing_api::schema::FieldKind;

use crate::description::{Change, Compare, Digested, Property, Read, Resource, Role, Shape, Source, Take};

/// The settings of the server, each as a field of its name.
pub(super) const CONFIGURATION: Read = Read {
    operation: OperationId::GetConfiguration,
    shape: Shape::Settings {
        name: "name",
        value: "value",
        waiting: "waiting",
        into: "waiting",
    },
};

/// What changes settings.
pub(super) const SET_CONFIGURATION: Change = Change {
    operation: OperationId::SetConfiguration,
    verb: "Change",
    fields: &[("settings", Take::Settings)],
};

/// Ports, leases, burst, trust in unverified vendors, and the certificate.
pub(super) static SERVER: Resource = Resource {
    name: "Server",
    summary: "Ports, leases, burst and certificate of a license server.",
    noun: "the license server",
    reads: &[CONFIGURATION, Read::rows(OperationId::GetCertificate)],
    create: None,
    updates: &[
        SET_CONFIGURATION,
        Change {
            operation: OperationId::SetCertificate,
            verb: "Replace the certificate of",
            fields: &[
                ("certificate", Take::Text("certificateFile")),
                ("key", Take::Text("keyFile")),
            ],
        },
    ],
    delete: None,
    replaces: false,
    ends: None,
    properties: &[
        Property::shaped(
            "licensePort",
            "licensing.port",
            FieldKind::Integer,
            "Port of the license manager; takes effect at the next start.",
        )
        .between(0, 65_535),
        Property::shaped(
            "vendorPort",
            "licensing.vendor_port",
            FieldKind::Integer,
            "Port of the first vendor daemon; takes effect at the next start.",
        )
        .between(0, 65_535),
        Property::shaped(
            "webServicesPort",
            "web.port",
            FieldKind::Integer,
            "Port of the web services; takes effect at the next start.",
        )
        .between(0, 65_535),
        Property::shaped(
            "heartbeatSeconds",
            "licensing.heartbeat_seconds",
            FieldKind::Integer,
            "Seconds between the heartbeats that products are asked for; takes effect at the next start.",
        )
        .between(1, 86_400),
        Property::shaped(
            "graceSeconds",
            "licensing.lifetime_seconds",
            FieldKind::Integer,
            "Seconds without a heartbeat after which a lease ends; takes effect at the next start.",
        )
        .between(2, 604_800),
        Property::shaped(
            "burst",
            "licensing.burst",
            FieldKind::TextList,
            "Vendors whose terms allow burst.",
        )
        .compared(Compare::Members),
        Property::shaped(
            "burstDays",
            "licensing.burst_days",
            FieldKind::Integer,
            "Days that a burst lasts.",
        )
        .between(1, 3650),
        Property::shaped(
            "burstRearmDays",
            "licensing.burst_rearm_days",
            FieldKind::Integer,
            "Days from the end of a burst until another one may begin.",
        )
        .between(1, 3650),
        Property::shaped(
            "acceptUnverified",
            "licensing.accept_unverified",
            FieldKind::TextList,
            "Vendors whose increments are served although their signatures cannot be verified.",
        )
        .compared(Compare::Members),
        Property::setting("certHash")
            .compared(Compare::Hash)
            .help("Hash of the certificate of the web services."),
        Property::own(
            "certificateFile",
            Role::LocalFile {
                digest: "certHash",
                of: Digested::Certificate,
            },
            "Absolute path of a file on this machine with the certificate and its chain in PEM form.",
        ),
        Property::own(
            "keyFile",
            Role::SentFile,
            "Absolute path of a file on this machine with the key of the certificate in PEM form. Needed where the certificate is replaced.",
        ),
        Property {
            name: "waiting",
            role: Role::ReadOnly,
            source: Source::Shaped("waiting", FieldKind::TextList),
            compare: Compare::Members,
            refused: &[],
            bounds: None,
            help: "Settings that take effect at the next start.",
        },
    ],
};
