//! Random histories of assigned seats: with limits, seats that are taken back, lines that expire, and bursts.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::ToSpan;
use licensing_api::denial::DenialReason;
use licensing_api::inventory::GetInventory;
use licensing_api::usage::{GetUsage, RevokeLeases};
use licensing_license_file::license_file::{DupGroup, LicenseDate};
use licensing_seats::Moment;
use licensing_seats::pool::{Pool, PoolIncrement};
use licensing_seats::seat::{
    BurstRecord, BurstTerms, Change, Decision, LeaseRecord, Ledger, PairRecord, RevokeFilter, SeatRules,
    SeatSettings, UsageFilter,
};
use proptest::prelude::*;

use super::rules::bind;
use super::support::{FIRST_DAY, holder, increment, lease_id, moment, pool, request, set};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;
const PERIOD_DAYS: u64 = 90;
const BURST_DAYS: u64 = 30;
const REARM_DAYS: u64 = 60;

#[derive(Debug, Clone)]
enum Step {
    Begin {
        user: u8,
        device: u8,
    },
    End(prop::sample::Index),
    RevokeUser(u8),
    RevokeDevice(u8),
    Days(u64),
    /// The options file: the group of the first two users has so many seats at most.
    Limit(Option<u32>),
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        10 => (0u8..4, 0u8..4).prop_map(|(user, device)| Step::Begin { user, device }),
        5 => any::<prop::sample::Index>().prop_map(Step::End),
        1 => (0u8..4).prop_map(Step::RevokeUser),
        1 => (0u8..4).prop_map(Step::RevokeDevice),
        3 => (1u64..50).prop_map(Step::Days),
        1 => prop::option::of(0u32..3).prop_map(Step::Limit),
        1 => Just(Step::Restart),
    ];
    prop::collection::vec(step, 1..80)
}

fn lines() -> impl Strategy<Value = Vec<PoolIncrement>> {
    let line = (0u32..3, 0u32..2, prop::option::weighted(0.3, 1i32..200));
    prop::collection::vec(line, 1..3).prop_map(|lines| {
        let line = |(count, overdraft, days): (u32, u32, Option<i32>)| {
            let mut line = increment(Some(count), overdraft);
            if let Some(days) = days {
                line.expires = LicenseDate::Day(FIRST_DAY.checked_add(days.days()).unwrap());
            }
            line
        };
        lines.into_iter().map(line).collect()
    })
}

/// Users and devices of a seat, or of all of them.
type Names = (BTreeSet<String>, BTreeSet<String>);

#[derive(Debug, Clone)]
struct Use {
    last_day: u64,
    /// Its place among everything that was ever granted.
    place: usize,
}

/// The rules once more, everything worked out again from who was seen where.
#[derive(Debug, Default)]
struct Model {
    pairs: BTreeMap<(String, String), Use>,
    /// User and device of each lease.
    leases: BTreeMap<u64, (String, String)>,
    granted: usize,
    /// Day of the start, and its place.
    burst: Option<(u64, usize)>,
    limit: Option<u32>,
}

impl Model {
    /// The fewest users and devices that cover all pairs; of several such sets the one with most users.
    fn cover(&self, with: Option<&(String, String)>) -> Names {
        let pairs: BTreeSet<&(String, String)> = self.pairs.keys().chain(with).collect();
        let users: Vec<&String> = pairs
            .iter()
            .map(|pair| &pair.0)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let covers = (0u32..1 << users.len()).map(|chosen| {
            let is_chosen = |user: &String| {
                users
                    .iter()
                    .position(|own| *own == user)
                    .is_some_and(|at| chosen >> at & 1 == 1)
            };
            let devices: BTreeSet<String> = pairs
                .iter()
                .filter(|pair| !is_chosen(&pair.0))
                .map(|pair| pair.1.clone())
                .collect();
            let users: BTreeSet<String> = users
                .iter()
                .copied()
                .filter(|user| is_chosen(user))
                .cloned()
                .collect();
            (users, devices)
        });
        covers
            .min_by_key(|(users, devices)| (users.len() + devices.len(), usize::MAX - users.len()))
            .unwrap_or_default()
    }

    fn seats(&self, with: Option<&(String, String)>) -> u32 {
        let (users, devices) = self.cover(with);
        (users.len() + devices.len()) as u32
    }

    fn is_held(&self, model: &str, pair: &(String, String)) -> bool {
        self.leases.values().any(|lease| sides(model, lease) == *pair)
    }

    /// Whether the limit of the group forbids a further session.
    fn forbids(&self, model: &str, new: &(String, String)) -> bool {
        let Some(limit) = self.limit else { return false };
        let in_group = |user: &String| user == "u0" || user == "u1";
        if !in_group(&new.0) {
            return false;
        }
        let counted = |lease: &(String, String)| match model {
            "ND" => lease.1.clone(),
            _ => lease.0.clone(),
        };
        let before: BTreeSet<String> = self
            .leases
            .values()
            .filter(|lease| in_group(&lease.0))
            .map(counted)
            .collect();
        let further = !before.contains(&counted(new));
        limit == 0 || further && before.len() as u32 + 1 > limit
    }

    fn burst_is(&self, day: u64) -> (bool, bool) {
        match self.burst {
            None => (false, true),
            Some((start, _)) => (day < start + BURST_DAYS, day >= start + BURST_DAYS + REARM_DAYS),
        }
    }

    /// Begins the use of a seat, or says why not.
    fn begin(
        &mut self,
        model: &str,
        lease: (u64, (String, String)),
        total: u32,
        day: u64,
        bursts: bool,
    ) -> Option<DenialReason> {
        if total == 0 {
            return Some(DenialReason::Expired);
        }
        if self.forbids(model, &lease.1) {
            return Some(DenialReason::AboveMaximum);
        }
        let pair = sides(model, &lease.1);
        let (now, then) = (self.seats(None), self.seats(Some(&pair)));
        if then > now && then > total {
            let (active, may_begin) = self.burst_is(day);
            match (bursts, active, may_begin) {
                (true, true, _) => {}
                (true, false, true) => self.burst = Some((day, self.granted)),
                _ => return Some(DenialReason::AllSeatsTaken),
            }
        }
        let place = self.granted;
        self.granted += 1;
        self.pairs
            .entry(pair)
            .or_insert(Use { last_day: day, place })
            .last_day = day;
        self.leases.insert(lease.0, lease.1);
        None
    }

    fn end(&mut self, model: &str, number: u64, total: u32, day: u64) -> bool {
        let Some(lease) = self.leases.remove(&number) else {
            return false;
        };
        let pair = sides(model, &lease);
        let Some(used) = self.pairs.get_mut(&pair) else {
            return true;
        };
        used.last_day = day;
        let of_burst = self.burst.is_some_and(|(_, place)| used.place >= place);
        if of_burst && !self.is_held(model, &pair) && self.seats(None) > total {
            self.pairs.remove(&pair);
        }
        true
    }

    /// Takes the seat of a user or device back; gives how many there were.
    fn revoke(&mut self, model: &str, seat: &Names, total: u32, day: u64) -> usize {
        let (users, devices) = self.cover(None);
        let (user, device) = (
            users.intersection(&seat.0).next().cloned(),
            devices.intersection(&seat.1).next().cloned(),
        );
        let on = |pair: &(String, String)| user.as_ref() == Some(&pair.0) || device.as_ref() == Some(&pair.1);
        let numbers: Vec<u64> = self
            .leases
            .iter()
            .filter(|(_, lease)| on(&sides(model, lease)))
            .map(|(number, _)| *number)
            .collect();
        for number in numbers {
            self.end(model, number, total, day);
        }
        self.pairs.retain(|pair, _| !on(pair));
        usize::from(user.is_some()) + usize::from(device.is_some())
    }

    fn pass(&mut self, model: &str, day: u64) {
        let held: BTreeSet<(String, String)> =
            self.leases.values().map(|lease| sides(model, lease)).collect();
        self.pairs
            .retain(|pair, used| held.contains(pair) || used.last_day + PERIOD_DAYS >= day);
    }
}

/// What counts of a user on a device.
fn sides(model: &str, (user, device): &(String, String)) -> (String, String) {
    match model {
        "UD" => (user.clone(), device.clone()),
        "RN" => (user.clone(), user.clone()),
        _ => (device.clone(), device.clone()),
    }
}

struct Run {
    model_name: &'static str,
    bursts: bool,
    pools: Vec<Pool>,
    ledger: Ledger,
    model: Model,
    leases: BTreeMap<u64, LeaseRecord>,
    pairs: BTreeMap<u64, PairRecord>,
    burst: Option<BurstRecord>,
    next: u64,
    day: u64,
    now: Moment,
}

impl Run {
    fn new(model_name: &'static str, lines: Vec<PoolIncrement>, bursts: bool) -> Self {
        let feature = format!("CAD_STD_{model_name}");
        let pools = vec![pool(&feature, "2026.0401", DupGroup::None, lines)];
        let now = moment(0, 0);
        Self {
            model_name,
            bursts,
            ledger: Ledger::new(settings(bursts), set(pools.clone()), now),
            pools,
            model: Model::default(),
            leases: BTreeMap::new(),
            pairs: BTreeMap::new(),
            burst: None,
            next: 1,
            day: 0,
            now,
        }
    }

    fn total(&self) -> u32 {
        self.pools[0].capacity(self.now.today).total().unwrap()
    }

    fn rules(&self) -> SeatRules {
        let feature = &self.pools[0].identity.feature;
        let mut lines = vec!["GROUP g u0 u1".to_owned()];
        lines.extend(
            self.model
                .limit
                .map(|limit| format!("MAX {limit} {feature} GROUP g")),
        );
        bind(&lines, &set(self.pools.clone()), FIRST_DAY)
    }

    fn step(&mut self, step: Step) -> Result<(), TestCaseError> {
        let (model, total, day) = (self.model_name, self.total(), self.day);
        match step {
            Step::Begin { user, device } => {
                let lease = (format!("u{user}"), format!("d{device}"));
                let request = request(
                    self.next,
                    &self.pools[0].identity.feature,
                    "",
                    1,
                    holder(&lease.0, &lease.1),
                );
                let decision = self.ledger.checkout(&request, lease_id(self.next), self.now);
                let denied = self
                    .model
                    .begin(model, (self.next, lease), total, day, self.bursts);
                self.next += 1;
                match (decision, denied) {
                    (Decision::Granted(_), None) => {}
                    (Decision::Denied(denial), Some(DenialReason::Expired)) => {
                        // A line of no seats has not expired, it just has none.
                        let none = [DenialReason::Expired, DenialReason::AllSeatsTaken];
                        prop_assert!(none.contains(&denial.reason), "{:?}", denial);
                    }
                    (Decision::Denied(denial), Some(reason)) => prop_assert_eq!(denial.reason, reason),
                    (decision, denied) => prop_assert!(false, "{decision:?} instead of {denied:?}"),
                }
            }
            Step::End(index) if self.next > 1 => {
                let number = 1 + index.index(self.next as usize - 1) as u64;
                let held = self.ledger.checkin(lease_id(number), self.now);
                prop_assert_eq!(held, self.model.end(model, number, total, day));
            }
            Step::End(_) => {}
            Step::RevokeUser(user) => {
                let seat = (BTreeSet::from([format!("u{user}")]), BTreeSet::new());
                self.revoke(seat)?;
            }
            Step::RevokeDevice(device) => {
                let seat = (BTreeSet::new(), BTreeSet::from([format!("d{device}")]));
                self.revoke(seat)?;
            }
            Step::Days(days) => {
                self.day += days;
                self.now = moment(self.day * DAY_MS, self.day as i32);
                self.ledger.expire(self.now);
                self.model.pass(model, self.day);
            }
            Step::Limit(limit) => {
                self.model.limit = limit;
                self.ledger.replace_rules(self.rules());
            }
            Step::Restart => self.restart(),
        }
        self.store();
        self.compare()
    }

    fn revoke(&mut self, seat: Names) -> Result<(), TestCaseError> {
        let request = RevokeLeases {
            user: seat.0.first().cloned().into(),
            device: seat.1.first().cloned().into(),
            ..RevokeLeases::default()
        };
        // Where devices alone count they stand on both sides.
        let seat = match self.model_name {
            "ND" => (seat.1, BTreeSet::new()),
            _ => seat,
        };
        let revoked = self
            .ledger
            .revoke(&RevokeFilter::new(&request).unwrap(), self.now);
        let expected = self.model.revoke(self.model_name, &seat, self.total(), self.day);
        prop_assert_eq!(revoked.len(), expected);
        Ok(())
    }

    /// Keeps what a store would keep.
    fn store(&mut self) {
        for change in self.ledger.take_changes() {
            match change {
                Change::Opened { record, .. } => {
                    assert!(self.leases.insert(record.serial, record).is_none());
                }
                Change::Closed(closed) => {
                    assert_eq!(self.leases.remove(&closed.record.serial), Some(closed.record));
                }
                Change::Used { record, before, .. } => {
                    assert_eq!(self.pairs.insert(record.serial, record), before);
                }
                Change::Released { record, before, .. } => {
                    assert_eq!(self.pairs.remove(&record.serial), before);
                }
                Change::BurstStarted { record, before } => {
                    assert_eq!(self.burst.replace(record), before);
                }
                Change::BurstEnded(record) => self.burst = Some(record),
                Change::Lingers { .. } => panic!("assigned seats do not linger"),
                Change::Denied(_) | Change::GrantedLater(_) => {}
                Change::Queued(_) => panic!("nobody asked to wait"),
            }
        }
    }

    fn restart(&mut self) {
        let next_serial = self.ledger.next_serial();
        let mut ledger = Ledger::new(settings(self.bursts), set(self.pools.clone()), self.now);
        ledger.replace_rules(self.rules());
        let identity = &self.pools[0].identity;
        for record in self.pairs.values() {
            ledger.restore_pair(record, identity).unwrap();
        }
        for record in self.leases.values() {
            ledger.restore(record.clone(), identity, self.now).unwrap();
        }
        if let Some(record) = &self.burst {
            ledger.restore_burst(record.clone());
        }
        ledger.raise_next_serial(next_serial);
        self.ledger = ledger;
        // That the server ran on counts as use of what is held.
        for lease in self.model.leases.values() {
            if let Some(used) = self.model.pairs.get_mut(&sides(self.model_name, lease)) {
                used.last_day = self.day;
            }
        }
    }

    fn compare(&self) -> Result<(), TestCaseError> {
        prop_assert_eq!(self.ledger.len(), self.model.leases.len());
        prop_assert_eq!(self.pairs.len(), self.model.pairs.len());
        let mut rows = Vec::new();
        let filter = UsageFilter::new(&GetUsage::default());
        self.ledger.assignment_page(&filter, 0, self.now, &mut rows);
        let assigned: BTreeSet<(String, String)> =
            rows.into_iter().map(|row| (row.user, row.device)).collect();
        let (users, devices) = self.model.cover(None);
        let nobody = String::new;
        let users = users.into_iter().map(|user| match self.model_name {
            "ND" => (nobody(), user),
            _ => (user, nobody()),
        });
        let devices = devices.into_iter().map(|device| (nobody(), device));
        prop_assert_eq!(assigned, users.chain(devices).collect::<BTreeSet<_>>());
        let inventory = self.ledger.inventory(&GetInventory::default(), self.now);
        let row = inventory.first().unwrap();
        let seats = self.model.seats(None);
        prop_assert_eq!(row.licenses_in_use, seats);
        let (active, may_begin) = self.model.burst_is(self.day);
        prop_assert_eq!(row.burst_until.is_some(), active);
        let explained = active || !may_begin;
        let beyond = if explained {
            seats.saturating_sub(self.total())
        } else {
            0
        };
        prop_assert_eq!(row.burst, beyond);
        Ok(())
    }
}

fn settings(bursts: bool) -> SeatSettings {
    let days = |days: u64| Duration::from_millis(days * DAY_MS);
    SeatSettings {
        burst: bursts.then(|| BurstTerms {
            lasts: days(BURST_DAYS),
            rearm: days(REARM_DAYS),
        }),
        // Nobody sends heartbeats.
        lifetime: days(100_000),
        ..SeatSettings::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_history_of_assigned_seats_goes_as_the_model_says(
        model in prop::sample::select(vec!["UD", "RN", "ND"]),
        lines in lines(),
        bursts in any::<bool>(),
        steps in steps(),
    ) {
        let mut run = Run::new(model, lines, bursts);
        for step in steps {
            run.step(step)?;
        }
    }
}
