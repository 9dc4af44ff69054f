//! Get, test, set, delete and export.

use jiff::Timestamp;
use licensing_api::error::ErrorCategory;
use licensing_api::{ErrorCode, OperationId, Problem};
use licensing_dsc::{Desired, Engine, Report, find};
use serde_json::{Value, json};

use crate::played::Played;

fn now() -> Timestamp {
    "2026-12-01T00:00:00Z".parse().unwrap()
}

fn desired(resource: &str, state: &Value) -> Desired {
    Desired::parse(find(resource).unwrap(), state.to_string().as_bytes()).unwrap()
}

fn engine<'a>(resource: &str, server: &'a Played) -> Engine<'a, Played> {
    Engine::new(find(resource).unwrap(), server, now())
}

async fn test(resource: &str, server: &Played, state: Value) -> Report {
    engine(resource, server)
        .test(desired(resource, &state))
        .await
        .unwrap()
}

async fn set(resource: &str, server: &Played, state: Value) -> Result<Report, Problem> {
    engine(resource, server)
        .set(desired(resource, &state), false)
        .await
}

fn names(report: &Report) -> Vec<&str> {
    report
        .differences
        .iter()
        .map(|difference| difference.property.as_str())
        .collect()
}

fn account(name: &str, level: &str) -> Value {
    json!({
        "account": name, "accountSid": "S-1-5-21-7", "group": false, "permissions": level, "passwordSet": true, "ntlm": false,
    })
}

fn token(id: &str, name: &str, level: &str, expires: &str) -> Value {
    json!({
        "tokenId": id, "name": name, "account": "LIC01\\admin", "scope": "Product", "permissions": level,
        "created": "2026-01-01T00:00:00Z", "expires": expires,
    })
}

#[tokio::test]
async fn what_is_not_there_is_made_once() {
    let server = Played::default();
    let state = json!({ "account": "anna", "permissions": "Full", "password": "a very long password" });
    let report = test("Administrator", &server, state.clone()).await;
    assert!(!report.in_desired_state);
    assert_eq!(names(&report), ["_exist"]);
    assert_eq!(
        report.differences[0].reason,
        "The account anna does not exist and should."
    );
    assert_eq!(
        report.after,
        *json!({ "account": "anna", "_exist": false }).as_object().unwrap()
    );

    let report = set("Administrator", &server, state.clone()).await.unwrap();
    assert_eq!(
        report.steps,
        ["Add the account anna: permissions Full, password."]
    );
    assert_eq!(report.after["account"], "LIC01\\anna");
    assert_eq!(report.after["_exist"], true);
    assert!(
        !serde_json::to_string(&report)
            .unwrap()
            .contains("a very long password")
    );

    assert!(
        test("Administrator", &server, state.clone())
            .await
            .in_desired_state
    );
    let again = set("Administrator", &server, state).await.unwrap();
    assert!(again.in_desired_state && again.steps.is_empty());
    assert_eq!(server.changes().len(), 1, "the second time changes nothing");
}

#[tokio::test]
async fn only_what_differs_is_changed() {
    let server = Played::default().with(
        OperationId::GetAdministrators,
        &[
            account("LIC01\\admin", "Full"),
            account("EXAMPLE\\anna", "ReadOnly"),
        ],
    );
    let state = json!({ "account": "anna@example", "permissions": "Full", "ntlm": false });
    let report = set("Administrator", &server, state).await.unwrap();
    assert_eq!(names(&report), ["permissions"]);
    assert_eq!(
        report.differences[0].reason,
        "permissions is ReadOnly and should be Full."
    );
    assert_eq!(
        server.changes(),
        [(
            "SetAdministrator",
            json!({ "identity": "EXAMPLE\\anna", "permissions": "Full", "keepTokens": true })
        )]
    );
}

#[tokio::test]
async fn the_same_name_in_another_domain_is_another_account() {
    let server = Played::default().with(
        OperationId::GetAdministrators,
        &[account("EXAMPLE\\anna", "Full")],
    );
    let report = test("Administrator", &server, json!({ "account": "anna" })).await;
    assert_eq!(names(&report), ["_exist"]);
}

#[tokio::test]
async fn a_password_is_set_where_there_is_none_and_never_replaced() {
    let mut without = account("LIC01\\anna", "ReadOnly");
    without["passwordSet"] = false.into();
    let server = Played::default().with(OperationId::GetAdministrators, &[without]);
    let state = json!({ "account": "anna", "password": { "secureString": "a very long password" } });
    let report = set("Administrator", &server, state.clone()).await.unwrap();
    assert_eq!(names(&report), ["password"]);
    assert_eq!(report.differences[0].reason, "password is not set and should be.");
    assert_eq!(server.changes()[0].1["password"], "a very long password");
    let other = json!({ "account": "anna", "password": "quite another password" });
    assert!(
        set("Administrator", &server, other)
            .await
            .unwrap()
            .in_desired_state
    );
}

#[tokio::test]
async fn what_if_says_what_would_be_done_and_does_nothing() {
    let server = Played::default().with(
        OperationId::GetAdministrators,
        &[account("LIC01\\anna", "ReadOnly")],
    );
    let state = desired(
        "Administrator",
        &json!({ "account": "anna", "permissions": "Full" }),
    );
    let report = engine("Administrator", &server).set(state, true).await.unwrap();
    assert_eq!(report.steps, ["Change the account anna: permissions Full."]);
    assert_eq!(report.before["permissions"], "ReadOnly");
    assert_eq!(report.after["permissions"], "Full");
    let gone = desired("Administrator", &json!({ "account": "anna" }));
    let report = engine("Administrator", &server).delete(gone, true).await.unwrap();
    assert_eq!(report.steps, ["Remove the account anna."]);
    assert_eq!(report.after["_exist"], false);
    assert!(server.changes().is_empty());
}

#[tokio::test]
async fn what_should_not_be_there_is_removed_once() {
    let server = Played::default().with(
        OperationId::GetAdministrators,
        &[account("LIC01\\anna", "ReadOnly")],
    );
    let state = json!({ "account": "anna", "_exist": false });
    let report = set("Administrator", &server, state.clone()).await.unwrap();
    assert_eq!(
        report.differences[0].reason,
        "The account anna exists and should not."
    );
    assert!(
        set("Administrator", &server, state)
            .await
            .unwrap()
            .in_desired_state
    );
    assert_eq!(server.changes().len(), 1);
}

#[tokio::test]
async fn a_fixed_property_is_refused_where_nothing_is_made_anew() {
    let server = Played::default().with(OperationId::GetAdministrators, &[account("LIC01\\anna", "Full")]);
    let state = json!({ "account": "anna", "group": true });
    let problem = set("Administrator", &server, state).await.unwrap_err();
    assert_eq!(problem.code, ErrorCode::InvalidRequest);
    assert!(problem.detail.contains("cannot be changed"), "{problem}");
    assert!(server.changes().is_empty());
}

#[tokio::test]
async fn a_token_is_made_anew_before_the_old_one_ends_and_its_secret_kept() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    let server = Played::default().with(
        OperationId::GetTokens,
        &[
            token("old", "scrape", "ReadOnly", "2027-01-01T00:00:00Z"),
            token("other", "deploy", "ReadOnly", "2027-01-01T00:00:00Z"),
        ],
    );
    let state = json!({ "name": "scrape", "permissions": "Full", "days": 30, "secretFile": file });
    let report = set("Token", &server, state.clone()).await.unwrap();
    let changes: Vec<_> = server.changes();
    assert_eq!(
        changes,
        [
            (
                "NewToken",
                json!({ "name": "scrape", "scope": "Product", "permissions": "Full", "days": 30 })
            ),
            ("RemoveToken", json!({ "tokenId": "old" })),
        ],
        "what is not given stays as it was"
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "lst_new-1.very-secret\n");
    assert!(!serde_json::to_string(&report).unwrap().contains("very-secret"));
    assert_eq!(report.after["tokenId"], "new-1");
    assert!(set("Token", &server, state).await.unwrap().in_desired_state);
    assert_eq!(server.changes().len(), 2);
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_of_a_secret_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    let state = json!({ "name": "scrape", "secretFile": file });
    set("Token", &Played::default(), state).await.unwrap();
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn a_token_that_has_ended_counts_as_gone() {
    let server = Played::default().with(
        OperationId::GetTokens,
        &[token("old", "scrape", "ReadOnly", "2026-11-30T00:00:00Z")],
    );
    let report = test("Token", &server, json!({ "name": "scrape" })).await;
    assert_eq!(names(&report), ["_exist"]);
}

#[tokio::test]
async fn no_token_is_made_whose_secret_would_be_lost() {
    let server = Played::default();
    let problem = set("Token", &server, json!({ "name": "scrape" }))
        .await
        .unwrap_err();
    assert_eq!(problem.code, ErrorCode::InvalidRequest);
    assert!(problem.detail.contains("secretFile is missing"), "{problem}");
    let nowhere = tempfile::tempdir().unwrap().path().join("gone/token");
    let problem = set(
        "Token",
        &server,
        json!({ "name": "scrape", "secretFile": nowhere }),
    )
    .await
    .unwrap_err();
    assert_eq!(problem.code, ErrorCode::LocalFileUnwritable);
    assert!(server.changes().is_empty());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn no_token_is_made_whose_secret_cannot_be_written() {
    let server = Played::default();
    // A folder in which nobody can make a file, whatever the rights of whoever runs this.
    let state = json!({ "name": "scrape", "secretFile": "/proc/token" });
    let problem = set("Token", &server, state).await.unwrap_err();
    assert_eq!(problem.code, ErrorCode::LocalFileUnwritable);
    assert!(server.changes().is_empty());
}

#[tokio::test]
async fn a_single_object_is_changed_by_the_operations_that_own_its_properties() {
    let service = json!({ "enabled": true, "status": "Waiting", "includeUserHashes": true, "certHash": "AB01", "waiting": 0 });
    let server = Played::default()
        .with(OperationId::GetManagementService, &[service])
        .with(
            OperationId::GetCeipOption,
            &[json!({ "ceipOption": "Diagnostic" })],
        );
    let state = json!({
        "enabled": false, "destination": "", "certHash": "ab01", "ceipOption": "None",
        "registrationCode": "one-time-code",
    });
    let report = set("ManagementService", &server, state.clone()).await.unwrap();
    assert_eq!(names(&report), ["enabled", "registrationCode", "ceipOption"]);
    assert_eq!(report.differences[0].reason, "enabled is on and should be off.");
    assert_eq!(
        server.changes(),
        [
            (
                "SetManagementService",
                json!({ "enabled": false, "registrationCode": "one-time-code" })
            ),
            ("SetCeipOption", json!({ "ceipOption": "None" })),
        ]
    );
    assert!(
        set("ManagementService", &server, state)
            .await
            .unwrap()
            .in_desired_state
    );
    assert!(report.after.get("_exist").is_none());
}

#[tokio::test]
async fn a_change_that_does_not_hold_is_an_error() {
    let server = Played::default()
        .with(
            OperationId::GetAdministrators,
            &[account("LIC01\\anna", "ReadOnly")],
        )
        .deaf();
    let state = json!({ "account": "anna", "permissions": "Full" });
    let problem = set("Administrator", &server, state).await.unwrap_err();
    assert!(
        problem
            .detail
            .contains("but permissions is ReadOnly and should be Full"),
        "{problem}"
    );
    assert_eq!(
        problem.category,
        ErrorCategory::InvalidOperation,
        "an invalid argument would say that nothing was changed"
    );
}

#[tokio::test]
async fn what_is_needed_to_make_an_instance_is_named() {
    let server = Played::default();
    let problem = set("AlertRoute", &server, json!({ "name": "mail" }))
        .await
        .unwrap_err();
    assert_eq!(
        problem.detail,
        "address is missing: without it the alert route cannot be made."
    );
    assert!(server.changes().is_empty());
}

#[tokio::test]
async fn what_is_only_looked_at_cannot_be_made() {
    let row = json!({
        "feature": "cad", "version": "1.0", "kind": "USER", "name": "Anna", "seats": 2, "inUse": 0, "idle": 2, "line": 3,
        "vendor": "ACME", "poolId": "p",
    });
    let server = Played::default().with(OperationId::GetReservations, &[row]);
    let state = json!({ "feature": "cad", "kind": "user", "name": "anna", "seats": 2 });
    assert!(test("Reservation", &server, state).await.in_desired_state);
    let state = json!({ "feature": "cad", "kind": "USER", "name": "anna", "seats": 3 });
    let report = test("Reservation", &server, state.clone()).await;
    assert_eq!(report.differences[0].reason, "seats is 2 and should be 3.");
    assert!(set("Reservation", &server, state).await.is_err());
}

#[tokio::test]
async fn a_part_is_never_taken_for_the_whole() {
    let problem = Problem::new(ErrorCode::CitrixLicensingVendorOrServiceDown, "ACME is down.");
    let server = Played::default().with(
        OperationId::GetReservations,
        &[serde_json::to_value(&problem).unwrap()],
    );
    let state = desired(
        "Reservation",
        &json!({ "feature": "cad", "kind": "USER", "name": "anna" }),
    );
    let found = engine("Reservation", &server).get(&state).await.unwrap_err();
    assert_eq!(found, problem);
}

#[tokio::test]
async fn an_export_is_filtered_by_what_is_given() {
    let server = Played::default().with(
        OperationId::GetAdministrators,
        &[
            account("LIC01\\admin", "Full"),
            account("EXAMPLE\\anna", "ReadOnly"),
        ],
    );
    let all = engine("Administrator", &server)
        .export(&desired("Administrator", &json!({})))
        .await
        .unwrap();
    assert_eq!(all.len(), 2);
    let some = engine("Administrator", &server)
        .export(&desired("Administrator", &json!({ "permissions": "ReadOnly" })))
        .await
        .unwrap();
    assert_eq!(some.len(), 1);
    assert_eq!(some[0]["account"], "EXAMPLE\\anna");
}

#[tokio::test]
async fn settings_are_changed_together_and_one_that_waits_counts_as_set() {
    let setting =
        |name: &str, value: &str, applies: &str| json!({ "name": name, "value": value, "applies": applies });
    let server = Played::default()
        .with(
            OperationId::GetConfiguration,
            &[
                setting("web.port", "8083", "AfterRestart"),
                setting("licensing.burst", "[\"CITRIX\"]", "AtOnce"),
                setting("licensing.burst_days", "15", "AtOnce"),
                setting("usage.samples", "true", "AtOnce"),
                setting("usage.sample_minutes", "15", "AtOnce"),
            ],
        )
        .with(OperationId::GetCertificate, &[json!({ "certHash": "AB01" })]);
    let state =
        json!({ "webServicesPort": 9443, "burst": ["ACME", "CITRIX"], "burstDays": 15, "certHash": "ab01" });
    let report = set("Server", &server, state.clone()).await.unwrap();
    assert_eq!(names(&report), ["webServicesPort", "burst"]);
    assert_eq!(report.after["waiting"], json!(["web.port"]));
    assert_eq!(
        server.changes(),
        [(
            "SetConfiguration",
            json!({ "settings": ["web.port=9443", "licensing.burst=[\"ACME\",\"CITRIX\"]"] })
        )]
    );
    assert!(set("Server", &server, state).await.unwrap().in_desired_state);
    let state = json!({ "samples": false, "pollingInterval": 15 });
    let report = set("UsageSampling", &server, state).await.unwrap();
    assert_eq!(report.differences[0].reason, "samples is on and should be off.");
    assert_eq!(
        server.changes()[1].1,
        json!({ "settings": ["usage.samples=false"] })
    );
}

#[tokio::test]
async fn a_hash_is_the_same_however_its_bytes_are_separated() {
    let hash = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";
    let separated =
        "ba:78:16:bf:8f:01:cf:ea:41:41:40:de:5d:ae:22:23:b0:03:61:a3:96:17:7a:9c:b4:10:ff:61:f2:00:15:ad";
    let server = Played::default().with(OperationId::GetCertificate, &[json!({ "certHash": hash })]);
    let same = json!({ "certHash": separated });
    assert!(test("Server", &server, same).await.in_desired_state);
    let other = json!({ "certHash": separated.replace("ad", "ae") });
    assert_eq!(names(&test("Server", &server, other).await), ["certHash"]);
}

#[tokio::test]
async fn other_spellings_of_what_the_server_keeps_are_no_difference() {
    let service = json!({ "destination": "https://insight.example.com:8443", "uploadTime": "03:30" });
    let route = json!({ "name": "mail", "address": "lic@example.com", "locale": "de" });
    let server = Played::default()
        .with(OperationId::GetManagementService, &[service])
        .with(OperationId::GetAlertRoutes, &[route]);
    let same = json!({ "destination": "HTTPS://insight.example.com:8443/", "uploadTime": "3:30" });
    assert!(test("ManagementService", &server, same).await.in_desired_state);
    let other = json!({ "destination": "https://insight.example.com:8444/", "uploadTime": "4:30" });
    assert_eq!(
        names(&test("ManagementService", &server, other).await),
        ["destination", "uploadTime"]
    );
    let none = json!({ "destination": "", "uploadTime": "" });
    assert_eq!(
        names(&test("ManagementService", &server, none).await),
        ["destination", "uploadTime"]
    );
    let same = json!({ "name": "mail", "locale": "DE-de" });
    assert!(test("AlertRoute", &server, same).await.in_desired_state);
    let other = json!({ "name": "mail", "locale": "fr" });
    assert_eq!(names(&test("AlertRoute", &server, other).await), ["locale"]);
}

#[tokio::test]
async fn lists_with_a_member_twice_are_not_those_with_another_one() {
    let burst = json!({ "name": "licensing.burst", "value": "[\"ACME\",\"CITRIX\"]", "applies": "AtOnce" });
    let server = Played::default().with(OperationId::GetConfiguration, &[burst]);
    let report = test("Server", &server, json!({ "burst": ["ACME", "ACME"] })).await;
    assert_eq!(names(&report), ["burst"]);
    let report = test("Server", &server, json!({ "burst": ["CITRIX", "ACME"] })).await;
    assert!(report.in_desired_state);
}

#[tokio::test]
async fn an_options_file_follows_the_text_on_this_machine() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.opt");
    std::fs::write(&path, "# who\r\nMAX 1 cad USER anna\r\n\r\n").unwrap();
    let server = Played::default();
    let state = json!({ "vendor": "ACME", "path": path });
    let report = set("OptionsFile", &server, state.clone()).await.unwrap();
    assert_eq!(report.steps, ["Write the options file ACME."]);
    assert!(set("OptionsFile", &server, state).await.unwrap().in_desired_state);
    let other = json!({ "vendor": "acme", "content": "# who\nMAX 2 cad USER anna\n" });
    let report = test("OptionsFile", &server, other).await;
    assert_eq!(
        report.differences[0].reason,
        "content is not as it should be from line 2 on."
    );
    let other = json!({ "vendor": "ACME", "content": "# who\nMAX 2 cad USER anna\n" });
    let report = set("OptionsFile", &server, other.clone()).await.unwrap();
    assert_eq!(report.steps, ["Replace the options file ACME."]);
    assert!(set("OptionsFile", &server, other).await.unwrap().in_desired_state);
    let gone = json!({ "vendor": "ACME", "_exist": false });
    let report = set("OptionsFile", &server, gone.clone()).await.unwrap();
    assert_eq!(report.steps, ["Empty the options file ACME."]);
    assert_eq!(report.after["_exist"], false);
    assert!(set("OptionsFile", &server, gone).await.unwrap().in_desired_state);
    assert_eq!(server.changes().len(), 3);
}

#[tokio::test]
async fn no_issuer_is_trusted_by_the_file_of_another_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.pub");
    let server = Played::default();
    let state = json!({ "keyId": "0123456789abcdef", "path": path });
    for (text, said) in [
        (
            "key_id = \"00000000000000ff\"",
            "path is the file of another one: its key_id is 00000000000000ff.",
        ),
        ("issuer = \"Example\"", "path has no key_id."),
        ("no TOML", "path has no key_id."),
    ] {
        std::fs::write(&path, text).unwrap();
        let problem = set("Issuer", &server, state.clone()).await.unwrap_err();
        assert_eq!(problem.code, ErrorCode::InvalidRequest);
        assert_eq!(problem.detail, said);
    }
    assert!(server.changes().is_empty());
}

#[tokio::test]
async fn a_certificate_is_compared_by_the_hash_of_the_first_one_in_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("server.pem");
    // The bytes "abc"; only their hash matters here.
    std::fs::write(
        &path,
        "text before\n-----BEGIN CERTIFICATE-----\nYW\nJj\n-----END CERTIFICATE-----\n",
    )
    .unwrap();
    let hash = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";
    let server = Played::default().with(OperationId::GetCertificate, &[json!({ "certHash": hash })]);
    let state = json!({ "certificateFile": path });
    assert!(test("Server", &server, state.clone()).await.in_desired_state);
    let server = Played::default().with(OperationId::GetCertificate, &[json!({ "certHash": "00" })]);
    let problem = set("Server", &server, state).await.unwrap_err();
    assert!(problem.detail.contains("keyFile is missing"), "{problem}");
    std::fs::write(&path, "no certificate").unwrap();
    let state = desired("Server", &json!({ "certificateFile": path }));
    let problem = engine("Server", &server).test(state).await.unwrap_err();
    assert_eq!(problem.code, ErrorCode::LocalFileUnreadable);
}
