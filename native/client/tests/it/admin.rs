//! Administration: trust, credentials, requests, and every way in which it can go wrong.

use std::sync::Mutex;
use std::time::Duration;

use licensing_api::operation::op;
use licensing_api::{ErrorCode, OperationId, Problem, Secret, administrator, license_file};
use licensing_client::{
    Address, AdminClient, CertHash, ConnectOptions, Credentials, Trust, fetch_certificate,
};
use serde_json::json;

use crate::certificates::{Authority, Identity, self_signed};
use crate::web::{Behaviour, Seen, WebServer};

const PERMISSION: &str = r#"{"account":"LICSERVER\\admin","permissions":"Full"}"#;

fn pinned(server: &WebServer, identity: &Identity) -> ConnectOptions {
    let mut options = ConnectOptions::new(server.address.clone());
    options.trust = Trust::CertHash(CertHash::of(&identity.certificate));
    options.credentials = Credentials::Basic {
        account: "admin".to_owned(),
        password: Secret::new("s3cret: ü"),
    };
    options
}

async fn answering(behaviour: Behaviour) -> (WebServer, AdminClient) {
    let identity = self_signed();
    let server = WebServer::start(Some(identity.server_config(&[])), behaviour).await;
    let client = AdminClient::connect(pinned(&server, &identity)).expect("options");
    (server, client)
}

/// What asking for the permission comes to, when it must not succeed.
async fn failure(behaviour: Behaviour) -> Problem {
    let (server, client) = answering(behaviour).await;
    let problem = client.verify().await.expect_err("it cannot work");
    assert_eq!(problem.target, server.address.to_string(), "{problem:?}");
    assert!(!format!("{problem:?}").contains("s3cret"));
    problem
}

fn head(seen: &Seen) -> &str {
    match seen {
        Seen::Request { head, .. } => head,
        Seen::Gone => panic!("no request"),
    }
}

#[tokio::test]
async fn a_pinned_server_is_asked_with_the_credentials() {
    let (mut server, client) = answering(Behaviour::json(200, PERMISSION)).await;
    let permission = client.verify().await.expect("an answer");
    assert_eq!(permission.account, "LICSERVER\\admin");
    let seen = server.next().await;
    assert!(
        head(&seen).starts_with("GET /v1/permission HTTP/1.1\r\n"),
        "{seen:?}"
    );
    // base64 of "admin:s3cret: ü"
    assert!(
        head(&seen).contains("\r\nauthorization: Basic YWRtaW46czNjcmV0OiDDvA=="),
        "{seen:?}"
    );
}

#[tokio::test]
async fn a_token_is_sent_as_bearer() {
    let identity = self_signed();
    let mut server = WebServer::start(
        Some(identity.server_config(&[])),
        Behaviour::json(200, PERMISSION),
    )
    .await;
    let mut options = pinned(&server, &identity);
    options.credentials = Credentials::Bearer(Secret::new("lic_abc"));
    AdminClient::connect(options)
        .unwrap()
        .verify()
        .await
        .expect("an answer");
    assert!(head(&server.next().await).contains("\r\nauthorization: Bearer lic_abc"));
}

#[tokio::test]
async fn another_certificate_than_the_pinned_one_gets_no_request() {
    let (identity, other) = (self_signed(), self_signed());
    let mut server = WebServer::start(
        Some(identity.server_config(&[])),
        Behaviour::json(200, PERMISSION),
    )
    .await;
    let client = AdminClient::connect(pinned(&server, &other)).unwrap();
    let problem = client.verify().await.expect_err("not the pinned one");
    assert_eq!(problem.code, ErrorCode::CertificateVerificationFailed);
    assert_eq!(problem.target, server.address.to_string());
    assert!(
        problem
            .detail
            .contains(&CertHash::of(&identity.certificate).to_string()),
        "{problem:?}"
    );
    assert_eq!(server.so_far(), []);
}

#[tokio::test]
async fn the_pinned_certificate_without_its_key_gets_no_request() {
    let (identity, other) = (self_signed(), self_signed());
    let mut server =
        WebServer::start(Some(identity.impostor(&other)), Behaviour::json(200, PERMISSION)).await;
    let client = AdminClient::connect(pinned(&server, &identity)).unwrap();
    let problem = client.verify().await.expect_err("not the holder of the key");
    assert_eq!(
        problem.code,
        ErrorCode::CertificateVerificationFailed,
        "{problem:?}"
    );
    assert_eq!(server.so_far(), []);
    assert!(
        fetch_certificate(&server.address, Duration::from_secs(30))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_file_of_authorities_checks_signer_name_and_dates() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authorities.pem");
    std::fs::write(&file, &authority.pem).unwrap();
    for (identity, expected) in [
        (authority.issue(&["127.0.0.1"], true), None),
        (
            authority.issue(&["licserver.example.net"], true),
            Some(ErrorCode::CertificateVerificationFailed),
        ),
        (
            authority.issue(&["127.0.0.1"], false),
            Some(ErrorCode::InvalidCertificate),
        ),
        (
            stranger.issue(&["127.0.0.1"], true),
            Some(ErrorCode::CertificateVerificationFailed),
        ),
    ] {
        let server = WebServer::start(
            Some(identity.server_config(&[])),
            Behaviour::json(200, PERMISSION),
        )
        .await;
        let mut options = pinned(&server, &identity);
        options.trust = Trust::CaFile(file.clone());
        let outcome = AdminClient::connect(options).unwrap().verify().await;
        assert_eq!(outcome.err().map(|problem| problem.code), expected);
    }
}

#[tokio::test]
async fn the_system_does_not_trust_a_certificate_that_signed_itself() {
    let identity = self_signed();
    let mut server = WebServer::start(
        Some(identity.server_config(&[])),
        Behaviour::json(200, PERMISSION),
    )
    .await;
    let mut options = pinned(&server, &identity);
    options.trust = Trust::System;
    // A machine without any authorities cannot even start to trust.
    let problem = match AdminClient::connect(options) {
        Ok(client) => client.verify().await.expect_err("nobody vouches for it"),
        Err(problem) => problem,
    };
    assert_eq!(
        problem.code,
        ErrorCode::CertificateVerificationFailed,
        "{problem:?}"
    );
    assert_eq!(server.so_far(), []);
}

#[tokio::test]
async fn an_unreadable_file_of_authorities_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "no certificate\n").unwrap();
    for file in [folder.path().join("missing.pem"), empty] {
        let mut options = ConnectOptions::new("licserver".parse().unwrap());
        options.trust = Trust::CaFile(file.clone());
        let problem = AdminClient::connect(options).expect_err("no authorities");
        assert_eq!(problem.code, ErrorCode::LocalFileUnreadable);
        assert_eq!(problem.target, file.display().to_string());
    }
}

#[test]
fn hashes_are_read_in_the_forms_in_which_they_are_shown() {
    let hash = CertHash::of(b"certificate");
    let upper = hash.to_string();
    let pairs: Vec<&str> = (0..32).map(|at| &upper[2 * at..2 * at + 2]).collect();
    for text in [
        upper.clone(),
        upper.to_lowercase(),
        pairs.join(":"),
        pairs.join(" "),
    ] {
        assert_eq!(text.parse::<CertHash>().unwrap(), hash);
    }
    for text in [
        "",
        "AB",
        &upper[1..],
        &format!("{upper}00"),
        &upper.replace(&upper[..1], "x"),
    ] {
        assert_eq!(
            text.parse::<CertHash>().expect_err(text).code,
            ErrorCode::InvalidRequest
        );
    }
}

#[tokio::test]
async fn a_closed_port_is_a_communication_error_about_the_address() {
    let address = Address::new("127.0.0.1", licensing_testbed::free_port().unwrap()).unwrap();
    let mut options = ConnectOptions::new(address.clone());
    options.trust = Trust::CertHash(CertHash::of(b""));
    let problem = AdminClient::connect(options)
        .unwrap()
        .verify()
        .await
        .expect_err("nobody listens");
    assert_eq!(problem.code, ErrorCode::CommunicationError);
    assert_eq!(problem.target, address.to_string());
    let problem = fetch_certificate(&address, Duration::from_secs(30))
        .await
        .expect_err("nobody listens");
    assert_eq!(problem.code, ErrorCode::CommunicationError);
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_a_communication_error() {
    let options = ConnectOptions::new("licserver.invalid".parse().unwrap());
    let options = ConnectOptions {
        trust: Trust::CertHash(CertHash::of(b"")),
        ..options
    };
    let problem = AdminClient::connect(options)
        .unwrap()
        .verify()
        .await
        .expect_err("no such host");
    assert!(
        matches!(problem.code, ErrorCode::CommunicationError | ErrorCode::Timeout),
        "{problem:?}"
    );
    assert_eq!(problem.target, "https://licserver.invalid:8083/");
}

#[tokio::test]
async fn a_silent_server_is_a_timeout_and_the_connection_is_closed() {
    let identity = self_signed();
    let mut server = WebServer::start(Some(identity.server_config(&[])), Behaviour::Silent).await;
    let mut options = pinned(&server, &identity);
    options.timeout = Duration::from_secs(2);
    let problem = AdminClient::connect(options)
        .unwrap()
        .verify()
        .await
        .expect_err("no answer");
    assert_eq!(problem.code, ErrorCode::Timeout);
    assert!(matches!(server.next().await, Seen::Request { .. }));
    assert_eq!(server.next().await, Seen::Gone);
}

#[tokio::test]
async fn an_answer_that_stops_half_way_is_a_timeout() {
    let identity = self_signed();
    let begun = Behaviour::RawThenSilent(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{".to_vec());
    let server = WebServer::start(Some(identity.server_config(&[])), begun).await;
    let mut options = pinned(&server, &identity);
    options.timeout = Duration::from_millis(300);
    let problem = AdminClient::connect(options)
        .unwrap()
        .verify()
        .await
        .expect_err("half an answer");
    assert_eq!(problem.code, ErrorCode::Timeout);
}

#[tokio::test]
async fn a_server_that_accepts_but_does_not_shake_hands_is_a_timeout() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = Address::new("127.0.0.1", listener.local_addr().unwrap().port()).unwrap();
    let mut options = ConnectOptions::new(address.clone());
    options.trust = Trust::CertHash(CertHash::of(b""));
    options.connect_timeout = Duration::from_millis(300);
    let problem = AdminClient::connect(options)
        .unwrap()
        .verify()
        .await
        .expect_err("no handshake");
    assert_eq!(problem.code, ErrorCode::Timeout);
    let problem = fetch_certificate(&address, Duration::from_millis(300))
        .await
        .expect_err("no handshake");
    assert_eq!(problem.code, ErrorCode::Timeout);
}

#[tokio::test]
async fn dropping_a_call_ends_the_request() {
    let (mut server, client) = answering(Behaviour::Silent).await;
    let call = tokio::spawn(async move { client.verify().await });
    assert!(matches!(server.next().await, Seen::Request { .. }));
    call.abort();
    assert_eq!(server.next().await, Seen::Gone);
}

#[tokio::test]
async fn broken_answers_are_told_apart() {
    let half =
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{\"acc".to_vec();
    for (name, behaviour, code) in [
        ("closed", Behaviour::Close, ErrorCode::CommunicationError),
        ("half a body", Behaviour::Raw(half), ErrorCode::CommunicationError),
        (
            "not HTTP",
            Behaviour::Raw(b"\x00\x01garbage\r\n\r\n".to_vec()),
            ErrorCode::ProtocolError,
        ),
        (
            "not JSON",
            Behaviour::json(200, "<html>"),
            ErrorCode::ProtocolError,
        ),
        (
            "other JSON",
            Behaviour::json(200, "[1,2]"),
            ErrorCode::ProtocolError,
        ),
        (
            "no JSON at all",
            Behaviour::json(200, ""),
            ErrorCode::ProtocolError,
        ),
        (
            "401 without a problem",
            Behaviour::json(401, "go away"),
            ErrorCode::AuthorizationFailed,
        ),
        (
            "403 without a problem",
            Behaviour::json(403, ""),
            ErrorCode::UserNotAuthorized,
        ),
        (
            "502 of a proxy",
            Behaviour::json(502, "<html>Bad Gateway"),
            ErrorCode::ProtocolError,
        ),
        ("a redirect", redirect(), ErrorCode::ProtocolError),
    ] {
        assert_eq!(failure(behaviour).await.code, code, "{name}");
    }
}

fn redirect() -> Behaviour {
    let headers = "location: https://127.0.0.1:1/\r\n";
    Behaviour::Respond {
        status: 307,
        headers,
        body: String::new(),
    }
}

#[tokio::test]
async fn plain_text_where_tls_should_be_is_a_communication_error() {
    let mut server = WebServer::start(None, Behaviour::json(200, PERMISSION)).await;
    let mut options = ConnectOptions::new(server.address.clone());
    options.trust = Trust::CertHash(CertHash::of(b""));
    // The server waits for the end of a request head that never comes, so only the time limit ends this.
    options.connect_timeout = Duration::from_millis(500);
    let problem = AdminClient::connect(options)
        .unwrap()
        .verify()
        .await
        .expect_err("no TLS");
    assert!(
        matches!(problem.code, ErrorCode::CommunicationError | ErrorCode::Timeout),
        "{problem:?}"
    );
    assert_eq!(server.so_far(), []);
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_refused() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n";
    let problem = failure(Behaviour::Raw(head.into())).await;
    assert_eq!(problem.code, ErrorCode::ProtocolError);
    // Without a length it has to be counted.
    let mut endless = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    let chunk = vec![b' '; 1 << 20];
    for _ in 0..65 {
        endless.extend_from_slice(b"100000\r\n");
        endless.extend_from_slice(&chunk);
        endless.extend_from_slice(b"\r\n");
    }
    let problem = failure(Behaviour::Raw(endless)).await;
    assert_eq!(problem.code, ErrorCode::ProtocolError);
    assert!(problem.detail.contains("more than"), "{problem:?}");
}

#[tokio::test]
async fn the_problem_of_the_server_arrives_as_it_was_sent() {
    let sent = Problem::new(ErrorCode::AccountLocked, "Try again in 30 s.")
        .about("admin")
        .retry_after(30);
    let (_server, client) = answering(Behaviour::json(429, serde_json::to_string(&sent).unwrap())).await;
    assert_eq!(client.verify().await.expect_err("locked"), sent);
}

#[tokio::test]
async fn a_request_that_is_put_off_is_sent_again_after_the_pause() {
    let put_off = |seconds| {
        let problem = Problem::new(
            ErrorCode::TooManyRequests,
            "Too many passwords wait to be checked.",
        );
        (429, serde_json::to_string(&problem.retry_after(seconds)).unwrap())
    };
    let answers = [put_off(1), (200, PERMISSION.to_owned())];
    let (mut server, client) = answering(Behaviour::in_turn(answers)).await;
    let permission = client.verify().await.expect("an answer");
    assert_eq!(permission.account, "LICSERVER\\admin");
    assert_eq!(server.so_far().len(), 2);

    // Longer than the operation may take: it is told at once.
    let (mut server, client) = answering(Behaviour::in_turn([put_off(3600)])).await;
    let problem = client.verify().await.expect_err("put off");
    assert_eq!(
        (problem.code, problem.retry_after),
        (ErrorCode::TooManyRequests, Some(3600))
    );
    assert_eq!(server.so_far().len(), 1);
}

#[tokio::test]
async fn a_code_that_only_a_newer_server_knows_is_still_explained() {
    let body = r#"{"type":"urn:licensing:error:New","title":"New.","status":409,"detail":"What is new.",
        "code":"New","action":"","category":"NotSpecified"}"#;
    let problem = failure(Behaviour::json(409, body)).await;
    assert_eq!(problem.code, ErrorCode::ProtocolError);
    assert!(problem.detail.contains("What is new."), "{problem:?}");
}

#[tokio::test]
async fn fields_travel_in_path_query_and_body() {
    let (mut server, client) = answering(Behaviour::json(200, r#"{"items":[]}"#)).await;
    let request = json!({ "fileName": "a b/ü%.lic" });
    client
        .call_json(OperationId::RemoveLicenseFile, request)
        .await
        .expect("an answer");
    assert!(head(&server.next().await).starts_with("DELETE /v1/license-files/a%20b%2F%C3%BC%25.lic HTTP"));

    let request = json!({ "feature": "ACME_*&x=1", "vendor": null, "checkForSameSerialNumber": true });
    client
        .call_json(OperationId::GetInventory, request)
        .await
        .expect("an answer");
    let seen = server.next().await;
    assert!(head(&seen).starts_with("GET /v1/inventory?"), "{seen:?}");
    assert!(head(&seen).contains("feature=ACME_%2A%26x%3D1"), "{seen:?}");
    assert!(head(&seen).contains("checkForSameSerialNumber=true"), "{seen:?}");
    assert!(!head(&seen).contains("vendor"), "{seen:?}");

    let request = json!({ "identity": "ACME\\eve", "password": "correct horse battery" });
    client
        .call_json(OperationId::SetAdministrator, request)
        .await
        .expect("an answer");
    let Seen::Request { head, body } = server.next().await else {
        panic!("no request")
    };
    assert!(
        head.starts_with("PATCH /v1/administrators/ACME%5Ceve HTTP"),
        "{head}"
    );
    assert_eq!(body, r#"{"password":"correct horse battery"}"#);
}

#[tokio::test]
async fn typed_requests_travel_the_same_way() {
    let answer = r#"{"fileName":"a.lic","effects":[]}"#;
    let (mut server, client) = answering(Behaviour::json(200, answer)).await;
    let request = license_file::RemoveLicenseFile {
        file_name: "a.lic".to_owned(),
        explain: false,
    };
    let removed = client
        .call::<op::RemoveLicenseFile>(&request)
        .await
        .expect("an answer");
    assert_eq!(removed.file_name, "a.lic");
    assert!(head(&server.next().await).starts_with("DELETE /v1/license-files/a.lic HTTP"));
}

#[tokio::test]
async fn requests_that_cannot_be_sent_are_not_sent() {
    let (mut server, client) = answering(Behaviour::json(200, "{}")).await;
    for (operation, request) in [
        (OperationId::RemoveLicenseFile, json!({})),
        (OperationId::RemoveLicenseFile, json!({ "fileName": "" })),
        (OperationId::RemoveLicenseFile, json!({ "fileName": ".." })),
        (OperationId::RemoveLicenseFile, json!({ "fileName": "." })),
        (OperationId::RemoveLicenseFile, json!({ "fileName": ["a"] })),
        (OperationId::RemoveLicenseFile, json!({ "fileName": null })),
        (OperationId::GetUsage, json!({ "feature": { "a": 1 } })),
        (OperationId::GetUsage, json!([1])),
        (OperationId::GetUsage, json!("text")),
    ] {
        let problem = client
            .call_json(operation, request.clone())
            .await
            .expect_err("cannot be sent");
        assert_eq!(problem.code, ErrorCode::InvalidRequest, "{request}");
    }
    assert_eq!(server.so_far(), []);
}

#[tokio::test]
async fn credentials_that_fit_no_header_are_refused() {
    for credentials in [
        Credentials::Basic {
            account: "a:b".to_owned(),
            password: Secret::new("x"),
        },
        Credentials::Basic {
            account: String::new(),
            password: Secret::new("x"),
        },
        Credentials::Bearer(Secret::new("a\r\nx: y")),
    ] {
        let mut options = ConnectOptions::new("licserver".parse().unwrap());
        options.trust = Trust::CertHash(CertHash::of(b""));
        options.credentials = credentials;
        let problem = AdminClient::connect(options).expect_err("no header");
        assert_eq!(problem.code, ErrorCode::InvalidRequest);
    }
}

#[tokio::test]
async fn progress_counts_the_bytes_of_the_answer() {
    let body = serde_json::to_string(&json!({ "items": vec!["x".repeat(1000); 1000] })).unwrap();
    let length = body.len() as u64;
    let (_server, client) = answering(Behaviour::json(200, body)).await;
    let seen = Mutex::new(Vec::new());
    client
        .call_json_with_progress(OperationId::GetUsage, json!({}), |progress| {
            seen.lock().unwrap().push(progress)
        })
        .await
        .expect("an answer");
    let seen = seen.into_inner().unwrap();
    assert!(seen.windows(2).all(|pair| pair[0].received < pair[1].received));
    assert_eq!(
        seen.last().map(|last| (last.received, last.total)),
        Some((length, Some(length)))
    );
}

#[tokio::test]
async fn the_certificate_is_shown_without_credentials_and_without_trust() {
    let (identity, other) = (self_signed(), self_signed());
    let mut server = WebServer::start(
        Some(identity.server_config(&[])),
        Behaviour::json(200, PERMISSION),
    )
    .await;
    let client = AdminClient::connect(pinned(&server, &other)).unwrap();
    let shown = client.certificate().await.expect("a certificate");
    assert_eq!(shown.cert_hash, CertHash::of(&identity.certificate).to_string());
    assert_eq!(shown.thumbprint.len(), 40);
    assert_eq!(shown.subject, "CN=licensing test");
    assert_eq!(shown.issuer, "CN=licensing test");
    assert_eq!(shown.dns_names, ["localhost", "127.0.0.1"]);
    assert!(shown.not_before < shown.not_after);
    assert_eq!(server.so_far(), []);
}

#[tokio::test]
async fn no_secret_is_printed() {
    let request = administrator::NewAdministrator {
        account: "eve".to_owned(),
        group: false,
        permissions: None,
        password: Some(Secret::new("s3cret")),
        ntlm: false,
        keep_existing: false,
    };
    let mut options = ConnectOptions::new("licserver".parse().unwrap());
    options.trust = Trust::CertHash(CertHash::of(b""));
    options.credentials = Credentials::Basic {
        account: "admin".to_owned(),
        password: Secret::new("s3cret"),
    };
    let client = AdminClient::connect(options).unwrap();
    let printed = format!("{client:?} {request:?}");
    assert!(
        !printed.contains("s3cret") && !printed.contains("czNjcmV0"),
        "{printed}"
    );
}
