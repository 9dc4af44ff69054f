//! Requests that schemathesis makes from the OpenAPI document, against a running server: no answer that the document does not
//! have, and none that says that the server failed.

use std::path::Path;
use std::process::Command;

use licensing_api::Permission;
use licensing_api::operation::op;
use licensing_api::token::NewToken;
use licensing_testbed::python_with;

use crate::full_circle::{LOOPBACK, administrator};
use crate::support::{acme, builder, start};

/// The version whose requests are known to fit in the time.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";
/// Requests for each operation.
const EXAMPLES: &str = "10";
/// Longest time for all of them, in seconds: only a hang reaches it.
const SECONDS: &str = "480";
/// Longest time for the answer to one of them, in seconds.
const ANSWER_SECONDS: &str = "60";
/// One, since Python 3.11 may fail with "AST constructor recursion depth mismatch" when two threads parse at once, and the
/// tool parses its own sources while it makes requests.
const WORKERS: &str = "1";

#[tokio::test(flavor = "multi_thread")]
async fn no_request_brings_an_answer_that_is_not_documented() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("schemathesis");
    let made = tokio::task::spawn_blocking(move || python_with(&folder, &[SCHEMATHESIS], "schemathesis"));
    let Some(python) = made.await.unwrap() else {
        eprintln!("SKIPPED: there is no schemathesis, and it cannot be installed; bad input is not tested");
        return;
    };
    let server = start(builder().license("acme.lic", &acme(1))).await;
    let admin = administrator(&server, LOOPBACK);
    // One that may only look would be refused by everything that changes something, before it is looked at.
    let wanted = NewToken {
        name: "bad input".to_owned(),
        scope: None,
        permissions: Some(Permission::Full),
        days: None,
    };
    let token = admin.call::<op::NewToken>(&wanted).await.unwrap();
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let report = server.data().join("bad-input.txt");
    let mut command = Command::new("timeout");
    command
        .arg(SECONDS)
        .arg(python.with_file_name("schemathesis"))
        .arg("run")
        .arg(document)
        .args(["--url", &format!("https://{}", server.endpoints().web_services)])
        .args([
            "--header",
            &format!("Authorization: Bearer {}", token.secret.expose()),
        ])
        .args([
            "--tls-verify",
            "false",
            "--max-examples",
            EXAMPLES,
            "--seed",
            "1",
            "--workers",
            WORKERS,
            "--request-timeout",
            ANSWER_SECONDS,
            // That this machine is slow to make requests says nothing of the server.
            "--suppress-health-check",
            "too_slow",
        ])
        .args(["--phases", "examples,coverage,fuzzing"])
        .args([
            "--checks",
            "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
        ])
        .current_dir(server.data());
    let output = tokio::task::spawn_blocking(move || command.output())
        .await
        .unwrap()
        .unwrap();
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    std::fs::write(report, &text).unwrap();
    assert!(output.status.success(), "{text}");
    assert!(text.contains("passed"), "{text}");
    server.stop().unwrap();
}
