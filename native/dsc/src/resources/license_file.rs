//! License files.

use licensing_api::OperationId;

use crate::description::{Change, Compare, Digested, Property, Read, Resource, Role, Source, Take};

/// What installs a file, whether there is one of the name or not.
const FIELDS: &[(&str, Take)] = &[
    ("fileName", Take::Key("fileName")),
    ("content", Take::Content),
    ("overwrite", Take::Yes),
];

/// An installed license file.
pub(super) static LICENSE_FILE: Resource = Resource {
    name: "LicenseFile",
    summary: "A license file that is installed on a license server.",
    noun: "the license file",
    reads: &[Read::rows(OperationId::GetLicenseFiles)],
    create: Some(Change {
        operation: OperationId::ImportLicenseFile,
        verb: "Install",
        fields: FIELDS,
    }),
    updates: &[Change {
        operation: OperationId::ImportLicenseFile,
        verb: "Replace",
        fields: FIELDS,
    }],
    delete: Some(Change {
        operation: OperationId::RemoveLicenseFile,
        verb: "Remove",
        fields: &[("fileName", Take::Key("fileName"))],
    }),
    replaces: false,
    ends: None,
    properties: &[
        Property::key("fileName").help("Name on the server, without folder, ending in `.lic`."),
        Property::own(
            "path",
            Role::LocalFile {
                digest: "sha256",
                of: Digested::Bytes,
            },
            "Absolute path of the file on this machine.",
        ),
        Property {
            name: "content",
            role: Role::Content { digest: "sha256" },
            source: Source::Request(OperationId::ImportLicenseFile, "content"),
            compare: Compare::Exact,
            refused: &[],
            bounds: None,
            help: "The bytes of the file in base64, in place of `path`.",
        },
        Property::setting("sha256").compared(Compare::IgnoreCase),
        Property::read_only("size"),
        Property::read_only("installed"),
        Property::read_only("vendors"),
        Property::read_only("increments"),
        Property::read_only("signature"),
    ],
};
