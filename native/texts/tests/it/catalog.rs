//! Readable names and texts of errors.

use licensing_api::ErrorCode;
use licensing_api::denial::DenialReason;
use licensing_texts::catalog::{FeatureCodes, FeatureName, Locale, errors, license_type, localized_names};

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

#[test]
fn features_have_readable_names() {
    let table = [
        (
            "XDT_PLT_UD",
            "Citrix XenDesktop Platinum",
            "User/Device",
            "Benutzer/Gerät",
        ),
        (
            "XDS_ENT_CCS",
            "Citrix XenDesktop Enterprise",
            "Concurrent (Legacy)",
            "Gleichzeitig (alt)",
        ),
        (
            "MPS_ADV_CCU",
            "Citrix XenApp Advanced",
            "Concurrent User",
            "Gleichzeitiger Benutzer",
        ),
        ("CITRIX", "Citrix Start-up License", "Server", "Server"),
        (
            "CTXLSDIAG",
            "Citrix License Server Diagnostics License",
            "Server",
            "Server",
        ),
        // Codes that nothing is known about stay; a known model is named whoever uses it.
        (
            "DESIGN_PRO_CCU",
            "DESIGN PRO",
            "Concurrent User",
            "Gleichzeitiger Benutzer",
        ),
        ("DESIGN_PRO_ZZZ", "DESIGN PRO", "ZZZ", "ZZZ"),
        ("DESIGN", "DESIGN", "", ""),
    ];
    for (feature, product, english, german) in table {
        let name = FeatureName::of(feature, Locale::English);
        assert_eq!(
            (name.product_and_edition().as_str(), name.model.as_str()),
            (product, english),
            "{feature}"
        );
        assert_eq!(
            FeatureName::of(feature, Locale::German).model,
            german,
            "{feature}"
        );
    }
    assert_eq!(
        FeatureName::of("MPSTP_ENT_CCU", Locale::English).product,
        "Citrix XenApp (Technology Preview)"
    );
    assert_eq!(
        FeatureName::of("CITRIX", Locale::German).product,
        "Citrix Startlizenz"
    );
    assert_eq!(license_type("Eval", Locale::English), "Evaluation");
    assert_eq!(license_type("nfr", Locale::German), "Nicht zum Wiederverkauf");
    assert_eq!(license_type("Own", Locale::German), "Own");
    assert_eq!(license_type("", Locale::German), "");
}

#[test]
fn localized_names_list_known_and_installed_features_once() {
    let names = localized_names(["DESIGN_PRO_CCU", "XDT_PLT_UD", "DESIGN_PRO_CCU"], Locale::German);
    assert_eq!(names.locale, "de");
    let count = |feature: &str| {
        names
            .features
            .iter()
            .filter(|entry| entry.feature_name == feature)
            .count()
    };
    assert_eq!(
        (count("DESIGN_PRO_CCU"), count("XDT_PLT_UD"), count("CTXLSDIAG")),
        (1, 1, 1)
    );
    let types: Vec<&str> = names
        .license_types
        .iter()
        .map(|entry| entry.type_name.as_str())
        .collect();
    assert_eq!(types, ["DE", "Eval", "NFR", "Retail", "RetailS", "SYS", "TP"]);
}

#[test]
fn languages_are_found_by_code() {
    for (code, locale) in [
        (None, Locale::English),
        (Some("EN"), Locale::English),
        (Some("en-US"), Locale::English),
        (Some("de"), Locale::German),
        (Some("de_AT"), Locale::German),
    ] {
        assert_eq!(Locale::from_code(code).unwrap(), locale, "{code:?}");
    }
    for code in ["fr", "", "deutsch", "e", "ja-JP"] {
        let problem = Locale::from_code(Some(code)).unwrap_err();
        assert_eq!(problem.code, ErrorCode::LocaleUnsupported, "{code}");
        assert!(problem.detail.contains("en, de"), "{}", problem.detail);
    }
}

#[test]
fn every_error_has_texts_of_its_own_in_every_language() {
    for locale in Locale::ALL {
        let all = errors(*locale, None).unwrap();
        assert_eq!(all.len(), ErrorCode::ALL.len() + DenialReason::ALL.len());
        for entry in &all {
            assert!(
                !entry.title.is_empty() && !entry.action.is_empty(),
                "{}",
                entry.code
            );
        }
    }
    let english = errors(Locale::English, None).unwrap();
    let german = errors(Locale::German, None).unwrap();
    for (one, other) in english.iter().zip(&german) {
        assert_eq!((&one.code, one.number), (&other.code, other.number));
        assert_ne!(one.title, other.title, "{}", one.code);
    }
    let one = errors(Locale::English, Some("allseatstaken")).unwrap();
    assert_eq!(
        (one.len(), one[0].number, one[0].code.as_str()),
        (1, -4, "AllSeatsTaken")
    );
    assert_eq!(errors(Locale::English, Some("Timeout")).unwrap()[0].number, 2001);
    assert_eq!(
        errors(Locale::English, Some("Nothing")).unwrap_err().code,
        ErrorCode::InvalidFilter
    );
}
