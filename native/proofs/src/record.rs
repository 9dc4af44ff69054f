//! What products asked for and were answered, and whether the server agrees.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{bail, ensure};
use licensing_api::usage::UsageRow;
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::watch;
use tonic::Status;

use crate::{Answer, Dice, FEATURE, Key, Product, refusal_code};

/// What is known of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Fate {
    /// Asked, and never answered: both is right.
    Open,
    /// Refused.
    Denied,
    /// Granted: it must be there.
    Held(Vec<u8>),
    /// Return asked for, and never answered: both is right.
    Returning(Vec<u8>),
    /// Return acknowledged: it must not be there.
    Returned,
}

/// Numbers of a [`Record`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Checkouts that were acknowledged with a lease.
    pub granted: u64,
    /// Checkins that were acknowledged.
    pub returned: u64,
    /// Checkouts that were denied.
    pub denied: u64,
    /// Calls that the daemon refused with a code.
    pub refused: u64,
    /// Calls whose answer never came.
    pub unanswered: u64,
    /// How many of these had been carried out, as was found afterwards.
    pub carried_out: u64,
}

#[derive(Debug, Default)]
struct State {
    fates: BTreeMap<Key, Fate>,
    figures: Figures,
    refusals: BTreeMap<String, u64>,
}

/// What is known of every request at one moment.
#[derive(Debug, Clone)]
pub struct Known(BTreeMap<Key, Fate>);

impl Known {
    /// What is known of a moment between this one and a later one: an answer that came before it, and was not overtaken
    /// by another request until after it.
    #[must_use]
    pub fn until(&self, later: &Self) -> Self {
        let between = later.0.iter().map(|(key, after)| {
            let fate = match (self.0.get(key), after) {
                (Some(Fate::Held(_)), Fate::Held(_)) | (_, Fate::Denied) => after.clone(),
                (Some(before @ (Fate::Returned | Fate::Denied)), _) => before.clone(),
                (
                    None | Some(Fate::Open | Fate::Held(_) | Fate::Returning(_)),
                    Fate::Open | Fate::Held(_) | Fate::Returning(_) | Fate::Returned,
                ) => Fate::Open,
            };
            (*key, fate)
        });
        Self(between.collect())
    }

    /// Number of leases that must be there.
    pub fn held(&self) -> usize {
        let held = self.0.values().filter(|fate| matches!(fate, Fate::Held(_)));
        held.count()
    }

    /// Compares with what a server says is in use.
    ///
    /// # Errors
    /// What does not agree.
    pub fn compare(&self, rows: &[UsageRow], seats: usize) -> anyhow::Result<()> {
        ensure!(rows.len() <= seats, "{} of {seats} seats are in use", rows.len());
        let mut used = BTreeSet::new();
        for row in rows {
            ensure!(row.count == 1, "one seat was asked for: {row:?}");
            ensure!(used.insert(&row.display), "it is there twice: {row:?}");
        }
        for (key, fate) in &self.0 {
            let is_there = used.remove(&key.display());
            match fate {
                Fate::Held(_) => ensure!(is_there, "an acknowledged checkout is lost: {key:?}"),
                Fate::Denied => ensure!(!is_there, "a denied checkout is there: {key:?}"),
                Fate::Returned => ensure!(!is_there, "an acknowledged checkin is undone: {key:?}"),
                Fate::Open | Fate::Returning(_) => {}
            }
        }
        if let Some(display) = used.first() {
            bail!("nobody asked for the lease of {display}");
        }
        Ok(())
    }
}

/// The record of all products of one server, over all its lives.
#[derive(Debug)]
pub struct Record {
    state: Mutex<State>,
    acknowledged: watch::Sender<u64>,
}

impl Default for Record {
    fn default() -> Self {
        Self {
            state: Mutex::default(),
            acknowledged: watch::channel(0).0,
        }
    }
}

impl Record {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    fn set(&self, key: Key, fate: Fate) {
        self.state().fates.insert(key, fate);
    }

    fn acknowledge(&self, key: Key, fate: Fate, count: impl FnOnce(&mut Figures)) {
        let mut state = self.state();
        state.fates.insert(key, fate);
        count(&mut state.figures);
        drop(state);
        self.acknowledged.send_modify(|number| *number += 1);
    }

    fn failed(&self, status: &Status) {
        let mut state = self.state();
        match refusal_code(status) {
            Some(code) => {
                state.figures.refused += 1;
                *state.refusals.entry(code).or_default() += 1;
            }
            None => state.figures.unanswered += 1,
        }
    }

    /// Numbers so far.
    pub fn figures(&self) -> Figures {
        self.state().figures
    }

    /// Codes of the refusals so far.
    pub fn refusals(&self) -> BTreeMap<String, u64> {
        self.state().refusals.clone()
    }

    /// Waits until so many more answers came; false if `over` ends first.
    pub async fn more_answers(&self, number: u64, over: impl Future<Output = ()>) -> bool {
        let mut acknowledged = self.acknowledged.subscribe();
        let wanted = *acknowledged.borrow() + number;
        tokio::select! {
            came = acknowledged.wait_for(|now| *now >= wanted) => came.is_ok(),
            () = over => false,
        }
    }

    /// Checks a seat out and writes down what came of it: the lease, or none when it was denied.
    ///
    /// # Errors
    /// When there is no answer or a refusal; the request stays open.
    pub async fn checkout(&self, product: &mut Product, key: Key) -> Result<Option<Vec<u8>>, Status> {
        self.set(key, Fate::Open);
        let answer = product.checkout(FEATURE, key).await;
        match answer.inspect_err(|status| self.failed(status))? {
            Answer::Granted { lease, .. } => {
                self.acknowledge(key, Fate::Held(lease.clone()), |figures| figures.granted += 1);
                Ok(Some(lease))
            }
            Answer::Denied { .. } => {
                self.acknowledge(key, Fate::Denied, |figures| figures.denied += 1);
                Ok(None)
            }
        }
    }

    /// Gives a seat back and writes down what came of it.
    ///
    /// # Errors
    /// When there is no answer or a refusal; the return stays open.
    pub async fn checkin(&self, product: &mut Product, key: Key, lease: Vec<u8>) -> Result<bool, Status> {
        self.set(key, Fate::Returning(lease.clone()));
        let was_held = product.checkin(&lease).await;
        let was_held = was_held.inspect_err(|status| self.failed(status))?;
        self.acknowledge(key, Fate::Returned, |figures| figures.returned += 1);
        Ok(was_held)
    }

    /// What is known now.
    pub fn known(&self) -> Known {
        Known(self.state().fates.clone())
    }

    /// Compares every acknowledgement with what the server says is in use.
    ///
    /// # Errors
    /// What does not agree.
    pub fn compare(&self, rows: &[UsageRow], seats: usize) -> anyhow::Result<()> {
        self.known().compare(rows, seats)
    }

    /// Closes what is open by asking again, as products do: the same request keys, the same leases. Then gives a part
    /// of the seats back. Afterwards it is known of every seat whether it is out.
    ///
    /// # Errors
    /// When the answers contradict `rows`, the usage before.
    pub async fn settle(
        &self,
        product: &mut Product,
        rows: &[UsageRow],
        dice: &mut Dice,
    ) -> anyhow::Result<()> {
        let there: BTreeSet<&str> = rows.iter().map(|row| row.display.as_str()).collect();
        let fates: Vec<(Key, Fate)> = self.state().fates.clone().into_iter().collect();
        for (key, fate) in fates {
            let was_there = there.contains(key.display().as_str());
            match &fate {
                Fate::Open => self.state().figures.carried_out += u64::from(was_there),
                Fate::Returning(_) => self.state().figures.carried_out += u64::from(!was_there),
                Fate::Denied | Fate::Held(_) | Fate::Returned => {}
            }
            match fate {
                Fate::Open => {
                    let answer = product.checkout(FEATURE, key).await?;
                    match answer {
                        Answer::Granted { lease, repeated } => {
                            ensure!(repeated == was_there, "the same key got another lease: {key:?}");
                            self.set(key, Fate::Held(lease));
                        }
                        Answer::Denied { reason } => {
                            ensure!(!was_there, "the lease is there, and denied: {reason}");
                            self.set(key, Fate::Denied);
                        }
                    }
                }
                Fate::Returning(lease) => {
                    let was_held = product.checkin(&lease).await?;
                    ensure!(
                        was_held == was_there,
                        "the usage and the checkin disagree: {key:?}"
                    );
                    self.set(key, Fate::Returned);
                }
                Fate::Held(lease) if dice.u8(..) < 160 => {
                    ensure!(
                        self.checkin(product, key, lease).await?,
                        "a held lease was not held: {key:?}"
                    );
                }
                Fate::Denied | Fate::Held(_) | Fate::Returned => {}
            }
        }
        self.forget_ended();
        Ok(())
    }

    /// Gives every seat of a usage back, found again by its request key.
    ///
    /// # Errors
    /// When the same key does not find it.
    pub async fn take_back(&self, product: &mut Product, rows: &[UsageRow]) -> anyhow::Result<()> {
        for row in rows {
            let key = Key(u128::from_str_radix(&row.display, 16)?);
            match product.checkout(FEATURE, key).await? {
                Answer::Granted {
                    lease,
                    repeated: true,
                } => {
                    ensure!(
                        self.checkin(product, key, lease).await?,
                        "a held lease was not held: {key:?}"
                    );
                }
                answer @ (Answer::Granted { .. } | Answer::Denied { .. }) => {
                    bail!("the lease is there, and not found: {key:?}: {answer:?}")
                }
            }
        }
        Ok(())
    }

    /// Leases that must be there.
    pub fn held(&self) -> Vec<Vec<u8>> {
        let state = self.state();
        let held = state.fates.values().filter_map(|fate| match fate {
            Fate::Held(lease) => Some(lease.clone()),
            Fate::Open | Fate::Denied | Fate::Returning(_) | Fate::Returned => None,
        });
        held.collect()
    }

    /// Keeps a bounded number of those that must not be there any more.
    fn forget_ended(&self) {
        const KEPT: usize = 20_000;
        let mut state = self.state();
        let mut over = state.fates.len().saturating_sub(KEPT);
        state.fates.retain(|_, fate| {
            let ended = matches!(fate, Fate::Denied | Fate::Returned);
            let keep = over == 0 || !ended;
            over -= usize::from(!keep);
            keep
        });
    }
}
