//! Features: product, edition and model behind a name such as `XDT_PLT_UD`.

use licensing_api::names;
use licensing_license_file::feature_code::FeatureCodes;

use super::{Locale, VERSION};

const KNOWN: &[&str] = &[
    "CITRIX",
    "CTXLSDIAG",
    "MPS_ADV_CCU",
    "MPS_ENT_CCU",
    "MPS_PLT_CCU",
    "MPS_STD_CCU",
    "PVS_STD_CCS",
    "XDS_ADV_CCS",
    "XDS_ENT_CCS",
    "XDS_PLT_CCS",
    "XDS_STD_CCS",
    "XDT_ADV_UD",
    "XDT_APP_UD",
    "XDT_ENT_CCS",
    "XDT_ENT_UD",
    "XDT_PLT_CCS",
    "XDT_PLT_UD",
    "XDT_STD_CCS",
    "XDT_STD_UD",
];

/// Features known by name.
pub fn known_features() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().copied()
}

/// The readable names of a feature. A code that nothing is known about stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureName {
    /// Product.
    pub product: String,
    /// Edition; may be empty.
    pub edition: String,
    /// Model; may be empty.
    pub model: String,
}

impl FeatureName {
    /// Names of a feature in a language.
    pub fn of(feature: &str, locale: Locale) -> Self {
        let codes = FeatureCodes::of(feature);
        let of_feature = |feature: &str| locale.text("model-of-feature", feature);
        // The model of a product may have a name of its own. A name without a code of a model says nothing about it.
        let model = match codes.model {
            "" => of_feature(feature),
            model => of_feature(&format!("{}_{model}", codes.product)).or(locale.text("model", model)),
        };
        Self {
            product: product(codes.product, locale),
            edition: locale
                .text("edition", codes.edition)
                .unwrap_or(codes.edition)
                .to_owned(),
            model: model.unwrap_or(codes.model).to_owned(),
        }
    }

    /// Product and edition in one.
    pub fn product_and_edition(&self) -> String {
        if self.edition.is_empty() {
            self.product.clone()
        } else {
            format!("{} {}", self.product, self.edition)
        }
    }

    pub(super) fn to_entry(&self, feature: &str) -> names::FeatureName {
        names::FeatureName {
            feature_name: feature.to_owned(),
            product_nameand_edition: self.product_and_edition(),
            model_name: self.model.clone(),
            version: VERSION.to_owned(),
        }
    }
}

/// Name of a product; `TP` behind a known one marks a technology preview.
fn product(code: &str, locale: Locale) -> String {
    let name = |code: &str| locale.text("product", code);
    if let Some(name) = name(code) {
        return name.to_owned();
    }
    let preview = code.strip_suffix("TP").and_then(name);
    let named = preview.zip(locale.text("phrase", "technology-preview"));
    named.map_or_else(|| code.to_owned(), |(name, text)| text.replace("{product}", name))
}
