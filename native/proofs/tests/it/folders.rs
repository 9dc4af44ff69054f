//! Two license managers on one data folder, also where the locks of the file system do not keep them apart.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use licensing_proofs::preload::library;
use licensing_proofs::{Answer, FEATURE, Key, Site, cad};
use licensing_testbed::{ServerBuilder, licensingd};
use serde_json::Value;

/// Far longer than anything here takes: only a hang reaches it.
const HANG: Duration = Duration::from_secs(120);

/// A server on a file system with such locks.
fn builder(locks: Option<&str>) -> ServerBuilder {
    let builder = ServerBuilder::new().license("acme.lic", &cad(5));
    match locks {
        None => builder,
        Some(kind) => builder
            .environment("LD_PRELOAD", library("folder_locks").unwrap().to_str().unwrap())
            .environment("FOLDER_LOCKS", kind),
    }
}

/// Starts another manager in the folder of a site, on a machine with such locks; what it says when it ends.
fn second(site: &Site, locks: Option<&str>) -> String {
    let mut command = Command::new(licensingd().unwrap());
    command.args(["run", "--data"]).arg(site.server.data());
    if let Some(kind) = locks {
        command.env("LD_PRELOAD", library("folder_locks").unwrap());
        command.env("FOLDER_LOCKS", kind);
    }
    let ended = command.stdin(Stdio::null()).output().unwrap();
    assert!(!ended.status.success(), "{ended:?}");
    String::from_utf8_lossy(&ended.stderr).into_owned()
}

async fn serves(site: &Site, key: u128) {
    let mut product = site.product().await.unwrap();
    let Answer::Granted { lease, .. } = product.checkout(FEATURE, Key(key)).await.unwrap() else {
        panic!("nothing is granted")
    };
    assert!(product.checkin(&lease).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_manager_never_serves_the_same_folder() {
    let mut refused = Vec::new();
    for locks in [None, Some("local")] {
        let mut site = Site::start(builder(locks)).unwrap();
        serves(&site, 1).await;
        let begun = Instant::now();
        let said = tokio::task::block_in_place(|| second(&site, locks));
        let expected = if locks.is_some() {
            "is served by process"
        } else {
            "is locked"
        };
        assert!(said.contains(expected), "{said}");
        refused.push(begun.elapsed());
        serves(&site, 2).await;
        // After a crash nobody waits for a record of a process that is gone.
        tokio::task::block_in_place(|| site.server.kill()).unwrap();
        let begun = Instant::now();
        site.start_again().unwrap();
        let again = begun.elapsed();
        serves(&site, 3).await;
        site.end().unwrap();
        assert!(!site.server.data().join("run/owner.json").exists());
        site.verify().unwrap();
        println!(
            "folders: locks {locks:?}: a second manager was refused; after a crash it started again in {again:.1?}"
        );
    }
    println!(
        "folders: refused after {:.1?} with locks, after {:.1?} without",
        refused[0], refused[1]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_ends_when_another_one_took_its_folder_over() {
    let mut site = Site::start(builder(Some("local"))).unwrap();
    serves(&site, 1).await;
    let file = site.server.data().join("run/owner.json");
    let mut record: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    record["id"] = "another".into();
    record["host"] = "elsewhere".into();
    fs::write(&file, serde_json::to_vec(&record).unwrap()).unwrap();
    let begun = Instant::now();
    while !site
        .server
        .log()
        .contains("took over the data folder; this one ends")
    {
        assert!(begun.elapsed() < HANG, "{}", site.server.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    println!(
        "folders: it noticed after {:.1?} that another manager had taken over",
        begun.elapsed()
    );
    let status = tokio::task::block_in_place(|| site.server.end()).unwrap();
    assert!(!status.success(), "{status}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_system_that_cannot_lock_is_named() {
    let site = Site::prepare(builder(None)).unwrap();
    let said = tokio::task::block_in_place(|| second(&site, Some("none")));
    assert!(said.contains("manager.lock cannot be locked"), "{said}");
}
