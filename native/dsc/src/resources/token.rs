//! Bearer tokens.

use licensing_api::OperationId;

use crate::description::{Change, Property, Read, Resource, Role, Take};

/// A token.
pub(super) static TOKEN: Resource = Resource {
    name: "Token",
    summary: "A bearer token for automation or products. One whose scope or permissions differ, or that has ended, is made anew.",
    noun: "the token",
    reads: &[Read::rows(OperationId::GetTokens)],
    create: Some(Change {
        operation: OperationId::NewToken,
        verb: "Make",
        fields: &[
            ("name", Take::Property("name")),
            ("scope", Take::Property("scope")),
            ("permissions", Take::Property("permissions")),
            ("days", Take::Property("days")),
        ],
    }),
    updates: &[],
    delete: Some(Change {
        operation: OperationId::RemoveToken,
        verb: "Remove",
        fields: &[("tokenId", Take::Row("tokenId"))],
    }),
    replaces: true,
    ends: Some("expires"),
    properties: &[
        Property::key("name").help("Name of the token."),
        Property::fixed("scope"),
        Property::fixed("permissions"),
        Property::once("days", OperationId::NewToken).between(1, 366),
        Property::own(
            "secretFile",
            Role::SecretFile { answer: "secret" },
            "Absolute path of a file on this machine that the secret of a new token is written to, for the user alone. Needed where a token is made.",
        ),
        Property::read_only("tokenId"),
        Property::read_only("account"),
        Property::read_only("created"),
        Property::read_only("expires"),
    ],
};
