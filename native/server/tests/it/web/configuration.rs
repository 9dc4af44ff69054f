//! Settings over HTTP.

use serde_json::{Value, json};

use super::{As, fixture, fixture_with};

#[tokio::test]
async fn a_setting_is_changed_and_says_when_it_takes_effect() {
    let fixture = fixture().await;
    let wanted = json!({ "settings": ["alerts.nearly_out_percent=80", "web.port=8084"] });
    let changed = fixture.change("PATCH", "/v1/configuration", &wanted).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(
        changed.body,
        json!({ "applied": ["alerts.nearly_out_percent"], "waiting": ["web.port"], "overridden": [] })
    );
    let rows = fixture
        .get("/v1/configuration?name=alerts.nearly_out_percent&name=web.port")
        .await;
    let rows = rows.body["items"].as_array().unwrap();
    assert_eq!(
        (&rows[0]["value"], &rows[0]["source"]),
        (&json!("80"), &json!("File"))
    );
    assert_eq!(
        (&rows[1]["value"], &rows[1]["waiting"]),
        (&json!("8083"), &json!("8084"))
    );
    assert_eq!(*fixture.daemons.rereads.lock().unwrap(), 1);
}

#[tokio::test]
async fn a_refused_change_changes_nothing() {
    let fixture = fixture().await;
    let before = std::fs::read(fixture.data.config_file()).unwrap();
    for (settings, target) in [
        (
            json!(["alerts.nearly_out_percent=80", "alerts.nearly_out_percent_=1"]),
            "alerts.nearly_out_percent_",
        ),
        (
            json!(["alerts.nearly_out_percent=0"]),
            "alerts.nearly_out_percent",
        ),
        (json!(["mail.password_file=/etc/shadow"]), "mail.password_file"),
        (
            json!([
                "directory.url=ldaps://elsewhere.example.net",
                "directory.bind_password_file=state/ticket.key"
            ]),
            "directory.bind_password_file",
        ),
        (json!(["directory.ca_file=state/ticket.key"]), "directory.ca_file"),
        (json!(["openid.ca_file=state/ticket.key"]), "openid.ca_file"),
        (json!([]), "settings"),
    ] {
        let refused = fixture
            .change("PATCH", "/v1/configuration", &json!({ "settings": settings }))
            .await;
        assert_eq!(
            (refused.status.as_u16(), refused.code()),
            (400, "InvalidRequest"),
            "{settings}"
        );
        assert_eq!(refused.body["target"], target);
    }
    assert_eq!(std::fs::read(fixture.data.config_file()).unwrap(), before);
    assert_eq!(*fixture.daemons.rereads.lock().unwrap(), 0);
}

#[tokio::test]
async fn rules_of_signing_in_are_in_the_audit_once_for_each_change() {
    let fixture = fixture().await;
    let rules = |role: &str| {
        json!({ "settings": [
            "openid.issuer=https://id.example.com",
            "openid.audience=licensing",
            format!("openid.full_roles=[\"{role}\"]"),
        ] })
    };
    for role in ["license-admin", "license-admin", "everybody"] {
        let changed = fixture.change("PATCH", "/v1/configuration", &rules(role)).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
    }
    // What has nothing to do with signing in is a change of settings like any other.
    let other = json!({ "settings": ["alerts.nearly_out_percent=80"] });
    assert_eq!(
        fixture.change("PATCH", "/v1/configuration", &other).await.status,
        200
    );
    let audit = fixture.get("/v1/audit?vendor=server").await;
    let of = |operation: &str| {
        let rows = audit.body["items"].as_array().unwrap().iter();
        rows.filter(|row| row["operation"] == operation)
            .collect::<Vec<_>>()
    };
    let (settings, rules) = (of("SetConfiguration"), of("SetSignInRules"));
    assert_eq!((settings.len(), rules.len()), (4, 2), "{}", audit.text);
    assert_eq!(rules[0]["actor"], settings[0]["actor"]);
    for (row, role) in rules.iter().zip(["license-admin", "everybody"]) {
        let detail: Value = serde_json::from_str(row["detail"].as_str().unwrap()).unwrap();
        assert_eq!(detail["openid"]["full_roles"], json!([role]));
        assert_eq!(detail["openid"]["issuer"], "https://id.example.com");
    }
}

#[tokio::test]
async fn a_service_that_the_configuration_file_keeps_off_cannot_be_switched_on() {
    let fixture = fixture_with(|config| config.management.enabled = false).await;
    let path = "/v1/management-service";
    for (method, path, body) in [
        ("POST", format!("{path}/enable"), json!({})),
        ("PATCH", path.to_owned(), json!({ "enabled": true })),
    ] {
        let answer = fixture
            .send(method, &path, As::Token(&fixture.full), Some(&body))
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (409, "ManagementServiceOff")
        );
        assert!(answer.detail().contains("configuration file"), "{}", answer.text);
    }
    let disable = format!("{path}/disable");
    let answer = fixture
        .send("POST", &disable, As::Token(&fixture.full), Some(&json!({})))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}
