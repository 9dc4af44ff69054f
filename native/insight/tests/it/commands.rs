//! What operators do on the machine itself, while the program runs.

use jiff::{SignedDuration, Timestamp};
use licensing_insight::service::Account;
use licensing_management::compliance::{FindingKind, FindingState};
use licensing_management::exchange::{Bundle, Outcome, Receipt};
use licensing_management::key::RegistrationCode;

use crate::http::{register, send};
use crate::site::Site;
use crate::support::{Backend, Program, on_both, register as register_in, take};

/// Registers two servers that have had the same serial number for days.
async fn with_a_duplicate(program: &Program) -> [Site; 2] {
    let mut sites = [Site::new(1), Site::new(2)];
    for site in &sites {
        register(program, "Example", site).await;
    }
    for days in [2, 1] {
        for (index, site) in (0_i64..).zip(&mut sites) {
            let at = Timestamp::now() - SignedDuration::from_hours(24 * days)
                + SignedDuration::from_mins(30 * index);
            let upload = site.upload(at, &["SN-1"]);
            let signature = upload.sign(&site.key).to_string();
            let answer = send(program, site, &upload, signature, upload.bytes().to_vec()).await;
            assert!(answer.status().is_success());
        }
    }
    sites
}

/// A file beside the data folder; its path.
fn file(program: &Program, name: &str, content: &[u8]) -> String {
    let path = program.folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_are_listed_acknowledged_and_ended_by_a_declared_pair() {
    let program = Program::start(&[]);
    let sites = with_a_duplicate(&program).await;
    let key = "DuplicateLicense/acme/sn-1";
    let listed = |state: &str| {
        let lines = program.command(&["finding", "list", "--include-resolved"]);
        let start = format!("{state}\tViolation\t{key}\t");
        assert!(lines.lines().any(|line| line.starts_with(&start)), "{lines}");
    };
    listed("Open");
    program.command(&["finding", "acknowledge", key, "--reason", "moving until Friday"]);
    listed("Acknowledged");
    let [first, second] = [0, 1].map(|index: usize| sites[index].guid.to_string());
    program.command(&["pair", "add", &second, &first]);
    assert_eq!(program.command(&["pair", "list"]), format!("{first}\t{second}"));
    listed("Resolved");
    program.command(&["pair", "remove", &first, &second]);
    assert_eq!(program.command(&["pair", "list"]), "");
    listed("Open");
    assert!(program.command(&["server", "list"]).contains(&second));
    program.command(&["server", "unregister", &second]);
    assert!(!program.command(&["server", "list"]).contains(&second));
    listed("Resolved");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_imported_and_taken_back() {
    let program = Program::start(&[]);
    with_a_duplicate(&program).await;
    let rescinded = file(
        &program,
        "rescinded.csv",
        b"SerialNumber,Effective\nSN-1,2020-01-01\n",
    );
    assert_eq!(
        program.command(&["rescission", "import", &rescinded]),
        "1 imported"
    );
    assert!(
        program
            .command(&["finding", "list"])
            .contains("RescindedLicense/")
    );
    assert_eq!(
        program.command(&["rescission", "withdraw", "SN-1"]),
        "1 withdrawn"
    );
    let lines = program.command(&["rescission", "list"]);
    assert!(
        lines.starts_with("SN-1\t\t2020-01-01T00:00:00Z\twithdrawn "),
        "{lines}"
    );
    let required = file(
        &program,
        "required.csv",
        b"Feature,ProductVersion,RequiredDate\nCAD,2.4,2027-06-01\n",
    );
    assert_eq!(
        program.command(&["requirement", "import", &required]),
        "1 imported"
    );
    assert_eq!(
        program.command(&["requirement", "list"]),
        "CAD\t\t2.4\t2027-06-01"
    );
    assert_eq!(
        program.command(&["requirement", "remove", "CAD", "2.4"]),
        "1 removed"
    );
    assert_eq!(program.command(&["requirement", "list"]), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_and_targets_come_and_go() {
    let program = Program::start(&[]);
    program.command(&[
        "account",
        "add",
        "ann",
        "--organization",
        "Example",
        "--read-only",
    ]);
    let accounts = program.command(&["account", "list"]);
    assert!(
        accounts.lines().any(|line| line == "ann\tExample\tReadOnly"),
        "{accounts}"
    );
    program.command(&["account", "remove", "ann"]);
    assert!(!program.command(&["account", "list"]).contains("ann"));
    let hook = "https://hooks.example.com/findings";
    let secret = program.command(&["target", "add", hook, "--organization", "Example"]);
    assert!(secret.len() >= 32, "{secret}");
    assert_eq!(program.command(&["target", "list"]), format!("{hook}\tExample"));
    program.command(&["target", "remove", hook, "--organization", "Example"]);
    assert_eq!(program.command(&["target", "list"]), "");
    assert_eq!(program.command(&["organization", "list"]), "Example");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_is_taken_and_answered_by_a_receipt() {
    let program = Program::start(&[]);
    let mut site = Site::new(1);
    let code = RegistrationCode::parse(&program.code("Example")).unwrap();
    let upload = site.upload(Timestamp::now(), &["SN-1"]);
    let bundle = Bundle::pack(site.guid, Some(site.request(&code)), &[upload], &site.key).unwrap();
    let bundle = file(&program, "bundle.json", &bundle.to_bytes().unwrap());
    let path = program.folder.path().join("receipt.json");
    program.command(&["accept-bundle", &bundle, "--receipt", path.to_str().unwrap()]);
    let receipt: Receipt = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(receipt.results[0].outcome, Outcome::Stored);
    let answer = receipt.registration.clone().unwrap();
    let registration = answer.verify(site.guid, &code).unwrap();
    receipt.verify(site.guid, &registration.receiver_key).unwrap();
    assert_eq!(program.uploads().await.len(), 1);
}

fn what_another_process_changes_counts_at_once(backend: &Backend) {
    let database = backend.database();
    let program = database.service();
    program.add_organization("Example").unwrap();
    let mut site = Site::new(1);
    register_in(&program, "Example", &site);
    let begin = Timestamp::now() - SignedDuration::from_hours(48);
    let made = site.upload(begin, &["SN-1"]);
    take(&program, &site, &made).unwrap();
    let command = database.service();
    let list = "SerialNumber,Effective\nSN-1,2020-01-01\n";
    command.import_rescissions(&Account::local(), list).unwrap();
    // The program looks at the server again, and it has read the lists before they were changed.
    let made = site.upload(begin + SignedDuration::from_hours(24), &["SN-1"]);
    let (receipt, _) = take(&program, &site, &made).unwrap();
    assert_eq!(receipt.rescissions.len(), 1);
    let found = command.visible_findings(&Account::local(), None, true).unwrap();
    let states: Vec<(FindingKind, FindingState)> = found
        .iter()
        .map(|record| (record.finding.kind, record.state))
        .collect();
    assert_eq!(states, [(FindingKind::RescindedLicense, FindingState::Open)]);
}

on_both! {
    what_another_process_changes_counts_at_once,
}
