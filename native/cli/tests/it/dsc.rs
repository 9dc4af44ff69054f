//! `licensing dsc` as Microsoft DSC and people run it, against a real license server.

use std::io::Write;
use std::process::{Command, Stdio};

use licensing_testbed::{Increment, license_text};
use serde_json::{Value, json};

use crate::run::{Ended, file, licensing, run};
use crate::server::Site;

/// Runs a command with this on its standard input.
fn fed(mut command: Command, input: &str) -> Ended {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Who does not read its input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Ended {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A method of a resource, as the administrator of the site.
pub(crate) fn invoke(site: &Site, verb: &str, resource: &str, state: &Value, more: &[&str]) -> Ended {
    let arguments = [&["dsc", verb, resource], more].concat();
    fed(site.as_administrator(&arguments), &state.to_string())
}

/// The lines of its output.
pub(crate) fn lines(ended: &Ended) -> Vec<Value> {
    assert_eq!(ended.code, 0, "{}", ended.err);
    ended
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The messages on standard error, each a line of JSON with one level.
fn messages(ended: &Ended) -> Vec<(String, String)> {
    ended
        .err
        .lines()
        .map(|line| {
            let said: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
            let (level, text) = said.as_object().unwrap().iter().next().unwrap();
            (level.clone(), text.as_str().unwrap().to_owned())
        })
        .collect()
}

#[test]
fn schemas_and_manifests_need_no_server() {
    let listed = run(&["dsc", "list"]);
    let resources = lines(&listed);
    assert!(resources.len() >= 5, "{}", listed.out);
    for resource in resources {
        let name = resource["type"].as_str().unwrap();
        let schema: Value = serde_json::from_str(&run(&["dsc", "schema", name]).out).unwrap();
        assert_eq!(schema["title"], name);
        let manifest: Value = serde_json::from_str(&run(&["dsc", "manifest", name]).out).unwrap();
        assert_eq!(manifest["schema"]["embedded"], schema);
        assert_eq!(manifest["exitCodes"]["0"], "Success");
        assert_eq!(manifest["get"]["args"], json!(["dsc", "get", name]));
    }
    let folder = tempfile::tempdir().unwrap();
    let written = run(&["dsc", "manifest", "--folder", folder.path().to_str().unwrap()]);
    assert_eq!(written.code, 0, "{}", written.err);
    let file = folder.path().join("licensing.token.dsc.resource.json");
    let manifest: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert_eq!(manifest["type"], "LicensingAdmin/Token");
}

#[test]
fn an_account_from_nothing_and_back() {
    let site = Site::with_seats();
    let resource = "LicensingAdmin/Administrator";
    let state = json!({
        "account": "anna", "permissions": "Full", "password": { "secureString": "a very secret password" },
    });
    let found = lines(&invoke(&site, "get", resource, &state, &[]));
    assert_eq!(found, [json!({ "account": "anna", "_exist": false })]);

    let tested = invoke(&site, "test", resource, &state, &[]);
    let output = lines(&tested);
    assert_eq!(output[0]["_inDesiredState"], false);
    assert_eq!(
        output[0]["_metadata"]["reasons"],
        json!(["The account anna does not exist and should."])
    );
    assert_eq!(output[1], json!(["_exist"]));
    assert_eq!(
        messages(&tested),
        [(
            "info".to_owned(),
            "The account anna does not exist and should.".to_owned()
        )]
    );

    let planned = lines(&invoke(&site, "set", resource, &state, &["--what-if"]));
    assert_eq!(
        planned[0]["_metadata"]["whatIf"],
        json!(["Would add the account anna: permissions Full, password."])
    );
    assert_eq!(planned[0]["permissions"], "Full");
    assert_eq!(
        lines(&invoke(&site, "get", resource, &state, &[]))[0]["_exist"],
        false
    );

    let set = invoke(&site, "set", resource, &state, &[]);
    let output = lines(&set);
    assert_eq!(output[0]["account"], "LICENSE01\\anna");
    assert_eq!(output[0]["passwordSet"], true);
    assert_eq!(output[1], json!(["_exist"]));
    assert!(!format!("{}{}", set.out, set.err).contains("very secret"));

    let output = lines(&invoke(&site, "test", resource, &state, &[]));
    assert_eq!(
        (&output[0]["_inDesiredState"], &output[1]),
        (&json!(true), &json!([]))
    );
    let again = invoke(&site, "set", resource, &state, &[]);
    assert_eq!(lines(&again)[1], json!([]));
    assert!(again.err.is_empty(), "{}", again.err);

    let exported = lines(&invoke(&site, "export", resource, &json!({}), &[]));
    assert_eq!(exported.len(), 2);

    let planned = lines(&invoke(&site, "delete", resource, &state, &["--what-if"]));
    assert_eq!(
        planned[0]["_metadata"]["whatIf"],
        json!(["Would remove the account anna."])
    );
    let gone = invoke(&site, "delete", resource, &state, &[]);
    assert_eq!((gone.code, gone.out.as_str()), (0, ""));
    assert_eq!(
        lines(&invoke(&site, "delete", resource, &state, &[])),
        [] as [Value; 0]
    );
    site.server.stop().unwrap();
}

#[test]
fn a_license_file_follows_the_one_on_this_machine() {
    let site = Site::with_seats();
    let resource = "LicensingAdmin/LicenseFile";
    let text = license_text("ACME", &[Increment::new("viewer", 3)]);
    let path = site.license_file("viewer.lic", &text);
    let state = json!({ "fileName": "viewer.lic", "path": path });
    let output = lines(&invoke(&site, "set", resource, &state, &[]));
    assert_eq!(output[0]["signature"], "Valid");
    assert_eq!(lines(&invoke(&site, "set", resource, &state, &[]))[1], json!([]));

    site.license_file(
        "viewer.lic",
        &license_text("ACME", &[Increment::new("viewer", 5)]),
    );
    let output = lines(&invoke(&site, "test", resource, &state, &[]));
    assert_eq!(output[1], json!(["sha256"]));
    invoke(&site, "set", resource, &state, &[]);
    let output = lines(&invoke(&site, "test", resource, &state, &[]));
    assert_eq!(output[1], json!([]));

    let absent = json!({ "fileName": "viewer.lic", "_exist": false });
    assert_eq!(
        lines(&invoke(&site, "set", resource, &absent, &[]))[1],
        json!(["_exist"])
    );
    let nothing = json!({ "fileName": "other.lic" });
    let refused = invoke(&site, "set", resource, &nothing, &[]);
    assert_eq!(refused.code, 2);
    assert!(
        messages(&refused)[0].1.contains("path or content is missing"),
        "{}",
        refused.err
    );
    site.server.stop().unwrap();
}

#[test]
fn every_exit_code_has_its_cause() {
    let site = Site::with_seats();
    let resource = "LicensingAdmin/Administrator";
    let state = json!({ "account": "admin" });
    let code = |ended: &Ended| {
        let said = messages(ended);
        assert_eq!((said.len(), said[0].0.as_str()), (1, "error"), "{}", ended.err);
        assert!(ended.out.is_empty(), "{}", ended.out);
        ended.code
    };
    for (input, arguments) in [
        ("{", vec!["dsc", "get", resource]),
        ("[]", vec!["dsc", "get", resource]),
        ("{}", vec!["dsc", "get", resource]),
        (r#"{"colour": 1}"#, vec!["dsc", "get", resource]),
        ("{}", vec!["dsc", "get", "LicensingAdmin/Colour"]),
        ("{}", vec!["dsc", "paint", resource]),
        (
            "{}",
            vec!["dsc", "set", "LicensingAdmin/ManagementService", "--colour"],
        ),
        ("{}", vec!["dsc", "delete", "LicensingAdmin/ManagementService"]),
        (
            "{}",
            vec!["dsc", "get", resource, "--password-stdin", "--account", "admin"],
        ),
    ] {
        let ended = fed(site.as_administrator(&arguments), input);
        assert_eq!(code(&ended), 2, "{input} {arguments:?}");
    }
    // Without a server nothing is asked.
    assert_eq!(
        code(&fed(licensing(&["dsc", "get", resource]), &state.to_string())),
        2
    );
    let nowhere = json!({ "account": "admin", "server": "127.0.0.1:1" });
    assert_eq!(code(&invoke(&site, "get", resource, &nowhere, &[])), 3);
    let distrusted = json!({ "account": "admin", "serverCertHash": "00".repeat(32) });
    assert_eq!(code(&invoke(&site, "get", resource, &distrusted, &[])), 4);
    let anonymous = fed(site.anonymous(&["dsc", "get", resource]), &state.to_string());
    assert_eq!(code(&anonymous), 5);
    let last = json!({ "account": "admin", "permissions": "ReadOnly" });
    let refused = invoke(&site, "set", resource, &last, &[]);
    assert_eq!(code(&refused), 1, "the last administrator stays");
    site.server.stop().unwrap();
}

#[test]
fn no_secret_is_ever_shown() {
    let site = Site::with_seats();
    let resource = "LicensingAdmin/Administrator";
    let secret = "hunter2-hunter2";
    let password = file(site.server.data(), "anna.password", secret);
    for state in [
        json!({ "account": "anna", "password": secret, "permissions": secret }),
        json!({ "account": "anna", "password": [secret] }),
        json!({ "account": "anna", "passwort": secret }),
        json!({ "account": "anna", "password": { "secureString": secret } }),
        json!({ "account": "anna", "password": { "file": password } }),
        json!({ "account": "anna", "password": { "environment": "ANNAS_PASSWORD" } }),
    ] {
        for (verb, more) in [
            ("get", vec![]),
            ("test", vec![]),
            ("set", vec!["--what-if"]),
            ("set", vec![]),
            ("export", vec!["--input", "-"]),
            ("delete", vec![]),
        ] {
            let arguments = [&["dsc", verb, resource], more.as_slice()].concat();
            let mut command = site.as_administrator(&arguments);
            command.env("ANNAS_PASSWORD", secret);
            let ended = fed(command, &state.to_string());
            let said = format!("{}{}", ended.out, ended.err);
            assert!(!said.contains("hunter2"), "{verb} {state}: {said}");
        }
    }
    // Each of the last three did set it.
    let token = site.server.data().join("scrape.token");
    let state = json!({ "name": "scrape", "secretFile": token });
    let set = invoke(&site, "set", "LicensingAdmin/Token", &state, &[]);
    assert_eq!(set.code, 0, "{}", set.err);
    let kept = std::fs::read_to_string(&token).unwrap();
    assert!(!format!("{}{}", set.out, set.err).contains(kept.trim()));
    let by_token = json!({ "serverTokenFile": token });
    let mut command = site.anonymous(&["dsc", "get", "LicensingAdmin/ManagementService"]);
    command.stdin(Stdio::piped());
    assert_eq!(lines(&fed(command, &by_token.to_string())).len(), 1);
    site.server.stop().unwrap();
}
