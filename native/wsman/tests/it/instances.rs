//! Get, with selectors, and descriptions of classes.

use licensing_wsman::uri;

use crate::support::{RESOURCE, ask, endpoint, envelope};

fn selectors(pairs: &[(&str, &str)]) -> String {
    let selectors: String = pairs
        .iter()
        .map(|(name, value)| format!("<w:Selector Name=\"{name}\">{value}</w:Selector>"))
        .collect();
    format!("<w:SelectorSet>{selectors}</w:SelectorSet>")
}

fn get(resource: &str, pairs: &[(&str, &str)]) -> String {
    envelope(uri::GET, resource, &selectors(pairs), "")
}

#[tokio::test]
async fn keys_find_one_instance() {
    let endpoint = endpoint();
    let answer = ask(&endpoint, &get(RESOURCE, &[("title", "RUST"), ("Shelf", "2")])).await;
    assert_eq!(answer.all("Pages"), ["12"]);
    assert!(answer.body().children[0].is(RESOURCE, "Test_Book"));
    let only = ask(
        &endpoint,
        &get(RESOURCE, &[("Shelf", "2"), ("__cimnamespace", "ROOT\\Library")]),
    )
    .await;
    assert_eq!(only.all("Title"), ["rust"]);
    let dmtf = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/Test_Book";
    let answer = ask(
        &endpoint,
        &get(dmtf, &[("shelf", "2"), ("__cimnamespace", "root/library")]),
    )
    .await;
    assert!(answer.body().children[0].is(dmtf, "Test_Book"));
}

#[tokio::test]
async fn keys_that_do_not_fit_are_told_apart() {
    let endpoint = endpoint();
    for (pairs, subcode, number) in [
        (vec![("Shelf", "1")], "w:InvalidSelectors", "2150858846"),
        (vec![("Pages", "1")], "w:InvalidSelectors", "2150858813"),
        (vec![("Shelf", "9")], "a:DestinationUnreachable", "2150858752"),
    ] {
        let fault = ask(&endpoint, &get(RESOURCE, &pairs)).await.fault();
        assert_eq!(fault, (subcode.to_owned(), number.to_owned()), "{pairs:?}");
    }
}

#[tokio::test]
async fn a_class_is_described_with_types_and_keys() {
    let pairs = [("__cimnamespace", "root/library"), ("ClassName", "test_book")];
    let answer = ask(&endpoint(), &get(uri::CLASS_DESCRIPTIONS, &pairs)).await;
    let class = answer.body().child("", "CLASS").unwrap();
    assert_eq!(class.attribute("NAME"), Some("Test_Book"));
    let properties: Vec<_> = class
        .children
        .iter()
        .filter(|child| child.name == "PROPERTY")
        .map(|property| {
            let is_key = property
                .children
                .iter()
                .any(|qualifier| qualifier.attribute("NAME") == Some("key"));
            (
                property.attribute("NAME").unwrap(),
                property.attribute("TYPE").unwrap(),
                is_key,
            )
        })
        .collect();
    assert_eq!(
        properties,
        [
            ("Author", "string", false),
            ("Lent", "boolean", false),
            ("Pages", "uint64", false),
            ("Published", "datetime", false),
            ("shelf", "uint32", true),
            ("Title", "string", true),
        ]
    );
    let missing = [("__cimnamespace", "root/library"), ("ClassName", "Other")];
    let fault = ask(&endpoint(), &get(uri::CLASS_DESCRIPTIONS, &missing))
        .await
        .fault();
    assert_eq!(fault.0, "a:DestinationUnreachable");
    let all = envelope(
        uri::ENUMERATE,
        uri::CLASS_DESCRIPTIONS,
        &selectors(&[("__cimnamespace", "root/library")]),
        "<n:Enumerate><w:OptimizeEnumeration/></n:Enumerate>",
    );
    assert!(
        ask(&endpoint(), &all)
            .await
            .text
            .contains("<CLASS NAME=\"Test_Book\">")
    );
}
