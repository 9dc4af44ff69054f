//! License files: reading them without losing a byte, and knowing what each line says.

mod date;
mod model;

pub use date::LicenseDate;
pub use model::{
    Attribute, AttributeValue, HostId, Increment, IncrementKeyword, License, LicenseFile, Line, LineKind,
    Package, PackageComponent, Position, Server, Spanned, Upgrade, Vendor,
};
