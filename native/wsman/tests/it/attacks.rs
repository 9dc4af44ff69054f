//! Bad input: clear answers, bounded memory, no panic.

use std::fmt::Write;

use licensing_wsman::ntlm::{Challenged, ServerNames};
use licensing_wsman::spnego::Token;
use licensing_wsman::wql::{Dialect, Query};
use licensing_wsman::{uri, xml};
use proptest::prelude::*;

use crate::support::{Answer, BASIC, RESOURCE, ask, endpoint, envelope, post, query, tls};

#[tokio::test]
async fn documents_that_grow_are_refused() {
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE b [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">\
                <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]><b>&c;</b>";
    let external = "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><x>&e;</x>";
    let undefined = query("SELECT * FROM Test_Book").replace("uuid:ABC-1", "&e;");
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    let mut wide = String::from("<a>");
    for _ in 0..100_000 {
        wide.push_str("<b/>");
    }
    wide.push_str("</a>");
    let mut attributes = String::from("<a");
    for number in 0..10_000 {
        write!(attributes, " a{number}=\"\"").unwrap();
    }
    attributes.push_str("/>");
    for body in [
        bomb,
        external,
        &undefined,
        &deep,
        &wide,
        &attributes,
        "",
        "<",
        "<a>",
        "<a></b>",
        "plain",
        "<a/><b/>",
    ] {
        let (subcode, _) = ask(&endpoint(), body).await.fault();
        assert_eq!(
            subcode,
            "w:SchemaValidationError",
            "{}",
            body.chars().take(60).collect::<String>()
        );
    }
}

#[tokio::test]
async fn encodings_that_are_not_true_are_refused() {
    for (kind, body) in [
        ("application/soap+xml;charset=UTF-8", b"\xff<a/>".as_slice()),
        ("application/soap+xml;charset=UTF-16", b"\xff\xfe<".as_slice()),
        ("application/soap+xml;charset=EBCDIC", b"<a/>".as_slice()),
    ] {
        let request = post(&[BASIC, ("content-type", kind)], body);
        let (subcode, number) = Answer::of(endpoint().answer(&tls(), request).await).fault();
        assert_eq!(
            (subcode.as_str(), number.as_str()),
            ("w:EncodingLimit", "2150858796"),
            "{kind}"
        );
    }
}

#[tokio::test]
async fn an_answer_does_not_grow_with_the_identifier_that_it_echoes() {
    let long = "x".repeat(100_000);
    let body = envelope(uri::ENUMERATE, RESOURCE, "", "<n:Enumerate/>").replace("uuid:ABC-1", &long);
    let answer = ask(&endpoint(), &body).await;
    assert!(answer.text.len() < 2 * long.len());
}

#[test]
fn queries_that_are_too_large_are_refused() {
    let parentheses = format!(
        "SELECT * FROM a WHERE {}b=1{}",
        "(".repeat(3000),
        ")".repeat(3000)
    );
    let nots = format!("SELECT * FROM a WHERE {} b=1", "NOT ".repeat(1500));
    let terms = format!("SELECT * FROM a WHERE b=1{}", " OR b=1".repeat(100));
    let long = format!("SELECT * FROM a WHERE b='{}'", "x".repeat(9000));
    for text in [parentheses, nots, terms, long] {
        let error = Query::parse(&text, Dialect::Wql).unwrap_err();
        assert!(error.to_string().contains("too complex"), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_envelope_panics(place in any::<prop::sample::Index>(), text in "\\PC{0,12}", cut in any::<prop::sample::Index>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let whole = query("SELECT * FROM Test_Book WHERE shelf = 1");
        let mut body: Vec<char> = whole.chars().collect();
        let at = place.index(body.len());
        let end = (at + cut.index(40)).min(body.len());
        body.splice(at..end, text.chars());
        let body: String = body.into_iter().collect();
        let answer = runtime.block_on(ask(&endpoint(), &body));
        prop_assert!(matches!(answer.status, 200 | 500));
    }

    #[test]
    fn no_xml_panics(text in "[<>/a!&;\\[\\]\"'= x#-]{0,60}") {
        let _ = xml::read(&text, 100);
    }

    #[test]
    fn no_query_panics(text in "(SELECT|select|\\*|FROM|WHERE|AND|OR|NOT|LIKE|IS|NULL|ISA|[a-z(),.'\"%_<>=!0-9\\\\ -]| ){0,40}") {
        let _ = Query::parse(&text, Dialect::Wql);
        let _ = Query::parse(&format!("SELECT * FROM a WHERE {text}"), Dialect::Cql);
    }

    #[test]
    fn no_message_of_ntlm_panics(mut bytes in proptest::collection::vec(any::<u8>(), 0..300), kind in 0u8..5) {
        let names = ServerNames { computer: "A".to_owned(), dns: "a".to_owned() };
        if bytes.len() > 12 {
            bytes[..8].copy_from_slice(b"NTLMSSP\0");
            bytes[8..12].copy_from_slice(&[kind, 0, 0, 0]);
        }
        let _ = Challenged::new(&bytes, &names, jiff::Timestamp::UNIX_EPOCH);
        let first = licensing_wsman::ntlm::Initiator::new().unwrap();
        let (challenged, _) = Challenged::new(first.message(), &names, jiff::Timestamp::UNIX_EPOCH).unwrap();
        let _ = challenged.read(&bytes);
        let _ = Token::read(&bytes);
    }
}
