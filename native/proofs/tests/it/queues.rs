//! More clients than seats, all of whom wait: every one is served, in order, also when the daemon is killed meanwhile.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use licensing_api::operation::op;
use licensing_api::queue::GetQueue;
use licensing_proofs::{FEATURE, Form, Key, Kill, Product, Site, cad};
use licensing_testbed::ServerBuilder;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

const SEATS: usize = 5;

/// Waits until so many stand in the queue.
async fn queue_is(site: &Site, length: usize) -> Vec<String> {
    let administrator = site.administrator().unwrap();
    loop {
        let rows = administrator.call::<op::GetQueue>(&GetQueue::default()).await;
        let rows = rows.unwrap().items;
        if rows.len() == length {
            return rows.into_iter().map(|row| row.user).collect();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits for a seat until it comes; none when the daemon is gone.
async fn served(mut product: Product, key: Key) -> Option<Vec<u8>> {
    loop {
        match product.wait(FEATURE, key).await {
            Ok(Some(lease)) => return Some(lease),
            Ok(None) => {}
            Err(_) => return None,
        }
    }
}

/// Clients that wait, told apart by their keys.
struct Line {
    served: mpsc::UnboundedReceiver<(Key, Vec<u8>)>,
    grants: mpsc::UnboundedSender<(Key, Vec<u8>)>,
    waiting: VecDeque<Key>,
}

impl Line {
    /// All of them ask, one after the other.
    async fn ask(&self, site: &Site) {
        let mut connection = site.product().await.unwrap();
        for (number, key) in self.waiting.iter().copied().enumerate() {
            // A connection takes 128 requests at a time.
            if number % 100 == 99 {
                connection = site.product().await.unwrap();
            }
            let (product, grants) = (connection.clone(), self.grants.clone());
            tokio::spawn(async move {
                if let Some(lease) = served(product, key).await {
                    let _ = grants.send((key, lease));
                }
            });
            queue_is(site, number + 1).await;
        }
    }

    /// Gives a seat back; who gets it must be the first. Gives their lease.
    async fn next(&mut self, product: &mut Product, lease: &[u8]) -> Vec<u8> {
        assert!(product.checkin(lease).await.unwrap());
        let (key, lease) = self.served.recv().await.unwrap();
        assert_eq!(Some(key), self.waiting.pop_front(), "somebody was passed");
        lease
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_who_waits_is_served_in_order_through_kills_of_the_daemon() {
    let (clients, kills) = Form::of_this_run().pick((24, 1), (400, 12));
    let mut site = Site::start(ServerBuilder::new().license("acme.lic", &cad(SEATS as u32))).unwrap();
    let mut process = site.daemon_serves(None).await.unwrap();
    let mut product = site.product().await.unwrap();
    let mut held = VecDeque::new();
    for number in 0..SEATS {
        let lease = served(product.clone(), Key(1_000_000 + number as u128)).await;
        held.push_back(lease.unwrap());
    }
    let (grants, served) = mpsc::unbounded_channel();
    let waiting = (0..clients).map(|number| Key(number as u128)).collect();
    let mut line = Line {
        served,
        grants,
        waiting,
    };
    line.ask(&site).await;
    for _ in 0..kills {
        for _ in 0..clients / (kills + 1) {
            let lease = held.pop_front().unwrap();
            held.push_back(line.next(&mut product, &lease).await);
        }
        site.kill_process(Kill::Daemon, Some(process)).unwrap();
        process = site.daemon_serves(Some(process)).await.unwrap();
        product = site.product().await.unwrap();
        let leases: Vec<Vec<u8>> = held.iter().cloned().collect();
        assert_eq!(product.ended(&leases).await.unwrap(), Vec::<Vec<u8>>::new());
        assert_eq!(site.usage().await.unwrap().len(), SEATS, "no seat is out twice");
        // Places are not kept across a restart: products ask again with their keys.
        line.ask(&site).await;
    }
    while !line.waiting.is_empty() {
        let lease = held.pop_front().unwrap();
        held.push_back(line.next(&mut product, &lease).await);
    }
    assert_eq!(queue_is(&site, 0).await, Vec::<String>::new());
    site.server.stop().unwrap();
    println!("queue: {clients} clients on {SEATS} seats, {kills} kills, passed: 0, doubled: 0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_clients_that_wait_never_has_a_seat_out_twice() {
    let (clients, rounds) = Form::of_this_run().pick((30, 3), (400, 20));
    let site = Site::start(ServerBuilder::new().license("acme.lic", &cad(SEATS as u32))).unwrap();
    let mut storm = JoinSet::new();
    let out = Arc::new(AtomicUsize::new(0));
    let mut connections = Vec::new();
    for _ in 0..=clients / 50 {
        connections.push(site.product().await.unwrap());
    }
    for client in 0..clients {
        let mut product = connections[client / 50].clone();
        let out = Arc::clone(&out);
        storm.spawn(async move {
            for round in 0..rounds {
                let key = Key((client * rounds + round) as u128);
                let lease = served(product.clone(), key).await.unwrap();
                let now_out = out.fetch_add(1, Ordering::SeqCst) + 1;
                assert!(now_out <= SEATS, "{now_out} seats are out");
                tokio::task::yield_now().await;
                out.fetch_sub(1, Ordering::SeqCst);
                assert!(product.checkin(&lease).await.unwrap());
            }
        });
    }
    storm.join_all().await;
    assert_eq!(site.usage().await.unwrap(), []);
    site.server.stop().unwrap();
    println!(
        "queue storm: {} waits on {SEATS} seats, doubled: 0",
        clients * rounds
    );
}
