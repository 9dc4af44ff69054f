//! Random histories in which requests wait: who is served, in which order, and from where, is as the model says.

use std::collections::{BTreeMap, HashMap};

use licensing_api::denial::DenialReason;
use licensing_api::queue::GetQueue;
use licensing_seats::Moment;
use licensing_seats::pool::{Pool, PoolSet};
use licensing_seats::seat::{
    CheckoutRequest, Decision, Holder, Ledger, QueueFilter, RequestKey, SeatSettings,
};
use proptest::prelude::*;

use super::model::{Model, ModelLease};
use super::random::pools;
use super::rules::bind;
use super::support::{bytes, holder, lease_id, moment, request, set};

#[derive(Debug, Clone)]
enum Step {
    Checkout(Box<CheckoutRequest>, u64),
    /// The same request once more, perhaps not to wait any longer.
    Again(prop::sample::Index, bool),
    Checkin(prop::sample::Index),
    /// A request is given up by its key, whether it waits, holds seats, or never came.
    GiveUp(u64),
    /// The product of a request that waits goes away.
    Leave(prop::sample::Index),
    Pass(u64),
    Midnight,
    ReplacePools(Vec<Pool>),
    ReplaceRules(Vec<String>),
}

/// Lines of an options file. Limits are left out: they are looked at when a turn comes.
fn options() -> impl Strategy<Value = Vec<String>> {
    let line = (
        prop::sample::select(vec![
            "EXCLUDE CAD USER anna",
            "INCLUDE CAD GROUP g",
            "RESERVE # CAD USER anna",
            "RESERVE # CAD GROUP g",
            "RESERVE # CAD:VERSION=2.0 USER Bert",
            "RESERVE # FEM HOST carl",
            "MAX_OVERDRAFT CAD #",
            "LINGER FEM 30#",
        ]),
        1u32..4,
    )
        .prop_map(|(line, number)| line.replace('#', &number.to_string()));
    prop::collection::vec(line, 0..4).prop_map(|mut lines| {
        lines.insert(0, "GROUP g anna carl".to_owned());
        lines
    })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let names = || prop::sample::select(vec!["anna", "Bert", "carl", "dora"]);
    let step = prop_oneof![
        14 => (
            0u64..200,
            prop::sample::select(vec!["cad", "CAD", "fem", "sim"]),
            prop::sample::select(vec!["", "", "1.0", "2", "11.0"]),
            1u32..4,
            names(),
            names(),
            prop::bool::weighted(0.8),
        )
            .prop_map(|(key, feature, version, count, user, host, queue)| {
                let request = request(key, feature, version, count, holder(user, host));
                Step::Checkout(Box::new(CheckoutRequest { queue, ..request }), key)
            }),
        1 => (any::<prop::sample::Index>(), prop::bool::weighted(0.7))
            .prop_map(|(which, queue)| Step::Again(which, queue)),
        10 => any::<prop::sample::Index>().prop_map(Step::Checkin),
        1 => (0u64..200).prop_map(Step::GiveUp),
        2 => any::<prop::sample::Index>().prop_map(Step::Leave),
        2 => (0u64..90_000).prop_map(Step::Pass),
        1 => Just(Step::Midnight),
        1 => pools().prop_map(Step::ReplacePools),
        1 => options().prop_map(Step::ReplaceRules),
    ];
    prop::collection::vec(step, 1..150)
}

struct Waiter {
    key: u64,
    number: u64,
    request: CheckoutRequest,
    gone_until_ms: Option<u64>,
}

/// Version and overdraft of a grant, or the reason of a denial.
type Outcome = Result<(String, u32), Option<DenialReason>>;

struct Run {
    settings: SeatSettings,
    ledger: Ledger,
    model: Model,
    lines: BTreeMap<String, Vec<Waiter>>,
    /// What each request was for.
    features: HashMap<RequestKey, String>,
    /// Turns that must have come since they were last asked for.
    turns: Vec<(RequestKey, Outcome)>,
    pools: PoolSet,
    options: Vec<String>,
    issued: Vec<u64>,
    next: u64,
    now: Moment,
    ms: u64,
    day: i32,
}

impl Run {
    fn new(pools: Vec<Pool>) -> Self {
        let settings = SeatSettings {
            // The model forgets nothing, and hears of everybody.
            remember_keys: std::time::Duration::from_secs(1 << 40),
            lifetime: std::time::Duration::from_secs(1 << 30),
            ..SeatSettings::default()
        };
        let now = moment(0, 0);
        let mut model = Model::default();
        model.replace_pools(pools.clone(), &[], now.today);
        Self {
            ledger: Ledger::new(settings.clone(), set(pools.clone()), now),
            settings,
            model,
            lines: BTreeMap::new(),
            features: HashMap::new(),
            turns: Vec::new(),
            pools: set(pools),
            options: Vec::new(),
            issued: Vec::new(),
            next: 1,
            now,
            ms: 0,
            day: 0,
        }
    }

    fn step(&mut self, step: Step) -> Result<(), TestCaseError> {
        match step {
            Step::Checkout(request, key) => self.checkout(*request, key)?,
            Step::Again(which, queue) => {
                let waiting: Vec<(u64, CheckoutRequest)> = self
                    .waiters()
                    .map(|waiter| (waiter.key, waiter.request.clone()))
                    .collect();
                if !waiting.is_empty() {
                    let (key, request) = which.get(&waiting).clone();
                    self.checkout(CheckoutRequest { queue, ..request }, key)?;
                }
            }
            Step::Checkin(which) if !self.issued.is_empty() => {
                let number = *which.get(&self.issued);
                let held = self.ledger.checkin(lease_id(number), self.now);
                prop_assert_eq!(held, self.model.check_in(number, self.ms));
            }
            Step::Checkin(_) => {}
            Step::GiveUp(key) => {
                let expected = self.give_up(key);
                let given_up = self.ledger.give_up(&RequestKey::from_bytes(bytes(key)), self.now);
                prop_assert_eq!(given_up, expected);
            }
            Step::Leave(which) => {
                let until = self.ms + self.settings.queue_kept.as_millis() as u64;
                let mut waiting: Vec<&mut Waiter> = self.lines.values_mut().flatten().collect();
                if !waiting.is_empty() {
                    let at = which.index(waiting.len());
                    waiting[at].gone_until_ms.get_or_insert(until);
                    let key = RequestKey::from_bytes(bytes(waiting[at].key));
                    self.ledger.leave_waiting(&key, self.now);
                }
            }
            Step::Pass(ms) => {
                self.ms += ms;
                self.now = moment(self.ms, self.day);
            }
            Step::Midnight => {
                self.day += 1;
                self.now = moment(self.ms, self.day);
            }
            Step::ReplacePools(pools) => {
                let today = self.now.today;
                self.model.replace_pools(pools.clone(), &self.options, today);
                self.pools = set(pools);
                self.ledger.replace_pools(self.pools.clone(), self.now);
                self.ledger.replace_rules(bind(&self.options, &self.pools, today));
            }
            Step::ReplaceRules(lines) => {
                self.options = lines;
                self.model.replace_rules(&self.options, self.now.today);
                self.ledger
                    .replace_rules(bind(&self.options, &self.pools, self.now.today));
            }
        }
        self.settle()
    }

    fn waiters(&self) -> impl Iterator<Item = &Waiter> {
        self.lines.values().flatten()
    }

    fn give_up(&mut self, key: u64) -> bool {
        let held = self.model.leases.iter().find(|(_, lease)| lease.key == key);
        if let Some(number) = held.map(|(number, _)| *number) {
            return self.model.check_in(number, self.ms);
        }
        let waited = self.waiters().any(|waiter| waiter.key == key);
        for line in self.lines.values_mut() {
            line.retain(|waiter| waiter.key != key);
        }
        self.model.close(key);
        waited
    }

    fn checkout(&mut self, request: CheckoutRequest, key: u64) -> Result<(), TestCaseError> {
        let number = self.next;
        self.next += 1;
        let decision = self.ledger.checkout(&request, lease_id(number), self.now);
        let feature = request.feature.to_lowercase();
        let known = self.model.leases.values().any(|lease| lease.key == key) || self.model.was_closed(key);
        if known {
            let as_expected = matches!(&decision, Decision::Repeated(_))
                || matches!(&decision, Decision::Denied(denial) if denial.reason == DenialReason::BadParameter)
                || matches!(&decision, Decision::Denied(denial) if denial.reason == DenialReason::RequestKeyInUse);
            prop_assert!(as_expected, "{:?}", decision);
            return Ok(());
        }
        let waiting = self.waiters().find(|waiter| waiter.key == key);
        let waiting = waiting.map(|waiter| waiter.request.clone());
        if let Some(first) = waiting {
            let (line, count) = (first.feature.to_lowercase(), first.count);
            let who = |holder: &Holder| {
                [&holder.user, &holder.host, &holder.vendor_data, &holder.product].map(String::clone)
            };
            if who(&first.holder) != who(&request.holder) {
                let as_expected = matches!(&decision, Decision::Denied(denial) if denial.reason == DenialReason::RequestKeyInUse);
                prop_assert!(as_expected, "{:?}", decision);
                return Ok(());
            }
            if line != feature || count != request.count {
                let as_expected = matches!(&decision, Decision::Denied(denial) if denial.reason == DenialReason::BadParameter);
                prop_assert!(as_expected, "{:?}", decision);
                return Ok(());
            }
            let line = self.lines.get_mut(&feature).unwrap();
            let at = line.iter().position(|waiter| waiter.key == key).unwrap();
            if request.queue {
                line[at].gone_until_ms = None;
                let Decision::Queued(place) = decision else {
                    return Err(TestCaseError::fail(format!("{decision:?}")));
                };
                prop_assert_eq!(place.position as usize, at + 1);
                return Ok(());
            }
            // It goes, what it claimed is served to others, and then it is as if it came again.
            line.remove(at);
            self.go_through_lines();
        }
        self.features.insert(request.request_key, feature.clone());
        let line = self.lines.entry(feature).or_default();
        let ahead: Vec<CheckoutRequest> = line.iter().map(|waiter| waiter.request.clone()).collect();
        match (
            self.model.decide(&request, &ahead, (self.now.today, self.ms)),
            decision,
        ) {
            (Ok((pool, overdraft, false)), Decision::Granted(lease)) => {
                let version = self.model.known[&pool].identity.version.to_string();
                prop_assert_eq!((lease.version, lease.overdraft), (version, overdraft));
                self.insert(number, key, pool, request.count, &request.holder);
            }
            (Err(refused), Decision::Queued(place)) if refused.waits && request.queue => {
                prop_assert_eq!(place.position as usize, line.len() + 1);
                line.push(Waiter {
                    key,
                    number,
                    request,
                    gone_until_ms: None,
                });
            }
            (Err(refused), Decision::Denied(denial)) if !(refused.waits && request.queue) => {
                prop_assert_eq!(denial.reason, refused.reason, "{}", denial.detail);
            }
            (expected, decision) => {
                return Err(TestCaseError::fail(format!(
                    "{decision:?} instead of {expected:?}"
                )));
            }
        }
        Ok(())
    }

    fn insert(
        &mut self,
        number: u64,
        key: u64,
        pool: licensing_seats::pool::PoolId,
        count: u32,
        holder: &Holder,
    ) {
        self.issued.push(number);
        let lease = ModelLease {
            key,
            pool,
            count,
            feature: self.model.known[&pool].identity.feature.clone(),
            holder: holder.clone(),
            heard_ms: self.ms,
            lingers_until_ms: None,
            borrowed_until_ms: None,
        };
        self.model.insert(number, lease);
    }

    /// Ends what is over on both sides, and compares whose turn has come.
    fn settle(&mut self) -> Result<(), TestCaseError> {
        let ended = self.model.expire(self.ms, &self.settings);
        prop_assert_eq!(self.ledger.expire(self.now), ended.len());
        for line in self.lines.values_mut() {
            line.retain(|waiter| waiter.gone_until_ms.is_none_or(|until| until > self.ms));
        }
        self.settle_lines()?;
        self.compare()
    }

    fn go_through_lines(&mut self) {
        let features: Vec<String> = self.lines.keys().cloned().collect();
        for feature in features {
            while self.pass(&feature) {}
        }
    }

    fn settle_lines(&mut self) -> Result<(), TestCaseError> {
        self.go_through_lines();
        let mut expected = std::mem::take(&mut self.turns);
        expected.sort_by_key(|(key, _)| self.features.get(key));
        let turns = self.ledger.take_turns(self.now).into_iter().map(|turn| {
            let outcome = match turn.decision {
                Decision::Granted(lease) => Ok((lease.version, lease.overdraft)),
                Decision::Denied(denial) => Err(Some(denial.reason)),
                Decision::Repeated(_) | Decision::Queued(_) => Err(None),
            };
            (turn.request_key, outcome)
        });
        // Lines of different features have nothing to do with each other.
        let mut turns: Vec<_> = turns.collect();
        turns.sort_by_key(|(key, _)| self.features.get(key));
        prop_assert_eq!(turns, expected);
        Ok(())
    }

    /// Goes through a line once; tells whether anybody was served.
    fn pass(&mut self, feature: &str) -> bool {
        let mut ahead: Vec<CheckoutRequest> = Vec::new();
        let mut served = false;
        let line = self.lines.remove(feature).unwrap_or_default();
        let mut left = Vec::new();
        for waiter in line {
            let name = RequestKey::from_bytes(bytes(waiter.key));
            match self
                .model
                .decide(&waiter.request, &ahead, (self.now.today, self.ms))
            {
                Ok((pool, overdraft, false)) => {
                    let version = self.model.known[&pool].identity.version.to_string();
                    self.turns.push((name, Ok((version, overdraft))));
                    let request = &waiter.request;
                    self.insert(waiter.number, waiter.key, pool, request.count, &request.holder);
                    served = true;
                }
                Ok((.., true)) => panic!("there is no burst"),
                Err(refused) if refused.waits => {
                    ahead.push(waiter.request.clone());
                    left.push(waiter);
                }
                Err(refused) => self.turns.push((name, Err(Some(refused.reason)))),
            }
        }
        self.lines.insert(feature.to_owned(), left);
        served
    }

    fn compare(&mut self) -> Result<(), TestCaseError> {
        for id in self.model.known.keys() {
            let usage = self.ledger.pool_usage(*id).map_or(0, |usage| usage.in_use);
            prop_assert_eq!(usage, self.model.in_use(*id));
        }
        let rows = self
            .ledger
            .queue_rows(&QueueFilter::new(&GetQueue::default()), self.now);
        let mut rows: Vec<_> = rows
            .into_iter()
            .map(|row| {
                (
                    row.feature.to_lowercase(),
                    row.position,
                    row.user,
                    row.count,
                    row.kept_until.is_some(),
                )
            })
            .collect();
        rows.sort();
        let mut expected = Vec::new();
        for (feature, line) in &self.lines {
            for (position, waiter) in (1u32..).zip(line) {
                let request = &waiter.request;
                expected.push((
                    feature.clone(),
                    position,
                    request.holder.user.clone(),
                    request.count,
                    waiter.gone_until_ms.is_some(),
                ));
            }
        }
        prop_assert_eq!(rows, expected);
        prop_assert_eq!(self.ledger.waiting(), self.waiters().count());
        let queued: u32 = self
            .ledger
            .inventory(&Default::default(), self.now)
            .iter()
            .map(|row| row.queued)
            .sum();
        prop_assert_eq!(queued as usize, self.waiters().count());
        self.ledger.take_changes();
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn turns_come_as_the_model_says(pools in pools(), steps in steps()) {
        let mut run = Run::new(pools);
        for step in steps {
            run.step(step)?;
        }
    }

    /// The promise itself, without a model: no grant ever brings a pool above what it has on that day.
    #[test]
    fn no_turn_exceeds_what_a_pool_has(pools in pools(), steps in steps()) {
        let mut run = Run::new(pools);
        for step in steps {
            let before: BTreeMap<_, _> =
                run.model.known.keys().map(|id| (*id, run.ledger.pool_usage(*id))).collect();
            run.step(step)?;
            for (id, before) in before {
                let (Some(before), Some(after)) = (before, run.ledger.pool_usage(id)) else { continue };
                if after.in_use > before.in_use {
                    prop_assert!(after.capacity.total().is_none_or(|total| after.in_use <= total));
                }
            }
        }
    }
}
