//! The classes that can be asked for.

use licensing_wsman::{Class, Kind, Namespace, Property, Schema};

const fn property(name: &'static str, kind: Kind, description: &'static str) -> Property {
    Property {
        name,
        kind,
        key: false,
        description,
    }
}

const fn key(name: &'static str, kind: Kind, description: &'static str) -> Property {
    Property {
        name,
        kind,
        key: true,
        description,
    }
}

/// The class that scripts and monitoring of the original ask for: one instance for each pool that gives out seats.
pub(super) static CITRIX_POOL: Class = Class {
    name: "Citrix_GT_License_Pool",
    description: "Seats of one feature that count together.",
    properties: &[
        property("Count", Kind::Uint32, "Seats installed, overdraft included."),
        property(
            "DUP_GROUP",
            Kind::Text,
            "Which checkouts share a seat, as the license file says.",
        ),
        property(
            "FLOAT_OK",
            Kind::Boolean,
            "Whether the license floats with a dongle.",
        ),
        property(
            "HOST_BASED",
            Kind::Boolean,
            "Whether seats are for hosts that the options file names.",
        ),
        key("HOSTID", Kind::Text, "Machines that alone may use the seats."),
        property("InUseCount", Kind::Uint32, "Seats that are checked out."),
        property("LicenseType", Kind::Text, "Type of the license, such as Retail."),
        property("Overdraft", Kind::Uint32, "How many of Count are overdraft."),
        property("PLATFORMS", Kind::Text, "Platforms that the seats are for."),
        key("PLD", Kind::Text, "Code of the feature."),
        property(
            "PLDFullName",
            Kind::Text,
            "Readable name of product, edition and model.",
        ),
        property("PooledAvailable", Kind::Uint32, "Seats that are free."),
        key("SubscriptionDate", Kind::DateTime, "Subscription Advantage date."),
        property(
            "USER_BASED",
            Kind::Boolean,
            "Whether seats are for users that the options file names.",
        ),
        key(
            "VendorString",
            Kind::Text,
            "Vendor string as the license file has it.",
        ),
    ],
};

/// One instance for each line that grants seats.
pub(super) static CITRIX_LICENSE: Class = Class {
    name: "Citrix_GT_License",
    description: "One line of a license file that grants seats.",
    properties: &[
        property("Count", Kind::Uint32, "Seats of the line, without overdraft."),
        property(
            "ExpirationDate",
            Kind::DateTime,
            "Last valid day; none when permanent.",
        ),
        key("FileName", Kind::Text, "License file."),
        key("Line", Kind::Uint32, "First line of it in the file, from 1."),
        property("PLD", Kind::Text, "Code of the feature."),
        property("SerialNumber", Kind::Text, "Serial number."),
        property("SubscriptionDate", Kind::DateTime, "Subscription Advantage date."),
        property(
            "VendorString",
            Kind::Text,
            "Vendor string as the license file has it.",
        ),
    ],
};

/// The server itself.
pub(super) static CITRIX_SERVER: Class = Class {
    name: "Citrix_GT_License_Server",
    description: "The license server.",
    properties: &[
        key("HostName", Kind::Text, "Name that license files are bound to."),
        property("Port", Kind::Uint32, "Port of the license manager."),
        property("Version", Kind::Text, "Version of the server."),
    ],
};

/// The same data with plain names, and with numbers that do not include each other.
pub(super) static POOL: Class = Class {
    name: "LicensePool",
    description: "Seats of one feature that count together, whether they can be used or not.",
    properties: &[
        key(
            "PoolId",
            Kind::Text,
            "Names the pool in all lists of this server.",
        ),
        property("Vendor", Kind::Text, "Vendor whose daemon serves the pool."),
        property("Feature", Kind::Text, "Code of the feature."),
        property(
            "FullName",
            Kind::Text,
            "Readable name of product, edition and model.",
        ),
        property("Product", Kind::Text, "Readable product."),
        property("Edition", Kind::Text, "Readable edition."),
        property("Model", Kind::Text, "Readable model."),
        property("Version", Kind::Text, "Version as the license file has it."),
        property("LicenseType", Kind::Text, "Type of the license, such as Retail."),
        property("Installed", Kind::Uint32, "Seats installed, without overdraft."),
        property("Overdraft", Kind::Uint32, "Further seats that may be given out."),
        property(
            "InUse",
            Kind::Uint32,
            "Seats that are checked out, overdraft included.",
        ),
        property("OverdraftInUse", Kind::Uint32, "How many of them are overdraft."),
        property("Free", Kind::Uint32, "Seats that anybody could have now."),
        property("Reserved", Kind::Uint32, "Seats set aside that are not in use."),
        property("Borrowed", Kind::Uint32, "Seats in use that are borrowed."),
        property("Burst", Kind::Uint32, "Seats in use beyond even the overdraft."),
        property("Queued", Kind::Uint32, "Requests that wait."),
        property("Uncounted", Kind::Boolean, "Whether the pool never ends."),
        property("Status", Kind::Text, "Whether the pool serves, and if not, why."),
        property(
            "Signature",
            Kind::Text,
            "Whether the signatures of its lines are valid.",
        ),
        property(
            "ExpirationDate",
            Kind::DateTime,
            "Last valid day of the line that ends first.",
        ),
        property("SubscriptionDate", Kind::DateTime, "Subscription Advantage date."),
        property(
            "VendorString",
            Kind::Text,
            "Vendor string as the license file has it.",
        ),
        property("HostIds", Kind::Text, "Machines that alone may use the seats."),
        property("AsOf", Kind::DateTime, "When these numbers were taken."),
    ],
};

/// One line that grants seats.
pub(super) static LICENSE: Class = Class {
    name: "License",
    description: "One line of a license file that grants seats.",
    properties: &[
        key("FileName", Kind::Text, "License file."),
        key("Line", Kind::Uint32, "First line of it in the file, from 1."),
        property("Vendor", Kind::Text, "Vendor whose daemon serves it."),
        property("Feature", Kind::Text, "Code of the feature."),
        property("Version", Kind::Text, "Version as the license file has it."),
        property("Seats", Kind::Uint32, "Seats of the line; none when uncounted."),
        property("Overdraft", Kind::Uint32, "Further seats that may be given out."),
        property("SerialNumber", Kind::Text, "Serial number."),
        property(
            "ExpirationDate",
            Kind::DateTime,
            "Last valid day; none when permanent.",
        ),
        property(
            "StartDate",
            Kind::DateTime,
            "First valid day, where there is one.",
        ),
        property("SubscriptionDate", Kind::DateTime, "Subscription Advantage date."),
        property("Signature", Kind::Text, "Whether its signature is valid."),
        property(
            "VendorString",
            Kind::Text,
            "Vendor string as the license file has it.",
        ),
    ],
};

/// The server itself.
pub(super) static SERVER: Class = Class {
    name: "LicenseServer",
    description: "The license server.",
    properties: &[
        key("HostName", Kind::Text, "Name that license files are bound to."),
        property("Version", Kind::Text, "Version of the server."),
        property("LicensingPort", Kind::Uint32, "Port of the license manager."),
        property("WebServicesPort", Kind::Uint32, "Port of the web services."),
        property("Started", Kind::DateTime, "When the server started."),
        property(
            "AsOf",
            Kind::DateTime,
            "When the numbers of the other classes were taken.",
        ),
        property(
            "RefreshSeconds",
            Kind::Uint32,
            "How old these numbers get before they are taken again.",
        ),
        property(
            "Problems",
            Kind::Text,
            "Why instances of the other classes are missing, such as a vendor daemon that is down; none when they are complete.",
        ),
    ],
};

/// Path of the namespace that the original has.
pub(super) const CITRIX: &str = "root/CitrixLicensing";

/// Path of the namespace with plain names.
pub(super) const PLAIN: &str = "root/Licensing";

/// Everything that can be asked for.
pub(super) static SCHEMA: Schema = Schema {
    namespaces: &[
        Namespace {
            path: CITRIX,
            classes: &[&CITRIX_POOL, &CITRIX_LICENSE, &CITRIX_SERVER],
        },
        Namespace {
            path: PLAIN,
            classes: &[&POOL, &LICENSE, &SERVER],
        },
    ],
};
