//! Settings over HTTP.

use serde_json::json;

use super::fixture;

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
