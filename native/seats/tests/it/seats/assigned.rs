//! Seats that are assigned to users and devices.

use std::collections::{BTreeMap, BTreeSet};

use licensing_api::denial::DenialReason;
use licensing_api::usage::{GetUsage, LicenseModel, UsageRow};
use licensing_license_file::license_file::DupGroup;
use licensing_seats::Moment;
use licensing_seats::pool::Pool;
use licensing_seats::seat::{Change, Decision, Holder, Lease, Ledger, PairRecord, SeatSettings, UsageFilter};
use proptest::prelude::*;

use super::support::{holder, increment, lease_id, moment, pool, request, set};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

fn assigned(feature: &str, count: u32, overdraft: u32, vendor_string: Option<&str>) -> Pool {
    let mut line = increment(Some(count), overdraft);
    line.vendor_string = vendor_string.map(str::to_owned);
    pool(feature, "2026.0401", DupGroup::None, vec![line])
}

struct Desk {
    ledger: Ledger,
    feature: &'static str,
    pools: Vec<Pool>,
    next: u64,
    now: Moment,
    pairs: BTreeMap<u64, PairRecord>,
}

impl Desk {
    fn new(feature: &'static str, count: u32, vendor_string: Option<&str>) -> Self {
        let pools = vec![assigned(feature, count, 0, vendor_string)];
        let now = moment(0, 0);
        let ledger = Ledger::new(SeatSettings::default(), set(pools.clone()), now);
        Self {
            ledger,
            feature,
            pools,
            next: 1,
            now,
            pairs: BTreeMap::new(),
        }
    }

    fn ask(&mut self, user: &str, device: &str) -> Decision {
        self.ask_as(holder(user, device))
    }

    fn ask_as(&mut self, holder: Holder) -> Decision {
        self.next += 1;
        let request = request(self.next, self.feature, "", 1, holder);
        let decision = self.ledger.checkout(&request, lease_id(self.next), self.now);
        self.store();
        decision
    }

    /// A session that begins and ends.
    fn visit(&mut self, user: &str, device: &str) -> Result<(), DenialReason> {
        match self.ask(user, device) {
            Decision::Granted(lease) => {
                self.end(&lease);
                Ok(())
            }
            Decision::Denied(denial) => Err(denial.reason),
            Decision::Repeated(_) | Decision::Queued(_) => panic!(),
        }
    }

    fn end(&mut self, lease: &Lease) {
        assert!(self.ledger.checkin(lease.id, self.now));
        self.store();
    }

    fn pass(&mut self, days: u64) {
        let ms = self.now.monotonic_ms + days * DAY_MS;
        self.now = moment(ms, (ms / DAY_MS) as i32);
        self.ledger.expire(self.now);
        self.store();
    }

    /// Keeps what a store would keep.
    fn store(&mut self) {
        for change in self.ledger.take_changes() {
            match change {
                Change::Used { record, before, .. } => {
                    assert_eq!(self.pairs.insert(record.serial, record), before);
                }
                Change::Released { record, before, .. } => {
                    assert_eq!(self.pairs.remove(&record.serial), before);
                }
                Change::Opened { .. }
                | Change::Lingers { .. }
                | Change::Closed(_)
                | Change::BurstStarted { .. }
                | Change::BurstEnded(_)
                | Change::Denied(_)
                | Change::GrantedLater(_)
                | Change::Queued(_) => {}
            }
        }
    }

    fn restart(&mut self) {
        let mut ledger = Ledger::new(SeatSettings::default(), set(self.pools.clone()), self.now);
        for pair in self.pairs.values() {
            ledger.restore_pair(pair, &self.pools[0].identity).unwrap();
        }
        self.ledger = ledger;
    }

    fn rows(&self) -> Vec<UsageRow> {
        let mut rows = Vec::new();
        self.ledger
            .assignment_page(&UsageFilter::new(&GetUsage::default()), 0, self.now, &mut rows);
        rows
    }

    fn products(&self) -> Vec<String> {
        self.rows().into_iter().map(|row| row.product).collect()
    }

    fn holders(&self) -> Vec<(LicenseModel, String)> {
        self.rows()
            .into_iter()
            .map(|row| {
                (
                    row.license_model_type,
                    if row.user.is_empty() { row.device } else { row.user },
                )
            })
            .collect()
    }

    fn seats(&self) -> u32 {
        self.ledger
            .pool_usage(self.pools[0].identity.id())
            .unwrap()
            .in_use
    }
}

fn user(name: &str) -> (LicenseModel, String) {
    (LicenseModel::User, name.to_owned())
}

fn device(name: &str) -> (LicenseModel, String) {
    (LicenseModel::Device, name.to_owned())
}

#[test]
fn the_first_use_is_a_user_and_a_second_user_on_the_device_makes_it_the_device() {
    let mut desk = Desk::new("XDT_ENT_UD", 5, None);
    desk.visit("CORP\\Anna", "Desk1").unwrap();
    assert_eq!(desk.holders(), [user("CORP\\Anna")]);
    desk.visit("bert", "desk1").unwrap();
    assert_eq!(desk.holders(), [device("Desk1")]);
    // Anna elsewhere: her own seat, and the shared device keeps its.
    desk.visit("anna", "laptop").unwrap();
    assert_eq!(desk.seats(), 2);
    desk.visit("carl", "desk1").unwrap();
    assert_eq!(desk.holders(), [user("CORP\\Anna"), device("Desk1")]);
}

#[test]
fn assigned_names_are_shown_as_a_product_sent_them_and_found_as_they_are_compared() {
    let mut desk = Desk::new("XDT_ENT_UD", 5, None);
    desk.visit("CORP\\Iıİi", "Straße-PC").unwrap();
    desk.visit("corp\\iıi̇i", "STRASSE-PC").unwrap();
    assert_eq!(desk.holders(), [user("CORP\\Iıİi")]);
    desk.restart();
    assert_eq!(desk.holders(), [user("CORP\\Iıİi")]);
    let found = |desk: &Desk, name: &str| {
        let request = GetUsage {
            user: name.into(),
            ..GetUsage::default()
        };
        let mut rows = Vec::new();
        desk.ledger
            .assignment_page(&UsageFilter::new(&request), 0, desk.now, &mut rows);
        rows.len()
    };
    for name in ["CORP\\Iıİi", "corp\\*", "iıi̇i"] {
        assert_eq!(found(&desk, name), 1, "{name}");
    }
    assert_eq!(found(&desk, "CORP\\anna"), 0);
}

#[test]
fn a_pair_that_was_stored_without_the_names_of_its_products_gets_them_with_its_next_use() {
    let mut desk = Desk::new("XDT_ENT_UD", 5, None);
    desk.visit("Anna", "Desk1").unwrap();
    for pair in desk.pairs.values_mut() {
        pair.named_user = String::new();
        pair.named_device = String::new();
    }
    desk.restart();
    assert_eq!(desk.holders(), [user("anna")]);
    desk.pass(1);
    desk.visit("Anna", "Desk1").unwrap();
    assert_eq!(desk.holders(), [user("Anna")]);
    desk.restart();
    assert_eq!(desk.holders(), [user("Anna")]);
}

#[test]
fn an_assigned_seat_names_the_product_that_used_it_last() {
    let mut desk = Desk::new("XDT_ENT_UD", 5, None);
    let visit = |desk: &mut Desk, device: &str, product: &str| {
        let mut who = holder("anna", device);
        who.product = product.to_owned();
        match desk.ask_as(who) {
            Decision::Granted(lease) => desk.end(&lease),
            other => panic!("{other:?}"),
        }
    };
    visit(&mut desk, "desk1", "designer 3.1");
    desk.pass(1);
    visit(&mut desk, "desk2", "viewer 2");
    assert_eq!(desk.products(), ["viewer 2"]);
    desk.pass(1);
    visit(&mut desk, "desk1", "designer 3.2");
    assert_eq!(desk.products(), ["designer 3.2"]);
    desk.restart();
    assert_eq!(desk.products(), [""], "it is remembered for one run");
    visit(&mut desk, "desk2", "viewer 3");
    assert_eq!(desk.products(), ["viewer 3"]);
}

#[test]
fn a_user_on_two_devices_needs_one_seat() {
    let mut desk = Desk::new("XDT_ENT_UD", 1, None);
    desk.visit("anna", "desk1").unwrap();
    desk.visit("anna", "desk2").unwrap();
    assert_eq!(desk.holders(), [user("anna")]);
    assert_eq!(desk.visit("bert", "desk2"), Err(DenialReason::AllSeatsTaken));
    assert_eq!(desk.visit("bert", "desk3"), Err(DenialReason::AllSeatsTaken));
    desk.visit("anna@corp", "desk4").unwrap();
}

#[test]
fn assignments_last_for_their_period_after_the_last_use() {
    for (vendor_string, days) in [
        (None, 90),
        (Some(";LT=Retail;LP=30"), 30),
        (Some(";LP=1;NUDURMIN=2880;NUDURMAX=525600"), 2),
        (Some(";LP=900;NUDURMIN=2880;NUDURMAX=525600"), 365),
    ] {
        let mut desk = Desk::new("XDT_ENT_UD", 1, vendor_string);
        desk.visit("anna", "desk1").unwrap();
        desk.pass(days - 1);
        desk.visit("anna", "desk1").unwrap();
        desk.pass(days);
        assert_eq!(
            desk.visit("bert", "desk2"),
            Err(DenialReason::AllSeatsTaken),
            "{vendor_string:?}"
        );
        desk.pass(1);
        desk.visit("bert", "desk2").unwrap();
        assert_eq!(desk.holders(), [user("bert")]);
    }
}

#[test]
fn a_session_keeps_its_assignment_however_long_it_lasts() {
    let mut desk = Desk::new("XDT_ENT_UD", 1, Some(";LP=2"));
    let Decision::Granted(lease) = desk.ask("anna", "desk1") else {
        panic!()
    };
    for _ in 0..10 {
        let now = desk.now;
        assert!(
            desk.ledger
                .heartbeat(
                    &[lease.id],
                    Moment {
                        monotonic_ms: now.monotonic_ms + DAY_MS,
                        ..now
                    }
                )
                .is_empty()
        );
        desk.pass(1);
    }
    assert_eq!(desk.visit("bert", "desk2"), Err(DenialReason::AllSeatsTaken));
    desk.end(&lease);
    desk.pass(2);
    assert_eq!(desk.visit("bert", "desk2"), Err(DenialReason::AllSeatsTaken));
    desk.pass(1);
    desk.visit("bert", "desk2").unwrap();
}

#[test]
fn other_models_count_one_side_only() {
    let mut users = Desk::new("XDT_ENT_RN", 2, None);
    users.visit("anna", "desk1").unwrap();
    users.visit("bert", "desk1").unwrap();
    users.visit("anna", "desk2").unwrap();
    assert_eq!(users.visit("carl", "desk1"), Err(DenialReason::AllSeatsTaken));
    assert_eq!(users.holders(), [user("anna"), user("bert")]);
    let mut devices = Desk::new("XDT_ENT_ND", 2, None);
    devices.visit("anna", "desk1").unwrap();
    devices.visit("anna", "desk2").unwrap();
    devices.visit("bert", "desk1").unwrap();
    assert_eq!(devices.visit("anna", "desk3"), Err(DenialReason::AllSeatsTaken));
    assert_eq!(devices.holders(), [device("desk1"), device("desk2")]);
}

#[test]
fn a_jump_of_the_wall_clock_releases_nobody() {
    let mut desk = Desk::new("XDT_ENT_UD", 1, None);
    desk.visit("anna", "desk1").unwrap();
    let year_ahead = desk.now.wall + jiff::SignedDuration::from_hours(366 * 24);
    desk.now = Moment {
        wall: year_ahead,
        monotonic_ms: desk.now.monotonic_ms + DAY_MS,
        ..desk.now
    };
    desk.ledger.expire(desk.now);
    assert_eq!(desk.visit("bert", "desk2"), Err(DenialReason::AllSeatsTaken));
}

/// The smallest number of users and devices that cover all pairs, by trying all sets of users.
fn smallest(pairs: &BTreeSet<(u32, u32)>) -> u32 {
    (0u32..32)
        .map(|users| {
            let left: BTreeSet<u32> = pairs
                .iter()
                .filter(|(user, _)| users >> user & 1 == 0)
                .map(|(_, device)| *device)
                .collect();
            users.count_ones() + left.len() as u32
        })
        .min()
        .unwrap_or(0)
}

proptest! {
    /// Whoever comes in whatever order: never more seats than the fewest possible, a denial only when even the fewest
    /// are too many, and the same after a restart from what was stored.
    #[test]
    fn the_fewest_seats_are_assigned(
        count in 1u32..5,
        steps in prop::collection::vec((0u32..5, 0u32..5, 0u8..12), 1..60),
    ) {
        let mut desk = Desk::new("XDT_ENT_UD", count, None);
        let mut seen: BTreeMap<(u32, u32), u64> = BTreeMap::new();
        for (user, device, what) in steps {
            let day = desk.now.monotonic_ms / DAY_MS;
            if what == 0 {
                desk.pass(31);
                let day = desk.now.monotonic_ms / DAY_MS;
                seen.retain(|_, last| day - *last <= 90);
            } else if what == 1 {
                desk.restart();
            } else {
                let mut wanted: BTreeSet<_> = seen.keys().copied().collect();
                wanted.insert((user, device));
                let fits = smallest(&wanted) <= count;
                let granted = desk.visit(&format!("u{user}"), &format!("d{device}")).is_ok();
                prop_assert_eq!(granted, fits);
                if granted {
                    seen.insert((user, device), day);
                }
            }
            let pairs: BTreeSet<_> = seen.keys().copied().collect();
            prop_assert_eq!(desk.seats(), smallest(&pairs));
            prop_assert_eq!(desk.holders().len() as u32, desk.seats());
            prop_assert_eq!(desk.pairs.len(), pairs.len());
        }
    }
}
