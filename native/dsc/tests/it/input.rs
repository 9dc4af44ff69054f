//! Desired states as people and programs write them, and what is wrong with them.

use licensing_api::ErrorCode;
use licensing_dsc::{Desired, RESOURCES, find};

fn refusal(resource: &str, text: &str) -> String {
    let problem = Desired::parse(find(resource).unwrap(), text.as_bytes()).unwrap_err();
    assert_eq!(problem.code, ErrorCode::InvalidRequest, "{text}");
    let said = serde_json::to_string(&problem).unwrap();
    assert!(!said.contains("hunter2"), "{said}");
    problem.detail
}

#[test]
fn nothing_at_all_is_an_empty_state() {
    for resource in RESOURCES {
        for text in ["", " \n", "{}", "\u{feff}{}"] {
            assert!(
                Desired::parse(resource, text.as_bytes())
                    .unwrap()
                    .values
                    .is_empty()
            );
        }
    }
}

#[test]
fn what_is_wrong_is_named_and_no_value_repeated() {
    for (text, said) in [
        (r#"{"password": "hunter2""#, "no valid JSON: it fails in line 1"),
        (r#"["hunter2"]"#, "one JSON object"),
        (r#""hunter2""#, "one JSON object"),
        (r#"{"pasword": "hunter2"}"#, "no property pasword"),
        (
            r#"{"password": ["hunter2"]}"#,
            "password has to be a text, or an object",
        ),
        (r#"{"password": ""}"#, "password has to be"),
        (r#"{"password": {"secureString": 5}}"#, "password has to be"),
        (
            r#"{"password": {"secureString": "hunter2", "file": "x"}}"#,
            "password has to be",
        ),
        (
            r#"{"password": {"environment": "NO_SUCH_VARIABLE_HERE"}}"#,
            "NO_SUCH_VARIABLE_HERE, which is not set",
        ),
        (r#"{"permissions": "hunter2"}"#, "permissions has to be one of"),
        (r#"{"group": "hunter2"}"#, "group has to be true or false"),
        (r#"{"account": 5}"#, "account has to be a text"),
        (r#"{"account": ""}"#, "account has to be a text that is not empty"),
        (r#"{"_exist": "hunter2"}"#, "_exist has to be true or false"),
        (r#"{"server": 5}"#, "server has to be a text"),
    ] {
        let detail = refusal("Administrator", text);
        assert!(detail.contains(said), "{text}: {detail}");
    }
    assert!(refusal("Token", r#"{"secretFile": "relative"}"#).contains("an absolute path"));
    assert!(refusal("Token", r#"{"days": 1.5}"#).contains("a whole number"));
    for text in [r#"{"days": 0}"#, r#"{"days": 900}"#] {
        assert!(refusal("Token", text).contains("days has to be a whole number from 1 to 366"));
    }
    let detail = refusal("Administrator", r#"{"permissions": "None"}"#);
    assert!(detail.contains("one of ReadOnly, Full"), "{detail}");
    assert!(refusal("ManagementService", r#"{"_exist": false}"#).contains("always has"));
}

#[test]
fn names_of_properties_and_of_values_are_taken_in_any_case() {
    let desired = Desired::parse(
        find("licensingadmin/ADMINISTRATOR").unwrap(),
        br#"{"Account": "anna", "PERMISSIONS": "full", "_EXIST": false, "Server": "host", "_metadata": {}}"#,
    )
    .unwrap();
    assert_eq!(desired.values["account"], "anna");
    assert_eq!(desired.values["permissions"], "Full");
    assert!(!desired.exist);
    assert_eq!(desired.connection.server.as_deref(), Some("host"));
}

#[test]
fn secrets_are_read_from_files_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    std::fs::write(&file, "hunter2 hunter2\nsecond line\n").unwrap();
    let text = serde_json::json!({ "account": "anna", "password": { "file": file } }).to_string();
    let desired = Desired::parse(find("Administrator").unwrap(), text.as_bytes()).unwrap();
    assert!(!format!("{desired:?}").contains("hunter2"));
    std::fs::write(&file, "\n").unwrap();
    let problem = Desired::parse(find("Administrator").unwrap(), text.as_bytes()).unwrap_err();
    assert_eq!(problem.code, ErrorCode::LocalFileUnreadable);
}

#[test]
fn connections_contradict_nobody() {
    use licensing_client::{ConnectOptions, Credentials, Trust};
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "lst_x.hunter2\n").unwrap();
    let apply = |state: serde_json::Value| {
        let desired =
            Desired::parse(find("ManagementService").unwrap(), state.to_string().as_bytes()).unwrap();
        desired
            .connection
            .apply(ConnectOptions::new("base:8083".parse().unwrap()))
    };
    let options = apply(serde_json::json!({
        "server": "other:9000", "serverCertHash": "ab".repeat(32), "serverTokenFile": token,
    }))
    .unwrap();
    assert_eq!(options.address.to_string(), "https://other:9000/");
    assert!(matches!(options.trust, Trust::CertHash(_)));
    assert!(matches!(options.credentials, Credentials::Bearer(_)));
    for state in [
        serde_json::json!({ "serverAccount": "admin" }),
        serde_json::json!({ "serverPasswordFile": token }),
        serde_json::json!({ "serverAccount": "admin", "serverPasswordFile": token, "serverTokenFile": token }),
        serde_json::json!({ "serverCertHash": "ab".repeat(32), "serverCaFile": token }),
        serde_json::json!({ "server": "http://other" }),
    ] {
        assert!(apply(state.clone()).is_err(), "{state}");
    }
}
