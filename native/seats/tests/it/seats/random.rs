//! Random histories: whatever happens in whatever order, the ledger does what the model says.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::ToSpan;
use licensing_api::inventory::GetInventory;
use licensing_api::usage::RevokeLeases;
use licensing_license_file::license_file::{DupGroup, LicenseDate};
use licensing_seats::Moment;
use licensing_seats::pool::{Pool, PoolIdentity, PoolSet};
use licensing_seats::seat::{
    BurstRecord, BurstTerms, Change, CheckoutRequest, DEADLINE_STEP_MS, Decision, Holder, LeaseRecord,
    Ledger, RevokeFilter, SeatSettings,
};
use proptest::prelude::*;

use super::model::{Expected, Model, ModelLease};
use super::rules::bind;
use super::support::{FIRST_DAY, holder, increment, lease_id, moment, pool, request, set};

#[derive(Debug, Clone)]
enum Step {
    Checkout {
        key: u64,
        feature: &'static str,
        version: &'static str,
        count: u32,
        holder: Holder,
        borrow_seconds: u64,
    },
    Checkin(prop::sample::Index),
    Heartbeat(prop::sample::Index),
    Revoke(&'static str),
    RevokeOne(prop::sample::Index),
    Pass(u64),
    Midnight,
    ReplacePools(Vec<Pool>),
    ReplaceRules(Vec<String>),
    /// The process ends and starts again from what was stored, after so many steps of the clock.
    Restart(u64),
}

fn dup_groups() -> impl Strategy<Value = DupGroup> {
    prop_oneof![
        2 => Just(DupGroup::None),
        1 => Just(DupGroup::Site),
        3 => any::<(bool, bool, bool)>().prop_map(|(user, host, vendor_data)| DupGroup::Same {
            user,
            host,
            display: false,
            vendor_data
        }),
    ]
}

pub(super) fn pools() -> impl Strategy<Value = Vec<Pool>> {
    let line = (
        prop_oneof![8 => (0u32..4).prop_map(Some), 1 => Just(None)],
        0u32..3,
        0i32..4,
        0i32..2,
        prop_oneof![4 => Just(0u32), 1 => 1u32..400],
    )
        .prop_map(|(count, overdraft, expires, starts, linger)| {
            let day = |days: i32| FIRST_DAY.checked_add(days.days()).unwrap();
            let mut line = increment(count, overdraft);
            line.expires = if expires == 3 {
                LicenseDate::Permanent
            } else {
                LicenseDate::Day(day(expires))
            };
            line.linger_seconds = linger;
            line.starts = (starts > 0).then(|| day(starts));
            line
        });
    let one = (
        prop::sample::select(vec!["CAD", "FEM"]),
        prop::sample::select(vec!["1.0", "2.0", "10.0"]),
        dup_groups(),
        prop::collection::vec(line, 1..3),
        prop::sample::select(vec![None, Some(""), Some("20"), Some("200")]),
    )
        .prop_map(|(feature, version, dup_group, lines, borrow)| {
            let mut pool = pool(feature, version, dup_group, lines);
            let mut identity = PoolIdentity::clone(&pool.identity);
            let terms = borrow.map(|hours| ("BORROW".to_owned(), hours.to_owned()));
            identity.terms.extend(terms);
            pool.identity = Arc::new(identity);
            pool
        });
    prop::collection::vec(one, 0..5).prop_map(|pools| {
        let mut seen = Vec::new();
        let mut distinct: Vec<Pool> = pools
            .into_iter()
            .filter(|pool| {
                let new = !seen.contains(&pool.identity.id());
                seen.push(pool.identity.id());
                new
            })
            .collect();
        distinct.sort_by(|a, b| a.identity.version.cmp(&b.identity.version));
        distinct
    })
}

/// Lines of an options file.
fn options() -> impl Strategy<Value = Vec<String>> {
    let line = (
        prop::sample::select(vec![
            "EXCLUDE CAD USER anna",
            "INCLUDE CAD USER anna",
            "INCLUDE CAD GROUP g",
            "EXCLUDEALL HOST carl",
            "MAX # CAD USER Bert",
            "MAX # CAD GROUP g",
            "MAX # FEM USER ALL_USERS",
            "RESERVE # CAD USER anna",
            "RESERVE # CAD GROUP g",
            "RESERVE # CAD:VERSION=2.0 USER Bert",
            "RESERVE # FEM HOST carl",
            "MAX_OVERDRAFT CAD #",
            "LINGER CAD #",
            "LINGER FEM 30#",
            "TIMEOUT FEM 70#",
            "TIMEOUTALL 80#",
            "BORROW_LOWWATER CAD #",
            "MAX_BORROW_HOURS CAD 5#",
            "EXCLUDE_BORROW CAD USER carl",
            "INCLUDE_BORROW FEM GROUP g",
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
    let names = || prop::sample::select(vec!["anna", "Bert", "carl"]);
    let borrowing = prop_oneof![
        4 => Just(0),
        2 => 1u64..3000,
        1 => 1u64..250 * 3600,
    ];
    let step = prop_oneof![
        12 => (
            0u64..60,
            prop::sample::select(vec!["cad", "CAD", "fem", "sim"]),
            prop::sample::select(vec!["", "1.0", "1.5", "2", "11.0"]),
            1u32..4,
            names(),
            names(),
            prop::sample::select(vec!["", "d1", "d2"]),
            borrowing,
        )
            .prop_map(|(key, feature, version, count, user, host, data, borrow_seconds)| Step::Checkout {
                key,
                feature,
                version,
                count,
                holder: Holder { vendor_data: data.to_owned(), ..holder(user, host) },
                borrow_seconds,
            }),
        6 => any::<prop::sample::Index>().prop_map(Step::Checkin),
        4 => any::<prop::sample::Index>().prop_map(Step::Heartbeat),
        1 => names().prop_map(Step::Revoke),
        1 => any::<prop::sample::Index>().prop_map(Step::RevokeOne),
        3 => (0u64..500_000).prop_map(Step::Pass),
        1 => Just(Step::Midnight),
        1 => pools().prop_map(Step::ReplacePools),
        1 => options().prop_map(Step::ReplaceRules),
        1 => (0u64..4000).prop_map(Step::Restart),
    ];
    prop::collection::vec(step, 1..120)
}

const BURST: BurstTerms = BurstTerms {
    lasts: Duration::from_secs(600),
    rearm: Duration::from_secs(900),
};

struct Run {
    settings: SeatSettings,
    ledger: Ledger,
    model: Model,
    /// What a store would hold, from the changes alone.
    stored: BTreeMap<u64, LeaseRecord>,
    stored_bursts: BTreeMap<String, BurstRecord>,
    pools: PoolSet,
    /// Lines of the options file.
    lines: Vec<String>,
    issued: Vec<u64>,
    next_id: u64,
    now: Moment,
    ms: u64,
    /// When the monotonic clock began, a whole number of steps of the deadlines.
    boot_ms: u64,
    day: i32,
}

impl Run {
    fn new(pools: Vec<Pool>, bursts: bool) -> Self {
        let settings = SeatSettings {
            // The model forgets nothing.
            remember_keys: std::time::Duration::from_secs(1 << 40),
            burst: bursts.then_some(BURST),
            ..SeatSettings::default()
        };
        let now = moment(0, 0);
        let burst_ms = (BURST.lasts.as_millis() as u64, BURST.rearm.as_millis() as u64);
        let mut model = Model::default();
        model.burst_ms = bursts.then_some(burst_ms);
        model.replace_pools(pools.clone(), &[], now.today);
        let ledger = Ledger::new(settings.clone(), set(pools.clone()), now);
        Self {
            settings,
            ledger,
            model,
            stored: BTreeMap::new(),
            stored_bursts: BTreeMap::new(),
            pools: set(pools),
            lines: Vec::new(),
            issued: Vec::new(),
            next_id: 1,
            now,
            ms: 0,
            boot_ms: 0,
            day: 0,
        }
    }

    fn expire(&mut self) -> Result<(), TestCaseError> {
        self.look_at_the_clock();
        let ended = self.model.expire(self.ms, &self.settings);
        prop_assert_eq!(self.ledger.expire(self.now), ended.len());
        Ok(())
    }

    fn look_at_the_clock(&mut self) {
        let now = moment(self.ms, self.day);
        self.now = Moment {
            monotonic_ms: self.ms - self.boot_ms,
            ..now
        };
    }

    fn step(&mut self, step: Step) -> Result<(), TestCaseError> {
        match step {
            Step::Checkout {
                key,
                feature,
                version,
                count,
                holder,
                borrow_seconds,
            } => {
                let mut request = request(key, feature, version, count, holder);
                request.borrow_seconds = borrow_seconds;
                self.checkout(key, &request)?;
            }
            Step::Checkin(index) if !self.issued.is_empty() => {
                let number = *index.get(&self.issued);
                let held = self.ledger.checkin(lease_id(number), self.now);
                prop_assert_eq!(held, self.model.check_in(number, self.ms));
            }
            Step::Heartbeat(index) if !self.issued.is_empty() => {
                let number = *index.get(&self.issued);
                let ended = self.ledger.heartbeat(&[lease_id(number)], self.now);
                let lease = self.model.leases.get_mut(&number);
                let lease = lease.filter(|lease| lease.lingers_until_ms.is_none());
                prop_assert_eq!(ended.is_empty(), lease.is_some());
                if let Some(lease) = lease {
                    lease.heard_ms = self.ms;
                }
            }
            Step::RevokeOne(index) if !self.issued.is_empty() => {
                let number = *index.get(&self.issued);
                let revoke = RevokeLeases {
                    lease_ids: vec![hex::encode(lease_id(number).public())],
                    ..RevokeLeases::default()
                };
                let revoked = self.ledger.revoke(&RevokeFilter::new(&revoke).unwrap(), self.now);
                prop_assert_eq!(revoked.len() == 1, self.model.revoke_one(number));
            }
            Step::Checkin(_) | Step::Heartbeat(_) | Step::RevokeOne(_) => {}
            Step::Revoke(user) => {
                let revoke = RevokeLeases {
                    user: user.into(),
                    ..RevokeLeases::default()
                };
                let revoked = self.ledger.revoke(&RevokeFilter::new(&revoke).unwrap(), self.now);
                let ids: BTreeSet<String> = revoked.into_iter().map(|row| row.lease_id).collect();
                let id = |number: u64| hex::encode(lease_id(number).public());
                let expected: BTreeSet<String> = self.model.revoke(user).into_iter().map(id).collect();
                prop_assert_eq!(expected, ids);
            }
            Step::Pass(ms) => {
                self.ms += ms;
                self.expire()?;
            }
            Step::Midnight => {
                self.day += 1;
                self.expire()?;
            }
            Step::ReplacePools(pools) => {
                let today = self.now.today;
                self.model.replace_pools(pools.clone(), &self.lines, today);
                self.pools = set(pools);
                self.ledger.replace_pools(self.pools.clone(), self.now);
                self.replace_rules();
            }
            Step::ReplaceRules(lines) => {
                self.lines = lines;
                self.model.replace_rules(&self.lines, self.now.today);
                self.replace_rules();
            }
            Step::Restart(steps) => self.restart(steps)?,
        }
        self.store();
        self.compare()
    }

    fn replace_rules(&mut self) {
        let rules = bind(&self.lines, &self.pools, self.now.today);
        self.ledger.replace_rules(rules);
        // A timeout that is over already ends with the next step of the clock.
        self.ms += 2 * DEADLINE_STEP_MS;
        self.look_at_the_clock();
    }

    fn checkout(&mut self, key: u64, request: &CheckoutRequest) -> Result<(), TestCaseError> {
        let number = self.next_id;
        self.next_id += 1;
        let expected = self.model.checkout(request, key, self.now.today, self.ms);
        let decision = self.ledger.checkout(request, lease_id(number), self.now);
        match (&decision, &expected) {
            (
                Decision::Granted(lease),
                Expected::Granted {
                    pool,
                    overdraft,
                    burst,
                },
            ) => {
                let identity = self.model.known[pool].identity.clone();
                prop_assert_eq!(&lease.version, identity.version.as_str());
                prop_assert_eq!(lease.overdraft, *overdraft);
                prop_assert_eq!(lease.id, lease_id(number));
                self.issued.push(number);
                if *burst {
                    self.model.begin_burst(&identity.feature, self.ms);
                }
                let lease = ModelLease {
                    key,
                    pool: *pool,
                    count: request.count,
                    feature: identity.feature.clone(),
                    holder: request.holder.clone(),
                    heard_ms: self.ms,
                    lingers_until_ms: None,
                    borrowed_until_ms: (request.borrow_seconds > 0)
                        .then_some(self.ms + request.borrow_seconds * 1000),
                };
                self.model.insert(number, lease);
            }
            (Decision::Repeated(lease), Expected::Repeated(number)) => {
                prop_assert_eq!(lease.id, lease_id(*number));
            }
            (Decision::Denied(denial), Expected::Denied(reason)) => {
                prop_assert_eq!(denial.reason, *reason, "{}", denial.detail);
            }
            _ => prop_assert!(false, "{:?} instead of {:?}", decision, expected),
        }
        Ok(())
    }

    /// Keeps what a store would keep.
    fn store(&mut self) {
        for change in self.ledger.take_changes() {
            match change {
                Change::Opened { record, .. } => {
                    assert!(self.stored.insert(record.serial, record).is_none());
                }
                Change::Lingers { record, .. } => {
                    assert!(self.stored.insert(record.serial, record).is_some());
                }
                Change::Closed(closed) => {
                    assert_eq!(self.stored.remove(&closed.record.serial), Some(closed.record));
                }
                Change::Used { .. } | Change::Released { .. } => panic!("seats of sessions are not assigned"),
                Change::BurstStarted { record, before } => {
                    let feature = record.feature.clone();
                    assert_eq!(self.stored_bursts.insert(feature, record), before);
                }
                Change::BurstEnded(record) => {
                    let before = self.stored_bursts.insert(record.feature.clone(), record.clone());
                    assert_eq!(
                        before.map(|before| (before.ends_ms, before.over)),
                        Some((record.ends_ms, false))
                    );
                }
                Change::Denied(_) | Change::GrantedLater(_) => {}
                Change::Queued(_) => panic!("nobody asked to wait"),
            }
        }
    }

    fn restart(&mut self, steps: u64) -> Result<(), TestCaseError> {
        let used = self.ledger.next_serial();
        self.ms += steps * DEADLINE_STEP_MS;
        self.boot_ms = self.ms / DEADLINE_STEP_MS * DEADLINE_STEP_MS;
        self.look_at_the_clock();
        let mut ledger = Ledger::new(self.settings.clone(), self.pools.clone(), self.now);
        self.model.replace_rules(&self.lines, self.now.today);
        ledger.replace_rules(bind(&self.lines, &self.pools, self.now.today));
        for record in self.stored.values() {
            let identity = self.model.known[&record.pool].identity.clone();
            ledger.restore(record.clone(), &identity, self.now).unwrap();
        }
        for record in self.stored_bursts.values() {
            ledger.restore_burst(record.clone());
        }
        ledger.raise_next_serial(used);
        // What ended before is remembered from the audit; here from the requests that have no lease.
        for key in 0..60 {
            if self.model.was_closed(key) {
                ledger.remember_closed(
                    licensing_seats::seat::RequestKey::from_bytes(super::support::bytes(key)),
                    self.now,
                );
            }
        }
        self.ledger = ledger;
        self.model.recount();
        for lease in self.model.leases.values_mut() {
            lease.heard_ms = self.ms;
        }
        // Pools that nobody holds a seat of are forgotten with the process.
        self.model.forget_unused();
        Ok(())
    }

    fn compare(&self) -> Result<(), TestCaseError> {
        prop_assert_eq!(self.ledger.len(), self.model.leases.len());
        prop_assert_eq!(self.stored.len(), self.model.leases.len());
        for id in self.model.known.keys() {
            let expected = self.model.in_use(*id);
            let actual = self.ledger.pool_usage(*id).map_or(0, |usage| usage.in_use);
            prop_assert_eq!(actual, expected);
        }
        self.compare_reserved()?;
        self.compare_beyond()?;
        let listed: u32 = self
            .ledger
            .inventory(&GetInventory::default(), self.now)
            .iter()
            .map(|row| row.licenses_in_use)
            .sum();
        let all: u32 = self.model.known.keys().map(|id| self.model.in_use(*id)).sum();
        prop_assert_eq!(listed, all);
        Ok(())
    }

    fn compare_beyond(&self) -> Result<(), TestCaseError> {
        let rows = self.ledger.inventory(&GetInventory::default(), self.now);
        for pool in &self.model.pools {
            let version = pool.identity.version.to_string();
            let ids = rows
                .iter()
                .filter(|row| row.feature == pool.identity.feature && row.version == version);
            let seen: BTreeSet<_> = ids
                .map(|row| (row.borrowed, (row.burst, row.burst_until.is_some())))
                .collect();
            let expected = (
                self.model.borrowed(pool.identity.id(), None),
                self.model.beyond(pool, self.now.today, self.ms),
            );
            // Several pools may look alike but for their groups.
            prop_assert!(seen.contains(&expected), "{:?} not in {:?}", expected, seen);
        }
        Ok(())
    }

    fn compare_reserved(&self) -> Result<(), TestCaseError> {
        let idle = self
            .model
            .pools
            .iter()
            .map(|pool| self.model.idle(pool.identity.id()));
        let idle: u32 = idle.flatten().sum();
        let rows = self.ledger.inventory(&GetInventory::default(), self.now);
        prop_assert_eq!(rows.iter().map(|row| row.reserved).sum::<u32>(), idle);
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_history_goes_as_the_model_says(pools in pools(), bursts in any::<bool>(), steps in steps()) {
        let mut run = Run::new(pools, bursts);
        for step in steps {
            run.step(step)?;
        }
    }

    /// The promise itself, without a model: no grant ever brings a pool above what it has on that day.
    #[test]
    fn no_grant_exceeds_what_a_pool_has(pools in pools(), steps in steps()) {
        let mut run = Run::new(pools, false);
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
