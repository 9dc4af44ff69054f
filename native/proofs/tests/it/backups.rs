//! Backups of a server that is working, and what they bring back.

use std::path::Path;
use std::sync::Arc;

use licensing_proofs::{Dice, Form, Kill, Record, Site, Work, cad, licensingd_says};
use licensing_testbed::ServerBuilder;

const SEATS: u32 = 60;
const PRODUCTS: usize = 20;

fn say(arguments: &[&str], paths: &[&Path]) -> String {
    let words: Vec<_> = arguments
        .iter()
        .map(|word| match word.strip_prefix('$') {
            Some(number) => paths[number.parse::<usize>().unwrap()].as_os_str(),
            None => word.as_ref(),
        })
        .collect();
    licensingd_says(&words).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_brings_back_what_was_acknowledged_before_it() {
    let backups = Form::of_this_run().pick(3, 60);
    let mut dice = Dice::new("backups");
    let scratch = tempfile::tempdir().unwrap();
    let data = scratch.path().join("data");
    let builder = ServerBuilder::new()
        .folder(&data)
        .license("acme.lic", &cad(SEATS));
    let mut site = Site::start(builder).unwrap();
    let (mut surely, mut answers_meanwhile) = (0, 0);
    for number in 0..backups {
        let archive = scratch.path().join(format!("{number}.tar"));
        let record = Arc::new(Record::default());
        let held_before = site.usage().await.unwrap().len();
        let mut work = Work::begin(site.daemon().unwrap(), PRODUCTS, &record, &mut dice)
            .await
            .unwrap();
        assert!(record.more_answers(dice.u64(100..400), work.over()).await);
        let (before, answers) = (record.known(), record.figures());
        say(&["backup", "--data", "$0", "--output", "$1"], &[&data, &archive]);
        let (after, answers_then) = (record.known(), record.figures());
        answers_meanwhile += answers_then.granted + answers_then.returned + answers_then.denied
            - answers.granted
            - answers.returned
            - answers.denied;
        site.kill(Kill::Both).await.unwrap();
        work.over().await;
        say(&["restore", "--verify", "$0"], &[&archive]);
        // The machine is lost, and the archive is all there is.
        std::fs::remove_dir_all(&data).unwrap();
        say(&["restore", "$0", "--data", "$1"], &[&archive, &data]);
        site.verify().unwrap();
        site.start_again().unwrap();
        site.daemon_serves(None).await.unwrap();
        let rows = site.usage().await.unwrap();
        let known = before.until(&after);
        surely += known.held();
        known.compare(&rows, SEATS as usize).unwrap();
        assert_eq!(held_before, 0);
        // All products are gone with the machine: their seats come back by the same keys.
        record
            .take_back(&mut site.product().await.unwrap(), &rows)
            .await
            .unwrap();
    }
    site.end().unwrap();
    site.verify().unwrap();
    println!(
        "backups: {backups} taken, {answers_meanwhile} answers meanwhile; {surely} leases that had to be there are"
    );
    assert!(answers_meanwhile > 0 && surely > 0);
}
