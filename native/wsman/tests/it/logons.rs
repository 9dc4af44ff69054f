//! Sign-ins with passwords and NTLM, and encrypted bodies.

use std::sync::atomic::Ordering;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Response;
use licensing_wsman::http::{Connection, sealed};
use licensing_wsman::ntlm::{Credentials, Initiator, NtHash, Session};
use licensing_wsman::spnego::{self, Token};

use crate::support::{Answer, PASSWORD, Reader, TestEndpoint, endpoint, plain, post, query, tls};

fn credentials(password: &str) -> Credentials {
    Credentials {
        user: "Ann".to_owned(),
        domain: "ANYWHERE".to_owned(),
        hash: NtHash::of_password(password),
    }
}

async fn token(
    endpoint: &TestEndpoint,
    connection: &Connection<Reader>,
    scheme: &str,
    token: &[u8],
) -> Response<Bytes> {
    let header = format!("{scheme} {}", STANDARD.encode(token));
    endpoint
        .answer(connection, post(&[("authorization", &header)], ""))
        .await
}

fn answered(response: &Response<Bytes>) -> Vec<u8> {
    let header = response.headers()["www-authenticate"].to_str().unwrap();
    STANDARD.decode(header.split_once(' ').unwrap().1).unwrap()
}

/// Signs in without SPNEGO. Gives the last message as well.
async fn log_in(
    endpoint: &TestEndpoint,
    connection: &Connection<Reader>,
    password: &str,
    bindings: Option<&[u8]>,
) -> (u16, Vec<u8>, Session) {
    let initiator = Initiator::new().unwrap();
    let challenge = token(endpoint, connection, "Negotiate", initiator.message()).await;
    assert_eq!(challenge.status(), 401);
    let now = jiff::Timestamp::now();
    let (message, session) = initiator
        .answer(
            &answered(&challenge),
            &credentials(password),
            "HTTP/tests",
            bindings,
            now,
        )
        .unwrap();
    let status = token(endpoint, connection, "Negotiate", &message)
        .await
        .status()
        .as_u16();
    (status, message, session)
}

/// Asks with an encrypted body.
async fn ask_sealed(
    endpoint: &TestEndpoint,
    connection: &Connection<Reader>,
    session: &mut Session,
    has_tabs: bool,
) -> Response<Bytes> {
    let envelope = query("SELECT Title FROM Test_Book WHERE Pages = 12");
    let (signature, data) = session.seal(envelope.as_bytes()).unwrap();
    let by = sealed::SealedBy::Spnego;
    let body = sealed::wrap(
        by,
        "application/soap+xml;charset=UTF-8",
        envelope.len(),
        &signature,
        &data,
        has_tabs,
    );
    endpoint
        .answer(
            connection,
            post(&[("content-type", &sealed::content_type(by))], body),
        )
        .await
}

fn opened(response: &Response<Bytes>, session: &mut Session) -> String {
    let kind = response.headers()["content-type"].to_str().unwrap();
    let sealed = sealed::open(kind, response.body()).unwrap();
    String::from_utf8(session.unseal(sealed.signature, sealed.data).unwrap()).unwrap()
}

#[tokio::test]
async fn encrypted_bodies_work_on_plain_http() {
    let (endpoint, connection) = (endpoint(), plain());
    let (status, _, mut session) = log_in(&endpoint, &connection, PASSWORD, None).await;
    assert_eq!(status, 200);
    for has_tabs in [true, false, true] {
        let response = ask_sealed(&endpoint, &connection, &mut session, has_tabs).await;
        assert_eq!(response.status(), 200);
        let kind = response.headers()["content-type"].to_str().unwrap();
        assert_eq!(sealed::open(kind, response.body()).unwrap().has_tabs, has_tabs);
        assert!(opened(&response, &mut session).contains("<Title>rust</Title>"));
    }
}

#[tokio::test]
async fn spnego_goes_around_ntlm() {
    let kerberos_first = [vec![spnego::NTLM], vec![spnego::KERBEROS, spnego::NTLM]];
    for mechanisms in kerberos_first {
        let (endpoint, connection) = (endpoint(), plain());
        let initiator = Initiator::new().unwrap();
        let is_first = mechanisms[0] == spnego::NTLM;
        let first = if is_first {
            initiator.message().to_vec()
        } else {
            b"a ticket".to_vec()
        };
        let init = Token::Init {
            mechanisms: mechanisms.clone(),
            token: Some(first),
        };
        let mut response = token(&endpoint, &connection, "Negotiate", &init.write().unwrap()).await;
        assert_eq!(response.status(), 401);
        let respond = |token: Vec<u8>, signature| {
            Token::Response {
                state: None,
                mechanism: None,
                token: Some(token),
                signature,
            }
            .write()
            .unwrap()
        };
        if !is_first {
            let message = respond(initiator.message().to_vec(), None);
            response = token(&endpoint, &connection, "Negotiate", &message).await;
        }
        let Token::Response {
            token: Some(challenge),
            mechanism,
            ..
        } = Token::read(&answered(&response)).unwrap()
        else {
            panic!("no challenge")
        };
        assert_eq!(mechanism, Some(spnego::NTLM));
        let now = jiff::Timestamp::now();
        let (message, mut session) = initiator
            .answer(&challenge, &credentials(PASSWORD), "HTTP/tests", None, now)
            .unwrap();
        let list = spnego::signed_list(&mechanisms).unwrap();
        let signature = session.sign(&list).to_vec();
        let response = token(
            &endpoint,
            &connection,
            "Negotiate",
            &respond(message, Some(signature)),
        )
        .await;
        assert_eq!(response.status(), 200);
        let Token::Response {
            signature: Some(signature),
            ..
        } = Token::read(&answered(&response)).unwrap()
        else {
            panic!("no signature")
        };
        session.check(&list, &signature).unwrap();
        session.restart().unwrap();
        let response = ask_sealed(&endpoint, &connection, &mut session, true).await;
        assert!(opened(&response, &mut session).contains("<Title>rust</Title>"));
    }
}

#[tokio::test]
async fn a_wrong_password_is_counted_and_refused() {
    let (endpoint, connection) = (endpoint(), tls());
    let (status, _, _) = log_in(&endpoint, &connection, "wrong", None).await;
    assert_eq!(status, 401);
    let header = format!("Basic {}", STANDARD.encode("ann:wrong"));
    let response = endpoint
        .answer(
            &connection,
            post(&[("authorization", &header)], query("SELECT * FROM Test_Book")),
        )
        .await;
    assert_eq!(response.status(), 401);
    assert_eq!(endpoint.authority().failures.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn who_has_to_wait_is_told_why_and_how_long() {
    let header = format!("Basic {}", STANDARD.encode("ben:any"));
    let request = post(&[("authorization", &header)], query("SELECT * FROM Test_Book"));
    let response = endpoint().answer(&tls(), request).await;
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["licensing-code"], "AccountLocked");
    assert_eq!(response.headers()["retry-after"], "8");
}

#[tokio::test]
async fn passwords_are_not_taken_on_plain_http() {
    let endpoint = endpoint();
    let request = post(&[crate::support::BASIC], query("SELECT * FROM Test_Book"));
    assert_eq!(endpoint.answer(&plain(), request).await.status(), 401);
}

#[tokio::test]
async fn bodies_that_are_not_encrypted_are_refused_on_plain_http() {
    let (endpoint, connection) = (endpoint(), plain());
    assert_eq!(log_in(&endpoint, &connection, PASSWORD, None).await.0, 200);
    let answer = Answer::of(
        endpoint
            .answer(&connection, post(&[], query("SELECT * FROM Test_Book")))
            .await,
    );
    assert_eq!(answer.fault().0, "w:AccessDenied");
    // Over TLS the same sign-in may ask openly.
    let connection = tls();
    assert_eq!(log_in(&endpoint, &connection, PASSWORD, None).await.0, 200);
    let answer = Answer::of(
        endpoint
            .answer(&connection, post(&[], query("SELECT * FROM Test_Book")))
            .await,
    );
    assert_eq!(answer.all("Title").len(), 3);
}

#[tokio::test]
async fn a_log_in_for_another_server_is_refused() {
    let endpoint = endpoint();
    let own = b"tls-server-end-point:0123456789abcdef0123456789abcdef";
    assert_eq!(log_in(&endpoint, &tls(), PASSWORD, Some(own)).await.0, 200);
    assert_eq!(
        log_in(&endpoint, &tls(), PASSWORD, Some(b"tls-server-end-point:other"))
            .await
            .0,
        401
    );
    assert_eq!(log_in(&endpoint, &plain(), PASSWORD, Some(own)).await.0, 401);
}

#[tokio::test]
async fn messages_of_a_log_in_do_not_work_twice() {
    let (endpoint, connection) = (endpoint(), plain());
    let (status, message, mut session) = log_in(&endpoint, &connection, PASSWORD, None).await;
    assert_eq!(status, 200);
    // On the same connection, on a new one, and on a new one with a challenge of its own.
    assert_eq!(
        token(&endpoint, &connection, "Negotiate", &message)
            .await
            .status(),
        401
    );
    let other = plain();
    assert_eq!(
        token(&endpoint, &other, "Negotiate", &message).await.status(),
        401
    );
    token(
        &endpoint,
        &other,
        "Negotiate",
        Initiator::new().unwrap().message(),
    )
    .await;
    assert_eq!(
        token(&endpoint, &other, "Negotiate", &message).await.status(),
        401
    );
    // The first connection lost its sign-in with the attempt.
    assert_eq!(
        ask_sealed(&endpoint, &connection, &mut session, true)
            .await
            .status(),
        401
    );
}

#[tokio::test]
async fn an_encrypted_body_does_not_work_twice() {
    let (endpoint, connection) = (endpoint(), plain());
    let (_, _, mut session) = log_in(&endpoint, &connection, PASSWORD, None).await;
    let envelope = query("SELECT * FROM Test_Book");
    let (signature, data) = session.seal(envelope.as_bytes()).unwrap();
    let by = sealed::SealedBy::Spnego;
    let kind = sealed::content_type(by);
    let body = sealed::wrap(
        by,
        "application/soap+xml",
        envelope.len(),
        &signature,
        &data,
        true,
    );
    let request = || post(&[("content-type", &kind)], body.clone());
    assert_eq!(endpoint.answer(&connection, request()).await.status(), 200);
    assert_eq!(endpoint.answer(&connection, request()).await.status(), 400);
    assert_eq!(endpoint.answer(&connection, request()).await.status(), 401);
}

#[tokio::test]
async fn wrong_lengths_in_encrypted_bodies_are_refused() {
    for wrong in [0usize, 1, 100_000, usize::MAX] {
        let (endpoint, connection) = (endpoint(), plain());
        let (_, _, mut session) = log_in(&endpoint, &connection, PASSWORD, None).await;
        let envelope = query("SELECT * FROM Test_Book");
        let (signature, data) = session.seal(envelope.as_bytes()).unwrap();
        let by = sealed::SealedBy::Spnego;
        let body = sealed::wrap(by, "application/soap+xml", wrong, &signature, &data, true);
        let request = post(&[("content-type", &sealed::content_type(by))], body);
        assert_eq!(
            endpoint.answer(&connection, request).await.status(),
            400,
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn a_message_without_proof_is_refused_whatever_its_flags_say() {
    // The integrity code alone proves nothing: it is optional.
    let (endpoint, connection) = (endpoint(), tls());
    let initiator = Initiator::new().unwrap();
    let challenge = token(&endpoint, &connection, "NTLM", initiator.message()).await;
    let now = jiff::Timestamp::now();
    let (mut message, _) = initiator
        .answer(
            &answered(&challenge),
            &credentials(PASSWORD),
            "HTTP/tests",
            None,
            now,
        )
        .unwrap();
    let start = u32::from_le_bytes(message[24..28].try_into().unwrap()) as usize;
    message[start] ^= 1;
    assert_eq!(
        token(&endpoint, &connection, "NTLM", &message).await.status(),
        401
    );
}
