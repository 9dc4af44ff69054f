//! A table of rows, and envelopes as clients write them.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::{Request, Response};
use licensing_wsman::http::{Authority, Connection, Endpoint, Identity, Refusal};
use licensing_wsman::ntlm::{Claim, NtHash, ServerNames, Session};
use licensing_wsman::xml::{self, Element};
use licensing_wsman::{
    Class, Kind, Limits, Namespace, Property, Schema, Service, Source, SourceError, Table, Value, uri,
};

const fn property(name: &'static str, kind: Kind, key: bool) -> Property {
    Property {
        name,
        kind,
        key,
        description: "A property of the tests.",
    }
}

pub(crate) static BOOK: Class = Class {
    name: "Test_Book",
    description: "A book.",
    properties: &[
        property("Title", Kind::Text, true),
        property("shelf", Kind::Uint32, true),
        property("Pages", Kind::Uint64, false),
        property("Lent", Kind::Boolean, false),
        property("Published", Kind::DateTime, false),
        property("Author", Kind::Text, false),
    ],
};

static SCHEMA: Schema = Schema {
    namespaces: &[
        Namespace {
            path: "root/Library",
            classes: &[&BOOK],
        },
        Namespace {
            path: "root/Library/Old",
            classes: &[],
        },
    ],
};

pub(crate) const RESOURCE: &str = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/library/Test_Book";
pub(crate) const ANY: &str = "http://schemas.microsoft.com/wbem/wsman/1/wmi/ROOT/Library/*";

pub(crate) fn book(title: &str, shelf: u32, pages: Option<u32>, lent: bool) -> Box<[Value]> {
    Box::new([
        title.into(),
        shelf.into(),
        Value::optional(pages),
        lent.into(),
        Value::Time("2013-04-15T16:28:38.5Z".parse().unwrap()),
        Value::Null,
    ])
}

#[derive(Debug)]
pub(crate) struct Library {
    rows: Table,
    pub(crate) asked: AtomicUsize,
    pub(crate) delay: std::time::Duration,
}

impl Library {
    pub(crate) fn of(rows: Vec<Box<[Value]>>) -> Self {
        Self {
            rows: Table::new(rows),
            asked: AtomicUsize::new(0),
            delay: std::time::Duration::ZERO,
        }
    }

    pub(crate) fn with_books() -> Self {
        Self::of(vec![
            book("Rust", 1, Some(500), false),
            book("Öl & <Gas>", 1, None, true),
            book("rust", 2, Some(12), true),
        ])
    }
}

impl Source for Library {
    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    async fn rows(&self, _: &'static Namespace, _: &'static Class) -> Result<Table, SourceError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if !self.delay.is_zero() {
            tokio::time::sleep(self.delay).await;
        }
        Ok(self.rows.clone())
    }

    fn vendor(&self) -> &str {
        "The tests"
    }

    fn version(&self) -> &str {
        "1.2.3"
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Reader(String);

impl Identity for Reader {
    fn account(&self) -> &str {
        &self.0
    }
}

/// One account, `ann` with the password `open sesame`, and `ben`, who has to wait.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    pub(crate) failures: AtomicUsize,
}

pub(crate) const PASSWORD: &str = "open sesame";

impl Authority for Accounts {
    type Identity = Reader;

    async fn password(&self, account: &str, password: &str, _: IpAddr) -> Result<Reader, Refusal> {
        if account == "ann" && password == PASSWORD {
            return Ok(Reader("ann".to_owned()));
        }
        if account == "ben" {
            return Err(Refusal::Later {
                code: "AccountLocked",
                seconds: 8,
            });
        }
        self.failures.fetch_add(1, Ordering::Relaxed);
        Err(Refusal::Denied)
    }

    async fn ntlm(&self, claim: Claim, _: IpAddr) -> Result<(Reader, Session), Refusal> {
        let session = claim.verify(&NtHash::of_password(PASSWORD));
        match session {
            Some(session) if claim.user().eq_ignore_ascii_case("ann") => {
                Ok((Reader("ann".to_owned()), session))
            }
            _ => {
                self.failures.fetch_add(1, Ordering::Relaxed);
                Err(Refusal::Denied)
            }
        }
    }

    async fn kerberos(&self, _: &str, _: &str, _: IpAddr) -> Result<Reader, Refusal> {
        Err(Refusal::Denied)
    }

    async fn still(&self, _: &Reader) -> Result<(), Refusal> {
        Ok(())
    }

    fn offers_ntlm(&self) -> bool {
        true
    }
}

pub(crate) type TestEndpoint = Endpoint<Library, Accounts>;

pub(crate) fn endpoint() -> TestEndpoint {
    endpoint_with(Library::with_books(), Limits::default())
}

pub(crate) fn endpoint_with(library: Library, limits: Limits) -> TestEndpoint {
    let names = ServerNames {
        computer: "TESTS".to_owned(),
        dns: "tests.example".to_owned(),
    };
    Endpoint::new(Service::new(library, "tests", limits), Accounts::default(), names)
}

pub(crate) fn tls() -> Connection<Reader> {
    let bindings = b"tls-server-end-point:0123456789abcdef0123456789abcdef".to_vec();
    Connection::new(IpAddr::V4(Ipv4Addr::LOCALHOST), Some(bindings))
}

pub(crate) fn plain() -> Connection<Reader> {
    Connection::new(IpAddr::V4(Ipv4Addr::LOCALHOST), None)
}

pub(crate) fn post(headers: &[(&str, &str)], body: impl Into<Bytes>) -> Request<Bytes> {
    let mut request = Request::post("/wsman");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.into()).unwrap()
}

/// `ann:open sesame`
pub(crate) const BASIC: (&str, &str) = ("authorization", "Basic YW5uOm9wZW4gc2VzYW1l");

/// Envelope of an operation.
pub(crate) fn envelope(action: &str, resource: &str, headers: &str, body: &str) -> String {
    format!(
        "<s:Envelope xmlns:s=\"{}\" xmlns:a=\"{}\" xmlns:w=\"{}\" xmlns:n=\"{}\"><s:Header><a:To>http://x/wsman</a:To>\
         <a:Action s:mustUnderstand=\"true\">{action}</a:Action><w:ResourceURI \
         s:mustUnderstand=\"true\">{resource}</w:ResourceURI><a:MessageID>uuid:ABC-1</a:MessageID><a:ReplyTo>\
         <a:Address>{}</a:Address></a:ReplyTo>{headers}</s:Header><s:Body>{body}</s:Body></s:Envelope>",
        uri::SOAP,
        uri::ADDRESSING,
        uri::WSMAN,
        uri::ENUMERATION,
        uri::ANONYMOUS
    )
}

pub(crate) fn query(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    let body = format!(
        "<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>100</w:MaxElements><w:Filter \
         Dialect=\"{}\">{text}</w:Filter></n:Enumerate>",
        uri::WQL
    );
    envelope(uri::ENUMERATE, ANY, "", &body)
}

/// An answer: status and envelope.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
    pub(crate) envelope: Element,
}

impl Answer {
    pub(crate) fn of(response: Response<Bytes>) -> Self {
        let text = String::from_utf8(response.body().to_vec()).unwrap();
        let envelope = xml::read(&text, 1_000_000).unwrap_or_else(|error| panic!("{error}: {text}"));
        Self {
            status: response.status().as_u16(),
            text,
            envelope,
        }
    }

    pub(crate) fn body(&self) -> &Element {
        self.envelope.child(uri::SOAP, "Body").unwrap()
    }

    /// Values of all elements of this name, wherever they stand.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        fn walk(element: &Element, name: &str, found: &mut Vec<String>) {
            if element.name == name {
                found.push(element.text.clone());
            }
            for child in &element.children {
                walk(child, name, found);
            }
        }
        let mut found = Vec::new();
        walk(&self.envelope, name, &mut found);
        found
    }

    /// Subcode and number of the fault.
    pub(crate) fn fault(&self) -> (String, String) {
        assert_eq!(self.status, 500, "{}", self.text);
        let fault = self.body().child(uri::SOAP, "Fault").unwrap();
        let code = fault.child(uri::SOAP, "Code").unwrap();
        let subcode = code
            .child(uri::SOAP, "Subcode")
            .and_then(|subcode| subcode.child(uri::SOAP, "Value"))
            .map(|value| value.text.clone())
            .unwrap_or_default();
        let detail = fault.child(uri::SOAP, "Detail").unwrap();
        let number = detail
            .child(uri::MICROSOFT_FAULT, "WSManFault")
            .and_then(|fault| fault.attribute("Code"))
            .unwrap();
        (subcode, number.to_owned())
    }
}

/// Asks over TLS with Basic.
pub(crate) async fn ask(endpoint: &TestEndpoint, body: &str) -> Answer {
    let headers = [BASIC, ("content-type", "application/soap+xml;charset=UTF-8")];
    Answer::of(endpoint.answer(&tls(), post(&headers, body.to_owned())).await)
}
