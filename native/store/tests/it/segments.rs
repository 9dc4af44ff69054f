//! The audit in segments: sealed, read, verified, removed, and never in two minds about it.

use std::io::{BufRead as _, BufReader};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use licensing_seats::audit::{AuditKind, AuditRecord};
use licensing_store::journal::AuditFilter;
use licensing_store::{AuditKeeping, SeatService, StoreError, check_segments, segment_files, verify};
use licensing_ticket::TicketSigner;

use crate::kill;
use crate::support::{TestClock, granted, pools, request, start};

/// Records that stay in the database.
const TAIL: u64 = 10_000;

fn keeping() -> AuditKeeping {
    AuditKeeping {
        segment_records: 1_000,
        segment_age: SignedDuration::from_hours(24 * 30),
        kept: SignedDuration::from_hours(24 * 365),
    }
}

fn signer() -> Arc<TicketSigner> {
    Arc::new(TicketSigner::from_seed(&[7; 32]))
}

fn open(path: &Path, clock: &Arc<TestClock>) -> SeatService {
    start(path, pools("CAD", 9), clock.clone())
}

/// Checks out and in, which is two records each; eight at a time, so that they share commits.
async fn cycles(service: &SeatService, numbers: Range<u64>) {
    let tasks: Vec<_> = (0..8)
        .map(|lane| {
            let (service, numbers) = (service.clone(), numbers.clone());
            tokio::spawn(async move {
                for number in numbers.filter(|number| number % 8 == lane) {
                    let lease = granted(service.checkout(request("CAD", number)).await.unwrap());
                    assert!(service.checkin(lease.id).await.unwrap());
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

async fn all(service: &SeatService) -> Vec<AuditRecord> {
    let filter = AuditFilter {
        since: None,
        until: None,
        most: usize::MAX,
        wanted: Box::new(|_| true),
    };
    let mut records = service.audit(filter).await.unwrap();
    records.reverse();
    records
}

async fn seal_all(service: &SeatService) {
    while service.keep_audit(keeping(), signer()).await.unwrap() {}
}

fn rows(path: &Path) -> u64 {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection
        .query_row("SELECT count(*) FROM audit", [], |row| row.get::<_, i64>(0))
        .unwrap()
        .unsigned_abs()
}

struct Filled {
    _folder: tempfile::TempDir,
    path: PathBuf,
    clock: Arc<TestClock>,
    service: SeatService,
}

/// More than two segments of records, two of them sealed.
async fn filled() -> Filled {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let clock = TestClock::at("2026-01-01T00:00:00Z");
    let service = open(&path, &clock);
    cycles(&service, 0..6_200).await;
    seal_all(&service).await;
    Filled {
        _folder: folder,
        path,
        clock,
        service,
    }
}

#[tokio::test]
async fn sealed_records_are_read_and_verified_as_before() {
    let filled = filled().await;
    let (service, path) = (&filled.service, &filled.path);
    let files = segment_files(path).unwrap();
    assert_eq!(files.len(), 2);
    let before = all(service).await;
    assert!(
        before
            .iter()
            .zip(1..)
            .all(|(record, number)| record.sequence == number)
    );
    let sealed = before
        .iter()
        .filter(|record| record.kind == AuditKind::SegmentSealed.number());
    assert_eq!(sealed.count(), 2);
    let report = service.verify_audit().await.unwrap();
    assert_eq!((report.records, report.segments), (before.len() as u64, 2));
    // What stands in segments leaves the database little by little.
    for number in 10_000..10_020 {
        cycles(service, number..number + 1).await;
    }
    assert!(rows(path) < before.len() as u64, "{}", rows(path));
    service.shutdown().await.unwrap();
    assert_eq!(verify(path).unwrap().segments, 2);
    let again = open(path, &filled.clock);
    let after = all(&again).await;
    assert_eq!(after[..before.len()], before);
    again.shutdown().await.unwrap();
}

#[tokio::test]
async fn few_records_are_sealed_by_age_and_segments_removed_after_theirs() {
    let filled = filled().await;
    let (service, path, clock) = (&filled.service, &filled.path, &filled.clock);
    assert!(!service.keep_audit(keeping(), signer()).await.unwrap());
    clock.pass(Duration::from_secs(31 * 24 * 3600));
    seal_all(service).await;
    assert_eq!(
        segment_files(path).unwrap().len(),
        3,
        "the rest but the last records"
    );
    clock.pass(Duration::from_secs(366 * 24 * 3600));
    seal_all(service).await;
    assert_eq!(segment_files(path).unwrap(), [] as [PathBuf; 0]);
    let report = service.verify_audit().await.unwrap();
    assert!(report.removed > 2_000 && report.segments == 0, "{report:?}");
    let records = all(service).await;
    let removed: Vec<_> = records
        .iter()
        .filter(|record| record.kind == AuditKind::SegmentRemoved.number())
        .collect();
    assert_eq!(removed.len(), 3, "each removal is recorded");
    assert_eq!(check_segments(path).unwrap(), report.removed);
    assert!(report.records >= TAIL);
    service.shutdown().await.unwrap();
    drop(open(path, clock));
}

#[tokio::test]
async fn whatever_is_done_to_a_segment_is_found() {
    let filled = filled().await;
    filled.service.shutdown().await.unwrap();
    let files = segment_files(&filled.path).unwrap();
    let whole = std::fs::read(&files[1]).unwrap();
    let damage = |what: &str, content: Option<&[u8]>| {
        match content {
            Some(content) => std::fs::write(&files[1], content).unwrap(),
            None => std::fs::remove_file(&files[1]).unwrap(),
        }
        let found = verify(&filled.path);
        assert!(
            matches!(found, Err(StoreError::Damaged { .. })),
            "{what}: {found:?}"
        );
    };
    damage("removed", None);
    damage("emptied", Some(&[]));
    damage("cut", Some(&whole[..whole.len() - 1]));
    damage("longer", Some(&[whole.as_slice(), &[0]].concat()));
    for at in (0..whole.len()).step_by(whole.len() / 40) {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        damage(&format!("byte {at}"), Some(&changed));
    }
    damage("another one", Some(&std::fs::read(&files[0]).unwrap()));
    std::fs::write(&files[1], &whole).unwrap();
    assert_eq!(verify(&filled.path).unwrap().segments, 2);
}

/// The steps of a seal, each as a process leaves it that is killed behind it.
#[tokio::test]
async fn an_interrupted_seal_is_made_up_for() {
    let filled = filled().await;
    let (path, clock) = (&filled.path, &filled.clock);
    cycles(&filled.service, 20_000..20_600).await;
    let records = all(&filled.service).await;
    filled.service.shutdown().await.unwrap();
    // A file of which the database does not know, whole or not, is replaced.
    let third = segment_files(path).unwrap()[1].with_file_name("ACME-00000000000000002001.segment");
    std::fs::write(&third, "{}\n").unwrap();
    assert_eq!(verify(path).unwrap().records, records.len() as u64 + 1);
    let service = open(path, clock);
    seal_all(&service).await;
    assert_eq!(segment_files(path).unwrap().len(), 3);
    assert_eq!(service.verify_audit().await.unwrap().segments, 3);
    service.shutdown().await.unwrap();
    drop(service);
    // Sealed records that are still in the database count once, and so do those that have left it.
    assert!(rows(path) >= TAIL);
    let service = open(path, clock);
    let after = all(&service).await;
    assert_eq!(after[..records.len()], records);
    service.shutdown().await.unwrap();
}

/// Leases of killed processes stay for a while.
const SEATS: u32 = 900;

/// Segments of few records, so that there is hardly an instant without one being sealed or removed.
fn hasty() -> AuditKeeping {
    AuditKeeping {
        segment_records: 40,
        segment_age: SignedDuration::from_hours(24 * 90),
        // Those of a second ago are removed.
        kept: SignedDuration::from_secs(1),
    }
}

#[test]
#[ignore = "a child process of the other test"]
fn seal_until_the_end() {
    let path = PathBuf::from(std::env::var_os("LICENSING_TEST_FILE").expect("only as a child process"));
    let first: u64 = std::env::var("LICENSING_TEST_FIRST_KEY")
        .unwrap()
        .parse()
        .unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let service = start(
            &path,
            pools("CAD", SEATS),
            Arc::new(licensing_store::SystemClock::new()),
        );
        let sealing = {
            let service = service.clone();
            tokio::spawn(async move {
                loop {
                    let more = service.keep_audit(hasty(), signer()).await.unwrap();
                    if more {
                        println!("kept");
                    }
                    tokio::task::yield_now().await;
                }
            })
        };
        for round in 0.. {
            let begin = first + round * 8;
            cycles(&service, begin..begin + 8).await;
            println!("cycles 8");
        }
        sealing.abort();
    });
}

#[tokio::test]
async fn kills_while_sealing_and_removing_lose_no_record() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let clock = || Arc::new(licensing_store::SystemClock::new());
    let service = start(&path, pools("CAD", SEATS), clock());
    cycles(&service, 0..5_100).await;
    service.shutdown().await.unwrap();
    drop(service);
    let mut before = verify(&path).unwrap();
    let mut sealed = 0;
    for kill in 0..10_u64 {
        let mut process = kill::child("segments::seal_until_the_end", &path, (kill + 1) << 32)
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut cycles = 0;
        // Another instant each time.
        for line in output.by_ref().take(60 + (kill * 37 % 101) as usize) {
            cycles += u64::from(line.unwrap().starts_with("cycles")) * 8;
        }
        process.kill().unwrap();
        cycles += 8 * output
            .map_while(Result::ok)
            .filter(|line| line.starts_with("cycles"))
            .count() as u64;
        process.wait().unwrap();
        let after = verify(&path).unwrap();
        let all = |report: licensing_store::AuditReport| report.records + report.removed;
        assert!(cycles > 0, "the child did nothing");
        assert!(
            all(after) >= all(before) + 2 * cycles,
            "{cycles} cycles were acknowledged: {before:?}, {after:?}"
        );
        sealed = sealed.max(after.segments + after.removed / 40);
        before = after;
    }
    assert!(sealed > 10, "hardly anything was sealed");
}
