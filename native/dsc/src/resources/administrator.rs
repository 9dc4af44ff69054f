//! Accounts that may use the web services.

use licensing_api::OperationId;

use crate::description::{Change, Compare, Property, Read, Resource, Take};

/// An account.
pub(super) static ADMINISTRATOR: Resource = Resource {
    name: "Administrator",
    summary: "An account that may use the web services of a license server.",
    noun: "the account",
    reads: &[Read::rows(OperationId::GetAdministrators)],
    create: Some(Change {
        operation: OperationId::NewAdministrator,
        verb: "Add",
        fields: &[
            ("account", Take::Property("account")),
            ("group", Take::Property("group")),
            ("permissions", Take::Property("permissions")),
            ("ntlm", Take::Property("ntlm")),
            ("password", Take::Property("password")),
        ],
    }),
    updates: &[Change {
        operation: OperationId::SetAdministrator,
        verb: "Change",
        fields: &[
            ("identity", Take::Row("account")),
            ("permissions", Take::Property("permissions")),
            ("ntlm", Take::Property("ntlm")),
            ("password", Take::Along("password", "ntlm")),
            ("keepTokens", Take::Yes),
        ],
    }],
    delete: Some(Change {
        operation: OperationId::RemoveAdministrator,
        verb: "Remove",
        fields: &[("identity", Take::Row("account"))],
    }),
    replaces: false,
    ends: None,
    properties: &[
        Property::key("account")
            .compared(Compare::Account)
            .help(r"`DOMAIN\name`, `name@domain`, or a bare name for an account of the server itself."),
        Property::setting("permissions").without(&["None"]),
        Property::fixed("group"),
        Property::setting("ntlm"),
        Property::secret("password", OperationId::NewAdministrator, "passwordSet")
            .help("First password, 12 characters or more. It is set where the account has none, and is not compared with one that it has."),
        Property::read_only("accountSid"),
        Property::read_only("passwordSet"),
    ],
};
