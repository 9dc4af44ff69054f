//! Disks that are full, and disks that fail.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use licensing_api::operation::op;
use licensing_api::server::DaemonState;
use licensing_api::token::{GetTokens, NewToken, TokenScope};
use licensing_api::{ErrorCode, Problem};
use licensing_proofs::power_cut::{Disk, image_after_failed_syncs};
use licensing_proofs::{Answer, Dice, FEATURE, Form, Key, Kill, Record, Site, Work, refusal_code};

use crate::power_cut::{SEATS, site_on_disk};

const PRODUCTS: usize = 20;
/// Far longer than anything here takes: only a hang reaches it.
const HANG: Duration = Duration::from_secs(120);

/// What a daemon must do that refuses: say why and what to do, go on with heartbeats, and say it to the administrator.
async fn refuses_clearly(site: &Site, record: &Record) {
    let mut product = site.product().await.unwrap();
    let status = product
        .checkout(FEATURE, Key(1))
        .await
        .expect_err("nothing can be made durable");
    assert_eq!(refusal_code(&status).as_deref(), Some("StorageUnavailable"));
    assert!(status.message().contains("ACME.db"), "{status:?}");
    assert!(status.metadata().contains_key("licensing-action"), "{status:?}");
    let status = product.status().await.unwrap();
    assert!(!status.serving && status.reason.contains("ACME.db"), "{status:?}");
    assert_eq!(
        product.ended(&record.held()).await.unwrap(),
        Vec::<Vec<u8>>::new()
    );
    let alerts = site.alerts().await.unwrap();
    let alert = alerts.iter().find(|alert| alert.code == "StorageUnavailable");
    let alert = alert.unwrap_or_else(|| panic!("no alert says so: {alerts:?}"));
    assert!(alert.detail.contains("ACME.db") && !alert.action.is_empty());
}

/// Waits until changes are made durable again.
async fn serves_again(site: &Site, dice: &mut Dice) {
    let again = async {
        loop {
            if let Ok(mut product) = site.product().await
                && let Ok(answer) = product.checkout(FEATURE, Key(dice.u128(..))).await
            {
                // A denial has its audit record, too.
                if let Answer::Granted { lease, .. } = answer {
                    assert!(product.checkin(&lease).await.unwrap());
                }
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(HANG, again)
        .await
        .unwrap_or_else(|_| panic!("it does not serve again\n{}", site.server.log()));
}

async fn agrees(site: &Site, record: &Record, dice: &mut Dice) {
    let rows = site.usage().await.unwrap();
    record.compare(&rows, SEATS as usize).unwrap();
    record
        .settle(&mut site.product().await.unwrap(), &rows, dice)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_full_at_any_write_loses_nothing_and_is_served_from_again() {
    let rounds = Form::of_this_run().pick(12, 150);
    let mut dice = Dice::new("full disks");
    let scratch = tempfile::tempdir().unwrap();
    let (mut site, mut disk) = site_on_disk(scratch.path(), false);
    site.start_again().unwrap();
    let process = site.daemon_serves(None).await.unwrap();
    let record = Arc::new(Record::default());
    for round in 0..rounds {
        let mut work = Work::begin(site.daemon().unwrap(), PRODUCTS, &record, &mut dice)
            .await
            .unwrap();
        let moment = dice.u64(1..100);
        assert!(record.more_answers(moment, work.over()).await);
        // One commit has a handful of writes: these end at each of them, one after the other.
        disk.fail_after(Some(round % 12), None).unwrap();
        tokio::time::timeout(HANG, work.over())
            .await
            .expect("the disk is full and no alert says so");
        refuses_clearly(&site, &record).await;
        disk.heal().unwrap();
        serves_again(&site, &mut dice).await;
        agrees(&site, &record, &mut dice).await;
        assert!(
            site.alerts()
                .await
                .unwrap()
                .iter()
                .all(|alert| alert.code != "StorageUnavailable")
        );
    }
    assert_eq!(
        site.vendor_daemon().await.unwrap().process_id,
        Some(process),
        "a full disk ends no process"
    );
    // Full, and killed: what could not be written was not acknowledged.
    disk.fail_after(Some(0), None).unwrap();
    site.kill_process(Kill::Both, Some(process)).unwrap();
    disk.heal().unwrap();
    site.start_again().unwrap();
    site.daemon_serves(None).await.unwrap();
    agrees(&site, &record, &mut dice).await;
    site.end().unwrap();
    site.verify().unwrap();
    println!(
        "full disks: {rounds} times, {:?}, refusals {:?}, acknowledged and lost: 0",
        record.figures(),
        record.refusals()
    );
}

/// Waits until the daemon is down.
async fn goes_down(site: &Site, process: u32) {
    let down = async {
        loop {
            let daemon = site.vendor_daemon().await.unwrap();
            if daemon.state != DaemonState::Running || daemon.process_id != Some(process) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(HANG, down)
        .await
        .unwrap_or_else(|_| panic!("it goes on after a failed sync\n{}", site.server.log()));
}

/// Leaves on the disk what a power cut would, after a story with failed syncs.
fn cut(disk: &Disk, state: &Path, dice: &mut Dice) {
    for name in ["ACME.db", "ACME.db-wal"] {
        let story = disk.journal(name).unwrap();
        if state.join(name).exists() {
            std::fs::write(state.join(name), image_after_failed_syncs(&story, dice)).unwrap();
        }
    }
    disk.forget_shared_memory().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_sync_ends_the_daemon_and_loses_nothing_even_when_the_power_is_cut_later() {
    let rounds = Form::of_this_run().pick(4, 60);
    let mut dice = Dice::new("failed syncs");
    let record_figures = |record: &Record| println!("failed syncs: {:?}", record.figures());
    for round in 0..rounds {
        let scratch = tempfile::tempdir().unwrap();
        let (mut site, mut disk) = site_on_disk(scratch.path(), true);
        site.start_again().unwrap();
        let process = site.daemon_serves(None).await.unwrap();
        let record = Arc::new(Record::default());
        let mut work = Work::begin(site.daemon().unwrap(), PRODUCTS, &record, &mut dice)
            .await
            .unwrap();
        let moment = dice.u64(1..200);
        assert!(record.more_answers(moment, work.over()).await);
        disk.fail_after(None, Some(round % 4)).unwrap();
        tokio::time::timeout(HANG, work.over())
            .await
            .expect("nothing is synced and no alert says so");
        goes_down(&site, process).await;
        disk.heal().unwrap();
        let process = site.daemon_serves(Some(process)).await.unwrap();
        agrees(&site, &record, &mut dice).await;
        // More work on what the failed sync left behind, and then the power is cut.
        let mut work = Work::begin(site.daemon().unwrap(), PRODUCTS, &record, &mut dice)
            .await
            .unwrap();
        assert!(record.more_answers(dice.u64(1..200), work.over()).await);
        site.kill_process(Kill::Both, Some(process)).unwrap();
        work.over().await;
        cut(&disk, &site.server.data().join("state"), &mut dice);
        site.verify().unwrap();
        site.start_again().unwrap();
        site.daemon_serves(None).await.unwrap();
        agrees(&site, &record, &mut dice).await;
        record_figures(&record);
        site.end().unwrap();
    }
    println!("failed syncs: {rounds} times, acknowledged and lost: 0");
}

/// Makes tokens until so many were acknowledged, or one is refused; gives the ids, and why it was refused.
async fn make_tokens(site: &Site, number: usize) -> (Vec<String>, Option<Problem>) {
    let administrator = site.administrator().unwrap();
    let mut ids = Vec::new();
    while ids.len() < number {
        let request = NewToken {
            name: "proof".to_owned(),
            scope: Some(TokenScope::Product),
            permissions: None,
            days: None,
        };
        match administrator.call::<op::NewToken>(&request).await {
            Ok(token) => ids.push(token.token.token_id),
            Err(error) => return (ids, Some(error)),
        }
    }
    (ids, None)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_are_not_built_upon_what_a_failed_sync_left() {
    let rounds = Form::of_this_run().pick(4, 40);
    let mut dice = Dice::new("failed syncs of accounts");
    for round in 0..rounds {
        let scratch = tempfile::tempdir().unwrap();
        let (mut site, mut disk) = site_on_disk(scratch.path(), true);
        site.start_again().unwrap();
        let (mut acknowledged, _) = make_tokens(&site, dice.usize(1..5)).await;
        disk.fail_after(None, Some(round % 3)).unwrap();
        let (more, refused) = make_tokens(&site, 10).await;
        acknowledged.extend(more);
        let refused = refused.expect("nothing is synced and no alert says so");
        assert_eq!(refused.code, ErrorCode::StorageUnavailable, "{refused:?}");
        disk.heal().unwrap();
        // Both the same process and the next one go on from there.
        if round % 2 == 0 {
            site.kill_process(Kill::Manager, None).unwrap();
            site.start_again().unwrap();
        }
        let (more, refused) = make_tokens(&site, dice.usize(1..5)).await;
        assert_eq!(refused, None);
        acknowledged.extend(more);
        site.kill_process(Kill::Manager, None).unwrap();
        let log = site.server.data().join("state/server.db-wal");
        let story = disk.journal("server.db-wal").unwrap();
        std::fs::write(log, image_after_failed_syncs(&story, &mut dice)).unwrap();
        disk.forget_shared_memory().unwrap();
        site.start_again().unwrap();
        let administrator = site.administrator().unwrap();
        let there = administrator
            .call::<op::GetTokens>(&GetTokens::default())
            .await
            .unwrap();
        for id in &acknowledged {
            assert!(
                there.items.iter().any(|token| token.token_id == *id),
                "{id} is lost"
            );
        }
        site.end().unwrap();
    }
    println!("failed syncs of accounts: {rounds} times, acknowledged and lost: 0");
}
