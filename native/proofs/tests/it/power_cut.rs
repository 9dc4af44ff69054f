//! The power is cut at any moment, under load: of what was not synced, anything may be lost.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use licensing_proofs::power_cut::{Disk, Fate};
use licensing_proofs::{Dice, Form, Kill, Record, Site, Work, cad};
use licensing_testbed::ServerBuilder;

pub(crate) const SEATS: u32 = 60;
const PRODUCTS: usize = 20;

/// A server whose state lies on a disk of ours.
pub(crate) fn site_on_disk(scratch: &Path, keep: bool) -> (Site, Disk) {
    let data = scratch.join("data");
    let disk = Disk::new(&data.join("state"), scratch, keep).unwrap();
    // The folder must not be there when the server is set up.
    std::fs::remove_dir_all(&data).unwrap();
    let mut builder = ServerBuilder::new()
        .folder(&data)
        .license("acme.lic", &cad(SEATS));
    for (name, value) in disk.environment() {
        builder = builder.environment(name, &value);
    }
    (Site::prepare(builder).unwrap(), disk)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn power_cuts_lose_nothing_that_was_acknowledged() {
    let (cuts, in_checkpoints) = Form::of_this_run().pick((10, 1), (150, 30));
    let mut dice = Dice::new("power cuts");
    let scratch = tempfile::tempdir().unwrap();
    let (mut site, disk) = site_on_disk(scratch.path(), false);
    let record = Arc::new(Record::default());
    let (mut fates, mut unsynced, mut checkpoints) = (BTreeMap::<Fate, u32>::new(), 0, 0);
    site.start_again().unwrap();
    for number in 0..cuts {
        let process = site.daemon_serves(None).await.unwrap();
        let mut work = Work::begin(site.daemon().unwrap(), PRODUCTS, &record, &mut dice)
            .await
            .unwrap();
        if number % (cuts / in_checkpoints) == 1 {
            in_checkpoint(&disk).await;
        } else {
            let moment = dice.u64(1..400);
            assert!(record.more_answers(moment, work.over()).await);
        }
        checkpoints += u32::from(disk.journal_bytes("ACME.db") > 0);
        site.kill_process(Kill::Both, Some(process)).unwrap();
        work.over().await;
        let fate = Fate::any(&mut dice);
        *fates.entry(fate).or_default() += 1;
        unsynced += disk.cut(fate, &mut dice).unwrap();
        site.verify().unwrap();
        site.start_again().unwrap();
        let rows = site.usage().await.unwrap();
        record.compare(&rows, SEATS as usize).unwrap();
        let mut product = site.product().await.unwrap();
        record.settle(&mut product, &rows, &mut dice).await.unwrap();
    }
    site.end().unwrap();
    site.verify().unwrap();
    let figures = record.figures();
    println!(
        "power cuts: {fates:?}, {checkpoints} of them while the log was copied into the file, {unsynced} writes not \
         synced; {figures:?}; acknowledged and lost: 0"
    );
    assert!(unsynced > 0 && figures.granted > 100);
}

/// Waits for a moment at which the file itself is being written to.
async fn in_checkpoint(disk: &Disk) {
    let written = async {
        while disk.journal_bytes("ACME.db") == 0 {
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(300), written)
        .await
        .expect("the log is never copied into the file");
}

const FILE: &str = "LICENSING_PROOFS_FILE";
const SYNCHRONOUS: &str = "LICENSING_PROOFS_SYNCHRONOUS";

#[test]
#[ignore = "a child process of another test"]
fn commit_until_killed() {
    let connection = rusqlite::Connection::open(PathBuf::from(std::env::var_os(FILE).unwrap())).unwrap();
    let synchronous = std::env::var(SYNCHRONOUS).unwrap();
    connection
        .execute_batch(&format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; CREATE TABLE number (number INTEGER);"
        ))
        .unwrap();
    for number in 1_i64.. {
        connection
            .execute("INSERT INTO number VALUES (?1)", [number])
            .unwrap();
        println!("committed {number}");
    }
}

/// Numbers that were acknowledged as committed, and those that are there after the power was cut.
fn acknowledged_and_kept(synchronous: &str, dice: &mut Dice) -> (i64, i64) {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("files");
    let disk = Disk::new(&folder, scratch.path(), false).unwrap();
    let file = folder.join("numbers.db");
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "power_cut::commit_until_killed",
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .env(FILE, &file)
        .env(SYNCHRONOUS, synchronous)
        .envs(disk.environment())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged = 0;
    for line in lines.map_while(Result::ok) {
        if let Some(number) = line.strip_prefix("committed ") {
            acknowledged = number.parse().unwrap();
        }
        if acknowledged == 300 {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    disk.cut(Fate::Lost, dice).unwrap();
    let connection = rusqlite::Connection::open(&file).unwrap();
    let kept = connection
        .query_row("SELECT count(*) FROM number", [], |row| row.get(0))
        .unwrap_or(0);
    (acknowledged, kept)
}

/// The proof can fail: a program that does not sync its commits loses them to the same cut.
#[test]
fn a_program_that_does_not_sync_is_found_out() {
    let mut dice = Dice::new("power cut of a program");
    let (acknowledged, kept) = acknowledged_and_kept("NORMAL", &mut dice);
    println!("power cut: without syncs {acknowledged} were acknowledged, {kept} are there");
    assert!(acknowledged >= 300 && kept < acknowledged);
    let (acknowledged, kept) = acknowledged_and_kept("FULL", &mut dice);
    println!("power cut: with syncs {acknowledged} were acknowledged, {kept} are there");
    assert!(acknowledged >= 300 && kept >= acknowledged);
}
