//! Queries, and the faults that they end in.

use licensing_wsman::uri;

use crate::support::{ANY, RESOURCE, ask, endpoint, envelope, query};

#[tokio::test]
async fn everything_is_written_as_windows_writes_it() {
    let answer = ask(
        &endpoint(),
        &query("select * from TEST_BOOK where Shelf = 1 and lent = true"),
    )
    .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.all("RelatesTo"), ["uuid:ABC-1"]);
    let items = answer.body().children[0].child(uri::WSMAN, "Items").unwrap();
    let [instance] = items.children.as_slice() else {
        panic!("{}", answer.text)
    };
    assert!(instance.is(RESOURCE, "Test_Book"));
    assert_eq!(instance.attribute_of(uri::XSI, "type"), Some("p:Test_Book_Type"));
    let names: Vec<_> = instance
        .children
        .iter()
        .map(|child| child.name.as_str())
        .collect();
    assert_eq!(names, ["Author", "Lent", "Pages", "Published", "shelf", "Title"]);
    assert_eq!(instance.children[0].attribute_of(uri::XSI, "nil"), Some("true"));
    assert_eq!(instance.children[1].text, "true");
    assert!(instance.children[3].children[0].is(uri::CIM, "Datetime"));
    assert_eq!(instance.children[3].children[0].text, "2013-04-15T16:28:38.5Z");
    assert_eq!(instance.children[5].text, "Öl & <Gas>");
    assert!(answer.text.contains("<n:EnumerationContext/>") && answer.text.contains("<w:EndOfSequence/>"));
}

#[tokio::test]
async fn a_projection_is_a_fragment_in_alphabetical_order() {
    let answer = ask(
        &endpoint(),
        &query("SELECT Title,shelf,__CLASS,Author FROM Test_Book WHERE shelf=2"),
    )
    .await;
    let items = answer.body().children[0].child(uri::WSMAN, "Items").unwrap();
    let fragment = items.child(uri::WSMAN, "XmlFragment").unwrap();
    let found: Vec<_> = fragment
        .children
        .iter()
        .map(|child| (child.namespace.as_str(), child.name.as_str(), child.text.as_str()))
        .collect();
    assert_eq!(
        found,
        [("", "Author", ""), ("", "shelf", "2"), ("", "Title", "rust")]
    );
}

#[tokio::test]
async fn faults_have_the_numbers_of_windows() {
    let endpoint = endpoint();
    for (text, subcode, number) in [
        ("SELECT * FROM Missing", "a:DestinationUnreachable", "2150858752"),
        ("SELECT * FROM", "n:CannotProcessFilter", "2150858778"),
        (
            "SELECT Nothing FROM Test_Book",
            "n:CannotProcessFilter",
            "2150858778",
        ),
        (
            "SELECT COUNT(*) FROM Test_Book",
            "n:CannotProcessFilter",
            "2150858778",
        ),
        (
            "SELECT * FROM Test_Book WHERE shelf='x'",
            "n:CannotProcessFilter",
            "2150858778",
        ),
    ] {
        let fault = ask(&endpoint, &query(text)).await.fault();
        assert_eq!(fault, (subcode.to_owned(), number.to_owned()), "{text}");
    }
}

#[tokio::test]
async fn requests_that_do_not_fit_end_in_their_faults() {
    let endpoint = endpoint();
    let filter = |dialect: &str| {
        format!(
            "<n:Enumerate><w:Filter Dialect=\"{dialect}\">SELECT * FROM Test_Book</w:Filter></n:Enumerate>"
        )
    };
    let enumerate = "<n:Enumerate/>";
    let cases = [
        (
            envelope(uri::ENUMERATE, ANY, "", &filter("urn:other")),
            "n:FilterDialectRequestedUnavailable",
            "2150858777",
        ),
        (
            envelope(
                uri::ENUMERATE,
                uri::CLASS_DESCRIPTIONS,
                NAMESPACE,
                &filter(uri::WQL),
            ),
            "n:FilteringNotSupported",
            "2150858776",
        ),
        (
            envelope(
                uri::ENUMERATE,
                "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/none/Test_Book",
                "",
                enumerate,
            ),
            "a:DestinationUnreachable",
            "2150858752",
        ),
        (
            envelope(uri::ENUMERATE, "urn:whatever", "", enumerate),
            "a:DestinationUnreachable",
            "2150858752",
        ),
        (
            envelope(
                "http://schemas.xmlsoap.org/ws/2004/09/transfer/Put",
                RESOURCE,
                "",
                "",
            ),
            "a:ActionNotSupported",
            "2150858771",
        ),
        (
            envelope(
                uri::ENUMERATE,
                RESOURCE,
                "<o:Odd xmlns:o=\"urn:o\" s:mustUnderstand=\"1\"/>",
                enumerate,
            ),
            "",
            "2150858768",
        ),
        (
            envelope(
                uri::ENUMERATE,
                RESOURCE,
                "<w:MaxEnvelopeSize>8191</w:MaxEnvelopeSize>",
                enumerate,
            ),
            "w:EncodingLimit",
            "2150858805",
        ),
        (
            envelope(uri::ENUMERATE, RESOURCE, "", "<n:Other/>"),
            "w:SchemaValidationError",
            "2150858817",
        ),
        (
            envelope(
                uri::ENUMERATE,
                RESOURCE,
                "<w:SelectorSet><w:Selector Name=\"__cimnamespace\">root/other</w:Selector></w:SelectorSet>",
                enumerate,
            ),
            "w:InvalidSelectors",
            "2150858813",
        ),
        (
            envelope(
                uri::ENUMERATE,
                "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/Test_Book",
                "",
                enumerate,
            ),
            "w:InvalidSelectors",
            "2150858813",
        ),
        (
            envelope(
                uri::PULL,
                RESOURCE,
                "",
                "<n:Pull><n:EnumerationContext>uuid:x</n:EnumerationContext></n:Pull>",
            ),
            "n:InvalidEnumerationContext",
            "2150858779",
        ),
        (
            query("SELECT * FROM Test_Book").replace("<a:MessageID>uuid:ABC-1</a:MessageID>", ""),
            "a:MessageInformationHeaderRequired",
            "2150858769",
        ),
    ];
    for (body, subcode, number) in cases {
        let fault = ask(&endpoint, &body).await.fault();
        assert_eq!(fault, (subcode.to_owned(), number.to_owned()), "{body}");
    }
}

const NAMESPACE: &str =
    "<w:SelectorSet><w:Selector Name=\"__cimnamespace\">root/library</w:Selector></w:SelectorSet>";

#[tokio::test]
async fn namespaces_and_classes_can_be_found() {
    let endpoint = endpoint();
    let at = |namespace: &str, text: &str| query(text).replace("/ROOT/Library/*", &format!("/{namespace}/*"));
    let names = ask(&endpoint, &at("root", "SELECT Name FROM __NAMESPACE"))
        .await
        .all("Name");
    assert_eq!(names, ["Library"]);
    let names = ask(&endpoint, &at("root/library", "SELECT * FROM __Namespace"))
        .await
        .all("Name");
    assert_eq!(names, ["Old"]);
    let names = ask(&endpoint, &at("root/library", "SELECT * FROM meta_class"))
        .await
        .all("__CLASS");
    assert_eq!(names, ["Test_Book"]);
}

#[tokio::test]
async fn an_operation_ends_at_its_timeout() {
    let mut library = crate::support::Library::with_books();
    library.delay = std::time::Duration::from_secs(30);
    let endpoint = crate::support::endpoint_with(library, licensing_wsman::Limits::default());
    let timeout = "<w:OperationTimeout>PT0.050S</w:OperationTimeout>";
    let answer = ask(
        &endpoint,
        &envelope(uri::ENUMERATE, RESOURCE, timeout, "<n:Enumerate/>"),
    )
    .await;
    assert_eq!(answer.fault().0, "w:TimedOut");
}

#[tokio::test]
async fn utf_16_is_answered_in_utf_16() {
    let endpoint = endpoint();
    let text = query("SELECT * FROM Test_Book WHERE Title LIKE 'öl%'");
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let headers = [
        crate::support::BASIC,
        ("content-type", "application/soap+xml;charset=UTF-16"),
    ];
    let response = endpoint
        .answer(&crate::support::tls(), crate::support::post(&headers, bytes))
        .await;
    assert_eq!(
        response.headers()["content-type"],
        "application/soap+xml;charset=UTF-16"
    );
    let units: Vec<u16> = response.body()[2..]
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    assert!(
        String::from_utf16(&units)
            .unwrap()
            .contains("Öl &amp; &lt;Gas&gt;")
    );
}
