//! The table of operations holds together.

use std::collections::HashSet;

use licensing_api::operation::{OperationId, TABLE};
use licensing_api::schema::FieldKind;
use licensing_api::{ErrorCode, Permission};

#[test]
fn numbers_names_words_and_routes_are_unique() {
    let mut numbers = HashSet::new();
    let mut names = HashSet::new();
    let mut words = HashSet::new();
    let mut routes = HashSet::new();
    for info in TABLE {
        assert!(numbers.insert(info.number), "{} repeats a number", info.name);
        assert!(names.insert(info.name), "{} repeats a name", info.name);
        assert!(
            words.insert(info.words),
            "{} repeats the words {:?}",
            info.name,
            info.words
        );
        assert!(
            routes.insert((info.method.name(), info.path)),
            "{} repeats a route",
            info.name
        );
        assert_eq!(OperationId::from_number(info.number), Some(info.id));
        assert_eq!(OperationId::from_name(info.name), Some(info.id));
    }
}

#[test]
fn every_field_in_a_path_is_a_required_field_of_the_request() {
    for info in TABLE {
        let request = info.request_type();
        for name in info.path_fields() {
            let field = request.fields.iter().find(|field| field.name == name);
            assert!(
                field.is_some_and(|field| field.required),
                "{}: {name} is not a required field",
                info.name
            );
        }
    }
}

#[test]
fn every_field_of_every_request_and_row_is_documented() {
    for info in TABLE {
        assert!(
            info.summary.ends_with('.'),
            "{} needs a sentence as help",
            info.name
        );
        for field in info.request_type().fields.iter().chain(&info.row_type().fields) {
            assert!(
                !field.summary.is_empty(),
                "{}: {} has no help",
                info.name,
                field.name
            );
        }
    }
}

#[test]
fn only_the_certificate_and_what_proves_itself_is_public() {
    let public: Vec<_> = TABLE
        .iter()
        .filter(|info| info.permission == Permission::None)
        .map(|info| info.id)
        .collect();
    // Documents of license servers carry their proof in themselves.
    assert_eq!(
        public,
        [
            OperationId::GetCertificate,
            OperationId::FulfilEntitlements,
            OperationId::FulfilAllocation,
            OperationId::FulfilReturn,
            OperationId::FulfilRenewals,
        ]
    );
}

#[test]
fn rows_know_the_kinds_of_their_fields() {
    let row = OperationId::GetUsage.info().row_type();
    assert_eq!(row.name, "UsageRow");
    let kind = |name: &str| {
        row.fields
            .iter()
            .find(|field| field.name == name)
            .map(|field| field.kind)
    };
    assert_eq!(kind("since"), Some(FieldKind::Instant));
    assert_eq!(kind("count"), Some(FieldKind::Integer));
    assert_eq!(kind("licenseModelType"), Some(FieldKind::Name));
    let new = OperationId::NewAdministrator.info().request_type();
    let password = new
        .fields
        .iter()
        .find(|field| field.name == "password")
        .map(|field| field.kind);
    assert_eq!(password, Some(FieldKind::Secret));
}

#[test]
fn error_codes_have_unique_numbers_and_texts() {
    let mut numbers = HashSet::new();
    for code in ErrorCode::ALL {
        assert!(numbers.insert(code.number()), "{code} repeats a number");
        assert_eq!(ErrorCode::from_name(code.name()), Some(*code));
        assert!(!code.title().is_empty() && !code.action().is_empty());
    }
}
