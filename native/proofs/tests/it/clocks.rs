//! The wall clock is moved by a year while the server runs and between two runs, and again and again under load.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::{ToSpan, Zoned};
use licensing_api::alert::ActiveAlert;
use licensing_proofs::preload::library;
use licensing_proofs::{Answer, Dice, FEATURE, Form, Key, Product, Record, Site, VENDOR, Work, cad};
use licensing_testbed::{Increment, ServerBuilder, license_text};

const YEAR: i64 = 365 * 24 * 60 * 60;
/// A feature that expires in half a year, and one that expired yesterday.
const DATED: &str = "dated";
const OVER: &str = "over";
/// A feature whose seats are assigned to users or devices for 90 days.
const ASSIGNED: &str = "CAD_STD_UD";

struct Clock {
    file: PathBuf,
}

impl Clock {
    fn new(folder: &Path) -> Self {
        let clock = Self {
            file: folder.join("moved"),
        };
        clock.move_by(0);
        clock
    }

    /// Moves it by so many seconds from the true time.
    fn move_by(&self, seconds: i64) {
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&self.file)
            .unwrap();
        file.write_all_at(&seconds.to_ne_bytes(), 0).unwrap();
    }
}

fn license() -> String {
    let today = Zoned::now().date();
    let day = |date: jiff::civil::Date| date.strftime("%d-%b-%Y").to_string().to_lowercase();
    license_text(
        VENDOR,
        &[
            Increment::new(FEATURE, 50).attributes("BORROW"),
            Increment::new(DATED, 50).expires(&day(today + 182.days())),
            Increment::new(ASSIGNED, 5),
            Increment::new(OVER, 50).expires(&day(today - 1.day())),
        ],
    )
}

async fn take(product: &mut Product, feature: &str, key: u128) -> Vec<u8> {
    match product.checkout(feature, Key(key)).await.unwrap() {
        Answer::Granted { lease, .. } => lease,
        Answer::Denied { reason } => panic!("{feature} is denied: {reason}"),
    }
}

fn tells_of_the_clock(alerts: &[ActiveAlert]) -> bool {
    alerts.iter().any(|alert| alert.code == "ClockJumped")
}

/// Nothing is taken back, what never expires is granted, and what expired is not brought back.
async fn nothing_is_revoked(site: &Site, held: &[Vec<u8>], key: u128) {
    let mut product = site.product().await.unwrap();
    assert_eq!(product.ended(held).await.unwrap(), Vec::<Vec<u8>>::new());
    assert_eq!(site.usage().await.unwrap().len(), held.len());
    let lease = take(&mut product, FEATURE, key).await;
    assert!(product.checkin(&lease).await.unwrap());
    let expired = product.checkout(OVER, Key(key + 1)).await.unwrap();
    assert!(matches!(expired, Answer::Denied { .. }), "{expired:?}");
    let others = product.checkout(ASSIGNED, Key(key + 600)).await.unwrap();
    assert!(matches!(others, Answer::Denied { .. }), "{others:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_moved_by_a_year_revokes_nothing_and_raises_an_alert() {
    let scratch = tempfile::tempdir().unwrap();
    let clock = Clock::new(scratch.path());
    let builder = ServerBuilder::new()
        .license("acme.lic", &license())
        .environment("LD_PRELOAD", library("moved_clock").unwrap().to_str().unwrap())
        .environment("MOVED_CLOCK", clock.file.to_str().unwrap());
    let mut site = Site::start(builder).unwrap();
    let mut product = site.product().await.unwrap();
    let mut held = Vec::new();
    for key in 1..=5 {
        held.push(take(&mut product, FEATURE, key).await);
        held.push(take(&mut product, DATED, 100 + key).await);
        held.push(take(&mut product, ASSIGNED, 200 + key).await);
    }
    let mut key = 1_000;
    // While it runs.
    for moved in [YEAR, -YEAR] {
        assert!(!tells_of_the_clock(&site.alerts().await.unwrap()));
        clock.move_by(moved);
        site.alerts_become(tells_of_the_clock).await.unwrap();
        nothing_is_revoked(&site, &held, key).await;
        clock.move_by(0);
        site.alerts_become(|alerts| !tells_of_the_clock(alerts))
            .await
            .unwrap();
        nothing_is_revoked(&site, &held, key + 10).await;
        // Put right again, it has cost nothing: not even what a year ahead would have expired.
        let lease = take(&mut site.product().await.unwrap(), DATED, key + 20).await;
        assert!(site.product().await.unwrap().checkin(&lease).await.unwrap());
        key += 100;
    }
    // Between two runs.
    for moved in [-YEAR, YEAR] {
        site.end().unwrap();
        clock.move_by(moved);
        site.start_again().unwrap();
        site.alerts_become(tells_of_the_clock).await.unwrap();
        nothing_is_revoked(&site, &held, key).await;
        clock.move_by(0);
        site.alerts_become(|alerts| !tells_of_the_clock(alerts))
            .await
            .unwrap();
        nothing_is_revoked(&site, &held, key + 10).await;
        let lease = take(&mut site.product().await.unwrap(), DATED, key + 20).await;
        assert!(site.product().await.unwrap().checkin(&lease).await.unwrap());
        key += 100;
    }
    site.end().unwrap();
    site.verify().unwrap();
    println!(
        "clocks: moved by a year, ahead and back, running and between runs: revoked 0 of {}",
        held.len()
    );
}

/// By how many seconds an administrator, a time service or an attacker sets a clock.
fn jump(dice: &mut Dice) -> i64 {
    let most = [1, 60, 3_600, 24 * 3_600, YEAR][dice.usize(..5)];
    dice.i64(-most..=most)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_under_load_loses_and_ends_nothing() {
    let (jumps, seats) = (Form::of_this_run().pick(30, 600), 60);
    let mut dice = Dice::new("clocks");
    let scratch = tempfile::tempdir().unwrap();
    let clock = Clock::new(scratch.path());
    // Leases live so briefly that a lifetime counted on the wall clock would end them.
    let builder = ServerBuilder::new()
        .license("acme.lic", &cad(seats))
        .setting("licensing.heartbeat_seconds", "10")
        .environment("LD_PRELOAD", library("moved_clock").unwrap().to_str().unwrap())
        .environment("MOVED_CLOCK", clock.file.to_str().unwrap());
    let mut site = Site::start(builder).unwrap();
    let mut holder = site.product().await.unwrap();
    let record = Arc::new(Record::default());
    let mut work = Work::begin(site.daemon().unwrap(), 10, &record, &mut dice)
        .await
        .unwrap();
    for _ in 0..jumps {
        clock.move_by(jump(&mut dice));
        let more = dice.u64(20..100);
        assert!(
            record.more_answers(more, work.over()).await,
            "{}",
            site.server.log()
        );
        // What is held is kept alive, as products do; nothing of it has ended.
        holder.ended(&record.held()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(dice.u64(..50))).await;
    }
    clock.move_by(0);
    work.stop().await;
    assert_eq!(holder.ended(&record.held()).await.unwrap(), Vec::<Vec<u8>>::new());
    record
        .compare(&site.usage().await.unwrap(), seats as usize)
        .unwrap();
    site.alerts_become(|alerts| !tells_of_the_clock(alerts))
        .await
        .unwrap();
    site.end().unwrap();
    site.verify().unwrap();
    println!(
        "clocks: set {jumps} times by up to a year, ahead and back, under load: {:?}, ended or lost: 0",
        record.figures()
    );
}
