//! The readers of WS-Management.

use std::sync::LazyLock;

use licensing_wsman::http::sealed::{self, SealedBy};
use licensing_wsman::kerberos::{Acceptor, Keytab};
use licensing_wsman::ntlm::{Challenged, Credentials, Initiator, NtHash, ServerNames};
use licensing_wsman::service::Call;
use licensing_wsman::spnego::{self, Token};
use licensing_wsman::wql::{Dialect, Query};
use licensing_wsman::{
    Class, Kind, Limits, Namespace, Property, Schema, Service, Source, SourceError, Table, Value, client,
    uri, xml,
};

const fn property(name: &'static str, kind: Kind, key: bool) -> Property {
    Property {
        name,
        kind,
        key,
        description: "",
    }
}

static POOL: Class = Class {
    name: "Pool",
    description: "",
    properties: &[
        property("Name", Kind::Text, true),
        property("Count", Kind::Uint32, false),
        property("Since", Kind::DateTime, false),
        property("Open", Kind::Boolean, false),
    ],
};

static SCHEMA: Schema = Schema {
    namespaces: &[Namespace {
        path: "root/fuzz",
        classes: &[&POOL],
    }],
};

struct Pools;

impl Source for Pools {
    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    async fn rows(&self, _: &'static Namespace, _: &'static Class) -> Result<Table, SourceError> {
        let row = |name: &str, count: u32| -> Box<[Value]> {
            Box::new([name.into(), count.into(), Value::Null, true.into()])
        };
        Ok(Table::new(vec![row("a", 1), row("b", 2)]))
    }

    fn vendor(&self) -> &str {
        "fuzz"
    }

    fn version(&self) -> &str {
        "1"
    }
}

static SERVICE: LazyLock<Service<Pools>> = LazyLock::new(|| Service::new(Pools, "fuzz", Limits::default()));

/// Every envelope is answered with a well-formed one, and enumerations stay bounded.
pub(crate) fn read_envelope(bytes: &[u8]) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
    else {
        return;
    };
    let call = Call {
        caller: Some("fuzz"),
        body: bytes,
        content_type: Some("application/soap+xml;charset=UTF-8"),
        now: std::time::Instant::now(),
    };
    let reply = runtime.block_on(SERVICE.answer(call));
    assert!(matches!(reply.status, 200 | 500));
    if reply.content_type.ends_with("UTF-8") {
        let text = String::from_utf8_lossy(&reply.body);
        assert!(
            xml::read(&text, 1_000_000).is_ok(),
            "the answer is not well-formed: {text}"
        );
    }
    assert!(SERVICE.open_enumerations() <= SERVICE.limits().contexts_per_caller);
    // What a server answers is foreign to a client.
    let _ = client::read(bytes, None);
}

pub(crate) fn envelopes() -> Vec<Vec<u8>> {
    let requests = client::Requests::to("https://a/wsman");
    let resource = format!("{}root/fuzz/Pool", uri::WMI);
    let plain = requests
        .query("root/fuzz", "SELECT * FROM Pool")
        .replace(&format!("{}root/fuzz/*", uri::WMI), &resource);
    [
        client::identify(),
        requests.query(
            "root/fuzz",
            "SELECT Name FROM Pool WHERE Count = 1 OR Name LIKE 'b%'",
        ),
        requests.pull("root/fuzz", "uuid:0"),
        requests.describe("root/fuzz", "Pool"),
        plain,
    ]
    .map(String::into_bytes)
    .to_vec()
}

/// A query that is read stays within its bounds, and can be put to a class.
pub(crate) fn read_wql(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for dialect in [Dialect::Wql, Dialect::Cql] {
        let Ok(query) = Query::parse(&text, dialect) else {
            continue;
        };
        if let Ok(bound) = query.bind(&POOL) {
            let row: [Value; 4] = ["a".into(), 1u32.into(), Value::Null, false.into()];
            let _ = bound.wants(&row);
            let _ = bound.wants(&[]);
        }
    }
}

pub(crate) fn queries() -> Vec<Vec<u8>> {
    [
        "SELECT * FROM Pool",
        "SELECT Name,Count FROM Pool WHERE Count >= 1 AND NOT (Name LIKE '[a-c]%_' OR Since IS NOT NULL)",
        "select name from pool where \"x\" = Name or Open = TRUE and Since > '20261130000000.000000+000'",
        "SELECT * FROM Pool WHERE __THIS ISA 'Pool' AND __CLASS = \"Pool\" AND Count <> 0x1F",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}

fn names() -> ServerNames {
    ServerNames {
        computer: "FUZZ".to_owned(),
        dns: "fuzz.example".to_owned(),
    }
}

/// No bytes sign anybody in without the password.
pub(crate) fn read_ntlm(bytes: &[u8]) {
    let now = jiff::Timestamp::UNIX_EPOCH;
    let _ = Challenged::new(bytes, &names(), now);
    let Ok(first) = Initiator::new() else {
        return;
    };
    if let Ok((challenged, _)) = Challenged::new(first.message(), &names(), now)
        && let Ok(claim) = challenged.read(bytes)
    {
        let _ = claim.is_for(Some(b"tls-server-end-point:x"));
        assert!(claim.verify(&NtHash::of_password("secret")).is_none(), "let in");
    }
    let credentials = Credentials {
        user: "a".to_owned(),
        domain: String::new(),
        hash: NtHash::of_password("secret"),
    };
    let _ = first.answer(bytes, &credentials, "HTTP/a", None, now);
}

pub(crate) fn ntlm_messages() -> Vec<Vec<u8>> {
    let now = jiff::Timestamp::UNIX_EPOCH;
    let Ok(first) = Initiator::new() else {
        return Vec::new();
    };
    let mut messages = vec![first.message().to_vec()];
    if let Ok((_, challenge)) = Challenged::new(first.message(), &names(), now) {
        let credentials = Credentials {
            user: "user".to_owned(),
            domain: "DOMAIN".to_owned(),
            hash: NtHash::of_password("another"),
        };
        messages.push(challenge.clone());
        if let Ok((last, _)) = first.answer(&challenge, &credentials, "HTTP/a", None, now) {
            messages.push(last);
        }
    }
    messages
}

/// A token that is read is written so that it is read again as the same.
pub(crate) fn read_spnego(bytes: &[u8]) {
    if let Ok(token) = Token::read(bytes)
        && let Ok(written) = token.clone().write()
    {
        assert_eq!(Token::read(&written), Ok(token));
    }
}

pub(crate) fn spnego_tokens() -> Vec<Vec<u8>> {
    let init = Token::Init {
        mechanisms: vec![spnego::KERBEROS, spnego::NTLM],
        token: Some(b"NTLMSSP\0".to_vec()),
    };
    let response = Token::Response {
        state: Some(spnego::State::Incomplete),
        mechanism: Some(spnego::NTLM),
        token: Some(vec![1; 40]),
        signature: Some(vec![2; 16]),
    };
    [init, response]
        .into_iter()
        .filter_map(|token| token.write().ok())
        .collect()
}

/// A key and a token that MIT Kerberos has made for the tests, in a realm that exists nowhere.
const KEYTAB: &[u8] = include_bytes!("../data/kerberos.keytab");
const TOKEN: &[u8] = include_bytes!("../data/kerberos.token");
const TOKEN_MADE: i64 = 1_796_024_003;

/// No bytes sign anybody else in, and none open as a message of a session.
pub(crate) fn read_kerberos(bytes: &[u8]) {
    let _ = Keytab::read(bytes);
    let (Ok(keys), Ok(now)) = (Keytab::read(KEYTAB), jiff::Timestamp::from_second(TOKEN_MADE)) else {
        return;
    };
    let acceptor = Acceptor::new(keys);
    if let Ok(accepted) = acceptor.accept(bytes, now) {
        assert_eq!(
            (accepted.name.as_str(), accepted.realm.as_str()),
            ("monitor", "LICENSING.TEST")
        );
    }
    if let Ok(mut accepted) = acceptor.accept(TOKEN, now) {
        assert!(accepted.session.unseal(bytes, &[]).is_err(), "opened");
    }
}

pub(crate) fn kerberos_tokens() -> Vec<Vec<u8>> {
    let mut sealed = vec![5, 4, 6, 0xff, 0, 0, 0, 28];
    sealed.extend([0; 100]);
    vec![TOKEN.to_vec(), KEYTAB.to_vec(), sealed]
}

/// Parts of an encrypted body lie within it.
pub(crate) fn read_sealed_body(bytes: &[u8]) {
    for by in [SealedBy::Spnego, SealedBy::Kerberos] {
        if let Ok(opened) = sealed::open(&sealed::content_type(by), bytes) {
            assert!(opened.signature.len() + opened.data.len() <= bytes.len());
        }
    }
}

pub(crate) fn sealed_bodies() -> Vec<Vec<u8>> {
    let kind = "application/soap+xml;charset=UTF-8";
    vec![
        sealed::wrap(SealedBy::Spnego, kind, 4, &[1; 16], b"data", true),
        sealed::wrap(SealedBy::Kerberos, kind, 4, &[1; 60], b"data", false),
    ]
}
