//! Options files.

use licensing_api::OperationId;
use licensing_api::schema::FieldKind;

use crate::description::{Change, Compare, Property, Read, Resource, Role, Shape, Take};

/// What stands in place of the rules where an options file is removed: a file without a line would leave the rules of before in
/// force, and the server does not take it.
const REMOVED: &str = "# No rules: this options file was removed.\n";

/// What replaces the options file, whether there is one or not.
const FIELDS: &[(&str, Take)] = &[("vendor", Take::Key("vendor")), ("content", Take::Key("content"))];

/// The options file of a vendor.
pub(super) static OPTIONS_FILE: Resource = Resource {
    name: "OptionsFile",
    summary: "The options file of a vendor: who gets seats, how many, and how long. A file that cannot be understood is refused.",
    noun: "the options file",
    reads: &[Read {
        operation: OperationId::GetOptions,
        shape: Shape::Lines {
            key: "vendor",
            line: "text",
            into: "content",
            none: REMOVED,
        },
    }],
    create: Some(Change {
        operation: OperationId::SetOptions,
        verb: "Write",
        fields: FIELDS,
    }),
    updates: &[Change {
        operation: OperationId::SetOptions,
        verb: "Replace",
        fields: FIELDS,
    }],
    delete: Some(Change {
        operation: OperationId::SetOptions,
        verb: "Empty",
        fields: &[
            ("vendor", Take::Key("vendor")),
            ("content", Take::Constant(REMOVED)),
        ],
    }),
    replaces: false,
    ends: None,
    properties: &[
        Property::key("vendor")
            .compared(Compare::IgnoreCase)
            .help("Vendor whose daemon it is for."),
        Property::shaped(
            "content",
            "content",
            FieldKind::Text,
            "Text of the whole file. Ends of lines and blank lines after the last one are not compared.",
        )
        .compared(Compare::Lines),
        Property::own(
            "path",
            Role::LocalText { into: "content" },
            "Absolute path of a file on this machine with that text, in place of `content`.",
        ),
    ],
};
