//! The Python example, with stubs generated for it.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use licensing_testbed::{Increment, Issuer, Server, ServerBuilder, license_text, python_of};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

fn run(command: &mut Command) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Python with what the example needs, in an environment of its own that later runs find again; none where there is no
/// Python, which is said and never silently passed over.
fn python() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python-example");
    let requirements = workspace().join("native/ffi/examples/python/requirements.txt");
    python_of(&folder, &requirements, (3, 9)).unwrap()
}

/// The example with its stubs.
struct Example {
    python: PathBuf,
    stubs: tempfile::TempDir,
}

impl Example {
    fn new(python: PathBuf) -> Self {
        let stubs = tempfile::tempdir().unwrap();
        run(Command::new(&python)
            .args(["-m", "grpc_tools.protoc", "-I"])
            .arg(workspace().join("native/protocol/proto"))
            .arg(format!("--python_out={}", stubs.path().display()))
            .arg(format!("--grpc_python_out={}", stubs.path().display()))
            .arg("licensing/v1/licensing.proto"));
        Self { python, stubs }
    }

    fn start(&self, server: &Server, arguments: &[&str]) -> Product {
        let mut process = Command::new(&self.python)
            .arg(workspace().join("native/ffi/examples/python/product.py"))
            .args(["--manager", &server.endpoints().licensing.to_string()])
            .args(arguments)
            .env("PYTHONPATH", self.stubs.path())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = lines(process.stdout.take().unwrap());
        Product { process, lines }
    }
}

fn lines(output: ChildStdout) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

struct Product {
    process: Child,
    lines: Receiver<String>,
}

impl Product {
    fn next(&mut self) -> String {
        self.lines
            .recv()
            .unwrap_or_else(|_| panic!("the product ended: {}", self.complaint()))
    }

    /// Everything until this line.
    fn wait_for(&mut self, line: &str) {
        while self.next() != line {}
    }

    fn complaint(&mut self) -> String {
        let mut said = String::new();
        if let Some(mut output) = self.process.stderr.take() {
            output.read_to_string(&mut said).unwrap();
        }
        said
    }

    /// Ends its input, upon which it gives back.
    fn end(mut self) {
        drop(self.process.stdin.take());
        self.wait_for("given back");
        assert!(self.process.wait().unwrap().success(), "{}", self.complaint());
    }
}

impl Drop for Product {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn the_python_example_holds_a_seat_waits_for_one_and_outlives_a_restart() {
    let Some(python) = python() else { return };
    let example = Example::new(python);
    let mut server = ServerBuilder::new()
        .license(
            "acme.lic",
            &license_text("ACME", &[Increment::new("ACME_CAD", 1)]),
        )
        .setting("licensing.heartbeat_seconds", "1")
        .kept_port()
        .expect("a port")
        .start()
        .expect("a license server");

    let mut first = example.start(&server, &["ACME_CAD", "--user", "ann"]);
    assert_eq!(first.next(), "holding 1 of ACME_CAD 1.0");
    first.wait_for("heartbeat: 0 lease(s) ended");

    let mut refused = example.start(&server, &["ACME_CAD", "--user", "bob"]);
    assert!(!refused.process.wait().unwrap().success());
    let said = refused.complaint();
    assert!(said.contains("(-4)"), "{said}");

    let mut second = example.start(&server, &["ACME_CAD", "--user", "bob", "--queue", "600"]);
    assert_eq!(second.next(), "waiting at place 1");
    first.end();
    assert_eq!(second.next(), "holding 1 of ACME_CAD 1.0");

    server.kill().unwrap();
    server.start_again().unwrap();
    // What was said before does not count.
    while second.lines.try_recv().is_ok() {}
    second.wait_for("heartbeat: 0 lease(s) ended");
    second.end();
    server.stop().expect("a good end");
}

#[test]
fn the_python_example_accepts_the_licenses_of_its_issuer_alone() {
    let Some(python) = python() else { return };
    let example = Example::new(python);
    let text = license_text("ACME", &[Increment::new("ACME_CAD", 2)]);
    let server = ServerBuilder::new()
        .license("acme.lic", &text)
        .start()
        .expect("a license server");
    let key_of = |issuer: &Issuer| {
        let file = issuer.trust_file().unwrap();
        let key = file
            .lines()
            .find_map(|line| line.strip_prefix("public_key = "))
            .unwrap();
        key.trim_matches('"').to_owned()
    };

    let own = key_of(server.issuer());
    let mut accepted = example.start(&server, &["ACME_CAD", "--user", "ann", "--issuer-key", &own]);
    assert_eq!(accepted.next(), "holding 1 of ACME_CAD 1.0");
    accepted.end();

    let stranger = key_of(&Issuer::new().unwrap());
    let mut refused = example.start(&server, &["ACME_CAD", "--user", "bob", "--issuer-key", &stranger]);
    assert!(!refused.process.wait().unwrap().success());
    let said = refused.complaint();
    assert!(said.contains("grant 0 of 1 seats"), "{said}");
    server.stop().expect("a good end");
}
