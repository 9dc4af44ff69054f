//! Where alerts are sent.

use licensing_api::OperationId;

use crate::description::{Change, Compare, Property, Read, Resource, Take};

/// A mail address or webhook that alerts are sent to.
pub(super) static ALERT_ROUTE: Resource = Resource {
    name: "AlertRoute",
    summary: "A mail address or webhook that a license server sends alerts to.",
    noun: "the alert route",
    reads: &[Read::rows(OperationId::GetAlertRoutes)],
    create: Some(Change {
        operation: OperationId::NewAlertRoute,
        verb: "Add",
        fields: &[
            ("name", Take::Property("name")),
            ("address", Take::Property("address")),
            ("level", Take::Property("level")),
            ("enabled", Take::Property("enabled")),
            ("silencedCodes", Take::Property("silencedCodes")),
            ("silencedFeatures", Take::Property("silencedFeatures")),
            ("locale", Take::Property("locale")),
            ("secret", Take::Property("secret")),
            ("certHash", Take::Property("certHash")),
        ],
    }),
    updates: &[Change {
        operation: OperationId::SetAlertRoute,
        verb: "Change",
        fields: &[
            ("name", Take::Row("name")),
            ("address", Take::Property("address")),
            ("level", Take::Property("level")),
            ("enabled", Take::Property("enabled")),
            ("silencedCodes", Take::Property("silencedCodes")),
            ("silencedFeatures", Take::Property("silencedFeatures")),
            ("locale", Take::Property("locale")),
            ("secret", Take::Property("secret")),
            ("certHash", Take::Property("certHash")),
        ],
    }],
    delete: Some(Change {
        operation: OperationId::RemoveAlertRoute,
        verb: "Remove",
        fields: &[("name", Take::Row("name"))],
    }),
    replaces: false,
    ends: None,
    properties: &[
        Property::key("name").compared(Compare::IgnoreCase).help("Name of the route."),
        Property::setting("address").help("Mail address, or `https://` URL of a webhook."),
        Property::setting("level"),
        Property::setting("enabled"),
        Property::setting("silencedCodes").compared(Compare::Members),
        Property::setting("silencedFeatures").compared(Compare::Members),
        Property::setting("locale").compared(Compare::Language),
        Property::setting("certHash")
            .compared(Compare::Hash)
            .help("Pinned hash of the certificate of a webhook; an empty text for none."),
        Property::secret("secret", OperationId::NewAlertRoute, "isSigned").help(
            "Secret that webhooks are signed with: 16 characters or more. It is set where the route has none, and is not compared with one that it has.",
        ),
        Property::read_only("kind"),
        Property::read_only("isSigned"),
        Property::read_only("waiting"),
        Property::read_only("lastError"),
    ],
};
