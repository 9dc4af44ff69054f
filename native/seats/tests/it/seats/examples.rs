//! One example for each rule.

use licensing_api::denial::DenialReason;
use licensing_api::inventory::GetInventory;
use licensing_api::usage::GetUsage;
use licensing_license_file::license_file::{DupGroup, HostId, LicenseDate};
use licensing_seats::seat::{
    Change, CheckoutRequest, CloseReason, Decision, Holder, Lease, Ledger, MAX_NAME_BYTES, SeatSettings,
    UsageFilter,
};

use super::support::{holder, increment, lease_id, moment, pool, request, set};

/// A ledger with a counter for names.
struct Desk {
    ledger: Ledger,
    next: u64,
    ms: u64,
    day: i32,
}

impl Desk {
    fn new(pools: Vec<licensing_seats::pool::Pool>) -> Self {
        let ledger = Ledger::new(SeatSettings::default(), set(pools), moment(0, 0));
        Self {
            ledger,
            next: 1,
            ms: 0,
            day: 0,
        }
    }

    fn ask(&mut self, version: &str, count: u32, holder: Holder) -> Decision {
        self.next += 1;
        self.send(&request(self.next, "cad", version, count, holder))
    }

    fn send(&mut self, request: &CheckoutRequest) -> Decision {
        self.next += 1;
        self.ledger
            .checkout(request, lease_id(self.next), moment(self.ms, self.day))
    }

    fn get(&mut self, version: &str, count: u32, holder: Holder) -> Lease {
        match self.ask(version, count, holder) {
            Decision::Granted(lease) => lease,
            other => panic!("{other:?}"),
        }
    }

    fn reason(&mut self, version: &str, count: u32) -> DenialReason {
        self.next += 1;
        let name = format!("nobody{}", self.next);
        match self.ask(version, count, holder(&name, &name)) {
            Decision::Denied(denial) => denial.reason,
            other => panic!("{other:?}"),
        }
    }

    fn in_use(&mut self) -> Vec<u32> {
        let rows = self
            .ledger
            .inventory(&GetInventory::default(), moment(self.ms, self.day));
        rows.iter().map(|row| row.licenses_in_use).collect()
    }
}

fn simple(count: u32, overdraft: u32) -> Vec<licensing_seats::pool::Pool> {
    vec![pool(
        "CAD",
        "2.0",
        DupGroup::None,
        vec![increment(Some(count), overdraft)],
    )]
}

#[test]
fn overdraft_goes_out_last_and_is_counted() {
    let mut desk = Desk::new(simple(2, 1));
    assert_eq!(desk.get("", 1, holder("a", "a")).overdraft, 0);
    assert_eq!(desk.get("", 2, holder("b", "b")).overdraft, 1);
    assert_eq!(desk.reason("", 1), DenialReason::AllSeatsTaken);
    assert_eq!(desk.reason("", 4), DenialReason::MoreThanExist);
    let row = &desk.ledger.inventory(&GetInventory::default(), moment(0, 0))[0];
    assert_eq!(
        (
            row.licenses_available,
            row.license_overdraft,
            row.overdraft_in_use,
            row.free
        ),
        (2, 1, 1, Some(0))
    );
}

#[test]
fn the_oldest_sufficient_version_serves_and_bought_seats_go_before_overdraft() {
    let mut desk = Desk::new(vec![
        pool("CAD", "2009.1201", DupGroup::None, vec![increment(Some(1), 1)]),
        pool("CAD", "2026.0401", DupGroup::None, vec![increment(Some(1), 0)]),
    ]);
    assert_eq!(desk.get("2009.0101", 1, holder("a", "a")).version, "2009.1201");
    assert_eq!(desk.get("2009.0101", 1, holder("b", "b")).version, "2026.0401");
    let third = desk.get("2009.0101", 1, holder("c", "c"));
    assert_eq!((third.version.as_str(), third.overdraft), ("2009.1201", 1));
    assert_eq!(desk.reason("2020.0101", 1), DenialReason::AllSeatsTaken);
    assert_eq!(desk.reason("2027.0101", 1), DenialReason::VersionTooOld);
    assert_eq!(desk.reason("2.x", 1), DenialReason::BadParameter);
}

#[test]
fn those_who_agree_in_the_letters_share_a_seat() {
    let same = |user, host, display, vendor_data| DupGroup::Same {
        user,
        host,
        display,
        vendor_data,
    };
    let who = |user: &str, host: &str, display: &str, data: &str| Holder {
        display: display.to_owned(),
        vendor_data: data.to_owned(),
        ..holder(user, host)
    };
    for (group, second, shares) in [
        (DupGroup::None, who("anna", "h1", "d1", "v1"), false),
        (DupGroup::Site, who("bert", "h2", "d2", "v2"), true),
        (
            same(true, false, false, false),
            who("CORP\\Anna", "h2", "d2", "v2"),
            true,
        ),
        (
            same(true, false, false, false),
            who("anna@corp", "h2", "d2", "v2"),
            true,
        ),
        (
            same(true, false, false, false),
            who("bert", "h1", "d1", "v1"),
            false,
        ),
        (
            same(true, true, false, false),
            who("anna", "H1", "d2", "v2"),
            true,
        ),
        (
            same(true, true, false, false),
            who("anna", "h2", "d1", "v1"),
            false,
        ),
        (
            same(false, false, true, false),
            who("bert", "h2", "d1", "v2"),
            true,
        ),
        (
            same(false, false, false, true),
            who("bert", "h2", "d2", "V1"),
            true,
        ),
        // Without data of its own the host stands for the device.
        (same(false, false, false, true), who("bert", "v1", "d2", ""), true),
        (
            same(false, false, false, true),
            who("bert", "h1", "d1", ""),
            false,
        ),
    ] {
        let mut desk = Desk::new(vec![pool("CAD", "1.0", group, vec![increment(Some(5), 0)])]);
        desk.get("", 1, who("anna", "h1", "d1", "v1"));
        desk.get("", 1, second.clone());
        assert_eq!(
            desk.in_use(),
            [if shares { 1 } else { 2 }],
            "{group:?} {second:?}"
        );
    }
}

#[test]
fn a_group_holds_as_many_seats_as_its_largest_member() {
    let mut desk = Desk::new(vec![pool(
        "CAD",
        "1.0",
        DupGroup::Site,
        vec![increment(Some(5), 0)],
    )]);
    let small = desk.get("", 2, holder("a", "a"));
    let large = desk.get("", 5, holder("b", "b"));
    assert_eq!(desk.in_use(), [5]);
    assert!(desk.ledger.checkin(large.id, moment(0, 0)));
    assert_eq!(desk.in_use(), [2]);
    assert!(desk.ledger.checkin(small.id, moment(0, 0)));
    assert_eq!(desk.in_use(), [0]);
}

#[test]
fn who_shares_is_served_from_the_pool_of_the_seat_shared() {
    let per_user = DupGroup::Same {
        user: true,
        host: false,
        display: false,
        vendor_data: false,
    };
    let mut desk = Desk::new(vec![
        pool("CAD", "1.0", per_user, vec![increment(Some(1), 0)]),
        pool("CAD", "2.0", per_user, vec![increment(Some(1), 0)]),
    ]);
    let first = desk.get("", 1, holder("a", "a"));
    assert_eq!(desk.get("", 1, holder("b", "b")).version, "2.0");
    desk.ledger.checkin(first.id, moment(0, 0));
    assert_eq!(desk.get("", 1, holder("b", "c")).version, "2.0");
    assert_eq!(desk.in_use(), [0, 1]);
}

#[test]
fn seats_end_with_their_day_but_who_holds_one_keeps_it() {
    let mut line = increment(Some(2), 0);
    line.expires = LicenseDate::Day(super::support::FIRST_DAY);
    let mut desk = Desk::new(vec![pool("CAD", "1.0", DupGroup::None, vec![line])]);
    let lease = desk.get("", 1, holder("a", "a"));
    assert_eq!(lease.license_expires, Some(super::support::FIRST_DAY));
    desk.day = 1;
    assert_eq!(desk.reason("", 1), DenialReason::Expired);
    assert_eq!(desk.in_use(), [1]);
    assert!(desk.ledger.heartbeat(&[lease.id], moment(0, 1)).is_empty());
}

#[test]
fn a_start_in_the_future_denies_until_the_day() {
    let mut line = increment(Some(2), 0);
    line.starts = Some(super::support::FIRST_DAY.tomorrow().unwrap());
    let mut desk = Desk::new(vec![pool("CAD", "1.0", DupGroup::None, vec![line])]);
    assert_eq!(desk.reason("", 1), DenialReason::NotStarted);
    desk.day = 1;
    desk.get("", 1, holder("a", "a"));
}

#[test]
fn lines_locked_to_a_client_serve_that_client() {
    let mut line = increment(Some(2), 0);
    line.host_ids = vec![
        HostId::HostName("WS7".to_owned()),
        HostId::Internet("10.1.*.*".to_owned()),
    ];
    let mut desk = Desk::new(vec![pool("CAD", "1.0", DupGroup::None, vec![line])]);
    desk.get("", 1, holder("a", "ws7"));
    desk.get("", 1, holder("a", "10.1.2.3"));
    assert_eq!(desk.reason("", 1), DenialReason::WrongHost);
}

#[test]
fn a_key_names_one_request_and_outlives_its_lease() {
    let mut desk = Desk::new(simple(3, 0));
    let first = request(1, "cad", "", 1, holder("a", "a"));
    let Decision::Granted(lease) = desk.send(&first) else {
        panic!()
    };
    assert_eq!(desk.send(&first), Decision::Repeated(lease.clone()));
    let other = request(1, "cad", "", 2, holder("a", "a"));
    assert!(matches!(desk.send(&other), Decision::Denied(d) if d.reason == DenialReason::BadParameter));
    desk.ledger.checkin(lease.id, moment(0, 0));
    assert!(matches!(desk.send(&first), Decision::Denied(d) if d.reason == DenialReason::BadParameter));
    assert_eq!(desk.in_use(), [0]);
    // Not forever.
    desk.ms += SeatSettings::default().remember_keys.as_millis() as u64;
    assert!(matches!(desk.send(&first), Decision::Granted(_)));
}

#[test]
fn leases_end_without_heartbeats_and_live_with_them() {
    let mut desk = Desk::new(simple(3, 0));
    let silent = desk.get("", 1, holder("a", "a"));
    let beating = desk.get("", 1, holder("b", "b"));
    let lifetime = SeatSettings::default().lifetime.as_millis() as u64;
    desk.ms = lifetime - 1_000;
    assert!(
        desk.ledger
            .heartbeat(&[beating.id], moment(desk.ms, 0))
            .is_empty()
    );
    assert_eq!(desk.ledger.expire(moment(desk.ms, 0)), 0);
    desk.ms = lifetime + 1_000;
    desk.ledger.take_changes();
    assert_eq!(desk.ledger.expire(moment(desk.ms, 0)), 1);
    let changes = desk.ledger.take_changes();
    assert!(matches!(&changes[..], [Change::Closed(closed)]
        if closed.record.id == silent.id && closed.reason == CloseReason::Expired));
    assert_eq!(
        desk.ledger
            .heartbeat(&[silent.id, beating.id], moment(desk.ms, 0)),
        [0]
    );
}

#[test]
fn removing_the_files_denies_new_seats_and_keeps_the_old() {
    let mut desk = Desk::new(simple(3, 0));
    let lease = desk.get("", 1, holder("a", "a"));
    desk.ledger.replace_pools(set(vec![]), moment(0, 0));
    assert_eq!(desk.reason("", 1), DenialReason::FeatureRemoved);
    assert_eq!(desk.in_use(), [1]);
    assert!(desk.ledger.checkin(lease.id, moment(0, 0)));
    assert_eq!(desk.in_use(), [] as [u32; 0]);
    desk.ledger.replace_pools(set(simple(1, 0)), moment(0, 0));
    desk.get("", 1, holder("a", "a"));
}

#[test]
fn nonsense_is_refused_and_does_not_fill_the_audit() {
    let mut desk = Desk::new(simple(3, 0));
    let long = "x".repeat(MAX_NAME_BYTES + 1);
    for bad in [
        request(1, "", "", 1, holder("a", "a")),
        request(1, "cad", "", 0, holder("a", "a")),
        request(1, "cad", "", u32::MAX, holder("a", "a")),
        request(1, "cad", "", 1, holder(&long, "a")),
        request(1, "cad", "", 1, holder("a\0b", "a")),
        request(1, &long, "", 1, holder("a", "a")),
    ] {
        assert!(matches!(desk.send(&bad), Decision::Denied(d) if d.reason == DenialReason::BadParameter));
    }
    for change in desk.ledger.take_changes() {
        let Change::Denied(denied) = change else { panic!() };
        assert!(denied.feature.len() <= 64 && denied.holder.user.len() <= 64);
    }
    let unknown = request(1, "none", "", 1, holder("a", "a"));
    assert!(matches!(desk.send(&unknown), Decision::Denied(d) if d.reason == DenialReason::NoSuchFeature));
}

#[test]
fn usage_is_filtered_and_shows_no_right_to_give_back() {
    let mut desk = Desk::new(simple(3, 0));
    let lease = desk.get("", 1, holder("anna", "ws1"));
    desk.get("", 1, holder("bert", "ws2"));
    let list = |filter: GetUsage| {
        let mut rows = Vec::new();
        let mut from = Some(0);
        while let Some(at) = from {
            from = desk
                .ledger
                .usage_page(&UsageFilter::new(&filter), at, 1, moment(60_000, 0), &mut rows);
        }
        rows
    };
    assert_eq!(list(GetUsage::default()).len(), 2);
    let rows = list(GetUsage {
        user: "AN*".into(),
        ..GetUsage::default()
    });
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0].device.as_str(), rows[0].feature.as_str()),
        ("ws1", "CAD")
    );
    assert_ne!(rows[0].lease_id, hex::encode(lease.id.as_bytes()));
    assert_eq!(
        rows[0].since.as_millisecond() + 15 * 60_000,
        rows[0].until.as_millisecond()
    );
    assert!(
        list(GetUsage {
            device: "ws3".into(),
            ..GetUsage::default()
        })
        .is_empty()
    );
    assert!(!format!("{lease:?}").contains(&hex::encode(lease.id.as_bytes())));
}
