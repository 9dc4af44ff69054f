//! kill -9 under load: whatever was acknowledged is there afterwards.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use licensing_seats::seat::{Decision, LeaseId};
use licensing_store::{SeatService, SystemClock};

use crate::support::{pools, request, start};

const FILE: &str = "LICENSING_TEST_FILE";
const FIRST_KEY: &str = "LICENSING_TEST_FIRST_KEY";
const SEATS: u32 = 60;
const KILLS: u64 = 10;
const CALLERS: u64 = 16;

/// What the child was answered, line by line.
#[derive(Debug, Default)]
pub(crate) struct Answered {
    /// Granted, and no checkin was asked for.
    pub(crate) held: HashSet<String>,
    /// Checkin was asked for, but not acknowledged.
    pub(crate) unsure: HashSet<String>,
    /// Checkin was acknowledged.
    pub(crate) back: HashSet<String>,
    /// Checkouts that were asked for, but not answered.
    pub(crate) open: HashSet<String>,
}

impl Answered {
    pub(crate) fn line(&mut self, line: &str) {
        let mut words = line.split(' ');
        let (what, name) = (words.next(), words.next().unwrap_or("").to_owned());
        match what {
            Some("asks") => drop(self.open.insert(name)),
            Some("denied") => drop(self.open.remove(&name)),
            Some("granted") => {
                self.open.remove(&name);
                self.held.insert(words.next().unwrap_or("").to_owned());
            }
            Some("returns") => {
                self.held.remove(&name);
                self.unsure.insert(name);
            }
            Some("returned") => {
                self.unsure.remove(&name);
                self.back.insert(name);
            }
            // The test harness of the child talks, too.
            Some(_) | None => {}
        }
    }

    /// Compares with what is held now.
    pub(crate) async fn compare(&self, service: &SeatService) {
        let is_held = |name: &String| {
            let id = LeaseId::from_slice(&hex::decode(name).unwrap()).unwrap();
            service.heartbeat(&[id]).is_empty()
        };
        for name in &self.held {
            assert!(is_held(name), "an acknowledged checkout is lost");
        }
        for name in &self.back {
            assert!(!is_held(name), "an acknowledged checkin is undone");
        }
        let unsure = self.unsure.iter().filter(|name| is_held(name)).count();
        let held = service.status().leases;
        let known = self.held.len() + unsure;
        assert!(
            held >= known && held <= known + self.open.len(),
            "{held} held, {known} known, {self:?}"
        );
        assert!(held <= SEATS as usize);
        let report = service.verify_audit().await.unwrap();
        assert_eq!(report.opened - report.closed, held as u64);
    }
}

pub(crate) fn child(test: &str, path: &Path, first_key: u64) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([test, "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .env(FILE, path)
        .env(FIRST_KEY, first_key.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    command
}

fn say(line: &str) {
    // One write for one line: a killed process leaves whole lines.
    let mut text = line.to_owned();
    text.push('\n');
    std::io::stdout().lock().write_all(text.as_bytes()).unwrap();
}

/// Checks seats out and in until the process ends or the service does.
async fn load(service: SeatService, first_key: u64) {
    let mut tasks = tokio::task::JoinSet::new();
    for caller in 0..CALLERS {
        let service = service.clone();
        tasks.spawn(async move {
            let mut held = Vec::new();
            for round in 0u64.. {
                let key = first_key + caller + round * CALLERS;
                say(&format!("asks {key}"));
                match service.checkout(request("CAD", key)).await {
                    Ok(Decision::Granted(lease)) => {
                        say(&format!("granted {key} {}", hex::encode(lease.id.as_bytes())));
                        held.push(lease.id);
                    }
                    Ok(Decision::Denied(_)) => say(&format!("denied {key}")),
                    Ok(decision @ (Decision::Repeated(_) | Decision::Queued(_))) => {
                        panic!("a new key was taken for an old one, or waits: {decision:?}")
                    }
                    Err(_) => return,
                }
                if round % 3 != 0 || held.len() > 5 {
                    let Some(id) = held.pop() else { continue };
                    let name = hex::encode(id.as_bytes());
                    say(&format!("returns {name}"));
                    match service.checkin(id).await {
                        Ok(was_held) => assert!(was_held),
                        Err(_) => return,
                    }
                    say(&format!("returned {name}"));
                }
            }
        });
    }
    tasks.join_all().await;
}

#[test]
#[ignore = "a child process of the other tests"]
fn serve_until_the_end() {
    let path = PathBuf::from(std::env::var_os(FILE).expect("only as a child process"));
    let first_key = std::env::var(FIRST_KEY).unwrap().parse().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    runtime.block_on(async {
        let service = start(&path, pools("CAD", SEATS), Arc::new(SystemClock::new()));
        load(service.clone(), first_key).await;
        say(&format!("ended {}", service.ended().await.code().name()));
    });
}

#[tokio::test]
async fn ten_kills_lose_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let mut seed = [0; 8];
    getrandom::fill(&mut seed).unwrap();
    let mut random = u64::from_le_bytes(seed);
    let mut answered = Answered::default();
    let mut lines_seen = HashMap::new();
    for kill in 0..KILLS {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let lines = 50 + (random >> 33) % 3_000;
        let mut process = child("kill::serve_until_the_end", &path, (kill + 1) << 32)
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap()).lines();
        for line in output.by_ref().take(lines as usize) {
            answered.line(&line.unwrap());
        }
        process.kill().unwrap();
        // What it still said before the end was said after the disk had it.
        output.map_while(Result::ok).for_each(|line| answered.line(&line));
        process.wait().unwrap();
        lines_seen.insert(kill, lines);
        let service = start(&path, pools("CAD", SEATS), Arc::new(SystemClock::new()));
        answered.compare(&service).await;
        // Seats of the killed process would only be in the way of the next one.
        for name in answered
            .held
            .drain()
            .chain(answered.unsure.drain())
            .collect::<Vec<_>>()
        {
            let id = LeaseId::from_slice(&hex::decode(&name).unwrap()).unwrap();
            service.checkin(id).await.unwrap();
            answered.back.insert(name);
        }
        let unanswered: Vec<String> = answered.open.drain().collect();
        for key in unanswered {
            // The same key again: the lease that was granted without an answer, or a new one.
            match service
                .checkout(request("CAD", key.parse().unwrap()))
                .await
                .unwrap()
            {
                Decision::Granted(lease) | Decision::Repeated(lease) => {
                    assert!(service.checkin(lease.id).await.unwrap());
                }
                decision @ (Decision::Denied(_) | Decision::Queued(_)) => panic!("{decision:?}"),
            }
        }
        assert_eq!(service.status().leases, 0, "{lines_seen:?}");
        service.shutdown().await.unwrap();
    }
    assert!(answered.back.len() > 100, "the children did next to nothing");
}

/// A process copies the log into the file when it has grown large, also by what earlier processes left.
#[tokio::test]
async fn logs_of_killed_processes_do_not_add_up() {
    const MIB: u64 = 1 << 20;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let log = folder.path().join("ACME.db-wal");
    let size = || std::fs::metadata(&log).map_or(0, |log| log.len());
    // None of them writes as much as makes a log large.
    for kill in 0..4 {
        let before = size();
        let mut process = child("kill::serve_until_the_end", &path, (kill + 1) << 32)
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut lines = 0;
        while size() < before + 8 * MIB && lines < 30_000 {
            output.next().unwrap().unwrap();
            lines += 1;
        }
        process.kill().unwrap();
        output.for_each(drop);
        process.wait().unwrap();
    }
    assert!(size() < 28 * MIB, "{} MiB", size() / MIB);
}
