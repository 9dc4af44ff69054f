//! What the vendor daemons know, put together.

use licensing_api::operation::{AnsweredBy, Method, TABLE};
use serde_json::{Value, json};

use super::{As, fixture};

pub(super) fn pool(vendor: &str, feature: &str, serial_numbers: &[&str]) -> Value {
    json!({
        "licenseProductName": "CAD", "localizedLicenseProductName": "CAD", "licenseEdition": "PRO",
        "licenseLocalizedEdition": "PRO", "licenseExpirationDate": null,
        "licenseSubscriptionAdvantageDate": "2027-01-01", "licenseType": "Retail",
        "localizedLicenseType": "Retail", "licensesInUse": 1, "licensesAvailable": 10, "licenseOverdraft": 0,
        "licenseModel": "CCU", "localizedLicenseModel": "CCU", "feature": feature, "vendor": vendor,
        "version": "2027.0101", "free": 9, "overdraftInUse": 0, "reserved": 0, "borrowed": 0, "burst": 0, "queued": 0, "uncounted": false, "status": "Serving",
        "vendorString": "", "hostIds": [], "poolId": "00",
        "signature": "Valid", "serialNumbers": serial_numbers, "files": ["a.lic"],
    })
}

fn features(answer: &super::Answer) -> Vec<&str> {
    let items = answer.body["items"].as_array().expect("rows");
    items.iter().map(|row| row["feature"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_empty_server_says_that_nothing_is_installed() {
    let fixture = fixture().await;
    let answer = fixture.get("/v1/inventory").await;
    assert_eq!((answer.status.as_u16(), answer.code()), (404, "NoInventory"));
    let answer = fixture.get("/v1/usage").await;
    assert_eq!(answer.body, json!({ "items": [] }));
}

#[tokio::test]
async fn rows_of_all_vendors_come_together_and_one_silent_daemon_is_no_silence() {
    let fixture = fixture().await;
    let daemons = &fixture.daemons;
    daemons.serve(
        "ACME",
        "GetInventory",
        json!({ "items": [pool("ACME", "CAD_PRO_CCU", &["SN-1"])] }),
    );
    daemons.serve(
        "BOLT",
        "GetInventory",
        json!({ "items": [pool("BOLT", "NUT_STD_CCU", &["SN-2"])] }),
    );
    assert_eq!(
        features(&fixture.get("/v1/inventory").await),
        ["CAD_PRO_CCU", "NUT_STD_CCU"]
    );
    assert_eq!(
        features(&fixture.get("/v1/inventory?vendor=bolt").await),
        ["NUT_STD_CCU"]
    );
    {
        let asked = daemons.asked.lock().unwrap();
        let (vendor, operation, _, actor) = asked.last().unwrap();
        assert_eq!((vendor.as_str(), operation.as_str()), ("BOLT", "GetInventory"));
        assert_eq!(actor, "LIC01\\root");
    }
    daemons
        .answers
        .lock()
        .unwrap()
        .retain(|(vendor, _, _)| vendor != "BOLT");
    let answer = fixture.get("/v1/inventory").await;
    assert_eq!(features(&answer), ["CAD_PRO_CCU"]);
    let problems = answer.body["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 1, "{}", answer.text);
    assert_eq!(problems[0]["code"], "CitrixLicensingVendorOrServiceDown");
    assert_eq!(problems[0]["target"], "BOLT");
    let answer = fixture.get("/v1/inventory?vendor=ACME").await;
    assert_eq!(features(&answer), ["CAD_PRO_CCU"]);
    assert_eq!(answer.body.get("problems"), None);
}

#[tokio::test]
async fn pools_of_a_feature_are_added_up() {
    let fixture = fixture().await;
    let mut newer = pool("ACME", "CAD_PRO_CCU", &[]);
    newer["licensesAvailable"] = json!(4);
    newer["licenseExpirationDate"] = json!("2027-03-31");
    let items = json!([
        pool("ACME", "CAD_PRO_CCU", &[]),
        newer,
        pool("ACME", "REP_STD_CCU", &[])
    ]);
    fixture
        .daemons
        .serve("ACME", "GetInventory", json!({ "items": items }));
    let answer = fixture.get("/v1/features?vendor=acme").await;
    assert_eq!(features(&answer), ["CAD_PRO_CCU", "REP_STD_CCU"]);
    let total = &answer.body["items"][0];
    assert_eq!(
        (
            &total["installed"],
            &total["inUse"],
            &total["free"],
            &total["pools"],
            &total["expires"]
        ),
        (&json!(14), &json!(2), &json!(18), &json!(2), &json!("2027-03-31"))
    );
    fixture
        .daemons
        .serve("ACME", "GetInventory", json!({ "items": [] }));
    fixture
        .daemons
        .serve("BOLT", "GetInventory", json!({ "items": [] }));
    assert_eq!(fixture.get("/v1/features").await.code(), "NoInventory");
}

#[tokio::test]
async fn where_no_daemon_answers_there_is_no_list() {
    let fixture = fixture().await;
    for vendor in ["ACME", "BOLT"] {
        fixture.daemons.serve(vendor, "GetServerInfo", json!({}));
    }
    for info in TABLE {
        if matches!(info.answered, AnsweredBy::Daemons { .. }) && info.method == Method::Get {
            let answer = fixture.get(info.path).await;
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (503, "CitrixLicensingVendorOrServiceDown"),
                "{}",
                info.name
            );
            let targets: Vec<_> = answer.body["problems"]
                .as_array()
                .unwrap()
                .iter()
                .map(|problem| &problem["target"])
                .collect();
            assert_eq!(targets, ["ACME", "BOLT"], "{}", info.name);
        }
    }
    let answer = fixture.get("/v1/usage?vendor=bolt").await;
    assert_eq!(
        (answer.status.as_u16(), &answer.body["target"]),
        (503, &json!("BOLT"))
    );
    assert_eq!(answer.body.get("problems"), None);
}

#[tokio::test]
async fn rows_that_nobody_reads_arrive_as_the_daemons_wrote_them() {
    let fixture = fixture().await;
    let daemons = &fixture.daemons;
    daemons.serve(
        "ACME",
        "GetQueue",
        json!({ "items": [{ "user": "a]" }, { "user": "b", "newer": [1] }] }),
    );
    daemons.serve("BOLT", "GetQueue", json!({ "items": [] }));
    daemons.serve("CORK", "GetQueue", json!({ "items": [{ "user": "[c" }] }));
    daemons.serve("DENT", "GetQueue", json!({ "items": { "user": "d" } }));
    daemons.serve("EDGE", "GetQueue", json!("odd"));
    let answer = fixture.get("/v1/queue").await;
    assert_eq!(
        answer.body["items"],
        json!([{ "user": "a]" }, { "user": "b", "newer": [1] }, { "user": "[c" }]),
        "{}",
        answer.text
    );
    let problems = answer.body["problems"].as_array().unwrap();
    let targets: Vec<_> = problems.iter().map(|problem| &problem["target"]).collect();
    assert_eq!(targets, ["DENT", "EDGE"], "{}", answer.text);
}

/// Where a list of holders begins.
const FIRST: &str = "manager.ListHolders {\"lease\":0}";

#[tokio::test]
async fn short_lists_of_holders_are_sent_whole() {
    let fixture = fixture().await;
    let daemons = &fixture.daemons;
    let rows = json!([{ "user": "a]" }, { "user": "b", "newer": [1] }]);
    daemons.serve("ACME", FIRST, json!({ "items": rows, "next": null }));
    daemons.serve("BOLT", FIRST, json!({ "items": [], "next": null }));
    daemons.serve("CORK", FIRST, json!({ "items": { "user": "c" }, "next": null }));
    let answer = fixture.get("/v1/usage?user=a*").await;
    assert_eq!(answer.body["items"], rows, "{}", answer.text);
    assert_eq!(answer.body["problems"][0]["target"], "CORK");
    assert!(answer.headers.contains_key("content-length"));
    let asked = daemons.asked.lock().unwrap();
    assert_eq!(asked[0].2["request"]["user"], json!(["a*"]));
}

#[tokio::test]
async fn long_lists_of_holders_are_sent_part_by_part() {
    let fixture = fixture().await;
    let daemons = &fixture.daemons;
    let part = |users: &[&str], next: Value| {
        let rows: Vec<Value> = users.iter().map(|user| json!({ "user": user })).collect();
        json!({ "items": rows, "next": next })
    };
    daemons.serve("ACME", FIRST, part(&["a", "b"], json!({ "lease": 2048 })));
    let second = "manager.ListHolders {\"lease\":2048}";
    daemons.serve("ACME", second, part(&[], json!({ "assignment": 0 })));
    let last = "manager.ListHolders {\"assignment\":0}";
    daemons.serve("ACME", last, part(&["c"], Value::Null));
    // This one ends before its second part.
    daemons.serve("BOLT", FIRST, part(&["d"], json!({ "lease": 2048 })));
    let answer = fixture.get("/v1/usage").await;
    assert_eq!(answer.status.as_u16(), 200);
    assert_eq!(
        answer.body["items"],
        json!([{ "user": "a" }, { "user": "b" }, { "user": "c" }, { "user": "d" }]),
        "{}",
        answer.text
    );
    let problems = answer.body["problems"].as_array().unwrap();
    assert_eq!((problems.len(), &problems[0]["target"]), (1, &json!("BOLT")));
    assert!(!answer.headers.contains_key("content-length"));
}

#[tokio::test]
async fn serial_numbers_that_come_back_are_found_across_vendors_and_in_one_pool() {
    let fixture = fixture().await;
    let acme = json!({ "items": [
        pool("ACME", "SHARED_PRO_CCU", &["SN-1"]),
        pool("ACME", "ALONE_PRO_CCU", &["SN-2"]),
        pool("ACME", "TWICE_PRO_CCU", &["SN-3", "SN-3"]),
    ] });
    fixture.daemons.serve("ACME", "GetInventory", acme);
    let bolt = json!({ "items": [pool("BOLT", "OTHER_PRO_CCU", &["sn-1"])] });
    fixture.daemons.serve("BOLT", "GetInventory", bolt);
    let answer = fixture.get("/v1/inventory?checkForSameSerialNumber=true").await;
    assert_eq!(
        features(&answer),
        ["OTHER_PRO_CCU", "SHARED_PRO_CCU", "TWICE_PRO_CCU"]
    );
    let answer = fixture
        .get("/v1/inventory?checkForSameSerialNumber=true&vendor=BOLT")
        .await;
    assert_eq!(features(&answer), ["OTHER_PRO_CCU"]);
}

#[tokio::test]
async fn readiness_follows_the_daemons() {
    let fixture = fixture().await;
    fixture
        .daemons
        .serve("ACME", "GetInventory", json!({ "items": [] }));
    let ready = async || {
        fixture
            .send("GET", "/readyz", As::Nobody, None)
            .await
            .status
            .as_u16()
    };
    assert_eq!(ready().await, 200);
    fixture.daemons.vendors.lock().unwrap()[0].state = licensing_api::server::DaemonState::BackOff;
    assert_eq!(ready().await, 503);
    let info = fixture.get("/v1/server").await;
    assert_eq!(info.body["vendorDaemons"][0]["state"], "BackOff");
}

#[tokio::test]
async fn errors_are_explained_in_two_languages() {
    let fixture = fixture().await;
    let english = fixture.get("/v1/errors").await;
    let german = fixture.get("/v1/errors?locale=de-AT").await;
    let (english, german) = (
        english.body["items"].as_array().unwrap().clone(),
        german.body["items"].as_array().unwrap().clone(),
    );
    assert!(english.len() >= licensing_api::ErrorCode::ALL.len());
    assert_eq!(german.len(), english.len());
    for (one, other) in english.iter().zip(&german) {
        assert_eq!(one["code"], other["code"]);
        assert_ne!(one["title"], other["title"], "{}", one["code"]);
    }
    let one = fixture.get("/v1/errors?code=NoInventory").await;
    assert_eq!(one.body["items"][0]["number"], 12);
    assert_eq!(fixture.get("/v1/errors?code=zzz").await.code(), "InvalidFilter");
    assert_eq!(
        fixture.get("/v1/errors?locale=xx").await.code(),
        "LocaleUnsupported"
    );
}

#[tokio::test]
async fn names_are_readable_in_the_language_asked_for() {
    let fixture = fixture().await;
    let row = pool("ACME", "XDT_PLT_CCU", &[]);
    fixture
        .daemons
        .serve("ACME", "GetInventory", json!({ "items": [row] }));
    let model = async |locale: &str| {
        let answer = fixture.get(&format!("/v1/inventory?locale={locale}")).await;
        answer.body["items"][0]["localizedLicenseModel"].clone()
    };
    let (english, german) = (model("en").await, model("de").await);
    assert!(
        english.is_string() && english != "CCU" && german != english,
        "{english} {german}"
    );
    assert_eq!(
        fixture.get("/v1/inventory?locale=xx").await.code(),
        "LocaleUnsupported"
    );

    let bytes = fixture.license("INCREMENT CAD_PRO_CCU ACME 1.0 permanent 1");
    let imported = fixture
        .change("POST", "/v1/license-files", &super::upload("a.lic", &bytes))
        .await;
    assert_eq!(imported.status, 200, "{}", imported.text);
    let names = fixture.get("/v1/names?locale=EN").await;
    assert!(
        names.text.contains("CAD_PRO_CCU") && names.text.contains("Retail"),
        "{}",
        names.text
    );
    assert_eq!(names.body["locale"], "en");
}

#[tokio::test]
async fn daemons_tell_how_busy_they_are_and_one_that_is_down_is_still_listed() {
    let fixture = fixture().await;
    let figures = json!({
        "leases": 3, "granted": 5, "denied": [], "auditRecords": 9, "commits": [], "commitSeconds": 0.5,
        "queued": 2, "connections": 1,
    });
    fixture.daemons.serve("ACME", "manager.Figures", figures);
    fixture.daemons.serve("BOLT", "GetUsage", json!({ "items": [] }));
    let answer = fixture.get("/v1/vendor-daemons").await;
    let rows = answer.body["items"].as_array().unwrap();
    let busy: Vec<_> = rows
        .iter()
        .map(|row| (&row["vendor"], &row["leases"], &row["queued"]))
        .collect();
    assert_eq!(
        busy,
        [
            (&json!("ACME"), &json!(3), &json!(2)),
            (&json!("BOLT"), &Value::Null, &Value::Null)
        ],
        "{}",
        answer.text
    );
    assert_eq!(answer.body["problems"][0]["target"], "BOLT");
    let answer = fixture.get("/v1/vendor-daemons?vendor=acme").await;
    assert_eq!(answer.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(answer.body.get("problems"), None);
}
