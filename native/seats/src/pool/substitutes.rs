//! CL of the vendor string: seats that also satisfy requests for other editions of a product.

use licensing_license_file::feature_code::FeatureCodes;
use licensing_license_file::license_file::VendorString;

use super::Pool;

/// Editions of one line that are looked at.
const MOST_EDITIONS: usize = 64;

/// Features whose requests seats of a feature with this vendor string also satisfy: same product and model, and an
/// edition that CL names. The feature itself is not among them.
pub fn satisfied_features(feature: &str, vendor_string: &VendorString) -> Vec<String> {
    let codes = FeatureCodes::of(feature);
    if codes.edition.is_empty() {
        return Vec::new();
    }
    let mut features = Vec::new();
    for edition in vendor_string.compatible().iter().take(MOST_EDITIONS) {
        let other = match codes.model {
            "" => format!("{}_{edition}", codes.product),
            model => format!("{}_{edition}_{model}", codes.product),
        };
        let is_new = |known: &String| !known.eq_ignore_ascii_case(&other);
        if !edition.is_empty() && !other.eq_ignore_ascii_case(feature) && features.iter().all(is_new) {
            features.push(other);
        }
    }
    features
}

impl Pool {
    /// Features, in lower case, whose requests its seats also satisfy: those that all of its lines name. Seats are not
    /// told apart within a pool.
    pub(crate) fn also_satisfies(&self) -> Vec<String> {
        let of = |text: &Option<String>| -> Vec<String> {
            let text = VendorString::parse(text.as_deref().unwrap_or_default());
            satisfied_features(&self.identity.feature, &text)
                .into_iter()
                .map(|feature| feature.to_lowercase())
                .collect()
        };
        let mut lines = self.increments.iter().map(|increment| &increment.vendor_string);
        let Some(first) = lines.next() else {
            return Vec::new();
        };
        let mut features = of(first);
        for text in lines.filter(|text| *text != first) {
            let others = of(text);
            features.retain(|feature| others.contains(feature));
        }
        features
    }
}
