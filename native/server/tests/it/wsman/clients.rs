//! Clients from their registries.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use licensing_testbed::Server;
use serde_json::Value;

use super::{MONITOR, PASSWORD, cache, http_port, https_port, missing, output, server, tests_folder};

/// Two tests must not fetch into the same folder at once; other processes are kept out by the folder's lock file.
static FETCHING: Mutex<()> = Mutex::new(());

/// Fetches with `fetch` unless that was done before with the same `wanted`. Says whether it is there.
pub(super) fn fetched(folder: &Path, wanted: &str, fetch: impl FnOnce(&Path) -> bool) -> bool {
    let _one = FETCHING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    fs::create_dir_all(folder).unwrap();
    let lock = fs::File::create(folder.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    let mark = folder.join("fetched.txt");
    if fs::read_to_string(&mark).is_ok_and(|known| known == wanted) {
        return true;
    }
    let done = fetch(folder);
    if done {
        fs::write(&mark, wanted).unwrap();
    }
    done
}

fn python() -> Option<PathBuf> {
    let system = std::env::var_os("LICENSING_PYTHON").map_or_else(|| PathBuf::from("python3"), PathBuf::from);
    let requirements = tests_folder().join("requirements.txt");
    let folder = cache("python");
    let python = folder.join("bin/python");
    let ready = fetched(&folder, &fs::read_to_string(&requirements).unwrap(), |folder| {
        let made = output(Command::new(&system).args(["-m", "venv", "--clear"]).arg(folder));
        let pip = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
        ];
        made.is_some_and(|made| made.status.success())
            && output(Command::new(&python).args(pip).arg(&requirements))
                .is_some_and(|installed| installed.status.success())
    });
    if !ready {
        missing("Python or the packages of tests/wsman/requirements.txt cannot be had");
    }
    ready.then_some(python)
}

/// What one client understood of the server.
async fn ask(server: &Server, python: &Path, client: &str) -> Value {
    let mut command = Command::new(python);
    command.arg(tests_folder().join("clients.py")).args([
        client,
        &https_port(server),
        &http_port(server),
        MONITOR,
        PASSWORD,
    ]);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    assert!(
        output.status.success(),
        "{client}: {}\n{}",
        String::from_utf8_lossy(&output.stderr),
        server.log()
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Features of rows, in their order.
pub(super) fn features(rows: &Value) -> Vec<&str> {
    let rows = rows.as_array().unwrap();
    let mut features: Vec<_> = rows.iter().map(|row| row["PLD"].as_str().unwrap()).collect();
    features.sort_unstable();
    features
}

async fn python_client(client: &str) {
    let Some(python) = tokio::task::spawn_blocking(python).await.unwrap() else {
        return;
    };
    let server = server().await;
    let answers = ask(&server, &python, client).await;
    assert!(
        answers["identify"].as_str().unwrap().ends_with("Stack: 3.0"),
        "{client}: {answers}"
    );
    assert_eq!(
        features(&answers["query"]),
        ["MPS_ADV_CCU", "XDT_ENT_UD", "XDT_PLT_UD"],
        "{client}"
    );
    assert_eq!(
        features(&answers["filtered"]),
        ["XDT_ENT_UD", "XDT_PLT_UD"],
        "{client}"
    );
    let filtered = answers["filtered"].as_array().unwrap();
    let platinum = filtered.iter().find(|row| row["PLD"] == "XDT_PLT_UD").unwrap();
    for (name, value) in [
        ("Count", "27"),
        ("Overdraft", "2"),
        ("InUseCount", "0"),
        ("PooledAvailable", "27"),
    ] {
        assert_eq!(platinum[name], value, "{client}: {platinum}");
    }
    // Two of the clients show no more of a fault than its status.
    let wrong_class = answers["wrong_class"].as_str().unwrap();
    assert!(
        wrong_class.contains("2150858752") || wrong_class.contains("500"),
        "{client}: {wrong_class}"
    );
    let wrong_password = answers["wrong_password"].as_str().unwrap();
    assert!(
        ["401", "credentials", "Unauthorized", "Authentication"]
            .iter()
            .any(|word| wrong_password.contains(word)),
        "{client}: {wrong_password}"
    );
}

macro_rules! python_clients {
    ($($test:ident: $client:literal),* $(,)?) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $test() {
            python_client($client).await;
        })*
    };
}

python_clients! {
    pypsrp_with_basic: "pypsrp-basic",
    pypsrp_with_ntlm: "pypsrp-ntlm",
    pypsrp_with_ntlm_and_encrypted_bodies: "pypsrp-ntlm-sealed",
    pypsrp_with_negotiate_and_encrypted_bodies: "pypsrp-negotiate-sealed",
    pywinrm_with_basic: "pywinrm-basic",
    pywinrm_with_ntlm: "pywinrm-ntlm",
    pywinrm_with_ntlm_and_encrypted_bodies: "pywinrm-ntlm-sealed",
    python_dracclient: "python-dracclient",
    python_wsmanclient: "python-wsmanclient",
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_node() {
    const PACKAGE: &str = "@device-management-toolkit/wsman-messages@5.14.1";
    let folder = cache("node");
    let ready = tokio::task::spawn_blocking({
        let folder = folder.clone();
        move || {
            fetched(&folder, PACKAGE, |folder| {
                let install = [
                    "install",
                    "--no-audit",
                    "--no-fund",
                    "--ignore-scripts",
                    "--prefix",
                ];
                output(Command::new("npm").args(install).arg(folder).arg(PACKAGE))
                    .is_some_and(|installed| installed.status.success())
            })
        }
    });
    if !ready.await.unwrap() {
        return missing("node or @device-management-toolkit/wsman-messages cannot be had");
    }
    let server = server().await;
    let mut command = Command::new("node");
    command
        .env("NODE_PATH", folder.join("node_modules"))
        .arg(tests_folder().join("messages.js"))
        .args([&https_port(&server), MONITOR, PASSWORD]);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let answers: Value = serde_json::from_slice(&output.stdout).unwrap();
    let has = |answer: &str, status: u64, text: &str| {
        let answer = &answers[answer];
        assert_eq!(answer["status"], status, "{answer}");
        assert!(
            answer["text"].as_str().unwrap().contains(text),
            "{text}: {answer}"
        );
    };
    has("identify", 200, "Stack: 3.0");
    has("query", 200, "<p:PLD>MPS_ADV_CCU</p:PLD>");
    has("filtered", 200, "<PLD>XDT_ENT_UD</PLD>");
    has("wrong_class", 500, "2150858752");
    has("wrong_password", 401, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn winrm_rs() {
    let folder = cache("winrm-rs");
    let source = tests_folder().join("winrm-rs");
    let wanted = fs::read_to_string(source.join("Cargo.lock")).unwrap()
        + &fs::read_to_string(source.join("src/main.rs")).unwrap();
    let ready = tokio::task::spawn_blocking({
        let folder = folder.clone();
        move || {
            fetched(&folder, &wanted, |folder| {
                let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
                let mut build = Command::new(cargo);
                build
                    .args(["build", "--quiet", "--locked", "--manifest-path"])
                    .arg(source.join("Cargo.toml"))
                    .arg("--target-dir")
                    .arg(folder);
                output(&mut build).is_some_and(|built| built.status.success())
            })
        }
    });
    if !ready.await.unwrap() {
        return missing("the crate winrm-rs cannot be had or built");
    }
    let server = server().await;
    let client = folder.join("debug/winrm-rs-client");
    let mut answers = ask_winrm_rs(&client, &server).await;
    // NTLM signs in to a connection. The pool of this client sometimes sends the last message of it over another one, with
    // whichever question.
    let lost_its_way = |answers: &Value| {
        let refused = |what: &str| answers["ntlm"][what].to_string().contains("error: AuthFailed");
        ["query", "filtered", "wrong_class"].into_iter().any(refused)
    };
    for _ in 0..3 {
        if !lost_its_way(&answers) {
            break;
        }
        answers = ask_winrm_rs(&client, &server).await;
    }
    for way in ["basic", "ntlm"] {
        let said = |what: &str| answers[way][what].as_str().unwrap();
        for feature in ["MPS_ADV_CCU", "XDT_ENT_UD", "XDT_PLT_UD"] {
            assert!(said("query").contains(feature), "{way}: {answers}");
        }
        assert!(
            said("filtered").contains("XDT_PLT_UD") && !said("filtered").contains("MPS"),
            "{way}: {answers}"
        );
        assert!(
            said("wrong_class").contains("DestinationUnreachable"),
            "{way}: {answers}"
        );
        assert!(said("wrong_password").starts_with("error: "), "{way}: {answers}");
        assert!(said("wrong_password").contains("Auth"), "{way}: {answers}");
    }
}

/// What the client says of each way to sign in and each question.
async fn ask_winrm_rs(client: &Path, server: &Server) -> Value {
    let mut command = Command::new(client);
    command.args([&https_port(server), MONITOR, PASSWORD]);
    let done = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap()
}

/// Asks with curl. Gives status and body.
pub(super) async fn curl(
    server: &Server,
    tls: bool,
    environment: &[(&str, String)],
    arguments: &[&str],
    body: &str,
) -> Option<(String, String)> {
    let (scheme, port) = if tls {
        ("https", https_port(server))
    } else {
        ("http", http_port(server))
    };
    let mut command = Command::new("curl");
    command
        .args([
            "--silent",
            "--insecure",
            "--ipv4",
            "--max-time",
            "20",
            "--write-out",
            "\n%{http_code}",
        ])
        .args([
            "--header",
            "Content-Type: application/soap+xml;charset=UTF-8",
            "--data-binary",
            body,
        ])
        .args(arguments)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .arg(format!("{scheme}://localhost:{port}/wsman"));
    let output = tokio::task::spawn_blocking(move || output(&mut command))
        .await
        .unwrap()?;
    let text = String::from_utf8(output.stdout).unwrap();
    let (body, status) = text.rsplit_once('\n')?;
    Some((status.to_owned(), body.to_owned()))
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_with_each_way_to_log_in() {
    let features: String = output(Command::new("curl").arg("--version"))
        .map(|version| String::from_utf8_lossy(&version.stdout).into_owned())
        .unwrap_or_default();
    if !features.contains("NTLM") {
        return missing("there is no curl with NTLM");
    }
    let server = server().await;
    let credentials = format!("{MONITOR}:{PASSWORD}");
    for way in ["--basic", "--ntlm"] {
        let user = ["--user", credentials.as_str(), way];
        let known = super::own::query("SELECT PLD FROM Citrix_GT_License_Pool WHERE PLD='MPS_ADV_CCU'");
        let (status, body) = curl(&server, true, &[], &user, &known).await.unwrap();
        assert_eq!(status, "200", "{way}: {body}");
        assert!(body.contains("<PLD>MPS_ADV_CCU</PLD>"), "{way}: {body}");
        let unknown = super::own::query("SELECT * FROM Nothing");
        let (status, body) = curl(&server, true, &[], &user, &unknown).await.unwrap();
        assert_eq!(status, "500", "{way}: {body}");
        let wrong = ["--user", "monitor:wrong", way];
        let (status, _) = curl(&server, true, &[], &wrong, &known).await.unwrap();
        assert_eq!(status, "401", "{way}");
        let (status, body) = curl(&server, true, &[], &user, super::own::IDENTIFY)
            .await
            .unwrap();
        assert!(
            status == "200" && body.contains("Stack: 3.0"),
            "{way}: {status} {body}"
        );
    }
    // Where curl has SPNEGO it begins with Kerberos, and has no ticket here: it is refused, not mistaken.
    let user = ["--user", credentials.as_str(), "--negotiate"];
    let query = super::own::query("SELECT * FROM Citrix_GT_License_Pool");
    assert_eq!(curl(&server, true, &[], &user, &query).await.unwrap().0, "401");
    // curl does not encrypt bodies, so plain HTTP has nothing for it.
    let user = ["--user", credentials.as_str(), "--ntlm"];
    let (status, body) = curl(&server, false, &[], &user, super::own::IDENTIFY)
        .await
        .unwrap();
    assert!(
        status == "500" && body.contains("AccessDenied"),
        "{status} {body}"
    );
}
