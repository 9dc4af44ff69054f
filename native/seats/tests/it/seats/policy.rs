//! The options file at the counter: one example for each of its rules.

use std::time::Duration;

use licensing_api::denial::DenialReason;
use licensing_api::inventory::{GetInventory, InventoryRow};
use licensing_api::reservation::{GetReservations, ReservationKind};
use licensing_api::usage::{GetUsage, HolderState};
use licensing_license_file::license_file::{DupGroup, NamedOnly};
use licensing_seats::pool::Pool;
use licensing_seats::seat::{
    Change, CloseReason, Decision, Lease, Ledger, SeatRules, SeatSettings, UsageFilter,
};

use super::rules::{bind, facts, policy};
use super::support::{FIRST_DAY, holder, increment, lease_id, moment, pool, request, set};

struct Desk {
    ledger: Ledger,
    pools: Vec<Pool>,
    next: u64,
    ms: u64,
}

fn cad(version: &str, count: u32, overdraft: u32) -> Pool {
    let lines = vec![increment(Some(count), overdraft)];
    pool("cad", version, DupGroup::None, lines)
}

impl Desk {
    fn new(pools: Vec<Pool>, lines: &[&str]) -> Self {
        let ledger = Ledger::new(SeatSettings::default(), set(pools.clone()), moment(0, 0));
        let mut desk = Self {
            ledger,
            pools,
            next: 1,
            ms: 0,
        };
        desk.reread(lines);
        desk
    }

    fn reread(&mut self, lines: &[&str]) {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        self.ledger
            .replace_rules(bind(&lines, &set(self.pools.clone()), FIRST_DAY));
    }

    fn ask(&mut self, feature: &str, user: &str, count: u32) -> Result<Lease, DenialReason> {
        self.next += 1;
        let request = request(self.next, feature, "", count, holder(user, "desk"));
        match self
            .ledger
            .checkout(&request, lease_id(self.next), moment(self.ms, 0))
        {
            Decision::Granted(lease) => Ok(lease),
            decision @ (Decision::Repeated(_) | Decision::Queued(_)) => panic!("{decision:?}"),
            Decision::Denied(denial) => Err(denial.reason),
        }
    }

    fn row(&self) -> InventoryRow {
        self.ledger
            .inventory(&GetInventory::default(), moment(self.ms, 0))
            .swap_remove(0)
    }
}

#[test]
fn the_connection_says_where_a_request_comes_from() {
    let rules = ["EXCLUDE cad INTERNET 10.1.*.*", "EXCLUDE cad PROJECT secret"];
    let mut desk = Desk::new(vec![cad("1.0", 5, 0)], &rules);
    let mut ask = |host: &str, address: &str, project: &str| {
        desk.next += 1;
        let mut request = request(desk.next, "cad", "", 1, holder("anna", host));
        request.holder.address = address.parse().ok();
        request.holder.project = project.to_owned();
        match desk.ledger.checkout(&request, lease_id(desk.next), moment(0, 0)) {
            Decision::Denied(denial) => Some(denial.reason),
            Decision::Granted(_) | Decision::Repeated(_) | Decision::Queued(_) => None,
        }
    };
    assert_eq!(ask("pc", "10.1.2.3", ""), Some(DenialReason::Excluded));
    assert_eq!(ask("10.2.2.3", "10.1.2.3", ""), Some(DenialReason::Excluded));
    assert_eq!(ask("pc", "10.2.2.3", "secret"), Some(DenialReason::Excluded));
    assert_eq!(ask("10.1.2.3", "10.2.2.3", "Secret"), None);
    assert_eq!(ask("10.1.2.3", "", ""), Some(DenialReason::Excluded));
}

#[test]
fn who_is_excluded_or_not_included_is_refused() {
    let mut desk = Desk::new(vec![cad("1.0", 5, 0)], &["EXCLUDE cad USER anna"]);
    assert_eq!(desk.ask("cad", "anna", 1).unwrap_err(), DenialReason::Excluded);
    // A rule for the name without domain holds for the name with it.
    assert_eq!(
        desk.ask("cad", "ACME\\anna", 1).unwrap_err(),
        DenialReason::Excluded
    );
    desk.ask("cad", "bert", 1).unwrap();

    desk.reread(&["INCLUDE cad USER anna"]);
    assert_eq!(desk.ask("cad", "bert", 1).unwrap_err(), DenialReason::NotIncluded);
    desk.ask("cad", "anna", 1).unwrap();
    // The seat that bert had before is still theirs.
    assert_eq!(desk.row().licenses_in_use, 2);
}

#[test]
fn named_licenses_are_for_nobody_until_somebody_is_named() {
    let pools = vec![cad("1.0", 5, 0)];
    let mut ledger = Ledger::new(SeatSettings::default(), set(pools.clone()), moment(0, 0));
    let mut facts = facts(&pools, FIRST_DAY);
    facts[0].user_based = Some(NamedOnly { limit: None });
    let mut ask = |lines: &[String], key: u64| {
        ledger.replace_rules(SeatRules::bind(policy(lines), &set(pools.clone()), &facts).0);
        let request = request(key, "cad", "", 1, holder("anna", "desk"));
        ledger.checkout(&request, lease_id(key), moment(0, 0))
    };
    let Decision::Denied(denial) = ask(&[], 1) else {
        panic!("granted")
    };
    assert_eq!(denial.reason, DenialReason::NotNamed);
    let named = ask(&["INCLUDE cad USER anna".to_owned()], 2);
    assert!(matches!(named, Decision::Granted(_)));
}

#[test]
fn a_maximum_counts_the_seats_of_all_pools_of_a_feature() {
    let pools = vec![cad("1.0", 2, 0), cad("2.0", 5, 0)];
    let mut desk = Desk::new(pools, &["MAX 3 cad USER anna"]);
    let first = desk.ask("cad", "anna", 2).unwrap();
    desk.ask("cad", "anna", 1).unwrap();
    assert_eq!(
        desk.ask("cad", "anna", 1).unwrap_err(),
        DenialReason::AboveMaximum
    );
    desk.ask("cad", "bert", 1).unwrap();
    assert!(desk.ledger.checkin(first.id, moment(0, 0)));
    desk.ask("cad", "anna", 2).unwrap();
    // After a reread the seats that are out count under the new lines.
    desk.reread(&["MAX 4 cad USER ALL_USERS"]);
    desk.ask("cad", "anna", 1).unwrap();
    assert_eq!(
        desk.ask("cad", "anna", 1).unwrap_err(),
        DenialReason::AboveMaximum
    );
}

#[test]
fn sessions_that_share_a_seat_count_once_under_a_maximum() {
    let same_user = DupGroup::Same {
        user: true,
        host: false,
        display: false,
        vendor_data: false,
    };
    let shared = pool("cad", "1.0", same_user, vec![increment(Some(9), 0)]);
    let mut desk = Desk::new(vec![shared], &["MAX 1 cad USER anna"]);
    desk.ask("cad", "anna", 1).unwrap();
    desk.ask("cad", "anna", 1).unwrap();
    assert_eq!(
        desk.ask("cad", "anna", 2).unwrap_err(),
        DenialReason::AboveMaximum
    );

    let assigned = pool("cad_UD", "1.0", DupGroup::None, vec![increment(Some(9), 0)]);
    let mut desk = Desk::new(vec![assigned], &["MAX 1 cad_UD USER ALL_USERS"]);
    desk.ask("cad_UD", "anna", 1).unwrap();
    desk.ask("cad_UD", "anna", 1).unwrap();
    desk.ask("cad_UD", "bert", 1).unwrap();
}

#[test]
fn reserved_seats_are_for_their_holders_alone() {
    let mut desk = Desk::new(vec![cad("1.0", 4, 0)], &["RESERVE 2 cad USER anna"]);
    assert_eq!((desk.row().reserved, desk.row().free), (2, Some(2)));
    desk.ask("cad", "bert", 2).unwrap();
    assert_eq!(desk.ask("cad", "carl", 1).unwrap_err(), DenialReason::AllReserved);
    let hers = desk.ask("cad", "anna", 1).unwrap();
    assert_eq!((desk.row().reserved, desk.row().licenses_in_use), (1, 3));
    desk.ask("cad", "anna", 1).unwrap();
    assert_eq!(
        desk.ask("cad", "anna", 1).unwrap_err(),
        DenialReason::AllSeatsTaken
    );
    // What she gives back is hers again.
    assert!(desk.ledger.checkin(hers.id, moment(0, 0)));
    assert_eq!(desk.ask("cad", "carl", 1).unwrap_err(), DenialReason::AllReserved);
    // Without the line it is everybody's.
    desk.reread(&[]);
    desk.ask("cad", "carl", 1).unwrap();
}

#[test]
fn reservations_are_listed_with_what_is_used_of_them() {
    let pools = vec![cad("1.0", 4, 0), cad("2.0", 1, 0)];
    let lines = [
        "GROUP g bert",
        "RESERVE 2 cad USER anna",
        "RESERVE 9 cad:VERSION=1.0 GROUP g",
        "RESERVE 1 fem USER anna",
    ];
    let mut desk = Desk::new(pools, &lines);
    desk.ask("cad", "anna", 1).unwrap();
    let list = |desk: &Desk, feature: &str| -> Vec<_> {
        let filter = GetReservations {
            feature: feature.into(),
            ..GetReservations::default()
        };
        let rows = desk.ledger.reservations(&filter).into_iter();
        rows.map(|row| {
            (
                row.version,
                row.kind,
                row.name,
                (row.seats, row.in_use, row.idle),
                row.line,
            )
        })
        .collect()
    };
    let (user, group) = (ReservationKind::User, ReservationKind::Group);
    let row = |version: &str, kind, name: &str, seats, line| {
        (version.to_owned(), kind, name.to_owned(), seats, line)
    };
    assert_eq!(
        list(&desk, "C?D"),
        [
            row("1.0", user, "anna", (2, 1, 1), 2),
            row("1.0", group, "g", (2, 0, 2), 3)
        ],
        "both lines hold of the pool that is tried first, as far as there are seats"
    );
    assert_eq!(list(&desk, "fem"), []);
    desk.reread(&[]);
    assert_eq!(list(&desk, "*"), []);
}

#[test]
fn seats_that_are_out_when_they_are_reserved_stay_out() {
    let mut desk = Desk::new(vec![cad("1.0", 2, 0)], &[]);
    let lease = desk.ask("cad", "bert", 2).unwrap();
    desk.reread(&["RESERVE 1 cad USER anna"]);
    assert_eq!(
        desk.ask("cad", "anna", 1).unwrap_err(),
        DenialReason::AllSeatsTaken
    );
    assert!(desk.ledger.checkin(lease.id, moment(0, 0)));
    desk.ask("cad", "bert", 1).unwrap();
    assert_eq!(desk.ask("cad", "bert", 1).unwrap_err(), DenialReason::AllReserved);
    desk.ask("cad", "anna", 1).unwrap();
}

#[test]
fn assigned_seats_cannot_be_reserved_and_the_line_is_reported() {
    let pools = vec![pool("cad_UD", "1.0", DupGroup::None, vec![increment(Some(2), 0)])];
    let lines = ["RESERVE 1 cad_UD USER anna".to_owned()];
    let (rules, findings) = SeatRules::bind(policy(&lines), &set(pools.clone()), &facts(&pools, FIRST_DAY));
    assert_eq!(
        findings.iter().map(|finding| finding.line).collect::<Vec<_>>(),
        [1]
    );
    let mut ledger = Ledger::new(SeatSettings::default(), set(pools), moment(0, 0));
    ledger.replace_rules(rules);
    let row = ledger
        .inventory(&GetInventory::default(), moment(0, 0))
        .swap_remove(0);
    assert_eq!((row.reserved, row.free), (0, Some(2)));
}

#[test]
fn overdraft_can_be_less_than_licensed() {
    let mut desk = Desk::new(vec![cad("1.0", 1, 5)], &["MAX_OVERDRAFT cad 1"]);
    desk.ask("cad", "anna", 1).unwrap();
    assert_eq!(desk.ask("cad", "anna", 1).unwrap().overdraft, 1);
    assert_eq!(
        desk.ask("cad", "anna", 1).unwrap_err(),
        DenialReason::AllSeatsTaken
    );
    assert_eq!(desk.row().license_overdraft, 1);
}

#[test]
fn a_seat_lingers_after_checkin() {
    let mut desk = Desk::new(vec![cad("1.0", 1, 0)], &["LINGER cad 60"]);
    let lease = desk.ask("cad", "anna", 1).unwrap();
    assert!(desk.ledger.checkin(lease.id, moment(0, 0)));
    // For its holder it is gone.
    assert!(!desk.ledger.checkin(lease.id, moment(0, 0)));
    assert_eq!(desk.ledger.heartbeat(&[lease.id], moment(30_000, 0)), [0]);
    assert_eq!(
        desk.ask("cad", "bert", 1).unwrap_err(),
        DenialReason::AllSeatsTaken
    );
    let mut rows = Vec::new();
    let filter = UsageFilter::new(&GetUsage::default());
    desk.ledger
        .usage_page(&filter, 0, 10, moment(10_000, 0), &mut rows);
    assert_eq!(rows[0].until, moment(60_000, 0).wall);
    assert_eq!(rows[0].state, HolderState::Lingering);
    desk.ledger.take_changes();
    assert_eq!(desk.ledger.expire(moment(61_000, 0)), 1);
    let changes = desk.ledger.take_changes();
    assert!(matches!(&changes[..], [Change::Closed(closed)] if closed.reason == CloseReason::CheckedIn));
    desk.ms = 61_000;
    desk.ask("cad", "bert", 1).unwrap();
}

#[test]
fn a_seat_lingers_for_the_longer_one_of_the_times_of_publisher_and_administrator() {
    for (options, seconds) in [
        (&[][..], 60),
        (&["LINGER cad 30"][..], 60),
        (&["LINGER cad 90"][..], 90),
    ] {
        let mut lines = vec![increment(Some(1), 0), increment(Some(0), 0)];
        lines[1].linger_seconds = 60;
        let mut desk = Desk::new(vec![pool("cad", "1.0", DupGroup::None, lines)], options);
        let lease = desk.ask("cad", "anna", 1).unwrap();
        assert!(desk.ledger.checkin(lease.id, moment(0, 0)));
        assert_eq!(desk.ledger.expire(moment(seconds * 1000 - 500, 0)), 0);
        assert_eq!(desk.ledger.expire(moment(seconds * 1000 + 500, 0)), 1);
    }
}

#[test]
fn a_timeout_shortens_the_life_of_a_silent_seat_but_not_below_two_heartbeats() {
    let mut desk = Desk::new(vec![cad("1.0", 2, 0)], &["TIMEOUT cad 700"]);
    assert_eq!(
        desk.ask("cad", "anna", 1).unwrap().lifetime,
        Duration::from_secs(700)
    );
    assert_eq!(desk.ledger.expire(moment(699_000, 0)), 0);
    // Shortened while the seat is out.
    desk.reread(&["TIMEOUT cad 1"]);
    assert_eq!(desk.ledger.expire(moment(699_500, 0)), 1);
    desk.ms = 699_500;
    assert_eq!(
        desk.ask("cad", "anna", 1).unwrap().lifetime,
        Duration::from_secs(600)
    );
    desk.reread(&["TIMEOUT cad 100000"]);
    assert_eq!(
        desk.ask("cad", "anna", 1).unwrap().lifetime,
        SeatSettings::default().lifetime
    );
}
