//! Borrowed seats.

use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};
use licensing_api::denial::DenialReason;
use licensing_api::inventory::{GetInventory, InventoryRow};
use licensing_api::usage::{GetUsage, HolderState, RevokeLeases, UsageRow};
use licensing_license_file::license_file::{DupGroup, LicenseDate};
use licensing_seats::Moment;
use licensing_seats::pool::{Pool, PoolIdentity, PoolIncrement};
use licensing_seats::seat::{
    BurstTerms, Change, CloseReason, Decision, Lease, LeaseRecord, Ledger, RevokeFilter, SeatSettings,
    UsageFilter,
};

use super::rules::bind;
use super::support::{FIRST_DAY, holder, increment, lease_id, moment, pool, request, set};

const HOUR: u64 = 3600;
const HOUR_MS: u64 = HOUR * 1000;

/// A pool whose line says BORROW.
fn lent(hours: &str, dup_group: DupGroup, lines: Vec<PoolIncrement>) -> Pool {
    let mut pool = pool("cad", "1.0", dup_group, lines);
    let mut identity = PoolIdentity::clone(&pool.identity);
    identity.terms.insert("BORROW".to_owned(), hours.to_owned());
    pool.identity = Arc::new(identity);
    pool
}

fn cad(count: u32) -> Pool {
    lent("", DupGroup::None, vec![increment(Some(count), 0)])
}

struct Desk {
    ledger: Ledger,
    pools: Vec<Pool>,
    next: u64,
    now: Moment,
}

impl Desk {
    fn new(pools: Vec<Pool>, lines: &[&str]) -> Self {
        let now = moment(0, 0);
        let mut desk = Self {
            ledger: Ledger::new(SeatSettings::default(), set(pools.clone()), now),
            pools,
            next: 1,
            now,
        };
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        let rules = bind(&lines, &set(desk.pools.clone()), FIRST_DAY);
        desk.ledger.replace_rules(rules);
        desk
    }

    fn ask(&mut self, user: &str, seconds: u64) -> Result<Lease, DenialReason> {
        self.next += 1;
        let mut request = request(self.next, "cad", "", 1, holder(user, "laptop"));
        request.feature = self.pools[0].identity.feature.clone();
        request.borrow_seconds = seconds;
        match self.ledger.checkout(&request, lease_id(self.next), self.now) {
            Decision::Granted(lease) => Ok(lease),
            Decision::Repeated(lease) => panic!("{lease:?}"),
            Decision::Denied(denial) => Err(denial.reason),
            Decision::Queued(_) => panic!("nobody asked to wait"),
        }
    }

    /// Time passes; gives why leases ended.
    fn pass(&mut self, ms: u64) -> Vec<CloseReason> {
        let ms = self.now.monotonic_ms + ms;
        self.now = moment(ms, (ms / (24 * HOUR_MS)) as i32);
        self.ledger.expire(self.now);
        self.ended()
    }

    fn ended(&mut self) -> Vec<CloseReason> {
        let changes = self.ledger.take_changes().into_iter();
        let closed = changes.filter_map(|change| match change {
            Change::Closed(closed) => Some(closed.reason),
            _ => None,
        });
        closed.collect()
    }

    fn row(&self) -> InventoryRow {
        self.ledger
            .inventory(&GetInventory::default(), self.now)
            .swap_remove(0)
    }

    fn holders(&self) -> Vec<UsageRow> {
        let mut rows = Vec::new();
        let filter = UsageFilter::new(&GetUsage::default());
        self.ledger.usage_page(&filter, 0, 100, self.now, &mut rows);
        rows
    }
}

#[test]
fn a_borrowed_seat_stays_out_in_silence_and_comes_back_in_its_time() {
    let mut desk = Desk::new(vec![cad(2)], &[]);
    let lease = desk.ask("anna", 48 * HOUR).unwrap();
    let until = desk.now.wall + SignedDuration::from_hours(48);
    assert_eq!(lease.borrowed_until, Some(until));
    assert_eq!(desk.ask("bert", 0).unwrap().borrowed_until, None);
    let row = desk.row();
    assert_eq!((row.licenses_in_use, row.borrowed, row.free), (2, 1, Some(0)));
    assert_eq!(desk.pass(24 * HOUR_MS), [CloseReason::Expired]);
    let holder = desk.holders().swap_remove(0);
    assert_eq!(
        (holder.user.as_str(), holder.state, holder.until),
        ("anna", HolderState::Borrowed, until)
    );
    // A product that is connected may send heartbeats all the same; they prolong nothing.
    assert!(desk.ledger.heartbeat(&[lease.id], desk.now).is_empty());
    assert!(desk.pass(24 * HOUR_MS - 1).is_empty());
    assert_eq!(desk.pass(200), [CloseReason::BorrowEnded]);
    assert_eq!((desk.row().licenses_in_use, desk.row().borrowed), (0, 0));
    assert_eq!(desk.ledger.heartbeat(&[lease.id], desk.now), [0]);
}

#[test]
fn a_borrowed_seat_is_given_back_early_and_lingers_like_any_other() {
    for (lines, rows) in [(&[][..], 0), (&["LINGER cad 600"][..], 1)] {
        let mut desk = Desk::new(vec![cad(1)], lines);
        let lease = desk.ask("anna", HOUR).unwrap();
        assert!(desk.ledger.checkin(lease.id, desk.now));
        assert!(!desk.ledger.checkin(lease.id, desk.now));
        assert_eq!(desk.holders().len(), rows);
        assert!(
            desk.holders()
                .iter()
                .all(|row| row.state == HolderState::Lingering)
        );
        assert_eq!(desk.row().borrowed, 0);
        assert_eq!(desk.ledger.heartbeat(&[lease.id], desk.now), [0]);
        desk.pass(600_200);
        assert_eq!(desk.row().licenses_in_use, 0);
        desk.ask("bert", HOUR).unwrap();
    }
}

#[test]
fn what_the_license_does_not_lend_is_not_lent() {
    let mut plain = Desk::new(
        vec![pool("cad", "1.0", DupGroup::None, vec![increment(Some(1), 0)])],
        &[],
    );
    assert_eq!(plain.ask("anna", 1).unwrap_err(), DenialReason::NotBorrowable);
    let mut odd = Desk::new(
        vec![lent("long", DupGroup::None, vec![increment(Some(1), 0)])],
        &[],
    );
    assert_eq!(odd.ask("anna", 1).unwrap_err(), DenialReason::NotBorrowable);
    let mut assigned = cad(1);
    let mut identity = PoolIdentity::clone(&assigned.identity);
    identity.feature = "CAD_STD_UD".to_owned();
    assigned.identity = Arc::new(identity);
    let mut assigned = Desk::new(vec![assigned], &[]);
    assert_eq!(assigned.ask("anna", 1).unwrap_err(), DenialReason::NotBorrowable);
    assigned.ask("anna", 0).unwrap();
    assert_eq!(
        plain.ask("anna", u64::MAX).unwrap_err(),
        DenialReason::NotBorrowable
    );
}

#[test]
fn the_longest_time_is_the_shorter_one_of_license_and_options_file() {
    let lines = || vec![increment(Some(9), 0)];
    for (hours, options, allowed) in [
        ("", &[][..], 168),
        ("24", &[][..], 24),
        ("24", &["MAX_BORROW_HOURS cad 36"][..], 24),
        (
            "48",
            &["MAX_BORROW_HOURS cad 36", "MAX_BORROW_HOURS cad 12"][..],
            12,
        ),
    ] {
        let mut desk = Desk::new(vec![lent(hours, DupGroup::None, lines())], options);
        desk.ask("anna", allowed * HOUR).unwrap();
        for seconds in [allowed * HOUR + 1, u64::MAX] {
            assert_eq!(
                desk.ask("bert", seconds).unwrap_err(),
                DenialReason::BorrowTooLong
            );
        }
    }
}

#[test]
fn who_may_borrow_is_said_apart_from_who_may_check_out() {
    let lines = [
        "EXCLUDE_BORROW cad USER eve",
        "INCLUDE_BORROW cad USER anna",
        "INCLUDE_BORROW cad USER eve",
    ];
    let mut desk = Desk::new(vec![cad(9)], &lines);
    assert_eq!(desk.ask("eve", HOUR).unwrap_err(), DenialReason::Excluded);
    assert_eq!(desk.ask("bert", HOUR).unwrap_err(), DenialReason::NotIncluded);
    for (user, seconds) in [("anna", HOUR), ("eve", 0), ("bert", 0)] {
        desk.ask(user, seconds).unwrap();
    }
}

#[test]
fn some_seats_stay_where_they_are() {
    let mut desk = Desk::new(vec![cad(3)], &["BORROW_LOWWATER cad 1"]);
    let first = desk.ask("anna", HOUR).unwrap();
    desk.ask("bert", HOUR).unwrap();
    assert_eq!(desk.ask("cleo", HOUR).unwrap_err(), DenialReason::NotBorrowable);
    desk.ask("cleo", 0).unwrap();
    assert_eq!(desk.ask("dora", 0).unwrap_err(), DenialReason::AllSeatsTaken);
    assert!(desk.ledger.checkin(first.id, desk.now));
    desk.ask("dora", HOUR).unwrap();
    assert_eq!(desk.row().borrowed, 2);
}

#[test]
fn overdraft_and_burst_are_not_lent() {
    let mut desk = Desk::new(vec![lent("", DupGroup::None, vec![increment(Some(1), 1)])], &[]);
    desk.ask("anna", HOUR).unwrap();
    assert_eq!(desk.ask("bert", HOUR).unwrap_err(), DenialReason::NotBorrowable);
    // As long as the borrowed seats are not more than were bought, it does not matter who has the overdraft.
    let mut desk = Desk::new(vec![lent("", DupGroup::None, vec![increment(Some(1), 1)])], &[]);
    let settings = SeatSettings {
        burst: Some(BurstTerms {
            lasts: std::time::Duration::from_secs(3600),
            rearm: std::time::Duration::from_secs(3600),
        }),
        ..SeatSettings::default()
    };
    desk.ledger = Ledger::new(settings, set(desk.pools.clone()), desk.now);
    desk.ask("anna", 0).unwrap();
    let second = desk.ask("bert", HOUR).unwrap();
    assert_eq!(second.overdraft, 1);
    assert!(desk.ledger.checkin(second.id, desk.now));
    desk.ask("bert", 0).unwrap();
    desk.ask("cleo", 0).unwrap();
    assert_eq!(desk.row().burst, 1);
    assert_eq!(desk.ask("dora", HOUR).unwrap_err(), DenialReason::AllSeatsTaken);
}

#[test]
fn nothing_is_lent_beyond_the_end_of_the_license() {
    let mut dated = increment(Some(2), 0);
    dated.expires = LicenseDate::Day(FIRST_DAY + 2.days());
    let permanent = increment(Some(1), 0);
    let mut desk = Desk::new(vec![lent("1000", DupGroup::None, vec![dated.clone()])], &[]);
    let zone = TimeZone::fixed(jiff::tz::offset(2));
    let settings = SeatSettings {
        zone: zone.clone(),
        ..SeatSettings::default()
    };
    desk.ledger = Ledger::new(settings, set(desk.pools.clone()), desk.now);
    // The last day is still valid, in the local time of the server.
    let end = (FIRST_DAY + 3.days()).to_zoned(zone).unwrap().timestamp();
    let left = end.duration_since(desk.now.trusted).as_secs() as u64;
    assert_eq!(desk.ask("anna", left).unwrap_err(), DenialReason::BorrowTooLong);
    let lease = desk.ask("anna", left - 1).unwrap();
    assert_eq!(lease.borrowed_until, Some(end - SignedDuration::from_secs(1)));

    // A part of the pool goes on: no more seats are lent than there will be.
    let mut desk = Desk::new(vec![lent("1000", DupGroup::None, vec![dated, permanent])], &[]);
    desk.ask("anna", 500 * HOUR).unwrap();
    assert_eq!(
        desk.ask("bert", 500 * HOUR).unwrap_err(),
        DenialReason::BorrowTooLong
    );
    desk.ask("bert", HOUR).unwrap();
    desk.ask("cleo", 0).unwrap();
}

#[test]
fn those_who_share_a_seat_borrow_one() {
    let by_user = DupGroup::Same {
        user: true,
        host: false,
        display: false,
        vendor_data: false,
    };
    let lines = vec![increment(Some(2), 0)];
    let mut desk = Desk::new(vec![lent("", by_user, lines)], &["BORROW_LOWWATER cad 1"]);
    desk.ask("anna", 0).unwrap();
    let first = desk.ask("anna", HOUR).unwrap();
    let second = desk.ask("anna", 2 * HOUR).unwrap();
    assert_eq!((desk.row().licenses_in_use, desk.row().borrowed), (1, 1));
    assert_eq!(desk.ask("bert", HOUR).unwrap_err(), DenialReason::NotBorrowable);
    assert!(desk.ledger.checkin(first.id, desk.now));
    assert_eq!(desk.row().borrowed, 1);
    assert!(desk.ledger.checkin(second.id, desk.now));
    assert_eq!((desk.row().licenses_in_use, desk.row().borrowed), (1, 0));
}

#[test]
fn a_repeated_request_gives_the_same_borrowed_seat_and_no_other_kind() {
    let mut desk = Desk::new(vec![cad(2)], &[]);
    let mut request = request(7, "cad", "", 1, holder("anna", "laptop"));
    request.borrow_seconds = HOUR;
    let Decision::Granted(lease) = desk.ledger.checkout(&request, lease_id(1), desk.now) else {
        panic!()
    };
    desk.pass(HOUR_MS / 2);
    let again = desk.ledger.checkout(&request, lease_id(2), desk.now);
    assert_eq!(again, Decision::Repeated(lease));
    request.borrow_seconds = 0;
    let other = desk.ledger.checkout(&request, lease_id(3), desk.now);
    assert!(matches!(other, Decision::Denied(denial) if denial.reason == DenialReason::BadParameter));
}

#[test]
fn a_borrowed_seat_is_revoked_by_its_id_only() {
    let mut desk = Desk::new(vec![cad(3)], &[]);
    desk.ask("anna", HOUR).unwrap();
    desk.ask("anna", 0).unwrap();
    let by = |request: RevokeLeases| RevokeFilter::new(&request).unwrap();
    let anna = RevokeLeases {
        user: "anna".into(),
        ..RevokeLeases::default()
    };
    let revoked = desk.ledger.revoke(&by(anna), desk.now);
    assert_eq!((revoked.len(), revoked[0].state), (1, HolderState::InUse));
    assert_eq!(desk.row().borrowed, 1);
    let left = desk.holders().swap_remove(0);
    let by_id = RevokeLeases {
        lease_ids: vec![left.lease_id],
        ..RevokeLeases::default()
    };
    assert_eq!(desk.ledger.revoke(&by(by_id), desk.now).len(), 1);
    assert_eq!((desk.row().licenses_in_use, desk.row().borrowed), (0, 0));
    assert_eq!(desk.ended(), [CloseReason::Revoked, CloseReason::Revoked]);
}

/// The record of the only lease.
fn opened(desk: &mut Desk) -> LeaseRecord {
    let mut changes = desk.ledger.take_changes().into_iter();
    let record = changes.find_map(|change| match change {
        Change::Opened { record, .. } => Some(record),
        _ => None,
    });
    record.unwrap()
}

#[test]
fn the_time_of_a_borrowed_seat_goes_on_while_the_server_is_off() {
    let mut desk = Desk::new(vec![cad(1)], &[]);
    desk.ask("anna", 10 * HOUR).unwrap();
    let record = opened(&mut desk);
    for (off, left) in [(4, true), (9, true), (11, false)] {
        desk.now = Moment {
            monotonic_ms: 50,
            ..moment(off * HOUR_MS, 0)
        };
        desk.ledger = Ledger::new(SeatSettings::default(), set(desk.pools.clone()), desk.now);
        let identity = &desk.pools[0].identity;
        desk.ledger.restore(record.clone(), identity, desk.now).unwrap();
        assert_eq!(desk.row().borrowed, 1);
        desk.ledger.expire(desk.now);
        assert_eq!(desk.ledger.len(), usize::from(left), "{off} hours later");
        if left {
            desk.now.monotonic_ms += (10 - off) * HOUR_MS - 200;
            desk.now.trusted = moment(10 * HOUR_MS - 200, 0).trusted;
            desk.ledger.expire(desk.now);
            assert_eq!(desk.ledger.len(), 1);
            desk.now.monotonic_ms += 400;
            desk.now.trusted = moment(10 * HOUR_MS + 200, 0).trusted;
            desk.ledger.expire(desk.now);
            assert_eq!(desk.ledger.len(), 0);
        }
    }
}

#[test]
fn only_the_trusted_clock_ends_a_borrowed_seat() {
    let mut desk = Desk::new(vec![cad(1)], &[]);
    desk.ask("anna", 100 * HOUR).unwrap();
    // Somebody sets the wall clock.
    let mut now = moment(HOUR_MS, 0);
    now.wall = moment(9000 * HOUR_MS, 0).wall;
    assert_eq!(desk.ledger.expire(now), 0);
    // It turns out that more time has passed than the monotonic clock ran: the server was off, or it slept.
    let mut now = moment(2 * HOUR_MS, 0);
    now.trusted = moment(90 * HOUR_MS, 0).trusted;
    assert_eq!(desk.ledger.expire(now), 0);
    now.monotonic_ms += 9 * HOUR_MS;
    now.trusted = moment(99 * HOUR_MS, 0).trusted;
    assert_eq!(desk.ledger.expire(now), 0);
    now.monotonic_ms += 500;
    now.trusted = moment(101 * HOUR_MS, 0).trusted;
    assert_eq!(desk.ledger.expire(now), 1);
}
