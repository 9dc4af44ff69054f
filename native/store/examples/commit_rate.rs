//! How many durable checkouts and checkins a second the seat service makes, beside what the disk can do.
//!
//! `cargo run --release -p licensing-store --example commit_rate [FOLDER]`
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use licensing_api::inventory::SignatureState;
use licensing_license_file::license_file::{DupGroup, LicenseDate};
use licensing_seats::pool::{Pool, PoolIdentity, PoolIncrement, PoolSet};
use licensing_seats::seat::{CheckoutRequest, Decision, Holder, RequestKey};
use licensing_store::{SeatService, SeatServiceOptions, SystemClock};

const MEASURED: Duration = Duration::from_secs(4);

fn main() {
    let folder = std::env::args()
        .nth(1)
        .map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = folder.join(format!("commit-rate-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let syncs = bare_syncs(&folder.join("sync"));
    println!("append of 128 bytes + fdatasync: {syncs:.0}/s");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    println!(
        "{:>8} {:>10} {:>12} {:>12} {:>12}",
        "callers", "cycles/s", "p50", "p99", "max"
    );
    for callers in [1, 8, 64, 256] {
        let path = folder.join(format!("{callers}.db"));
        let service = SeatService::start(SeatServiceOptions::new(
            path,
            "ACME",
            pools(),
            Arc::new(SystemClock::new()),
        ))
        .unwrap();
        let mut times = runtime.block_on(cycles(&service, callers));
        times.sort_unstable();
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
        let rate = times.len() as f64 / MEASURED.as_secs_f64();
        println!(
            "{callers:>8} {rate:>10.0} {:>12.2?} {:>12.2?} {:>12.2?}",
            at(0.5),
            at(0.99),
            at(1.0)
        );
        runtime.block_on(service.shutdown()).unwrap();
    }
    held(&runtime, &folder.join("held.db"));
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A hundred thousand leases: how fast they go out, beat, and come back after a restart.
fn held(runtime: &tokio::runtime::Runtime, path: &Path) {
    const LEASES: u64 = 100_000;
    let options = || SeatServiceOptions::new(path, "ACME", pools(), Arc::new(SystemClock::new()));
    let service = SeatService::start(options()).unwrap();
    let before = resident_kib();
    let ids = runtime.block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for part in 0..256 {
            let service = service.clone();
            tasks.spawn(async move {
                let mut ids = Vec::new();
                for number in (part..LEASES).step_by(256) {
                    if let Decision::Granted(lease) = service.checkout(request(number)).await.unwrap() {
                        ids.push(lease.id);
                    }
                }
                ids
            });
        }
        tasks.join_all().await.concat()
    });
    println!(
        "{} leases: {} KiB over the empty service",
        ids.len(),
        resident_kib() - before
    );
    let start = Instant::now();
    for id in &ids {
        service.heartbeat(std::slice::from_ref(id));
    }
    println!(
        "single heartbeats, one caller: {:.0}/s",
        ids.len() as f64 / start.elapsed().as_secs_f64()
    );
    let start = Instant::now();
    let rows = service.usage(&licensing_api::usage::GetUsage::default()).len();
    println!("usage of {rows} leases: {:.0?}", start.elapsed());
    runtime.block_on(service.shutdown()).unwrap();
    drop(service);
    let start = Instant::now();
    let service = SeatService::start(options()).unwrap();
    println!(
        "restart with {} leases: {:.0?}",
        service.status().leases,
        start.elapsed()
    );
    let start = Instant::now();
    let report = runtime.block_on(service.verify_audit()).unwrap();
    println!(
        "audit of {} records verified: {:.0?}",
        report.records,
        start.elapsed()
    );
    runtime.block_on(service.shutdown()).unwrap();
}

async fn cycles(service: &SeatService, callers: u64) -> Vec<Duration> {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let end = Instant::now() + MEASURED;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..callers {
        let service = service.clone();
        tasks.spawn(async move {
            let mut times = Vec::new();
            while Instant::now() < end {
                let request = request(NEXT.fetch_add(1, Ordering::Relaxed));
                let start = Instant::now();
                let Decision::Granted(lease) = service.checkout(request).await.unwrap() else {
                    break;
                };
                times.push(start.elapsed());
                service.checkin(lease.id).await.unwrap();
            }
            times
        });
    }
    tasks.join_all().await.concat()
}

fn bare_syncs(path: &Path) -> f64 {
    let mut file = File::create(path).unwrap();
    let (start, mut count) = (Instant::now(), 0);
    while start.elapsed() < MEASURED / 2 {
        file.write_all(&[7; 128]).unwrap();
        file.sync_data().unwrap();
        count += 1;
    }
    f64::from(count) / start.elapsed().as_secs_f64()
}

fn resident_kib() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok())
        .unwrap_or(0)
}

fn request(number: u64) -> CheckoutRequest {
    let mut key = [0; 16];
    key[..8].copy_from_slice(&number.to_be_bytes());
    CheckoutRequest {
        request_key: RequestKey::from_bytes(key),
        feature: "CAD".to_owned(),
        version: "1.0".to_owned(),
        count: 1,
        holder: Holder {
            user: format!("CORP\\user{number}"),
            host: format!("workstation{number}.corp.example"),
            display: ":0".to_owned(),
            vendor_data: String::new(),
            product: "Drafting 4.2".to_owned(),
            process_id: 4711,
            ..Holder::default()
        },
        queue: false,
        borrow_seconds: 0,
        caller: String::new(),
    }
}

fn pools() -> PoolSet {
    let identity = PoolIdentity {
        feature: "CAD".to_owned(),
        vendor: "ACME".to_owned(),
        version: "1.0".parse().unwrap(),
        dup_group: DupGroup::Same {
            user: true,
            host: true,
            display: false,
            vendor_data: false,
        },
        terms: BTreeMap::new(),
        suite: None,
    };
    let increment = PoolIncrement {
        count: Some(1_000_000),
        overdraft: 0,
        expires: LicenseDate::Permanent,
        starts: None,
        signature: SignatureState::Valid,
        accepted_unverified: false,
        host_matches: true,
        host_ids: Vec::new(),
        serial_number: None,
        vendor_string: None,
        license_type: None,
        linger_seconds: 0,
        file: "acme.lic".to_owned(),
        line: 1,
    };
    PoolSet {
        pools: vec![Pool {
            identity: Arc::new(identity),
            increments: vec![increment],
        }],
        ..PoolSet::default()
    }
}
