//! The resources. Each is a description; the engine knows none of them by name.

mod administrator;
mod alert_route;
mod issuer;
mod license_file;
mod management_service;
mod options_file;
mod reservation;
mod server;
mod token;
mod usage_sampling;

use crate::description::Resource;

/// Owner of all resources, as it stands before their names: `LicensingAdmin/Token`.
pub const PREFIX: &str = "LicensingAdmin/";

/// All resources, by their names.
pub static RESOURCES: &[&Resource] = &[
    &administrator::ADMINISTRATOR,
    &alert_route::ALERT_ROUTE,
    &issuer::ISSUER,
    &license_file::LICENSE_FILE,
    &management_service::MANAGEMENT_SERVICE,
    &options_file::OPTIONS_FILE,
    &reservation::RESERVATION,
    &server::SERVER,
    &token::TOKEN,
    &usage_sampling::USAGE_SAMPLING,
];

/// The resource of that name, with or without its owner, whatever the case of letters.
pub fn find(name: &str) -> Option<&'static Resource> {
    let own = match name.get(..PREFIX.len()) {
        Some(owner) if owner.eq_ignore_ascii_case(PREFIX) => &name[PREFIX.len()..],
        Some(_) | None => name,
    };
    RESOURCES
        .iter()
        .copied()
        .find(|resource| resource.name.eq_ignore_ascii_case(own))
}
