//! Readable names of what license files and errors know by codes, in the languages this server speaks.

mod alerts;
mod errors;
mod feature;
mod language;
mod license_type;
mod locale;

use licensing_api::inventory::InventoryRow;
use licensing_api::names::LocalizedNames;

pub use alerts::{AlertTexts, Phrase};
pub use errors::errors;
pub use feature::{FeatureName, known_features};
pub use license_type::{license_type, license_types};
pub use locale::Locale;

/// Version of the entries: rises when a text changes.
const VERSION: &str = "1.0";

/// Fills in the readable names of an inventory row.
pub fn localize(row: &mut InventoryRow, locale: Locale) {
    let name = FeatureName::of(&row.feature, locale);
    row.localized_license_product_name = name.product;
    row.license_localized_edition = name.edition;
    row.localized_license_model = name.model;
    row.localized_license_type = license_type(&row.license_type, locale);
}

/// Readable names of the features that are known by name, of those that are installed, and of the license types.
pub fn localized_names<'a>(installed: impl IntoIterator<Item = &'a str>, locale: Locale) -> LocalizedNames {
    let mut features: Vec<&str> = known_features().collect();
    features.extend(installed);
    features.sort_unstable();
    features.dedup();
    LocalizedNames {
        locale: locale.code().to_owned(),
        features: features
            .into_iter()
            .map(|feature| FeatureName::of(feature, locale).to_entry(feature))
            .collect(),
        license_types: license_types(locale),
    }
}
