//! `backup` of a server that is working, and `restore`.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use licensing_api::management::ExportUpload;
use licensing_api::operation::op;
use licensing_protocol::licensing::vendor_daemon_client::VendorDaemonClient;
use licensing_server::management::ManagementFolder;
use licensing_testbed::Server;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;
use tonic::transport::Channel;

use crate::full_circle::administrator;
use crate::support::{channel, check_in, check_out, daemon, in_use, server_with};

async fn licensingd(arguments: &[&str]) -> Output {
    let arguments: Vec<String> = arguments.iter().map(|&word| word.to_owned()).collect();
    let run = move || {
        Command::new(env!("CARGO_BIN_EXE_licensingd"))
            .args(arguments)
            .output()
    };
    tokio::task::spawn_blocking(run).await.unwrap().unwrap()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Output of a command that must succeed.
async fn text(arguments: &[&str]) -> String {
    let output = licensingd(arguments).await;
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// What a command that must fail says.
async fn refusal(arguments: &[&str]) -> String {
    let output = licensingd(arguments).await;
    assert!(!output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// The counts of the vendor's database.
fn counts(text: &str) -> (u64, u64) {
    let line = text
        .lines()
        .find(|line| line.contains("ACME.db: "))
        .unwrap_or_else(|| panic!("{text}"));
    let mut numbers = line
        .rsplit_once(": ")
        .unwrap()
        .1
        .split(|letter: char| !letter.is_ascii_digit())
        .filter_map(|word| word.parse().ok());
    (numbers.next().unwrap(), numbers.next().unwrap())
}

/// Where something stands for the first time.
fn place(whole: &[u8], part: &[u8]) -> Option<usize> {
    whole.windows(part.len()).position(|window| window == part)
}

/// Saves a server; what is said about it.
async fn save(server: &Server, archive: &Path) -> String {
    let data = path(server.data());
    text(&["backup", "--data", data, "--output", path(archive)]).await
}

/// Serves what was restored; the program, and its vendor daemon.
async fn serve(data: &Path) -> (Child, VendorDaemonClient<Channel>) {
    let mut program = tokio::process::Command::new(env!("CARGO_BIN_EXE_licensingd"))
        .args(["run", "--data", path(data)])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let output = BufReader::new(program.stdout.as_mut().unwrap());
    let line = output.lines().next_line().await.unwrap().unwrap();
    let endpoints: serde_json::Value = serde_json::from_str(&line).unwrap();
    let port = u16::try_from(endpoints["vendors"]["ACME"].as_u64().unwrap()).unwrap();
    let daemon = VendorDaemonClient::new(channel(([127, 0, 0, 1], port).into()).await);
    (program, daemon)
}

async fn stop(server: Server) {
    tokio::task::spawn_blocking(move || server.stop())
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_is_of_one_instant_and_serves_after_the_restore() {
    let server = server_with(100).await;
    let mut client = daemon(&server).await;
    let mut kept = Vec::new();
    for key in 1..=5 {
        kept.push(check_out(&mut client, key).await.unwrap());
    }
    let (busy, rounds) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicU32::new(0)));
    let load = {
        let (busy, rounds, mut client) = (Arc::clone(&busy), Arc::clone(&rounds), client.clone());
        tokio::spawn(async move {
            for key in (6..=200).cycle() {
                if !busy.load(Ordering::SeqCst) {
                    return;
                }
                // A key that is used again after its lease has ended is refused; either way something is written.
                if let Ok(lease) = check_out(&mut client, key).await {
                    check_in(&mut client, &lease).await;
                }
                rounds.fetch_add(1, Ordering::SeqCst);
            }
        })
    };
    while rounds.load(Ordering::SeqCst) < 20 {
        tokio::task::yield_now().await;
    }
    let folder = tempfile::tempdir().unwrap();
    let (archive, data) = (folder.path().join("saved.tar"), folder.path().join("restored"));
    let saved = save(&server, &archive).await;
    busy.store(false, Ordering::SeqCst);
    load.await.unwrap();
    stop(server).await;

    let (records, leases) = counts(&saved);
    assert!(records >= 45 && (5..=6).contains(&leases), "{saved}");
    assert_eq!(text(&["restore", "--verify", path(&archive)]).await, saved);
    assert_eq!(
        text(&["restore", path(&archive), "--data", path(&data)]).await,
        saved
    );
    // The restored server is the same one for the receiver of its uploads.
    assert!(data.join("management").join("state.json").is_file());
    assert_eq!(
        counts(&text(&["verify", "--data", path(&data)]).await),
        (records, leases)
    );

    let (mut restored, mut client) = serve(&data).await;
    assert_eq!(u64::from(in_use(&mut client).await), leases);
    for lease in &kept {
        assert!(check_in(&mut client, lease).await);
    }
    restored.kill().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_archive_is_refused_and_the_file_is_named() {
    let server = server_with(3).await;
    check_out(&mut daemon(&server).await, 1).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("saved.tar");
    let config = server.data().join("licensingd.toml");
    let settings = std::fs::read_to_string(&config).unwrap();
    let settings = settings.replace("#client_ca = \"\"", "client_ca = \"tls/clients.pem\"");
    std::fs::write(&config, settings).unwrap();
    std::fs::write(server.data().join("tls/clients.pem"), "authorities").unwrap();
    save(&server, &archive).await;
    let again = [
        "backup",
        "--data",
        path(server.data()),
        "--output",
        path(&archive),
    ];
    assert!(refusal(&again).await.contains("never replaced"));
    stop(server).await;

    let whole = std::fs::read(&archive).unwrap();
    let find = |part: &[u8]| place(&whole, part).unwrap();
    assert!(place(&whole, b"authorities").is_some());
    for key in ["tls/server.key", "state/ticket.key"] {
        assert!(
            place(&whole, key.as_bytes()).is_none(),
            "keys are only saved when that is wanted"
        );
    }
    let (damaged, data) = (folder.path().join("damaged.tar"), folder.path().join("restored"));
    for (at, named) in [
        (find(b"SQLite format 3\0") + 5000, "state/ACME.db"),
        (find(b"INCREMENT cad") + 10, "licenses/acme.lic"),
    ] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(&damaged, bytes).unwrap();
        let said = refusal(&["restore", "--verify", path(&damaged)]).await;
        assert!(said.contains(&format!("{named} is damaged")), "{said}");
        let said = refusal(&["restore", path(&damaged), "--data", path(&data)]).await;
        assert!(said.contains(&format!("{named} is damaged")), "{said}");
        assert_eq!(
            std::fs::read_dir(&data).unwrap().count(),
            0,
            "nothing is left there"
        );
    }
    std::fs::write(&damaged, &whole[..find(b"SQLite format 3\0") + 5000]).unwrap();
    let said = refusal(&["restore", "--verify", path(&damaged)]).await;
    assert!(said.contains("state/ACME.db"), "{said}");

    std::fs::write(data.join("mine"), "").unwrap();
    let said = refusal(&["restore", path(&archive), "--data", path(&data)]).await;
    assert!(said.contains("is not empty"), "{said}");
    std::fs::remove_file(data.join("mine")).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn with_keys_the_restored_server_has_the_certificate_that_clients_trust() {
    let server = server_with(1).await;
    let certificate = std::fs::read(server.data().join("tls/server.crt")).unwrap();
    let ticket_key = std::fs::read(server.data().join("state/ticket.key")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (archive, data) = (folder.path().join("saved.tar"), folder.path().join("restored"));
    let from = path(server.data());
    text(&[
        "backup",
        "--data",
        from,
        "--output",
        path(&archive),
        "--with-keys",
    ])
    .await;
    stop(server).await;
    text(&["restore", path(&archive), "--data", path(&data)]).await;
    assert_eq!(std::fs::read(data.join("tls/server.crt")).unwrap(), certificate);
    assert!(data.join("tls/server.key").is_file());
    assert_eq!(std::fs::read(data.join("state/ticket.key")).unwrap(), ticket_key);
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_that_wait_for_the_receiver_are_saved() {
    let server = server_with(1).await;
    let client = administrator(&server, server.endpoints().web_services.ip());
    // What is exported waits for its receipt.
    for _ in 0..2 {
        client
            .call::<op::ExportUpload>(&ExportUpload::default())
            .await
            .unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let (archive, data) = (folder.path().join("saved.tar"), folder.path().join("restored"));
    save(&server, &archive).await;
    text(&["restore", path(&archive), "--data", path(&data)]).await;
    let opened = [server.data(), &data].map(|data| {
        let folder = ManagementFolder::new(data.join("management"));
        folder.open(jiff::Timestamp::now()).unwrap()
    });
    assert_eq!(opened[0].waiting.len(), 2);
    assert_eq!(opened[1].waiting, opened[0].waiting);
    assert_eq!(opened[1].state, opened[0].state);
    stop(server).await;
}

/// The archive with another license file in it and a manifest that fits, as whoever can write the archive can make it.
fn forged(archive: &[u8], keeps_signature: bool) -> Vec<u8> {
    let mut entries = Vec::new();
    let mut read = tar::Archive::new(archive);
    for entry in read.entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut content).unwrap();
        entries.push((name, content));
    }
    let license = b"# nothing any more\n".to_vec();
    let mut manifest: serde_json::Value = serde_json::from_slice(&entries[0].1).unwrap();
    for file in manifest["files"].as_array_mut().unwrap() {
        if file["path"] == "licenses/acme.lic" {
            file["bytes"] = license.len().into();
            file["sha256"] = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&license)).into();
        }
    }
    entries[0].1 = serde_json::to_vec(&manifest).unwrap();
    let mut forged = tar::Builder::new(Vec::new());
    for (name, content) in entries {
        let content = if name == "licenses/acme.lic" {
            &license
        } else {
            &content
        };
        if name == "manifest.sig" && !keeps_signature {
            continue;
        }
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o600);
        forged.append_data(&mut header, name, content.as_slice()).unwrap();
    }
    forged.into_inner().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_archive_is_refused_by_the_key_of_the_server() {
    let server = server_with(3).await;
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("saved.tar");
    let saved = save(&server, &archive).await;
    stop(server).await;
    let key = saved
        .lines()
        .find_map(|line| line.strip_prefix("signed with the key "))
        .unwrap();
    let check = ["restore", "--verify", path(&archive), "--signed-by"];
    assert_eq!(text(&[&check[..], &[key]].concat()).await, saved);
    let other = key.chars().rev().collect::<String>();
    let said = refusal(&[&check[..], &[other.as_str()]].concat()).await;
    assert!(said.contains("signed with another key"), "{said}");

    let whole = std::fs::read(&archive).unwrap();
    std::fs::write(&archive, forged(&whole, false)).unwrap();
    let said = text(&check[..3]).await;
    assert!(said.contains("not signed"), "{said}");
    let said = refusal(&[&check[..], &[key]].concat()).await;
    assert!(said.contains("it is not signed"), "{said}");
    std::fs::write(&archive, forged(&whole, true)).unwrap();
    let said = refusal(&check[..3]).await;
    assert!(said.contains("the signature does not fit"), "{said}");
}
