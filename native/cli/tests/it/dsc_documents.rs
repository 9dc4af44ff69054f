//! The configurations of `ps1/dsc` and the play of `docs/automation.md`, each carried out twice on real license servers.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use licensing_testbed::{Increment, license_text, python_of};
use serde_json::{Value, json};

use crate::dsc::{invoke, lines};
use crate::run::file;
use crate::server::Site;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Python with Ansible, in an environment of its own that later runs find again; none where there is no Python, which is said and
/// never silently passed over.
fn python() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ansible");
    let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/ansible-requirements.txt");
    python_of(&folder, &requirements, (3, 11)).unwrap()
}

/// A document as JSON.
fn document(python: &Path, name: &str) -> Value {
    let path = workspace().join("ps1/dsc").join(name);
    let script =
        "import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1], encoding='utf-8')), sys.stdout)";
    serde_json::from_str(&run(Command::new(python).args(["-c", script]).arg(path))).unwrap()
}

/// The value of an expression that the documents use: `[parameters('x')]`, or `[concat(parameters('x'), 'text')]`.
fn evaluated(value: &Value, parameters: &BTreeMap<&str, Value>) -> Value {
    let Some(expression) = value
        .as_str()
        .and_then(|text| text.strip_prefix('[')?.strip_suffix(']'))
    else {
        return value.clone();
    };
    let parameter = |call: &str| {
        let name = call
            .strip_prefix("parameters('")
            .and_then(|rest| rest.strip_suffix("')"))
            .unwrap_or_else(|| panic!("not understood: {call}"));
        parameters
            .get(name)
            .unwrap_or_else(|| panic!("no parameter {name}"))
            .clone()
    };
    match expression
        .strip_prefix("concat(")
        .and_then(|rest| rest.strip_suffix(')'))
    {
        None => parameter(expression),
        Some(arguments) => {
            let (call, text) = arguments.split_once(", ").unwrap();
            format!("{}{}", parameter(call).as_str().unwrap(), text.trim_matches('\'')).into()
        }
    }
}

/// Walks the resources of a document as `dsc config set` does: test, and set what differs. Returns how many were changed.
fn carry_out(document: &Value, given: &BTreeMap<&str, Value>, site: &Site) -> usize {
    let mut parameters = given.clone();
    for (name, declared) in document["parameters"].as_object().into_iter().flatten() {
        if let (Some(value), false) = (
            declared.get("defaultValue"),
            parameters.contains_key(name.as_str()),
        ) {
            parameters.insert(name, value.clone());
        }
        if declared["type"] == "secureString" {
            let value = &parameters[name.as_str()];
            parameters.insert(name, json!({ "secureString": value }));
        }
    }
    let mut changed = 0;
    for resource in document["resources"].as_array().unwrap() {
        let kind = resource["type"].as_str().unwrap();
        let state: Value = resource["properties"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.clone(), evaluated(value, &parameters)))
            .collect::<serde_json::Map<_, _>>()
            .into();
        let tested = lines(&invoke(site, "test", kind, &state, &[]));
        if tested[0]["_inDesiredState"] == true {
            continue;
        }
        changed += 1;
        let planned = lines(&invoke(site, "set", kind, &state, &["--what-if"]));
        assert_eq!(planned[1], tested[1], "{kind}");
        let set = lines(&invoke(site, "set", kind, &state, &[]));
        assert_eq!(set[1], tested[1], "{kind}");
        let tested = lines(&invoke(site, "test", kind, &state, &[]));
        assert_eq!(tested[1], json!([]), "{kind} {}", resource["name"]);
    }
    changed
}

/// Puts the file of a token of level Full at the site into the folder.
fn token(site: &Site, folder: &Path, name: &str) -> Value {
    let path = folder.join(name);
    let state = json!({ "name": name, "permissions": "Full", "secretFile": path });
    lines(&invoke(site, "set", "LicensingAdmin/Token", &state, &[]));
    json!(path)
}

/// The file with the public key of an issuer whom nobody trusts yet, and the id of its key.
fn issuer(folder: &Path) -> (Value, Value) {
    let place = folder.join("issuer");
    let made = crate::run::run(&[
        "authority",
        "init",
        "--name",
        "Supplier",
        "--folder",
        place.to_str().unwrap(),
    ]);
    assert_eq!(made.code, 0, "{}", made.err);
    let path = place.join("supplier.pub");
    let key = key_id(&std::fs::read_to_string(&path).unwrap());
    (json!(path), key)
}

/// The id of the key in the file of an issuer.
fn key_id(text: &str) -> Value {
    text.split("key_id = \"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap()
        .into()
}

#[test]
fn a_complete_server_from_nothing() {
    let Some(python) = python() else { return };
    let site = Site::empty();
    let folder = tempfile::tempdir().unwrap();
    let license = site.license_file("local.lic", &license_text("ACME", &[Increment::new("cad", 5)]));
    let (issuer_file, issuer_key) = issuer(folder.path());
    let options = file(folder.path(), "ACME.opt", "RESERVE 1 cad USER anna\n");
    let given = BTreeMap::from([
        ("issuerFile", issuer_file),
        ("issuerKeyId", issuer_key),
        ("licenseFile", json!(license)),
        ("optionsFile", json!(options)),
        ("alertAddress", json!("ops@example.net")),
        ("tokenFolder", json!(folder.path())),
        ("operatorPassword", json!("a long and secret phrase")),
    ]);
    let document = document(&python, "complete-server.dsc.yaml");
    assert_eq!(carry_out(&document, &given, &site), 11);
    assert_eq!(
        carry_out(&document, &given, &site),
        0,
        "the second time changes nothing"
    );

    site.server
        .wait_for(|endpoints| endpoints.vendors.contains_key("ACME"))
        .unwrap();
    let mut command = site.anonymous(&["inventory", "--json", "--token-file"]);
    command.arg(folder.path().join("monitoring.token"));
    let inventory: Value = serde_json::from_str(&run(&mut command)).unwrap();
    assert_eq!(inventory["items"][0]["feature"], "cad");
    let password = file(folder.path(), "password", "a long and secret phrase");
    let mut command = site.anonymous(&["permission", "--json", "--account", "operator", "--password-file"]);
    assert!(run(command.arg(password)).contains("Full"));
    site.server.stop().unwrap();
}

#[test]
fn a_disaster_recovery_pair() {
    let Some(python) = python() else { return };
    let (primary, standby) = (Site::empty(), Site::empty());
    let folder = tempfile::tempdir().unwrap();
    // Each server trusts its own issuer; the standby has to trust that of the primary as well.
    let trusted = primary.server.issuer().trust_file().unwrap();
    let issuer_file = file(folder.path(), "primary.pub", &trusted);
    let license = primary.license_file("local.lic", &license_text("ACME", &[Increment::new("cad", 5)]));
    let guid = |site: &Site| {
        lines(&invoke(
            site,
            "get",
            "LicensingAdmin/ManagementService",
            &json!({}),
            &[],
        ))[0]["serverGuid"]
            .clone()
    };
    let address = |site: &Site| json!(site.server.endpoints().web_services.to_string());
    let hash = |site: &Site| json!(site.server.endpoints().cert_hash);
    let given = BTreeMap::from([
        ("primary", address(&primary)),
        ("primaryCertHash", hash(&primary)),
        ("primaryTokenFile", token(&primary, folder.path(), "primary")),
        ("primaryGuid", guid(&primary)),
        ("standby", address(&standby)),
        ("standbyCertHash", hash(&standby)),
        ("standbyTokenFile", token(&standby, folder.path(), "standby")),
        ("standbyGuid", guid(&standby)),
        ("issuerKeyId", key_id(&trusted)),
        ("issuerFile", json!(issuer_file)),
        ("licenseFile", json!(license)),
    ]);
    let document = document(&python, "disaster-recovery-pair.dsc.yaml");
    assert_eq!(carry_out(&document, &given, &primary), 7);
    assert_eq!(carry_out(&document, &given, &primary), 0);
    for (site, partner) in [(&primary, "standbyGuid"), (&standby, "primaryGuid")] {
        let service = lines(&invoke(
            site,
            "get",
            "LicensingAdmin/ManagementService",
            &json!({}),
            &[],
        ));
        assert_eq!(service[0]["disasterRecoveryPartner"], given[partner]);
    }
    primary.server.stop().unwrap();
    standby.server.stop().unwrap();
}

#[test]
fn a_locked_down_site_without_telemetry() {
    let Some(python) = python() else { return };
    let site = Site::with_seats();
    let folder = tempfile::tempdir().unwrap();
    token(&site, folder.path(), "deployment");
    site.text(&["administrator", "new", r"SUPPLIER\support"]);
    site.text(&["alert-route", "new", "chat", "https://chat.example.net/hook"]);
    let given = BTreeMap::from([("alertAddress", json!("licensing@site.example"))]);
    let document = document(&python, "locked-down-site.dsc.yaml");
    assert_eq!(carry_out(&document, &given, &site), 8);
    assert_eq!(carry_out(&document, &given, &site), 0);
    let service = lines(&invoke(
        &site,
        "get",
        "LicensingAdmin/ManagementService",
        &json!({}),
        &[],
    ));
    assert_eq!(service[0]["status"], "Disabled");
    site.server.stop().unwrap();
}

#[test]
fn the_play_for_ansible_changes_once_and_nothing_with_check() {
    let Some(python) = python() else { return };
    let site = Site::with_seats();
    let folder = tempfile::tempdir().unwrap();
    let page = std::fs::read_to_string(workspace().join("docs/automation.md")).unwrap();
    let play = page
        .split("```yaml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .unwrap();
    let play = file(folder.path(), "licenses.yaml", play);
    let program = Path::new(env!("CARGO_BIN_EXE_licensing"));
    let mut path = OsString::from(program.parent().unwrap());
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap());
    let playbook = python.with_file_name("ansible-playbook");
    let run_play = |arguments: &[&str]| {
        let mut command = Command::new(&playbook);
        // The environment of the administrator, for another program.
        for (name, value) in site.as_administrator(&[]).get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        command
            .arg(&play)
            .args(["--inventory", "localhost,", "--connection", "local"])
            .args(arguments)
            .arg("--extra-vars")
            .arg(format!("ansible_python_interpreter={}", python.display()))
            .env("PATH", &path)
            .env("HOME", folder.path())
            .env("ANSIBLE_NOCOLOR", "1")
            .env("LC_ALL", "C.UTF-8")
            .current_dir(folder.path());
        run(&mut command)
    };
    let accounts = || site.text(&["administrator", "list"]);
    let before = accounts();
    let checked = run_play(&["--check"]);
    assert!(checked.contains("changed=1"), "{checked}");
    assert_eq!(accounts(), before, "a check changes nothing");
    let first = run_play(&[]);
    assert!(first.contains("changed=1"), "{first}");
    assert!(accounts().contains("Help Desk"));
    let second = run_play(&[]);
    assert!(second.contains("changed=0"), "{second}");
    let checked = run_play(&["--check"]);
    assert!(checked.contains("changed=0"), "{checked}");
    site.server.stop().unwrap();
}
