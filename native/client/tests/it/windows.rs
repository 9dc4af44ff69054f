//! License servers on Windows, as this test plays them: envelopes in the form in which Windows writes them, sealed with NTLM.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use licensing_api::{ErrorCode, Problem, Secret};
use licensing_client::{Address, WmiAnswer, WmiClient, WmiLogon, WmiOptions, WmiProperty};
use licensing_wsman::http::sealed::{self, SealedBy};
use licensing_wsman::ntlm::{Challenged, NtHash, ServerNames, Session};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const PASSWORD: &str = "a password of the tests";
const QUERY: &str = "SELECT * FROM Citrix_GT_License_Pool";
const UTF_8: &str = "application/soap+xml;charset=UTF-8";
const UTF_16: &str = "application/soap+xml;charset=UTF-16";

/// How the server misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flaw {
    None,
    /// It writes UTF-16, as some tools of Windows ask for.
    Utf16,
    /// It does not describe classes.
    NoClasses,
    /// It knows no such class.
    Fault,
    /// Its answers are changed on the way.
    Tampered,
    /// It answers without sealing.
    Open,
    /// It says that more is sealed than there is.
    WrongLength,
}

/// An answer as Windows frames it.
fn envelope(action: &str, body: &str) -> String {
    format!(
        "<s:Envelope xml:lang=\"en-US\" xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" \
         xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" \
         xmlns:n=\"http://schemas.xmlsoap.org/ws/2004/09/enumeration\" \
         xmlns:w=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\" \
         xmlns:p=\"http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd\"><s:Header><a:Action>{action}</a:Action>\
         <a:MessageID>uuid:6B2D0F6E-0001-4C8A-9C55-2B3C4D5E6F70</a:MessageID><p:OperationID \
         s:mustUnderstand=\"false\">uuid:6B2D0F6E-0002-4C8A-9C55-2B3C4D5E6F70</p:OperationID>\
         <p:SequenceId>1</p:SequenceId><a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To>\
         <a:RelatesTo>uuid:0</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>"
    )
}

/// A pool: all properties in alphabetical order, whatever was asked for.
fn pool(feature: &str, count: u32, date: &str) -> String {
    format!(
        "<p:Citrix_GT_License_Pool xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xmlns:p=\"http://schemas.microsoft.com/wbem/wsman/1/wmi/root/citrixlicensing/Citrix_GT_License_Pool\" \
         xmlns:cim=\"http://schemas.dmtf.org/wbem/wscim/1/common\" xsi:type=\"p:Citrix_GT_License_Pool_Type\">\
         <p:Count>{count}</p:Count><p:DUP_GROUP xsi:nil=\"true\"/><p:FLOAT_OK>false</p:FLOAT_OK>\
         <p:HOST_BASED>false</p:HOST_BASED><p:HOSTID></p:HOSTID><p:InUseCount>7</p:InUseCount>\
         <p:LicenseType>Retail</p:LicenseType><p:Overdraft>2</p:Overdraft><p:PLATFORMS xsi:nil=\"true\"/>\
         <p:PLD>{feature}</p:PLD><p:PLDFullName>Größe &amp; Co</p:PLDFullName>\
         <p:PooledAvailable>{}</p:PooledAvailable><p:SubscriptionDate><cim:Datetime>{date}</cim:Datetime>\
         </p:SubscriptionDate><p:USER_BASED>true</p:USER_BASED><p:VendorString>;LT=Retail;</p:VendorString>\
         </p:Citrix_GT_License_Pool>",
        count - 7
    )
}

fn answer_to(request: &str, flaw: Flaw) -> (u16, String) {
    let response = |name: &str| format!("http://schemas.xmlsoap.org/ws/2004/09/{name}Response");
    if request.contains("cim-xml/2/cim-schema") {
        if flaw == Flaw::NoClasses {
            return (500, fault());
        }
        let kinds = [
            ("Count", "uint32"),
            ("SubscriptionDate", "datetime"),
            ("USER_BASED", "boolean"),
        ];
        let properties = kinds
            .map(|(name, kind)| format!("<PROPERTY NAME=\"{name}\" TYPE=\"{kind}\"/>"))
            .concat();
        let class = format!("<CLASS NAME=\"Citrix_GT_License_Pool\">{properties}</CLASS>");
        return (200, envelope(&response("transfer/Get"), &class));
    }
    if flaw == Flaw::Fault {
        return (500, fault());
    }
    if request.contains("<n:Pull") {
        let items = pool("MPS_ADV_CCU", 9, "2027-04-01T12:30:15.5Z");
        let body = format!("<n:PullResponse><n:Items>{items}</n:Items><n:EndOfSequence/></n:PullResponse>");
        return (200, envelope(&response("enumeration/Pull"), &body));
    }
    let items = pool("XDT_PLT_UD", 27, "2026-11-15T00:00:00Z");
    let body = format!(
        "<n:EnumerateResponse><n:EnumerationContext>uuid:6B2D0F6E-0003-4C8A-9C55-2B3C4D5E6F70</n:EnumerationContext>\
         <w:Items>{items}</w:Items></n:EnumerateResponse>"
    );
    (200, envelope(&response("enumeration/Enumerate"), &body))
}

/// What Windows says of a class that it does not have: the reason of its provider stands deep inside.
fn fault() -> String {
    envelope(
        "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault",
        "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>a:DestinationUnreachable</s:Value></s:Subcode>\
         </s:Code><s:Reason><s:Text xml:lang=\"en-US\">The resource cannot be reached.</s:Text></s:Reason><s:Detail>\
         <w:FaultDetail>http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/InvalidResourceURI</w:FaultDetail>\
         <f:WSManFault xmlns:f=\"http://schemas.microsoft.com/wbem/wsman/1/wsmanfault\" Code=\"2150858752\" \
         Machine=\"licsrv01\"><f:Message><f:ProviderFault provider=\"WMI Provider\" path=\"WsmWmiPl.dll\">\
         <f:WSManFault Code=\"2150858752\" Machine=\"licsrv01\"><f:Message>There is no class of this name.</f:Message>\
         </f:WSManFault></f:ProviderFault></f:Message></f:WSManFault></s:Detail></s:Fault>",
    )
}

fn utf_16(text: &str) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

struct Request {
    head: String,
    body: Vec<u8>,
}

impl Request {
    async fn read(stream: &mut TcpStream) -> Option<Self> {
        let mut read = Vec::new();
        let end = loop {
            if let Some(end) = read.windows(4).position(|part| part == b"\r\n\r\n") {
                break end;
            }
            if stream.read_buf(&mut read).await.ok()? == 0 {
                return None;
            }
        };
        let head = String::from_utf8(read.get(..end)?.to_vec()).ok()?;
        let mut body = read.split_off(end + 4);
        let length = Self::line(&head, "content-length").map_or(0, |length| length.parse().unwrap());
        while body.len() < length {
            stream.read_buf(&mut body).await.ok()?;
        }
        Some(Self { head, body })
    }

    fn line(head: &str, name: &str) -> Option<String> {
        head.lines().find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    }

    fn header(&self, name: &str) -> Option<String> {
        Self::line(&self.head, name)
    }
}

async fn respond(stream: &mut TcpStream, status: u16, headers: &[(&str, &str)], body: &[u8]) {
    let mut head = format!(
        "HTTP/1.1 {status} x\r\nServer: Microsoft-HTTPAPI/2.0\r\nContent-Length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    let _ = stream.write_all(&[head.as_bytes(), body].concat()).await;
}

/// One connection: signs in with NTLM, then answers sealed requests.
async fn serve(mut stream: TcpStream, flaw: Flaw) -> Option<()> {
    let names = ServerNames {
        computer: "LICSRV01".to_owned(),
        dns: "licsrv01.example.com".to_owned(),
    };
    let token = |request: &Request| {
        let value = request.header("authorization")?;
        STANDARD.decode(value.strip_prefix("Negotiate ")?).ok()
    };
    let first = Request::read(&mut stream).await?;
    let (challenged, challenge) = Challenged::new(&token(&first)?, &names, jiff::Timestamp::now()).ok()?;
    let value = format!("Negotiate {}", STANDARD.encode(challenge));
    respond(&mut stream, 401, &[("WWW-Authenticate", &value)], b"").await;
    let second = Request::read(&mut stream).await?;
    let claim = challenged.read(&token(&second)?).ok()?;
    let Some(session) = claim.verify(&NtHash::of_password(PASSWORD)) else {
        respond(&mut stream, 401, &[("WWW-Authenticate", "Negotiate")], b"").await;
        return None;
    };
    respond(&mut stream, 200, &[], b"").await;
    answer(stream, session, flaw).await
}

async fn answer(mut stream: TcpStream, mut session: Session, flaw: Flaw) -> Option<()> {
    loop {
        let request = Request::read(&mut stream).await?;
        let opened = sealed::open(&request.header("content-type")?, &request.body).ok()?;
        let text = session.unseal(opened.signature, opened.data).ok()?;
        assert_eq!(text.len(), opened.length);
        let (status, text) = answer_to(&String::from_utf8(text).ok()?, flaw);
        if flaw == Flaw::Open {
            respond(&mut stream, status, &[("Content-Type", UTF_8)], text.as_bytes()).await;
            continue;
        }
        let (kind, plain) = match flaw {
            Flaw::Utf16 => (UTF_16, utf_16(&text)),
            _ => (UTF_8, text.into_bytes()),
        };
        let (mut signature, data) = session.seal(&plain).ok()?;
        if flaw == Flaw::Tampered {
            signature[8] ^= 1;
        }
        let length = if flaw == Flaw::WrongLength {
            plain.len() + 9
        } else {
            plain.len()
        };
        let body = sealed::wrap(SealedBy::Spnego, kind, length, &signature, &data, true);
        let kind = sealed::content_type(SealedBy::Spnego);
        respond(&mut stream, status, &[("Content-Type", &kind)], &body).await;
    }
}

async fn ask(flaw: Flaw, password: &str) -> Result<WmiAnswer, Problem> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, flaw));
        }
    });
    query(port, password).await
}

async fn query(port: u16, password: &str) -> Result<WmiAnswer, Problem> {
    let client = WmiClient::new(WmiOptions {
        address: Address::new("127.0.0.1", port)?,
        trust: None,
        account: "EXAMPLE\\monitor".to_owned(),
        password: Secret::new(password),
        logon: WmiLogon::Ntlm,
        timeout: Duration::from_secs(20),
    })?;
    client.query("ROOT\\CitrixLicensing", QUERY).await
}

fn property<'a>(answer: &'a WmiAnswer, instance: usize, name: &str) -> &'a WmiProperty {
    let properties = &answer.instances[instance].properties;
    properties.iter().find(|property| property.name == name).unwrap()
}

#[tokio::test]
async fn pools_of_windows_come_with_their_types_over_several_pages() {
    for flaw in [Flaw::None, Flaw::Utf16] {
        let answer = ask(flaw, PASSWORD).await.unwrap();
        let features = [0, 1].map(|place| property(&answer, place, "PLD").text.clone().unwrap());
        assert_eq!(features, ["XDT_PLT_UD", "MPS_ADV_CCU"], "{flaw:?}");
        let is = |name: &str, kind: &str, text: Option<&str>| {
            let property = property(&answer, 1, name);
            assert_eq!(
                (property.kind.as_str(), property.text.as_deref()),
                (kind, text),
                "{flaw:?}"
            );
        };
        is("Count", "uint32", Some("9"));
        is("SubscriptionDate", "datetime", Some("2027-04-01T12:30:15.5Z"));
        is("USER_BASED", "boolean", Some("true"));
        is("PLDFullName", "string", Some("Größe & Co"));
        is("DUP_GROUP", "string", None);
        is("HOSTID", "string", Some(""));
        // Windows says nothing of a snapshot.
        assert!(answer.taken.is_none() && answer.problems.is_empty());
    }
}

#[tokio::test]
async fn without_a_description_of_the_class_values_are_text() {
    let answer = ask(Flaw::NoClasses, PASSWORD).await.unwrap();
    assert_eq!(property(&answer, 0, "Count").kind, "string");
    assert_eq!(property(&answer, 0, "Count").text.as_deref(), Some("27"));
}

#[tokio::test]
async fn faults_of_windows_keep_their_number_and_reason() {
    let problem = ask(Flaw::Fault, PASSWORD).await.unwrap_err();
    assert_eq!(problem.code, ErrorCode::InvalidRequest);
    assert!(
        problem.detail.contains("There is no class of this name.") && problem.detail.contains("2150858752")
    );
}

/// A server that lets everybody wait, with these headers.
async fn put_off(headers: &'static [(&'static str, &'static str)]) -> Problem {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            if Request::read(&mut stream).await.is_some() {
                respond(&mut stream, 429, headers, b"").await;
            }
        }
    });
    query(port, PASSWORD).await.unwrap_err()
}

#[tokio::test]
async fn a_client_that_has_to_wait_is_told_why_and_how_long_where_the_server_says_so() {
    let locked = put_off(&[("Licensing-Code", "AccountLocked"), ("Retry-After", "8")]).await;
    assert_eq!(
        (locked.code, locked.retry_after),
        (ErrorCode::AccountLocked, Some(8))
    );
    let refused = put_off(&[("Licensing-Code", "TooManyRequests"), ("Retry-After", "1")]).await;
    assert_eq!(
        (refused.code, refused.retry_after),
        (ErrorCode::TooManyRequests, Some(1))
    );
    // Windows says nothing; a code that has nothing to do with waiting is not taken over, nor a time that is no number.
    let silent = put_off(&[]).await;
    assert_eq!(
        (silent.code, silent.retry_after),
        (ErrorCode::TooManyRequests, None)
    );
    let strange = put_off(&[("Licensing-Code", "UserNotFound"), ("Retry-After", "soon")]).await;
    assert_eq!(
        (strange.code, strange.retry_after),
        (ErrorCode::TooManyRequests, None)
    );
}

#[tokio::test]
async fn answers_that_are_not_sealed_as_they_should_be_are_refused() {
    for flaw in [Flaw::Tampered, Flaw::Open, Flaw::WrongLength] {
        let problem = ask(flaw, PASSWORD).await.unwrap_err();
        assert_eq!(problem.code, ErrorCode::ProtocolError, "{flaw:?}");
    }
    let problem = ask(Flaw::None, "another password").await.unwrap_err();
    assert_eq!(problem.code, ErrorCode::AuthorizationFailed);
}
