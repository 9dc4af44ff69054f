//! What the classes say, and who may ask.

use std::time::Duration;

use licensing_api::operation::op;
use licensing_api::{ErrorCode, Secret, administrator};
use licensing_client::{Address, Trust, WmiClient, WmiLogon, WmiOptions};
use licensing_wsman::uri;
use licensing_wsman::xml::{self, Element};

use super::{MONITOR, PASSWORD, admin, https_port, server, server_of};
use crate::support::{VENDOR, daemon};

pub(super) const IDENTIFY: &str = "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" \
     xmlns:i=\"http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd\"><s:Header/><s:Body><i:Identify/></s:Body>\
     </s:Envelope>";

pub(super) fn query_in(namespace: &str, text: &str) -> String {
    let text = text.replace('<', "&lt;");
    format!(
        "<s:Envelope xmlns:s=\"{}\" xmlns:a=\"{}\" xmlns:w=\"{}\" xmlns:n=\"{}\"><s:Header><a:Action>{}</a:Action>\
         <w:ResourceURI>{}{namespace}/*</w:ResourceURI><a:MessageID>uuid:1</a:MessageID></s:Header><s:Body><n:Enumerate>\
         <w:OptimizeEnumeration/><w:MaxElements>100</w:MaxElements><w:Filter Dialect=\"{}\">{text}</w:Filter></n:Enumerate>\
         </s:Body></s:Envelope>",
        uri::SOAP,
        uri::ADDRESSING,
        uri::WSMAN,
        uri::ENUMERATION,
        uri::ENUMERATE,
        uri::WMI,
        uri::WQL
    )
}

pub(super) fn query(text: &str) -> String {
    query_in("root/citrixlicensing", text)
}

/// A client of HTTPS that trusts whatever it sees; the certificate is not what these tests are about.
fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .danger_accept_invalid_certs(true)
        .build()
        .unwrap()
}

pub(super) async fn ask(server: &licensing_testbed::Server, body: String) -> (u16, String) {
    let response = http()
        .post(format!("https://127.0.0.1:{}/wsman", https_port(server)))
        .basic_auth(MONITOR, Some(PASSWORD))
        .body(body)
        .send()
        .await
        .unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

fn items(text: &str) -> Vec<Element> {
    fn find(element: Element) -> Option<Element> {
        if element.is(uri::WSMAN, "Items") {
            return Some(element);
        }
        element.children.into_iter().find_map(find)
    }
    find(xml::read(text, 100_000).unwrap())
        .unwrap_or_else(|| panic!("no items: {text}"))
        .children
}

fn value(item: &Element, name: &str) -> String {
    let property = item.children.iter().find(|child| child.name == name);
    let property = property.unwrap_or_else(|| panic!("no {name}: {item:?}"));
    property
        .children
        .first()
        .map_or_else(|| property.text.clone(), |inside| inside.text.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn pools_show_what_is_installed_and_in_use() {
    let server = server().await;
    let (status, text) = ask(
        &server,
        query("SELECT * FROM Citrix_GT_License_Pool WHERE PLD='XDT_PLT_UD'"),
    )
    .await;
    assert_eq!(status, 200, "{text}");
    let [pool] = items(&text).try_into().unwrap();
    assert_eq!(pool.children.len(), 15, "{text}");
    for (name, expected) in [
        ("Count", "27"),
        ("InUseCount", "0"),
        ("PooledAvailable", "27"),
        ("Overdraft", "2"),
        ("PLD", "XDT_PLT_UD"),
        ("LicenseType", "Retail"),
        ("DUP_GROUP", "UHD"),
        ("SubscriptionDate", "2027-04-01T00:00:00Z"),
        ("VendorString", ";LT=Retail;"),
        ("FLOAT_OK", "false"),
    ] {
        assert_eq!(value(&pool, name), expected, "{name}");
    }
    assert!(value(&pool, "PLDFullName").len() > "XDT_PLT_UD".len(), "{text}");

    let mut client = daemon(&server).await;
    let mut request = crate::support::request(1);
    request.feature = "MPS_ADV_CCU".to_owned();
    client.checkout(request).await.unwrap();
    // The numbers are those of a second ago at most.
    let seen = "SELECT InUseCount FROM Citrix_GT_License_Pool WHERE PLD='MPS_ADV_CCU' AND InUseCount = 1";
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(60);
    while items(&ask(&server, query(seen)).await.1).is_empty() {
        assert!(tokio::time::Instant::now() < deadline, "the seat never showed");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_classes_and_the_plain_namespace_answer() {
    let server = server().await;
    let expiry = "SELECT ExpirationDate FROM Citrix_GT_License WHERE SerialNumber='ACME-1'";
    let [license] = items(&ask(&server, query(expiry)).await.1).try_into().unwrap();
    assert_eq!(value(&license, "ExpirationDate"), "2030-12-31T00:00:00Z");
    let [own] = items(
        &ask(&server, query("SELECT * FROM Citrix_GT_License_Server"))
            .await
            .1,
    )
    .try_into()
    .unwrap();
    assert_eq!(value(&own, "Version"), env!("CARGO_PKG_VERSION"));
    let pools = ask(
        &server,
        query_in(
            "root/licensing",
            "SELECT * FROM LicensePool WHERE Feature LIKE 'xdt_plt%'",
        ),
    )
    .await
    .1;
    let [pool] = items(&pools).try_into().unwrap();
    for (name, expected) in [
        ("Installed", "25"),
        ("Overdraft", "2"),
        ("Status", "Serving"),
        ("Signature", "Valid"),
    ] {
        assert_eq!(value(&pool, name), expected, "{name}");
    }
    let [own] = items(
        &ask(&server, query_in("root/licensing", "SELECT * FROM LicenseServer"))
            .await
            .1,
    )
    .try_into()
    .unwrap();
    assert!(value(&own, "AsOf").ends_with('Z') && value(&own, "RefreshSeconds") == "1");
    let lines = items(
        &ask(&server, query_in("root/licensing", "SELECT * FROM License"))
            .await
            .1,
    );
    assert_eq!(lines.len(), 3);
    let names = items(
        &ask(&server, query_in("root", "SELECT * FROM __NAMESPACE"))
            .await
            .1,
    );
    assert_eq!(names.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn ntlm_is_for_accounts_that_may_only_read() {
    let server = server().await;
    let admin = admin(&server);
    let change = |identity: &str, permissions, ntlm| administrator::SetAdministrator {
        identity: identity.to_owned(),
        permissions,
        password: None,
        keep_tokens: false,
        ntlm,
    };
    let refused = admin
        .call::<op::SetAdministrator>(&change("admin", None, Some(true)))
        .await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::InvalidRequest);
    let full = Some(licensing_api::Permission::Full);
    let refused = admin
        .call::<op::SetAdministrator>(&change(MONITOR, full, None))
        .await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::InvalidRequest);
    let changed = admin
        .call::<op::SetAdministrator>(&change(MONITOR, None, Some(false)))
        .await
        .unwrap();
    assert!(!changed.ntlm);
    let changed = admin
        .call::<op::SetAdministrator>(&change(MONITOR, full, None))
        .await
        .unwrap();
    assert!(!changed.ntlm && changed.permissions == licensing_api::Permission::Full);
    assert!(server.data().join("state/ntlm.key").exists());
}

/// The client that the module uses, over TLS.
fn client(server: &licensing_testbed::Server, account: &str, password: &str, logon: WmiLogon) -> WmiClient {
    let endpoints = server.endpoints();
    WmiClient::new(WmiOptions {
        address: Address::new("127.0.0.1", endpoints.wsman.unwrap().port()).unwrap(),
        trust: Some(Trust::CertHash(endpoints.cert_hash.parse().unwrap())),
        account: account.to_owned(),
        password: Secret::new(password),
        logon,
        timeout: Duration::from_secs(30),
    })
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_account_is_told_so_whichever_way_it_signs_in() {
    let server = server().await;
    for attempt in 0..5 {
        let guess = client(&server, MONITOR, "a guess", WmiLogon::Ntlm);
        let refused = guess.identify().await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::AuthorizationFailed, "attempt {attempt}");
    }
    for logon in [WmiLogon::Ntlm, WmiLogon::Basic] {
        let locked = client(&server, MONITOR, PASSWORD, logon).identify().await;
        let locked = locked.unwrap_err();
        assert_eq!(locked.code, ErrorCode::AccountLocked, "{logon:?}");
        assert!(locked.retry_after.is_some_and(|seconds| seconds > 0), "{logon:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_is_told_so() {
    let server = server_of(super::pool_server().setting("wsman.requests_per_second", "1")).await;
    // A sign-in with NTLM takes three requests, each of which may be the one that is refused.
    for (account, password, logon) in [("", "", WmiLogon::Basic), (MONITOR, PASSWORD, WmiLogon::Ntlm)] {
        let client = client(&server, account, password, logon);
        let mut refused = None;
        for _ in 0..50 {
            refused = refused.or(client.identify().await.err());
        }
        let refused = refused.expect("50 requests in a few seconds");
        assert_eq!(refused.code, ErrorCode::TooManyRequests, "{logon:?}");
        assert!(
            refused.retry_after.is_some_and(|seconds| seconds > 0),
            "{logon:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_too_large_and_methods_that_are_not_known_are_refused() {
    let server = server().await;
    let url = format!("https://127.0.0.1:{}/wsman", https_port(&server));
    let large = http()
        .post(&url)
        .basic_auth(MONITOR, Some(PASSWORD))
        .body(vec![b' '; 100 << 20])
        .send()
        .await;
    // The server may answer before it has taken all, and close.
    assert!(large.is_err() || large.unwrap().status() == 413);
    assert_eq!(http().get(&url).send().await.unwrap().status(), 405);
    assert_eq!(
        http()
            .post(url.replace("/wsman", "/other"))
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
    let (status, _) = ask(&server, IDENTIFY.to_owned()).await;
    assert_eq!(status, 200);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_vendor_daemon_that_is_down_leaves_the_rows_of_the_others() {
    let license =
        licensing_testbed::license_text("BOLT", &[licensing_testbed::Increment::new("DRILL_STD_CCU", 3)]);
    let server = server_of(super::pool_server().license("bolt.lic", &license)).await;
    let everything = || query("SELECT PLD FROM Citrix_GT_License_Pool");
    let (status, text) = ask(&server, everything()).await;
    assert_eq!((status, items(&text).len()), (200, 4), "{text}");
    assert!(text.contains("l:Taken>") && !text.contains("l:Problem"), "{text}");
    // It hangs, and the manager takes a while to replace it.
    stop_one_daemon(&server);
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(60);
    let (left, text) = loop {
        let (status, text) = ask(&server, everything()).await;
        assert_eq!(status, 200, "{text}");
        match items(&text).len() {
            4 => assert!(tokio::time::Instant::now() < deadline, "the pools never went"),
            left => break (left, text),
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    };
    let stopped = match left {
        1 => VENDOR,
        3 => "BOLT",
        _ => panic!("{text}"),
    };
    let problem = format!("The vendor daemon {stopped} does not answer");
    assert!(
        text.contains("<l:Problem Code=") && text.contains(&problem),
        "{text}"
    );
    let own = query_in("root/licensing", "SELECT Problems FROM LicenseServer");
    let [own] = items(&ask(&server, own).await.1).try_into().unwrap();
    assert!(value(&own, "Problems").contains(&problem), "{own:?}");
    // Its successor shows them again.
    while items(&ask(&server, everything()).await.1).len() < 4 {
        assert!(
            tokio::time::Instant::now() < deadline,
            "the pools never came back"
        );
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

/// Stops a vendor daemon without ending it.
#[cfg(target_os = "linux")]
fn stop_one_daemon(server: &licensing_testbed::Server) {
    let manager = server.endpoints().process_id;
    let is_child = |pid: &i32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let parent = stat
            .rsplit_once(") ")
            .and_then(|(_, rest)| rest.split(' ').nth(1)?.parse().ok());
        parent == Some(manager)
    };
    let processes = std::fs::read_dir("/proc").unwrap();
    let pid = processes
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .find(is_child)
        .unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::STOP).unwrap();
}
