//! Files of the server's state that were damaged while it was off.

use std::path::Path;
use std::sync::Arc;

use licensing_api::usage::UsageRow;
use licensing_proofs::{Answer, Dice, FEATURE, Form, Key, Kill, Product, Record, Site, VENDOR, Work, cad};
use licensing_testbed::{Increment, ServerBuilder, license_text};

const OTHER: &str = "BOLT";
const SEATS: u32 = 60;

/// What the server says of damaged files, and whether it serves from them.
#[derive(Debug, Default)]
struct Outcomes {
    /// Refused by name.
    refused: u32,
    /// Served, exactly what was there before.
    unharmed: u32,
}

/// The files of a vendor's state.
struct Files {
    database: Vec<u8>,
    log: Option<Vec<u8>>,
}

impl Files {
    fn read(state: &Path) -> Self {
        Self {
            database: std::fs::read(state.join("ACME.db")).unwrap(),
            log: std::fs::read(state.join("ACME.db-wal")).ok(),
        }
    }

    fn write(&self, state: &Path) {
        let _ = std::fs::remove_file(state.join("ACME.db-shm"));
        std::fs::write(state.join("ACME.db"), &self.database).unwrap();
        match &self.log {
            Some(log) => std::fs::write(state.join("ACME.db-wal"), log).unwrap(),
            None => drop(std::fs::remove_file(state.join("ACME.db-wal"))),
        }
    }
}

/// Changes 1 to 4096 bytes somewhere.
fn spoil(bytes: &mut [u8], dice: &mut Dice) -> String {
    let length = [1, 1, 16, 512, 4096][dice.usize(..5)];
    let at = dice.usize(..bytes.len() - length);
    let change = dice.u8(1..);
    bytes[at..at + length].iter_mut().for_each(|byte| *byte ^= change);
    format!("{length} bytes at {at} changed by {change:#x}")
}

fn sorted(mut rows: Vec<UsageRow>) -> Vec<(String, String, u32)> {
    rows.retain(|row| row.vendor == VENDOR);
    let mut rows: Vec<_> = rows
        .into_iter()
        .map(|row| (row.display, row.lease_id, row.count))
        .collect();
    rows.sort();
    rows
}

/// The other vendor's seats go out and come back.
async fn other_vendor_is_served(site: &Site, dice: &mut Dice) {
    let mut product = Product::connect(site.daemon_of(OTHER).unwrap()).await.unwrap();
    let answer = product.checkout("drill", Key(dice.u128(..))).await.unwrap();
    let Answer::Granted { lease, .. } = answer else {
        panic!("{answer:?}")
    };
    assert!(product.checkin(&lease).await.unwrap());
}

/// Starts the server on a damaged file and looks at what it makes of it.
async fn look(
    site: &mut Site,
    what: &str,
    before: &[(String, String, u32)],
    outcomes: &mut Outcomes,
    dice: &mut Dice,
) {
    // Where records are gone, the register of what must exist keeps the whole server from serving.
    if let Err(error) = site.start_again() {
        let refused = error.to_string();
        assert!(
            refused.contains("ACME.db") && refused.contains("Restore the files"),
            "{what}: {refused}"
        );
        outcomes.refused += 1;
        return;
    }
    other_vendor_is_served(site, dice).await;
    if site.daemon().is_ok() {
        let rows = sorted(site.usage().await.unwrap());
        assert_eq!(rows, before, "{what} changed what is served");
        outcomes.unharmed += 1;
    } else {
        let alerts = site.alerts().await.unwrap();
        let alert = alerts.iter().find(|alert| alert.code == "VendorDaemonDown");
        let alert = alert.unwrap_or_else(|| panic!("{what}: {alerts:?}"));
        assert!(
            alert.detail.contains("ACME.db") && alert.detail.contains("Restore the file"),
            "{what}: {alert:?}"
        );
        assert!(site.server.log().contains("ACME.db"));
        outcomes.refused += 1;
    }
    // The files are put back for the next one.
    let _ = site.kill(Kill::Manager).await;
}

fn start() -> Site {
    let other = license_text(OTHER, &[Increment::new("drill", 5)]);
    let builder = ServerBuilder::new()
        .license("acme.lic", &cad(SEATS))
        .license("bolt.lic", &other);
    Site::start(builder).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_database_is_refused_by_name_or_unharmed() {
    let rounds = Form::of_this_run().pick(12, 300);
    let mut dice = Dice::new("damage");
    let mut site = start();
    let state = site.server.data().join("state");
    let record = Arc::new(Record::default());
    let mut work = Work::begin(site.daemon().unwrap(), 20, &record, &mut dice)
        .await
        .unwrap();
    assert!(record.more_answers(400, work.over()).await);
    work.stop().await;
    let before = sorted(site.usage().await.unwrap());
    site.end().unwrap();
    let good = Files::read(&state);
    // A register written while a damaged database lay there may say too much of it; a backup brings its own time back.
    let register = site.server.data().join("register.json");
    let registered = std::fs::read(&register).unwrap();
    let mut outcomes = Outcomes::default();
    for round in 0..rounds {
        let mut database = good.database.clone();
        let what = match round {
            0 => {
                database.truncate(database.len() / 2);
                "the first half alone".to_owned()
            }
            1 => {
                let page = dice.usize(1..database.len() / 4096);
                database[page * 4096..(page + 1) * 4096].fill(0);
                format!("page {page} filled with zeros")
            }
            _ => spoil(&mut database, &mut dice),
        };
        Files { database, log: None }.write(&state);
        look(&mut site, &what, &before, &mut outcomes, &mut dice).await;
    }
    good.write(&state);
    std::fs::write(&register, registered).unwrap();
    site.start_again().unwrap();
    assert_eq!(
        sorted(site.usage().await.unwrap()),
        before,
        "the backup is served"
    );
    site.end().unwrap();
    println!("damage: {rounds} damaged databases: {outcomes:?}, served wrongly: 0");
    assert!(outcomes.refused > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_log_is_refused_by_name() {
    let rounds = Form::of_this_run().pick(6, 150);
    let mut dice = Dice::new("damage of the log");
    let mut site = start();
    let state = site.server.data().join("state");
    let record = Arc::new(Record::default());
    let mut work = Work::begin(site.daemon().unwrap(), 20, &record, &mut dice)
        .await
        .unwrap();
    assert!(record.more_answers(200, work.over()).await);
    work.stop().await;
    // Damage to the last transaction looks as a power cut does: there are some behind what is damaged here.
    let mut product = site.product().await.unwrap();
    for _ in 0..10 {
        let answer = product.checkout(FEATURE, Key(dice.u128(..))).await.unwrap();
        if let Answer::Granted { lease, .. } = answer {
            product.checkin(&lease).await.unwrap();
        }
    }
    let before = sorted(site.usage().await.unwrap());
    site.kill(Kill::Both).await.unwrap();
    let good = Files::read(&state);
    let log = good.log.clone().unwrap();
    let mut outcomes = Outcomes::default();
    for _ in 0..rounds {
        let mut spoilt = log.clone();
        let until = spoilt.len() - 10 * 4096;
        let what = spoil(&mut spoilt[..until], &mut dice);
        Files {
            database: good.database.clone(),
            log: Some(spoilt),
        }
        .write(&state);
        look(&mut site, &what, &before, &mut outcomes, &mut dice).await;
    }
    good.write(&state);
    site.start_again().unwrap();
    assert_eq!(
        sorted(site.usage().await.unwrap()),
        before,
        "the whole log is served"
    );
    site.end().unwrap();
    println!("damage: {rounds} damaged logs: {outcomes:?}, served wrongly: 0");
    assert!(outcomes.refused > 0);
}
