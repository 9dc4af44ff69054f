//! Mistakes give one clear error: what, to what, what to do, and the documented exit code.

use std::io::Write;
use std::net::TcpListener;
use std::process::Stdio;

use crate::run::{Ended, ended, file, licensing, run};

/// Runs with `--json` and checks code, target and exit code of the one error.
fn expect(arguments: &[&str], code: &str, target: &str, exit: i32) -> Ended {
    let mut arguments = arguments.to_vec();
    arguments.push("--json");
    let ended = run(&arguments);
    let problem = ended.problem();
    assert_eq!(problem["code"], code, "{arguments:?}: {problem:#}");
    assert_eq!(problem["target"], target, "{arguments:?}: {problem:#}");
    assert!(!problem["action"].as_str().unwrap().is_empty());
    assert_eq!(ended.code, exit, "{arguments:?}: {problem:#}");
    assert_eq!(ended.out, "", "an error has no answer beside it");
    ended
}

/// An address where nothing listens.
fn nobody() -> String {
    format!("127.0.0.1:{}", licensing_testbed::free_port().unwrap())
}

#[test]
fn the_command_line_itself_is_checked() {
    for arguments in [
        vec!["inventroy"],
        vec!["inventory", "--no-such-option"],
        vec!["administrator"],
        vec!["administrator", "new"],
        vec!["administrator", "new", "anna", "--permissions", "Everything"],
        vec!["file", "import"],
        vec!["token", "new", "reports", "--days", "many"],
        vec!["inventory", "--timeout", "0"],
        vec!["inventory", "--timeout", "soon"],
        vec!["usage", "--password-file", "a", "--password-stdin"],
        vec!["checkout", "ACME_CAD", "--count", "0"],
        vec!["completions", "tcsh"],
        vec![],
    ] {
        let ended = run(&arguments);
        assert_eq!(ended.code, 2, "{arguments:?}");
        assert_eq!(ended.out, "", "{arguments:?}");
        assert!(!ended.err.is_empty(), "{arguments:?}");
    }
}

#[test]
fn an_error_says_code_what_to_what_and_what_to_do() {
    let ended = run(&["inventory", "--server", "http://localhost"]);
    assert_eq!(
        ended.err,
        "licensing: InvalidAddress: The address is not valid. \"http://localhost\": only https is spoken.\n  \
         Concerns:   http://localhost\n  \
         What to do: Write https://host:8083, host:port, or the host alone.\n"
    );
    assert_eq!(ended.code, 2);
}

#[test]
fn no_server_named() {
    expect(&["inventory"], "InvalidRequest", "--server", 2);
}

#[test]
fn an_address_that_is_none() {
    for address in [
        "http://localhost",
        "localhost:0",
        "localhost:70000",
        "a b",
        "https://u@h/",
    ] {
        expect(&["inventory", "--server", address], "InvalidAddress", address, 2);
    }
}

#[test]
fn a_server_that_is_not_there() {
    let address = nobody();
    let target = format!("https://{address}/");
    for command in ["inventory", "usage", "certificate"] {
        expect(&[command, "--server", &address], "CommunicationError", &target, 3);
    }
    let manager = nobody();
    assert_eq!(run(&["location", "--manager", &manager]).code, 3);
    let arguments = [
        "checkout",
        "ACME_CAD",
        "--user",
        "anna",
        "--manager",
        &manager,
        "--timeout",
        "1",
    ];
    assert_eq!(run(&arguments).code, 3);
}

#[test]
fn a_server_that_does_not_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let target = format!("https://{address}/");
    for command in ["inventory", "certificate"] {
        expect(
            &[command, "--server", &address, "--timeout", "1"],
            "Timeout",
            &target,
            3,
        );
    }
}

#[test]
fn a_server_that_speaks_something_else() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let speaker = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        // The client may be gone before everything is written.
        stream.write_all(b"220 mail.example ESMTP\r\n").ok();
    });
    let ended = run(&["inventory", "--server", &address, "--timeout", "20", "--json"]);
    speaker.join().unwrap();
    assert_eq!(ended.code, 3, "{}", ended.err);
    assert_eq!(ended.problem()["target"], format!("https://{address}/"));
}

#[test]
fn a_certificate_hash_that_is_none() {
    for hash in ["12", "zz", &"0".repeat(65)] {
        expect(
            &["inventory", "--server", "localhost", "--cert-hash", hash],
            "InvalidRequest",
            "certHash",
            2,
        );
    }
}

#[test]
fn an_authority_file_that_is_not_there_or_holds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("ca.pem").to_str().unwrap().to_owned();
    let empty = file(folder.path(), "empty.pem", "no certificate\n");
    for path in [missing, empty] {
        let arguments = ["inventory", "--server", "localhost", "--ca-file", &path];
        expect(&arguments, "LocalFileUnreadable", &path, 1);
    }
}

#[test]
fn a_hash_and_an_authority_file() {
    let arguments = [
        "inventory",
        "--server",
        "localhost",
        "--cert-hash",
        "00",
        "--ca-file",
        "ca.pem",
    ];
    expect(&arguments, "InvalidRequest", "--cert-hash, --ca-file", 2);
}

#[test]
fn an_account_without_password() {
    expect(
        &["inventory", "--server", "localhost", "--account", "anna"],
        "InvalidRequest",
        "anna",
        2,
    );
}

#[test]
fn an_account_with_a_colon() {
    let folder = tempfile::tempdir().unwrap();
    let password = file(folder.path(), "password", "correct horse battery\n");
    let arguments = [
        "inventory",
        "--server",
        "localhost",
        "--account",
        "a:b",
        "--password-file",
        &password,
    ];
    expect(&arguments, "InvalidRequest", "account", 2);
}

#[test]
fn a_token_beside_an_account() {
    let folder = tempfile::tempdir().unwrap();
    let secret = file(folder.path(), "secret", "correct horse battery\n");
    let arguments = [
        "inventory",
        "--server",
        "localhost",
        "--account",
        "anna",
        "--password-file",
        &secret,
        "--token-file",
        &secret,
    ];
    expect(
        &arguments,
        "InvalidRequest",
        "--token-file, --account, LICENSING_TOKEN",
        2,
    );
}

#[test]
fn what_stands_on_the_command_line_goes_before_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let password = file(folder.path(), "password", "correct horse battery\n");
    let address = nobody();
    let arguments = [
        "inventory",
        "--server",
        &address,
        "--account",
        "anna",
        "--password-file",
        &password,
    ];
    let ended = ended(licensing(&arguments).env("LICENSING_TOKEN", "from the environment"));
    assert_eq!(
        ended.code, 3,
        "the account was taken and the server asked: {}",
        ended.err
    );
}

#[test]
fn a_secret_file_that_cannot_be_used() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("token").to_str().unwrap().to_owned();
    expect(
        &["inventory", "--server", "localhost", "--token-file", &missing],
        "LocalFileUnreadable",
        &missing,
        1,
    );
    for (name, content) in [
        ("empty", &b""[..]),
        ("blank", b"\nsecond"),
        ("binary", b"\xff\xfe\x00"),
    ] {
        let path = file(folder.path(), name, content);
        expect(
            &["inventory", "--server", "localhost", "--token-file", &path],
            "InvalidRequest",
            &path,
            2,
        );
    }
}

#[test]
fn no_error_shows_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    let secret = "tok\u{1}en-that-nobody-may-see";
    let path = file(folder.path(), "token", secret);
    for ended in [
        run(&["inventory", "--server", "localhost", "--token-file", &path]),
        ended(licensing(&["inventory", "--server", "localhost"]).env("LICENSING_TOKEN", secret)),
        ended(licensing(&["inventory", "--help"]).env("LICENSING_TOKEN", secret)),
    ] {
        assert!(!ended.err.contains("nobody-may-see"), "{}", ended.err);
        assert!(!ended.out.contains("nobody-may-see"), "{}", ended.out);
    }
}

#[test]
fn a_password_comes_from_standard_input() {
    let address = nobody();
    let arguments = [
        "inventory",
        "--server",
        &address,
        "--account",
        "anna",
        "--password-stdin",
    ];
    let mut child = licensing(&arguments)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(b"correct horse battery\n")
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let nothing = run(&arguments);
    assert_eq!(nothing.code, 2, "{}", nothing.err);
    assert!(nothing.err.contains("empty"), "{}", nothing.err);
}

#[test]
fn a_license_file_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("acme.lic").to_str().unwrap().to_owned();
    for command in ["import", "explain"] {
        expect(
            &["file", command, &missing, "--server", "localhost"],
            "LocalFileUnreadable",
            &missing,
            1,
        );
        expect(
            &["file", command, "-", "--server", "localhost"],
            "InvalidRequest",
            "-",
            2,
        );
    }
}

#[test]
fn a_license_file_that_is_too_large() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge.lic");
    let huge = std::fs::File::create(&path).unwrap();
    huge.set_len(licensing_api::license_file::MAX_LICENSE_FILE_BYTES as u64 + 1)
        .unwrap();
    let path = path.to_str().unwrap();
    for command in ["import", "explain"] {
        expect(
            &["file", command, path, "--server", "localhost"],
            "RequestTooLarge",
            path,
            1,
        );
    }
}

#[test]
fn what_insight_services_are_sent_stands_in_a_file() {
    for [group, verb] in [
        ["insight-bundle", "import"],
        ["insight-order", "new"],
        ["insight-requirement", "import"],
        ["insight-rescission", "import"],
    ] {
        expect(
            &[group, verb, "no-such-file"],
            "LocalFileUnreadable",
            "no-such-file",
            1,
        );
    }
}
