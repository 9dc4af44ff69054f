//! Granting beyond what is installed for a time.

use std::time::Duration;

use licensing_api::alert::AlertLevel;
use licensing_api::denial::DenialReason;
use licensing_api::inventory::{GetInventory, InventoryRow};
use licensing_license_file::license_file::{DupGroup, LicenseDate};
use licensing_seats::Moment;
use licensing_seats::pool::Pool;
use licensing_seats::seat::{BurstRecord, BurstTerms, Change, Decision, Lease, Ledger, SeatSettings};

use super::rules::bind;
use super::support::{FIRST_DAY, holder, increment, lease_id, moment, pool, request, set};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

fn cad(version: &str, count: u32, overdraft: u32) -> Pool {
    let lines = vec![increment(Some(count), overdraft)];
    pool("Cad", version, DupGroup::None, lines)
}

fn settings() -> SeatSettings {
    SeatSettings {
        burst: Some(BurstTerms {
            lasts: Duration::from_secs(15 * 24 * 3600),
            rearm: Duration::from_secs(180 * 24 * 3600),
        }),
        // Nothing here sends heartbeats.
        lifetime: Duration::from_secs(1000 * 24 * 3600),
        ..SeatSettings::default()
    }
}

struct Desk {
    ledger: Ledger,
    pools: Vec<Pool>,
    next: u64,
    now: Moment,
    /// What a store would hold.
    stored: Option<BurstRecord>,
    pairs: usize,
}

impl Desk {
    fn new(pools: Vec<Pool>) -> Self {
        let now = moment(0, 0);
        Self {
            ledger: Ledger::new(settings(), set(pools.clone()), now),
            pools,
            next: 1,
            now,
            stored: None,
            pairs: 0,
        }
    }

    fn ask(&mut self, user: &str, count: u32) -> Result<Lease, DenialReason> {
        self.next += 1;
        let feature = self.pools[0].identity.feature.clone();
        let request = request(self.next, &feature, "", count, holder(user, user));
        let decision = self.ledger.checkout(&request, lease_id(self.next), self.now);
        self.store();
        match decision {
            Decision::Granted(lease) => Ok(lease),
            Decision::Repeated(lease) => panic!("{lease:?}"),
            Decision::Denied(denial) => Err(denial.reason),
            Decision::Queued(_) => panic!("nobody asked to wait"),
        }
    }

    fn end(&mut self, lease: &Lease) {
        assert!(self.ledger.checkin(lease.id, self.now));
        self.store();
    }

    fn pass(&mut self, ms: u64) {
        let ms = self.now.monotonic_ms + ms;
        self.now = moment(ms, (ms / DAY_MS) as i32);
        self.ledger.expire(self.now);
        self.store();
    }

    /// Keeps what a store would keep; gives what happened to bursts.
    fn store(&mut self) {
        for change in self.ledger.take_changes() {
            match change {
                Change::BurstStarted { record, before } => {
                    assert_eq!(self.stored, before);
                    self.stored = Some(record);
                }
                Change::BurstEnded(record) => {
                    let before = BurstRecord {
                        over: false,
                        ..record.clone()
                    };
                    assert!(record.over);
                    assert_eq!(self.stored, Some(before));
                    self.stored = Some(record);
                }
                Change::Used { before: None, .. } => self.pairs += 1,
                Change::Released { .. } => self.pairs -= 1,
                Change::Used { .. }
                | Change::Opened { .. }
                | Change::Lingers { .. }
                | Change::Closed(_)
                | Change::Denied(_)
                | Change::GrantedLater(_)
                | Change::Queued(_) => {}
            }
        }
    }

    fn row(&self) -> InventoryRow {
        self.ledger
            .inventory(&GetInventory::default(), self.now)
            .swap_remove(0)
    }

    fn alerts(&self) -> Vec<(String, AlertLevel)> {
        let alerts = self.ledger.burst_alerts(self.now).into_iter();
        alerts.map(|alert| (alert.code, alert.level)).collect()
    }
}

#[test]
fn a_burst_begins_when_everything_is_out_and_ends_and_comes_again_in_its_time() {
    let mut desk = Desk::new(vec![cad("1.0", 2, 1)]);
    let first = desk.ask("a", 2).unwrap();
    desk.ask("b", 1).unwrap();
    assert_eq!((desk.stored.clone(), desk.alerts()), (None, vec![]));
    desk.pass(1);
    desk.ask("c", 2).unwrap();
    let started = desk.stored.clone().unwrap();
    assert_eq!((started.feature.as_str(), started.over), ("cad", false));
    assert_eq!(started.started_ms, desk.now.trusted.as_millisecond());
    assert_eq!(started.ends_ms - started.started_ms, 15 * DAY_MS as i64);
    let row = desk.row();
    assert_eq!(
        (row.licenses_in_use, row.overdraft_in_use, row.burst, row.free),
        (5, 1, 2, Some(0))
    );
    assert_eq!(row.burst_until.unwrap().as_millisecond(), started.ends_ms);
    assert_eq!(desk.alerts(), [("BurstActive".to_owned(), AlertLevel::Alert)]);
    let alert = desk.ledger.burst_alerts(desk.now).swap_remove(0);
    let until = format!(
        "Cad until {}",
        row.burst_until.unwrap().strftime("%Y-%m-%dT%H:%M:%S")
    );
    assert!(alert.detail.contains(&until), "{alert:?}");

    desk.pass(15 * DAY_MS - 1);
    let last = desk.ask("d", 1).unwrap();
    desk.pass(1);
    assert!(desk.stored.as_ref().unwrap().over);
    assert_eq!(desk.ask("e", 1).unwrap_err(), DenialReason::AllSeatsTaken);
    // Whoever is in stays in, and the rows go on to say so.
    let row = desk.row();
    assert_eq!((row.licenses_in_use, row.burst, row.burst_until), (6, 3, None));
    assert_eq!(desk.alerts(), [("BurstUsedUp".to_owned(), AlertLevel::Info)]);
    desk.end(&last);
    assert_eq!(desk.ask("e", 1).unwrap_err(), DenialReason::AllSeatsTaken);
    desk.end(&first);
    desk.pass(180 * DAY_MS - 1);
    assert_eq!(desk.ask("e", 1).unwrap_err(), DenialReason::AllSeatsTaken);
    desk.pass(1);
    assert_eq!(desk.alerts(), []);
    desk.ask("e", 1).unwrap();
    let again = desk.stored.clone().unwrap();
    assert!(!again.over && again.started_ms > started.ends_ms);
}

#[test]
fn a_burst_that_nobody_saw_end_is_told_to_end_before_the_next_one() {
    let mut desk = Desk::new(vec![cad("1.0", 1, 0)]);
    desk.ask("a", 1).unwrap();
    desk.ask("b", 1).unwrap();
    let ms = 400 * DAY_MS;
    desk.now = moment(ms, 400);
    // No look at the clock in between: the changes, as the desk checks them, still follow upon each other.
    desk.ask("c", 1).unwrap();
    assert!(!desk.stored.unwrap().over);
}

#[test]
fn a_burst_is_never_for_what_would_be_refused_anyway() {
    let mut expired = increment(Some(1), 0);
    expired.expires = LicenseDate::Day(FIRST_DAY);
    let mut desk = Desk::new(vec![pool("cad", "1.0", DupGroup::None, vec![expired])]);
    let lines: Vec<String> = ["MAX 3 cad USER max", "EXCLUDE cad USER out"]
        .map(str::to_owned)
        .to_vec();
    desk.ledger
        .replace_rules(bind(&lines, &set(desk.pools.clone()), FIRST_DAY));
    assert_eq!(desk.ask("a", 2).unwrap_err(), DenialReason::MoreThanExist);
    assert_eq!(desk.ask("out", 1).unwrap_err(), DenialReason::Excluded);
    desk.ask("a", 1).unwrap();
    assert_eq!(desk.ask("out", 1).unwrap_err(), DenialReason::Excluded);
    assert_eq!(desk.ask("a", 2).unwrap_err(), DenialReason::MoreThanExist);
    assert_eq!(desk.stored, None);
    for _ in 0..3 {
        desk.ask("max", 1).unwrap();
    }
    assert_eq!(desk.ask("max", 1).unwrap_err(), DenialReason::AboveMaximum);
    assert_eq!(desk.ask("out", 1).unwrap_err(), DenialReason::Excluded);
    assert_eq!(desk.ask("a", 2).unwrap_err(), DenialReason::MoreThanExist);
    // The license ends within the burst.
    desk.pass(DAY_MS);
    assert_eq!(desk.ask("a", 1).unwrap_err(), DenialReason::Expired);
}

#[test]
fn seats_reserved_for_others_begin_no_burst_and_do_not_stand_in_its_way() {
    let mut desk = Desk::new(vec![cad("1.0", 2, 0)]);
    let lines = ["RESERVE 1 Cad USER boss".to_owned()];
    desk.ledger
        .replace_rules(bind(&lines, &set(desk.pools.clone()), FIRST_DAY));
    let first = desk.ask("a", 1).unwrap();
    assert_eq!(desk.ask("b", 1).unwrap_err(), DenialReason::AllReserved);
    let boss = desk.ask("boss", 1).unwrap();
    desk.ask("b", 1).unwrap();
    assert!(desk.stored.is_some());
    // Of two seats one is out, by the burst, and one is reserved.
    desk.end(&boss);
    desk.end(&first);
    desk.ask("c", 1).unwrap();
    desk.ask("boss", 1).unwrap();
    assert_eq!(desk.row().licenses_in_use, 3);
}

#[test]
fn a_burst_is_of_the_feature_and_the_first_pool_that_would_do_takes_it() {
    let mut desk = Desk::new(vec![cad("1.0", 1, 0), cad("2.0", 1, 0)]);
    assert_eq!(desk.ask("a", 1).unwrap().version, "1.0");
    assert_eq!(desk.ask("b", 1).unwrap().version, "2.0");
    assert_eq!(desk.stored, None);
    assert_eq!(desk.ask("c", 1).unwrap().version, "1.0");
    let started = desk.stored.clone();
    desk.pass(15 * DAY_MS);
    // A renewed license is another pool of the same feature.
    desk.pools = vec![cad("3.0", 1, 0)];
    desk.ledger.replace_pools(set(desk.pools.clone()), desk.now);
    desk.ask("d", 1).unwrap();
    assert_eq!(desk.ask("e", 1).unwrap_err(), DenialReason::AllSeatsTaken);
    assert_eq!(
        desk.stored.map(|record| record.started_ms),
        started.map(|record| record.started_ms)
    );
}

#[test]
fn uncounted_pools_need_none_and_a_ledger_without_terms_has_none() {
    let mut desk = Desk::new(vec![pool("cad", "1.0", DupGroup::None, vec![increment(None, 0)])]);
    for user in ["a", "b", "c"] {
        desk.ask(user, 5).unwrap();
    }
    assert_eq!((desk.stored.clone(), desk.row().burst), (None, 0));
    desk = Desk::new(vec![cad("1.0", 1, 0)]);
    desk.ledger = Ledger::new(SeatSettings::default(), set(desk.pools.clone()), desk.now);
    desk.ask("a", 1).unwrap();
    assert_eq!(desk.ask("b", 1).unwrap_err(), DenialReason::AllSeatsTaken);
}

#[test]
fn a_burst_outlives_the_ledger_and_time_passes_meanwhile() {
    let mut desk = Desk::new(vec![cad("1.0", 1, 0)]);
    desk.ask("a", 1).unwrap();
    desk.ask("b", 1).unwrap();
    for (days, granted) in [(10, true), (4, true), (1, false), (179, false), (1, true)] {
        let ms =
            desk.now.trusted.as_millisecond() - moment(0, 0).trusted.as_millisecond() + days * DAY_MS as i64;
        desk.now = Moment {
            monotonic_ms: 7,
            ..moment(ms as u64, 0)
        };
        desk.ledger = Ledger::new(settings(), set(desk.pools.clone()), desk.now);
        desk.ledger.restore_burst(desk.stored.clone().unwrap());
        desk.ledger.expire(desk.now);
        desk.store();
        desk.ask("a", 1).unwrap();
        assert_eq!(desk.ask("b", 1).is_ok(), granted, "after {days} days more");
    }
}

#[test]
fn only_the_trusted_clock_counts() {
    let mut desk = Desk::new(vec![cad("1.0", 1, 0)]);
    desk.ask("a", 1).unwrap();
    desk.ask("b", 1).unwrap();
    let wall = moment(400 * DAY_MS, 0).wall;
    desk.now.wall = wall;
    desk.ledger.expire(desk.now);
    desk.ask("c", 1).unwrap();
    desk.pass(15 * DAY_MS);
    desk.now.wall = moment(0, 0).wall;
    assert_eq!(desk.ask("d", 1).unwrap_err(), DenialReason::AllSeatsTaken);
}

#[test]
fn assigned_seats_beyond_all_end_with_their_session() {
    for feature in ["CAD_STD_UD", "CAD_STD_RN", "CAD_STD_ND"] {
        let line = increment(Some(1), 0);
        let mut desk = Desk::new(vec![pool(feature, "2026.0401", DupGroup::None, vec![line])]);
        let first = desk.ask("a", 1).unwrap();
        let second = desk.ask("b", 1).unwrap();
        let third = desk.ask("c", 1).unwrap();
        assert_eq!(
            (desk.row().licenses_in_use, desk.row().burst, desk.pairs),
            (3, 2, 3)
        );
        desk.end(&first);
        assert_eq!(desk.row().licenses_in_use, 3, "{feature}");
        desk.end(&second);
        assert_eq!(desk.row().licenses_in_use, 2, "{feature}");
        desk.pass(15 * DAY_MS);
        // Who had a seat before keeps it, who came by the burst does not come back.
        let first = desk.ask("a", 1).unwrap();
        assert_eq!(desk.ask("b", 1).unwrap_err(), DenialReason::AllSeatsTaken);
        desk.ask("c", 1).unwrap();
        desk.end(&third);
        desk.end(&first);
        assert_eq!(desk.row().licenses_in_use, 2, "{feature}");
    }
}
