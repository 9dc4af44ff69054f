//! Few seats, many clients, and requests that come twice, late, in another order, or are given up.

use std::sync::Arc;
use std::time::Duration;

use licensing_proofs::{Answer, Dice, FEATURE, Form, History, Key, Product, Site, cad};
use licensing_testbed::ServerBuilder;
use tokio::task::JoinSet;

const SEATS: usize = 10;

/// A client with its way of being a nuisance.
struct Client {
    connections: Arc<Vec<Product>>,
    history: Arc<History>,
    dice: Dice,
}

impl Client {
    fn connection(&mut self) -> Product {
        self.connections[self.dice.usize(..self.connections.len())].clone()
    }

    /// A little time, or none.
    fn pause(&mut self) -> Duration {
        Duration::from_micros(self.dice.u64(..4_000) * u64::from(self.dice.bool()))
    }

    /// Sends a copy of a checkout some time from now; a part of the copies is given up before the answer.
    fn send_checkout(&mut self, key: Key, copies: &mut JoinSet<Option<Answer>>) {
        let (mut product, before) = (self.connection(), self.pause());
        let gives_up = self.dice.u8(..4) == 0;
        let patience = gives_up.then(|| Duration::from_micros(self.dice.u64(..20_000)));
        let history = Arc::clone(&self.history);
        copies.spawn(async move {
            tokio::time::sleep(before).await;
            let call = history.checkout_sent(key);
            let answer = product.checkout(FEATURE, key);
            let answer = match patience {
                None => answer.await,
                Some(patience) => match tokio::time::timeout(patience, answer).await {
                    Ok(answer) => answer,
                    Err(_) => return None,
                },
            };
            let answer = answer.unwrap();
            history.checkout_answered(call, &answer);
            Some(answer)
        });
    }

    /// Gives a seat back, at times twice at once.
    async fn check_in(&mut self, lease: &[u8]) {
        let mut copies = JoinSet::new();
        for _ in 0..self.dice.usize(1..=2) {
            let (mut product, before) = (self.connection(), self.pause());
            let (history, lease) = (Arc::clone(&self.history), lease.to_vec());
            copies.spawn(async move {
                tokio::time::sleep(before).await;
                let call = history.checkin_sent(&lease);
                let was_held = product.checkin(&lease).await.unwrap();
                history.checkin_answered(call, was_held);
            });
        }
        copies.join_all().await;
    }

    /// One seat from the first copy of the request to the last.
    async fn round(&mut self) {
        let key = Key(self.dice.u128(..));
        let mut copies = JoinSet::new();
        for _ in 0..self.dice.usize(1..=3) {
            self.send_checkout(key, &mut copies);
        }
        let mut returned = false;
        while let Some(answer) = copies.join_next().await {
            let lease = match answer.unwrap() {
                Some(Answer::Granted { lease, .. }) => lease,
                Some(Answer::Denied { .. }) => continue,
                None => {
                    // Who was not answered asks again.
                    self.send_checkout(key, &mut copies);
                    continue;
                }
            };
            if returned {
                continue;
            }
            tokio::time::sleep(self.pause()).await;
            returned = true;
            if self.dice.bool() {
                // This one may well come after the checkin, and must not take another seat.
                self.send_checkout(key, &mut copies);
            }
            self.check_in(&lease).await;
        }
    }
}

async fn storm(site: &Site, clients: usize, rounds: usize, dice: &mut Dice) -> Arc<History> {
    let mut connections = Vec::new();
    for _ in 0..16 {
        connections.push(site.product().await.unwrap());
    }
    let connections = Arc::new(connections);
    let history = Arc::new(History::default());
    let mut storm = JoinSet::new();
    for _ in 0..clients {
        let mut client = Client {
            connections: Arc::clone(&connections),
            history: Arc::clone(&history),
            dice: dice.fork(),
        };
        storm.spawn(async move {
            for _ in 0..rounds {
                client.round().await;
            }
        });
    }
    storm.join_all().await;
    history
}

/// Seats of requests that were given up come back as products would give them back: by the same key.
async fn clear(site: &Site, history: &History) {
    let mut product = site.product().await.unwrap();
    loop {
        let rows = site.usage().await.unwrap();
        for row in &rows {
            let key = Key(u128::from_str_radix(&row.display, 16).unwrap());
            let call = history.checkout_sent(key);
            let answer = product.checkout(FEATURE, key).await.unwrap();
            history.checkout_answered(call, &answer);
            let Answer::Granted {
                lease,
                repeated: true,
            } = answer
            else {
                panic!("the lease is there: {answer:?}")
            };
            let call = history.checkin_sent(&lease);
            history.checkin_answered(call, product.checkin(&lease).await.unwrap());
        }
        if rows.is_empty() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn storms_never_get_more_seats_than_there_are() {
    let (seeds, clients, rounds) = Form::of_this_run().pick((4, 48, 20), (20, 256, 20));
    let mut dice = Dice::new("seats");
    let mut site = Site::start(ServerBuilder::new().license("acme.lic", &cad(SEATS as u32))).unwrap();
    let (mut checkouts, mut leases) = (0, 0);
    for _ in 0..seeds {
        let history = storm(&site, clients, rounds, &mut dice).await;
        clear(&site, &history).await;
        let checked = Arc::into_inner(history).unwrap().check(SEATS).unwrap();
        println!("seats: {SEATS} seats, {clients} clients: {checked:?}");
        // How many are held at once for certain depends on the machine's load; that seats ran out, the denials show.
        assert!(checked.most_held > 1, "there was no storm");
        assert!(checked.denials > 0 && checked.repeated > 0 && checked.unanswered > 0);
        checkouts += checked.checkouts;
        leases += checked.leases;
    }
    site.end().unwrap();
    site.verify().unwrap();
    let file = site.server.data().join("state/ACME.db");
    let audit = licensing_store::verify(&file).unwrap();
    assert_eq!(audit.opened, audit.closed);
    // A request that was given up may have got a seat that came back without anybody knowing.
    assert!(audit.opened >= leases as u64);
    println!("seats: {checkouts} checkouts in {seeds} storms, {leases} leases, double grants: 0");
}
