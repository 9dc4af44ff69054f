//! The header and the examples as C and C++ compilers see them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use licensing_testbed::{Increment, ServerBuilder, license_text};

use crate::calls::Peer;
use crate::daemon::{Asked, LicenseServer};
use crate::web::Behaviour;

fn crate_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Whether a tool can be started. Where a test cannot do without it, its absence is said, never silently passed over.
fn has(tool: &str) -> bool {
    let found = Command::new(tool)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let found = found.is_ok_and(|status| status.success());
    if !found {
        eprintln!("skipped: there is no {tool} on this machine");
        assert!(
            std::env::var_os("CI").is_none() || tool == "valgrind",
            "{tool} is missing"
        );
    }
    found
}

fn run(command: &mut Command) -> Output {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// Where Cargo puts what this test was linked with.
pub(crate) fn library() -> PathBuf {
    let test = std::env::current_exe().expect("the test itself");
    let name = format!(
        "{}licensing_ffi{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    let library = test.parent().expect("a folder").join(name);
    assert!(library.exists(), "{} was not built", library.display());
    library
}

/// The program of an example. It is compiled by the first test that wants it, and again when the example, the header or the
/// library is newer; linking with a library for debugging takes longest of all that these tests do.
fn compiled(example: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("c-examples");
    std::fs::create_dir_all(&folder).unwrap();
    let program = folder.join(example.trim_end_matches(".c"));
    let lock = std::fs::File::create(folder.join(format!("{example}.lock"))).unwrap();
    lock.lock().unwrap();
    let library = library();
    let source = ["examples", "tests/c"].map(|folder| crate_folder().join(folder).join(example));
    let source = source
        .into_iter()
        .find(|source| source.exists())
        .expect("a source");
    let include = crate_folder().join("include");
    let modified = |path: &Path| std::fs::metadata(path).and_then(|data| data.modified()).ok();
    let newest = [source.as_path(), &include.join("licensing.h"), &library].map(modified);
    if modified(&program) > newest.into_iter().max().flatten() {
        return program;
    }
    let mut rpath = OsString::from("-Wl,-rpath,");
    rpath.push(library.parent().expect("a folder"));
    run(Command::new("gcc")
        .args([
            "-std=c11",
            "-Wall",
            "-Wextra",
            "-Wpedantic",
            "-Werror",
            "-g",
            "-I",
        ])
        .arg(include)
        .arg(source)
        .arg(&library)
        .arg(rpath)
        .arg("-o")
        .arg(&program));
    program
}

#[test]
fn the_header_is_valid_c_and_cpp() {
    let folder = tempfile::tempdir().unwrap();
    let source = "#include \"licensing.h\"\n\
        int main(void) { return licensing_abi_version() == LICENSING_ABI_VERSION ? (int)LICENSING_ERROR_SUCCESS : 1; }\n";
    for (compiler, standard, suffix) in [("gcc", "-std=c11", "c"), ("g++", "-std=c++17", "cpp")] {
        if has(compiler) {
            let file = folder.path().join(format!("header.{suffix}"));
            std::fs::write(&file, source).unwrap();
            run(Command::new(compiler)
                .args([
                    standard,
                    "-Wall",
                    "-Wextra",
                    "-Wpedantic",
                    "-Werror",
                    "-fsyntax-only",
                    "-I",
                ])
                .arg(crate_folder().join("include"))
                .arg(&file));
        }
    }
}

#[cfg(unix)]
#[test]
fn the_checkout_example_takes_a_seat_and_gives_it_back() {
    if !has("gcc") {
        return;
    }
    let program = compiled("checkout.c");
    let mut server = LicenseServer::start(1);
    let port = server.manager.port().to_string();
    let output = run(Command::new(&program).args(["ACME_CAD", "127.0.0.1", &port, "ACME"]));
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "1 seat(s) of ACME_CAD 2026.0401, heartbeat every 300 s\nheartbeat: 0 lease(s) ended\n\
         checked in, held until now\n"
    );
    let asked: Vec<&str> = server
        .so_far()
        .iter()
        .map(|asked| match asked {
            Asked::Checkout { .. } => "checkout",
            Asked::Heartbeat(_) => "heartbeat",
            Asked::Checkin(_) => "checkin",
            Asked::GivenUp(_) => "given up",
        })
        .collect();
    assert_eq!(asked, ["checkout", "heartbeat", "checkin"]);

    server.truth().seats = 0;
    let output = Command::new(&program)
        .args(["ACME_CAD", "127.0.0.1", &port])
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("SeatDenied") && said.contains("denied with -4"),
        "{said}"
    );
}

#[cfg(unix)]
fn real_server() -> licensing_testbed::Server {
    ServerBuilder::new()
        .license(
            "acme.lic",
            &license_text("ACME", &[Increment::new("ACME_CAD", 1)]),
        )
        .start()
        .expect("a license server")
}

#[cfg(unix)]
#[test]
fn the_checkout_example_works_with_the_real_server() {
    if !has("gcc") {
        return;
    }
    let program = compiled("checkout.c");
    let server = real_server();
    let port = server.endpoints().licensing.port().to_string();
    // There is one seat, so a second round proves that the first gave it back.
    for _ in 0..2 {
        let output = run(Command::new(&program).args(["ACME_CAD", "127.0.0.1", &port, "ACME"]));
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            said.starts_with("1 seat(s) of ACME_CAD 1.0, heartbeat every "),
            "{said}"
        );
        assert!(
            said.ends_with("heartbeat: 0 lease(s) ended\nchecked in, held until now\n"),
            "{said}"
        );
    }
    let output = Command::new(&program)
        .args(["NO_SUCH", "127.0.0.1", &port])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && said.contains("denied with -5"),
        "{said}"
    );
    server.stop().expect("a good end");
}

#[cfg(unix)]
#[test]
fn the_checkout_example_is_clean_under_valgrind() {
    if !has("gcc") || !has("valgrind") {
        return;
    }
    let program = compiled("checkout.c");
    let server = real_server();
    let port = server.endpoints().licensing.port().to_string();
    // Valgrind makes everything twenty times slower, so the usual limits would say nothing about the library.
    // Threads of the runtime live until the process ends, so that what they hold is still reachable, not lost.
    run(Command::new("valgrind")
        .args([
            "--quiet",
            "--error-exitcode=9",
            "--leak-check=full",
            "--errors-for-leak-kinds=definite",
            "--show-leak-kinds=definite",
        ])
        .arg(&program)
        .args(["ACME_CAD", "127.0.0.1", &port])
        .env("LICENSING_TIMEOUT_MS", "300000"));
}

#[cfg(unix)]
#[test]
fn the_usage_example_lists_rows() {
    use std::io::Write;

    if !has("gcc") {
        return;
    }
    let program = compiled("usage.c");
    let peer = Peer::new(Behaviour::json(
        200,
        r#"{"items":[{"feature":"ACME_CAD","user":"eve"}]}"#,
    ));
    let mut running = Command::new(&program)
        .args([&peer.server.address.to_string(), &peer.cert_hash, "admin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    running.stdin.take().unwrap().write_all(b"s3cret\n").unwrap();
    let output = running.wait_with_output().unwrap();
    assert!(output.status.success());
    let rows: serde_json::Value = serde_json::from_slice(&output.stdout).expect("rows");
    assert_eq!(rows[0]["user"], "eve");
}

#[cfg(unix)]
#[test]
fn the_queue_example_waits_for_its_turn() {
    use std::io::{BufRead, BufReader};

    if !has("gcc") {
        return;
    }
    let program = compiled("queue.c");
    let server = LicenseServer::start(0);
    let port = server.manager.port().to_string();
    let mut running = Command::new(&program)
        .args(["ACME_CAD", "600", "127.0.0.1", &port])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(running.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "place 1");
    server.set_seats(1);
    assert_eq!(lines.next().unwrap().unwrap(), "got a seat of ACME_CAD");
    assert!(running.wait().unwrap().success());

    server.set_seats(0);
    let output = Command::new(&program)
        .args(["ACME_CAD", "1", "127.0.0.1", &port])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && said.contains("SeatDenied") && said.contains("place 1"),
        "{said}"
    );
    assert!(server.truth().queue.is_empty(), "it left");
}

#[cfg(unix)]
#[test]
fn the_offline_example_goes_on_without_its_server() {
    if !has("gcc") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let program = compiled("offline.c");
    let tickets = folder.path().join("tickets");
    let mut server = LicenseServer::start(2);
    server.truth().grace = Some(crate::daemon::Grace {
        lasts: jiff::SignedDuration::from_hours(720),
        seed: [7; 32],
    });
    let port = server.manager.port().to_string();
    let offline = |verb: &str, what: &str| {
        let output = run(Command::new(&program)
            .arg(&tickets)
            .args([verb, what, "127.0.0.1", &port]));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert_eq!(offline("crash", "ACME_CAD"), "ACME_CAD: held, has a ticket\n");
    let said = offline("borrow", "ACME_CAM");
    let mut lines = said.lines();
    assert_eq!(lines.next(), Some("ACME_CAM: held, borrowed, has a ticket"));
    let borrowed: serde_json::Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert_eq!(
        (&borrowed[0]["feature"], &borrowed[0]["count"]),
        (&"ACME_CAM".into(), &1.into())
    );
    server.kill();
    assert_eq!(offline("use", "ACME_CAD"), "ACME_CAD: grace, has a ticket\n");
    assert_eq!(
        offline("use", "ACME_CAM"),
        "ACME_CAM: held, borrowed, has a ticket\n"
    );
    server.run();
    assert_eq!(
        offline("return", borrowed[0]["id"].as_str().unwrap()),
        "returned, held until now\n"
    );
    // The seat of the run that crashed.
    assert_eq!(server.truth().leases.len(), 1);
}

/// Runs a way to end, and tells what the server was asked.
#[cfg(unix)]
fn ending(way: &str) -> Vec<Asked> {
    let program = compiled("endings.c");
    let mut server = LicenseServer::start(1);
    let port = server.manager.port().to_string();
    let output = run(Command::new(&program).args([way, &port]));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "done\n");
    server.so_far()
}

#[cfg(unix)]
#[test]
fn seats_are_given_back_by_free_and_at_exit_before_the_process_is_gone() {
    if !has("gcc") {
        return;
    }
    for way in ["free", "return", "exit"] {
        let asked = ending(way);
        assert!(
            matches!(asked.as_slice(), [Asked::Checkout { .. }, Asked::Checkin(_)]),
            "{way}: {asked:?}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_forked_child_is_told_and_its_end_gives_nothing_back() {
    if !has("gcc") {
        return;
    }
    let asked = ending("fork");
    assert!(
        matches!(
            asked.as_slice(),
            [Asked::Checkout { .. }, Asked::Heartbeat(_), Asked::Checkin(_)]
        ),
        "{asked:?}"
    );
}
