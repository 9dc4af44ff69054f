//! Products at work.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::task::JoinSet;

use crate::{Dice, Key, Product, Record};

/// Seats that one product holds at most.
const HELD: usize = 3;

/// Products that check seats out and in, each on a connection of its own, until they are stopped or their daemon is
/// gone or refuses.
#[derive(Debug)]
pub struct Work {
    stop: Arc<AtomicBool>,
    products: JoinSet<()>,
}

impl Work {
    /// Connects the products and has them begin.
    ///
    /// # Errors
    /// If the daemon takes no connection.
    pub async fn begin(
        address: SocketAddr,
        products: usize,
        record: &Arc<Record>,
        dice: &mut Dice,
    ) -> anyhow::Result<Self> {
        let mut work = Self {
            stop: Arc::default(),
            products: JoinSet::new(),
        };
        for _ in 0..products {
            let product = Product::connect(address).await?;
            let toil = toil(product, Arc::clone(record), dice.fork(), Arc::clone(&work.stop));
            work.products.spawn(toil);
        }
        Ok(work)
    }

    /// Ends when the daemon serves none of them any more.
    pub async fn over(&mut self) {
        while self.products.join_next().await.is_some() {}
    }

    /// Lets each have its last answer.
    pub async fn stop(mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.over().await;
    }
}

async fn toil(mut product: Product, record: Arc<Record>, mut dice: Dice, stop: Arc<AtomicBool>) {
    let mut held: Vec<(Key, Vec<u8>)> = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let key = Key(dice.u128(..));
        match record.checkout(&mut product, key).await {
            Ok(Some(lease)) => held.push((key, lease)),
            Ok(None) => {}
            Err(_) => return,
        }
        while held.len() > HELD || (!held.is_empty() && dice.bool()) {
            let (key, lease) = held.swap_remove(dice.usize(..held.len()));
            if record.checkin(&mut product, key, lease).await.is_err() {
                return;
            }
        }
    }
}
