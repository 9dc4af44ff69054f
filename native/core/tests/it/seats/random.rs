//! Random histories: whatever happens in whatever order, the ledger does what the model says.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use licensing_api::inventory::GetInventory;
use licensing_api::usage::RevokeLeases;
use licensing_core::Moment;
use licensing_core::license_file::{DupGroup, LicenseDate};
use licensing_core::pool::{Pool, PoolSet};
use licensing_core::seat::{
    Change, DEADLINE_STEP_MS, Decision, Holder, LeaseRecord, Ledger, RevokeFilter, SeatSettings,
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
    },
    Checkin(prop::sample::Index),
    Heartbeat(prop::sample::Index),
    Revoke(&'static str),
    Pass(u64),
    Midnight,
    ReplacePools(Vec<Pool>),
    ReplaceRules(Vec<String>),
    /// The process ends and starts again from what was stored.
    Restart,
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

fn pools() -> impl Strategy<Value = Vec<Pool>> {
    let line = (
        prop_oneof![8 => (0u32..4).prop_map(Some), 1 => Just(None)],
        0u32..3,
        0i32..4,
        0i32..2,
    )
        .prop_map(|(count, overdraft, expires, starts)| {
            let day = |days: i32| FIRST_DAY.checked_add(days.days()).unwrap();
            let mut line = increment(count, overdraft);
            line.expires = if expires == 3 {
                LicenseDate::Permanent
            } else {
                LicenseDate::Day(day(expires))
            };
            line.starts = (starts > 0).then(|| day(starts));
            line
        });
    let one = (
        prop::sample::select(vec!["CAD", "FEM"]),
        prop::sample::select(vec!["1.0", "2.0", "10.0"]),
        dup_groups(),
        prop::collection::vec(line, 1..3),
    )
        .prop_map(|(feature, version, dup_group, lines)| pool(feature, version, dup_group, lines));
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
    let step = prop_oneof![
        12 => (
            0u64..60,
            prop::sample::select(vec!["cad", "CAD", "fem", "sim"]),
            prop::sample::select(vec!["", "1.0", "1.5", "2", "11.0"]),
            1u32..4,
            names(),
            names(),
            prop::sample::select(vec!["", "d1", "d2"]),
        )
            .prop_map(|(key, feature, version, count, user, host, data)| Step::Checkout {
                key,
                feature,
                version,
                count,
                holder: Holder { vendor_data: data.to_owned(), ..holder(user, host) },
            }),
        6 => any::<prop::sample::Index>().prop_map(Step::Checkin),
        4 => any::<prop::sample::Index>().prop_map(Step::Heartbeat),
        1 => names().prop_map(Step::Revoke),
        3 => (0u64..500_000).prop_map(Step::Pass),
        1 => Just(Step::Midnight),
        1 => pools().prop_map(Step::ReplacePools),
        1 => options().prop_map(Step::ReplaceRules),
        1 => Just(Step::Restart),
    ];
    prop::collection::vec(step, 1..120)
}

struct Run {
    settings: SeatSettings,
    ledger: Ledger,
    model: Model,
    /// What a store would hold, from the changes alone.
    stored: BTreeMap<u64, LeaseRecord>,
    pools: PoolSet,
    /// Lines of the options file.
    lines: Vec<String>,
    issued: Vec<u64>,
    next_id: u64,
    now: Moment,
    ms: u64,
    day: i32,
}

impl Run {
    fn new(pools: Vec<Pool>) -> Self {
        let settings = SeatSettings {
            // The model forgets nothing.
            remember_keys: std::time::Duration::from_secs(1 << 40),
            ..SeatSettings::default()
        };
        let now = moment(0, 0);
        let mut model = Model::default();
        model.replace_pools(pools.clone(), &[], now.today);
        let ledger = Ledger::new(settings.clone(), set(pools.clone()), now);
        Self {
            settings,
            ledger,
            model,
            stored: BTreeMap::new(),
            pools: set(pools),
            lines: Vec::new(),
            issued: Vec::new(),
            next_id: 1,
            now,
            ms: 0,
            day: 0,
        }
    }

    fn step(&mut self, step: Step) -> Result<(), TestCaseError> {
        match step {
            Step::Checkout {
                key,
                feature,
                version,
                count,
                holder,
            } => {
                self.checkout(key, feature, version, count, holder)?;
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
            Step::Checkin(_) | Step::Heartbeat(_) => {}
            Step::Revoke(user) => {
                let revoke = RevokeLeases {
                    user: Some(user.to_owned()),
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
                self.now = moment(self.ms, self.day);
                let ended = self.model.expire(self.ms, &self.settings);
                prop_assert_eq!(self.ledger.expire(self.now), ended.len());
            }
            Step::Midnight => {
                self.day += 1;
                self.now = moment(self.ms, self.day);
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
            Step::Restart => self.restart()?,
        }
        self.store();
        self.compare()
    }

    fn replace_rules(&mut self) {
        let rules = bind(&self.lines, &self.pools, self.now.today);
        self.ledger.replace_rules(rules);
        // A timeout that is over already ends with the next step of the clock.
        self.ms += 2 * DEADLINE_STEP_MS;
        self.now = moment(self.ms, self.day);
    }

    fn checkout(
        &mut self,
        key: u64,
        feature: &str,
        version: &str,
        count: u32,
        holder: Holder,
    ) -> Result<(), TestCaseError> {
        let request = request(key, feature, version, count, holder.clone());
        let number = self.next_id;
        self.next_id += 1;
        let expected = self.model.checkout(&request, key, self.now.today);
        let decision = self.ledger.checkout(&request, lease_id(number), self.now);
        match (&decision, &expected) {
            (Decision::Granted(lease), Expected::Granted { pool, overdraft }) => {
                let identity = self.model.known[pool].identity.clone();
                prop_assert_eq!(&lease.version, identity.version.as_str());
                prop_assert_eq!(lease.overdraft, *overdraft);
                prop_assert_eq!(lease.id, lease_id(number));
                self.issued.push(number);
                let lease = ModelLease {
                    key,
                    pool: *pool,
                    count,
                    feature: identity.feature.clone(),
                    holder,
                    heard_ms: self.ms,
                    lingers_until_ms: None,
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
                Change::BurstStarted { .. } | Change::BurstEnded(_) => panic!("there is no burst"),
                Change::Denied(_) => {}
            }
        }
    }

    fn restart(&mut self) -> Result<(), TestCaseError> {
        let used = self.ledger.next_serial();
        let mut ledger = Ledger::new(self.settings.clone(), self.pools.clone(), self.now);
        self.model.replace_rules(&self.lines, self.now.today);
        ledger.replace_rules(bind(&self.lines, &self.pools, self.now.today));
        for record in self.stored.values() {
            let identity = self.model.known[&record.pool].identity.clone();
            ledger.restore(record.clone(), &identity, self.now).unwrap();
        }
        ledger.raise_next_serial(used);
        // What ended before is remembered from the audit; here from the requests that have no lease.
        for key in 0..60 {
            if self.model.was_closed(key) {
                ledger.remember_closed(
                    licensing_core::seat::RequestKey::from_bytes(super::support::bytes(key)),
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
    fn every_history_goes_as_the_model_says(pools in pools(), steps in steps()) {
        let mut run = Run::new(pools);
        for step in steps {
            run.step(step)?;
        }
    }

    /// The promise itself, without a model: no grant ever brings a pool above what it has on that day.
    #[test]
    fn no_grant_exceeds_what_a_pool_has(pools in pools(), steps in steps()) {
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
