//! From bytes to a request of an operation.

use axum::body::Body;
use http::Request;
use serde_json::json;

use super::sockets::Served;
use super::{As, fixture};

#[tokio::test]
async fn an_unknown_field_is_named_wherever_it_stands() {
    let fixture = fixture().await;
    let answer = fixture.get("/v1/usage?featur=XDT").await;
    assert_eq!((answer.status.as_u16(), answer.code()), (400, "InvalidRequest"));
    assert_eq!(answer.body["target"], "featur");
    assert!(answer.detail().contains("feature"), "{}", answer.detail());

    let body = json!({ "account": "ann", "passwort": "secret that must not come back" });
    let answer = fixture.change("POST", "/v1/administrators", &body).await;
    assert_eq!(answer.body["target"], "passwort");
    assert!(!answer.text.contains("must not come back"));

    let answer = fixture.get("/v1/server?x=1").await;
    assert!(answer.detail().contains("it has none"), "{}", answer.detail());
}

#[tokio::test]
async fn wrong_kinds_are_named_and_secrets_never_repeated() {
    let fixture = fixture().await;
    for (method, path, body, field) in [
        ("POST", "/v1/administrators", json!({ "account": 7 }), "account"),
        ("POST", "/v1/administrators", json!({}), "account"),
        (
            "POST",
            "/v1/administrators",
            json!({ "account": "ann", "permissions": "Owner" }),
            "permissions",
        ),
        ("POST", "/v1/tokens", json!({ "name": "n", "days": -1 }), "days"),
        ("POST", "/v1/tokens", json!({ "name": "n", "days": "x" }), "days"),
        (
            "POST",
            "/v1/administrators",
            json!({ "account": "ann", "password": 123_456_789 }),
            "password",
        ),
    ] {
        let answer = fixture.change(method, path, &body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (400, "InvalidRequest"),
            "{body}"
        );
        assert!(answer.detail().contains(field), "{body}: {}", answer.detail());
        assert!(!answer.text.contains("123456789"));
    }
    let body = json!({ "name": "n", "days": -1 });
    let detail = fixture
        .change("POST", "/v1/tokens", &body)
        .await
        .detail()
        .to_owned();
    assert!(
        detail.ends_with("expected a whole number from 0 to 65535."),
        "{detail}"
    );
    let answer = fixture.get("/v1/inventory?checkForSameSerialNumber=maybe").await;
    assert_eq!(answer.body["target"], "checkForSameSerialNumber");
    let answer = fixture
        .get("/v1/inventory?checkForSameSerialNumber=true&checkForSameSerialNumber=true")
        .await;
    assert!(answer.detail().contains("more than once"));
}

#[tokio::test]
async fn fields_of_the_path_cannot_be_contradicted() {
    let fixture = fixture().await;
    let body = json!({ "identity": "somebody", "permissions": "ReadOnly" });
    let answer = fixture.change("PATCH", "/v1/administrators/root", &body).await;
    assert_eq!(answer.code(), "InvalidRequest");
    let query = "/v1/license-files/a.lic?fileName=b.lic";
    let answer = fixture
        .send("DELETE", query, As::Token(&fixture.full), None)
        .await;
    assert_eq!(answer.code(), "InvalidRequest");
    let query = "/v1/administrators?account=x";
    let answer = fixture.change("POST", query, &json!({ "account": "x" })).await;
    assert_eq!(answer.code(), "InvalidRequest");
}

#[tokio::test]
async fn bodies_are_json_of_a_bounded_size() {
    let fixture = fixture().await;
    let authorization = As::Token(&fixture.full).header().unwrap();
    let send = async |kind: Option<&str>, length: Option<u64>, body: Vec<u8>| {
        let mut request = Request::post("/v1/administrators").header("authorization", &authorization);
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        if let Some(length) = length {
            request = request.header("content-length", length);
        }
        fixture
            .raw(request.body(Body::from(body)).unwrap(), [127, 0, 0, 1])
            .await
    };
    for kind in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
    ] {
        let answer = send(kind, None, b"{}".to_vec()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (415, "InvalidRequest"),
            "{kind:?}"
        );
        assert_eq!(answer.body["status"], 415);
    }
    let kind = Some("Application/JSON; charset=utf-8");
    assert_eq!(send(kind, None, b"{}".to_vec()).await.status, 400);
    let secret = b"{ \"password\": \"opensesame\" ".to_vec();
    let answer = send(kind, None, secret).await;
    assert_eq!(answer.code(), "InvalidRequest");
    assert!(!answer.text.contains("opensesame"));
    let twice = br#"{ "account": "ann", "permissions": "ReadOnly", "permissions": "Full" }"#;
    let answer = send(kind, None, twice.to_vec()).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (400, "InvalidRequest"));
    assert!(answer.detail().contains("twice"), "{}", answer.detail());
    for (length, size) in [(Some(70_000), 0), (None, 70_000)] {
        let answer = send(kind, length, vec![b' '; size]).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (413, "RequestTooLarge"));
    }
    let deep = "[".repeat(60_000).into_bytes();
    assert_eq!(send(kind, None, deep).await.code(), "InvalidRequest");
}

#[tokio::test]
async fn one_address_cannot_flood_the_others() {
    let fixture = fixture().await;
    let mut refused = 0;
    for _ in 0..3000 {
        let request = Request::get("/livez").body(Body::empty()).unwrap();
        let answer = fixture.raw(request, [192, 0, 2, 1]).await;
        if answer.status == 429 {
            assert_eq!(answer.code(), "TooManyRequests");
            let seconds: u32 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
            // The faster the loop, the more of those that were refused before come back first.
            let expected = if refused == 0 { 1..=1 } else { 1..=30 };
            assert!(expected.contains(&seconds), "{seconds} s after {refused}");
            refused += 1;
        }
    }
    let request = Request::get("/livez").body(Body::empty()).unwrap();
    assert_eq!(fixture.raw(request, [192, 0, 2, 2]).await.status, 200);
    // How many pass depends on how long the loop takes; the bucket's own test counts them exactly.
    assert!(refused <= 2000, "{refused}");
}

#[tokio::test]
async fn when_the_server_stops_it_says_so() {
    let fixture = fixture().await;
    assert_eq!(fixture.send("GET", "/readyz", As::Nobody, None).await.status, 200);
    fixture.stopping.cancel();
    let answer = fixture.get("/v1/server").await;
    assert_eq!((answer.status.as_u16(), answer.code()), (503, "ServerStopping"));
    assert_eq!(fixture.send("GET", "/readyz", As::Nobody, None).await.status, 503);
    assert_eq!(fixture.send("GET", "/livez", As::Nobody, None).await.status, 200);
}

#[tokio::test]
async fn who_is_refused_while_the_body_is_on_its_way_gets_the_answer() {
    let fixture = fixture().await;
    let served = Served::open(&fixture).await;
    for (path, code) in [
        ("/v1/nowhere", "AuthorizationFailed"),
        ("/v1/license-files", "AuthorizationFailed"),
    ] {
        let answer = served.post(path, 200_000).await;
        assert!(answer.contains(code), "{path}: {answer}");
    }
    served.close().await;
}
