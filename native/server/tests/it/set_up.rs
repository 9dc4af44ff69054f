//! `init` and `verify`.

use std::path::Path;
use std::process::{Command, Output};

use crate::support::{builder, check_out, daemon, server_with};

fn licensingd(arguments: &[&str], data: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_licensingd"))
        .args(arguments)
        .arg("--data")
        .arg(data)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_made_up_password_is_left_in_one_file_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("new");
    let made = licensingd(&["init"], &data);
    assert!(made.status.success(), "{made:?}");
    let password = std::fs::read_to_string(data.join("initial-password")).unwrap();
    assert!(password.trim().len() >= 24);
    assert!(!text(&made.stdout).contains(password.trim()) && !text(&made.stderr).contains(password.trim()));
    assert!(
        !std::fs::read_to_string(data.join("licensingd.toml"))
            .unwrap()
            .contains(password.trim())
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |name: &str| std::fs::metadata(data.join(name)).unwrap().permissions().mode() & 0o777;
        for folder in ["", "tls", "licenses", "trust", "state", "run"] {
            assert_eq!(mode(folder), 0o700, "{folder}");
        }
        for file in [
            "initial-password",
            "licensingd.toml",
            "tls/server.key",
            "state/server.db",
        ] {
            assert_eq!(mode(file), 0o600, "{file}");
        }
    }
}

#[test]
fn a_new_server_says_what_is_collected_and_how_to_turn_that_off() {
    let folder = tempfile::tempdir().unwrap();
    let made = licensingd(&["init"], &folder.path().join("new"));
    let said = text(&made.stdout);
    for needed in [
        "serial numbers",
        "Names of users and devices are never sent.",
        "Nothing is sent before you set a destination",
        "Set-LicenseManagementService -Enabled $false",
        "licensing management-service disable",
    ] {
        assert!(said.contains(needed), "'{needed}' is missing in {said}");
    }
}

#[test]
fn a_folder_with_a_server_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("new");
    assert!(licensingd(&["init"], &data).status.success());
    let config = data.join("licensingd.toml");
    std::fs::write(&config, "# mine\n").unwrap();
    let again = licensingd(&["init"], &data);
    assert!(!again.status.success());
    assert!(text(&again.stderr).contains("has a server already"), "{again:?}");
    assert_eq!(std::fs::read_to_string(config).unwrap(), "# mine\n");
}

#[test]
fn a_weak_password_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let password = folder.path().join("password");
    std::fs::write(&password, "short\n").unwrap();
    let made = licensingd(
        &["init", "--password-file", password.to_str().unwrap()],
        &folder.path().join("new"),
    );
    assert!(!made.status.success());
    assert!(text(&made.stderr).contains("weak"), "{made:?}");
    assert!(!text(&made.stderr).contains("short"), "{made:?}");
}

#[test]
fn running_without_a_configuration_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let run = licensingd(&["run"], folder.path());
    assert!(!run.status.success());
    assert!(text(&run.stderr).contains("licensingd init"), "{run:?}");
}

#[test]
fn the_hidden_command_is_for_the_manager_alone() {
    let run = Command::new(env!("CARGO_BIN_EXE_licensingd"))
        .arg("vendor-daemon")
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert!(!run.status.success());
    assert!(text(&run.stderr).contains("license manager"), "{run:?}");
}

#[tokio::test]
async fn verify_finds_a_whole_folder_whole_and_a_changed_record_damaged() {
    let mut server = server_with(2).await;
    let mut client = daemon(&server).await;
    check_out(&mut client, 1).await.unwrap();
    let running = licensingd(&["verify"], server.data());
    assert!(
        !running.status.success(),
        "a running server changes what is looked at"
    );
    server.end().unwrap();
    let whole = licensingd(&["verify"], server.data());
    assert!(whole.status.success(), "{whole:?}");
    assert!(
        text(&whole.stdout).contains("ACME.db") && text(&whole.stdout).contains("server.db"),
        "{whole:?}"
    );

    // A copy need not have what only a running server has.
    std::fs::remove_dir_all(server.data().join("run")).unwrap();
    let copy = licensingd(&["verify"], server.data());
    assert!(copy.status.success(), "{copy:?}");

    let database = rusqlite::Connection::open(server.data().join("state/ACME.db")).unwrap();
    database
        .execute("DELETE FROM audit WHERE sequence = 2", [])
        .unwrap();
    drop(database);
    let damaged = licensingd(&["verify"], server.data());
    assert!(!damaged.status.success());
    assert!(text(&damaged.stdout).contains("DAMAGED"), "{damaged:?}");
}

#[test]
fn a_configuration_that_is_not_understood_stops_the_start() {
    let server = builder().prepare().unwrap();
    std::fs::write(server.data().join("licensingd.toml"), "[licensing]\nprot = 1\n").unwrap();
    let run = licensingd(&["run"], server.data());
    assert!(!run.status.success());
    assert!(text(&run.stderr).contains("prot"), "{run:?}");
}
