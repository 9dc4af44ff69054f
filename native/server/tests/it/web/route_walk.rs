//! Every route, with every kind of caller who may not use it.

use std::time::{Duration, Instant};

use licensing_api::operation::{OperationInfo, TABLE};
use licensing_api::{ErrorCode, Permission};
use serde_json::{Value, json};

use super::{As, Fault, Fixture, PASSWORD, fixture};

/// Path of an operation with something in the place of its fields.
fn path(info: &OperationInfo) -> String {
    info.path_fields().fold(info.path.to_owned(), |path, field| {
        path.replace(&format!("{{{field}}}"), "nothing")
    })
}

fn body(info: &OperationInfo) -> Option<Value> {
    info.method.has_body().then(|| json!({}))
}

/// All routes: method, path, body, and what they need.
fn routes() -> Vec<(String, String, Option<Value>, Permission)> {
    let mut routes: Vec<_> = TABLE
        .iter()
        .map(|info| {
            (
                info.method.name().to_owned(),
                path(info),
                body(info),
                info.permission,
            )
        })
        .collect();
    let mut add = |method: &str, path: &str| {
        routes.push((method.to_owned(), path.to_owned(), None, Permission::ReadOnly));
    };
    add("GET", "/openapi.json");
    add("HEAD", "/metrics");
    for path in [
        "/",
        "/v1",
        "/v2/server",
        "/v1/nothing",
        "/metrics",
        "/admin",
        "/v1/server/",
        "//v1/server",
    ] {
        add("GET", path);
        add("POST", path);
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "HEAD"] {
        add(method, "/v1/server");
    }
    for path in ["/v1/server", "/v1/usage", "/v1/license-files"] {
        add("HEAD", path);
    }
    routes
}

async fn refused(fixture: &Fixture, who: As<'_>, expected: u16, code: ErrorCode) {
    for (method, path, body, needs) in routes() {
        if needs == Permission::None {
            continue;
        }
        let answer = fixture.send(&method, &path, who, body.as_ref()).await;
        assert_eq!(answer.status, expected, "{method} {path}: {}", answer.text);
        if method != "HEAD" {
            assert_eq!(answer.code(), code.name(), "{method} {path}");
            assert_eq!(answer.headers["content-type"], "application/problem+json");
        }
        assert_eq!(
            answer.headers.contains_key("www-authenticate"),
            expected == 401,
            "{method} {path}"
        );
        assert_eq!(answer.headers["cache-control"], "no-store");
    }
}

#[tokio::test]
async fn nobody_gets_in_without_credentials_that_hold() {
    let fixture = fixture().await;
    refused(&fixture, As::Nobody, 401, ErrorCode::AuthorizationFailed).await;
    for secret in ["junk", "lic_0000000000000000.AAAA", ""] {
        refused(&fixture, As::Token(secret), 401, ErrorCode::AuthorizationFailed).await;
    }
    let ended = fixture.read_only.split('.').next().unwrap();
    fixture.execute(&format!(
        "UPDATE token SET expires = '2020-01-01T00:00:00Z' WHERE token_id = '{ended}'"
    ));
    let secret = fixture.read_only.clone();
    refused(&fixture, As::Token(&secret), 401, ErrorCode::AuthorizationFailed).await;
}

#[tokio::test]
async fn a_wrong_password_opens_nothing_and_soon_locks() {
    let fixture = fixture().await;
    for (method, path, body, needs) in routes() {
        let who = As::Basic("nobody", "a wrong password");
        let answer = fixture.send(&method, &path, who, body.as_ref()).await;
        if needs == Permission::None {
            continue;
        }
        assert!(
            answer.status == 401 || answer.status == 429,
            "{method} {path}: {}",
            answer.status
        );
        if answer.status == 429 {
            assert!(answer.headers.contains_key("retry-after"), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_token_for_products_opens_nothing_here() {
    let fixture = fixture().await;
    let product = fixture
        .token(
            As::Token(&fixture.full),
            json!({ "name": "product", "scope": "Product" }),
        )
        .await;
    assert_eq!(fixture.daemons.tokens.lock().unwrap().len(), 1);
    refused(&fixture, As::Token(&product), 403, ErrorCode::UserNotAuthorized).await;
}

#[tokio::test]
async fn read_only_changes_nothing() {
    let fixture = fixture().await;
    let account = json!({ "account": "reader", "permissions": "ReadOnly", "password": PASSWORD });
    assert_eq!(
        fixture
            .change("POST", "/v1/administrators", &account)
            .await
            .status,
        200
    );
    for who in [As::Token(&fixture.read_only), As::Basic("reader", PASSWORD)] {
        for info in TABLE {
            let answer = fixture
                .send(info.method.name(), &path(info), who, body(info).as_ref())
                .await;
            let is_refused = answer.status == 403;
            assert_eq!(
                is_refused,
                info.permission == Permission::Full,
                "{}: {}",
                info.name,
                answer.text
            );
        }
    }
    assert_eq!(*fixture.daemons.rereads.lock().unwrap(), 0);
}

#[tokio::test]
async fn only_health_and_certificate_are_for_everybody() {
    let fixture = fixture().await;
    for path in ["/livez", "/readyz", "/v1/certificate"] {
        let answer = fixture.send("GET", path, As::Nobody, None).await;
        assert_eq!(answer.status, 200, "{path}");
        let head = fixture.send("HEAD", path, As::Nobody, None).await;
        assert_eq!(head.status, 200, "{path}");
        let other = fixture.send("POST", path, As::Nobody, None).await;
        assert_eq!(other.status, 401, "{path}");
    }
}

#[tokio::test]
async fn with_credentials_wrong_paths_and_methods_are_told_apart() {
    let fixture = fixture().await;
    let answer = fixture.get("/v1/nothing").await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (404, "OperationNotFound")
    );
    let answer = fixture
        .send("DELETE", "/v1/administrators", As::Token(&fixture.full), None)
        .await;
    assert_eq!((answer.status.as_u16(), answer.code()), (405, "MethodNotAllowed"));
    assert_eq!(answer.headers["allow"], "GET, POST");
}

#[tokio::test]
async fn every_failure_of_every_operation_is_one_its_entry_documents() {
    let fixture = fixture().await;
    let bodies = [
        None,
        Some(json!({})),
        Some(json!([])),
        Some(json!({ "account": "?", "identity": "x", "name": "", "fileName": "a.lic", "content": "" })),
        Some(json!({ "fileName": "../a.lic", "content": "!" })),
        Some(json!({ "fileName": "a.lic", "content": "" })),
        Some(json!({ "account": "a*b" })),
        Some(json!({ "account": "ok", "password": "short" })),
        Some(json!({ "name": "n", "days": 0 })),
        Some(json!({ "password": "short" })),
    ];
    let queries = [
        "",
        "?locale=xx",
        "?vendor=NONE",
        "?accountSid=junk",
        "?account=zzz",
        "?code=none",
        "?x=1",
    ];
    for info in TABLE {
        let attempts: Vec<(&str, Option<&Value>)> = if info.method.has_body() {
            bodies.iter().map(|body| ("", body.as_ref())).collect()
        } else {
            queries.iter().map(|query| (*query, None)).collect()
        };
        for (query, body) in attempts {
            let path = format!("{}{query}", path(info));
            let answer = fixture
                .send(info.method.name(), &path, As::Token(&fixture.full), body)
                .await;
            // That the entry names the code is checked for every request of every test.
            let is_known = ErrorCode::from_name(answer.code()).is_some();
            assert!(answer.status == 200 || is_known, "{}: {}", info.name, answer.text);
        }
    }
}

#[tokio::test]
async fn every_operation_answers_while_a_daemon_is_dead_silent_or_slow() {
    for fault in [Fault::Dead, Fault::Silent, Fault::Slow(Duration::from_millis(20))] {
        let fixture = fixture().await;
        fixture.daemons.run_with("ACME", fault);
        for info in TABLE {
            let began = Instant::now();
            let who = As::Token(&fixture.full);
            let answer = fixture
                .send(info.method.name(), &path(info), who, body(info).as_ref())
                .await;
            assert_ne!(answer.status, 500, "{} ({fault:?}): {}", info.name, answer.text);
            let took = began.elapsed();
            assert!(
                took < Duration::from_secs(20),
                "{} ({fault:?}): {took:?}",
                info.name
            );
        }
    }
}
