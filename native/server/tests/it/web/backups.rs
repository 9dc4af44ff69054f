//! Backups over HTTP.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use licensing_server::backup::finish_restore;
use licensing_server::config::DataFolder;
use serde_json::{Value, json};

use super::{As, Fixture, fixture};

/// Makes a backup; its name.
async fn make(fixture: &Fixture) -> String {
    let made = fixture.change("POST", "/v1/backups", &json!({})).await;
    assert_eq!(made.status, 200, "{}", made.text);
    made.body["backup"].as_str().unwrap().to_owned()
}

/// Sends a backup to the server, in two pieces.
async fn send(fixture: &Fixture, name: &str, bytes: &[u8]) {
    let (one, two) = bytes.split_at(bytes.len() / 2);
    for (offset, part) in [(0, one), (one.len(), two)] {
        let sent = json!({ "backup": name, "offset": offset, "bytes": bytes.len(), "content": STANDARD.encode(part) });
        let answer = fixture.change("POST", "/v1/backups/write", &sent).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
}

#[tokio::test]
async fn a_backup_is_made_sent_checked_and_restored() {
    let fixture = fixture().await;
    let name = make(&fixture).await;
    let piece = fixture
        .change("POST", "/v1/backups/read", &json!({ "backup": name }))
        .await;
    let bytes = STANDARD.decode(piece.body["content"].as_str().unwrap()).unwrap();
    assert_eq!(piece.body["next"], piece.body["bytes"]);
    let checked = fixture
        .change("POST", "/v1/backups/test", &json!({ "backup": name }))
        .await;
    assert_eq!(
        (checked.status.as_u16(), &checked.body["withKeys"]),
        (200, &json!(false)),
        "{}",
        checked.text
    );

    send(&fixture, "copy.tar", &bytes).await;
    let out_of_turn = json!({ "backup": "copy.tar", "offset": 7, "bytes": 9, "content": "AAA=" });
    assert_eq!(
        fixture
            .change("POST", "/v1/backups/write", &out_of_turn)
            .await
            .code(),
        "InvalidRequest"
    );
    assert_eq!(
        fixture.get("/v1/backups").await.body["items"]
            .as_array()
            .unwrap()
            .len(),
        2
    );

    let extra = fixture.data.licenses().join("later.lic");
    std::fs::write(&extra, "# later\n").unwrap();
    let restored = fixture
        .change("POST", "/v1/backups/restore", &json!({ "backup": "copy.tar" }))
        .await;
    assert_eq!(
        (restored.status.as_u16(), &restored.body["restores"]),
        (200, &json!(true)),
        "{}",
        restored.text
    );
    assert!(extra.exists(), "nothing happens before the next start");
    let key = std::fs::read(fixture.data.certificate_files().key).unwrap();
    let data = fixture.data.clone();
    let done = finish_restore(&data, |_| Ok(())).unwrap().unwrap();
    assert_eq!(done.backup, "copy.tar");
    assert!(!extra.exists() && done.aside.join("licenses/later.lic").exists());
    assert_eq!(
        std::fs::read(data.certificate_files().key).unwrap(),
        key,
        "its keys stay"
    );
    assert!(finish_restore(&data, |_| Ok(())).unwrap().is_none());
}

#[tokio::test]
async fn a_restore_waits_until_it_is_in_the_audit() {
    let fixture = fixture().await;
    let name = make(&fixture).await;
    let restore = json!({ "backup": name });
    let restored = fixture.change("POST", "/v1/backups/restore", &restore).await;
    assert_eq!(restored.status, 200, "{}", restored.text);
    let extra = fixture.data.licenses().join("later.lic");
    std::fs::write(&extra, "# later\n").unwrap();

    // As a crash would: what is restored is in place, and there is no record of it.
    finish_restore(&fixture.data, |_| anyhow::bail!("the power is cut")).unwrap_err();
    assert!(!extra.exists());
    let mut recorded = Vec::new();
    let done = finish_restore(&fixture.data, |restored| {
        recorded.push(restored.clone());
        Ok(())
    })
    .unwrap()
    .unwrap();
    assert_eq!(done.backup, name);
    assert!(done.aside.join("licenses/later.lic").exists());
    assert_eq!(recorded, [done]);
    let again = finish_restore(&fixture.data, |_| panic!("it is recorded already"));
    assert!(again.unwrap().is_none());
}

#[tokio::test]
async fn a_restore_is_taken_back_and_what_is_no_backup_is_refused() {
    let fixture = fixture().await;
    let name = make(&fixture).await;
    let restore = json!({ "backup": name });
    assert_eq!(
        fixture
            .change("POST", "/v1/backups/restore", &restore)
            .await
            .status,
        200
    );
    let cancel = json!({ "backup": "", "cancel": true });
    let cancelled = fixture.change("POST", "/v1/backups/restore", &cancel).await;
    assert_eq!(
        (cancelled.status.as_u16(), &cancelled.body["restores"]),
        (200, &json!(false)),
        "{}",
        cancelled.text
    );
    assert!(finish_restore(&fixture.data, |_| Ok(())).unwrap().is_none());
    assert_eq!(
        fixture
            .change("POST", "/v1/backups/restore", &cancel)
            .await
            .code(),
        "BackupNotFound"
    );

    let junk = json!({ "backup": "junk.tar", "offset": 0, "bytes": 4, "content": "anVuaw==" });
    let refused = fixture.change("POST", "/v1/backups/write", &junk).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (422, "BackupFailed"));
    let kept = fixture.data.backups().join("junk.tar");
    assert!(!kept.exists(), "it takes no place among the archives");
    std::fs::write(&kept, "junk").unwrap();
    let checked = fixture
        .change("POST", "/v1/backups/test", &json!({ "backup": "junk.tar" }))
        .await;
    assert_eq!((checked.status.as_u16(), checked.code()), (422, "BackupFailed"));
    for name in ["../state/server.db", "none.tar", ".incoming-x.tar"] {
        let unknown = fixture
            .change("POST", "/v1/backups/read", &json!({ "backup": name }))
            .await;
        assert_eq!(unknown.code(), "BackupNotFound", "{name}");
    }
    let evil = json!({ "backup": "../x.tar", "offset": 0, "bytes": 1, "content": "AA==" });
    assert_eq!(
        fixture.change("POST", "/v1/backups/write", &evil).await.code(),
        "InvalidRequest"
    );
    let reader = fixture
        .send(
            "POST",
            "/v1/backups",
            As::Token(&fixture.read_only),
            Some(&json!({})),
        )
        .await;
    assert_eq!(reader.code(), "UserNotAuthorized");
}

#[tokio::test]
async fn a_restore_does_not_change_what_is_only_changed_on_the_server() {
    let fixture = fixture().await;
    let config = fixture.data.config_file();
    let own = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, format!("{own}[mail]\npassword_file = \"/etc/shadow\"\n")).unwrap();
    let name = make(&fixture).await;
    let restore = json!({ "backup": name });
    std::fs::write(&config, &own).unwrap();
    let refused = fixture.change("POST", "/v1/backups/restore", &restore).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (422, "BackupFailed"));
    assert!(refused.text.contains("mail.password_file"), "{}", refused.text);
    assert!(!fixture.data.restore().exists());
    assert!(finish_restore(&fixture.data, |_| Ok(())).unwrap().is_none());
}

#[tokio::test]
async fn one_archive_comes_in_at_a_time_and_has_room() {
    let fixture = fixture().await;
    let piece = |name: &str, offset: u64, bytes: u64| json!({ "backup": name, "offset": offset, "bytes": bytes, "content": "AAAA" });
    for (sent, status) in [
        (piece("one.tar", 0, 6), 200),
        (piece("two.tar", 0, 6), 200),
        (piece("one.tar", 3, 6), 400),
        // Taken, and then found to be no archive.
        (piece("two.tar", 3, 6), 422),
    ] {
        let answer = fixture.change("POST", "/v1/backups/write", &sent).await;
        assert_eq!(answer.status.as_u16(), status, "{sent}: {}", answer.text);
    }
    let incoming = std::fs::read_dir(fixture.data.backups())
        .unwrap()
        .filter(|entry| {
            let name = entry.as_ref().unwrap().file_name();
            name.to_string_lossy().starts_with('.')
        });
    assert_eq!(incoming.count(), 0);
}

#[tokio::test]
async fn every_download_of_an_archive_is_recorded_wherever_it_begins() {
    let fixture = fixture().await;
    let name = make(&fixture).await;
    let records = async || {
        let audit = fixture.get("/v1/audit?vendor=server").await;
        let rows = audit.body["items"].as_array().unwrap().iter();
        rows.filter(|row| row["operation"] == "GetBackupPiece").count()
    };
    for (offset, recorded) in [(1, 1), (0, 2)] {
        let piece = json!({ "backup": name, "offset": offset });
        let answer = fixture.change("POST", "/v1/backups/read", &piece).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(records().await, recorded, "from byte {offset}");
    }
}

fn kept_allocations(data: &DataFolder) -> Value {
    serde_json::from_slice(&std::fs::read(data.allocations()).unwrap()).unwrap()
}

#[tokio::test]
async fn the_secret_of_an_access_code_is_only_in_a_backup_with_keys() {
    let fixture = fixture().await;
    let wanted = json!({
        "accessCode": "LA-01234-56789-ABCDE-FGHJK-MNPQR",
        "entitlementId": "SO-4711-CAD",
        "count": 5,
    });
    let exported = fixture.change("POST", "/v1/allocations/request", &wanted).await;
    assert_eq!(exported.status, 200, "{}", exported.text);
    let kept = kept_allocations(&fixture.data);
    let secret = kept["records"][0]["codeSecret"].as_str().unwrap().to_owned();

    let mut names = Vec::new();
    for with_keys in [true, false] {
        let wanted = json!({ "withKeys": with_keys });
        let made = fixture.change("POST", "/v1/backups", &wanted).await;
        assert_eq!(made.status, 200, "{}", made.text);
        let name = made.body["backup"].as_str().unwrap().to_owned();
        let archive = std::fs::read(fixture.data.backups().join(&name)).unwrap();
        let has = |text: &str| archive.windows(text.len()).any(|part| part == text.as_bytes());
        assert!(has("management/allocations.json"));
        assert_eq!(has(&secret), with_keys);
        names.push(name);
    }

    let restore = json!({ "backup": names[1] });
    let restored = fixture.change("POST", "/v1/backups/restore", &restore).await;
    assert_eq!(restored.status, 200, "{}", restored.text);
    finish_restore(&fixture.data, |_| Ok(())).unwrap().unwrap();
    assert_eq!(
        kept_allocations(&fixture.data),
        kept,
        "the server keeps the secret that it has"
    );
}
