//! Issuers whose signatures count.

use licensing_api::OperationId;

use crate::description::{Change, Compare, Property, Read, Resource, Role, Take};

/// An issuer that the server trusts.
pub(super) static ISSUER: Resource = Resource {
    name: "Issuer",
    summary: "An issuer of license files whose signatures a license server trusts.",
    noun: "the issuer",
    reads: &[Read::rows(OperationId::GetIssuers)],
    create: Some(Change {
        operation: OperationId::AddIssuer,
        verb: "Trust",
        fields: &[("content", Take::Text("path"))],
    }),
    updates: &[],
    delete: Some(Change {
        operation: OperationId::RemoveIssuer,
        verb: "No longer trust",
        fields: &[("keyId", Take::Row("keyId"))],
    }),
    replaces: false,
    ends: None,
    properties: &[
        Property::key("keyId")
            .compared(Compare::IgnoreCase)
            .help("Id of its key, 16 hex digits."),
        Property::own(
            "path",
            Role::KeyedFile {
                key: "keyId",
                entry: "key_id",
            },
            "Absolute path of a file on this machine with its public key, as `licensing authority init` writes it. Needed where it is not trusted yet.",
        ),
        Property::read_only("issuer"),
        Property::read_only("vendors"),
        Property::read_only("lines"),
    ],
};
