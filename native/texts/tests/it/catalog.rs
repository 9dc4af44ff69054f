//! Readable names and texts of errors.

use licensing_api::ErrorCode;
use licensing_api::denial::DenialReason;
use licensing_license_file::feature_code::{MODELS, PRODUCTS};
use licensing_texts::catalog::{FeatureName, Locale, errors, license_type, localized_names};

fn in_german() -> Locale {
    Locale::from_code(Some("de")).unwrap()
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
        let name = FeatureName::of(feature, Locale::ENGLISH);
        assert_eq!(
            (name.product_and_edition().as_str(), name.model.as_str()),
            (product, english),
            "{feature}"
        );
        assert_eq!(FeatureName::of(feature, in_german()).model, german, "{feature}");
    }
    assert_eq!(
        FeatureName::of("MPSTP_ENT_CCU", Locale::ENGLISH).product,
        "Citrix XenApp (Technology Preview)"
    );
    assert_eq!(
        FeatureName::of("CITRIX", in_german()).product,
        "Citrix Startlizenz"
    );
    assert_eq!(license_type("Eval", Locale::ENGLISH), "Evaluation");
    assert_eq!(license_type("nfr", in_german()), "Nicht zum Wiederverkauf");
    assert_eq!(license_type("Own", in_german()), "Own");
    assert_eq!(license_type("", in_german()), "");
}

#[test]
fn localized_names_list_known_and_installed_features_once() {
    let names = localized_names(["DESIGN_PRO_CCU", "XDT_PLT_UD", "DESIGN_PRO_CCU"], in_german());
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
        (None, Locale::ENGLISH),
        (Some("EN"), Locale::ENGLISH),
        (Some("en-US"), Locale::ENGLISH),
        (Some("de"), in_german()),
        (Some("de_AT"), in_german()),
    ] {
        assert_eq!(Locale::from_code(code).unwrap(), locale, "{code:?}");
    }
    for code in ["fr", "es-MX", "ja-JP"] {
        assert!(
            code.starts_with(Locale::from_code(Some(code)).unwrap().code()),
            "{code}"
        );
    }
    for code in ["pt", "", "deutsch", "e", "tlh-KX"] {
        let problem = Locale::from_code(Some(code)).unwrap_err();
        assert_eq!(problem.code, ErrorCode::LocaleUnsupported, "{code}");
        assert!(
            problem.detail.contains("en, de, es, fr, ja"),
            "{}",
            problem.detail
        );
    }
}

#[test]
fn every_error_has_texts_of_its_own_in_every_language() {
    for locale in Locale::all() {
        let all = errors(locale, None).unwrap();
        assert_eq!(all.len(), ErrorCode::ALL.len() + DenialReason::ALL.len());
        for entry in &all {
            assert!(
                !entry.title.is_empty() && !entry.action.is_empty(),
                "{}",
                entry.code
            );
        }
    }
    let english = errors(Locale::ENGLISH, None).unwrap();
    let translated = errors(in_german(), None).unwrap();
    for (one, other) in english.iter().zip(&translated) {
        assert_eq!((&one.code, one.number), (&other.code, other.number));
        assert_ne!(one.title, other.title, "{}", one.code);
    }
    let one = errors(Locale::ENGLISH, Some("allseatstaken")).unwrap();
    assert_eq!(
        (one.len(), one[0].number, one[0].code.as_str()),
        (1, -4, "AllSeatsTaken")
    );
    assert_eq!(errors(Locale::ENGLISH, Some("Timeout")).unwrap()[0].number, 2001);
    assert_eq!(
        errors(Locale::ENGLISH, Some("Nothing")).unwrap_err().code,
        ErrorCode::InvalidFilter
    );
}

#[test]
fn the_codes_that_rules_know_have_names() {
    for product in PRODUCTS {
        assert_ne!(FeatureName::of(product, Locale::ENGLISH).product, *product);
    }
    for model in MODELS {
        let name = FeatureName::of(&format!("DESIGN_PRO_{model}"), Locale::ENGLISH).model;
        assert!(name.chars().any(char::is_lowercase), "{model}: {name}");
    }
}
