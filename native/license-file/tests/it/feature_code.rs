//! Names of features.

use licensing_license_file::feature_code::FeatureCodes;

#[test]
fn feature_names_are_taken_apart() {
    let table = [
        ("XDT_PLT_UD", ("XDT", "PLT", "UD")),
        ("CNS_V10_3000_SERVER", ("CNS", "V10_3000", "SERVER")),
        ("MPS_CCU", ("MPS", "", "CCU")),
        ("DESIGN_SUITE", ("DESIGN", "SUITE", "")),
        ("CITRIX", ("CITRIX", "", "")),
        ("a__b", ("a", "", "b")),
        ("_", ("", "", "")),
        ("", ("", "", "")),
    ];
    for (feature, (product, edition, model)) in table {
        assert_eq!(
            FeatureCodes::of(feature),
            FeatureCodes {
                product,
                edition,
                model
            },
            "{feature}"
        );
    }
}
