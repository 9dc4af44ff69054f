//! License files over HTTP.

use std::fs;

use serde_json::{Value, json};

use super::{As, Fixture, fixture, upload};

const SEATS: &str = "INCREMENT CAD_PRO_CCU ACME 2027.0101 permanent 10";

async fn import(fixture: &Fixture, name: &str, bytes: &[u8]) -> super::Answer {
    fixture
        .change("POST", "/v1/license-files", &upload(name, bytes))
        .await
}

fn stored(fixture: &Fixture) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(fixture.data.licenses())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_file_is_explained_imported_listed_and_removed() {
    let fixture = fixture().await;
    let bytes = fixture.license(SEATS);
    let body = upload("acme.lic", &bytes);
    let explained = fixture
        .send(
            "POST",
            "/v1/license-files/explain",
            As::Token(&fixture.read_only),
            Some(&body),
        )
        .await;
    assert_eq!(explained.body["acceptable"], true, "{}", explained.text);
    let lines = explained.body["lines"].as_array().unwrap();
    let grant = lines.iter().find(|line| line["keyword"] == "INCREMENT").unwrap();
    assert_eq!(grant["signature"], "Valid");
    assert!(
        grant["text"].as_str().unwrap().starts_with("Grants 10 seats of "),
        "{grant}"
    );
    assert!(stored(&fixture).is_empty());

    let imported = import(&fixture, "acme.lic", &bytes).await;
    assert_eq!(imported.status, 200, "{}", imported.text);
    assert_eq!(imported.body["effects"], explained.body["effects"]);
    assert_eq!(imported.body["effects"][0]["countBefore"], 0);
    assert_eq!(imported.body["effects"][0]["countAfter"], 10);
    assert_eq!(imported.body["replaced"], false);
    assert_eq!(imported.body["signature"], "Valid");
    assert_eq!(fs::read(fixture.data.licenses().join("acme.lic")).unwrap(), bytes);
    assert_eq!(*fixture.daemons.rereads.lock().unwrap(), 1);

    let rows = fixture.get("/v1/license-files?fileName=ac*").await;
    let row = &rows.body["items"][0];
    assert_eq!(
        (&row["fileName"], &row["increments"]),
        (&json!("acme.lic"), &json!(1))
    );
    assert_eq!(row["vendors"], json!(["ACME"]));
    assert_eq!(row["findings"], json!([]), "{}", rows.text);

    let path = "/v1/license-files/acme.lic";
    let removed = fixture.send("DELETE", path, As::Token(&fixture.full), None).await;
    assert_eq!(removed.body["effects"][0]["countAfter"], 0, "{}", removed.text);
    assert!(stored(&fixture).is_empty());
    let again = fixture.send("DELETE", path, As::Token(&fixture.full), None).await;
    assert_eq!((again.status.as_u16(), again.code()), (404, "FileNotFound"));
}

#[tokio::test]
async fn a_file_is_only_replaced_when_that_is_asked_for() {
    let fixture = fixture().await;
    assert_eq!(
        import(&fixture, "acme.lic", &fixture.license(SEATS)).await.status,
        200
    );
    let more = fixture.license("INCREMENT CAD_PRO_CCU ACME 2027.0101 permanent 25");
    for name in ["acme.lic", "ACME.LIC"] {
        let answer = import(&fixture, name, &more).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (409, "FileAlreadyExists"),
            "{name}"
        );
    }
    let mut body = upload("ACME.lic", &more);
    body["overwrite"] = Value::Bool(true);
    let replaced = fixture.change("POST", "/v1/license-files", &body).await;
    assert_eq!(replaced.body["replaced"], true, "{}", replaced.text);
    assert_eq!(replaced.body["effects"][0]["countBefore"], 10);
    assert_eq!(replaced.body["effects"][0]["countAfter"], 25);
    assert_eq!(stored(&fixture), ["acme.lic"]);
}

#[tokio::test]
async fn what_fails_its_checks_changes_nothing() {
    let fixture = fixture().await;
    let good = fixture.license(SEATS);
    assert_eq!(import(&fixture, "good.lic", &good).await.status, 200);
    let changed = String::from_utf8(good.clone()).unwrap().replace(" 10", " 99");
    let unsigned = format!("SERVER this_host ANY\nVENDOR ACME\n{SEATS}1\n");
    let stranger = licensing_license_file::signing::IssuerKey::from_random(&zeroize::Zeroizing::new([9; 32]))
        .sign_file(&licensing_license_file::license_file::parse(unsigned.as_bytes()));
    let cases: [(&str, Vec<u8>, &str); 8] = [
        ("empty", Vec::new(), "no line that grants"),
        ("junk", vec![0xff, 0, b'\\', b'\n', 0x80], "no line that grants"),
        ("changed", changed.into_bytes(), "changed after it was signed"),
        ("unsigned", unsigned.into_bytes(), "None of its signatures"),
        ("unknown issuer", stranger, "None of its signatures"),
        (
            "other host",
            fixture.license_for("other.example.test", &format!("{SEATS}2")),
            "another host",
        ),
        (
            "expired",
            fixture.license("INCREMENT CAD_PRO_CCU ACME 2020.0101 1-jan-2021 10"),
            "has expired",
        ),
        ("installed already", good, "installed already"),
    ];
    for (what, bytes, reason) in cases {
        let mut body = upload("new.lic", &bytes);
        let refused = fixture.change("POST", "/v1/license-files", &body).await;
        assert_eq!(
            (refused.status.as_u16(), refused.code()),
            (422, "InvalidLicenseFile"),
            "{what}: {}",
            refused.text
        );
        assert!(refused.detail().contains(reason), "{what}: {}", refused.detail());
        let explained = fixture.change("POST", "/v1/license-files/explain", &body).await;
        assert_eq!(explained.body["acceptable"], false, "{what}");
        // Nor may it take the place of what is served.
        if what != "installed already" {
            body = upload("good.lic", &bytes);
            body["overwrite"] = Value::Bool(true);
            let refused = fixture.change("POST", "/v1/license-files", &body).await;
            assert_eq!(refused.code(), "InvalidLicenseFile", "{what}");
        }
    }
    assert_eq!(stored(&fixture), ["good.lic"]);
    assert_eq!(*fixture.daemons.rereads.lock().unwrap(), 1);
}

#[tokio::test]
async fn one_bad_line_does_not_lose_the_others() {
    let fixture = fixture().await;
    let text = format!("{SEATS}\nINCREMENT BROKEN\nINCREMENT OLD_PRO_CCU ACME 1.0 1-jan-2021 5");
    let imported = import(&fixture, "mixed.lic", &fixture.license(&text)).await;
    assert_eq!(imported.status, 200, "{}", imported.text);
    let findings = imported.body["findings"].as_array().unwrap();
    assert!(findings.len() >= 2, "{findings:?}");
}

#[tokio::test]
async fn names_never_leave_the_folder() {
    let fixture = fixture().await;
    let bytes = fixture.license(SEATS);
    let outside = fixture.data.root().join("outside.lic");
    fs::write(&outside, "kept").unwrap();
    for name in [
        "../outside.lic",
        "..\\outside.lic",
        "/etc/passwd",
        "a/b.lic",
        "x.txt",
        ".lic",
        "..",
        "nul.lic",
        "a\u{0}.lic",
        "%2e%2e%2foutside.lic",
        "C:\\a.lic",
        "a.lic:b.lic",
    ] {
        let answer = import(&fixture, name, &bytes).await;
        assert_eq!(answer.code(), "InvalidRequest", "{name:?}");
    }
    for path in [
        "/v1/license-files/..%2Foutside.lic",
        "/v1/license-files/..%5Coutside.lic",
        "/v1/license-files/%2e%2e%2foutside.lic",
        "/v1/license-files/../outside.lic",
    ] {
        let answer = fixture.send("DELETE", path, As::Token(&fixture.full), None).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text);
    }
    let answer = fixture
        .send(
            "DELETE",
            "/v1/license-files/a%00.lic",
            As::Token(&fixture.full),
            None,
        )
        .await;
    assert_eq!(answer.status, 404);
    assert_eq!(fs::read(outside).unwrap(), b"kept");
    assert!(stored(&fixture).is_empty());
}

#[tokio::test]
async fn the_largest_file_is_taken_and_a_larger_one_is_not() {
    let fixture = fixture().await;
    let mut bytes = fixture.license(SEATS);
    let comment = [b"# filler ".repeat(60), b"\n".to_vec()].concat();
    while bytes.len() + comment.len() <= licensing_api::license_file::MAX_LICENSE_FILE_BYTES {
        bytes.extend_from_slice(&comment);
    }
    assert_eq!(import(&fixture, "large.lic", &bytes).await.status, 200);
    bytes.extend_from_slice(&comment);
    let answer = import(&fixture, "larger.lic", &bytes).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (413, "RequestTooLarge"));
    assert_eq!(stored(&fixture), ["large.lic"]);
}

#[tokio::test]
async fn files_placed_by_hand_are_reported() {
    let fixture = fixture().await;
    let folder = fixture.data.licenses();
    fs::write(folder.join("byhand (1).lic"), fixture.license(SEATS)).unwrap();
    fs::write(folder.join("bad.lic"), "INCREMENT NONSENSE\n").unwrap();
    let rows = fixture.get("/v1/license-files").await;
    let finding = |row: &Value| row["findings"].to_string();
    let items = rows.body["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert!(
        items.iter().all(|row| finding(row).contains("by hand")),
        "{}",
        rows.text
    );
    let alerts = fixture.get("/v1/alerts").await;
    assert!(
        alerts.text.contains("LicenseFileNotUsed") && alerts.text.contains("bad.lic"),
        "{}",
        alerts.text
    );
    assert!(!alerts.text.contains("byhand"), "{}", alerts.text);

    assert_eq!(
        import(
            &fixture,
            "new.lic",
            &fixture.license("INCREMENT NEW_PRO_CCU ACME 1.0 permanent 1")
        )
        .await
        .status,
        200
    );
    let mut bytes = fs::read(folder.join("new.lic")).unwrap();
    bytes.extend_from_slice(b"# note of an administrator\n");
    fs::write(folder.join("new.lic"), bytes).unwrap();
    let rows = fixture.get("/v1/license-files?fileName=new.lic").await;
    assert!(
        finding(&rows.body["items"][0]).contains("changed by hand"),
        "{}",
        rows.text
    );

    let path = "/v1/license-files/byhand%20(1).lic";
    let removed = fixture.send("DELETE", path, As::Token(&fixture.full), None).await;
    assert_eq!(removed.status, 200, "{}", removed.text);
}

#[tokio::test]
async fn an_import_tells_when_a_daemon_does_not_follow() {
    let fixture = fixture().await;
    *fixture.daemons.reread_fails.lock().unwrap() = true;
    let imported = import(&fixture, "acme.lic", &fixture.license(SEATS)).await;
    assert_eq!(imported.status, 200, "{}", imported.text);
    assert!(
        imported.body["findings"]
            .to_string()
            .contains("ACME does not answer")
    );
    let path = "/v1/license-files/acme.lic";
    let removed = fixture.send("DELETE", path, As::Token(&fixture.full), None).await;
    assert_eq!(removed.code(), "CitrixLicensingVendorOrServiceDown");
    assert!(removed.detail().contains("is removed"), "{}", removed.detail());
}
