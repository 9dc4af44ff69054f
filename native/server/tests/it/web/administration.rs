//! Accounts, tokens and sign-ins over HTTP.

use axum::body::Body;
use http::Request;
use serde_json::json;

use super::{As, PASSWORD, fixture};

#[tokio::test]
async fn an_account_goes_through_its_life() {
    let fixture = fixture().await;
    let new = json!({ "account": "CORP\\ann", "permissions": "ReadOnly", "password": PASSWORD });
    let added = fixture.change("POST", "/v1/administrators", &new).await;
    assert_eq!(added.body["account"], "CORP\\ann");
    assert_eq!(added.body["permissions"], "ReadOnly");
    assert_eq!(added.body["passwordSet"], true);
    assert!(!added.text.contains(PASSWORD));

    let again = json!({ "account": "ann@corp", "permissions": "Full" });
    let refused = fixture.change("POST", "/v1/administrators", &again).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (409, "AdministratorExists")
    );
    assert_eq!(refused.body["target"], "CORP\\ann");
    let kept = json!({ "account": "ann@corp", "permissions": "Full", "keepExisting": true });
    let kept = fixture.change("POST", "/v1/administrators", &kept).await;
    assert_eq!(kept.body, added.body);

    let who = As::Basic("ann@corp", PASSWORD);
    let permission = fixture.send("GET", "/v1/permission", who, None).await;
    assert_eq!(
        permission.body,
        json!({ "account": "CORP\\ann", "permissions": "ReadOnly" })
    );
    let info = fixture.send("GET", "/v1/server", who, None).await;
    assert_eq!(info.body["userName"], "ann");
    assert_eq!(info.body["userDomain"], "CORP");
    assert_eq!(info.body["licensePort"], 27000);

    let set = json!({ "permissions": "Full" });
    let changed = fixture
        .change("PATCH", "/v1/administrators/CORP%5Cann", &set)
        .await;
    assert_eq!(changed.body["permissions"], "Full", "{}", changed.text);
    let rows = fixture.get("/v1/administrators?permissions=Full").await;
    assert_eq!(rows.body["items"].as_array().unwrap().len(), 2);
    let sid = added.body["accountSid"].as_str().unwrap();
    let removed = fixture
        .send(
            "DELETE",
            &format!("/v1/administrators/{sid}"),
            As::Token(&fixture.full),
            None,
        )
        .await;
    assert_eq!(removed.body["account"], "CORP\\ann");
    assert_eq!(fixture.send("GET", "/v1/server", who, None).await.status, 401);

    let last = fixture
        .send(
            "DELETE",
            "/v1/administrators/root",
            As::Token(&fixture.full),
            None,
        )
        .await;
    assert_eq!((last.status.as_u16(), last.code()), (409, "LastAdministrator"));
}

#[tokio::test]
async fn a_token_ends_at_once_when_it_is_removed() {
    let fixture = fixture().await;
    let rows = fixture.get("/v1/tokens?name=re*").await;
    let id = rows.body["items"][0]["tokenId"].as_str().unwrap().to_owned();
    assert!(fixture.read_only.starts_with(&id));
    let private = fixture.read_only.split_once('.').unwrap().1;
    assert!(!rows.text.contains(private));
    let path = format!("/v1/tokens/{id}");
    let removed = fixture
        .send("DELETE", &path, As::Token(&fixture.full), None)
        .await;
    assert_eq!(removed.status, 200);
    assert_eq!(fixture.get("/v1/tokens").await.status, 401);
    let again = fixture
        .send("DELETE", &path, As::Token(&fixture.full), None)
        .await;
    assert_eq!(again.code(), "TokenNotFound");
}

#[tokio::test]
async fn product_tokens_reach_the_daemons_and_leave_them() {
    let fixture = fixture().await;
    let new = json!({ "account": "ann", "permissions": "Full", "password": PASSWORD });
    fixture.change("POST", "/v1/administrators", &new).await;
    let request = json!({ "name": "build farm", "scope": "Product", "days": 30 });
    fixture.token(As::Basic("ann", PASSWORD), request).await;
    assert_eq!(fixture.daemons.tokens.lock().unwrap().len(), 1);
    fixture
        .send("DELETE", "/v1/administrators/ann", As::Token(&fixture.full), None)
        .await;
    assert!(fixture.daemons.tokens.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_guesser_is_locked_out_and_the_administrator_is_not() {
    let fixture = fixture().await;
    let attempt = async |password: &str, address: [u8; 4]| {
        let request = Request::get("/v1/server")
            .header("authorization", As::Basic("root", password).header().unwrap())
            .body(Body::empty())
            .unwrap();
        fixture.raw(request, address).await
    };
    let mut statuses = Vec::new();
    for number in 0..8 {
        statuses.push(
            attempt(&format!("guess number {number}"), [203, 0, 113, 5])
                .await
                .status
                .as_u16(),
        );
    }
    assert_eq!(statuses[..5], [401; 5]);
    assert_eq!(statuses[7], 429);
    let locked = attempt(PASSWORD, [203, 0, 113, 5]).await;
    assert_eq!(locked.code(), "AccountLocked");
    assert!(locked.headers.contains_key("retry-after"));
    // Where root signed in before, when the tokens were made.
    assert_eq!(attempt(PASSWORD, [127, 0, 0, 1]).await.status, 200);
}

#[tokio::test]
async fn an_account_is_added_read_only_unless_asked_otherwise() {
    let fixture = fixture().await;
    let added = fixture
        .change("POST", "/v1/administrators", &json!({ "account": "eve" }))
        .await;
    assert_eq!(added.body["permissions"], "ReadOnly", "{}", added.text);
}

#[tokio::test]
async fn a_locked_account_signs_in_again_after_a_reset() {
    let fixture = fixture().await;
    let new = json!({ "account": "CORP\\ann", "password": PASSWORD });
    fixture.change("POST", "/v1/administrators", &new).await;
    let mut last = String::new();
    for _ in 0..8 {
        let wrong = As::Basic("CORP\\ann", "not this one either");
        last = fixture
            .send("GET", "/v1/server", wrong, None)
            .await
            .code()
            .to_owned();
    }
    assert_eq!(last, "AccountLocked");
    let who = As::Basic("CORP\\ann", PASSWORD);
    assert_eq!(
        fixture.send("GET", "/v1/server", who, None).await.code(),
        "AccountLocked"
    );
    let reset = fixture
        .change("POST", "/v1/administrators/CORP%5Cann/reset", &json!({}))
        .await;
    assert_eq!(reset.body["account"], "CORP\\ann", "{}", reset.text);
    assert_eq!(fixture.send("GET", "/v1/server", who, None).await.status, 200);
    let nobody = fixture
        .change("POST", "/v1/administrators/nobody/reset", &json!({}))
        .await;
    assert_eq!(nobody.code(), "UserNotFound");
}

#[tokio::test]
async fn of_the_name_of_an_allocation_that_is_not_there_the_audit_has_the_beginning() {
    let fixture = fixture().await;
    let path = format!("/v1/allocations/{}/return", "F".repeat(200));
    let refused = fixture.change("POST", &path, &json!({ "offline": true })).await;
    assert_eq!(refused.code(), "AllocationNotFound", "{}", refused.text);
    let audit = fixture.get("/v1/audit?vendor=server&newest=1").await;
    let row = &audit.body["items"][0];
    assert_eq!(row["operation"], "ReturnAllocation");
    assert_eq!(row["target"], "F".repeat(80));
}
