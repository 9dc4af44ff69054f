//! What all products of a server asked and were answered, in order, checked against a model of a pool of seats.
//!
//! A product *surely* holds a seat from the answer that brings it until it sends the checkin, and *possibly* from the
//! first time it asks until the checkin is answered. A server that is right never lets more seats be held surely than
//! there are, and denies for want of seats only when all of them are possibly held at some moment of the request.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{bail, ensure};
use parking_lot::Mutex;

use crate::{Answer, Key};

/// Name of the reason when all seats are out.
const ALL_TAKEN: &str = "AllSeatsTaken";

/// One call; given when it is sent, and named again when it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call(usize);

#[derive(Debug)]
enum Event {
    CheckoutSent(Key),
    CheckoutAnswered(Call, Answer),
    CheckinSent(Vec<u8>),
    CheckinAnswered(Call, bool),
}

/// A history under way.
#[derive(Debug, Default)]
pub struct History(Mutex<Vec<Event>>);

/// What a history that holds is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Checked {
    /// Checkouts sent, copies included.
    pub checkouts: usize,
    /// Leases.
    pub leases: usize,
    /// Answers that brought a lease once more.
    pub repeated: usize,
    /// Denials for want of seats, all of them justified.
    pub denials: usize,
    /// Calls that were given up before an answer came.
    pub unanswered: usize,
    /// Most seats held surely at a moment.
    pub most_held: usize,
}

impl History {
    fn push(&self, event: Event) -> Call {
        let mut events = self.0.lock();
        events.push(event);
        Call(events.len() - 1)
    }

    /// Before a checkout is sent.
    pub fn checkout_sent(&self, key: Key) -> Call {
        self.push(Event::CheckoutSent(key))
    }

    /// After it was answered.
    pub fn checkout_answered(&self, call: Call, answer: &Answer) {
        self.push(Event::CheckoutAnswered(call, answer.clone()));
    }

    /// Before a checkin is sent.
    pub fn checkin_sent(&self, lease: &[u8]) -> Call {
        self.push(Event::CheckinSent(lease.to_vec()))
    }

    /// After it was answered.
    pub fn checkin_answered(&self, call: Call, was_held: bool) {
        self.push(Event::CheckinAnswered(call, was_held));
    }

    /// Checks the whole against a pool of so many seats.
    ///
    /// # Errors
    /// What no pool of that size can have answered.
    pub fn check(self, seats: usize) -> anyhow::Result<Checked> {
        let events = self.0.into_inner();
        let names = Names::read(&events)?;
        let mut checked = names.checked;
        checked.most_held = surely_held(&events, &names, seats)?;
        checked.denials = justified(&events, &names, seats)?;
        Ok(checked)
    }
}

/// Which request has which lease.
struct Names {
    lease_of: BTreeMap<Key, Vec<u8>>,
    checked: Checked,
    answered: BTreeSet<Call>,
}

impl Names {
    fn read(events: &[Event]) -> anyhow::Result<Self> {
        let mut names = Self {
            lease_of: BTreeMap::new(),
            checked: Checked::default(),
            answered: BTreeSet::new(),
        };
        let mut key_of = BTreeMap::new();
        let mut ended = BTreeSet::new();
        let (mut sent, mut first_grants) = (0, BTreeSet::new());
        for event in events {
            match event {
                Event::CheckoutSent(_) => {
                    names.checked.checkouts += 1;
                    sent += 1;
                }
                Event::CheckinSent(_) => sent += 1,
                Event::CheckoutAnswered(call, answer) => {
                    names.answered.insert(*call);
                    let Answer::Granted { lease, repeated } = answer else {
                        continue;
                    };
                    let key = key_of_call(events, *call)?;
                    let known = names.lease_of.insert(key, lease.clone());
                    ensure!(
                        known.is_none_or(|known| known == *lease),
                        "one request got two leases: {key:?}"
                    );
                    let holder = key_of.insert(lease, key);
                    ensure!(
                        holder.is_none_or(|holder| holder == key),
                        "two requests got one lease: {key:?}"
                    );
                    names.checked.repeated += usize::from(*repeated);
                    ensure!(
                        *repeated || first_grants.insert(key),
                        "one request was granted twice: {key:?}"
                    );
                }
                Event::CheckinAnswered(call, was_held) => {
                    names.answered.insert(*call);
                    let Some(Event::CheckinSent(lease)) = events.get(call.0) else {
                        bail!("an answer to no checkin");
                    };
                    ensure!(
                        !was_held || ended.insert(lease),
                        "a lease was given back twice, and held both times"
                    );
                }
            }
        }
        names.checked.leases = names.lease_of.len();
        names.checked.unanswered = sent - names.answered.len();
        Ok(names)
    }
}

fn key_of_call(events: &[Event], call: Call) -> anyhow::Result<Key> {
    match events.get(call.0) {
        Some(Event::CheckoutSent(key)) => Ok(*key),
        _ => bail!("an answer to no checkout"),
    }
}

/// Most seats that were held surely; an error when there are not so many.
fn surely_held(events: &[Event], names: &Names, seats: usize) -> anyhow::Result<usize> {
    let (mut held, mut returned) = (BTreeSet::new(), BTreeSet::new());
    let mut most = 0;
    for event in events {
        match event {
            Event::CheckoutAnswered(_, Answer::Granted { lease, .. }) if !returned.contains(lease) => {
                held.insert(lease);
            }
            Event::CheckinSent(lease) => {
                returned.insert(lease);
                held.remove(lease);
            }
            Event::CheckoutAnswered(..) | Event::CheckoutSent(_) | Event::CheckinAnswered(..) => {}
        }
        most = most.max(held.len());
        ensure!(
            held.len() <= seats,
            "double grant: {} of {seats} seats are held; {} leases in all",
            held.len(),
            names.lease_of.len()
        );
    }
    Ok(most)
}

/// Number of denials for want of seats; an error when seats were surely free all the time that one was under way.
fn justified(events: &[Event], names: &Names, seats: usize) -> anyhow::Result<usize> {
    let possibly = possibly_held(events, names)?;
    let mut denials = 0;
    for (at, event) in events.iter().enumerate() {
        let Event::CheckoutAnswered(call, Answer::Denied { reason }) = event else {
            continue;
        };
        if reason != ALL_TAKEN {
            continue;
        }
        denials += 1;
        let most = possibly.get(call.0..=at).unwrap_or_default().iter().max();
        ensure!(
            most.is_some_and(|most| *most >= seats),
            "denied although at most {most:?} of {seats} seats were out"
        );
    }
    Ok(denials)
}

/// After each event, the number of seats that may be out.
fn possibly_held(events: &[Event], names: &Names) -> anyhow::Result<Vec<usize>> {
    // Whose checkout was given up may hold a seat that nobody knows of.
    let mut may_hold: BTreeSet<Key> = names.lease_of.keys().copied().collect();
    for (at, event) in events.iter().enumerate() {
        if let Event::CheckoutSent(key) = event
            && !names.answered.contains(&Call(at))
        {
            may_hold.insert(*key);
        }
    }
    let key_of: BTreeMap<&Vec<u8>, Key> = names.lease_of.iter().map(|(key, lease)| (lease, *key)).collect();
    let (mut holding, mut over) = (BTreeSet::new(), BTreeSet::new());
    let mut numbers = Vec::with_capacity(events.len());
    for event in events {
        match event {
            Event::CheckoutSent(key) if may_hold.contains(key) && !over.contains(key) => {
                holding.insert(*key);
            }
            Event::CheckinAnswered(call, _) => {
                if let Some(Event::CheckinSent(lease)) = events.get(call.0)
                    && let Some(key) = key_of.get(lease)
                {
                    over.insert(*key);
                    holding.remove(key);
                }
            }
            Event::CheckoutSent(_) | Event::CheckoutAnswered(..) | Event::CheckinSent(_) => {}
        }
        numbers.push(holding.len());
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn granted(lease: u8) -> Answer {
        Answer::Granted {
            lease: vec![lease],
            repeated: false,
        }
    }

    fn denied() -> Answer {
        Answer::Denied {
            reason: ALL_TAKEN.to_owned(),
        }
    }

    fn take(history: &History, key: u128, answer: &Answer) {
        let call = history.checkout_sent(Key(key));
        history.checkout_answered(call, answer);
    }

    fn give(history: &History, lease: u8, was_held: bool) {
        let call = history.checkin_sent(&[lease]);
        history.checkin_answered(call, was_held);
    }

    fn refusal(history: History, seats: usize) -> String {
        match history.check(seats) {
            Ok(checked) => unreachable!("{checked:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn what_a_pool_can_answer_holds() -> anyhow::Result<()> {
        let history = History::default();
        take(&history, 1, &granted(1));
        take(&history, 2, &denied());
        give(&history, 1, true);
        give(&history, 1, false);
        take(&history, 2, &granted(2));
        let checked = history.check(1)?;
        assert_eq!((checked.most_held, checked.denials, checked.leases), (1, 1, 2));
        Ok(())
    }

    #[test]
    fn a_double_grant_is_found() {
        let history = History::default();
        take(&history, 1, &granted(1));
        take(&history, 2, &granted(2));
        assert!(refusal(history, 1).contains("double grant"));
    }

    #[test]
    fn a_denial_without_need_is_found() {
        let history = History::default();
        take(&history, 1, &granted(1));
        give(&history, 1, true);
        take(&history, 2, &denied());
        assert!(refusal(history, 1).contains("denied although"));
    }

    #[test]
    fn a_key_with_two_leases_and_a_lease_with_two_keys_are_found() {
        let history = History::default();
        take(&history, 1, &granted(1));
        take(&history, 1, &granted(2));
        assert!(refusal(history, 9).contains("two leases"));
        let history = History::default();
        take(&history, 1, &granted(1));
        take(&history, 2, &granted(1));
        assert!(refusal(history, 9).contains("two requests"));
    }

    #[test]
    fn a_seat_that_comes_back_twice_is_found() {
        let history = History::default();
        take(&history, 1, &granted(1));
        give(&history, 1, true);
        give(&history, 1, true);
        assert!(refusal(history, 9).contains("given back twice"));
    }
}
