//! `kill -9` of daemon, manager or both, at any moment, under load.

use std::collections::BTreeMap;
use std::sync::Arc;

use licensing_proofs::{Dice, Form, Kill, Record, Site, VENDOR, Work, cad};
use licensing_testbed::ServerBuilder;

const SEATS: u32 = 60;
const PRODUCTS: usize = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_lose_nothing_that_was_acknowledged() {
    let kills = Form::of_this_run().pick(30, 300);
    let mut dice = Dice::new("kills");
    let mut site = Site::start(ServerBuilder::new().license("acme.lic", &cad(SEATS))).unwrap();
    let record = Arc::new(Record::default());
    let mut numbers = BTreeMap::<Kill, u32>::new();
    let mut of_this_manager = 0;
    let mut process = site.daemon_serves(None).await.unwrap();
    for _ in 0..kills {
        // The pause before a daemon is started again grows with every end of one.
        let what = match Kill::any(&mut dice) {
            Kill::Daemon if of_this_manager == 2 => Kill::Both,
            what => what,
        };
        *numbers.entry(what).or_default() += 1;
        let mut work = Work::begin(site.daemon().unwrap(), PRODUCTS, &record, &mut dice)
            .await
            .unwrap();
        let moment = dice.u64(1..300);
        assert!(
            record.more_answers(moment, work.over()).await,
            "{}",
            site.server.log()
        );
        site.kill_process(what, Some(process)).unwrap();
        // After a kill of the manager alone the daemon still answers what it has taken.
        work.over().await;
        if what == Kill::Daemon {
            of_this_manager += 1;
            process = site.daemon_serves(Some(process)).await.unwrap();
            let file = site.server.data().join("state").join(format!("{VENDOR}.db"));
            licensing_store::verify(&file).unwrap();
        } else {
            of_this_manager = 0;
            site.verify().unwrap();
            site.start_again().unwrap();
            process = site.daemon_serves(None).await.unwrap();
        }
        let rows = site.usage().await.unwrap();
        record.compare(&rows, SEATS as usize).unwrap();
        let mut product = site.product().await.unwrap();
        assert_eq!(
            product.ended(&record.held()).await.unwrap(),
            Vec::<Vec<u8>>::new()
        );
        record.settle(&mut product, &rows, &mut dice).await.unwrap();
    }
    site.end().unwrap();
    site.verify().unwrap();
    println!(
        "kills: {numbers:?}, {:?}, acknowledged and lost: 0",
        record.figures()
    );
}
