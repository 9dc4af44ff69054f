//! Identify, with and without credentials.

use licensing_wsman::uri;

use crate::support::{Answer, BASIC, endpoint, plain, post, tls};

const IDENTIFY: &str = "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" \
                        xmlns:wsmid=\"http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd\"><s:Header/>\
                        <s:Body><wsmid:Identify/></s:Body></s:Envelope>";

#[tokio::test]
async fn anybody_may_ask_with_the_right_header_and_learns_no_version() {
    let endpoint = endpoint();
    for connection in [tls(), plain()] {
        let request = post(&[("wsmanidentify", "unauthenticated")], IDENTIFY);
        let answer = Answer::of(endpoint.answer(&connection, request).await);
        assert_eq!(answer.status, 200);
        assert_eq!(answer.all("ProductVersion"), ["OS: 0.0.0 SP: 0.0 Stack: 3.0"]);
        assert_eq!(answer.all("ProtocolVersion"), [uri::WSMAN]);
        assert!(answer.all("SecurityProfileName").is_empty());
    }
}

#[tokio::test]
async fn with_credentials_the_version_is_told() {
    let answer = Answer::of(endpoint().answer(&tls(), post(&[BASIC], IDENTIFY)).await);
    assert_eq!(answer.all("ProductVersion"), ["OS: 1.2.3 SP: 0.0 Stack: 3.0"]);
    assert_eq!(answer.all("ProductVendor"), ["The tests"]);
    assert!(!answer.all("SecurityProfileName").is_empty());
}

#[tokio::test]
async fn without_the_header_credentials_are_needed() {
    let response = endpoint().answer(&tls(), post(&[], IDENTIFY)).await;
    assert_eq!(response.status(), 401);
    let offered: Vec<_> = response.headers().get_all("www-authenticate").iter().collect();
    assert_eq!(offered, ["Negotiate", "NTLM", "Basic realm=\"WSMAN\""]);
    let response = endpoint().answer(&plain(), post(&[], IDENTIFY)).await;
    assert!(
        !response
            .headers()
            .get_all("www-authenticate")
            .iter()
            .any(|value| { value.to_str().unwrap().starts_with("Basic") })
    );
}

#[tokio::test]
async fn the_header_opens_nothing_else() {
    let request = post(
        &[("wsmanidentify", "unauthenticated")],
        crate::support::query("SELECT * FROM Test_Book"),
    );
    let answer = Answer::of(endpoint().answer(&tls(), request).await);
    assert_eq!(answer.fault().0, "w:AccessDenied");
}
