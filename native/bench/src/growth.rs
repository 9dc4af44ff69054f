//! What years of use cost: bytes of a cycle, sealing, restart, checkouts beside a long audit, and the history of use.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use jiff::{SignedDuration, Timestamp};
use licensing_management::usage::{Hour, HourPeak, Sampling, Step};
use licensing_seats::audit::{AuditEntry, AuditField, AuditKind};
use licensing_seats::seat::Decision;
use licensing_store::journal::{Batch, SeatJournal, Stamp};
use licensing_store::{
    AuditKeeping, Look, ObservedPool, PoolTerms, SeatService, SeatServiceOptions, SystemClock, UsageHistory,
    segment_files,
};
use licensing_ticket::TicketSigner;

use crate::one_client::{pools, request};
use crate::table::Figure;

const FEATURE: &str = "GROW_PRO_CCU";
const VENDOR: &str = "ACME";
/// Callers at the same time.
const CALLERS: usize = 64;
/// Records of a year of 20,000 users who check out and in twice on each of 365 days.
const YEAR: u64 = 20_000 * 2 * 2 * 365;
/// Pairs of runs whose medians are compared.
const PAIRS: usize = 7;

fn keeping() -> AuditKeeping {
    AuditKeeping {
        segment_records: 500_000,
        segment_age: SignedDuration::from_hours(24 * 90),
        kept: SignedDuration::from_hours(24 * 1826),
    }
}

fn start(path: &Path) -> Result<SeatService> {
    Ok(SeatService::start(SeatServiceOptions::new(
        path,
        VENDOR,
        pools(FEATURE),
        Arc::new(SystemClock::new()),
    ))?)
}

/// Cycles of many callers within this process for a time; gives how many.
async fn cycles(service: &SeatService, time: Duration) -> Result<u64> {
    let end = Instant::now() + time;
    let tasks: Vec<_> = (0..CALLERS)
        .map(|_| {
            let service = service.clone();
            tokio::spawn(async move {
                let mut done = 0;
                while Instant::now() < end {
                    let Decision::Granted(lease) = service.checkout(request(FEATURE)?).await? else {
                        bail!("a seat of {FEATURE} is not granted");
                    };
                    service.checkin(lease.id).await?;
                    done += 1;
                }
                Ok(done)
            })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        done += task.await??;
    }
    Ok(done)
}

fn bytes(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.len())
}

fn log_of(path: &Path) -> PathBuf {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}

/// Bytes of a cycle, what a year of many users comes to, and the restart after it.
pub(crate) async fn year() -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("ACME.db");
    let signer = Arc::new(TicketSigner::from_seed(&[1; 32]));
    let service = start(&path)?;
    let mut done = 0;
    let mut most = 0;
    // Three segments: from then on the database only takes up again what it has given free.
    while done * 2 < 1_600_000 {
        done += cycles(&service, Duration::from_secs(2)).await?;
        while service.keep_audit(keeping(), Arc::clone(&signer)).await? {}
        most = most.max(bytes(&path) + bytes(&log_of(&path)));
    }
    service.shutdown().await?;
    drop(service);
    most = most.max(bytes(&path));
    let files = segment_files(&path)?;
    let sealed: u64 = files.iter().map(|file| bytes(file)).sum();
    let in_segments = files.len() as u64 * keeping().segment_records;
    let of_cycle = 2.0 * sealed as f64 / in_segments as f64;
    let in_database = 2 * bytes(&path) / (done * 2 - in_segments).max(1);
    let begun = Instant::now();
    let service = start(&path)?;
    let restart = begun.elapsed();
    service.shutdown().await?;
    let year = YEAR as f64 / 2.0 * of_cycle;
    Ok(vec![
        Figure::floor(
            "bytes of a cycle (checkout and checkin): in the database, and in a sealed segment",
            format!("at most {in_database} and {of_cycle:.0}"),
        ),
        Figure::aimed(
            format!("largest database with its log, {done} cycles, a segment at 500,000 records"),
            format!("{:.0} MiB", mib(most)),
            "< 1 GB for a year of 20,000 users who log in twice a day",
            most < 1_000_000_000,
        ),
        Figure::floor(
            format!(
                "segments of such a year ({} records), reckoned from {} of them",
                YEAR,
                files.len()
            ),
            format!("{:.1} GiB", year / (1024.0 * 1024.0 * 1024.0)),
        ),
        Figure::aimed(
            "restart with such a database, until seats are granted",
            format!("{:.2} s", restart.as_secs_f64()),
            "≤ 2 s",
            restart <= Duration::from_secs(2),
        ),
    ])
}

/// Makes a database with so many records, as the service writes them.
fn fill(path: &Path, records: u64) -> Result<()> {
    let mut journal = licensing_store::sqlite::SqliteJournal::open(path, VENDOR, Duration::from_secs(1))?;
    let now = Timestamp::now();
    let entry = |number: u64| {
        AuditEntry::new(AuditKind::Administered)
            .text(AuditField::Feature, FEATURE)
            .text(AuditField::Version, "1.0")
            .number(AuditField::Serial, number)
            .bytes(AuditField::Lease, &[7; 16])
            .bytes(AuditField::RequestKey, &[9; 16])
            .number(AuditField::Count, 1)
            .number(AuditField::Overdraft, 0)
            .text(AuditField::User, "user-0")
            .text(AuditField::Host, "host-0")
            .text(AuditField::Product, "bench")
            .number(AuditField::ProcessId, 0)
    };
    let mut written = 0;
    while written < records {
        let batch = Batch {
            events: (written..(written + 20_000).min(records)).map(entry).collect(),
            ..Batch::default()
        };
        written += batch.events.len() as u64;
        journal.commit(
            &batch,
            Stamp {
                at: now,
                high_water: now,
                next_serial: 1,
            },
        )?;
        journal.tidy()?;
    }
    journal.finish()?;
    Ok(())
}

/// The middle one.
fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or(0.0)
}

/// Rates of two services in turns, so that whatever the disk does meanwhile concerns both: medians, and of all pairs the median
/// of how much slower the second one is, in percent.
async fn in_turns(one: &SeatService, other: &SeatService, seconds: u64) -> Result<(f64, f64, f64)> {
    let time = Duration::from_secs(seconds);
    let rate = |done: u64| done as f64 / time.as_secs_f64();
    let (mut ones, mut others, mut slower) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 0..PAIRS {
        let (first, second) = match pair % 2 {
            0 => {
                let first = rate(cycles(one, time).await?);
                (first, rate(cycles(other, time).await?))
            }
            _ => {
                let second = rate(cycles(other, time).await?);
                (rate(cycles(one, time).await?), second)
            }
        };
        ones.push(first);
        others.push(second);
        slower.push((1.0 - second / first) * 100.0);
    }
    Ok((median(ones), median(others), median(slower)))
}

/// Checkouts beside a long audit against those beside an empty one.
pub(crate) async fn long_audit(records: u64, seconds: u64) -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let (short, long) = (folder.path().join("short.db"), folder.path().join("long.db"));
    fill(&long, records)?;
    let size = bytes(&long);
    let begun = Instant::now();
    let long = start(&long)?;
    let restart = begun.elapsed();
    let short = start(&short)?;
    let (without, with, slower) = in_turns(&short, &long, seconds).await?;
    short.shutdown().await?;
    long.shutdown().await?;
    Ok(vec![
        Figure::aimed(
            format!(
                "checkouts with {records} audit records in the database ({:.0} MiB) against none, {CALLERS} callers in the \
                 daemon, {PAIRS} pairs of runs in turns",
                mib(size)
            ),
            format!("{with:.0} against {without:.0} cycles/s ({slower:+.1} % slower)"),
            "≤ 5 % slower",
            slower <= 5.0,
        ),
        Figure::floor(
            format!("restart with {records} audit records in the database"),
            format!("{:.2} s", restart.as_secs_f64()),
        ),
    ])
}

const POOLS: u32 = 200;

fn look(at: Timestamp, hours: &[HourPeak], in_use: u32) -> Look {
    Look {
        at,
        pools: (0..POOLS)
            .map(|number| ObservedPool {
                name: format!("{number:032x}"),
                feature: format!("FEATURE_{number}_CCU"),
                version: "1.0".to_owned(),
                terms: Some(PoolTerms {
                    installed: Some(250),
                    ..PoolTerms::default()
                }),
                in_use: (in_use + number * 7) % 250,
                hours: hours.to_vec(),
            })
            .collect(),
        denied: Vec::new(),
    }
}

/// Days at the end of a year of history of which there are samples.
const SAMPLED_DAYS: i64 = 30;

/// Seats in use that differ from hour to hour.
struct Level(u32);

impl Level {
    /// The peak of another hour.
    fn next(&mut self, hour: Hour) -> HourPeak {
        self.0 = (self.0 * 31 + 17) % 240;
        HourPeak {
            hour,
            start: self.0,
            peak: self.0 + 9,
        }
    }
}

/// Fills a history: a look a day brings the peaks of its hours; the samples of the last month tell what samples cost.
fn observe_year(history: &UsageHistory, first: Timestamp, end: Timestamp) -> Result<()> {
    let sampling = Sampling::default();
    let sampled_from = end - SignedDuration::from_hours(24 * SAMPLED_DAYS);
    let mut now = first;
    let mut level = Level(0);
    while now < sampled_from {
        let hours: Vec<HourPeak> = (0..24)
            .map(|hour| level.next(Hour(Hour::of(now).0 + hour)))
            .collect();
        history.observe(
            &look(now + SignedDuration::from_hours(23), &hours, level.0),
            &Sampling {
                enabled: false,
                ..sampling
            },
        )?;
        now += SignedDuration::from_hours(24);
    }
    while now < end {
        let hour = level.next(Hour::of(now));
        history.observe(&look(now, &[hour], level.0), &sampling)?;
        now += SignedDuration::from_mins(15);
    }
    Ok(())
}

/// Size and speed of a year of history.
pub(crate) fn history() -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("ACME.history");
    let history = UsageHistory::open(&path)?;
    let first: Timestamp = "2025-01-01T00:00:00Z".parse()?;
    let end = first + SignedDuration::from_hours(365 * 24);
    observe_year(&history, first, end)?;
    let begun = Instant::now();
    let mut rows = 0;
    for feature in history.features(first, end, |_| true)? {
        rows += feature
            .hours
            .history(first, end, Step::Day, &jiff::tz::TimeZone::UTC)
            .len();
    }
    let by_day = begun.elapsed();
    drop(history);
    let connection = rusqlite::Connection::open(&path)?;
    let of_table = |table: &str| -> Result<f64> {
        let bytes: i64 = connection.query_row(
            &format!("SELECT sum(length(body) + 12) FROM {table}"),
            [],
            |row| row.get(0),
        )?;
        Ok(bytes as f64 / f64::from(POOLS))
    };
    let day_bytes = of_table("day")?;
    let sample_bytes = of_table("sample")? / SAMPLED_DAYS as f64 * 180.0;
    Ok(vec![
        Figure::aimed(
            format!("a year of history of {POOLS} pools, each hour another peak, read by day ({rows} rows)"),
            format!("{:.2} s", by_day.as_secs_f64()),
            "≤ 1 s",
            by_day <= Duration::from_secs(1),
        ),
        Figure::floor(
            "history of a busy pool: peaks of a year, and samples of 180 days",
            format!(
                "{:.0} KiB and {:.0} KiB",
                day_bytes / 1024.0,
                sample_bytes / 1024.0
            ),
        ),
    ])
}

/// What the history adds to checkouts: looks each second, sixty times as often as a daemon looks, against none, in turns.
pub(crate) async fn history_beside_checkouts(seconds: u64) -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("ACME.db");
    let service = start(&path)?;
    let history = Arc::new(UsageHistory::open(&UsageHistory::beside(&path))?);
    let time = Duration::from_secs(seconds);
    let mut slower = Vec::new();
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        let bare = cycles(&service, time).await? as f64 / time.as_secs_f64();
        let looking = {
            let (service, history) = (service.clone(), Arc::clone(&history));
            tokio::spawn(async move {
                loop {
                    let from = history.from().unwrap_or(Hour(0));
                    let now = Timestamp::now();
                    let pools = service.usage_history(from, Hour::of(now).next()).await?;
                    let hours = pools.first().map(|pool| pool.hours.clone()).unwrap_or_default();
                    let (look, keeper) = (look(now, &hours, 1), Arc::clone(&history));
                    tokio::task::spawn_blocking(move || keeper.observe(&look, &Sampling::default()))
                        .await??;
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                #[allow(unreachable_code, reason = "names the type of the errors")]
                anyhow::Ok(())
            })
        };
        let beside = cycles(&service, time).await? as f64 / time.as_secs_f64();
        looking.abort();
        slower.push((1.0 - beside / bare) * 100.0);
        with.push(beside);
        without.push(bare);
    }
    service.shutdown().await?;
    let slower = median(slower);
    Ok(vec![Figure::aimed(
        format!(
            "checkouts while the history of {POOLS} pools is kept, a look each second, against without, {PAIRS} pairs in turns"
        ),
        format!(
            "{:.0} against {:.0} cycles/s ({slower:+.1} % slower)",
            median(with),
            median(without)
        ),
        "≤ 3 % slower",
        slower <= 3.0,
    )])
}
