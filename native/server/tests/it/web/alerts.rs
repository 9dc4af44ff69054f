//! Alerts and their routes over HTTP.

use serde_json::{Value, json};

use super::{As, Fixture, fixture};

fn pool(feature: &str, used: u32) -> Value {
    json!({
        "licenseProductName": "CAD", "localizedLicenseProductName": "", "licenseEdition": "PRO",
        "licenseLocalizedEdition": "", "licenseExpirationDate": null, "licenseSubscriptionAdvantageDate": "2026-01-31",
        "licenseType": "Retail", "localizedLicenseType": "", "licensesInUse": used, "licensesAvailable": 10,
        "licenseOverdraft": 0, "licenseModel": "CCU", "localizedLicenseModel": "", "feature": feature,
        "vendor": "ACME", "version": "2026.0131", "free": 10 - used, "overdraftInUse": 0, "reserved": 0,
        "borrowed": 0, "burst": 0, "burstUntil": null, "queued": 0, "uncounted": false, "status": "Serving",
        "signature": "Valid", "serialNumbers": [], "files": [], "vendorString": "", "hostIds": [],
        "poolId": "00000000000000000000000000000000"
    })
}

fn use_seats(fixture: &Fixture, used: u32) {
    let rows = json!({ "items": [pool("CAD_PRO_CCU", used)] });
    fixture.daemons.serve("ACME", "GetInventory", rows);
}

async fn codes(fixture: &Fixture, query: &str) -> Vec<String> {
    let answer = fixture.get(&format!("/v1/alerts{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let rows = answer.body["items"].as_array().unwrap();
    rows.iter()
        .map(|row| row["code"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn seats_that_run_out_raise_alerts_in_every_language() {
    let fixture = fixture().await;
    use_seats(&fixture, 5);
    assert_eq!(
        codes(&fixture, "?feature=CAD*&code=*Seats*").await,
        Vec::<String>::new()
    );
    assert_eq!(
        codes(&fixture, "?feature=CAD*&code=*Seats*&usagePercent=50").await,
        ["SeatsNearlyOut"]
    );
    use_seats(&fixture, 9);
    assert_eq!(
        codes(&fixture, "?feature=CAD*&code=*Seats*").await,
        ["SeatsNearlyOut"]
    );
    use_seats(&fixture, 10);
    assert_eq!(
        codes(&fixture, "?feature=cad_pro_ccu&code=*Seats*").await,
        ["AllSeatsOut"]
    );
    assert_eq!(codes(&fixture, "?feature=OTHER").await, Vec::<String>::new());
    let too_old = codes(&fixture, "?feature=*&code=SubscriptionTooOld&saDate=2026-06-01").await;
    assert_eq!(too_old, ["SubscriptionTooOld"]);
    let german = fixture.get("/v1/alerts?code=AllSeatsOut&locale=de").await;
    assert_eq!(
        german.body["items"][0]["title"],
        "Alle Plätze einer Funktion sind vergeben."
    );
    let detail = german.body["items"][0]["detail"].as_str().unwrap();
    assert!(
        detail.starts_with("CAD_PRO_CCU 2026.0131: 10 von 10 Plätzen"),
        "{detail}"
    );
    assert_eq!(
        fixture.get("/v1/alerts?locale=tlh").await.code(),
        "LocaleUnsupported"
    );
}

#[tokio::test]
async fn an_alert_is_acknowledged_once_it_is_there() {
    let fixture = fixture().await;
    use_seats(&fixture, 10);
    let rows = fixture.get("/v1/alerts?code=AllSeatsOut").await;
    let subject = rows.body["items"][0]["subject"].clone();
    let wanted = json!({ "code": "AllSeatsOut", "subject": subject });
    let confirmed = fixture.change("POST", "/v1/alerts/acknowledge", &wanted).await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.text);
    assert!(
        confirmed.body["acknowledgedBy"]
            .as_str()
            .unwrap()
            .ends_with("root"),
        "{}",
        confirmed.text
    );
    let rows = fixture.get("/v1/alerts?code=AllSeatsOut").await;
    assert_eq!(
        rows.body["items"][0]["acknowledgedBy"],
        confirmed.body["acknowledgedBy"]
    );
    let unknown = json!({ "code": "AllSeatsOut", "subject": "other" });
    let unknown = fixture.change("POST", "/v1/alerts/acknowledge", &unknown).await;
    assert_eq!(unknown.code(), "AlertNotFound");
}

#[tokio::test]
async fn a_route_goes_through_its_life_and_shows_no_secret() {
    let fixture = fixture().await;
    let new = json!({ "name": "night", "address": "https://hook.example.net/x", "secret": "0123456789abcdef", "locale": "de-AT" });
    let added = fixture.change("POST", "/v1/alert-routes", &new).await;
    assert_eq!(added.status, 200, "{}", added.text);
    assert_eq!(
        (
            &added.body["kind"],
            &added.body["level"],
            &added.body["isSigned"],
            &added.body["locale"]
        ),
        (&json!("Webhook"), &json!("Alert"), &json!(true), &json!("de"))
    );
    assert!(!added.text.contains("0123456789abcdef"));
    assert_eq!(
        fixture.change("POST", "/v1/alert-routes", &new).await.code(),
        "AlertRouteExists"
    );
    let set = json!({ "address": "ops@example.net", "level": "Alarm", "silencedCodes": ["certificate*"], "silencedFeatures": ["TRIAL_*"], "secret": "" });
    let changed = fixture.change("PATCH", "/v1/alert-routes/night", &set).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(
        (&changed.body["kind"], &changed.body["isSigned"]),
        (&json!("Mail"), &json!(false))
    );
    // No mail server is configured: the test says so.
    let tested = fixture
        .change("POST", "/v1/alert-routes/night/test", &json!({}))
        .await;
    assert_eq!(tested.body["delivered"], false, "{}", tested.text);
    assert!(tested.body["reason"].as_str().unwrap().contains("no mail server"));
    for (field, value) in [
        ("address", json!("nobody")),
        ("address", json!("http://plain.example.net")),
        ("secret", json!("short")),
        ("certHash", json!("xyz")),
        ("silencedCodes", json!([""])),
        ("silencedCodes", json!(["Certificate*", "SeatsNearlyGone"])),
    ] {
        let refused = fixture
            .change("PATCH", "/v1/alert-routes/night", &json!({ field: value }))
            .await;
        assert_eq!(
            (refused.code(), &refused.body["target"]),
            ("InvalidRequest", &json!(field)),
            "{}",
            refused.text
        );
    }
    let gone = fixture
        .change("DELETE", "/v1/alert-routes/night", &json!({}))
        .await;
    assert_eq!(gone.status, 200, "{}", gone.text);
    let again = fixture
        .change("PATCH", "/v1/alert-routes/night", &json!({}))
        .await;
    assert_eq!(again.code(), "AlertRouteNotFound");
}

#[tokio::test]
async fn why_a_webhook_took_nothing_is_told_without_its_address() {
    let fixture = fixture().await;
    let new = json!({
        "name": "chat",
        "address": "https://127.0.0.1:1/hook/very-secret",
        "certHash": "00".repeat(32),
        "enabled": false,
    });
    assert_eq!(fixture.change("POST", "/v1/alert-routes", &new).await.status, 200);
    let tested = fixture
        .change("POST", "/v1/alert-routes/chat/test", &json!({}))
        .await;
    assert_eq!(
        (tested.status.as_u16(), &tested.body["delivered"]),
        (200, &json!(false))
    );
    let reason = tested.body["reason"].as_str().unwrap();
    assert!(!reason.is_empty() && !reason.contains("very-secret"), "{reason}");
}

#[tokio::test]
async fn who_may_only_read_sees_host_and_no_path_of_a_webhook() {
    let fixture = fixture().await;
    let address = "https://hooks.example.com:8443/services/T1/very-secret?key=more";
    for new in [
        json!({ "name": "chat", "address": address }),
        json!({ "name": "night", "address": "ops@example.net" }),
    ] {
        assert_eq!(fixture.change("POST", "/v1/alert-routes", &new).await.status, 200);
    }
    let set = json!({ "address": format!("{address}&again") });
    let changed = fixture.change("PATCH", "/v1/alert-routes/chat", &set).await;
    assert_eq!(changed.body["address"], format!("{address}&again"));

    let seen = fixture.get("/v1/alert-routes").await;
    assert_eq!(
        seen.body["items"][0]["address"],
        "https://hooks.example.com:8443/…"
    );
    assert_eq!(seen.body["items"][1]["address"], "ops@example.net");
    let audit = fixture.get("/v1/audit?vendor=server").await;
    assert!(audit.text.contains("hooks.example.com"), "{}", audit.text);
    for answer in [seen, audit] {
        assert!(!answer.text.contains("very-secret"), "{}", answer.text);
    }
    let full = fixture
        .send(
            "GET",
            "/v1/alert-routes?name=chat",
            As::Token(&fixture.full),
            None,
        )
        .await;
    assert_eq!(full.body["items"][0]["address"], format!("{address}&again"));
}

#[tokio::test]
async fn only_a_route_that_is_there_is_tried_and_recorded() {
    let fixture = fixture().await;
    let records = async || {
        let audit = fixture.get("/v1/audit?vendor=server").await;
        let rows = audit.body["items"].as_array().unwrap().iter();
        rows.filter(|row| row["operation"] == "TestAlertRoute").count()
    };
    let unknown = fixture
        .change("POST", "/v1/alert-routes/nowhere/test", &json!({}))
        .await;
    assert_eq!((unknown.code(), records().await), ("AlertRouteNotFound", 0));
    let new = json!({ "name": "night", "address": "ops@example.net" });
    assert_eq!(fixture.change("POST", "/v1/alert-routes", &new).await.status, 200);
    let tested = fixture
        .change("POST", "/v1/alert-routes/night/test", &json!({}))
        .await;
    assert_eq!(
        (tested.status.as_u16(), records().await),
        (200, 1),
        "{}",
        tested.text
    );
}

#[tokio::test]
async fn a_route_that_is_off_from_the_beginning_sends_nothing_until_it_is_on() {
    let fixture = fixture().await;
    let new = json!({ "name": "later", "address": "ops@example.net", "level": "Alarm", "enabled": false });
    let added = fixture.change("POST", "/v1/alert-routes", &new).await;
    assert_eq!(
        (added.status.as_u16(), &added.body["enabled"]),
        (200, &json!(false)),
        "{}",
        added.text
    );
    let waiting = async || {
        let rows = fixture.get("/v1/alert-routes").await;
        rows.body["items"][0]["waiting"].clone()
    };
    use_seats(&fixture, 10);
    fixture.alerts.look().await;
    assert_eq!(waiting().await, 0);
    fixture
        .change("PATCH", "/v1/alert-routes/later", &json!({ "enabled": true }))
        .await;
    let calm = json!({ "settings": ["alerts.calm_seconds=0"] });
    fixture.change("PATCH", "/v1/configuration", &calm).await;
    use_seats(&fixture, 1);
    fixture.alerts.look().await;
    use_seats(&fixture, 10);
    fixture.alerts.look().await;
    assert!(waiting().await.as_u64().unwrap() > 0);
}

#[tokio::test]
async fn one_cause_makes_one_message_and_silence_none() {
    let fixture = fixture().await;
    for (name, silenced) in [("all", json!([])), ("quiet", json!(["CAD_*"]))] {
        let new = json!({ "name": name, "address": "ops@example.net", "level": "Alarm", "silencedFeatures": silenced });
        assert_eq!(fixture.change("POST", "/v1/alert-routes", &new).await.status, 200);
    }
    let calm = json!({ "settings": ["alerts.calm_seconds=0"] });
    fixture.change("PATCH", "/v1/configuration", &calm).await;
    let waiting = async || {
        let rows = fixture.get("/v1/alert-routes").await;
        let rows = rows.body["items"].as_array().unwrap().clone();
        [0, 1].map(|at: usize| rows[at]["waiting"].as_u64().unwrap())
    };
    use_seats(&fixture, 10);
    for _ in 0..3 {
        fixture.alerts.look().await;
    }
    assert_eq!(waiting().await, [1, 0], "the cause is told once");
    use_seats(&fixture, 1);
    fixture.alerts.look().await;
    assert_eq!(waiting().await, [2, 0], "and once that it is over");
    use_seats(&fixture, 10);
    fixture.alerts.look().await;
    assert_eq!(waiting().await, [3, 0], "another cause is another message");
    fixture.daemons.answers.lock().unwrap().clear();
    fixture.alerts.look().await;
    let codes = codes(&fixture, "?code=AllSeatsOut").await;
    assert_eq!(codes, Vec::<String>::new());
    assert_eq!(
        waiting().await,
        [3, 0],
        "of a daemon that does not answer nothing is known"
    );
}
