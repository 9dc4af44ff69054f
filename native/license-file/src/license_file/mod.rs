//! License files: reading them without losing a byte, and knowing what each line says.

mod date;
mod edit;
mod host_id;
mod model;
mod parse;
mod position;
mod publisher_line;
mod terms;
mod vendor_string;

pub use date::{InvalidDate, LicenseDate};
pub use edit::{Edit, InvalidEdit};
pub use host_id::{HostId, HostIdentity, InvalidHostId};
pub use licensing_api::version::{InvalidVersion, LicenseVersion, VersionDate};
pub use model::{
    Attribute, AttributeValue, Increment, IncrementKeyword, License, LicenseFile, Line, LineKind, Package,
    PackageComponent, Server, Suite, Upgrade, Vendor,
};
pub use parse::parse;
pub(crate) use parse::{Physical, PhysicalLines, blank_separated, is_administrators, utf16_as_utf8};
pub use position::{Position, Span, Spanned};
pub use publisher_line::PublisherLine;
pub use terms::{
    DEFAULT_BORROW_HOURS, DEFAULT_SORT, DupGroup, FloatOk, NamedOnly, SignedLine, Supersede, Terms,
    TimeZoneRule, VmPlatforms,
};
pub use vendor_string::{AlertRule, AlertStart, VendorField, VendorMeaning, VendorString};
