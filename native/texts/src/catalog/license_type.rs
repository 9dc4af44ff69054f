//! License types: what LT of a vendor string says.

use licensing_api::names::LicenseTypeName;

use super::{Locale, VERSION};

/// Code, English, German.
const TYPES: &[(&str, &str, &str)] = &[
    ("DE", "Developer", "Entwickler"),
    ("Eval", "Evaluation", "Test"),
    ("NFR", "Not for resale", "Nicht zum Wiederverkauf"),
    ("Retail", "Retail", "Kauf"),
    ("RetailS", "Expiring retail", "Kauf mit Ablauf"),
    ("SYS", "System", "System"),
    ("TP", "Technology preview", "Technologievorschau"),
];

/// Readable name of a license type; a type that is not known stays as it is.
pub fn license_type(code: &str, locale: Locale) -> String {
    TYPES
        .iter()
        .find(|name| name.0.eq_ignore_ascii_case(code))
        .map_or_else(
            || code.to_owned(),
            |name| locale.choose(name.1, name.2).to_owned(),
        )
}

/// All license types.
pub fn license_types(locale: Locale) -> Vec<LicenseTypeName> {
    TYPES
        .iter()
        .map(|(code, ..)| LicenseTypeName {
            type_name: (*code).to_owned(),
            friendly_name: license_type(code, locale),
            version: VERSION.to_owned(),
        })
        .collect()
}
