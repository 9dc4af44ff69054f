//! Options files over HTTP.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Fixture, fixture};

fn holder(fixture: &Fixture, pool_id: &str) -> Value {
    let _ = fixture;
    json!({
        "feature": "CAD", "version": "1.0", "licenseModelType": "Concurrent", "user": "CORP\\ann", "device": "ws-1",
        "host": "ws-1", "display": "", "product": "Acme CAD", "state": "InUse", "count": 2, "overdraft": 0,
        "since": "2026-11-30T10:00:00Z", "lastHeartbeat": "2026-11-30T10:00:00Z",
        "until": "2026-11-30T10:15:00Z", "vendor": "ACME", "poolId": pool_id, "leaseId": "00"
    })
}

async fn with_licenses() -> Fixture {
    let fixture = fixture().await;
    let file = fixture.license("INCREMENT CAD ACME 1.0 permanent 5 SN=A-1 SIGN=");
    std::fs::write(fixture.data.licenses().join("acme.lic"), file).unwrap();
    let pool = {
        use licensing_server::config::Config;
        use licensing_server::installed::Installed;
        let installed = Installed::read(&fixture.data).unwrap();
        let config = Config {
            host_name: super::HOST.to_owned(),
            ..Config::default()
        };
        let pools = installed.pools("ACME", &config, jiff::Zoned::now().date());
        pools.pools[0].identity.id().to_string()
    };
    let holder = holder(&fixture, &pool);
    fixture
        .daemons
        .serve("ACME", "GetUsage", json!({ "items": [holder] }));
    fixture
        .daemons
        .serve("ACME", "GetDenials", json!({ "items": [] }));
    fixture
}

#[tokio::test]
async fn an_options_file_is_explained_before_it_is_applied() {
    let fixture = with_licenses().await;
    let content = "# ours\nEXCLUDE CAD USER ann\nRESERVE 2 CAD USER bob\n";
    let wanted = json!({ "vendor": "acme", "content": content });
    let explained = fixture.change("POST", "/v1/options/explain", &wanted).await;
    assert_eq!(explained.status, 200, "{}", explained.text);
    assert_eq!(explained.body["acceptable"], true);
    assert_eq!(
        explained.body["lines"][1]["meaning"],
        "No seat of CAD for user ann."
    );
    let effects = explained.body["effects"].as_array().unwrap();
    assert_eq!(
        (&effects[0]["effect"], &effects[0]["user"], &effects[0]["seats"]),
        (&json!("Loses"), &json!("CORP\\ann"), &json!(2)),
        "{}",
        explained.text
    );
    assert_eq!(
        (&effects[1]["effect"], &effects[1]["seats"]),
        (&json!("Reserved"), &json!(2))
    );
    assert!(!fixture.data.options_file("ACME").exists());

    let set = fixture
        .change("PUT", "/v1/options/ACME", &json!({ "content": content }))
        .await;
    assert_eq!(set.status, 200, "{}", set.text);
    assert_eq!(
        std::fs::read_to_string(fixture.data.options_file("ACME")).unwrap(),
        content
    );
    assert_eq!(*fixture.daemons.rereads.lock().unwrap(), 1);
    let audit = fixture.get("/v1/audit?vendor=server").await;
    let sha256 = hex::encode(Sha256::digest(content.as_bytes()));
    assert!(audit.text.contains(&sha256), "{}", audit.text);
    let rows = fixture.get("/v1/options?vendor=ACME").await;
    assert_eq!(rows.body["items"].as_array().unwrap().len(), 3, "{}", rows.text);
    let lifted = fixture
        .change(
            "POST",
            "/v1/options/explain",
            &json!({ "vendor": "ACME", "content": "# no rules\n" }),
        )
        .await;
    assert_eq!(lifted.body["effects"][0]["effect"], "Reserved", "{}", lifted.text);
}

#[tokio::test]
async fn lines_that_cannot_be_read_are_refused_unless_they_are_forced() {
    let fixture = with_licenses().await;
    let content = "EXCLUDE CAD\nNONSENSE\n";
    let refused = fixture
        .change("PUT", "/v1/options/ACME", &json!({ "content": content }))
        .await;
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (422, "InvalidOptions"),
        "{}",
        refused.text
    );
    assert!(refused.detail().contains("line 1") && refused.detail().contains("line 2"));
    assert!(!fixture.data.options_file("ACME").exists());
    let forced = json!({ "content": content, "force": true });
    assert_eq!(
        fixture.change("PUT", "/v1/options/ACME", &forced).await.status,
        200
    );
    let long = "#\n".repeat(50_001);
    for (vendor, content) in [("NOBODY", "# x"), ("ACME", "  \n"), ("ACME", long.as_str())] {
        let refused = fixture
            .change(
                "PUT",
                &format!("/v1/options/{vendor}"),
                &json!({ "content": content }),
            )
            .await;
        assert_eq!(refused.code(), "InvalidRequest", "{}", refused.text);
    }
}
