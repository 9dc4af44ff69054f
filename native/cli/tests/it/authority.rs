//! The issuer's side: making keys, signing orders, and every mistake in them.

use std::path::{Path, PathBuf};

use licensing_license_file::license_file::parse;
use licensing_license_file::signing::{SignatureDetail, TrustStore, TrustedIssuer};

use crate::run::{Ended, file, run};

const ORDER: &str = r#"
vendor = "ACME"
customer = "Example Ltd"
order_number = "4711"

[server]
host_id = "ANY"

[[grants]]
feature = "ACME_CAD"
version = "2.0"
expires = "permanent"
count = 10
"#;

/// An issuer in a folder of its own.
struct Issuer {
    folder: tempfile::TempDir,
}

impl Issuer {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ended = init("Acme Licensing", folder.path(), &["--vendor", "ACME"]);
        assert_eq!(ended.code, 0, "{}", ended.err);
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn issue(&self, order: &str, more: &[&str]) -> Ended {
        let order = file(self.folder.path(), "order.toml", order);
        let key = self.path("acme-licensing.key");
        let mut arguments = vec!["authority", "issue", &order, "--key", key.to_str().unwrap()];
        arguments.extend(more);
        run(&arguments)
    }

    fn trust(&self) -> TrustStore {
        let text = std::fs::read_to_string(self.path("acme-licensing.pub")).unwrap();
        [TrustedIssuer::from_text(&text).unwrap()].into_iter().collect()
    }
}

fn init(name: &str, folder: &Path, more: &[&str]) -> Ended {
    let mut arguments = vec![
        "authority",
        "init",
        "--name",
        name,
        "--folder",
        folder.to_str().unwrap(),
    ];
    arguments.extend(more);
    run(&arguments)
}

#[test]
fn an_issuer_has_a_key_for_its_eyes_only_and_a_trust_file() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("made/on/the/way");
    let ended = init(
        "Ämter & Söhne GmbH",
        &inner,
        &["--vendor", "ACME", "--vendor", "OTHER", "--json"],
    );
    assert_eq!(ended.code, 0, "{}", ended.err);
    let answer: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(answer["issuer"], "Ämter & Söhne GmbH");
    assert_eq!(answer["vendors"], serde_json::json!(["ACME", "OTHER"]));
    let key = PathBuf::from(answer["keyFile"].as_str().unwrap());
    assert!(
        std::fs::read_to_string(&key)
            .unwrap()
            .contains("BEGIN PRIVATE KEY")
    );
    assert!(!ended.out.contains("PRIVATE"));
    let trust = std::fs::read_to_string(answer["trustFile"].as_str().unwrap()).unwrap();
    let issuer = TrustedIssuer::from_text(&trust).unwrap();
    assert_eq!(issuer.key_id().to_string(), answer["keyId"].as_str().unwrap());
    assert!(issuer.may_sign_for("ACME") && !issuer.may_sign_for("THIRD"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&key), 0o600);
        assert_eq!(mode(&inner), 0o700);
    }
}

#[test]
fn an_issuer_is_never_made_over_another() {
    let issuer = Issuer::new();
    let key = std::fs::read(issuer.path("acme-licensing.key")).unwrap();
    let again = init("Acme Licensing", issuer.folder.path(), &["--json"]);
    assert_eq!(again.code, 1);
    assert_eq!(again.problem()["code"], "FileAlreadyExists");
    assert_eq!(std::fs::read(issuer.path("acme-licensing.key")).unwrap(), key);

    std::fs::remove_file(issuer.path("acme-licensing.key")).unwrap();
    assert_eq!(init("Acme Licensing", issuer.folder.path(), &[]).code, 1);
    assert!(
        !issuer.path("acme-licensing.key").exists(),
        "no key without its trust file"
    );
}

#[test]
fn names_that_cannot_be_used() {
    let folder = tempfile::tempdir().unwrap();
    for (name, more) in [("", vec![]), ("***", vec![]), ("Acme", vec!["--vendor", " "])] {
        let ended = init(name, folder.path(), &more);
        assert_eq!(ended.code, 2, "{name:?}: {}", ended.err);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

#[test]
fn an_order_becomes_a_file_whose_signatures_hold() {
    let issuer = Issuer::new();
    let output = issuer.path("acme.lic");
    let ended = issuer.issue(ORDER, &["-o", output.to_str().unwrap()]);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    let bytes = std::fs::read(&output).unwrap();
    let reports: Vec<_> = issuer
        .trust()
        .examine(&parse(&bytes))
        .into_iter()
        .flatten()
        .collect();
    assert_eq!(reports.len(), 1);
    assert!(
        matches!(reports[0].detail, SignatureDetail::Holds { .. }),
        "{:?}",
        reports[0].detail
    );

    let printed = issuer.issue(ORDER, &[]);
    assert!(
        printed.out.contains("INCREMENT ACME_CAD ACME 2.0"),
        "{}",
        printed.out
    );
}

#[test]
fn a_license_file_is_replaced_only_when_told() {
    let issuer = Issuer::new();
    let output = file(issuer.folder.path(), "acme.lic", "precious");
    let refused = issuer.issue(ORDER, &["-o", &output, "--json"]);
    assert_eq!(
        (refused.code, refused.problem()["code"].as_str()),
        (1, Some("FileAlreadyExists"))
    );
    assert_eq!(std::fs::read(&output).unwrap(), b"precious");
    assert_eq!(issuer.issue(ORDER, &["-o", &output, "--overwrite"]).code, 0);
    assert!(std::fs::read_to_string(&output).unwrap().contains("INCREMENT"));
}

#[test]
fn all_that_is_wrong_with_an_order_is_said_at_once() {
    let issuer = Issuer::new();
    let wrong = ORDER
        .replace("ACME_CAD", "ACME CAD")
        .replace("count = 10", "")
        .replace("permanent", "2020-01-01");
    let ended = issuer.issue(&wrong, &[]);
    assert_eq!(ended.code, 2);
    for field in ["grants[1].feature", "grants[1].count", "grants[1].expires"] {
        assert!(
            ended.err.contains(&format!("\n    {field}: ")),
            "{field}: {}",
            ended.err
        );
    }
    assert!(ended.err.contains("order.toml"), "{}", ended.err);
}

#[test]
fn mistakes_in_an_order() {
    let issuer = Issuer::new();
    for (order, said) in [
        ("vendor = ", "line 1"),
        ("vendor = 1", "invalid type"),
        ("colour = \"blue\"", "unknown field"),
        ("vendor = \"ACME\"\ncustomer = \"Example\"", "nothing is ordered"),
        (&ORDER.replace("\"ACME\"", "\"OTHER\""), "may not sign for"),
        (&ORDER.replace("count = 10", "count = 0"), "number of seats"),
        (&ORDER.replace("\"permanent\"", "\"31-feb-2030\""), "permanent"),
        (&ORDER.replace("[server]\nhost_id = \"ANY\"", ""), "need a server"),
    ] {
        let ended = issuer.issue(order, &[]);
        assert_eq!(ended.code, 2, "{order}: {}", ended.err);
        assert!(ended.err.contains(said), "{said:?} is not in {}", ended.err);
        assert_eq!(ended.out, "");
    }
}

#[test]
fn files_that_cannot_be_used() {
    let issuer = Issuer::new();
    let other = Issuer::new();
    let order = file(issuer.folder.path(), "order.toml", ORDER);
    let key = issuer.path("acme-licensing.key").to_str().unwrap().to_owned();
    let missing = issuer.path("missing").to_str().unwrap().to_owned();
    let text = file(issuer.folder.path(), "text.key", "no key, but a secret");
    let foreign = other.path("acme-licensing.pub").to_str().unwrap().to_owned();
    let broken = file(issuer.folder.path(), "broken.pub", "key_id = 1");
    let nowhere = issuer
        .path("no/such/folder/acme.lic")
        .to_str()
        .unwrap()
        .to_owned();
    for (arguments, code, target, exit) in [
        (
            vec![missing.as_str(), "--key", &key],
            "LocalFileUnreadable",
            missing.as_str(),
            1,
        ),
        (
            vec![&order, "--key", &missing],
            "LocalFileUnreadable",
            &missing,
            1,
        ),
        (vec![&order, "--key", &text], "InvalidRequest", &text, 2),
        (
            vec![&order, "--key", &key, "--public", &missing],
            "LocalFileUnreadable",
            &missing,
            1,
        ),
        (
            vec![&order, "--key", &key, "--public", &foreign],
            "InvalidRequest",
            &foreign,
            2,
        ),
        (
            vec![&order, "--key", &key, "--public", &broken],
            "InvalidRequest",
            &broken,
            2,
        ),
        (
            vec![&order, "--key", &key, "-o", &nowhere],
            "FileWriteFailed",
            &nowhere,
            1,
        ),
    ] {
        let ended = run(&[&["authority", "issue", "--json"], arguments.as_slice()].concat());
        let problem = ended.problem();
        assert_eq!(problem["code"], code, "{problem:#}");
        assert_eq!(problem["target"], target, "{problem:#}");
        assert_eq!(ended.code, exit, "{problem:#}");
        assert!(!ended.err.contains("but a secret"), "{}", ended.err);
    }
}

#[test]
fn a_file_is_explained_without_any_server() {
    let issuer = Issuer::new();
    let output = issuer.path("acme.lic").to_str().unwrap().to_owned();
    assert_eq!(issuer.issue(ORDER, &["-o", &output]).code, 0);
    let trust = issuer.path("acme-licensing.pub").to_str().unwrap().to_owned();
    let folder = issuer.folder.path().to_str().unwrap();
    for trusted in [trust.as_str(), folder] {
        let explained = run(&["file", "explain", &output, "--trust", trusted]);
        assert_eq!((explained.code, explained.err.as_str()), (0, ""));
        assert!(
            explained.out.contains("INCREMENT  [signature: Valid]"),
            "{}",
            explained.out
        );
        assert!(
            explained.out.contains("10 seats of ACME_CAD"),
            "{}",
            explained.out
        );
        assert!(
            explained.out.lines().all(|line| line.chars().count() <= 100),
            "{}",
            explained.out
        );
    }
    let distrusted = run(&["file", "explain", &output, "--json"]);
    let explained: serde_json::Value = serde_json::from_str(&distrusted.out).unwrap();
    let increment = explained["lines"]
        .as_array()
        .unwrap()
        .iter()
        .find(|line| line["keyword"] == "INCREMENT")
        .unwrap();
    assert_eq!(increment["signature"], "UnknownIssuer");

    let wrong = file(
        issuer.folder.path(),
        "wrong.lic",
        "INCREMENT ACME_CAD ACME 1.0 nonsense 10\n",
    );
    let explained = run(&["file", "explain", &wrong]);
    assert_eq!(explained.code, 1);
    assert!(explained.out.contains("Error in line 1"), "{}", explained.out);

    let asked = run(&[
        "file",
        "explain",
        &output,
        "--trust",
        &trust,
        "--server",
        "localhost",
        "--json",
    ]);
    assert_eq!(
        (asked.code, asked.problem()["target"].as_str()),
        (2, Some("--trust"))
    );
    let broken = run(&["file", "explain", &output, "--trust", &output, "--json"]);
    assert_eq!(
        (broken.code, broken.problem()["target"].as_str()),
        (2, Some(output.as_str()))
    );
}

#[test]
fn nothing_in_a_file_reaches_the_terminal_as_a_control_character() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(
        folder.path(),
        "evil.lic",
        "INCREMENT a\u{1b}[2Jb ACME 1.0 permanent 10 NOTICE=\"\u{1b}]0;x\u{7}\"\n",
    );
    let explained = run(&["file", "explain", &path]);
    let control = |letter: char| letter.is_control() && letter != '\n';
    assert!(!explained.out.contains(control), "{:?}", explained.out);
    assert!(!explained.out.is_empty());
}
