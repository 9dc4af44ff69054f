//! License types: what LT of a vendor string says.

use licensing_api::names::LicenseTypeName;

use super::{Locale, VERSION, language};

const SECTION: &str = "license-type";

/// Readable name of a license type; a type that is not known stays as it is.
pub fn license_type(code: &str, locale: Locale) -> String {
    locale.text(SECTION, code).unwrap_or(code).to_owned()
}

/// All license types.
pub fn license_types(locale: Locale) -> Vec<LicenseTypeName> {
    language::keys(SECTION)
        .map(|code| LicenseTypeName {
            type_name: code.to_owned(),
            friendly_name: license_type(code, locale),
            version: VERSION.to_owned(),
        })
        .collect()
}
